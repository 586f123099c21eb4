"""Therapy findings into `current_therapy`, `previous_therapy` and `not_tolerated`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.language import clarify, earlier_agents
from bot.language.agents import AMBIGUOUS, CLASS_OF, GENERIC_FOR
from bot.language.case_state import LAST_CHANGE, THERAPY, Draft
from bot.language.dosing import INFUSIONS
from bot.language.model import Finding, Reading
from bot.language.times import HALF_A_YEAR, YEAR, today_in_months
from bot.language.vocabulary import words

CURRENT, PREVIOUS = THERAPY
_NEITHER = frozenset({"mentioned", "planned", "never", "other_person", "not_systemic"})
# Statuses that leave open whether the agent is still taken; they are settled against the rest of the message.
_OPEN = frozenset({"failed", "treated", "given", "bare", "contrasted"})


def apply(draft: Draft, reading: Reading, asked: str | None) -> None:
    findings = [*reading.of("therapy"), *earlier_agents.resolved(draft, reading, asked)]
    _swaps(draft, reading)
    for finding in reading.of("ambiguous_agent"):
        _ambiguous(draft, finding, asked)
    for entry in [item for item in draft.now["clarifications"] if item["kind"] == "ambiguous_agent"]:
        meant = answer_ambiguous(draft, reading, entry)
        findings = [item for item in findings if item.subject != meant]
    asked = PREVIOUS if asked is None and _goes_on_with_the_past(draft, reading, findings) else asked
    _nothing(draft, reading, asked)
    _listed_anew(draft, reading, findings)
    findings = [_named(draft, finding, findings) for finding in findings]
    by_agent: dict[str, list[Finding]] = {}
    for finding in findings:
        by_agent.setdefault(str(finding.subject), []).append(finding)
    denied = asked == PREVIOUS and any(_denies_all(item, findings) for item in reading.of("answer"))
    if denied:
        by_agent = {
            agent: items for agent, items in by_agent.items() if any(item.value not in ("bare",) for item in items)
        }
    settled = {agent: _settle(items, findings, asked) for agent, items in by_agent.items()}
    _replaced(draft, settled, by_agent)
    for agent, items in by_agent.items():
        taken = agent in (draft.now[CURRENT] or []) and items[-1].value == "now"
        if asked == PREVIOUS and settled[agent] == "before" and taken:
            settled[agent] = "now"  # "methotrexate only, it was replaced by the mycophenolate"
    _treated_together(settled, by_agent)
    _pulses_before(settled, by_agent)
    for agent, items in by_agent.items():
        cue = set(str(items[-1].detail.get("cue", "")).split())
        if settled[agent] == "planned" and cue & _ONLY_MEANT and (reading.of("correction") or cue & {"only", "just"}):
            _take_back(draft, agent, (CURRENT,))  # "actually the tacrolimus is only planned"
        refused = settled[agent] == "planned" and items[-1].detail.get("act") in ("refuse", "plan")
        if refused and (asked == PREVIOUS or reading.of("correction")):
            _take_back(draft, agent, THERAPY)  # "no, IVIG was offered and he refused"
        if settled[agent] != "failed":
            _record(draft, agent, settled[agent], items)
    something_now = any(status == "now" for status in settled.values()) or _others_now(draft, settled)
    something_given = any(item.value in ("given", "started") for item in findings)
    for agent, items in by_agent.items():
        if settled[agent] == "failed":
            kept = any(item.detail.get("cue") in _FELL_SHORT for item in items) and _something_added(findings)
            if agent in (draft.now[CURRENT] or []) and all(item.detail.get("cue") in _AFTER for item in items):
                continue  # "we expected more after rituximab": it is still taken
            replaced = something_given and all(item.detail.get("cue") in _AFTER for item in items)
            status = "before" if replaced or (something_now and not kept) else "now"
            _record(draft, agent, status, items)
            if status == "now":
                # in front: what was told last stands at the end of the evidence
                draft.now["evidence"] = {f"{_FAILED}{agent}": items[-1].words[:200], **draft.now["evidence"]}
    _switched(draft, findings)
    _failed_earlier(draft, settled, findings)
    _drop_generics(draft)
    if findings and asked in THERAPY and any(status in ("now", "before", "failed") for status in settled.values()):
        draft.answered = True


_FAILED = "failed:"
"""Evidence of an agent that failed while nothing else was told as taken: this and its name."""
_IN_ADDITION = frozenset({"also", "plus", "too", "added", "top", "additionally", "alongside", "with"})


def _failed_earlier(draft: Draft, settled: dict[str, str], findings: Sequence[Finding]) -> None:
    """ "Failed MMF", then in another message "now on tac": what failed was taken before."""
    new = [item for item in findings if settled.get(str(item.subject)) == "now" and item.value != "failed"]
    new = [item for item in new if not _IN_ADDITION & set(item.words.lower().split())]
    for key in [key for key in draft.before["evidence"] or {} if key.startswith(_FAILED)]:
        agent = key.removeprefix(_FAILED)
        if agent in settled or agent not in (draft.now[CURRENT] or []):
            draft.now["evidence"].pop(key, None)
        elif new:
            words = str(draft.now["evidence"].pop(key, agent))
            _record(draft, agent, "before", [replace(new[-1], subject=agent, value="failed", words=words, detail={})])


def _replaced(draft: Draft, settled: dict[str, str], by_agent: dict[str, list[Finding]]) -> None:
    """ "Hydrocortisone as adrenal replacement ... Double hydrocortisone when ill": it stays what it was said to be."""
    items = by_agent.get(_REPLACES_CORTISOL, [])
    told = any(item.value == "not_systemic" for item in items)
    if told:
        draft.remember(_REPLACEMENT, items[-1].words)
    anew = any(item.value in ("now", "started", "given") and item.detail.get("act") in _GIVEN_ANEW for item in items)
    if items and not anew and (told or _REPLACEMENT in draft.now["evidence"]):
        settled[_REPLACES_CORTISOL] = "not_systemic"


_REPLACES_CORTISOL = "hydrocortisone"
_REPLACEMENT = "not_systemic:hydrocortisone"
_GIVEN_ANEW = frozenset({"start", "give"})


def _named(draft: Draft, finding: Finding, findings: Sequence[Finding]) -> Finding:
    """ "On prednisolone and MMF", then "pred tapered off in May": the one of its class that was named before."""
    drug_class = CLASS_OF.get(str(finding.subject))
    ended = finding.value == "before" and finding.detail.get("act") == "stop" and not finding.detail.get("course")
    if finding.subject != GENERIC_FOR.get(str(drug_class)) or not ended or (_months_ago(finding.detail) or 0) > YEAR:
        return finding
    taken = [agent for agent in draft.before[CURRENT] or [] if CLASS_OF[agent] == drug_class]
    told = any(CLASS_OF.get(str(item.subject)) == drug_class and item.subject != finding.subject for item in findings)
    return replace(finding, subject=taken[0]) if len(taken) == 1 and not told else finding


def _denies_all(answer: Finding, findings: Sequence[Finding]) -> bool:
    """ "None", "no, nothing"; not "nothing else", nor "neither CNI. Azathioprine", which denies those alone."""
    said = set(answer.words.lower().split())
    if answer.value not in ("none", "no") or said & {"else", "other", "neither"}:
        return False
    return not any(item.value == "never" and item.start <= answer.start < item.end for item in findings)


def _pulses_before(settled: dict[str, str], by_agent: dict[str, list[Finding]]) -> None:
    """ "Methylprednisolone boluses for 3 days in June; prednisone 20 mg": pulses that another steroid has followed."""
    items = by_agent.get("methylprednisolone") or []
    others = [agent for agent, status in settled.items() if status == "now" and CLASS_OF[agent] == "glucocorticoid"]
    pulsed = bool(items) and items[-1].value in ("bare", "given", "treated") and items[-1].detail.get("course")
    if pulsed and settled["methylprednisolone"] == "now" and len(others) > 1 and not items[-1].detail.get("recurring"):
        settled["methylprednisolone"] = "before"


def _treated_together(settled: dict[str, str], by_agent: dict[str, list[Finding]]) -> None:
    """ "Treated with MMF + RTX six-monthly": what makes one of a list present makes all of it present."""
    ongoing = {
        items[-1].start for agent, items in by_agent.items() if settled[agent] == "now" and items[-1].value == "treated"
    }
    for agent, items in by_agent.items():
        if settled[agent] == "failed" and items[-1].value == "treated" and items[-1].start in ongoing:
            settled[agent] = "now"


_ONLY_MEANT = frozenset(
    {"planned", "plan", "planning", "considered", "considering", "intended", "proposed", "discussed", "only", "just"}
    | {"suggested", "scheduled", "booked", "offered", "recommended"}
)
_AFTER = ("after", "following", "post", "upon")
_FELL_SHORT = words("update_therapy", "fell_short")


def _something_added(findings: Sequence[Finding]) -> bool:
    return any("added" in str(item.detail.get("cue", "")) for item in findings)


_SWITCHED = ("switch", "chang", "swap", "convert", "mov", "transition", "so back", "then back", "went back", "back to")


def _switched(draft: Draft, findings: Sequence[Finding]) -> None:
    """ "switched to AZA", where the message does not say from what: the one other immunosuppressant, or its class."""
    new = [
        str(item.subject)
        for item in findings
        if item.value == "now" and (str(item.detail.get("cue", "")).startswith(_SWITCHED) or item.detail.get("instead"))
    ]
    if len(new) != 1 or any(
        item.value in ("before", "failed") and item.subject not in new for item in _up_to(findings, new)
    ):
        return
    classes = {CLASS_OF[agent] for agent in new}
    at = min(item.start for item in findings if str(item.subject) in new)
    named = {
        str(item.subject)
        for item in findings
        if not (item.value == "bare" and not item.detail.get("dose") and CLASS_OF[str(item.subject)] in classes)
        and not _told_before(item, at)
    } | set(new)
    others = [agent for agent in draft.now[CURRENT] or [] if agent not in named and CLASS_OF[agent] != "glucocorticoid"]
    same = [agent for agent in others if CLASS_OF[agent] == CLASS_OF[new[0]]]
    left = same or (others if len(others) == 1 else [])
    for agent in left:
        _record(draft, agent, "before", [item for item in findings if item.subject == new[0]])


def _up_to(findings: Sequence[Finding], new: Sequence[str]) -> list[Finding]:
    """The findings up to a switch and those right behind it: "switched to MMF from AZA"."""
    ends = min(item.end for item in findings if str(item.subject) in new)
    return [item for item in findings if item.start <= ends or item.detail.get("cue") in ("from", "instead of")]


def _told_before(item: Finding, at: int) -> bool:
    """ "On MMF the FVC fell. Switched to tacrolimus in May": taken up to the switch, told in a sentence before."""
    return item.value == "now" and item.end < at - 1


def _others_now(draft: Draft, settled: dict[str, str]) -> bool:
    return any(agent not in settled for agent in draft.now[CURRENT] or [])


def _settle(items: Sequence[Finding], everything: Sequence[Finding], asked: str | None) -> str:
    """One status for one agent of the message: now, before, failed, or one of those that record nothing."""
    statuses = [_status(item, asked) for item in items]
    taken = [status for status in statuses if status not in _NEITHER]
    if not taken:
        return statuses[-1]
    named_only = all(
        item.value == "bare" and not item.detail.get("dose") for item in items if item.value not in _NEITHER
    )
    if statuses[-1] == "never" and named_only:
        return "never"  # "radiotherapy (RTx). Rituximab, the other RTX, has never been given"

    if taken[-2:] == ["before", "now"] and _stop_judged(items[-1]):
        return "before"  # "she has stopped tofacitinib; correct to stop it"
    cues = {cue for item in items if not _DENIED & set((cue := str(item.detail.get("cue", ""))).split())}
    if any("restart" in cue or "back on" in cue or "resumed" in cue for cue in cues) and "now" in taken:
        return "now"
    names = {
        str(item.detail.get("name"))
        for item, status in zip(items, statuses, strict=True)
        if status in ("now", "before") and item.detail.get("name")
    }
    was = str(items[-1].detail.get("cue", "")).split()[:1] in (["was"], ["had"], ["previously"], ["before"])
    lately = taken[-1] == "now" or (was and not items[-1].detail.get("act"))
    if lately and "now" in taken and "before" in taken and len(names) > 1 and _brands_changed(items, statuses):
        return "now"  # "on Advagraf since May (was on Adoport)"
    if "now" in taken and "never" in statuses:
        return "contradiction" if _plainly_both(items) else taken[-1]
    firm = [
        status
        for status, item in zip(statuses, items, strict=True)
        if status not in _NEITHER and item.value not in _OPEN and (item.value != "now" or status != "before")
    ]
    if len(firm) > 1 and firm[-1] == "before" and items[-1].detail.get("act") == "harm" and "now" in firm[:-1]:
        return "now"  # on the list, and "has upset her bowels"
    if len(firm) > 1 and firm[-1] == "now" and str(items[-1].detail.get("cue")) in _WHILE_ON:
        firm = firm[:-1]  # "MMF had been held while on bari": tells when, not that it is taken
    if firm:
        return firm[-1]
    later = [
        status
        for status, item in zip(statuses, items, strict=True)
        if status not in _NEITHER and not (item.value == "now" and status == "before")
    ]
    return later[-1] if later else taken[-1]


_DENIED = words("facts", "not")
"""What makes "resumed" no return: "they were not resumed"."""


def _stop_judged(item: Finding) -> bool:
    """ "Right to stop MMF", "should not have stopped MMF": of a stop that was told before, not of one to come."""
    said = set(str(item.detail.get("cue", "")).split())
    return item.value == "now" and item.detail.get("act") == "stop" and bool({"to", "should", "shouldnt"} & said)


def _brands_changed(items: Sequence[Finding], statuses: Sequence[str]) -> bool:
    """A brand changed for another of the same agent: taken now, nothing before."""
    now = {item.detail.get("name") for item, status in zip(items, statuses, strict=True) if status == "now"}
    before = {item.detail.get("name") for item, status in zip(items, statuses, strict=True) if status == "before"}
    return not now & before and None not in now | before


def _plainly_both(items: Sequence[Finding]) -> bool:
    return any(item.value == "now" for item in items) and items[-1].value == "never"


_PLAINLY_NOW = words("update_therapy", "plainly_now")


def _status(item: Finding, asked: str | None) -> str:
    status = _of_item(item, asked)
    if asked == PREVIOUS and status == "failed":
        return "before"
    if asked == PREVIOUS and status == "now" and item.detail.get("cue") not in _PLAINLY_NOW:
        return "before"
    return status


def _of_item(item: Finding, asked: str | None) -> str:
    status, detail = str(item.value), item.detail
    infusion = item.subject in INFUSIONS
    if infusion and detail.get("unfinished") and status in ("given", "bare", "treated", "before"):
        return "now"
    if infusion and detail.get("unfinished") and status == "failed" and detail.get("cue") in _AFTER:
        return "now"  # "CT after three pulses (three more to come)"
    over = detail.get("until") is not None and float(detail["until"]) < today_in_months()
    if over and (status in ("treated", "given") or (status == "now" and detail.get("cue") in (None, *_ONCE))):
        return "before"
    ago = _months_ago(detail)
    if over and status == "bare":
        return "before"
    if status == "failed" and infusion and ago is not None and ago <= HALF_A_YEAR and detail.get("cue") in _AFTER:
        return "now"
    if status in ("given", "bare", "treated") and infusion:
        finished = item.subject == "cyclophosphamide" and ago is not None and ago > YEAR and detail.get("since") is None
        if detail.get("recurring") and not (status == "given" and detail.get("course")) and not finished:
            return "now"
        if ago is not None:
            return "before" if ago > HALF_A_YEAR else "now"
    if status == "given" and detail.get("dose") and not infusion and detail.get("act") == "give":
        return "failed"  # "she's had prednisone 10 mg": taken still, unless something else is
    if status == "given":
        return "now" if detail.get("recurring") and not detail.get("course") else "before"
    if status == "treated":
        return "now" if detail.get("since") is not None and "since" in str(detail.get("cue")) else "failed"
    if status == "contrasted":
        return "now" if detail.get("dose") or detail.get("recurring") else "failed"
    if status == "bare":
        if asked == PREVIOUS:
            return "before"
        if ago is not None and ago >= 12 and detail.get("since") is None:
            return "before"
        if detail.get("prose") and asked != CURRENT and not detail.get("dose") and not detail.get("recurring"):
            return "mentioned"
        if detail.get("not_tolerated") and not detail.get("dose"):
            return "failed"
        return "now"
    if status == "now" and (detail.get("ago_behind") or 0) >= 12 and detail.get("cue") in _ONCE:
        return "before"
    if (
        status == "now"
        and infusion
        and ago is not None
        and ago > HALF_A_YEAR
        and not detail.get("recurring")
        and (detail.get("act") == "start" or detail.get("cue") in ("now", "has", "only", "just", "just only"))
    ):
        return "before"
    return status


_WHILE_ON = ("while on", "whilst on", "when on", "while taking", "while receiving")
_ONCE = ("on", "well on", "under", "worse on")


def _months_ago(detail: dict[str, Any]) -> float | None:
    if detail.get("ago") is not None:
        return float(detail["ago"])
    if detail.get("date") is not None:
        return float(today_in_months() - detail["date"])
    return None


def _record(draft: Draft, agent: str, status: str, items: Sequence[Finding]) -> None:
    current, previous = draft.now[CURRENT], draft.now[PREVIOUS]
    words = items[-1].words
    if status in _NEITHER:
        _neither(draft, agent, status, items)
        return
    if status == "contradiction":
        draft.ask(clarify.contradiction(agent, " / ".join(item.words for item in items)))
        return
    slot, other = (CURRENT, PREVIOUS) if status == "now" else (PREVIOUS, CURRENT)
    holder = list((current if slot == CURRENT else previous) or [])
    rest = current if other == CURRENT else previous
    if agent not in holder:
        holder.append(agent)
    draft.set(slot, sorted(holder))
    draft.remember(f"{slot}:{agent}", words)
    if rest is not None and agent in rest:
        left = [item for item in rest if item != agent]
        draft.set(other, left or (None if other == PREVIOUS else []))  # what else was tried before is not told by this
        draft.now["evidence"].pop(f"{other}:{agent}", None)
    draft.close(f"contradiction:{agent}")
    stopped_for_harm = status == "before" and any(
        item.detail.get("not_tolerated") for item in items if item.value in ("before", "failed", "bare")
    )
    if stopped_for_harm and agent not in draft.now["not_tolerated"]:
        draft.now["not_tolerated"].append(agent)
    elif status == "now" and agent in draft.now["not_tolerated"]:
        draft.now["not_tolerated"].remove(agent)


def _neither(draft: Draft, agent: str, status: str, items: Sequence[Finding]) -> None:
    """Never, planned, somebody else's: recorded nowhere; "never" takes back what was said before."""
    taken_back = status in ("other_person", "not_systemic") or (
        status == "planned" and items[-1].detail.get("act") == "refuse"
    )
    if status == "never" or taken_back:
        _take_back(draft, agent, THERAPY if status == "never" else (CURRENT,))
        draft.close(f"contradiction:{agent}")
        return
    if status == "planned" and agent not in (draft.now[CURRENT] or []):
        draft.note("planned", items[-1].words, agent=agent, how=str(items[-1].detail.get("cue", "")))


