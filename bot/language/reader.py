"""`read`: one message to findings, without any context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.language import (
    criteria,
    fact_findings,
    facts,
    imaging,
    lungs,
    modality,
    pieces,
    quantities,
    remarks,
    replies,
    reply_findings,
    therapy,
    therapy_context,
    therapy_cues,
    times,
    unknown_drugs,
)
from bot.language.lexicon import Mark
from bot.language.links import explain_earlier, from_new_patient, joined_readings, opposed_labels
from bot.language.lungs import Course
from bot.language.model import Finding, Reading
from bot.language.sentence_scan import Context, Scan
from bot.language.text import Sentence, sentences
from bot.language.times import When
from bot.language.vocabulary import words

_PRONOUNS = words("reader", "pronouns")


_HEADINGS = frozenset({"now", "before", "planned", "never", "other_person"})


_WINDOW_OF_A_COURSE = frozenset({"window", "ago", "date"})


def read(text: str) -> Reading:
    """What one message says. Never raises; text beyond 20,000 words is not read (`truncated`)."""
    found, truncated = sentences(text)
    context = Context(patient=facts.gender([sentence.texts for sentence in found]))
    for sentence in found:
        known = len(context.findings)
        for finding in _sentence(text, sentence, context):
            context.findings.append(finding)
        explain_earlier(sentence, context.findings, known)
    kept = opposed_labels(text, joined_readings(text, from_new_patient(context.findings)))
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
    yield from _lungs(scan, context)
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
    said = therapy.statements(scan.sentence, scan.agents, scan.whens, scan.lung_walls, context.heading)
    if facts.of_another(scan.sentence.texts, context.patient) or replies.retraction(scan.sentence) is not None:
        return
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
    if not said and scan.tokens and (scan.tokens[0].text in _PRONOUNS or not scan.lung_walls) and context.agents:
        ended = therapy_context.ended(scan.sentence)
        if ended is not None:
            for agent in context.agents:
                yield scan.finding(
                    "therapy", agent, ended.kind, ended.first, ended.last, **therapy.detail(scan.tokens, scan.whens)
                )
    for mark in therapy_cues.NOTHING.scan(scan.tokens):
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
        if not runs_on and not with_what and not replies.not_there(scan.sentence, mark):
            yield scan.finding("no_therapy", None, mark.value, mark.first, mark.last)
    if said:
        context.agents = tuple(item.mark.value for item in said if item.mark.kind == "agent")
    for mark in unknown_drugs.scan(scan.tokens, scan.agents):
        yield scan.finding("unknown_drug", None, mark.value, mark.first, mark.last)


def _comma(scan: Scan, start: int, end: int) -> bool:
    return any(token.text == "," for token in scan.tokens[start:end])


def _prose(scan: Scan, mark: Mark) -> bool:
    """True where an agent without a status word is only mentioned: its clause holds words of another kind.

    "tac, pred 5" is a list of what is taken; "rituximab sounds good" is not.
    """
    begin, end = facts.clause(scan.tokens, mark.first, mark.last, facts.CLAUSE_ENDS | {":"})
    covered = {index for other in scan.agents for index in range(other.first, other.last)}
    covered |= {index for piece in scan.row for index in range(piece.first, piece.last)}
    covered |= {index for when in scan.whens for index in range(when.first, when.last)}
    covered |= {index for cue in therapy_cues.CUES.scan(scan.tokens) for index in range(cue.first, cue.last)}
    covered |= {index for other, _ in facts.diseases(scan.tokens) for index in range(other.first, other.last)}
    return any(
        scan.tokens[at].kind == "word" and at not in covered and scan.tokens[at].text not in therapy_cues.PLAIN
        for at in range(begin, end)
    )


def _heading(scan: Scan, context: Context) -> None:
    """A line like "Previous treatment:" governs the lines that follow it."""
    if scan.sentence.new_paragraph and not context.fresh_heading:
        context.heading = None
    context.fresh_heading = False
    if context.inline_heading:
        context.heading, context.inline_heading = None, False
    heading = therapy_context.heading(scan.sentence, scan.agents)
    if heading is not None:
        context.heading = heading if heading in _HEADINGS else None
        context.fresh_heading = not scan.agents
        context.inline_heading = bool(scan.agents) and scan.sentence.end_mark not in ("\n", "\n\n", "", ";")
    elif scan.lung_walls and not scan.agents:
        context.heading = None


def _lungs(scan: Scan, context: Context) -> Iterator[Finding]:
    row = scan.row
    subjects = [piece for piece in row if piece.role == "subject"]
    found_measures = quantities.measures(scan.tokens, row, scan.whens, scan.agent_walls)
    supposed = remarks.supposed(scan.tokens)
    asked = scan.sentence.asks and replies.asks_for_facts(scan.sentence.texts)
    for measure in found_measures:
        if (supposed or asked) and "values" not in measure.value and "single" not in measure.value:
            continue
        value = dict(measure.value)
        if value.get("months") is None and not value.get("times"):
            value["months"] = _sentence_window(scan, measure.first, measure.last)
        yield scan.finding(
            "measure",
            measure.subject,
            value,
            measure.first,
            measure.last,
            **_circumstances(scan, measure.first, measure.last),
        )
    levels = (
        remarks.levels(scan.tokens)
        if any(piece.value in ("breathlessness", "breathing") for piece in subjects)
        else None
    )
    if levels is not None:
        yield scan.finding(
            "measure",
            "scale",
            {"unit": "class", "months": None, "scale": "level", "values": levels, "times": None},
            0,
            len(scan.tokens),
        )
    if not subjects and not scan.agents:
        bare = quantities.bare(scan.tokens, scan.whens)
        both = [piece.value for piece in context.subjects if piece.value in ("fvc", "dlco")]
        if (
            bare is not None
            and len(both) == 2
            and len(bare.get("values", ())) == 2
            and scan.tokens[0].text in ("now", "today", "currently", "then")
        ):
            for name, reading in zip(both, bare["values"], strict=True):
                later = {"unit": "%", "months": None, "scale": name, "single": reading, "at": None, "order": 1}
                yield scan.finding("measure", name, later, 0, len(scan.tokens))
        elif bare is not None:
            last = next((piece for piece in reversed(context.subjects) if piece.value in quantities.NUMERIC), None)
            yield scan.finding("measure", last.value if last else None, bare, 0, len(scan.tokens))
    measured = frozenset(item.at for item in found_measures if "values" in item.value or "change" in item.value)
    single = frozenset(item.subject for item in found_measures if "single" in item.value)
    told = lungs.courses(scan.tokens, row, measured, _long_past(scan), frozenset(when.first for when in scan.whens))
    told = [course for course in told if not criteria.only_contrasts(scan.tokens, course, told)]
    opposed = criteria.contradictions(scan.tokens, told, bool(scan.whens))
    for name in sorted(opposed):
        yield scan.finding("contradiction", name, True, 0, len(scan.tokens))
    judged = scan.stability.stated is not None
    unreal = modality.advised(scan.tokens) or modality.only_queried(scan.sentence)
    for course in told:
        if asked or unreal or course.past or course.subject in opposed or (judged and course.subject is None):
            continue
        if course.subject is None and course.value in ("up", "down") and _commands(scan, course):
            continue
        subject = course.subject
        if subject is None and context.topic is not None and not subjects:
            subject = context.topic
        elif (
            subject is None
            and context.subjects
            and _PRONOUNS & set(scan.sentence.texts[max(0, course.first - 5) : course.first])
        ):
            subject = context.subjects[-1].value
        yield from _course(scan, course, subject, single)
    if not any(piece.role == "course" for piece in row):
        for piece in subjects:
            if piece.value == "other" and remarks.is_walk_or_saturation(scan.tokens[piece.first : piece.last]):
                yield scan.finding("other_quantity", None, True, piece.first, piece.last + 2)
    yield from imaging.presence(scan.finding, scan.tokens, row, scan.sentence.asks)
    if subjects:
        context.subjects = tuple(subjects)
    context.topic = _topic(scan, subjects)


def _topic(scan: Scan, subjects: Sequence[pieces.Piece]) -> str | None:
    """ "Asked about breathing.", "CT?": a subject alone, of which the next sentence tells the course."""
    named = {piece.value for piece in subjects} - {"other", "overall"}
    if len(named) != 1 or len(scan.tokens) > _TOPIC_LENGTH or any(piece.role == "course" for piece in scan.row):
        return None
    if scan.agents or replies.unknowns(scan.sentence) or any(token.kind == "number" for token in scan.tokens):
        return None
    name = next(iter(named))
    return name if name in _TOPICS else None


_TOPICS = frozenset({"fvc", "dlco", "pft", "ct", "ggo", "breathlessness", "breathing", "symptoms"})
_TOPIC_LENGTH = 6


def _commands(scan: Scan, course: Course) -> bool:
    """ "Drop the table": a verb in the imperative with an object tells no course; "drop since May" does."""
    if course.first or course.last >= len(scan.tokens) or scan.sentence.texts[course.last - 1] not in _IMPERATIVES:
        return False
    following = scan.tokens[course.last]
    timed = any(when.first <= course.last < when.last for when in scan.whens)
    return following.kind == "word" and not timed and following.text not in _AFTER_A_DROP


_IMPERATIVES = words("reader", "imperatives")
_AFTER_A_DROP = words("reader", "after_a_drop")


def _course(scan: Scan, course: Course, subject: str | None, single: frozenset[str]) -> Iterator[Finding]:
    if subject == "other":
        if remarks.is_walk_or_saturation(scan.tokens[course.first : course.last]):
            yield scan.finding("other_quantity", None, True, course.first, course.last)
        return
    told = course.value if course.subject or subject is None else lungs.meaning(subject, course.value)[0]
    value = lungs.settled(subject, told)
    if value == "still":
        value = "stable" if subject in single else None
    if value is None:
        return
    detail = _circumstances(scan, course.first, course.last)
    months = _sentence_window(scan, course.first, course.last)
    kind = "sign" if subject in lungs.SIGNS or subject in ("ggo", "fibrosis") else "trend"
    for name in _goals_of(scan, value) if subject == "goals" else (subject,):
        yield scan.finding(
            kind, name, value, course.first, course.last, months=months, moved=course.moved, was=course.was, **detail
        )


_GOALS = ("pft", "ct", "breathlessness")


def _goals_of(scan: Scan, value: str) -> tuple[str, ...]:
    """ "Goals not met" leaves open which of them; "all goals" and "none of the goals" do not."""
    said = [text for text in scan.sentence.texts if text in ("all", "none", "three", "both", "no", "not", "neither")]
    return _GOALS if value != "not_better" or said[:1] in (["all"], ["none"], ["three"], ["no"]) else ("overall",)


def _sentence_window(scan: Scan, first: int, last: int) -> float | None:
    """The window that stands in the same clause; else the only window of the sentence."""
    begin, end = facts.clause(scan.tokens, first, last, frozenset({",", "but", ";"}))
    own = [when for when in scan.whens if begin <= when.first < end and when.kind in ("window", "ago")]
    windows = own or [when for when in scan.whens if when.kind == "window"]
    windows = [when for when in windows if when.months > 0 and not _of_agent(scan, when)]
    if windows and (own or len(windows) == 1):
        return windows[-1].months
    since = [when for when in scan.whens if when.kind == "date" and when.lead == "since" and begin <= when.first < end]
    return max(0.0, times.today_in_months() - since[-1].months) if since and not _of_agent(scan, since[-1]) else None


def _of_agent(scan: Scan, when: When) -> bool:
    """ "MMF for 8 months" is the agent's time, not the lung's."""
    before = [mark for mark in scan.agents if mark.last <= when.first]
    if not before:
        return False
    gap = scan.tokens[before[-1].last : when.first]
    walls = any(before[-1].last <= index < when.first for index in scan.lung_walls)
    started = {token.text for token in scan.tokens[max(0, before[-1].first - 4) : before[-1].first]}
    if when.kind == "ago" and started & {"start", "starting", "started", "since", "beginning", "than"}:
        return False
    return not walls and when.lead in ("for", "since", "", "after", "of") and len(gap) <= 8


def _circumstances(scan: Scan, first: int, last: int) -> dict[str, object]:
    detail: dict[str, object] = {}
    causes = [cause for at, cause in scan.causes if _speaks_of(scan, at, first, last)]
    if causes:
        detail["other_cause"] = causes[0]
    if remarks.is_uncorrected(scan.tokens):
        detail["uncorrected"] = True
    return detail


def _speaks_of(scan: Scan, at: int, first: int, last: int) -> bool:
    """A cause explains what stands nearest before it; at the start of a sentence, what follows."""
    before = [
        piece
        for piece in scan.row
        if piece.role == "subject" and piece.value not in ("other", "overall") and piece.first < at
    ]
    if not before:
        return True
    return first <= before[-1].first < last or last - 1 == before[-1].first


def _long_past(scan: Scan) -> frozenset[int]:
    """Times a year or more ago that are no standard of comparison: "CT was worse two years ago"."""
    return frozenset(
        when.first for when in scan.whens if when.kind == "ago" and when.months >= 12 and not _compared(scan, when)
    )


def _compared(scan: Scan, when: When) -> bool:
    before = {token.text for token in scan.tokens[max(0, when.first - 4) : when.first]}
    after = {token.text for token in scan.tokens[when.last : when.last + 2]}
    return (
        bool(after & {"vs", "versus", "compared", "against", "to"})
        or bool(
            before
            & {"than", "with", "to", "from", "since", "of", "versus", "vs", "against", "compared", "as", "like", "on"}
        )
        or any(token.kind == "number" for token in scan.tokens[max(0, when.first - 2) : when.first])
    )
