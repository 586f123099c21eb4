"""The words around numbers, and what a number can be: a reading in range, a grade, a rating out of ten."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.text import Token
from bot.language.vocabulary import load

_WORDS = load("numbers")


NUMBER_SETS = {name: frozenset(words) for name, words in _WORDS.items() if isinstance(words, list)}


ROMAN = {word: int(value) for word, value in _WORDS["roman"].items()}


_TOPS = {word: int(value) for word, value in _WORDS["scale_tops"].items()}


ARROWS = frozenset({"to", "→", "-", "then", "vs", "v", "/"})


PERCENT_RANGE = (8, 170)


LARGEST_LITRES = 9.0


def is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def out_of_ten(tokens: Sequence[Token], at: int) -> bool:
    """ "6/10", "6 out of 10": a rating from the token `at` on."""
    after = [token.text for token in tokens[at + 1 : at + 4]]
    rated = after[:2] == ["/", "10"] or after[:3] in (["out", "of", "10"], ["out", "of", "ten"])
    return at < len(tokens) and tokens[at].kind == "number" and rated


def is_total(tokens: Sequence[Token], at: int) -> bool:
    return any(out_of_ten(tokens, start) for start in (at - 2, at - 3) if start >= 0)


def is_grade(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].kind == "number" or tokens[at].text in ROMAN


def out_of_range(subject: str, name: str, unit: str, value: float) -> bool:
    if subject == "scale":
        return value > _TOPS.get(name, 10)
    if unit == "%" and subject == "ct":
        return not 0 <= value <= 100
    if unit == "%":
        return not PERCENT_RANGE[0] <= value <= PERCENT_RANGE[1]
    return unit == "l" and not 0.2 <= value <= LARGEST_LITRES