def _take_back(draft: Draft, agent: str, slots: Sequence[str]) -> None:
    for slot in slots:
        if agent in (draft.now[slot] or []):
            remaining = [item for item in draft.now[slot] if item != agent]
            draft.set(slot, remaining or None)
            draft.now["evidence"].pop(f"{slot}:{agent}", None)


def _drop_generics(draft: Draft) -> None:
    """ "steroids" adds nothing beside a named one of the same list and message."""
    for slot in THERAPY:
        listed = draft.now[slot] or []
        for drug_class, generic in GENERIC_FOR.items():
            named = [agent for agent in listed if CLASS_OF[agent] == drug_class and agent != generic]
            if generic in listed and named and slot in draft.touched:
                listed = [agent for agent in listed if agent != generic]
                draft.now[slot] = listed
                draft.now["evidence"].pop(f"{slot}:{generic}", None)


def _ambiguous(draft: Draft, finding: Finding, asked: str | None) -> None:
    status = str(finding.value)
    asked_already = f"ambiguous_agent:{finding.subject}" in {item["id"] for item in draft.now["clarifications"]}
    if status in _NEITHER or (status == "bare" and asked_already):
        return  # "CTX = cyclophosphamide" answers
    slot = PREVIOUS if status in ("before", "failed", "given") or (status == "bare" and asked == PREVIOUS) else CURRENT
    draft.ask(
        clarify.ambiguous_agent(str(finding.subject), finding.words, "now" if slot == CURRENT else "before", slot)
    )


