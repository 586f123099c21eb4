"""Findings on lung function, imaging and symptoms into goals and PPF criteria."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.language import clarify, waiting_readings
from bot.language.case_state import Draft
from bot.language.lungs import SIGNS
from bot.language.model import Finding, Reading
from bot.language.times import YEAR

ACHIEVED, STABLE, NOT_ACHIEVED = "achieved", "stable", "not_achieved"
GOAL_OF = {"better": ACHIEVED, "stable": STABLE, "worse": NOT_ACHIEVED, "not_better": NOT_ACHIEVED, "new": NOT_ACHIEVED}
GOAL_POINTS = {"fvc": 3.0, "dlco": 5.0}
"""This product's convention: points of % predicted that make a goal reached or missed."""
GOAL_RELATIVE_LITRES = 0.05
PPF_POINTS = {"fvc": 5.0, "dlco": 10.0}
"""Absolute decline within a year, inclusive [G2]."""
OTHER_SYMPTOM = "ppf_symptoms:other"
"""Evidence of a respiratory symptom beside breathlessness that got worse: unchanged breathing takes nothing from it."""
_TOLERANCE = 1e-6


def apply(draft: Draft, reading: Reading) -> None:
    reading = waiting_readings.with_earlier(draft, reading)
    reading = _without_older(reading)
    _lung_function(draft, reading)
    _imaging(draft, reading)
    _symptoms(draft, reading)
    _overall(draft, reading)
    for finding in reading.of("measure"):
        if finding.value.get("out_of_range"):
            draft.note("out_of_range", finding.words, values=finding.value["out_of_range"])
    for finding in reading.of("other_quantity"):
        draft.note("walk_or_saturation", finding.words)
    _single_readings(draft, reading)


def _single_readings(draft: Draft, reading: Reading) -> None:
    """A reading without an earlier one sets nothing; said only where nothing else was told of the same goal."""
    touched = {"scale": "goal_breathlessness", "ct": "goal_ild_extent"}
    for finding in reading.of("measure"):
        slot = touched.get(str(finding.subject), "goal_lung_function")
        if "single" in finding.value and finding.subject is not None and slot not in draft.touched:
            draft.note("single_reading", finding.words, subject=finding.subject)


def _without_older(reading: Reading) -> Reading:
    """Drops what was told in the past perfect where the same goal is told of the present too."""

    def goal(item: Finding) -> str | None:
        return _GOAL_GROUP.get(str(item.subject))

    told = [
        item
        for item in reading.of("trend", "measure", "sign")
        if not item.detail.get("was") and item.value != "present"
    ]
    present = {goal(item) for item in told if item.kind != "measure" or "single" not in item.value}
    kept = tuple(item for item in reading.findings if not (item.detail.get("was") and goal(item) in present))
    return replace(reading, findings=kept)


_GOAL_GROUP = {
    **dict.fromkeys(("fvc", "dlco", "pft"), "lung function"),
    **dict.fromkeys(("breathlessness", "breathing", "scale"), "breathlessness"),
    **dict.fromkeys(("ct", "ggo", "fibrosis", *SIGNS), "imaging"),
}

# Lung function


def _lung_function(draft: Draft, reading: Reading) -> None:
    told: dict[str, dict[str, Any]] = {}
    counted = any(item.kind == "measure" for name in ("fvc", "dlco") for item in _about(reading, name))
    shared = [item for item in _about(reading, "pft") if not (counted and item.detail.get("moved"))]
    timed = {**draft.now["measurements"], **_timed(reading)}
    for measure in ("fvc", "dlco"):
        own = [_with_known_time(item, draft.now["measurements"].get(measure)) for item in _about(reading, measure)]
        own = [_at_the_same_time(item, timed) for item in own]
        own = _timed_afterwards(measure, own, draft.now["measurements"].get(measure))
        entry = measure_entry(measure, own, shared)
        if entry is not None:
            told[measure] = entry
    if not told:
        return
    draft.now["measurements"] = {**draft.now["measurements"], **told}
    settle_lung_function(draft)
    for measure, entry in told.items():
        _open_questions(draft, measure, entry)


