"""A criterion said in so many words ("physiology criterion met") and verdicts that contradict each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from bot.language.lexicon import Lexicon, Mark
from bot.language.lungs import Course, settled
from bot.language.text import Token
from bot.language.times import YEAR, When, today_in_months
from bot.language.vocabulary import NUMBER_WORDS, load, words

_CRITERIA = load("facts")["criteria"]
_NAMED = (
    Lexicon()
    .add_all("named", _CRITERIA["named"])
    .add_all("short", _CRITERIA["short"])
    .add_all("listed", _CRITERIA["listed"])
)
_VERDICT = Lexicon().add_all("verdict", {True: _CRITERIA["met"], False: _CRITERIA["not_met"]})
_VERB = Lexicon().add_all("verb", {True: _CRITERIA["meets"], False: _CRITERIA["does_not_meet"]})
_WHOLE = Lexicon().add_all("whole", {True: _CRITERIA["whole"]})
_BETWEEN = words("criteria", "between")
_ENDS = words("criteria", "ends")
_DENIED = words("criteria", "denied")
"""What denies a verdict on the criteria from further ahead: "I don't think the criteria are met"."""
_TURNS = words("criteria", "turns")
_PLAIN_LENGTH = 10


def criteria(tokens: Sequence[Token]) -> Iterator[tuple[Mark, str, bool]]:
    """Criteria with a verdict right behind them; "CT no" is one only in a list of them."""
    found = list(_judged(tokens))
    listed = any(mark.kind != "listed" for mark, _, _ in found)
    yield from (item for item in found if listed or item[0].kind != "listed")


def _judged(tokens: Sequence[Token]) -> Iterator[tuple[Mark, str, bool]]:
    """A short name ("symptoms") needs a plain yes or no."""
    verdicts = {mark.first: mark for mark in _VERDICT.scan(tokens)}
    for mark in _NAMED.scan(tokens):
        at = mark.last
        while at < len(tokens) and tokens[at].text in _BETWEEN and at not in verdicts:
            at += 1
        verdict = verdicts.get(at)
        before = _verdict_before(tokens, mark)
        if mark.kind == "named" and verdict is None and before is not None:
            yield Mark(mark.kind, mark.value, before.first, mark.last), str(mark.value), bool(before.value)
            continue
        if verdict is None or (verdict.last < len(tokens) and tokens[verdict.last].text not in _ENDS):
            continue
        plain = tokens[verdict.first].text in ("yes", "no", "y", "n") and verdict.last - verdict.first == 1
        if mark.kind == "named" or plain:
            yield Mark(mark.kind, mark.value, mark.first, verdict.last), str(mark.value), bool(verdict.value)


def all_met(tokens: Sequence[Token]) -> tuple[Mark, bool] | None:
    """ "She fulfils the definition", "the criteria are not met": a verdict on all of them, without a name."""
    whole = next(iter(_WHOLE.scan(tokens)), None)
    if whole is None or any(True for _ in criteria(tokens)) or any(token.text in ("one", "1") for token in tokens):
        return None
    verdict = _verdict_before(tokens, whole)
    behind = [mark for mark in _VERDICT.scan(tokens) if mark.first >= whole.last]
    gap = [token.text for token in tokens[whole.last : behind[0].first]] if behind else []
    if verdict is None and behind and all(text in _BETWEEN for text in gap):
        verdict = behind[0]
    if verdict is None:
        return None
    denied = any(token.text in _DENIED for token in tokens[: min(whole.first, verdict.first)])
    return whole, bool(verdict.value) and not denied


def named(tokens: Sequence[Token]) -> str | None:
    """The criterion that a sentence names, with or without a verdict."""
    return next((str(mark.value) for mark in _NAMED.scan(tokens) if mark.kind == "named"), None)


def _verdict_before(tokens: Sequence[Token], mark: Mark) -> Mark | None:
    """ "Meets the physiological criterion", "does not fulfil the CT criterion"."""
    near = [
        found
        for found in _VERB.scan(tokens[: mark.first])
        if all(token.text in _BETWEEN for token in tokens[found.last : mark.first])
    ]
    return near[-1] if near else None


_SCANS = words("criteria", "scans")
_COMPARED = words("criteria", "compared")
_MONTHS = {unit: float(months) for months, units in load("times")["months_per_unit"].items() for unit in units}
_LONGEST = 240.0
"""Months beyond which a number of years is an age and no distance between two scans."""


def old_comparison(tokens: Sequence[Token], whens: Sequence[When]) -> tuple[int, int] | None:
    """ "The scan it was compared with is three years old": where the time stands, if it is more than a year."""
    texts = {token.text for token in tokens}
    if not texts & _SCANS or not texts & _COMPARED:
        return None
    spans = [(_span(when), when.first, when.last) for when in whens] + list(_ages(tokens))
    if any(0 < months <= YEAR for months, _, _ in spans):
        return None
    return next(
        (
            (first, last)
            for months, first, last in spans
            if YEAR < months < _LONGEST
            and any(token.text in _COMPARED for token in tokens[max(0, first - 8) : last + 4])
        ),
        None,
    )


def _span(when: When) -> float:
    return today_in_months() - when.months if when.kind == "date" else when.months


def _ages(tokens: Sequence[Token]) -> Iterator[tuple[float, int, int]]:
    """ "26 months old", "4 y old", said of a scan."""
    for at in range(len(tokens) - 2):
        amount = tokens[at].number if tokens[at].kind == "number" else NUMBER_WORDS.get(tokens[at].text)
        unit = _MONTHS.get(tokens[at + 1].text)
        if amount is not None and unit is not None and tokens[at + 2].text == "old":
            yield amount * unit, at, at + 3


def contradictions(tokens: Sequence[Token], courses: Sequence[Course], timed: bool) -> set[str]:
    """Subjects that one sentence calls better and worse without a word on time: "CT is better and worse"."""
    if timed or len(tokens) > _PLAIN_LENGTH or any(token.text in _TURNS for token in tokens):
        return set()
    found = set()
    for early, late in itertools.combinations(courses, 2):
        if early.subject is None or early.subject != late.subject or early.past or late.past:
            continue
        values = {settled(course.subject, course.value) for course in (early, late)}
        twice = values == {"stable", "worse"} and early.first != late.first
        if values == {"better", "worse"} or twice:
            found.add(early.subject)
    return found & {"fvc", "dlco", "pft", "ct", "breathlessness", "breathing"}


def only_contrasts(tokens: Sequence[Token], course: Course, told: Sequence[Course]) -> bool:
    """ "Better, not the same": the second only says what the first is not. "Not better, not worse" says both."""
    earlier = [other for other in told if other.subject == course.subject and other.last < course.last]
    before = [other.last for other in earlier]
    if course.subject is None or not before or any(other.value.startswith("not_") for other in earlier):
        return False
    rest = [token.text for token in tokens[max(before) : course.last] if token.text != ","]
    return rest[:1] == ["not"] or rest[:2] in (["rather", "than"], ["instead", "of"])