def _nothing(draft: Draft, reading: Reading, asked: str | None) -> None:
    named_now = any(item.value == "now" for item in reading.of("therapy"))
    for finding in reading.of("no_therapy"):
        slots = {"now": (CURRENT,), "before": (PREVIOUS,), "ever": THERAPY}[finding.value]
        if asked == CURRENT and not any(word in finding.words.lower() for word in ("never", "naive", "yet", "ever")):
            slots = (CURRENT,) if finding.value == "ever" else slots
        for slot in slots:
            if slot == CURRENT and named_now:
                continue
            if slot == CURRENT and draft.now[CURRENT] and finding.value == "now":
                _all_stopped(draft)
            elif not draft.now[slot]:
                draft.set(slot, [], finding)
            draft.answered = draft.answered or asked == slot


def _all_stopped(draft: Draft) -> None:
    for agent in draft.now[CURRENT] or []:
        draft.set(PREVIOUS, sorted({*(draft.now[PREVIOUS] or []), agent}))
    draft.set(CURRENT, [])


def _swaps(draft: Draft, reading: Reading) -> None:
    for finding in reading.of("swap"):
        right, wrong = finding.value["in"], finding.value["out"]
        wrong = wrong or _meant(draft, right)
        slot = next((name for name in THERAPY if wrong in (draft.now[name] or [])), CURRENT)
        kept = [agent for agent in draft.now[slot] or [] if agent != wrong]
        other = PREVIOUS if slot == CURRENT else CURRENT
        draft.set(slot, sorted({*kept, right}))
        if right in (draft.now[other] or []):
            draft.set(other, [agent for agent in draft.now[other] if agent != right])
        if wrong:
            draft.now["evidence"].pop(f"{slot}:{wrong}", None)
        draft.remember(f"{slot}:{right}", finding.words)
        draft.answered = True


