"""A criterion said in so many words ("physiology criterion met") and verdicts that contradict each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from bot.language.lexicon import Lexicon, Mark
from bot.language.lungs import Course, settled
from bot.language.text import Token
from bot.language.vocabulary import load, words

_CRITERIA = load("facts")["criteria"]
_NAMED = Lexicon().add_all("named", _CRITERIA["named"]).add_all("short", _CRITERIA["short"])
_VERDICT = Lexicon().add_all("verdict", {True: _CRITERIA["met"], False: _CRITERIA["not_met"]})
_VERB = Lexicon().add_all("verb", {True: _CRITERIA["meets"], False: _CRITERIA["does_not_meet"]})
_BETWEEN = words("criteria", "between")
_ENDS = words("criteria", "ends")
_TURNS = words("criteria", "turns")
_PLAIN_LENGTH = 10


def criteria(tokens: Sequence[Token]) -> Iterator[tuple[Mark, str, bool]]:
    """Criteria with a verdict right behind them; a short name ("symptoms") needs a plain yes or no."""
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
        plain = tokens[verdict.first].text in ("yes", "no") and verdict.last - verdict.first == 1
        if mark.kind == "named" or plain:
            yield Mark(mark.kind, mark.value, mark.first, verdict.last), str(mark.value), bool(verdict.value)


def _verdict_before(tokens: Sequence[Token], mark: Mark) -> Mark | None:
    """ "Meets the physiological criterion", "does not fulfil the CT criterion"."""
    near = [
        found
        for found in _VERB.scan(tokens[: mark.first])
        if all(token.text in _BETWEEN for token in tokens[found.last : mark.first])
    ]
    return near[-1] if near else None


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
