"""Single readings that wait for another one, told in another message."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.language import series
from bot.language.case_state import Draft
from bot.language.model import Finding, Reading
from bot.language.times import today_in_months

_READING = "reading:"
"""Evidence of a single reading: this and its measure."""
_OF_A_READING = ("unit", "scale", "single", "at", "order", "yearless", "months")


def with_earlier(draft: Draft, reading: Reading) -> Reading:
    """ "mMRC 2 today", then "in January she was mMRC 1": single readings of two messages make a course."""
    joined = []
    for subject in ("fvc", "dlco", "scale"):
        own = [item for item in reading.of("measure") if item.subject == subject]
        if len(own) > 1 or (own and "single" not in own[0].value) or reading.of("retract", "undo"):
            draft.now["evidence"].pop(f"{_READING}{subject}", None)
            continue
        if not own or reading.of("correction"):
            continue
        value = own[0].value
        known = draft.now["evidence"].pop(f"{_READING}{subject}", None)
        waiting = json.loads(known) if known else {}
        course = _course_with(waiting, value) if waiting else None
        if course is not None:
            words = " / ".join(said for said in (waiting.get("words"), own[0].words) if said)
            joined.append(replace(own[0], value=course, words=words))
        told = json.dumps({**{key: value.get(key) for key in _OF_A_READING}, "words": own[0].words})
        draft.now["evidence"] = {f"{_READING}{subject}": told, **draft.now["evidence"]}
    return replace(reading, findings=(*reading.findings, *joined)) if joined else reading


def continuing(draft: Draft, finding: Finding, asked: str | None) -> tuple[Finding, ...]:
    """ "FVC 74 % today", then "it was 80 in January": a single reading is of the measure whose reading waits.

    `asked` is the subject that the question was about; a reading of something else does not wait for it.
    """
    if finding.kind != "measure" or finding.subject is not None:
        return (finding,)
    told = draft.now["evidence"]
    waiting = [key.removeprefix(_READING) for key in told if key.startswith(_READING)]
    waiting = [subject for subject in waiting if asked in (None, subject, *_ASKED_AS[subject])]
    if {"fvc", "dlco"} <= set(waiting) and len(finding.value.get("values") or ()) == len(("fvc", "dlco")):
        return _one_of_each(finding)
    if not waiting or "single" not in finding.value:
        return (finding,)
    for subject in waiting:  # the one that was told last comes first
        known, value = json.loads(told[f"{_READING}{subject}"]), finding.value
        if subject == "scale" and value["single"] <= _HIGHEST_CLASS and float(value["single"]).is_integer():
            value = {**value, "unit": known["unit"]}
        if value["unit"] == known["unit"]:
            return (replace(finding, subject=subject, value={**value, "scale": known["scale"]}),)
    return (finding,)


def _one_of_each(finding: Finding) -> tuple[Finding, ...]:
    """ "FVC 74 and DLCO 50", then "80 and 61 in January": two numbers side by side are one of each."""
    if not _SIDE_BY_SIDE.search(finding.words.lower()):
        return (finding,)
    values = sorted(finding.value["values"], key=lambda value: finding.words.find(f"{value:g}"))
    at = min(finding.value.get("times") or (None,), key=lambda time: time or 0)
    reading = {"unit": "%", "months": None, "at": at, "order": -1, "yearless": False}
    return tuple(
        replace(finding, subject=subject, value={**reading, "scale": subject, "single": value})
        for subject, value in zip(("fvc", "dlco"), values, strict=True)
    )


_SIDE_BY_SIDE = re.compile(r"\d\s*(?:%|percent)?\s*(?:and|/|&|\+)\s*\d")
_ASKED_AS: Mapping[str, tuple[str, ...]] = {"fvc": ("pft",), "dlco": ("pft",), "scale": ("breathlessness",)}
_HIGHEST_CLASS = 10


def _course_with(known: dict[str, Any], value: Mapping[str, Any]) -> dict[str, Any] | None:
    """The course of two single readings; None where it is not told which of them is the earlier one."""
    if known["unit"] != value["unit"] or known["scale"] != value["scale"]:
        return None
    if known["at"] is not None and known["at"] == value.get("at"):
        return None
    placed = [item.get("at") is not None or bool(item.get("order")) for item in (known, value)]
    earlier = (value.get("order") or 0) < 0 or (value.get("at") or math.inf) < int(today_in_months())
    if not placed[1] or not (placed[0] or earlier):
        return None
    return series.joined([known, dict(value)])
