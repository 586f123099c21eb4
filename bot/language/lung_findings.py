"""What one sentence tells of lung function, imaging and breathlessness, as findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.language import (
    circumstances,
    comparisons,
    courses,
    criteria,
    exertion,
    expectations,
    facts,
    imaging,
    lungs,
    quantities,
    remarks,
    replies,
    unnamed_numbers,
)
from bot.language.chest_films import describes_markings, of_a_film, of_a_pneumonia, on_a_film
from bot.language.elliptic_courses import cut_short, denied_alike, effort_before, open_topic, shared_course
from bot.language.lung_readings import (
    RECENT,
    bare_numbers,
    class_before,
    effort_levels,
    leading_reading,
    measure_findings,
    of_pronoun,
    reading_now,
    tabled,
)
from bot.language.lungs import Course
from bot.language.model import Finding
from bot.language.pieces import Piece
from bot.language.sentence_scan import Context, Scan
from bot.language.shared_times import Measure
from bot.language.told_courses import course_findings
from bot.language.vocabulary import words


def findings(scan: Scan, context: Context) -> Iterator[Finding]:
    """Every course, reading and sign of one sentence; what later sentences may need goes into the context."""
    film = of_a_film(scan)
    infected = film and of_a_pneumonia(scan, context)
    for finding in _findings(scan, context):
        if infected and finding.kind in ("trend", "sign") and (finding.kind == "sign" or finding.subject == "ct"):
            continue
        if film and describes_markings(scan, finding):
            continue
        kept = on_a_film(finding) if film else finding
        if kept is not None:
            yield kept


def _findings(scan: Scan, context: Context) -> Iterator[Finding]:
    if facts.of_relative(scan.sentence.texts):
        return
    subjects = [piece for piece in scan.row if piece.role == "subject"]
    measures = tabled(scan, context) or quantities.measures(scan.tokens, scan.row, scan.whens, scan.agent_walls)
    spoken_of = [] if measures else of_pronoun(scan, context)
    measures = measures or spoken_of
    swapped = unnamed_numbers.swapped(scan.tokens)
    if swapped is not None:  # "78, not 74" is one reading
        measures = [item for item in measures if {*(item.value.get("values") or ())} != {*swapped.values()}]
    asked = scan.sentence.asks and (_labelled(scan.sentence.texts) or replies.asks_for_facts(scan.sentence.texts))
    yield from measure_findings(scan, context, measures, asked or remarks.supposed(scan.tokens))
    yield from effort_levels(scan, subjects)
    effort = scan.effort or effort_before(scan, context)
    if effort is not None and not asked and not expectations.hoped(scan.tokens, effort.tokens):
        yield from _effort(scan, context, effort)
    context.effort = scan.tokens if effort is None and not scan.agents else ()
    if all(piece.value == "overall" for piece in subjects) and not scan.agents and not measures:
        yield from bare_numbers(scan, context)
    yield from leading_reading(scan, context)
    yield from class_before(scan, measures)
    if scan.agents and not measures:
        yield from reading_now(scan, context)
    single = frozenset(item.subject for item in measures if "single" in item.value)
    told = _courses(scan, context, measures, spoken_of)
    lapse = None if asked else remarks.lapsed(scan.tokens)
    lost = None if lapse is None else _lost(context, [course for course in told if course.last <= lapse.first])
    if lapse is not None and lost is not None:
        told = [course for course in told if not lapse.first <= course.last - 1 < lapse.last]
        before = [course for course in told if course.first < lapse.first]
        yield from course_findings(scan, context, before, single, asked)
        yield scan.finding("trend", lost, "not_better", lapse.first, lapse.last)
        told = [course for course in told if course not in before]
    yield from course_findings(scan, context, told, single, asked)
    yield from _shown(scan, context, subjects, asked)
    context.course = next((item.value for item in reversed(told) if not item.past), None)
    context.span = circumstances.told_span(scan) or context.span
    context.window = circumstances.told_time(scan) or context.window
    context.topic = open_topic(scan, subjects) if not measures else None
    if subjects:
        context.subjects = tuple(subjects)


def _courses(scan: Scan, context: Context, measures: Sequence[Measure], spoken_of: Sequence[Measure]) -> list[Course]:
    """Courses told in words beside the measures; `spoken_of` are those that only a pronoun names."""
    measured = frozenset(item.at for item in measures if "values" in item.value or "change" in item.value)
    single = frozenset(item.subject for item in measures if "single" in item.value)
    timed = frozenset(at for when in scan.whens for at in (when.first, when.last - 1))
    told = courses.courses(scan.tokens, scan.row, measured, circumstances.long_past(scan), timed)
    told = [course for course in told if not criteria.only_contrasts(scan.tokens, course, told)]
    told = [course for course in told if not _unknown_before(scan, course)]
    told = [course for course in told if not _shares_a_fall(course, told)]
    told = [course for course in told if not any(item.first <= course.first < item.last for item in spoken_of)]
    told += shared_course(scan, context, told, single)
    told += denied_alike(scan, told)
    told += cut_short(scan, context, told)
    return told


def _shares_a_fall(course: Course, told: Sequence[Course]) -> bool:
    """ "The fall in FVC and the breathlessness": one word that is bad for the first is no relief of the second."""
    return course.subject in ("breathlessness", "breathing", "symptoms") and any(
        other.moved and other.first == course.first and other.subject in _FUNCTION and other.value != course.value
        for other in told
    )


_FUNCTION = frozenset({"fvc", "dlco", "pft"})


def _lost(context: Context, told: Sequence[Course]) -> str | None:
    """The subject of the improvement that is lost: that of the course told last, where it was for the better."""
    named = [course for course in told if course.subject is not None]
    if named:
        return named[-1].subject if lungs.settled(named[-1].subject, named[-1].value) == "better" else None
    last = next((item for item in reversed(context.findings[-RECENT:]) if item.kind == "trend"), None)
    improved = last is not None and last.value == "better" and last.subject in _FOLLOWED
    return str(last.subject) if last is not None and improved else None


_FOLLOWED = frozenset({"breathlessness", "breathing", "fvc", "dlco", "pft", "ct", "symptoms"})


def _unknown_before(scan: Scan, course: Course) -> bool:
    """ "DLCO unknown as the machine was down": what is not known of a subject stands before the course."""
    ends = {piece.last for piece in scan.row if piece.role == "subject" and piece.first == course.first}
    return any(
        mark.value == "unknown" and mark.first in ends and mark.last <= course.last
        for mark in replies.ANSWERS.scan(scan.tokens)
    )


def _shown(scan: Scan, context: Context, subjects: Sequence[Piece], asked: bool) -> Iterator[Finding]:
    """What is said beside the courses: other quantities, the scan of comparison, signs, the time between tests."""
    if not any(piece.role == "course" for piece in scan.row):
        for piece in subjects:
            if piece.value == "other" and remarks.is_walk_or_saturation(scan.tokens[piece.first : piece.last]):
                yield scan.finding("other_quantity", None, True, piece.first, piece.last + 2)
    older = comparisons.remark(scan.tokens, scan.row, scan.whens)
    goes_on = bool(subjects) or not context.subjects or context.subjects[-1].value in lungs.IMAGING
    if older is not None and not asked and goes_on:
        yield scan.finding("compared_scan", "ct", older, 0, len(scan.tokens))
    told = scan.row
    begins = replies.question_begins(scan.sentence)
    if begins:  # "Fibrotic ILD on MMF, what next?"
        told = [piece for piece in scan.row if piece.first < begins]
    yield from imaging.presence(scan.finding, scan.tokens, told, scan.sentence.asks and not begins)
    interval = circumstances.interval(scan)
    if interval is not None:
        yield scan.finding("interval", None, interval, 0, len(scan.tokens))


def _labelled(texts: Sequence[str]) -> bool:
    """ "Question: is the FVC better?", "Indication: worsening dyspnoea?": the label of a request."""
    return ":" in texts[1:4] and texts[0] in _REQUESTS


_REQUESTS = words("lungs", "requests")


def _effort(scan: Scan, context: Context, told: exertion.Exertion) -> Iterator[Finding]:
    """What can or can no longer be done; without a word on breath it only answers the question on breathlessness."""
    yield scan.finding(
        "trend" if told.breath or _symptoms_named(scan) or _on_foot(scan) else "effort",
        "breathlessness",
        told.value,
        told.first,
        told.last,
        months=circumstances.window(scan, told.first, told.last),
        moved=False,
        was=False,
        **circumstances.circumstances(scan, context, told.first, told.last),
    )


def _on_foot(scan: Scan) -> bool:
    """ "Two flights again": stairs alone, in a text without muscles or breath; how far one walks sets no goal."""
    texts = scan.sentence.texts
    if _UPHILL.isdisjoint(texts) or scan.lung_walls or scan.agents:
        return False
    return not any(word in _MUSCLES or word.startswith(_OF_BREATH) for word in re.findall("[a-z]+", scan.text.lower()))


_UPHILL = frozenset({"stairs", "flight", "flights", "floors", "uphill", "hill", "hills"})
_MUSCLES = words("remarks", "muscles") - {"walking"}
_OF_BREATH = ("breath", "dyspn", "sob", "puff", "wind", "mmrc", "nyha", "borg")


def _symptoms_named(scan: Scan) -> bool:
    """ "Symptomatically better, walks the dog again": the effort tells which symptoms are meant."""
    return any(text.startswith("symptom") for text in scan.sentence.texts)
