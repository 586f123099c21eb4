"""Numbers without the name of their measure: "72 to 65 in 8 months", "it has gone from 61 to 66", "62, not 70"."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from bot.language.pieces import Piece
from bot.language.quantities import measures
from bot.language.readings import Number, find_numbers
from bot.language.series import course_of_numbers
from bot.language.shared_times import Measure
from bot.language.text import Token
from bot.language.times import When, is_year
from bot.language.vocabulary import words


def bare(tokens: Sequence[Token], whens: Sequence[When], scale: str | None = None) -> dict[str, Any] | None:
    """Numbers without a subject: "72 to 65 in 8 months", "7 points in 8 months" (taken as a fall).

    `scale` is the scale of breathlessness that was spoken of just before.
    """
    piece = Piece("subject", "fvc" if scale is None else "scale", 0, 0)
    taken = {index for when in whens for index in range(when.first, when.last)}
    if _THRESHOLDS & {token.text for token in tokens}:
        return None  # "not reaching the 5 or 10 point threshold"
    if len(tokens) > 16 or swapped(tokens) is not None or _of_something_else(tokens, taken):
        return None
    numbers = find_numbers(tokens, piece, 0, len(tokens), whens, taken)
    if not numbers:
        return None
    if _two_of_two(tokens, numbers):
        return None
    value = course_of_numbers(piece.value, tokens, piece, numbers, whens)
    if scale is not None:
        return {**value, "scale": scale}
    points = {"points", "point", "pts", "pp", "%", "percent"}
    unplaced = "single" in value and not value["order"] and value["at"] is None
    if unplaced and any(token.text in points for token in tokens):
        return {**value, "change": -abs(numbers[0].value), "absolute": numbers[0].absolute, "percent": True}
    return value


def of_pronoun(
    tokens: Sequence[Token], row: Sequence[Piece], whens: Sequence[When], walls: frozenset[int], subject: str
) -> Measure | None:
    """ "He was given rituximab, and since then it has gone from 61 to 66": readings of the measure told before."""
    at = next((at for at in range(len(tokens) - 1) if tokens[at].text == "it" and _moves_on(tokens, at)), None)
    if at is None or any(piece.role == "subject" and piece.value != "overall" for piece in row):
        return None
    later = [piece for piece in row if piece.first > at and piece.value != "overall"]
    named = Piece("subject", subject, at, at + 1)
    found = measures(tokens, [named, *later], whens, frozenset(wall for wall in walls if wall > at))
    return found[0] if len(found) == 1 and "values" in found[0].value else None


def _moves_on(tokens: Sequence[Token], at: int) -> bool:
    """ "It went from 67 ...", "it has since risen from 61 ...": a movement between two numbers."""
    texts = [token.text for token in tokens[at + 1 : at + _TO_A_NUMBER]]
    moves = next((place for place, text in enumerate(texts) if text in _MOVES), None)
    if moves is None or not set(texts[:moves]) <= _AUXILIARIES:
        return False
    behind = tokens[at + 2 + moves : at + 2 + moves + len(("up", "from", "67"))]
    return any(token.text == "from" for token in behind[:-1]) and any(token.kind == "number" for token in behind)


_TO_A_NUMBER = 7
_MOVES = words("quantities", "moves")
_AUXILIARIES = words("quantities", "auxiliaries")


_THRESHOLDS = frozenset({"threshold", "thresholds", "cutoff", "cutoffs", "cut-off", "criterion", "criteria", "limit"})


def _two_of_two(tokens: Sequence[Token], numbers: Sequence[Number]) -> bool:
    """ "70 and 48, a year ago 71 and 49": two readings of two measures, and no course of one."""
    return len(numbers) == _TWO_PAIRS and all(
        [token.text for token in tokens[numbers[at].last : numbers[at + 1].first]] in (["and"], ["/"], ["&"])
        for at in (0, 2)
    )


_TWO_PAIRS = 4


def in_pairs(tokens: Sequence[Token]) -> bool:
    """ "Jan 72/45": two readings with a stroke between them."""
    return any(
        tokens[at].text == "/" and tokens[at - 1].kind == "number" and tokens[at + 1].kind == "number"
        for at in range(1, len(tokens) - 1)
    )


def _of_something_else(tokens: Sequence[Token], times: set[int]) -> bool:
    """ "Cholesterol went from 4.8 to 6.1": numbers of a thing that is not followed here."""
    texts = {token.text for at, token in enumerate(tokens) if at not in times and token.kind == "word"}
    return bool(texts - _BARE_WORDS) and not texts & _READINGS


_BARE_WORDS = words("quantities", "bare")
_READINGS = words("quantities", "readings")


def swapped(tokens: Sequence[Token]) -> dict[str, float] | None:
    """ "62, not 70", "not 70 but 62", "the 70 should read 62": the number that was meant and the one that was typed."""
    numbers = [at for at, token in enumerate(tokens) if token.kind == "number" and not is_year(token)]
    if len(numbers) < _TWO or len(tokens) > _LONGEST_SWAP:
        return None
    for first, second in itertools.pairwise(numbers):
        between = [token.text for token in tokens[first + 1 : second] if token.text not in _UNITS_BETWEEN]
        denied = tokens[first - 1].text == "not" if first else False
        early, late = tokens[first].number, tokens[second].number
        if between in (["instead", "of"], ["than"]) or (between[-1:] == ["not"] and len(between) <= _TWO):
            return {"in": early, "out": late}
        if denied and set(between) <= {"but", "its", "it", "is", "rather", "-"}:
            return {"in": late, "out": early}
        if between and set(between) <= _SHOULD_READ and _SHOULD_READ_VERBS & set(between):
            return {"in": late, "out": early}
    return None


_TWO = 2
_LONGEST_SWAP = 14
_UNITS_BETWEEN = frozenset({"%", "percent", ",", "l", "predicted", "pred"})
_SHOULD_READ = words("quantities", "should_read")
_SHOULD_READ_VERBS = frozenset({"should", "meant", "supposed", "typo", "wrong", "actually"})
