"""`read`: one message to findings, without any context."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.language import (
    comparisons,
    fact_findings,
    facts,
    lung_findings,
    modality,
    no_treatment,
    replies,
    reply_findings,
    tables,
    therapy,
    therapy_context,
    therapy_cues,
    unknown_drugs,
)
from bot.language.lexicon import Mark
from bot.language.links import (
    explain_earlier,
    from_new_patient,
    joined_readings,
    opposed_labels,
    within_interval,
)
from bot.language.model import Finding, Reading
from bot.language.sentence_scan import Context, Scan
from bot.language.text import Sentence, sentences
from bot.language.vocabulary import words

_PRONOUNS = words("reader", "pronouns")


_HEADINGS = frozenset({"now", "before", "planned", "never", "other_person"})


_WINDOW_OF_A_COURSE = frozenset({"window", "ago", "date"})


def read(text: str) -> Reading:
    """What one message says. Never raises; text beyond 20,000 words is not read (`truncated`)."""
    parted, truncated = sentences(text)
    found = tables.with_rows(text, parted)
    context = Context(patient=facts.gender([sentence.texts for sentence in found]))
    for sentence in found:
        known = len(context.findings)
        for finding in _sentence(text, sentence, context):
            context.findings.append(finding)
        explain_earlier(sentence, context.findings, known)
    kept = comparisons.against_old_scan(joined_readings(text, from_new_patient(context.findings)))
    kept = opposed_labels(text, within_interval(kept))
    return Reading(tuple(kept), any(replies.asks(sentence) for sentence in found), truncated)


def _sentence(text: str, sentence: Sentence, context: Context) -> Iterator[Finding]:
    scan = Scan(text, sentence)
    opened = replies.new_patient(sentence)
    if opened is not None:
        yield scan.finding("new_patient", None, True, opened.first, opened.last)
        scan = Scan(text, sentence.after(opened.last))
    if not scan.tokens:
        return
    yield from reply_findings.found(scan, context)
    if modality.is_general(sentence):
        return
    yield from _therapy(scan, context)
    section = context.section.enter(sentence)
    if section == "family":
        return
    yield from lung_findings.findings(scan, context)
    for finding in fact_findings.found(scan, context):
        listed = section == "history" and finding.kind == "disease" and finding.subject != "iim"
        yield replace(finding, detail={**finding.detail, "how": "listed"}) if listed else finding
    if section is None:
        yield from fact_findings.rapid_progression(scan, context)


def _therapy(scan: Scan, context: Context) -> Iterator[Finding]:
    _heading(scan, context)
    swap = therapy_context.swap(scan.tokens, scan.agents)
    if swap is not None:
        wrong, right = swap
        yield scan.finding(
            "swap", None, {"out": wrong.value if wrong else None, "in": right.value}, 0, len(scan.tokens)
        )
        return
    said = therapy.statements(
        scan.sentence, scan.agents, scan.whens, scan.lung_walls, context.heading, context.last_status
    )
    if facts.of_another(scan.sentence.texts, context.patient) or replies.retraction(scan.sentence) is not None:
        return
    if said and scan.tokens[0].text in _PRONOUNS and scan.agents[0].first > 1:
        yield from _told_later(scan, context, scan.agents[0].first)
    for item in said:
        kind = {"agent": "therapy", "context": "therapy", "ambiguous": "ambiguous_agent"}[item.mark.kind]
        if item.mark.kind == "context" and not therapy_context.beside_drugs(scan.tokens, item.mark, scan.agents):
            continue
        yield scan.finding(
            kind,
            item.mark.value,
            item.status,
            item.first,
            item.last,
            prose=item.status == "bare" and _prose(scan, item.mark),
            **item.detail,
        )
    if not said and (scan.tokens[0].text in _PRONOUNS or not scan.lung_walls):
        yield from _told_later(scan, context, len(scan.tokens))
    for mark in no_treatment.scan(scan.tokens):
        runs_on = any(
            0 <= agent.first - mark.last <= 2 and not _comma(scan, mark.last, agent.first) for agent in scan.agents
        )
        with_what = mark.last < len(scan.tokens) and scan.tokens[mark.last].text in (
            "with",
            "by",
            "other",
            "but",
            "except",
            "apart",
        )
        if not runs_on and (not with_what or mark.value == "before") and not replies.not_there(scan.sentence, mark):
            yield scan.finding("no_therapy", None, mark.value, mark.first, mark.last)
    if said:
        context.agents = _last_named(scan, said)
        context.last_status = said[-1].status
        context.all_agents = list(dict.fromkeys([*context.all_agents, *context.agents]))
    for mark in unknown_drugs.scan(scan.tokens, scan.agents):
        yield scan.finding("unknown_drug", None, mark.value, mark.first, mark.last)


def _last_named(scan: Scan, said: list[therapy.Statement]) -> tuple[str, ...]:
    """The agents that "it" and "they" of the next sentence speak of: those of the last list."""
    named = [item for item in said if item.mark.kind == "agent"]
    cut = (
        max((at for at in range(named[-1].mark.first) if scan.sentence.texts[at] in _PARTS), default=-1)
        if named
        else -1
    )
    return tuple(item.mark.value for item in named if item.mark.first > cut)


_PARTS = frozenset({",", "-", "but", "then"})


def _told_later(scan: Scan, context: Context, end: int) -> Iterator[Finding]:
    """What a sentence says, up to its own agents, of those before it: "it was stopped", "this was changed to MMF"."""
    later = therapy_context.told_later(scan.tokens[:end], scan.whens)
    if later is None:
        return
    between = scan.sentence.texts[later.cue.last : end]
    if end < len(scan.tokens) and later.cue.kind != "arrow" and not {",", "and", "but", "-", "so"} & set(between):
        return  # "they stopped her azathioprine"
    meant = context.agents if later.count is None else context.all_agents[-later.count :]
    cue = later.cue
    status = {"started": "now", "arrow": "before"}.get(cue.kind, cue.kind)
    for agent in meant:
        detail = {**therapy.detail(scan.tokens, scan.whens), "cue": " ".join(scan.sentence.texts[cue.first : cue.last])}
        yield scan.finding("therapy", agent, status, cue.first, cue.last, **detail)


def _comma(scan: Scan, start: int, end: int) -> bool:
    return any(token.text == "," for token in scan.tokens[start:end])


def _prose(scan: Scan, mark: Mark) -> bool:
    """True where an agent without a status word is only mentioned: its clause holds words of another kind.

    "tac, pred 5" is a list of what is taken; "rituximab sounds good" is not.
    """
    begin, end = facts.clause(scan.tokens, mark.first, mark.last, facts.CLAUSE_ENDS | {":"} | therapy_cues.BREAKERS)
    covered = {index for other in scan.agents for index in range(other.first, other.last)}
    covered |= {index for piece in scan.row for index in range(piece.first, piece.last)}
    covered |= {index for when in scan.whens for index in range(when.first, when.last)}
    covered |= {index for cue in therapy_cues.CUES.scan(scan.tokens) for index in range(cue.first, cue.last)}
    covered |= {index for other, _ in facts.diseases(scan.tokens) for index in range(other.first, other.last)}
    strange = [
        scan.tokens[at].text
        for at in range(begin, end)
        if scan.tokens[at].kind == "word" and at not in covered and scan.tokens[at].text not in therapy_cues.PLAIN
    ]
    return len(strange) > _FEW or any(word in _HEDGES or word.endswith(_VERBAL_ENDINGS) for word in strange)


_FEW = 1
_VERBAL_ENDINGS = ("s", "ed", "ing", "nt", "ll", "ve")
_HEDGES = words("reader", "hedges")


def _heading(scan: Scan, context: Context) -> None:
    """A line like "Previous treatment:" governs the lines that follow it."""
    if scan.sentence.new_paragraph and not context.fresh_heading:
        context.heading = None
    context.fresh_heading = False
    if context.inline_heading and (context.line_ended or (context.heading != "now" and context.last_end != ";")):
        context.heading, context.inline_heading = None, False
    context.last_end = scan.sentence.end_mark
    context.line_ended = scan.sentence.end_mark in ("\n", "\n\n", "")
    heading = therapy_context.heading(scan.sentence, scan.agents)
    if heading is not None and not scan.agents and ":" in scan.sentence.texts[:-1]:
        context.heading = None  # "History: anti-PL-7." opens no list
    elif heading is not None:
        context.heading = heading if heading in _HEADINGS else None
        context.fresh_heading = not scan.agents
        context.inline_heading = bool(scan.agents)
    elif scan.lung_walls and not scan.agents:
        context.heading = None
