"""Bare answers, "don't know", corrections and open questions: what only the context makes a fact."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.language import clarify, update_lungs, update_therapy
from bot.language.agents import AGENTS
from bot.language.case_state import CRITERIA, GOALS, THERAPY, Draft
from bot.language.model import Finding, Reading
from bot.language.remarks import is_muscular

SUBJECT_OF = {
    "goal_lung_function": "pft",
    "goal_ild_extent": "ct",
    "goal_breathlessness": "breathlessness",
    "ppf_symptoms": "breathlessness",
    "ppf_physiology": "pft",
    "ppf_radiology": "ct",
}
GOAL_OF_SUBJECT = {
    "fvc": "goal_lung_function",
    "dlco": "goal_lung_function",
    "pft": "goal_lung_function",
    "ct": "goal_ild_extent",
    "ggo": "goal_ild_extent",
    "breathlessness": "goal_breathlessness",
    "breathing": "goal_breathlessness",
    "symptoms": "ppf_symptoms",
    "fibrosis": "fibrosis_on_ct",
    **{slot: slot for slot in (*CRITERIA, "stability_acceptable")},
    "ppf": "progressive_pulmonary_fibrosis",
    "current_therapy": "current_therapy",
    "previous_therapy": "previous_therapy",
}
_CRITERION_OF = dict(zip(GOALS, ("ppf_physiology", "ppf_radiology", "ppf_symptoms"), strict=True))
_SLOTS_OF_SUBJECT = {
    "fvc": ("goal_lung_function", "ppf_physiology"),
    "dlco": ("goal_lung_function", "ppf_physiology"),
    "pft": ("goal_lung_function", "ppf_physiology"),
    "ct": ("goal_ild_extent", "ppf_radiology", "fibrosis_on_ct"),
    "ggo": ("goal_ild_extent", "ppf_radiology"),
    "fibrosis": ("fibrosis_on_ct",),
    "reticulation": ("ppf_radiology", "fibrosis_on_ct", "goal_ild_extent"),
    "honeycombing": ("ppf_radiology", "fibrosis_on_ct", "goal_ild_extent"),
    "traction": ("ppf_radiology", "fibrosis_on_ct", "goal_ild_extent"),
    "breathlessness": ("goal_breathlessness", "ppf_symptoms"),
    "breathing": ("goal_breathlessness", "ppf_symptoms"),
    "symptoms": ("ppf_symptoms",),
    "ppf": ("ppf_stated",),
    "current_therapy": ("current_therapy",),
    "previous_therapy": ("previous_therapy",),
}
_UNKNOWN = frozenset({"unknown", "not_done", "pending"})
_GOALS_AND_LABEL = frozenset({*GOALS, "ppf_stated"})


def with_subjects(draft: Draft, reading: Reading, asked: str | None) -> Reading:
    """Gives findings without a subject the one that was asked about."""
    subject = SUBJECT_OF.get(asked or "")
    which = _open(draft, asked)
    if which is not None and which["kind"] in ("percent_predicted", "time_window", "absolute_or_relative"):
        subject = which.get("measure") or subject
    bare = [item for item in reading.of("trend") if item.subject is None]
    meant = any(item.detail.get("meant") for item in reading.of("correction"))
    refers_back = meant or (asked is None and reading.of("last_year", "answer", "correction"))
    if subject is None and which is None and bare and refers_back:
        subject = next((SUBJECT_OF[key] for key in reversed(list(draft.now["evidence"])) if key in SUBJECT_OF), None)
    withdrawn = [str(item.subject) for item in reading.of("retract") if str(item.subject) in GOAL_OF_SUBJECT]
    if subject is None and len(withdrawn) == 1 and bare:
        subject = withdrawn[0]
    if subject is None and asked is None and draft.now["measurements"]:
        subject = list(draft.now["measurements"])[-1] if not reading.of("trend") else None
    declined = {str(item.subject) for item in reading.of("declined")}
    findings = []
    for finding in reading.findings:
        if _about_the_answer(finding, subject, declined, reading):
            continue
        vague = finding.subject is None or (
            finding.subject == "overall" and asked in (*GOALS, *CRITERIA) and finding.kind == "trend"
        )
        own = _same_readings(draft, finding) or subject
        if vague and own and finding.kind in ("trend", "measure"):
            known = draft.now["measurements"].get("fvc" if own == "pft" else own) or {}
            finding = _with_subject(finding, own, known.get("months"))
        findings.append(finding)
    return replace(reading, findings=tuple(findings))


def _same_readings(draft: Draft, finding: Finding) -> str | None:
    """ "55 first and 61 now", after "FVC 61 to 55": the measure that the same two readings were told of."""
    if finding.kind != "measure" or finding.subject is not None:
        return None
    told = sorted(finding.value.get("values") or ())
    known = draft.now["measurements"].items()
    return next(
        (name for name, entry in known if told and told == sorted((entry.get("value") or {}).get("values") or ())), None
    )


def _about_the_answer(finding: Finding, subject: str | None, declined: set[str], reading: Reading) -> bool:
    """ "Same, don't have it", "no CT yet, too ill to go down": a bare course beside a "not known" tells nothing."""
    if finding.kind != "trend" or finding.subject is not None:
        return False
    unknown = any(item.value in _UNKNOWN for item in reading.of("answer"))
    again = finding.words.lower().removeprefix("the ").startswith(_SAME_ANSWER)
    return subject in declined or (unknown and (again or finding.value in ("up", "down")))


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
        if not slot or slot in draft.touched or finding.subject == "dlco":
            continue
        if draft.now[slot] is not None and finding.value == "not_done":
            for name in _SLOTS_OF_SUBJECT[str(finding.subject)]:
                draft.set(name, None)
        if draft.now[slot] is None:
            draft.decline(slot)
            draft.answered = draft.answered or asked == slot
    if asked is None:
        _unasked(draft, reading)
        return
    entry = _open(draft, asked)
    if entry is None and any(item["id"] == asked for item in draft.before["clarifications"] or ()):
        draft.answered = True
        return
    if entry is not None:
        draft.answered = _clarified(draft, reading, entry) or draft.answered
        return
    if asked in draft.touched or (
        asked == "progressive_pulmonary_fibrosis" and draft.touched & {"ppf_stated", *CRITERIA}
    ):
        draft.answered = True
        if asked in CRITERIA and draft.now[asked] is None:
            _plain_answer(draft, reading, asked)
        return
    if asked == "stability_acceptable" and reading.of("judgement") and not _plain_yes_or_no(reading):
        finding = reading.of("judgement")[-1]
        draft.set(asked, finding.value, finding)
        draft.answered = True
        return
    if _answers_open_question(draft, reading, asked):
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
        if finding.value in _UNKNOWN and elsewhere and asked not in elsewhere:
            continue
        if finding.detail.get("alone") or not draft.touched or asked in THERAPY:
            _answer(draft, finding, asked, bool(reading.of("other_cause")))
            return


def _explained_in_answer(draft: Draft, cause: Finding, asked: str) -> None:
    """A cause named as the answer to a criterion: the criterion stays open and is not asked for again."""
    draft.set(asked, None)
    draft.note("other_cause", cause.words, slot=asked)
    draft.decline(asked)
    if asked == "ppf_physiology":
        _explain_measurements(draft)
    draft.answered = True


def _explain_measurements(draft: Draft) -> None:
    draft.now["measurements"] = {
        name: {**entry, "ppf": "other_cause"} for name, entry in draft.now["measurements"].items()
    }


def _likewise(draft: Draft, asked: str, finding: Finding) -> bool:
    """ "Likewise": the goal told last holds for this one too, with what follows for its criterion."""
    last = next((slot for slot in reversed(list(draft.now["evidence"])) if slot in GOALS and slot != asked), None)
    value = draft.now[last] if last else None
    if value is None:
        return False
    draft.set(asked, value, finding)
    criterion = _CRITERION_OF[asked]
    if value != "not_achieved" and asked != "goal_lung_function" and draft.now[criterion] is None:
        draft.set(criterion, False, finding)
    draft.answered = True
    return True


def _plain_yes_or_no(reading: Reading) -> bool:
    return any(item.value in ("yes", "no") for item in reading.of("answer"))


def _plain_answer(draft: Draft, reading: Reading, asked: str) -> None:
    """ "no, FVC only 3 points": the answer decides where the numbers beside it leave the criterion open."""
    for finding in reading.of("answer"):
        if finding.value in ("yes", "no"):
            _answer(draft, finding, asked, bool(reading.of("other_cause")))
            return


def _unasked(draft: Draft, reading: Reading) -> None:
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
    known = draft.now["measurements"]
    name = next((name for name in reversed(list(known)) if known[name].get("value")), None)
    if name is None or not reading.of("window"):
        return
    months = float(reading.of("window")[-1].value)
    value = {**known[name]["value"], "months": months, "times": None}
    entry = {**known[name], "months": months, "value": value, "ppf": update_lungs.ppf_outcome(name, value)}
    draft.now["measurements"] = {**known, name: entry}
    update_lungs.settle_lung_function(draft)


def _answers_open_question(draft: Draft, reading: Reading, asked: str) -> bool:
    """ "within 8 months", said when the criterion was asked for, answers the open question about its time."""
    entries = [entry for entry in draft.now["clarifications"] if entry["slot"] == asked and entry.get("measure")]
    return any(_measure_question(draft, reading, entry) for entry in entries)


def _answer(draft: Draft, finding: Finding, asked: str, explained: bool) -> None:
    value = finding.value
    if asked in THERAPY and finding.words.lower().startswith("none"):
        value = "none"
    if value in _UNKNOWN:
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


def _clarified(draft: Draft, reading: Reading, entry: dict[str, Any]) -> bool:
    kind = entry["kind"]
    unknown = any(finding.value in _UNKNOWN for finding in reading.of("answer"))
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
        outcome = "over_a_year_known" if months > update_lungs.YEAR else "reached" if fall >= limit else "below"
        known = {**known, "ppf": outcome, "months": months}
    elif entry["kind"] == "absolute_or_relative" and reading.of("kind_of_change"):
        absolute = reading.of("kind_of_change")[0].value == "absolute"
        fall = known.get("fall") or 0
        enough = "reached" if fall >= limit else "below"
        in_time = known.get("months") is not None and known["months"] <= update_lungs.YEAR
        known = {**known, "ppf": "relative_known" if not absolute else enough if in_time else "time"}
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


def take_back(draft: Draft, reading: Reading) -> None:
    """ "scratch the CT", "remove rituximab", "that was last year", "the muscles are to blame"."""
    for finding in reading.of("other_cause"):
        _explained_away(draft, str(finding.value), finding)
    if reading.of("uncorrected") and draft.now["measurements"].get("dlco") and not reading.of("measure"):
        known = draft.now["measurements"]["dlco"]
        draft.now["measurements"] = {
            **draft.now["measurements"],
            "dlco": {**known, "ppf": "uncorrected" if known["ppf"] != "fine" else "fine"},
        }
        update_lungs.settle_lung_function(draft)
    for finding in reading.of("number_swap"):
        _swap_number(draft, finding.value)
    if reading.of("reversed") and not reading.of("measure"):
        _reverse(draft)
    for finding in reading.of("not_new"):
        _not_new(draft, finding)
    for finding in reading.of("retract"):
        subject = str(finding.subject)
        if subject in AGENTS:
            _remove_agent(draft, subject)
        for slot in _SLOTS_OF_SUBJECT.get(subject, ()):
            draft.set(slot, None)
        _forget_measure(draft, subject)
        if subject == "symptoms":
            draft.now["evidence"].pop(update_lungs.OTHER_SYMPTOM, None)
        draft.answered = True
    if reading.of("last_year") and not reading.of("measure", "sign", "therapy"):
        _was_last_year(draft)


def _swap_number(draft: Draft, swap: dict[str, float]) -> None:
    known = draft.now["measurements"]
    for name, entry in known.items():
        values = (entry.get("value") or {}).get("values") or []
        if swap["out"] in values:
            value = {**entry["value"], "values": [swap["in"] if item == swap["out"] else item for item in values]}
            words = str(entry["words"]).replace(f"{swap['out']:g}", f"{swap['in']:g}")
            finding = Finding("measure", name, value, words, 0, 0)
            corrected = update_lungs.measure_entry(name, [finding], [])
            if corrected is not None:
                draft.now["measurements"] = {**known, name: corrected}
                update_lungs.settle_lung_function(draft)
                draft.answered = True


def _reverse(draft: Draft) -> None:
    """ "Other way round": the readings told last change places."""
    known = draft.now["measurements"]
    name = next(
        (key for key in reversed(list(known)) if len((known[key].get("value") or {}).get("values") or ()) > 1), None
    )
    if name is None:
        return
    value = {**known[name]["value"], "values": known[name]["value"]["values"][::-1]}
    entry = update_lungs.measure_entry(name, [Finding("measure", name, value, known[name]["words"], 0, 0)], [])
    if entry is not None:
        draft.now["measurements"] = {**known, name: entry}
        update_lungs.settle_lung_function(draft)
        draft.answered = True


def _not_new(draft: Draft, finding: Finding) -> None:
    """A sign that was there before is neither progression nor a worse CT; the fibrosis it shows remains."""
    if draft.now["ppf_radiology"] is not True:
        return
    draft.set("ppf_radiology", None)
    if draft.now["goal_ild_extent"] == "not_achieved":
        draft.set("goal_ild_extent", None)
    draft.answered = True


def _explained_away(draft: Draft, cause: str, finding: Finding) -> None:
    """Another cause for what was told in an earlier message: the criterion falls, the goal keeps its value."""
    last = list(draft.now["evidence"])[-1:]
    slot = (
        "ppf_physiology"
        if is_muscular(cause)
        else {
            "goal_lung_function": "ppf_physiology",
            "goal_ild_extent": "ppf_radiology",
            "goal_breathlessness": "ppf_symptoms",
        }.get(last[0] if last else "", last[0] if last else "")
    )
    if slot not in CRITERIA or draft.now[slot] is not True:
        return
    draft.set(slot, None)
    draft.note("other_cause", finding.words, slot=slot)
    if slot == "ppf_physiology":
        _explain_measurements(draft)


def _remove_agent(draft: Draft, agent: str) -> None:
    for slot in THERAPY:
        if agent in (draft.now[slot] or []):
            remaining = [item for item in draft.now[slot] if item != agent]
            draft.set(slot, remaining or None)
            draft.now["evidence"].pop(f"{slot}:{agent}", None)


def _forget_measure(draft: Draft, subject: str) -> None:
    gone = {"pft": ("fvc", "dlco"), "fvc": ("fvc",), "dlco": ("dlco",)}.get(subject, ())
    left = {name: entry for name, entry in draft.now["measurements"].items() if name not in gone}
    if gone:
        draft.now["measurements"] = left
        draft.close(
            *(
                f"{kind}:{name}"
                for name in gone
                for kind in ("time_window", "percent_predicted", "absolute_or_relative")
            )
        )
        update_lungs.settle_lung_function(draft)


def _was_last_year(draft: Draft) -> None:
    """What was told last lies more than a year back: it is no present course, and no criterion."""
    keys = list(draft.now["evidence"])
    if not keys:
        return
    last = keys[-1]
    if last.startswith("current_therapy:"):
        agent = last.split(":", 1)[1]
        draft.set("current_therapy", [item for item in draft.now["current_therapy"] or [] if item != agent])
        draft.set("previous_therapy", sorted({*(draft.now["previous_therapy"] or []), agent}))
        draft.now["evidence"].pop(last, None)
        draft.remember(f"previous_therapy:{agent}", "last year")
        return
    for slots in _SLOTS_OF_SUBJECT.values():
        if last in slots and len(slots) > 1:
            for slot in slots:
                if slot != "fibrosis_on_ct":
                    draft.set(slot, None)
            if "goal_lung_function" in slots:
                draft.now["measurements"] = {}
            return
    if last == "ppf_stated":
        draft.set(last, None)
        draft.note("past_label", "")


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
