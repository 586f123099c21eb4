"""`read`: one message to findings, without any context."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.language import (
    comparisons,
    criteria,
    facts,
    lung_findings,
    lungs,
    no_treatment,
    pieces,
    ppf_word,
    quantities,
    rapid,
    remarks,
    replies,
    self_asked,
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
    yield from _replies(scan, context)
    yield from _therapy(scan, context)
    section = context.section.enter(sentence)
    if section == "family":
        return
    yield from lung_findings.findings(scan, context)
    for finding in _facts(scan, context):
        listed = section == "history" and finding.kind == "disease" and finding.subject != "iim"
        yield replace(finding, detail={**finding.detail, "how": "listed"}) if listed else finding
    if section is None:
        yield from _rapid(scan, context)


def _rapid(scan: Scan, context: Context) -> Iterator[Finding]:
    """Oxygen or ventilation beside a worsening within weeks, in this sentence and the one before."""
    opens_question = scan.sentence.asks and scan.tokens[0].text in replies.QUESTION_STARTS
    now = rapid.told(scan.tokens, scan.whens, scan.sentence.asks, opens_question)
    if now.old or (
        context.rapid is not None
        and context.rapid.old
        and not any(when.kind in ("ago", "window") and when.months < 3 for when in scan.whens)
    ):
        context.rapid = replace(now, support=None, old=True)
        if now.stated is False and now.said is not None:
            yield scan.finding("rapid", None, False, now.said.first, now.said.last)
        return
    if now.said is not None and now.stated is not None:
        yield scan.finding("rapid", None, now.stated, now.said.first, now.said.last)
    both = [now, context.rapid] if context.rapid is not None else [now]
    supported = now.support or (context.rapid.support if context.rapid else None)
    if supported and not now.weaned and any(item.worsening for item in both) and any(item.recent for item in both):
        mark = now.support or Mark("", None, 0, len(scan.tokens))
        yield scan.finding("rapid", None, True, mark.first, mark.last)
    if now.support or now.worsening or now.recent or now.weaned or context.rapid is None:
        context.rapid = now


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


def _taken_back(scan: Scan) -> Iterator[Finding]:
    """What a sentence withdraws: a subject or an agent, readings in the wrong order, a sign that was there before."""
    mark = replies.retraction(scan.sentence) or replies.of_another_patient(scan.sentence)
    subjects = {piece.value for piece in scan.row if piece.role == "subject"}
    if mark is not None:
        subjects |= {agent.value for agent in scan.agents} | ({"ppf"} if ppf_word.marks(scan.tokens) else set())
        for subject in sorted(subjects):
            yield scan.finding("retract", subject, True, mark.first, len(scan.tokens))
    turned = replies.reversed_order(scan.sentence)
    if turned is not None:
        yield scan.finding("reversed", None, True, turned.first, turned.last)
    old = replies.not_new(scan.sentence)
    if old is not None:
        for subject in sorted(subjects & lungs.SIGNS):
            yield scan.finding("not_new", subject, True, old.first, old.last)


def _facts(scan: Scan, context: Context) -> Iterator[Finding]:
    asked = facts.only_asked(scan.sentence)
    for mark, how in facts.diseases(scan.tokens):
        if asked and not scan.lung_walls and not scan.agents:
            continue
        if scan.agents and any(agent.first == mark.first for agent in scan.agents):
            continue
        if how in ("stated", "identity", "final", "queried"):
            yield scan.finding("disease", mark.value, True, mark.first, mark.last, how=how)
        elif how == "denied":
            antibody = not facts.is_disease_name(scan.tokens[mark.first : mark.last])
            yield scan.finding("disease_denied", mark.value, True, mark.first, mark.last, antibody=antibody)
    named = [] if scan.sentence.asks else list(criteria.criteria(scan.tokens))
    for mark, slot, met in named:
        yield scan.finding("criterion", slot, met, mark.first, mark.last)
    taken_back = replies.retraction(scan.sentence) is not None
    for mark, value in ppf_word.stated(scan.sentence, scan.whens, [mark for mark, _, _ in named], taken_back):
        yield scan.finding("ppf", None, value, mark.first, mark.last)
    compared = criteria.old_comparison(scan.tokens, scan.whens)
    if compared is not None and not scan.sentence.asks:
        yield scan.finding("old_comparison", "ct", True, *compared)
    for mark, present in facts.features(scan.tokens):
        yield scan.finding("feature", mark.value, present, mark.first, mark.last)
    aged = facts.age(scan.tokens)
    if aged is not None:
        yield scan.finding("feature", "age_65_or_more", aged[0] >= 65, aged[1], aged[2])
    judged = facts.stability(scan.sentence) or (facts.points_back(scan.sentence) if context.steady else None)
    context.steady = bool(facts.steady(scan.tokens))
    if judged is not None:
        yield scan.finding("stability", None, judged[1], judged[0].first, judged[0].last)
    alone = facts.judgement(scan.sentence)
    if alone is not None:
        yield scan.finding("judgement", None, alone[1], alone[0].first, alone[0].last)


def _replies(scan: Scan, context: Context) -> Iterator[Finding]:
    sentence = scan.sentence
    bare = replies.answer(sentence)
    own, context.question = context.question, self_asked.topic(sentence, scan.row)
    if own is not None and bare is not None and bare.value in ("yes", "no") and replies.closed(sentence, bare):
        value = own.yes if bare.value == "yes" else own.no
        yield scan.finding(own.kind, own.subject, value, bare.first, bare.last)
    elif bare is not None and (replies.closed(sentence, bare) or bare.value not in ("yes", "no")):
        yield scan.finding("answer", None, bare.value, bare.first, bare.last, alone=bare.last >= len(scan.tokens))
    for piece in pieces.negated_subjects(scan.tokens, scan.row):
        named = scan.tokens[piece.last].text if piece.last < len(scan.tokens) else ""
        if named in ("criterion", "criteria"):
            continue
        if piece.value in ("ct", "pft") and not any(other.role == "course" for other in scan.row):
            yield scan.finding("declined", piece.value, "not_done", piece.first, piece.last)
    if bare is None and not scan.agents and not any(piece.role == "subject" for piece in scan.row):
        for mark in replies.unknowns(sentence)[:1]:
            yield scan.finding("answer", None, mark.value, mark.first, mark.last, alone=False)
    for mark in replies.unknowns(sentence)[:1] if context.topic and not scan.lung_walls and not scan.agents else ():
        yield scan.finding("declined", context.topic, mark.value, mark.first, mark.last)
    for mark in replies.unknowns(sentence):
        for subject in replies.subjects_beside(sentence, mark, scan.row, scan.agents):
            yield scan.finding("declined", subject, mark.value, mark.first, mark.last)
    cause = remarks.named_cause(scan.tokens)
    if cause is not None and not sentence.asks:
        yield scan.finding("possible_cause", None, cause.value, cause.first, cause.last)
    if replies.corrects(sentence.texts[:3]):
        meant = bool({"meant", "mean", "typo", "mistyped"} & set(sentence.texts[:4]))
        yield scan.finding("correction", None, True, 0, 1, meant=meant)
    yield from _taken_back(scan)
    also = replies.likewise(sentence)
    if also is not None:
        yield scan.finding("likewise", None, True, also.first, also.last)
    if replies.last_year(sentence) or replies.dated_back(sentence, scan.whens, bool(scan.lung_walls or scan.agents)):
        yield scan.finding("last_year", None, True, 0, len(scan.tokens))
    swapped = quantities.swapped(scan.tokens)
    if swapped is not None:
        yield scan.finding("number_swap", None, swapped, 0, len(scan.tokens))
    subjects_only = [piece for piece in scan.row if piece.role == "subject"]
    if subjects_only and len(scan.tokens) <= 12 and not any(piece.role == "course" for piece in scan.row):
        for piece in subjects_only:
            yield scan.finding("mention", piece.value, True, piece.first, piece.last)
    windows = [when for when in scan.whens if when.kind == "window" and when.months > 0]
    if windows and len(scan.tokens) <= 10 and not scan.agents:
        yield scan.finding(
            "window", None, replies.window_months(sentence, windows[-1]), windows[-1].first, windows[-1].last
        )
    words = set(sentence.texts)
    if len(scan.tokens) <= 8 and words & {"absolute", "points", "relative"} and not scan.agents:
        yield scan.finding(
            "kind_of_change", None, "relative" if "relative" in words else "absolute", 0, len(scan.tokens)
        )