def _with_known_time(item: Finding, known: dict[str, Any] | None) -> Finding:
    """ "FVC is 70 -> 64, I misread": a reading corrected in a later message keeps the time that was told."""
    if item.kind != "measure" or not known or item.value.get("months") is not None or item.value.get("times"):
        return item
    before = (known.get("value") or {}).get("values") or []
    shared = set(before) & set(item.value.get("values") or [])
    return replace(item, value={**item.value, "months": known["months"]}) if shared else item


def _at_the_same_time(item: Finding, known: Mapping[str, Any]) -> Finding:
    """ "DLCO over the same time 58 -> 46", in a later message: the time that the other measure was told of."""
    if item.kind != "measure" or not item.value.get("same_time") or item.value.get("months") is not None:
        return item
    months = next((entry["months"] for entry in reversed(list(known.values())) if entry and entry.get("months")), None)
    return replace(item, value={**item.value, "months": months})


def _timed(reading: Reading) -> dict[str, dict[str, Any]]:
    """The measures of a message of which a time is told, by the way of those that are known."""
    told = [item for item in reading.of("measure") if item.subject in GOAL_POINTS and item.value.get("months")]
    return {str(item.subject): {"months": item.value["months"]} for item in told}


def _timed_afterwards(measure: str, own: list[Finding], known: dict[str, Any] | None) -> list[Finding]:
    """ "That FVC drop was over seven months", in a later message: the time of the readings told before."""
    value = (known or {}).get("value")
    told = [item for item in own if item.kind == "trend" and item.detail.get("moved") and item.detail.get("months")]
    if known is None or not value or known["months"] is not None or not told or len(told) < len(own):
        return own
    if GOAL_OF.get(str(told[-1].value)) != known["goal"]:
        return own
    timed = {**value, "months": told[-1].detail["months"]}
    return [Finding("measure", measure, timed, str(known["words"]), told[-1].start, told[-1].end, told[-1].detail)]


def _about(reading: Reading, subject: str) -> list[Finding]:
    return [
        item
        for item in reading.of("trend", "measure")
        if item.subject == subject and not (item.kind == "measure" and "single" in item.value)
    ]


def measure_entry(measure: str, own: Sequence[Finding], shared: Sequence[Finding]) -> dict[str, Any] | None:
    """What is known of one measure: goal, PPF outcome (reached, below, fine, or why it is open), words."""
    trends = [item for item in own if item.kind == "trend"] or (
        [] if own else [item for item in shared if item.kind == "trend"]
    )
    numbers = [item for item in own if item.kind == "measure" and _course_of(measure, item.value) is not None]
    numbers = [item for item in numbers if item.value["unit"] in ("%", "")] or numbers
    numbers = _without_restated(numbers)
    last_number = numbers[-1].end if numbers else 0
    later = [item for item in trends if item.detail.get("moved") and numbers and item.end > last_number + 4]
    verdicts = [item for item in trends if not (item.detail.get("moved") and numbers)] + later
    verdicts = [item for item in verdicts if not numbers or item.end > numbers[-1].start - _FAR_BEFORE]
    if numbers and not verdicts:
        verdicts = [item for item in shared if item.kind == "trend" and _judges(item, numbers)]
    if not verdicts and not numbers:
        return None
    findings = [*numbers, *verdicts]
    value = _course_of(measure, numbers[-1].value) if numbers else None
    verdict = _latest(verdicts)
    if numbers and verdict is not None and _plain_movement(verdicts[-1]) and not later:
        verdict = None
    goal = GOAL_OF.get(verdict or value or "")
    if goal is None:
        return None
    outcome = (
        ppf_outcome(measure, numbers[-1].value)
        if numbers
        else {"better": "fine", "stable": "fine"}.get(verdict or "", "open")
    )
    if outcome in ("below", "fine", "over_a_year") and _fell_before(measure, numbers):
        outcome = "reached"
    if numbers and verdict in ("stable", "better") and outcome != "fine":
        outcome = "fine" if outcome == "below" else "open"
    if any(item.detail.get("other_cause") for item in findings) and outcome == "reached":
        outcome = "other_cause"
    if measure == "dlco" and any(item.detail.get("uncorrected") for item in findings) and outcome != "fine":
        outcome = "uncorrected"
    words = "; ".join(dict.fromkeys(item.words for item in (numbers[-1:] or verdicts[-1:])))
    fall = -change_of(numbers[-1].value) if numbers else None
    months = numbers[-1].value.get("months") if numbers else None
    numeric = dict(numbers[-1].value) if numbers else None
    return {"goal": goal, "ppf": outcome, "words": words, "fall": fall, "months": months, "value": numeric}


