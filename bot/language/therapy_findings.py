"""What one sentence tells of treatment, as findings."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.language import (
    dosing,
    earlier_agents,
    facts,
    no_treatment,
    replies,
    therapy,
    therapy_context,
    therapy_cues,
    therapy_detail,
    unknown_drugs,
)
from bot.language.dosing import INFUSIONS
from bot.language.lexicon import Mark
from bot.language.model import Finding
from bot.language.sentence_scan import Context, Scan
from bot.language.therapy import Statement
from bot.language.vocabulary import words

_PRONOUNS = words("reader", "pronouns")
_IN_TURN = words("therapy", "told_in_turn")
_OPEN_ENDED = frozenset({"now", "planned"})  # headings that hold for the sentences behind them in the same line
_HEADINGS = frozenset({"now", "before", "stopped", "planned", "never", "other_person"})


def found(scan: Scan, context: Context, section: str | None = None) -> Iterator[Finding]:
    """Every agent of a sentence with its status, what is said of agents named before, and that nothing is taken."""
    headed = _heading(scan, context)
    context.lacks_cortisol = context.lacks_cortisol or therapy_context.lacks_cortisol(scan.sentence.texts)
    swap = therapy_context.swap(scan.tokens, scan.agents)
    if swap is not None:
        wrong, right = swap
        yield scan.finding(
            "swap", None, {"out": wrong.value if wrong else None, "in": right.value}, 0, len(scan.tokens)
        )
        return
    mistyped = therapy_context.mistyped(scan.tokens, scan.agents)
    if mistyped is not None:
        yield scan.finding("retract", mistyped.value, True, mistyped.first, len(scan.tokens))
        return
    said = therapy.statements(
        scan.sentence, scan.agents, scan.whens, scan.lung_walls, context.heading, context.last_status, headed
    )
    if facts.of_another(scan.sentence.texts, context.patient) or _taken_back(scan):
        return
    other = replies.of_another_patient(scan.sentence)
    if other is not None and scan.agents and scan.agents[-1].first < other.first:
        begin = replies.withdrawn_from(scan.sentence, other, scan.agents)
        said = [item for item in said if item.mark.first < begin]
        if not said:
            return  # "the tacrolimus belongs to the previous patient"
    if said and scan.agents[0].first > 1 and (_opens_with_a_pronoun(scan) or _still_takes_it(scan) or _stops_it(scan)):
        yield from _told_later(scan, context, scan.agents[0].first)
    yield from _told_of_the_drug(scan, context)
    if context.lacks_cortisol:
        said = [_replaced(item) for item in said]
    if context.untreated:
        said = [_once(item) for item in said]
    nothing = no_treatment.scan(scan.tokens, scan.agent_walls)
    if said and any(mark.value == "now" and mark.last <= scan.agents[0].first for mark in nothing):
        said = [_aside(scan, item) for item in said]
    if any(mark.value == "before" for mark in nothing):
        said = [_excepted(scan, item, nothing) for item in said]
    if section in _AS_IF_TAKEN:
        said = [_in_a_plan(scan, item, context, _AS_IF_TAKEN[section]) for item in said]
    yield from _statements(scan, said)
    if said:
        yield from _goes_on_with_it(scan, context)
        yield from _in_their_place(scan, context, said)
    of_drugs = scan.tokens[0].text in _PRONOUNS or not scan.lung_walls
    plainly = not of_drugs and therapy_context.stopped_it(scan.tokens, scan.whens) is not None
    of_drugs = (of_drugs or plainly) and (not scan.sentence.asks or scan.tokens[0].text in ("why", "when"))
    if not scan.agents and not _SUBCUTANEOUS.isdisjoint(scan.sentence.texts):
        yield scan.finding("therapy", "ivig", "not_systemic", 0, len(scan.tokens))  # "subcutaneous ones, Hizentra"
    infused = None if scan.agents or nothing else therapy_context.of_the_infusions(scan.tokens, scan.whens)
    if infused is not None:
        yield from _infusions_over(scan, context, infused)
    elif not said and not nothing and not context.fresh_heading and of_drugs:
        yield from _told_later(scan, context, len(scan.tokens))
    yield from _nothing(scan, context, nothing)
    context.of_the_lungs = bool(scan.lung_walls) and not scan.agents
    _remember(scan, context, said)
    for mark in unknown_drugs.scan(scan.tokens, scan.agents):
        yield scan.finding("unknown_drug", None, mark.value, mark.first, mark.last)


def _opens_with_a_pronoun(scan: Scan) -> bool:
    """ "It was stopped ...", "sorry, both were stopped ..."."""
    first = next((token.text for token in scan.tokens if token.text not in therapy_context.BEFORE_A_CORRECTION), "")
    return first in _PRONOUNS


def _still_takes_it(scan: Scan) -> bool:
    """ "She still takes it, with prednisone 10"."""
    lead = scan.sentence.texts[: scan.agents[0].first]
    return "still" in lead and any(pair in _TAKES_IT for pair in itertools.pairwise(lead))


def _stops_it(scan: Scan) -> bool:
    """ "The FVC fell, so we stopped it and started tacrolimus"."""
    return therapy_context.stopped_it(scan.tokens[: scan.agents[0].first], scan.whens) is not None


_TAKES_IT = frozenset((verb, object_) for verb in ("takes", "taking", "on", "uses") for object_ in ("it", "them"))


def _taken_back(scan: Scan) -> bool:
    """ "Forget the MMF"; in "MMF stopped, ignore the FVC" something else is taken back."""
    mark = replies.retraction(scan.sentence)
    if mark is None:
        return False
    return not (scan.agents and scan.agents[-1].first < mark.first and max(scan.lung_walls, default=0) > mark.first)


def _replaced(item: Statement) -> Statement:
    """ "Adrenal insufficiency. On azathioprine, hydrocortisone 10 + 5 mg": this replaces what is lacking."""
    plainly = item.status in ("now", "bare") and item.detail.get("act") not in ("start", "give")
    return replace(item, status="not_systemic") if plainly and item.mark.value == "hydrocortisone" else item


def _once(item: Statement) -> Statement:
    """ "No treatment now. Before that MMF, then tac": the last of a row that has ended is not taken either."""
    in_turn = item.status == "now" and item.detail.get("cue") in _IN_TURN
    return replace(item, status="before") if in_turn else item


def _aside(scan: Scan, item: Statement) -> Statement:
    """ "All treatment was stopped (she had been on MMF)"."""
    aside = {"(", "was", "were", "thats"} & set(scan.sentence.texts[: item.mark.first])
    return replace(item, status="before") if aside and item.status in ("now", "bare") else item


def _in_a_plan(scan: Scan, item: Statement, context: Context, as_if_taken: frozenset[str]) -> Statement:
    """ "Plan: ... - rituximab in reserve": under this heading an agent that was not told before is only meant."""
    told = any(
        finding.kind == "therapy" and finding.subject == item.mark.value and finding.value not in _NOT_OURS
        for finding in context.findings
    )
    cue = {*str(item.detail.get("cue", "")).split(), *scan.sentence.texts[: item.mark.first]}
    goes_on = item.detail.get("act") in _GOES_ON_IN_A_PLAN or not _GOING_ON.isdisjoint(cue)
    meant = item.status in as_if_taken and not told and not goes_on
    return replace(item, status="planned") if meant else item


_GOING_ON = frozenset({"throughout", "unchanged", "still", "today"})
_GOES_ON_IN_A_PLAN = frozenset({"continue", "adjust", "stop", "restart"})
_AS_IF_TAKEN = {"plan": frozenset({"now", "bare", "started", "given"}), "assessment": frozenset({"bare"})}


def _excepted(scan: Scan, item: Statement, nothing: Sequence[Mark]) -> Statement:
    """ "No previous agents other than MTX": what is excepted from nothing before was taken before."""
    behind = any(
        mark.value == "before"
        and 0 < item.mark.first - mark.last <= 3
        and {"than", "except", "but", "besides", "apart"} & set(scan.sentence.texts[mark.last : item.mark.first])
        for mark in nothing
    )
    return replace(item, status="before") if behind and item.status in ("now", "bare") else item


def _goes_on_with_it(scan: Scan, context: Context) -> Iterator[Finding]:
    """ "... and he continues on it together with mycophenolate": the agents of the sentence before."""
    texts = scan.sentence.texts
    for at in range(1, min(scan.agents[0].first, len(texts)) - 1):
        if texts[at] == "on" and texts[at + 1] in ("it", "both", "them") and texts[at - 1] in _GOES_ON:
            for agent in context.agents:
                yield scan.finding("therapy", agent, "now", at - 1, at + 2, cue=f"{texts[at - 1]} on")


def _in_their_place(scan: Scan, context: Context, said: Sequence[Statement]) -> Iterator[Finding]:
    """ "Was moved to MMF. Later she had tacrolimus instead of that": the agents of the sentence before are past."""
    texts = scan.sentence.texts
    at = next((at for at, text in enumerate(texts) if text == "instead" and texts[at + 2 : at + 3] in _OF_THAT), None)
    named = {item.mark.value for item in said}
    if at is None or len(named) > 1 or context.last_status != "now":
        return
    for agent in context.agents:
        if agent not in named:
            yield scan.finding("therapy", agent, "before", at, at + 3, cue="instead of")


_OF_THAT = (("that",), ("it",), ("this",), ("them",))
_GOES_ON = frozenset({"continues", "continued", "continue", "stays", "stayed", "remains", "remained", "still", "is"})


def _statements(scan: Scan, said: Sequence[Statement]) -> Iterator[Finding]:
    for item in said:
        mark = item.mark
        if mark.kind == "context" and not therapy_context.beside_drugs(scan.tokens, mark, scan.agents):
            continue
        kind = "ambiguous_agent" if mark.kind == "ambiguous" else "therapy"
        prose = item.status == "bare" and _prose(scan, mark)
        yield scan.finding(kind, mark.value, item.status, item.first, item.last, prose=prose, **item.detail)


def _nothing(scan: Scan, context: Context, marks: Sequence[Mark]) -> Iterator[Finding]:
    """ "No treatment now"; not "no treatment with MMF", "nothing but prednisone"."""
    texts = scan.sentence.texts
    if context.untreated and _NEVER_ANY.match(" ".join(texts)):
        yield scan.finding("no_therapy", None, "before", 0, len(texts))
    for mark in marks:
        runs_on = any(
            0 <= agent.first - mark.last <= 2 and not _APART & set(texts[mark.last : agent.first])
            for agent in scan.agents
        )
        if texts[mark.last - 1] == "any" and (scan.agents or context.agents):
            continue  # "refused steroids and has never had any"
        excepts = texts[mark.last - 1] in _BUT or texts[mark.last : mark.last + 1] in _EXCEPTED[2:]
        if mark.value == "before" and texts[mark.last : mark.last + 1] in (("before",), ("until",)):
            runs_on = False  # "no earlier treatment before MMF"
        if mark.value == "before" and excepts:
            runs_on = False  # "never had anything but prednisone", "nothing was tried before the rituximab"
        excepted = mark.value != "before" and texts[mark.last : mark.last + 1] in _EXCEPTED
        if not runs_on and not excepted and not replies.not_there(scan.sentence, mark):
            context.untreated = context.untreated or mark.value == "now"
            yield scan.finding("no_therapy", None, mark.value, mark.first, mark.last)


_NEVER_ANY = re.compile(
    r"(?:(?:and|has|she|he) )*never(?: has| had| been| on| taken| received)*(?: any| anything)?(?: before)?$"
)
"""Behind "not on any treatment": "never had any", "never has been"."""
_APART = frozenset({",", "or", "nor"})
_BUT = frozenset({"but", "except", "than", "before", "had", "taken", "tried", "received", "used"})
_EXCEPTED = tuple((word,) for word in ("with", "by", "other", "but", "except", "apart"))


def _remember(scan: Scan, context: Context, said: Sequence[Statement]) -> None:
    """What later sentences may speak of: "it", "they", "all four"."""
    context.named_last = [scan] if scan.agents else [*context.named_last, scan] if context.named_last else []
    if not said:
        return
    context.last_status = said[-1].status
    named = [item for item in said if item.mark.kind == "agent" and item.status != "other_person"]
    if not named:
        return
    context.all_agents = list(dict.fromkeys([*context.all_agents, *(item.mark.value for item in named)]))
    if named[-1].status in ("planned", "never"):
        named = [item for item in named if item.status == named[-1].status]
    texts = scan.sentence.texts
    cut = max((at for at in range(named[-1].mark.first) if texts[at] in _PARTS), default=-1)
    context.agents = tuple(item.mark.value for item in named if item.mark.first > cut)


_PARTS = frozenset({",", "-", "but", "then"})


def _told_later(scan: Scan, context: Context, end: int) -> Iterator[Finding]:
    """What a sentence says, up to its own agents, of those before it: "it was stopped", "this was changed to MMF"."""
    later = therapy_context.told_later(scan.tokens[:end], scan.whens)
    plainly = later is not None and later.cue == therapy_context.stopped_it(scan.tokens[:end], scan.whens)
    if later is None or (context.of_the_lungs and scan.tokens[0].text not in _PRONOUNS and not plainly):
        return  # "HRCT in February. Not repeated."
    between = scan.sentence.texts[later.cue.last : end]
    if end < len(scan.tokens) and later.cue.kind != "arrow" and not {",", "and", "but", "-", "so"} & set(between):
        return  # "they stopped her azathioprine"
    meant = list(context.agents) if later.count is None else context.all_agents[-later.count :]
    meant = list(context.agents[: later.count]) if later.first else meant
    if later.several and (len(context.agents) > 1 or set(context.agents) & dosing.INFUSIONS):
        meant = list(context.agents)  # "received immunoglobulins; they were not resumed"
    cue = later.cue
    status = {"started": "now", "arrow": "before"}.get(cue.kind, cue.kind)
    said = " ".join(scan.sentence.texts[cue.first : cue.last])
    detail = {**therapy_detail.of(scan.tokens, scan.whens), "cue": said}
    of_earlier = not context.names_agents and not later.first and not _DECIDING & set(scan.sentence.texts)
    if of_earlier and not (status == "never" and not _TAKING & set(said.split())):
        yield scan.finding(earlier_agents.KIND, None, status, cue.first, cue.last, count=later.count, **detail)
    for agent in meant:
        yield scan.finding("therapy", agent, status, cue.first, cue.last, **detail)


_SUBCUTANEOUS = frozenset({"hizentra", "cuvitru", "hyqvia", "xembify", "cutaquig", "gammanorm", "scig"})
"""Immunoglobulin under the skin: what was called IVIG before is none."""


def _infusions_over(scan: Scan, context: Context, last: int) -> Iterator[Finding]:
    """ "The pulses were last year": of the agent of this message, or of one before, that is infused."""
    meant = [agent for agent in context.all_agents if agent in INFUSIONS]
    if len(set(meant)) == 1:
        yield scan.finding("therapy", meant[0], "before", 0, last)
    elif not context.names_agents:
        yield scan.finding(earlier_agents.KIND, None, "before", 0, last, count=None, infused=True)


_TAKING = words("therapy", "taking")
"""What was never done with an agent: not the "not done" of a test."""
_DECIDING = words("therapy", "deciding")
"""Who speaks of PPF: "the MDT has withdrawn that"."""


def _told_of_the_drug(scan: Scan, context: Context) -> Iterator[Finding]:
    """ "HCQ retinopathy. As you know the drug was stopped": said of the only medicine that was named just before."""
    if not context.named_last or scan.sentence.asks:
        return
    cue = therapy_context.of_the_drug(scan.tokens, scan.whens)
    if cue is None or (scan.agents and scan.agents[0].first < cue.last):
        return
    named = {mark.value for mark in context.named_last[0].agents if mark.kind == "agent"}
    others = any(unknown_drugs.others(before.tokens, before.agents) for before in (*context.named_last, scan))
    if len(named) != 1 or others or context.last_status in _NOT_OURS:
        return
    detail = {**therapy_detail.of(scan.tokens, scan.whens), "act": cue.act}
    detail["cue"] = " ".join(scan.sentence.texts[cue.first : cue.last])
    status = "now" if cue.kind == "started" else cue.kind
    yield scan.finding("therapy", str(named.pop()), status, cue.first, cue.last, **detail)


_NOT_OURS = frozenset({"other_person", "never", "planned", "not_systemic"})


def _prose(scan: Scan, mark: Mark) -> bool:
    """True where an agent without a status word is only mentioned: its clause holds words of another kind.

    "tac, pred 5" is a list of what is taken; "rituximab sounds good" is not.
    """
    begin, end = facts.clause(scan.tokens, mark.first, mark.last, facts.CLAUSE_ENDS | {":"} | dosing.BREAKERS)
    covered = {index for other in scan.agents for index in range(other.first, other.last)}
    covered |= {index for piece in scan.row for index in range(piece.first, piece.last)}
    covered |= {index for when in scan.whens for index in range(when.first, when.last)}
    covered |= {index for cue in therapy_cues.CUES.scan(scan.tokens) for index in range(cue.first, cue.last)}
    covered |= {index for other, _ in facts.diseases(scan.tokens) for index in range(other.first, other.last)}
    strange = [
        scan.tokens[at].text
        for at in range(begin, end)
        if scan.tokens[at].kind == "word" and at not in covered and scan.tokens[at].text not in dosing.PLAIN
    ]
    return len(strange) > _FEW or any(word in _HEDGES or word.endswith(_VERBAL_ENDINGS) for word in strange)


_FEW = 1
_VERBAL_ENDINGS = ("s", "ed", "ing", "nt", "ll", "ve")
_HEDGES = words("reader", "hedges")


def _heading(scan: Scan, context: Context) -> int:
    """A line like "Previous treatment:" governs the lines that follow it; returns how many tokens it takes."""
    if scan.sentence.new_paragraph and not context.fresh_heading:
        context.heading = None
    context.fresh_heading = False
    if context.inline_heading and (
        context.starts_line or (context.heading not in _OPEN_ENDED and context.last_end != ";")
    ):
        context.heading, context.inline_heading = None, False
    if context.inline_heading and context.heading == "planned" and scan.tokens[0].text not in _IN_TURN:
        context.heading, context.inline_heading = None, False
    context.last_end = scan.sentence.end_mark
    heading = therapy_context.heading(scan.sentence, scan.agents)
    if heading is not None and not scan.agents and ":" in scan.sentence.texts[:-1]:
        context.heading = "planned" if heading == "planned" else None  # "History: anti-PL-7." opens no list
        context.inline_heading = heading == "planned"
    elif heading is not None:
        context.heading = heading if heading in _HEADINGS else None
        context.fresh_heading = not scan.agents
        context.inline_heading = bool(scan.agents)
        of_a_time = heading in ("now", "before", "stopped") and scan.agents
        if of_a_time and ":" in scan.sentence.texts[: scan.agents[0].first]:
            return scan.sentence.texts.index(":")
    elif scan.lung_walls and not scan.agents:
        context.heading = None
    return 0
