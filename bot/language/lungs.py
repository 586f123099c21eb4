"""What is said of lung function, imaging and symptoms: a course of a subject, and what a course word means for it."""

from __future__ import annotations

from dataclasses import dataclass

GOOD_UP = frozenset({"fvc", "dlco", "pft", "breathing", "other"})


SIGNS = frozenset({"reticulation", "honeycombing", "traction", "volume_loss"})


SHOWN_SIGNS = SIGNS | {"ggo", "fibrosis"}


IMAGING = SHOWN_SIGNS | {"ct"}


@dataclass(frozen=True, slots=True)
class Course:
    """What is said of one subject; `value` is better, stable, worse, not_better, new, gone, denied or still."""

    subject: str | None
    value: str
    first: int
    last: int
    segment: int
    moved: bool = False
    past: bool = False
    was: bool = False
    only_denied: bool = False
    """ "No increase in ...": the subject stands behind the denial."""


def meaning(subject: str, trend: str) -> tuple[str, bool]:
    """The value of a course word for a subject, and whether it only tells a movement ("fell")."""
    rises_well = subject in GOOD_UP
    simple = {
        "good": "better",
        "bad": "worse",
        "easier": "better" if subject == "breathing" else "worse",
        "same": "stable",
        "not_good": "not_better",
        "not_same": "not_better",
        "gone": "gone",
        "new": "new",
        "denied": "denied",
        "still": "still",
    }
    if trend in simple:
        return simple[trend], False
    if trend in ("up", "down"):
        return ("better" if (trend == "up") == rises_well else "worse"), True
    return ("not_better" if (trend == "not_up") == rises_well else "stable"), False


def settled(subject: str | None, value: str) -> str | None:
    """The value of a finding: better, stable, worse, not_better, new, denied; None where it says nothing."""
    if subject is None:
        value = {
            "good": "better",
            "bad": "worse",
            "same": "stable",
            "up": "up",
            "down": "down",
            "not_good": "not_better",
            "not_same": "not_better",
            "gone": "better",
            "denied": "stable",
            "easier": "",
            "not_up": "",
            "not_down": "",
            "new": "",
            "still": "",
        }.get(value, value)
        return value or None
    if value == "gone":
        return "better" if subject not in ("fvc", "dlco", "pft") else None
    if value == "still":
        if subject in ("fvc", "dlco", "scale"):
            return "still"
        return "not_better" if subject in ("breathlessness", "symptoms") else None
    sign = subject in SIGNS or subject in ("ggo", "fibrosis")
    if value in ("new", "denied") and not sign:
        return {"new": "worse", "denied": "stable"}[value] if subject not in ("fvc", "dlco", "pft", "overall") else None
    return value