def _goes_on_with_the_past(draft: Draft, reading: Reading, findings: Sequence[Finding]) -> bool:
    """ "And azathioprine", right after a message that told what was taken before and nothing else."""
    last = draft.before[LAST_CHANGE] or {}
    bare = bool(findings) and all(item.value == "bare" and not item.detail.get("dose") for item in findings)
    alone = all(item.kind in ("therapy", "likewise", "mention") for item in reading.findings)
    first = findings[0] if findings else None
    joined = first is not None and first.start > 0 and len(reading.findings) <= len(findings) + 1
    return bare and alone and joined and PREVIOUS in last and not set(last) & {CURRENT}


def _listed_anew(draft: Draft, reading: Reading, findings: Sequence[Finding]) -> None:
    """ "No, ciclosporin and MMF", after "on tac and MMF": the list once more, and what it no longer holds was wrong."""
    first = min((item.start for item in findings), default=0)
    if not any(item.start < first for item in reading.of("correction")) or len(findings) < 2:
        return
    if any(item.value not in ("bare", "now") or item.detail.get("act") for item in findings):
        return
    named = {str(item.subject) for item in findings}
    known = draft.before[LAST_CHANGE] or {}
    told = set(draft.before[CURRENT] or []) - set(known.get(CURRENT, draft.before[CURRENT]) or [])
    wrong = told - named
    if named & told and len(wrong) == len(named - told):
        for agent in wrong:
            _take_back(draft, agent, (CURRENT,))


def _meant(draft: Draft, right: str) -> str | None:
    """The agent that a bare correction replaces: one of the same class, else the one named last."""
    listed = [agent for slot in THERAPY for agent in draft.now[slot] or []]
    same = [agent for agent in listed if CLASS_OF[agent] == CLASS_OF[right] and agent != right]
    if same:
        return str(same[0])
    named = [key.split(":", 1)[1] for key in draft.now["evidence"] if key.startswith(THERAPY)]
    last = named[-1] if named else None
    return last if last in listed and last != right else None


def answer_ambiguous(draft: Draft, reading: Reading, entry: dict[str, Any]) -> str | None:
    """The agent that answers "which one did you mean?", now recorded; None if the message names none of them."""
    for finding in reading.of("therapy"):
        if finding.subject in entry.get("agents", AMBIGUOUS.get(entry["id"].split(":")[-1], ())):
            status = entry["status"] if finding.value in ("bare", "planned") else str(_status(finding, None))
            _record(draft, str(finding.subject), "before" if status in ("before", "failed") else "now", [finding])
            draft.close(entry["id"])
            return str(finding.subject)
    return None
