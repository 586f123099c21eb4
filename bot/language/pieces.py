"""Subjects ("FVC", "reticulation") and courses ("stable", "up") as pieces of a sentence, and the marks between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.language.lexicon import Lexicon
from bot.language.text import Token
from bot.language.vocabulary import load, words

VOCABULARY = load("lungs")


def _entries(entries: Iterable[str]) -> list[str]:
    return [str(entry).replace('"', "") for entry in entries]


SUBJECTS = Lexicon().add_all("subject", {name: _entries(words) for name, words in VOCABULARY["subjects"].items()})


COURSE = (
    Lexicon()
    .add_all("course", {name: _entries(words) for name, words in VOCABULARY["course"].items()})
    .add_all("negation", {True: VOCABULARY["negation"]})
)


HARD_BREAKS = words("lungs", "hard_breaks")
_SOFT_BREAKS = frozenset({",", ":"})


def divides(tokens: Sequence[Token], at: int) -> bool:
    """A mark that parts one statement from the next: "but", a comma, a stroke between words ("cough / SOB")."""
    text = tokens[at].text
    if text == "-":
        return spaced_dash(tokens, at)
    if text != "/":
        return text in HARD_BREAKS or text in _SOFT_BREAKS
    return (
        0 < at < len(tokens) - 1
        and tokens[at - 1].end < tokens[at].start
        and tokens[at].end < tokens[at + 1].start
        and "number" not in (tokens[at - 1].kind, tokens[at + 1].kind)
    )


def spaced_dash(tokens: Sequence[Token], at: int) -> bool:
    """ "CT stable - no new GGO": a dash between blanks that stands for a comma; "74 - 70" is a course."""
    if tokens[at].text != "-" or not 0 < at < len(tokens) - 1:
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    return before.end < tokens[at].start and tokens[at].end < after.start and after.kind != "number"


@dataclass(frozen=True, slots=True)
class Piece:
    """A subject or a course in a row; `value` of a course is already turned round by a negation."""

    role: str  # subject, course
    value: str
    first: int
    last: int
    word: str = ""
    was: bool = False  # told in the past perfect: "had fallen"


def part_of_a_reading(token: Token) -> bool:
    return token.kind == "number" or token.text in ("i", "ii", "iii", "iv", "%", "predicted")


FELT = frozenset({"breathless", "dyspnoeic", "short", "out", "winded", "puffed", "sob"})


GRADE_WORDS = frozenset({"grade", "gr", "class", "stage", "level", "score"})