def _fell_before(measure: str, numbers: Sequence[Finding]) -> bool:
    """ "70 to 61 between January and May of this year, since then up to 66": any two readings of the year count."""
    early, late = (numbers[-2].value, numbers[-1].value) if len(numbers) > 1 else ({}, {})
    if not early.get("values") or not late.get("values") or early["values"][-1] != late["values"][0]:
        return False
    within = (early.get("months") or YEAR) + (late.get("months") or 0) <= YEAR
    return within and not numbers[-2].detail.get("was") and ppf_outcome(measure, early) == "reached"


def _without_restated(numbers: list[Finding]) -> list[Finding]:
    """ "80 % in February, 76 % in November. Only four points": a change that sums up readings told before it."""
    if len(numbers) < 2 or "change" not in numbers[-1].value:
        return numbers
    last, before = numbers[-1].value, numbers[-2].value
    if "values" not in before:
        return numbers
    change = change_of(before)
    relative = 100 * change / (before["values"][-1] - change or 1)
    if last.get("percent") and last.get("absolute") is None and abs(relative - last["change"]) < 2 * _ROUNDED:
        return numbers[:-1]  # "50 to 45 %. The lab calls it a ten percent drop"
    if last.get("absolute") is False:
        change = 100 * change / (before["values"][-1] - change or 1)
    return numbers[:-1] if abs(change - last["change"]) < _ROUNDED else numbers


_ROUNDED = 0.6
_FAR_BEFORE = 100
"""Characters: a verdict further ahead of the readings tells what was before them ("recovered in 2023")."""


def _judges(item: Finding, numbers: Sequence[Finding]) -> bool:
    """ "I would call her lung function stable": a verdict on both that follows the numbers, or stands right before."""
    return not item.detail.get("moved") and item.end > numbers[0].start - 40


def _plain_movement(item: Finding) -> bool:
    return bool(item.detail.get("moved"))


def _latest(findings: Sequence[Finding]) -> str | None:
    """The last verdict; "no better, no worse" is stable in either order."""
    if {"stable", "not_better"} == {str(item.value) for item in findings[-2:]}:
        return "stable"
    return str(findings[-1].value) if findings else None


def change_of(value: dict[str, Any]) -> float:
    """The latest change: from the last turning point to the last reading."""
    if "change" in value:
        return float(value["change"])
    values = [float(item) for item in value["values"]]
    start = len(values) - 1
    rising = values[-1] > values[-2]
    while start > 0 and (values[start] > values[start - 1]) == rising and values[start] != values[start - 1]:
        start -= 1
    return values[-1] - values[min(start, len(values) - 2)]


def _course_of(measure: str, value: dict[str, Any]) -> str | None:
    if "values" not in value and "change" not in value:
        return None
    change = change_of(value)
    limit = GOAL_POINTS[measure]
    if value["unit"] in ("l", "raw"):
        if "values" not in value:
            limit = 0.1
        else:
            start = float(value["values"][-1]) - change
            limit = GOAL_RELATIVE_LITRES * (start or 1)
            if value["unit"] == "raw":
                limit *= GOAL_POINTS["dlco"] / GOAL_POINTS["fvc"]
    if change >= limit - _TOLERANCE:
        return "better"
    return "worse" if change <= -limit + _TOLERANCE else "stable"


