"""What a message takes back or puts right of what was told before."""

from __future__ import annotations

from bot.language import corrected_readings, reader, times, update_lungs
from bot.language.agents import AGENTS
from bot.language.case_state import CRITERIA, GOALS, LAST_CHANGE, THERAPY, Draft
from bot.language.dosing import INFUSIONS
from bot.language.lungs import SIGNS
from bot.language.model import Finding, Reading
from bot.language.remarks import is_muscular
from bot.language.subjects import CRITERION_OF, SLOTS_OF_SUBJECT

CURRENT, PREVIOUS = THERAPY


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
    corrected_readings.put_right(draft, reading)
    for finding in reading.of("not_new"):
        _not_new(draft, finding)
    for finding in reading.of("retract"):
        subject = str(finding.subject)
        if subject in AGENTS:
            _remove_agent(draft, subject)
        for slot in SLOTS_OF_SUBJECT.get(subject, ()):
            draft.set(slot, None)
        _forget_measure(draft, subject)
        if subject == "symptoms":
            draft.now["evidence"].pop(update_lungs.OTHER_SYMPTOM, None)
        draft.answered = True
    for finding in reading.of("date_corrected"):
        _date_infusion(draft, float(finding.value), finding)
    for finding in reading.of("sign"):
        if finding.value == "absent":
            _sign_denied(draft, str(finding.subject), reading)
    if reading.of("before_treatment"):
        _was_last_year(draft)
    if any(item.subject == "rapid" for item in reading.of("last_year")):
        draft.set("rapidly_progressive", None)
        draft.answered = True
    elif any(item.subject == "ppf" for item in reading.of("last_year")):
        if draft.now["ppf_stated"]:
            draft.set("ppf_stated", None)
            draft.note("past_label", "")
    elif reading.of("last_year") and not reading.of("measure", "sign", "therapy", "reading_dated", "compared_scan"):
        _was_last_year(draft)
    elif _of_the_treatment(draft, reading):
        _was_last_year(draft)  # "sorry, that was before. Now AZA"


def _of_the_treatment(draft: Draft, reading: Reading) -> bool:
    """Whether an agent was told last, and this message tells only agents behind its "that was before"."""
    said, keys = reading.of("last_year"), list(draft.now["evidence"])
    if not said or not keys or not keys[-1].startswith(f"{CURRENT}:") or reading.of("measure", "sign", "trend"):
        return False
    return all(item.start >= said[0].end for item in reading.of("therapy"))


def _not_new(draft: Draft, finding: Finding) -> None:
    """A sign that was there before is neither progression nor a worse CT; the fibrosis it shows remains."""
    if draft.now["ppf_radiology"] is not True:
        return
    draft.set("ppf_radiology", None)
    if draft.now["goal_ild_extent"] == "not_achieved":
        draft.set("goal_ild_extent", None)
    draft.answered = True


def _date_infusion(draft: Draft, at: float, finding: Finding) -> None:
    """ "No wait, May 2025", after "last rituximab May 2026": taken now or before by the month that was meant."""
    told = [key for key in draft.now["evidence"] if key.startswith(THERAPY) and ":" in key]
    listed = [key for key in told if key.split(":")[1] in INFUSIONS]
    of_therapy = set(THERAPY) & set(draft.now[LAST_CHANGE]) and "measurements" not in draft.now[LAST_CHANGE]
    if len(listed) != 1 or not of_therapy:
        return
    slot, agent = listed[0].split(":")
    right = PREVIOUS if times.today_in_months() - at > times.HALF_A_YEAR else CURRENT
    if right == slot:
        return
    words = str(draft.now["evidence"].pop(listed[0]))
    draft.set(slot, [item for item in draft.now[slot] if item != agent] or (None if slot == PREVIOUS else []))
    draft.set(right, sorted({*(draft.now[right] or []), agent}))
    draft.remember(f"{right}:{agent}", f"{words}, {finding.words}")
    draft.answered = True


def _sign_denied(draft: Draft, sign: str, reading: Reading) -> None:
    """ "Re-read: no honeycombing", after "new honeycombing": what rested on that sign alone is open again."""
    if any(item.subject in SIGNS and item.value not in ("absent", "denied") for item in reading.of("sign")):
        return
    for slot in ("fibrosis_on_ct", "ppf_radiology", "goal_ild_extent"):
        words = str(draft.now["evidence"].get(slot, ""))
        shown = {item.subject for item in reader.read(words).of("sign") if item.value != "absent"} if words else set()
        if draft.now[slot] in (True, "not_achieved") and shown == {sign}:
            draft.set(slot, None)


def _explained_away(draft: Draft, cause: str, finding: Finding) -> None:
    """Another cause for what was told in an earlier message: the criterion falls, the goal keeps its value."""
    told = [key for key in draft.now["evidence"] if key in (*GOALS, *CRITERIA)]
    last = told[-1] if told else ""
    slot = "ppf_physiology" if is_muscular(cause) else CRITERION_OF.get(last, last)
    if slot not in CRITERIA or draft.now[slot] is not True:
        return
    draft.set(slot, None)
    draft.note("other_cause", finding.words, slot=slot)
    if slot == "ppf_physiology":
        explain_measurements(draft)


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
    for slots in SLOTS_OF_SUBJECT.values():
        if last in slots and len(slots) > 1:
            for slot in slots:
                if slot != "fibrosis_on_ct":
                    draft.set(slot, None)
            if "goal_lung_function" in slots:
                draft.now["measurements"] = {}
            return
    if last == "rapidly_progressive":
        draft.set(last, None)
    if last == "ppf_stated":
        draft.set(last, None)
        draft.note("past_label", "")


def explain_measurements(draft: Draft) -> None:
    draft.now["measurements"] = {
        name: {**entry, "ppf": "other_cause"} for name, entry in draft.now["measurements"].items()
    }
