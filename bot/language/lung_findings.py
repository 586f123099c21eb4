"""What one sentence tells of lung function, imaging and breathlessness, as findings."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.language import (
    circumstances,
    comparisons,
    criteria,
    exertion,
    facts,
    imaging,
    lungs,
    modality,
    quantities,
    remarks,
    replies,
    tables,
    times,
)
from bot.language.lungs import Course
from bot.language.model import Finding
from bot.language.pieces import Piece
from bot.language.readings import LARGEST_LITRES, find_numbers
from bot.language.sentence_scan import Context, Scan
from bot.language.shared_times import Measure
from bot.language.vocabulary import words


def findings(scan: Scan, context: Context) -> Iterator[Finding]:
    """Every course, reading and sign of one sentence; what later sentences may need goes into the context."""
    film = _of_a_film(scan)
    infected = film and _of_a_pneumonia(scan, context)
    for finding in _findings(scan, context):
        if infected and finding.kind in ("trend", "sign") and (finding.kind == "sign" or finding.subject == "ct"):
            continue
        if film and _describes_markings(scan, finding):
            continue
        kept = _on_a_film(finding) if film else finding
        if kept is not None:
            yield kept


def _of_a_film(scan: Scan) -> bool:
    """ "CXR: reticular shadowing": the sentence speaks of a chest X-ray and of no CT."""
    texts = scan.sentence.texts
    named = not _FILMS.isdisjoint(texts) or any(pair in _FILMS_IN_TWO_WORDS for pair in itertools.pairwise(texts))
    if not named or not _OF_A_DEPARTMENT.isdisjoint(texts):
        return False
    shown = [
        at for at, text in enumerate(texts) if text in _SECTIONAL and texts[max(0, at - 1)] not in ("no", "without")
    ]
    seen = (set(texts[at : at + _REACH_OF_A_TEST]) for at in shown)
    return all(behind & _TO_COME for behind in seen)


def _of_a_pneumonia(scan: Scan, context: Context) -> bool:
    """ "Pneumococcal pneumonia ... CXR: RLL consolidation clearing": the film follows the infection, not the ILD."""
    told = any(item.kind == "possible_cause" and item.value in _CHEST_INFECTIONS for item in context.findings)
    patchy = not _PATCHES.isdisjoint(scan.sentence.texts)
    return patchy and (told or not _LOBES.isdisjoint(scan.sentence.texts))


_CHEST_INFECTIONS = words("lungs", "chest_infections")
_PATCHES = words("lungs", "patches")
_LOBES = words("lungs", "lobes")


def _on_a_film(finding: Finding) -> Finding | None:
    """Signs on a chest X-ray are none on CT; a course of theirs is one of the extent on imaging."""
    if finding.kind == "fibrosis" or (finding.kind == "sign" and finding.value in ("present", "absent")):
        return None
    if finding.kind == "sign":
        course = {"new": "worse", "denied": "stable"}.get(str(finding.value), finding.value)
        finding = replace(finding, kind="trend", subject="ct", value=course)
    if finding.kind == "trend" and finding.subject == "ct":
        return replace(finding, detail={**finding.detail, "film": True})
    return finding


def _describes_markings(scan: Scan, finding: Finding) -> bool:
    """ "Increased markings": what one film looks like; "increased markings since May" tells a course."""
    texts = scan.sentence.texts
    described = any(
        text == "increased" and not _MARKINGS.isdisjoint(texts[at + 1 : at + 1 + _REACH_OF_A_SIGN])
        for at, text in enumerate(texts)
    )
    told = (finding.kind == "trend" and finding.subject == "ct") or finding.kind == "sign"
    return described and told and finding.value == "worse" and _COMPARED.isdisjoint(texts)


_MARKINGS = frozenset({"marking", "markings"})
_REACH_OF_A_SIGN = 3

_FILMS = words("lungs", "films")
_FILMS_IN_TWO_WORDS = frozenset({("x", "ray"), ("x", "rays"), ("chest", "film"), ("plain", "film")})
_SECTIONAL = words("lungs", "sectional")
_TO_COME = words("lungs", "to_come") | {"outstanding"}
_REACH_OF_A_TEST = 4
_OF_A_DEPARTMENT = frozenset({"doctor", "department", "meeting", "consultant", "dept", "mdt", "conference"})


def _findings(scan: Scan, context: Context) -> Iterator[Finding]:
    if facts.of_relative(scan.sentence.texts):
        return
    subjects = [piece for piece in scan.row if piece.role == "subject"]
    measures = _tabled(scan, context) or quantities.measures(scan.tokens, scan.row, scan.whens, scan.agent_walls)
    spoken_of = [] if measures else _of_pronoun(scan, context)
    measures = measures or spoken_of
    swapped = quantities.swapped(scan.tokens)
    if swapped is not None:  # "78, not 74" is one reading
        measures = [item for item in measures if {*(item.value.get("values") or ())} != {*swapped.values()}]
    asked = scan.sentence.asks and (_labelled(scan.sentence.texts) or replies.asks_for_facts(scan.sentence.texts))
    yield from _measures(scan, context, measures, asked or remarks.supposed(scan.tokens))
    yield from _levels(scan, subjects)
    effort = scan.effort or _effort_before(scan, context)
    if effort is not None and not asked and not lungs.hoped(scan.tokens, effort.tokens):
        yield from _effort(scan, context, effort)
    context.effort = scan.tokens if effort is None and not scan.agents else ()
    if all(piece.value == "overall" for piece in subjects) and not scan.agents and not measures:
        yield from _bare_numbers(scan, context)
    yield from _leading_reading(scan, context)
    yield from _class_before(scan, measures)
    if scan.agents and not measures:
        yield from _reading_now(scan, context)
    measured = frozenset(item.at for item in measures if "values" in item.value or "change" in item.value)
    single = frozenset(item.subject for item in measures if "single" in item.value)
    timed = frozenset(at for when in scan.whens for at in (when.first, when.last - 1))
    told = lungs.courses(scan.tokens, scan.row, measured, circumstances.long_past(scan), timed)
    told = [course for course in told if not criteria.only_contrasts(scan.tokens, course, told)]
    told = [course for course in told if not _unknown_before(scan, course)]
    told = [course for course in told if not _shares_a_fall(course, told)]
    told = [course for course in told if not any(item.first <= course.first < item.last for item in spoken_of)]
    told += _also(scan, context, told, single)
    told += _neither(scan, told)
    told += _cut_short(scan, context, told)
    lapse = None if asked else remarks.lapsed(scan.tokens)
    lost = None if lapse is None else _lost(context, [course for course in told if course.last <= lapse.first])
    if lapse is not None and lost is not None:
        told = [course for course in told if not lapse.first <= course.last - 1 < lapse.last]
        before = [course for course in told if course.first < lapse.first]
        yield from _told(scan, context, before, single, asked)
        yield scan.finding("trend", lost, "not_better", lapse.first, lapse.last)
        told = [course for course in told if course not in before]
    yield from _told(scan, context, told, single, asked)
    yield from _shown(scan, context, subjects, asked)
    context.course = next((item.value for item in reversed(told) if not item.past), None)
    context.span = circumstances.told_span(scan) or context.span
    context.window = circumstances.told_time(scan) or context.window
    context.topic = _topic(scan, subjects) if not measures else None
    if subjects:
        context.subjects = tuple(subjects)


def _shares_a_fall(course: Course, told: Sequence[Course]) -> bool:
    """ "The fall in FVC and the breathlessness": one word that is bad for the first is no relief of the second."""
    return course.subject in ("breathlessness", "breathing", "symptoms") and any(
        other.moved and other.first == course.first and other.subject in _FUNCTION and other.value != course.value
        for other in told
    )


_FUNCTION = frozenset({"fvc", "dlco", "pft"})


def _of_pronoun(scan: Scan, context: Context) -> list[Measure]:
    """ "FVC fell to 61. Then tacrolimus, and it has risen from 61 to 66": "it" is the measure read before."""
    last = next((item for item in reversed(context.findings[-_RECENT:]) if item.kind == "measure"), None)
    if last is None or last.subject not in ("fvc", "dlco"):
        return []
    if all(piece.value not in (last.subject, "overall") for piece in context.subjects):
        return []
    if any(mark.value in _TAPERED for mark in scan.agents):
        return []  # "prednisolone was cut, it went from 60 to 50"
    found = quantities.of_pronoun(scan.tokens, scan.row, scan.whens, scan.agent_walls, str(last.subject))
    return [] if found is None else [found]


def _lost(context: Context, told: Sequence[Course]) -> str | None:
    """The subject of the improvement that is lost: that of the course told last, where it was for the better."""
    named = [course for course in told if course.subject is not None]
    if named:
        return named[-1].subject if lungs.settled(named[-1].subject, named[-1].value) == "better" else None
    last = next((item for item in reversed(context.findings[-_RECENT:]) if item.kind == "trend"), None)
    improved = last is not None and last.value == "better" and last.subject in _FOLLOWED
    return str(last.subject) if last is not None and improved else None


_FOLLOWED = frozenset({"breathlessness", "breathing", "fvc", "dlco", "pft", "ct", "symptoms"})
_TAPERED = frozenset({"prednisone", "prednisolone", "methylprednisolone", "glucocorticoid"})


def _unknown_before(scan: Scan, course: Course) -> bool:
    """ "DLCO unknown as the machine was down": what is not known of a subject stands before the course."""
    ends = {piece.last for piece in scan.row if piece.role == "subject" and piece.first == course.first}
    return any(
        mark.value == "unknown" and mark.first in ends and mark.last <= course.last
        for mark in replies.ANSWERS.scan(scan.tokens)
    )


def _measures(scan: Scan, context: Context, found: Sequence[Measure], supposed: bool) -> Iterator[Finding]:
    for measure in found:
        if supposed and "values" not in measure.value and "single" not in measure.value:
            continue
        first, last = measure.first, measure.last
        value = dict(measure.value)
        if value.get("months") is None and not value.get("times"):
            value["months"] = circumstances.window(scan, first, last) or circumstances.span(scan)
        if value.get("months") is None and "change" in value:
            value["months"] = comparisons.distance(scan.tokens, scan.whens)
        if value.get("months") is None and not value.get("times"):
            value["months"] = circumstances.referred_time(scan, context) or tables.span(context.table)
        if value.get("months") is None and not value.get("times") and circumstances.REFERRING.scan(scan.tokens):
            value["same_time"] = True
        was = "single" not in value and circumstances.of_the_past(scan, first, last)
        detail = circumstances.circumstances(scan, context, first, last)
        yield scan.finding("measure", measure.subject, value, first, last, was=was, **detail)


def _levels(scan: Scan, subjects: Sequence[Piece]) -> Iterator[Finding]:
    """Two levels of effort that make breathless, early and late."""
    if not any(piece.value in ("breathlessness", "breathing") for piece in subjects):
        return
    levels = remarks.levels(scan.tokens, scan.whens)
    if levels is not None:
        value = {"unit": "class", "months": None, "scale": "level", "values": levels, "times": None}
        yield scan.finding("measure", "scale", value, 0, len(scan.tokens))


def _bare_numbers(scan: Scan, context: Context) -> Iterator[Finding]:
    """Numbers without a subject: those of FVC and DLCO in turn, else of the measure spoken of last."""
    if tables.is_row(scan.tokens, scan.whens):
        return
    scale = _scale_of(context)
    bare = quantities.bare(scan.tokens, scan.whens, scale)
    if bare is None:
        return
    both = list(dict.fromkeys(piece.value for piece in context.subjects if piece.value in ("fvc", "dlco")))
    in_turn = scan.tokens[0].text in _NOW or quantities.in_pairs(scan.tokens) or bool(_THESE & set(scan.sentence.texts))
    in_turn = in_turn or (_both_read(context) and not {"to", "→", "->", "from"} & set(scan.sentence.texts))
    if len(both) == 2 and len(bare.get("values", ())) == 2 and in_turn:
        yield from _of_both(scan, both)
        return
    last = next((piece.value for piece in reversed(context.subjects) if piece.value in quantities.NUMERIC), None)
    yield scan.finding("measure", "scale" if scale else last, bare, 0, len(scan.tokens))


def _class_before(scan: Scan, measures: Sequence[Measure]) -> Iterator[Finding]:
    """ "And it was III before tacrolimus": an earlier class, of the scale whose reading was told before."""
    texts = scan.sentence.texts
    at = next((at for at, text in enumerate(texts[:4]) if text in ("was", "from")), None)
    if measures or at is None or not set(texts[:at]) <= _IT or at + 2 >= len(texts):
        return
    number, when = texts[at + 1], texts[at + 2]
    roman = number in _CLASSES
    digit = number.isdigit() and int(number) <= len(_CLASSES) and bool(scan.agents)
    if (roman or digit) and when in _EARLIER:
        value = float(_CLASSES.index(number) + 1 if roman else number)
        reading = {"unit": "class", "months": None, "scale": "", "at": None, "order": -1, "yearless": False}
        yield scan.finding("measure", None, {**reading, "single": value}, 0, at + 3, was=False)


_IT = frozenset({"and", "it", "that", "which", "up", "dyspnoea", "before", "breathlessness"})
_CLASSES = ("i", "ii", "iii", "iv")
_EARLIER = frozenset(
    {"before", "in", "at", "last", "previously", "earlier", "then", "a", "six", "three", "two", "when"}
)


def _leading_reading(scan: Scan, context: Context) -> Iterator[Finding]:
    """ "FVC 70. Now 71, DLCO 50", "March: 75 %": a reading that opens the sentence is of the measure read before."""
    begin, at = _opening_time(scan)
    if not begin:
        return
    recent = context.findings[-_RECENT:]
    before = [item for item in recent if item.kind == "measure" and item.end <= scan.tokens[0].start]
    both = [item for item in before[-2:] if item.subject in ("fvc", "dlco") and "single" in item.value]
    if not both or before[-1] not in both:
        return
    subjects = [piece for piece in scan.row if piece.role == "subject" and piece.value != "overall"]
    named = {piece.value for piece in subjects}
    meant = [item.subject for item in both if item.subject not in named]
    end = subjects[0].first if subjects else 0
    if not meant or not end or scan.tokens[begin].kind != "number" or not _parted(scan, begin, end):
        return
    piece = Piece("subject", str(meant[0]), 0, begin)
    numbers = find_numbers(scan.tokens, piece, begin, end, [], set())
    percent = [item for item in numbers if item.value > LARGEST_LITRES and not item.change]
    if len(percent) == 1:
        value = {
            "unit": "%",
            "months": None,
            "scale": meant[0],
            "single": percent[0].value,
            "at": at,
            "order": 0 if at else 1,
        }
        yield scan.finding("measure", meant[0], value, 0, percent[0].last)


def _reading_now(scan: Scan, context: Context) -> Iterator[Finding]:
    """ "FVC 78 % in January, 70 % in June. Rituximab added, now 74 %": a last reading of the measure told before."""
    last = next((item for item in reversed(context.findings[-_RECENT:]) if item.kind == "measure"), None)
    if last is None or last.subject not in ("fvc", "dlco") or last.value.get("unit") != "%":
        return
    texts = scan.sentence.texts
    at = next((at for at in range(1, len(texts) - 1) if texts[at - 1] in _NOW and texts[at + 1] == "%"), None)
    if (
        at is None
        or scan.tokens[at].kind != "number"
        or not _OF_THE_LUNGS[0] <= scan.tokens[at].number <= _OF_THE_LUNGS[1]
    ):
        return
    if texts[at - 2] != "," or texts[at + 2 : at + 3] not in ((), (",",)) or _SATURATION & set(texts):
        return  # "SpO2 now 97 %", "now 96 % on air"
    value = {
        "unit": "%",
        "months": None,
        "scale": last.subject,
        "single": scan.tokens[at].number,
        "at": times.today_in_months(),
        "order": 1,
    }
    yield scan.finding("measure", str(last.subject), value, at - 1, at + 2)


_OF_THE_LUNGS = (15, 150)
"""Percent predicted that a reading can have."""
_SATURATION = frozenset({"spo2", "sats", "saturation", "saturations", "sao2", "oxygen", "o2", "air"})


def _opening_time(scan: Scan) -> tuple[int, float | None]:
    """Where a reading may begin behind "now" or "March:", and the date told there."""
    texts = scan.sentence.texts
    when = next((when for when in scan.whens if when.first <= 1 and when.kind in ("date", "ago")), None)
    if when is not None and when.last < len(texts) - 1 and texts[when.last] == ":" and not when.whole_year:
        return when.last + 1, times.when_in_months(when)
    dated = when is not None and when.last > 1
    return (1, None) if len(texts) > 2 and texts[0] in _NOW and not dated else (0, None)


def _parted(scan: Scan, begin: int, end: int) -> bool:
    """Nothing but the reading and a mark stands before the next measure."""
    rest = [token for token in scan.tokens[begin:end] if token.kind == "word"]
    return all(token.text in _UNITS for token in rest) and scan.tokens[end - 1].text in (",", "and", "/", ")", "&")


_UNITS = frozenset({"l", "litres", "ml", "pred", "predicted", "percent", "of", "and", "only", "at"})


def _both_read(context: Context) -> bool:
    """ "FVC 74, DLCO 51; a year ago 75 and 52": one reading of each stands right before."""
    last = [item for item in context.findings[-_RECENT:] if item.kind == "measure"][-2:]
    return {item.subject for item in last} == {"fvc", "dlco"} and all("single" in item.value for item in last)


_THESE = frozenset({"these", "they", "those", "respectively"})
_NOW = frozenset({"now", "today", "currently", "then"})


def _of_both(scan: Scan, both: Sequence[str]) -> Iterator[Finding]:
    """ "FVC of 70 and DLCO of 50 in March; today 69 and 48": readings of both in turn."""
    dated = next((when for when in scan.whens if when.kind in ("date", "ago") and when.months), None)
    at = None if dated is None else times.when_in_months(dated)
    covered = {index for when in scan.whens for index in range(when.first, when.last)}
    numbers = [token.number for at, token in enumerate(scan.tokens) if token.kind == "number" and at not in covered]
    percent = [number for number in numbers if number > LARGEST_LITRES]
    for name, reading in zip(both, percent if len(percent) == len(both) else numbers, strict=False):
        value = {"unit": "%", "months": None, "scale": name, "single": reading, "at": at, "order": 0 if at else 1}
        yield scan.finding("measure", name, value, 0, len(scan.tokens))


def _told(
    scan: Scan, context: Context, told: Sequence[Course], single: frozenset[str], asked: bool
) -> Iterator[Finding]:
    opposed = criteria.contradictions(scan.tokens, told, bool(scan.whens))
    for name in sorted(opposed):
        yield scan.finding("contradiction", name, True, 0, len(scan.tokens))
    judged = scan.stability.stated is not None
    unreal = modality.advised(scan.tokens) or modality.only_queried(scan.sentence)
    for course in told:
        if asked or unreal or course.past or course.subject in opposed or (judged and course.subject is None):
            continue
        if judged and course.value == "not_better" and _refuses_stability(scan, course):
            continue
        if _contested(scan, course):
            continue
        if _is_the_question(scan, course) or (course.subject is None and _tells_nothing(scan, course)):
            continue
        yield from _course(scan, context, course, single)


def _contested(scan: Scan, course: Course) -> bool:
    """ "Husband thinks the breathing is worse, I disagree": an opinion that the writer does not share."""
    texts = scan.sentence.texts
    voiced = any(
        text in _KIN and texts[at + 1] in _VOICES
        for at, text in enumerate(texts[: course.first])
        if at + 1 < len(texts)
    )
    behind = texts[course.last :]
    return voiced and (
        bool(_DISAGREES & set(behind))
        or any(text in _OTHERS and behind[at + 1 : at + 2] == ("dont",) for at, text in enumerate(behind))
        or any(text in _OTHERS and behind[at + 1 : at + 2] == ("doesnt",) for at, text in enumerate(behind))
    )


_KIN = words("facts", "relatives") | words("facts", "kin")
_VOICES = words("facts", "tells") | {"feels", "claims", "insists", "reckons", "think", "say", "feel", "worries"}
_DISAGREES = frozenset({"disagree", "disagrees", "disagreed", "disputes", "denies"})
_OTHERS = frozenset({"i", "we", "he", "she", "patient"})


def _refuses_stability(scan: Scan, course: Course) -> bool:
    """ "I don't accept only stable lung function": what is denied is the verdict; "FVC not stable" is a course."""
    texts = scan.sentence.texts
    steady = [at for at in range(course.first, course.last) if texts[at].startswith("stab")]
    return bool(steady) and texts[steady[0] - 1] not in _NOT_STABLE


_NOT_STABLE = frozenset({"not", "no", "isnt", "arent", "wasnt", "never", "longer"})


def _is_the_question(scan: Scan, course: Course) -> bool:
    """ "Which drug improves FVC?", "would rituximab make the CT better?": what is asked for is not told."""
    texts = scan.sentence.texts
    if not scan.sentence.asks or texts[0] not in _ASKING:
        return False
    lead = texts[: course.last]
    helps = texts[course.last - 1] in _HELPS or texts[course.first] in _HELPS
    modal = any(text in _MODALS and not _TURNS & set(lead[at:]) for at, text in enumerate(lead))
    return modal or (helps and not _TURNS & set(lead))


_ASKING = words("lungs", "asking")
_MODALS = words("lungs", "modals")
_HELPS = words("lungs", "helps")
_TURNS = words("lungs", "subordinators")


def _tells_nothing(scan: Scan, course: Course) -> bool:
    """A command ("Drop the table"), or "same, don't have it"."""
    if scan.treatment_words & set(range(course.first, course.last)):
        return True  # "weaned off in May" is no course of the lung
    if course.value in ("up", "down"):
        return _commands(scan, course)
    return course.value == "same" and bool(replies.unknowns(scan.sentence))


def _subject_of(scan: Scan, context: Context, course: Course) -> str | None:
    """The subject of a course; where the sentence names none, what the one before spoke of."""
    subject = course.subject
    if subject == "overall" and remarks.of_effort(scan.tokens):
        return "breathlessness"
    if subject == "overall" and "again" in scan.sentence.texts[course.last : course.last + 2]:
        subject = _felt_before(context) or subject
    if subject is None and context.subjects and _since_then(scan, course):
        subject = "ct" if context.subjects[-1].value in lungs.IMAGING else context.subjects[-1].value
    if subject is None and context.subjects and context.subjects[-1].value in lungs.IMAGING:
        shown = all(piece.value in lungs.IMAGING for piece in context.subjects) and _opens_unchanged(scan, course)
        subject = "ct" if shown or _OF_SCANS & set(scan.sentence.texts) else None
    if subject is None and not scan.agents:
        subject = "ct" if _RADIOLOGIST & set(scan.sentence.texts) else context.topic
    lead = scan.sentence.texts[max(0, course.first - 5) : course.first]
    if subject is None and context.subjects and _PRONOUNS & set(lead):
        subject = context.subjects[-1].value
    return subject


def _opens_unchanged(scan: Scan, course: Course) -> bool:
    """ "Established fibrosis. Unchanged in all respects from the examination in May."."""
    compared = not {"from", "since", "compared", "to", "against", "as"}.isdisjoint(scan.sentence.texts)
    return course.first == 0 and course.value in ("same", "stable") and compared and not scan.agents


def _felt_before(context: Context) -> str | None:
    """ "Her dyspnoea improved at first. Since September she's worse again": the only thing that was followed."""
    told = {str(item.subject) for item in context.findings if item.kind in _COURSES}
    followed = told - {"None", "overall"}
    return followed.pop() if len(followed) == 1 and followed <= {"breathlessness", "breathing"} else None


_COURSES = frozenset({"trend", "sign", "measure"})


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


def _scale_of(context: Context) -> str | None:
    """The scale that a sentence of numbers goes on about: "mMRC 2. Was 3 in June." """
    last = context.subjects[-1] if context.subjects else None
    if last is None or last.value not in ("scale", "breathlessness"):
        return None
    recent = context.findings[-_RECENT:]
    scales = [item.value["scale"] for item in recent if item.kind == "measure" and item.subject == "scale"]
    return str(scales[-1]) if scales else None


_RECENT = 12
"""Findings of the sentences just before."""


def _tabled(scan: Scan, context: Context) -> list[Measure]:
    """Readings of a row under the head of a table; the head itself is remembered."""
    head = tables.head(scan.tokens, scan.row, scan.whens)
    if head is not None:
        context.table = head
    elif context.table is not None:
        return tables.readings(scan.tokens, scan.row, scan.whens, context.table)
    return []


def _effort_before(scan: Scan, context: Context) -> exertion.Exertion | None:
    """ "Needs to rest on the stairs; a month ago he did not need to": the sentence only answers the one before."""
    if not context.effort or scan.agents or not _PRO_VERBS & set(scan.sentence.texts):
        return None
    covered = {index for when in scan.whens for index in range(when.first, when.last)}
    content = [token.text for at, token in enumerate(scan.tokens) if token.kind == "word" and at not in covered]
    if any(text not in _PRO_VERBS | _ELLIPTIC for text in content):
        return None
    return exertion.course(scan.tokens, scan.whens, frozenset(), context.effort)


_PRO_VERBS = words("lungs", "pro_verbs")
_ELLIPTIC = words("lungs", "elliptic")


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


def _also(scan: Scan, context: Context, told: Sequence[Course], single: frozenset[str]) -> list[Course]:
    """ "Lung function too.": a sentence of subjects only shares the course of the one before."""
    subjects = [piece for piece in scan.row if piece.role == "subject"]
    if told or single or context.course is None or not subjects or len(subjects) < len(scan.row):
        return []
    tail = scan.sentence.texts[subjects[-1].last :]
    lead = scan.sentence.texts[: subjects[0].first]
    if not (tail in _TOO or (lead[:1] in (("also",), ("likewise",), ("so",)) and not tail)):
        return []
    return [Course(piece.value, context.course, piece.first, piece.last, 0) for piece in subjects]


def _neither(scan: Scan, told: Sequence[Course]) -> Iterator[Course]:
    """ "FVC has not changed, nor has the CT": the course that was denied of the subject before."""
    texts = scan.sentence.texts
    for piece in (piece for piece in scan.row if piece.role == "subject"):
        at = piece.first - (texts[piece.first - 1] in _DETERMINERS)
        if at < len(("neither", "has")) or texts[at - 2] not in ("neither", "nor") or texts[at - 1] not in _AUXILIARIES:
            continue
        before = [course for course in told if course.last <= at and course.subject is not None]
        if before and all(course.first != piece.first for course in told):
            yield Course(piece.value, before[-1].value, piece.first, piece.last, 0)


def _cut_short(scan: Scan, context: Context, told: Sequence[Course]) -> Iterator[Course]:
    """ "FVC has improved, the CT and her breathing have too"; "FVC has not improved, the CT has"."""
    texts = scan.sentence.texts
    subjects = [piece for piece in scan.row if piece.role == "subject" and piece.value != "overall"]
    for piece in subjects:
        tail = texts[piece.last : piece.last + len(("have", "as", "well", ","))]
        before = [course for course in told if course.last <= piece.first and course.subject is not None]
        if not before and not told and context.course == "not_better" and tail in (("has",), ("have",)):
            yield Course(piece.value, "better", piece.first, piece.last, 0)  # "... not improved. His breathing has"
        if before and _none_of(texts, piece):
            yield Course(piece.value, before[0].value, piece.first, piece.last, 0)
        if not before or tail[:1] == () or tail[0] not in _AUXILIARIES:
            continue
        closed = {course.first for course in told}
        if tail in _TOO_AT_THE_END and piece.first not in closed:
            meant = [other for other in subjects if before[-1].last <= other.first <= piece.first]
            yield from (Course(other.value, before[-1].value, other.first, other.last, 0) for other in meant)
        elif before[-1].value == "not_better" and tail in (("has",), ("have",)) and piece.first not in closed:
            yield Course(piece.value, "better", piece.first, piece.last, 0)


def _none_of(texts: Sequence[str], piece: Piece) -> bool:
    """ "No improvement in breathlessness, none in lung function, none on the CT"."""
    at = piece.first - (texts[piece.first - 1] in _DETERMINERS)
    return at >= len(("none", "in")) and texts[at - 2] in ("none", "nor", "nil") and texts[at - 1] in ("in", "on", "of")


_TOO_AT_THE_END = tuple(
    (auxiliary, *too) for auxiliary in ("has", "have", "did", "is", "are") for too in (("too",), ("as", "well"))
)
_DETERMINERS = frozenset({"the", "her", "his", "their"})
_AUXILIARIES = frozenset({"has", "have", "had", "did", "does", "do", "is", "are", "was", "were"})
_TOO = (("too",), ("as", "well"), ("also",), ("likewise",), ("ditto",), ("idem",), ("similarly",))


def _topic(scan: Scan, subjects: Sequence[Piece]) -> str | None:
    """ "Asked about breathing.": one subject and no course; the next sentence may bring it."""
    named = {piece.value for piece in subjects if piece.value != "overall"}
    told = any(piece.role != "subject" for piece in scan.row) or bool(replies.unknowns(scan.sentence))
    named_only = (
        scan.sentence.asks and _opens_with(scan, subjects[0]) and subjects[-1].last == len(scan.tokens)
        if subjects
        else False
    )
    if (
        told
        or (scan.sentence.asks and not named_only)
        or len(scan.tokens) > _TOPIC_LENGTH
        or scan.agents
        or len(named) != 1
    ):
        return None
    name = named.pop()
    return name if name in ("breathlessness", "breathing", "pft", "ct", "fvc", "dlco") else None


def _opens_with(scan: Scan, piece: Piece) -> bool:
    """ "Dyspnoea?", "her dyspnoea?"."""
    return all(text in _DETERMINERS | {"and"} for text in scan.sentence.texts[: piece.first])


_TOPIC_LENGTH = 6


_OF_SCANS = frozenset({"compared", "comparison", "comparing", "interval", "compare"})
_RADIOLOGIST = frozenset({"radiologist", "radiologists"})


def _since_then(scan: Scan, course: Course) -> bool:
    """ "The CT of 2021 showed honeycombing; since then no change": the next sentence goes on about the same."""
    return any(mark.first == 0 and mark.last <= course.first for mark in circumstances.REFERRING.scan(scan.tokens))


def _commands(scan: Scan, course: Course) -> bool:
    """ "Drop the table": a verb in the imperative with an object tells no course; "drop since May" does."""
    if course.first or course.last >= len(scan.tokens) or scan.sentence.texts[course.last - 1] not in _IMPERATIVES:
        return False
    following = scan.tokens[course.last]
    timed = any(when.first <= course.last < when.last for when in scan.whens)
    return following.kind == "word" and not timed and following.text not in _AFTER_A_DROP


_IMPERATIVES = words("reader", "imperatives")


_AFTER_A_DROP = words("reader", "after_a_drop")


def _course(scan: Scan, context: Context, course: Course, single: frozenset[str]) -> Iterator[Finding]:
    subject = _subject_of(scan, context, course)
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
    if subject in _BLOWN and _only_a_level(scan, course):
        yield scan.finding("mention", subject, True, course.first, course.last)
        return
    detail = circumstances.circumstances(scan, context, course.first, course.last)
    months = circumstances.window(scan, course.first, course.last)
    if subject in lungs.IMAGING:
        months = circumstances.distance_of_scans(scan, course.first, course.last) or months
    if value == "stable" and _of_the_rest(scan, course):
        detail["rest"] = True
    months = circumstances.years_back(scan, course.first, course.last) or months
    if subject is None and _PRONOUNS & set(scan.sentence.texts[max(0, course.first - 3) : course.first]):
        detail["refers_back"] = True
    kind = "sign" if subject in lungs.SIGNS or subject in ("ggo", "fibrosis") else "trend"
    if subject == "goals" and scan.sentence.asks:
        return  # "because 'goals' mean improvement?"
    for name in _goals_of(scan, value) if subject == "goals" else (subject,):
        yield scan.finding(
            kind,
            name,
            value,
            course.first,
            course.last,
            months=months,
            moved=course.moved or (subject is None and value in ("up", "down")),
            was=course.was or circumstances.of_the_past(scan, course.first, course.last),
            **detail,
        )


def _only_a_level(scan: Scan, course: Course) -> bool:
    """ "Gas transfer moderately reduced": how low it is, not how it went; "... since May" and "... than before" do."""
    begin = scan.tokens[course.first - 1].start if course.first else 0  # the grade itself may be no token
    said = scan.text[begin : scan.tokens[course.last - 1].end].lower()
    return course.moved and bool(_GRADED.search(said)) and not _COMPARED & set(scan.sentence.texts)


_BLOWN = frozenset({"fvc", "dlco", "pft"})
_GRADED = re.compile(
    r"\b(?:mild|moderate|severe)(?:ly)?\s+"
    r"(?:reduced|decreased|diminished|impaired|lowered|reduction|decrease)\b"
)
_COMPARED = words("lungs", "compared_in_time")


def _of_the_rest(scan: Scan, course: Course) -> bool:
    """ "Less consolidation, otherwise unchanged": what is left over after a course told before."""
    begin = course.first if course.subject else max(0, course.first - 2)
    return bool(_REST & set(scan.sentence.texts[begin : course.last]))


_REST = words("lungs", "rest")


_GOALS = ("pft", "ct", "breathlessness")


def _goals_of(scan: Scan, value: str) -> tuple[str, ...]:
    """ "Goals not met" leaves open which of them; "all goals" and "none of the goals" do not."""
    said = [text for text in scan.sentence.texts if text in ("all", "none", "three", "both", "no", "not", "neither")]
    return _GOALS if value != "not_better" or said[:1] in (["all"], ["none"], ["three"], ["no"]) else ("overall",)


_PRONOUNS = words("reader", "pronouns")