def ppf_outcome(measure: str, value: dict[str, Any]) -> str:
    """reached, below, fine (stable or better), or why it stays open: litres, relative, time, over_a_year."""
    course = _course_of(measure, value)
    limit = PPF_POINTS[measure]
    months = value.get("months")
    if value["unit"] != "%" and value["unit"] != "":
        return "fine" if course in ("better", "stable") else "litres"
    if "change" in value:
        if course in ("better", "stable"):
            return "fine"
        if not value.get("absolute"):
            return "relative"
        fall = -float(value["change"])
    else:
        largest = _largest_fall(value)
        if largest is None:
            return "over_a_year"
        fall = largest
    if fall >= limit - _TOLERANCE:
        if months is None:
            return "time"
        return "reached" if months <= YEAR or _dated(value) else "over_a_year"
    if course in ("better", "stable"):
        return "fine"
    return "below" if months is None or months <= YEAR or _covers_the_last_year(value) else "over_a_year"


def _covers_the_last_year(value: dict[str, Any]) -> bool:
    """ "82 (March 2025), 79 (January 2026), 76 (November 2026)": the last two readings are within a year."""
    times: list[float] = value.get("times") or []
    return len(times) > len(("early", "late")) and times[-1] - times[-2] <= YEAR


def _dated(value: dict[str, Any]) -> bool:
    return bool(value.get("times"))


def _largest_fall(value: dict[str, Any]) -> float | None:
    """The largest fall between two readings at most a year apart; None where no two are."""
    values, when = value["values"], value.get("times")
    if not when:
        return max(early - late for at, early in enumerate(values) for late in values[at + 1 :])  # type: ignore[no-any-return]
    falls = [
        values[i] - values[j]
        for i in range(len(values))
        for j in range(i + 1, len(values))
        if when[j] - when[i] <= YEAR
    ]
    return max(falls, default=None)


def settle_lung_function(draft: Draft) -> None:
    """Goal and criterion 2 from what is known of FVC and DLCO."""
    known = {name: entry for name, entry in draft.now["measurements"].items() if name in ("fvc", "dlco") and entry}
    if not known:
        return
    goals = [entry["goal"] for entry in known.values()]
    goal = NOT_ACHIEVED if NOT_ACHIEVED in goals else STABLE if STABLE in goals else ACHIEVED
    words = "; ".join(dict.fromkeys(entry["words"] for entry in known.values()))
    draft.set("goal_lung_function", goal, words=words)
    outcomes = [entry["ppf"] for entry in known.values()]
    if "reached" in outcomes:
        draft.set(
            "ppf_physiology",
            True,
            words="; ".join(entry["words"] for entry in known.values() if entry["ppf"] == "reached"),
        )
    elif len(outcomes) == 2 and all(outcome in ("below", "fine") for outcome in outcomes):
        draft.set("ppf_physiology", False, words=words)
    else:
        draft.set("ppf_physiology", None)
    if "uncorrected" in outcomes:
        draft.note("uncorrected_dlco", known["dlco"]["words"])
    if "other_cause" in outcomes:
        draft.note("other_cause", words, slot="ppf_physiology")


def _open_questions(draft: Draft, measure: str, entry: dict[str, Any]) -> None:
    draft.close(f"percent_predicted:{measure}", f"time_window:{measure}", f"absolute_or_relative:{measure}")
    if draft.now["ppf_physiology"] is not None:
        draft.close(*(item["id"] for item in draft.now["clarifications"] if item["slot"] == "ppf_physiology"))
        return
    outcome, words = entry["ppf"], entry["words"]
    if outcome == "litres":
        draft.ask(clarify.percent_predicted(words, measure))
    elif outcome in ("time", "over_a_year"):
        draft.ask(clarify.time_window(words, "ppf_physiology", measure, entry["fall"]))
    elif outcome == "relative":
        draft.ask(clarify.absolute_or_relative(words, measure, entry["fall"], entry["months"]))


