"""Courses in words as findings: whose course it is, since when; not what is asked, contested or commanded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.language import circumstances, criteria, lungs, modality, remarks, replies
from bot.language.lungs import Course
from bot.language.model import COURSE_KINDS, Finding
from bot.language.sentence_scan import Context, Scan
from bot.language.vocabulary import words


def course_findings(
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
    told = {str(item.subject) for item in context.findings if item.kind in COURSE_KINDS}
    followed = told - {"None", "overall"}
    return followed.pop() if len(followed) == 1 and followed <= {"breathlessness", "breathing"} else None


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
