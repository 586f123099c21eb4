"""`update`: what a message changes in a case, given what is known and what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.guideline import ppf
from bot.language import answers, clarify, corrections, update_lungs, update_therapy
from bot.language.case_state import CRITERIA, GOALS, LAST_CHANGE, SLOTS, Draft
from bot.language.model import Finding, Reading, Update
from bot.language.subjects import GOAL_OF_SUBJECT


def update(slots: Mapping[str, Any], reading: Reading, asked: str | None = None) -> Update:
    """Interprets a reading in the context of the slots known so far and of the question just asked.

    `asked` is a slot name, the id of an open clarification, or None; it only supplies a missing subject.
    """
    if reading.of("new_patient"):
        draft = Draft({})
        draft.before = {name: slots.get(name) for name in draft.before}
    else:
        draft = Draft(slots)
    if reading.of("undo") and draft.now[LAST_CHANGE]:
        goals = [slot for slot in GOALS if slot in draft.now[LAST_CHANGE]]
        if _undoes(reading):
            draft.take_back_last_message()
            draft.note("taken_back")
        if not reading.of(*_TOLD_INSTEAD):
            return Update(draft.changes(), tuple(draft.notes), False)
        asked = asked or (goals[0] if len(goals) == 1 else None)  # "wrong patient, hers is stable"
    reading = answers.with_subjects(draft, reading, asked)
    corrections.take_back(draft, reading)
    update_therapy.apply(draft, reading, asked)
    _emptied(draft, reading, asked)
    update_lungs.apply(draft, reading)
    _facts(draft, reading)
    _contradictions(draft, reading)
    _old_comparison(draft, reading)
    answers.apply(draft, reading, asked)
    _derive(draft)
    answers.tidy(draft, asked)
    if reading.of("undo") and not draft.changes() and not draft.notes:
        draft.note("nothing_to_take_back")
    draft.remember_the_change()
    return Update(draft.changes(), tuple(draft.notes), draft.answered)


def _undoes(reading: Reading) -> bool:
    """Whether all of the message before is taken back; "wrong chart, it's MTX" only puts right what it names."""
    return any(item.value != "other" or not reading.of(*_TOLD_INSTEAD) for item in reading.of("undo"))


_TOLD_INSTEAD = ("therapy", "swap", "trend", "measure", "sign", "ppf", "rapid", "disease", "criterion", "fibrosis")


def _emptied(draft: Draft, reading: Reading, asked: str | None) -> None:
    """The last earlier agent is taken again: whether there were others was never told."""
    denied = reading.of("no_therapy") or (asked == "previous_therapy" and reading.of("answer"))
    if draft.now["previous_therapy"] == [] and draft.before["previous_therapy"] and not denied:
        draft.set("previous_therapy", None)


def _facts(draft: Draft, reading: Reading) -> None:
    _disease(draft, reading)
    labels = reading.of("ppf")
    for finding in labels:
        if finding.value == "past":
            draft.note("past_label", finding.words)
    current = [finding for finding in labels if finding.value in ("yes", "no")]
    opposed = [finding for finding in reading.of("contradiction") if finding.subject == "ppf"]
    if current and not opposed:
        draft.set("ppf_stated", current[-1].value, current[-1])
    elif labels and not current and draft.now["ppf_stated"] == "yes":
        draft.set("ppf_stated", None)  # "that label was from March 2024"
    for finding in reading.of("criterion"):
        draft.set(str(finding.subject), finding.value, finding)
    urgent = _still_urgent(reading)
    if reading.of("weaned") and not urgent and draft.now["rapidly_progressive"]:
        draft.set("rapidly_progressive", None)
    if urgent:
        said = next((finding for finding in urgent if finding.value), urgent[-1])
        draft.set("rapidly_progressive", said.value, said)
    for finding in reading.of("stability")[-1:]:
        draft.set("stability_acceptable", finding.value, finding)
    if draft.now["stability_acceptable"] is not None and not reading.of("stability"):
        for finding in reading.of("judgement")[-1:]:
            draft.set("stability_acceptable", finding.value, finding)
    for finding in reading.of("feature"):
        _feature(draft, str(finding.subject), bool(finding.value))
    for finding in reading.of("unknown_drug"):
        draft.note("unknown_drug", finding.words, nearest=finding.value)


def _still_urgent(reading: Reading) -> list[Finding]:
    """Rapid progression, unless the same message takes the patient off oxygen further on."""
    over = [finding.start for finding in reading.of("weaned") if finding.value == "off"]
    urgent = reading.of("rapid")
    return [] if over and urgent and over[-1] > urgent[-1].end else list(urgent)


def _old_comparison(draft: Draft, reading: Reading) -> None:
    """A CT compared with one more than a year older says nothing on the criterion; the goal keeps its value."""
    if reading.of("old_comparison") and draft.now["ppf_radiology"] is True:
        draft.set("ppf_radiology", None)


def _contradictions(draft: Draft, reading: Reading) -> None:
    """What one message calls both ways keeps its old value until the clinician says which holds."""
    for finding in reading.of("contradiction"):
        if finding.subject == "ppf":
            draft.ask(clarify.contradictory_label(finding.words))
            continue
        slot = GOAL_OF_SUBJECT[str(finding.subject)]
        name = {"goal_lung_function": "lung function", "goal_ild_extent": "CT"}.get(slot, "breathlessness")
        draft.ask(clarify.contradictory_goal(slot, finding.words, name))


def _disease(draft: Draft, reading: Reading) -> None:
    """Myositis named beside another disease prevails, unless a later word says what the disease turned out to be."""
    named = [item for item in reading.of("disease") if item.detail.get("how") not in ("queried", "listed")]
    final = [item for item in named if item.detail.get("how") == "final"]
    if (
        not final
        and reading.of("correction")
        and not reading.of("swap", "therapy")
        and draft.before["underlying_disease"]
    ):
        final = named  # "actually SSc"
    if final:
        draft.set("underlying_disease", final[-1].subject, final[-1])
        return
    withdrawn = _withdrawn(draft, reading)
    denied = any(not item.detail.get("antibody") for item in reading.of("disease_denied") if item.subject == "iim")
    guessed = [
        item
        for item in reading.of("disease")
        if item.detail.get("how") == "listed" or (item.subject == "iim" and not denied)
    ]
    named = named or guessed
    if not named:
        if withdrawn:
            draft.set("underlying_disease", None)
        return
    myositis = next((item for item in named if item.subject == "iim"), None)
    others = [item for item in named if item.subject != "iim"]
    replaces = (
        withdrawn or denied or reading.of("correction") or any(item.detail.get("how") == "identity" for item in others)
    )
    if myositis is None and draft.now["underlying_disease"] == "iim" and not replaces:
        return
    if myositis is not None and denied and others:
        myositis = None
    said = myositis or others[0]
    draft.set("underlying_disease", said.subject, said)


def _withdrawn(draft: Draft, reading: Reading) -> bool:
    """True where the very name that the disease rested on is denied now: "the Jo-1 was a mix-up"."""
    held = _letters(draft.now["evidence"].get("underlying_disease", ""))
    return any(
        item.subject == draft.now["underlying_disease"]
        and (_letters(item.words) in held or held in _letters(item.words))
        for item in reading.of("disease_denied")
        if held and _letters(item.words)
    )


def _letters(words: str) -> str:
    return "".join(char for char in words.lower() if char.isalnum()).removeprefix("anti")


def _feature(draft: Draft, name: str, present: bool) -> None:
    held = draft.now["patient_features"]
    if present and name not in held:
        held.append(name)
    elif not present and name in held:
        held.remove(name)


def _derive(draft: Draft) -> None:
    """PPF follows from the clinician's word, else from the criteria; the criteria never change the word."""
    now = draft.now
    criteria = [now[name] for name in CRITERIA]
    derived = ppf.derive(now["ppf_stated"], now["fibrosis_on_ct"], *criteria)
    now["progressive_pulmonary_fibrosis"] = derived
    by_criteria = ppf.derive(None, now["fibrosis_on_ct"], *criteria)
    changed = any(now[name] != draft.before[name] for name in (*CRITERIA, "ppf_stated", "fibrosis_on_ct"))
    if changed and now["ppf_stated"] is not None and by_criteria not in (None, now["ppf_stated"]):
        draft.note("word_and_criteria_disagree", "", stated=now["ppf_stated"], criteria=by_criteria)


ALL_SLOTS = SLOTS
