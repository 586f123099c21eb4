"""Answers to the questions that earlier messages left open: which goal, over what time, in which unit, which agent."""

from __future__ import annotations

from typing import Any

from bot.language import clarify, update_lungs, update_therapy
from bot.language.case_state import GOALS, Draft
from bot.language.model import Reading
from bot.language.subjects import GOAL_OF_SUBJECT
from bot.language.times import YEAR

UNKNOWN = frozenset({"unknown", "not_done", "pending"})


def clarified(draft: Draft, reading: Reading, entry: dict[str, Any]) -> bool:
    kind = entry["kind"]
    unknown = any(finding.value in UNKNOWN for finding in reading.of("answer"))
    if unknown:
        draft.close(entry["id"])
        draft.decline(entry["id"])
        return True
    if kind == "ambiguous_agent":
        if any(finding.value in ("none", "no") for finding in reading.of("answer")):
            draft.close(entry["id"])
            return True
        return update_therapy.answer_ambiguous(draft, reading, entry) is not None
    if kind == "which_goal":
        return _which_goal(draft, reading, entry)
    if kind in ("time_window", "absolute_or_relative", "percent_predicted"):
        return _measure_question(draft, reading, entry)
    return entry["id"] not in [item["id"] for item in draft.now["clarifications"]]


def _which_goal(draft: Draft, reading: Reading, entry: dict[str, Any]) -> bool:
    named = {GOAL_OF_SUBJECT.get(str(finding.subject)) for finding in reading.of("mention", "trend", "measure", "sign")}
    if any(finding.value in ("all", "both") for finding in reading.of("answer")):
        named |= set(GOALS)
    goals = [slot for slot in GOALS if slot in named]
    value = update_lungs.GOAL_OF.get(entry.get("value", "worse"), "not_achieved")
    for slot in goals:
        if slot not in draft.touched:
            draft.set(slot, value, words=entry["words"])
            if slot == "goal_breathlessness":
                draft.set(
                    "ppf_symptoms",
                    {"not_achieved": entry.get("value") == "worse" or None}.get(value, False),
                    words=entry["words"],
                )
    if goals:
        draft.close(entry["id"])
    return bool(goals)


def _measure_question(draft: Draft, reading: Reading, entry: dict[str, Any]) -> bool:
    measure = entry.get("measure") or "fvc"
    known = draft.now["measurements"].get(measure)
    if known is None:
        return False
    months = next((finding.value for finding in reading.of("window")), None)
    limit = update_lungs.PPF_POINTS[measure]
    if entry["kind"] == "time_window" and months is not None:
        fall = known.get("fall") or 0
        outcome = "over_a_year_known" if months > YEAR else "reached" if fall >= limit else "below"
        known = {**known, "ppf": outcome, "months": months}
    elif entry["kind"] == "absolute_or_relative" and reading.of("kind_of_change"):
        absolute = reading.of("kind_of_change")[0].value == "absolute"
        fall = known.get("fall") or 0
        enough = "reached" if fall >= limit else "below"
        months = months if months is not None else known.get("months")
        in_time = months is not None and months <= YEAR
        known = {**known, "months": months, "ppf": "relative_known" if not absolute else enough if in_time else "time"}
        if known["ppf"] == "time":
            draft.ask(clarify.time_window(entry["words"], "ppf_physiology", measure, fall))
    elif entry["kind"] == "percent_predicted" and reading.of("answer"):
        yes = reading.of("answer")[0].value in ("yes", "all")
        known = {**known, "ppf": "reached" if yes else "below"}
    else:
        return "ppf_physiology" in draft.touched
    draft.now["measurements"] = {**draft.now["measurements"], measure: known}
    draft.close(entry["id"])
    update_lungs.settle_lung_function(draft)
    return True


def unasked(draft: Draft, reading: Reading) -> None:
    """A bare answer to a question that is still open, or a corrected time: "points", "make that 18 months"."""
    if reading.of("trend", "sign", "therapy") or any(
        "single" not in item.value and item.subject for item in reading.of("measure")
    ):
        return
    for entry in list(draft.now["clarifications"]):
        if entry.get("measure") and _measure_question(draft, reading, entry):
            return
        if entry["kind"] == "which_goal" and _which_goal(draft, reading, entry):
            return
    _new_window(draft, reading)


def _new_window(draft: Draft, reading: Reading) -> None:
    """The time of the measure told last, and of every other one that was told of the same time."""
    known = draft.now["measurements"]
    told = [name for name in known if known[name].get("value")]
    if not told or not reading.of("window"):
        return
    months = float(reading.of("window")[-1].value)
    for name in told:
        if known[name]["months"] != known[told[-1]]["months"]:
            continue
        value = {**known[name]["value"], "months": months, "times": None}
        entry = {**known[name], "months": months, "value": value, "ppf": update_lungs.ppf_outcome(name, value)}
        draft.now["measurements"] = {**draft.now["measurements"], name: entry}
    update_lungs.settle_lung_function(draft)


def answers_open_question(draft: Draft, reading: Reading, asked: str) -> bool:
    """ "within 8 months", said when the criterion was asked for, answers the open question about its time."""
    entries = [entry for entry in draft.now["clarifications"] if entry["slot"] == asked and entry.get("measure")]
    return any(_measure_question(draft, reading, entry) for entry in entries)
