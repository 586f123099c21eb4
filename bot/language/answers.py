"""Bare answers and "don't know": what only the question just asked makes a fact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.language import corrected_readings, corrections, open_questions, waiting_readings
from bot.language.case_state import CRITERIA, GOALS, LAST_CHANGE, THERAPY, Draft
from bot.language.model import Finding, Reading
from bot.language.subjects import CRITERION_OF, GOAL_OF_SUBJECT, SLOTS_OF_SUBJECT, SUBJECT_OF
from bot.language.times import YEAR
from bot.language.vocabulary import words

_GOALS_AND_LABEL = frozenset({*GOALS, "ppf_stated"})


def with_subjects(draft: Draft, reading: Reading, asked: str | None) -> Reading:
    """Gives findings without a subject the one that was asked about."""
    subject = SUBJECT_OF.get(asked or "")
    which = _open(draft, asked)
    if which is not None and which["kind"] in ("percent_predicted", "time_window", "absolute_or_relative"):
        subject = which.get("measure") or subject
    bare = [item for item in reading.of("trend") if item.subject is None]
    meant = any(item.detail.get("meant") for item in reading.of("correction"))
    refers_back = meant or any(item.detail.get("refers_back") for item in bare)
    refers_back = refers_back or (asked is None and bool(reading.of("last_year", "answer", "correction")))
    refers_back = refers_back and not (asked is None and _answered_before(draft, reading))
    if subject is None and which is None and bare and refers_back:
        subject = next((SUBJECT_OF[key] for key in reversed(list(draft.now["evidence"])) if key in SUBJECT_OF), None)
        if subject == "pft" and len(draft.now["measurements"]) == 1:
            subject = next(iter(draft.now["measurements"]))
    withdrawn = [str(item.subject) for item in reading.of("retract") if str(item.subject) in GOAL_OF_SUBJECT]
    if subject is None and len(withdrawn) == 1 and bare:
        subject = withdrawn[0]
    if subject is None and asked is None and draft.now["measurements"]:
        subject = list(draft.now["measurements"])[-1] if not reading.of("trend") else None
    declined = {str(item.subject) for item in reading.of("declined")}
    findings = []
    lists = reading.of("criteria_listed") if asked == "progressive_pulmonary_fibrosis" else ()
    for finding in reading.findings:
        if finding.kind == "trend" and any(item.start <= finding.start < item.end for item in lists):
            continue  # "all three are met" tells no course
        if _about_the_answer(finding, subject, declined, reading) or _of_what_was_asked(finding, asked):
            continue
        if finding.kind == "trend" and _within_a_refusal(finding, reading):
            continue
        if _dated_otherwise(finding, reading):
            continue
        if asked == "ppf_radiology" and _no_sign(finding):
            findings.append(replace(finding, kind="criterion", subject=asked, value=False))
            continue
        if finding.kind == "effort" and subject == "breathlessness":
            finding = replace(finding, kind="trend")
        vague = finding.subject is None or (
            finding.subject == "overall" and asked in SUBJECT_OF and finding.kind == "trend"
        )
        continuing = waiting_readings.continuing(draft, finding, subject)
        if len(continuing) > 1:
            findings += continuing
            continue
        finding = continuing[0]
        own = _same_readings(draft, finding) or subject
        if asked is None and reading.of("correction", "reversed"):
            own = corrected_readings.corrected_pair(draft, finding) or own
        if vague and own and finding.kind in ("trend", "measure"):
            known = draft.now["measurements"].get("fvc" if own == "pft" else own) or {}
            finding = _converted(finding, known)
            finding = _with_subject(finding, own, known.get("months"))
        findings.append(finding)
    return replace(reading, findings=tuple(findings))


def _dated_otherwise(finding: Finding, reading: Reading) -> bool:
    """ "The 64 is from 2023, the 51 from this month": numbers in another order than that of their dates."""
    if finding.kind != "measure" or finding.subject is not None or "values" not in finding.value:
        return False
    dated = [pair for item in reading.of("reading_dated") for pair in item.value.get("dated") or ()]
    in_order = [value for value, _ in sorted(dated, key=lambda pair: pair[1])]
    return sorted(in_order) == sorted(finding.value["values"]) and in_order != list(finding.value["values"])


def _same_readings(draft: Draft, finding: Finding) -> str | None:
    """ "55 first and 61 now", after "FVC 61 to 55": the measure that the same two readings were told of."""
    if finding.kind != "measure" or finding.subject is not None:
        return None
    told = sorted(finding.value.get("values") or ())
    known = draft.now["measurements"].items()
    return next(
        (name for name, entry in known if told and told == sorted((entry.get("value") or {}).get("values") or ())), None
    )


def _converted(finding: Finding, known: Mapping[str, Any]) -> Finding:
    """ "That is 69 % and 61 %", after readings in litres: the same two readings, in the order of those."""
    litres, values = known.get("value") or {}, list(finding.value["values"]) if "values" in finding.value else []
    if litres.get("unit") not in ("l", "raw") or len(values) != 2 or len(litres.get("values") or ()) != 2:
        return finding
    falling = litres["values"][0] > litres["values"][1]
    return replace(finding, value={**finding.value, "values": sorted(values, reverse=falling)})


def _about_the_answer(finding: Finding, subject: str | None, declined: set[str], reading: Reading) -> bool:
    """ "Same, don't have it", "no CT yet, too ill to go down": a bare course beside a "not known" tells nothing."""
    if finding.kind != "trend" or finding.subject is not None:
        return False
    unknown = any(item.value in open_questions.UNKNOWN for item in reading.of("answer"))
    again = finding.words.lower().removeprefix("the ").startswith(_SAME_ANSWER)
    return subject in declined or (unknown and (again or finding.value in ("up", "down")))


def _of_what_was_asked(finding: Finding, asked: str | None) -> bool:
    """ "None before and none now", said of breathlessness: nothing was said of treatment."""
    if finding.kind != "no_therapy" or asked not in SUBJECT_OF:
        return False
    return not _TREATMENT & set(_WORD.findall(finding.words.lower()))


def _no_sign(finding: Finding) -> bool:
    """ "None of those signs is new", asked for the signs: the CT as a whole keeps the course that was told of it."""
    bare = finding.kind == "trend" and finding.subject is None and finding.value == "stable"
    return bare and finding.words.lower().startswith(_NO_SIGN)


_NO_SIGN = ("none of", "no sign", "no such", "not one", "nothing of", "no new sign", "neither of")
_TREATMENT = words("answers", "treatment")
_WORD = re.compile(r"[a-z]+")


def _within_a_refusal(finding: Finding, reading: Reading) -> bool:
    """ "DLCO not done, machine down": a word of the reason why a test was not done is no course."""
    return any(
        item.subject == finding.subject and finding.start <= item.start and finding.end == item.end
        for item in reading.of("declined")
    )


_SAME_ANSWER = ("same", "ditto", "idem", "likewise", "as before")


def _with_subject(finding: Finding, subject: str, months: float | None) -> Finding:
    value = finding.value
    if finding.kind == "measure":
        value = {**value, "months": value.get("months") or months}
        return replace(
            finding,
            value=value,
            subject="fvc" if subject == "pft" else "scale" if subject == "breathlessness" else subject,
        )
    if value in ("up", "down"):
        good = (value == "up") == (subject in ("fvc", "dlco", "pft"))
        return replace(finding, subject=subject, value="better" if good else "worse")
    return replace(finding, subject=subject)


def _open(draft: Draft, asked: str | None) -> dict[str, Any] | None:
    return next((entry for entry in draft.now["clarifications"] if entry["id"] == asked), None)


def apply(draft: Draft, reading: Reading, asked: str | None) -> None:
    for finding in reading.of("declined"):
        slot = GOAL_OF_SUBJECT.get(str(finding.subject))
        if finding.subject == "ppf" and draft.now["ppf_stated"] and "ppf_stated" not in draft.touched:
            draft.set("ppf_stated", None)  # "they have not decided on PPF yet", after all
        if not slot or slot in draft.touched or finding.subject == "dlco":
            continue
        if draft.now[slot] is not None and finding.value == "not_done":
            for name in SLOTS_OF_SUBJECT[str(finding.subject)]:
                draft.set(name, None)
        if draft.now[slot] is None:
            draft.decline(slot)
            draft.answered = draft.answered or asked == slot
    if asked is None:
        if not _changed_answer(draft, reading):
            open_questions.unasked(draft, reading)
        return
    entry = _open(draft, asked)
    if entry is None and any(item["id"] == asked for item in draft.before["clarifications"] or ()):
        draft.answered = True
        return
    if entry is not None:
        draft.answered = open_questions.clarified(draft, reading, entry) or draft.answered
        return
    if asked == "progressive_pulmonary_fibrosis" and reading.of("criteria_listed"):
        _listed(draft, reading)
        return
    named = {"ppf_physiology": reading.of("threshold"), "ppf_radiology": reading.of("signs_named")}.get(asked, ())
    if named and asked not in draft.touched and _open(draft, asked) is None:
        draft.set(asked, named[-1].value, named[-1])
        draft.answered = True
        return
    if asked in draft.touched or (
        asked == "progressive_pulmonary_fibrosis" and draft.touched & {"ppf_stated", *CRITERIA}
    ):
        draft.answered = True
        if asked == "ppf_symptoms" and draft.now[asked] and reading.of("possible_cause"):
            _explained_in_answer(draft, reading.of("possible_cause")[-1], asked)
            return
        label = asked == "progressive_pulmonary_fibrosis" and "ppf_stated" not in draft.touched
        if label or (asked in CRITERIA and draft.now[asked] is None):
            _plain_answer(draft, reading, asked)
        return
    if asked == "stability_acceptable" and reading.of("judgement") and not _answers_otherwise(reading):
        finding = reading.of("judgement")[-1]
        draft.set(asked, finding.value, finding)
        draft.answered = True
        return
    if open_questions.answers_open_question(draft, reading, asked):
        draft.answered = True
        return
    if asked in CRITERIA and reading.of("possible_cause"):
        _explained_in_answer(draft, reading.of("possible_cause")[-1], asked)
        return
    if asked in GOALS and reading.of("likewise") and _likewise(draft, asked, reading.of("likewise")[0]):
        return
    if asked == "progressive_pulmonary_fibrosis" and reading.of("criteria_verdict"):
        finding = reading.of("criteria_verdict")[-1]
        draft.set("ppf_stated", "yes" if finding.value else "no", finding)
        draft.answered = True
        return
    elsewhere = {GOAL_OF_SUBJECT.get(str(finding.subject)) for finding in reading.of("declined")}
    for finding in reading.of("answer"):
        if finding.value == "no" and asked in elsewhere:
            continue  # "no scan": there is none, which says nothing on its course
        if finding.value in open_questions.UNKNOWN and elsewhere and asked not in elsewhere:
            continue
        if asked in THERAPY and finding.value == "no" and _puts_right(draft):
            continue
        label = asked == "progressive_pulmonary_fibrosis" and finding.value in ("yes", "no")
        judged = asked == "stability_acceptable" and finding.value in ("yes", "no")
        if finding.detail.get("alone") or not draft.touched or asked in THERAPY or label or judged:
            _answer(draft, finding, asked, bool(reading.of("other_cause")), _beyond_a_year(reading, asked))
            return


_ANSWERED = ("stability_acceptable", "ppf_stated", *CRITERIA, "fibrosis_on_ct")
"""Slots that a plain yes or no may have set."""


def _changed_answer(draft: Draft, reading: Reading) -> bool:
    """ "On reflection no": a second thought on the yes or no that the message before gave."""
    slot = _answered_before(draft, reading)
    if slot is None:
        return False
    said = reading.of("second_thought")[-1]
    draft.set(slot, said.value if slot == "ppf_stated" else said.value == "yes", said)
    draft.answered = True
    return True


def _answered_before(draft: Draft, reading: Reading) -> str | None:
    """The one slot that the message before answered with yes or no, if this one only thinks better of it."""
    if not reading.of("second_thought") or reading.of("therapy", "measure", "sign"):
        return None
    if any(item.subject for item in reading.of("trend")):
        return None
    last = [slot for slot in _ANSWERED if slot in draft.now[LAST_CHANGE] and draft.now[slot] is not None]
    return last[0] if len(last) == 1 and last[0] not in draft.touched else None


def _listed(draft: Draft, reading: Reading) -> None:
    """ "Yes, 1 and 3", "only the first": each criterion as the list tells it, and the plain yes or no beside it."""
    for finding in reading.of("criteria_listed"):
        for slot, met in finding.value.items():
            draft.set(slot, met, finding)
    draft.answered = True
    _plain_answer(draft, reading, "progressive_pulmonary_fibrosis")


def _puts_right(draft: Draft) -> bool:
    """ "No, the CT was unchanged", of a CT told as worse: the "no" is of that, and answers no question on drugs."""
    return any(draft.before[goal] is not None and draft.now[goal] != draft.before[goal] for goal in GOALS)


def _explained_in_answer(draft: Draft, cause: Finding, asked: str) -> None:
    """A cause named as the answer to a criterion: the criterion stays open and is not asked for again."""
    draft.set(asked, None)
    draft.note("other_cause", cause.words, slot=asked)
    draft.decline(asked)
    if asked == "ppf_physiology":
        corrections.explain_measurements(draft)
    draft.answered = True


def _likewise(draft: Draft, asked: str, finding: Finding) -> bool:
    """ "Likewise": the goal told last holds for this one too, with what follows for its criterion."""
    last = next((slot for slot in reversed(list(draft.now["evidence"])) if slot in GOALS and slot != asked), None)
    value = draft.now[last] if last else None
    if value is None:
        return False
    draft.set(asked, value, finding)
    criterion = CRITERION_OF[asked]
    if value != "not_achieved" and asked != "goal_lung_function" and draft.now[criterion] is None:
        draft.set(criterion, False, finding)
    draft.answered = True
    return True


def _answers_otherwise(reading: Reading) -> bool:
    """A plain yes or no that the judgement behind it does not repeat: "no, I was after improvement" says one thing."""
    said = {item.value for item in reading.of("answer")} & {"yes", "no"}
    return bool(said) and said != {"yes" if reading.of("judgement")[-1].value else "no"}


def _plain_answer(draft: Draft, reading: Reading, asked: str) -> None:
    """ "no, FVC only 3 points": the answer decides where the numbers beside it leave the criterion open."""
    for finding in reading.of("answer"):
        if finding.value in ("yes", "no"):
            _answer(draft, finding, asked, bool(reading.of("other_cause")), _beyond_a_year(reading, asked))
            return


def _beyond_a_year(reading: Reading, asked: str) -> bool:
    """Whether a plain yes is taken back by its own time or by a DLCO that counts only when corrected."""
    old = any(item.value > YEAR for item in reading.of("compared_scan")) or reading.of("old_comparison")
    if asked == "ppf_radiology" and old:
        return True
    measured = reading.of("measure", "trend")
    if asked == "ppf_physiology" and any(item.detail.get("uncorrected") for item in measured):
        return not any(item.subject == "fvc" for item in measured)
    return bool(reading.of("long_ago"))


def _answer(draft: Draft, finding: Finding, asked: str, explained: bool, past: bool = False) -> None:
    value = finding.value
    if asked in THERAPY and finding.words.lower().startswith("none"):
        value = "none"
    if value in open_questions.UNKNOWN:
        if asked not in THERAPY and asked != "progressive_pulmonary_fibrosis" and draft.now[asked] is not None:
            draft.set(asked, None)
        draft.decline(asked)
        draft.answered = True
        return
    if asked in THERAPY:
        if value in ("none", "no"):
            if asked == "current_therapy" or not draft.now[asked]:
                draft.set(asked, [], finding)
            draft.answered = True
        return
    if asked in CRITERIA and value in ("yes", "all", "both") and explained:
        draft.note("other_cause", finding.words, slot=asked)
        draft.answered = True
        return
    if asked in CRITERIA and value == "yes" and past:
        draft.decline(asked)  # "yes, but two years ago", "yes, compared with 2022": not within the past year
        draft.answered = True
        return
    if asked in GOALS and value == "none":
        draft.decline(asked)  # "none", said of a CT or of lung function: there is none
        draft.answered = True
        return
    if asked in (*GOALS, "progressive_pulmonary_fibrosis") and value in ("all", "both"):
        return  # "everything" answers neither how a goal went nor whether there is PPF
    positive = {"yes": True, "all": True, "both": True, "no": False, "none": False}[value]
    if asked in GOALS:
        draft.set(asked, "achieved" if positive else "not_achieved", finding)
    elif asked == "progressive_pulmonary_fibrosis":
        draft.set("ppf_stated", "yes" if positive else "no", finding)
    elif asked in (*CRITERIA, "fibrosis_on_ct", "stability_acceptable"):
        draft.set(asked, positive, finding)
    else:
        return
    draft.answered = True


def tidy(draft: Draft, asked: str | None) -> None:
    """Keeps only the questions that still matter: an answer or a later fact on the same slot closes them."""
    for entry in list(draft.now["clarifications"]):
        slot = entry["slot"]
        if (
            entry["kind"] == "contradiction"
            and draft.touched & {slot, entry["id"].partition(":")[2]} & _GOALS_AND_LABEL
        ):
            draft.close(entry["id"])
        if entry["id"] in draft.touched or slot is None or entry["kind"] in ("ambiguous_agent", "contradiction"):
            continue
        if draft.now.get(slot) is not None:
            draft.close(entry["id"])