# Imaging


def _imaging(draft: Draft, reading: Reading) -> None:
    _fibrosis(draft, reading)
    _compared_with_an_old_scan(draft, reading)
    extent = [item for item in reading.of("trend") if item.subject == "ct"]
    extent = extent or [
        _extent_finding(item) for item in reading.of("measure") if item.subject == "ct" and "values" in item.value
    ]
    extent = [item for item in extent if not item.detail.get("rest")] or extent
    signs = [item for item in reading.of("sign") if item.value not in ("present",)]
    courses = [item for item in signs if item.value != "absent"]
    if not extent and not courses and not _all_absent(signs):
        return
    verdict = next((item for item in reversed(extent) if item.value == _latest(extent)), None)
    values = [str(item.value) for item in ([verdict] if verdict else [])] + [str(item.value) for item in courses]
    goal = _extent_goal(values)
    if goal == STABLE and verdict is None and _adds_to_better(draft, reading):
        goal = None  # "improved ground glass", then "also persistent reticulation, unchanged"
    said = _worst(goal, [*([verdict] if verdict else []), *courses, *signs])
    if goal is not None:
        draft.set("goal_ild_extent", goal, said)
    if verdict is not None and verdict.detail.get("film") and not signs:
        return  # criterion 3 is one of CT: a chest X-ray tells the extent alone [G2]
    criterion = _radiology(verdict, signs)
    if criterion is True and _explained_or_old([*([verdict] if verdict else []), *_progressing(signs)], draft):
        criterion = None
    plain = verdict is not None and not _explained_or_old([verdict], draft)
    if criterion is None and plain and not signs and draft.now["ppf_radiology"] is True:
        return  # "CT worse" said again, without a sign, takes no criterion back
    draft.set("ppf_radiology", criterion, _worst(goal, [*_progressing(signs), *([verdict] if verdict else []), *signs]))


def _adds_to_better(draft: Draft, reading: Reading) -> bool:
    return draft.now["goal_ild_extent"] == ACHIEVED and not reading.of("correction", "retract")


def _compared_with_an_old_scan(draft: Draft, reading: Reading) -> None:
    """ "The comparison CT is three years old", said afterwards: nothing is known of the past year."""
    told = [item for item in reading.of("compared_scan") if item.value > YEAR]
    if told and draft.now["ppf_radiology"] is True:
        draft.set("ppf_radiology", None, told[0])


def _extent_finding(item: Finding) -> Finding:
    """ "ILD extent 30 %, previously 20 %" as a course; any change of the estimate counts."""
    change = change_of(item.value)
    value = "worse" if change > 0 else "better" if change < 0 else "stable"
    return Finding(
        "trend", "ct", value, item.words, item.start, item.end, {**item.detail, "months": item.value.get("months")}
    )


def _fibrosis(draft: Draft, reading: Reading) -> None:
    shown = [
        item
        for item in reading.of("sign")
        if item.subject in SIGNS - {"volume_loss"} | {"fibrosis"} and item.value not in ("absent", "denied")
    ]
    absent = reading.of("fibrosis")
    if absent and all(item.subject == "fibrosis" for item in shown):
        shown = []
    if shown:
        draft.set("fibrosis_on_ct", True, shown[0])
    elif absent:
        draft.set("fibrosis_on_ct", False, absent[-1])


def _all_absent(signs: Sequence[Finding]) -> bool:
    return len([item for item in signs if item.value == "absent" and item.subject in SIGNS]) >= 3


def _extent_goal(values: Sequence[str]) -> str | None:
    if any(value in ("worse", "new") for value in values):
        return NOT_ACHIEVED
    if "better" in values:
        return ACHIEVED
    if "not_better" in values:
        return NOT_ACHIEVED
    return STABLE if "stable" in values or "denied" in values else None


