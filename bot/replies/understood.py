"""What the assistant understood of a case, in one compact block that shows an error at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.guideline import ppf
from bot.guideline.case import CRITERIA, GOALS, PPF
from bot.replies.words import SLOT_NAMES, capitalised, quoted, slot_value

HOW_TO_CORRECT = 'Something wrong? Just say it, e.g. "the CT is stable" or "ciclosporin, not tacrolimus".'


def understood(slots: Mapping[str, Any]) -> str:
    """Return the block: therapy now and before, the three goals, PPF with its criteria, and what else was noted."""
    lines = ["**What I understood**"]
    lines += [_therapy(slots, "current_therapy", "Now"), _therapy(slots, "previous_therapy", "Before")]
    lines += [_line(slots, goal) for goal in GOALS]
    if slots.get("stability_acceptable") is not None:
        lines.append(f"Stable is good enough: {slot_value('stability_acceptable', slots['stability_acceptable'])}")
    lines += _ppf(slots)
    lines += [
        _line(slots, name)
        for name in ("rapidly_progressive", "underlying_disease", "not_tolerated", "patient_features")
        if slots.get(name)
    ]
    return "\n".join(lines)


def noted(slots: Mapping[str, Any], changed: list[str]) -> str | None:
    """Return one line that says back what a message changed, or None where nothing worth showing did."""
    shown = [name for name in SLOT_NAMES if name in changed and name != "ppf_stated"]
    if not shown:
        return None
    told = [f"{SLOT_NAMES[name]}: {slot_value(name, slots.get(name))}" for name in shown if name != PPF]
    if PPF in shown:
        told.append(f"PPF: {slot_value(PPF, slots.get(PPF))}{_basis(slots)}")
    return "Noted. " + capitalised("; ".join(told))


def _line(slots: Mapping[str, Any], name: str) -> str:
    evidence: Mapping[str, str] = slots.get("evidence") or {}
    value = slots.get(name)
    said = _unknown(slots, name) if value is None else slot_value(name, value) + quoted(evidence.get(name))
    return f"{capitalised(SLOT_NAMES[name])}: {said}"


def _therapy(slots: Mapping[str, Any], name: str, label: str) -> str:
    return f"{label}: {_unknown(slots, name) if slots.get(name) is None else slot_value(name, slots[name])}"


def _unknown(slots: Mapping[str, Any], name: str) -> str:
    """Tell what was asked and is not known from what nobody spoke of."""
    return "not known" if name in (slots.get("declined") or []) else "not told"


def _ppf(slots: Mapping[str, Any]) -> list[str]:
    value, stated = slots.get(PPF), slots.get("ppf_stated")
    parts = [f"{label} {_mark(slots.get(name))}" for label, name in _CRITERIA_LABELS]
    lines = [f"PPF: {_unknown(slots, PPF) if value is None else slot_value(PPF, value)}{_basis(slots)}"]
    if any(slots.get(name) is not None for name in ("fibrosis_on_ct", *CRITERIA)):
        lines.append("- " + ", ".join(parts))
    if stated and disagrees(slots):
        lines.append(f"- The criteria alone would say {_by_criteria(slots)}; your word stands.")
    return lines


def _basis(slots: Mapping[str, Any]) -> str:
    if slots.get("ppf_stated"):
        return " (your word)"
    return " (by the criteria)" if slots.get(PPF) else ""


_CRITERIA_LABELS = (
    ("fibrosis on CT", "fibrosis_on_ct"),
    ("symptoms", "ppf_symptoms"),
    ("physiology", "ppf_physiology"),
    ("CT progression", "ppf_radiology"),
)


def _mark(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "?"}[value]


def _by_criteria(slots: Mapping[str, Any]) -> str | None:
    return ppf.by_criteria(*(slots.get(name) for name in ("fibrosis_on_ct", *CRITERIA)))


def disagrees(slots: Mapping[str, Any]) -> bool:
    """Whether the clinician's word on PPF and the criteria disagree."""
    by_criteria = _by_criteria(slots)
    return by_criteria is not None and by_criteria != slots.get("ppf_stated")
