"""`update`: what a message changes in a case, given what is known and what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.guideline import ppf
from bot.language import answers, clarify, update_lungs, update_therapy
from bot.language.case_state import CRITERIA, SLOTS, Draft
from bot.language.model import Reading, Update


def update(slots: Mapping[str, Any], reading: Reading, asked: str | None = None) -> Update:
    """Interprets a reading in the context of the slots known so far and of the question just asked.

    `asked` is a slot name, the id of an open clarification, or None; it only supplies a missing subject.
    """
    if reading.of("new_patient"):
        draft = Draft({})
        draft.before = {name: slots.get(name) for name in draft.before}
    else:
        draft = Draft(slots)
    reading = answers.with_subjects(draft, reading, asked)
    answers.take_back(draft, reading)
    update_therapy.apply(draft, reading, asked)
    update_lungs.apply(draft, reading)
    _facts(draft, reading)
    _contradictions(draft, reading)
    answers.apply(draft, reading, asked)
    _derive(draft)
    answers.tidy(draft, asked)
    return Update(draft.changes(), tuple(draft.notes), draft.answered)


def _facts(draft: Draft, reading: Reading) -> None:
    _disease(draft, reading)
    labels = reading.of("ppf")
    for finding in labels:
        if finding.value == "past":
            draft.note("past_label", finding.words)
    current = [finding for finding in labels if finding.value in ("yes", "no")]
    if current:
        draft.set("ppf_stated", current[-1].value, current[-1])
    for finding in reading.of("criterion"):
        draft.set(str(finding.subject), finding.value, finding)
    urgent = reading.of("rapid")
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


def _contradictions(draft: Draft, reading: Reading) -> None:
    """A goal called better and worse in one sentence keeps its old value until the clinician says which holds."""
    for finding in reading.of("contradiction"):
        slot = answers.GOAL_OF_SUBJECT[str(finding.subject)]
        name = {"goal_lung_function": "lung function", "goal_ild_extent": "CT"}.get(slot, "breathlessness")
        draft.ask(clarify.contradictory_goal(slot, finding.words, name))


def _disease(draft: Draft, reading: Reading) -> None:
    named = reading.of("disease")
    if not named:
        return
    myositis = next((finding for finding in named if finding.subject == "iim"), None)
    if myositis is None and draft.now["underlying_disease"] == "iim" and not reading.of("correction"):
        return
    if myositis is not None and any(finding.subject == "iim" for finding in reading.of("disease_denied")):
        myositis = next((None for finding in named if finding.subject != "iim"), myositis)
    said = myositis or next((finding for finding in named if finding.subject != "iim"), named[0])
    draft.set("underlying_disease", said.subject, said)


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