def _progressing(signs: Iterable[Finding]) -> list[Finding]:
    """Signs of the list that are new or increased; new ground glass counts beside traction bronchiectasis [G2]."""
    signs = list(signs)
    traction = any(item.subject == "traction" for item in signs if item.value != "absent")
    return [
        item
        for item in signs
        if item.value in ("new", "worse")
        and (item.subject in SIGNS or (item.subject == "ggo" and item.value == "new" and traction))
    ]


def _radiology(verdict: Finding | None, signs: Sequence[Finding]) -> bool | None:
    if _progressing(signs):
        return True
    worse = [item for item in signs if item.value in ("new", "worse")]
    if worse or (verdict is not None and verdict.value in ("worse", "not_better")):
        return None
    if verdict is not None and verdict.value in ("stable", "better"):
        return False
    if any(item.value == "better" or (item.value == "stable" and item.subject != "honeycombing") for item in signs):
        return False
    if any(item.value == "denied" for item in signs) or _all_absent(signs):
        return False
    return None


def _worst(goal: str | None, findings: Sequence[Finding]) -> Finding | None:
    wanted = [item for item in findings if GOAL_OF.get(str(item.value)) == goal]
    return next(iter(wanted or findings), None)


def _explained_or_old(findings: Sequence[Finding], draft: Draft) -> bool:
    causes = [item for item in findings if item.detail.get("other_cause")]
    if causes:
        draft.note("other_cause", causes[0].words, slot="ppf_radiology")
    return bool(causes) or any((item.detail.get("months") or 0) > YEAR for item in findings)


# Symptoms


def _symptoms(draft: Draft, reading: Reading) -> None:
    said = [item for item in reading.of("trend") if item.subject in ("breathlessness", "breathing", "scale")]
    scales = [item for item in reading.of("measure") if item.subject == "scale" and "values" in item.value]
    moved = [_scale_finding(item) for item in scales]
    others = [item for item in reading.of("trend") if item.subject == "symptoms"]
    if others:
        draft.now["evidence"].pop(OTHER_SYMPTOM, None)
    findings = [*moved, *said] if said else moved
    verdict = next((item for item in reversed(findings) if item.value == _latest(findings)), None)
    if verdict is not None:
        draft.set("goal_breathlessness", GOAL_OF[str(verdict.value)], verdict)
        criterion = _symptom_criterion(draft, verdict)
        if criterion is not False or OTHER_SYMPTOM not in draft.now["evidence"]:
            draft.set("ppf_symptoms", criterion, verdict)
    if others:
        verdict = next((item for item in reversed(others) if item.value != "not_better"), others[-1])
        criterion = _symptom_criterion(draft, verdict)
        if criterion:
            draft.remember(OTHER_SYMPTOM, verdict.words)
        if criterion or (criterion is not None and not findings):
            draft.set("ppf_symptoms", criterion, verdict)


def _scale_finding(item: Finding) -> Finding:
    change = change_of(item.value)
    value = "worse" if change >= 1 else "better" if change <= -1 else "stable"
    detail = {**item.detail, "months": item.value.get("months")}
    return Finding("trend", "breathlessness", value, item.words, item.start, item.end, detail)


def _symptom_criterion(draft: Draft, verdict: Finding) -> bool | None:
    if verdict.value in ("stable", "better"):
        return False
    if verdict.value != "worse":
        return None
    if verdict.detail.get("other_cause"):
        draft.note("other_cause", verdict.words, slot="ppf_symptoms")
        return None
    return None if (verdict.detail.get("months") or 0) > YEAR else True


# Verdicts that name none of the three


def _overall(draft: Draft, reading: Reading) -> None:
    named = {"goal_lung_function", "goal_ild_extent", "goal_breathlessness"} & draft.touched
    if named:
        draft.close("which_goal")
        return
    overall = [
        item for item in reading.of("trend") if item.subject in ("overall", None) and item.value not in ("up", "down")
    ]
    if overall and not draft.answered:
        draft.ask(clarify.which_goal(overall[-1].words, str(overall[-1].value)))
