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
    replies,
    reply_findings,
    tables,
    therapy_findings,
)
from bot.language.links import (
    ended_by_nothing,
    explain_earlier,
    from_new_patient,
    joined_readings,
    opposed_labels,
    same_dates,
    within_interval,
)
from bot.language.model import Finding, Reading
from bot.language.sentence_scan import Context, Scan
from bot.language.text import Sentence, sentences


def read(text: str) -> Reading:
    """What one message says. Never raises; text beyond 20,000 words is not read (`truncated`)."""
    parted, truncated = sentences(text)
    found = tables.with_rows(text, parted)
    context = Context(patient=facts.gender([sentence.texts for sentence in found]))
    end = 0
    for at, sentence in enumerate(found):
        if at and found[at - 1].asks and sentence.texts[:1] == ("or",) and not sentence.asks:
            sentence = replace(sentence, end_mark="?")  # "Tofacitinib? Or tacrolimus instead"
        known = len(context.findings)
        context.starts_line = "\n" in text[end : sentence.tokens[0].start] if sentence.tokens else True
        end = sentence.tokens[-1].end if sentence.tokens else end
        for finding in _sentence(text, sentence, context):
            context.findings.append(finding)
        explain_earlier(sentence, context.findings, known)
    found_here = same_dates(text, ended_by_nothing(from_new_patient(context.findings)))
    kept = comparisons.against_old_scan(joined_readings(text, found_here))
    kept = opposed_labels(text, within_interval(kept))
    return Reading(tuple(kept), any(replies.asks(sentence) for sentence in found), truncated)


def _sentence(text: str, sentence: Sentence, context: Context) -> Iterator[Finding]:
    sentence = replies.without_withdrawn(sentence)
    scan = Scan(text, sentence, context.agents, context.all_agents)
    opened = replies.new_patient(sentence)
    if opened is not None:
        yield scan.finding("new_patient", None, True, opened.first, opened.last)
        context.names_agents = context.lacks_cortisol = False
        context.all_agents = []
        rest = sentence.after(opened.last)
        if not rest.tokens:
            return  # "next patient?"
        scan = Scan(text, rest, context.agents)
    if not scan.tokens:
        return
    yield from reply_findings.found(scan, context)
    if modality.is_general(sentence):
        return
    section = context.section.enter(scan.sentence, context.starts_line)
    yield from therapy_findings.found(scan, context, section)
    context.names_agents = context.names_agents or bool(scan.agents)
    if section == "family":
        return
    yield from lung_findings.findings(scan, context)
    for finding in fact_findings.found(scan, context):
        listed = section == "history" and finding.kind == "disease" and finding.subject != "iim"
        yield replace(finding, detail={**finding.detail, "how": "listed"}) if listed else finding
    if section in (None, "assessment"):
        yield from fact_findings.rapid_progression(scan, context)
