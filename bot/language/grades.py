"""Grades of breathlessness and estimates of extent: numbers that stand beside a subject without a unit of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.number_words import is_grade, out_of_ten
from bot.language.pieces import GRADE_WORDS, Piece
from bot.language.text import Token


def graded(tokens: Sequence[Token], piece: Piece) -> Piece:
    """ "Dyspnoea II → III", "breathlessness 3, was 2": grades without the name of their scale."""
    if piece.value in _ESTIMATED and _is_extent(tokens, piece):
        return replace(piece, value="ct")
    if piece.value == "breathlessness" and out_of_ten(tokens, piece.last + _passed(tokens, piece.last)):
        return replace(piece, value="scale")
    if piece.value != "breathlessness" or piece.last + 2 >= len(tokens):
        return piece
    if _two_grades(tokens, piece.last):
        return replace(piece, value="scale")
    at = piece.last + (tokens[piece.last].text in (":", "=", "from"))
    then = [token.text for token in tokens[at + 1 : at + 3]]
    second = at + 1 + len(then[:1]) if then[:1] != [","] else at + 3
    if second + 1 < len(tokens) and tokens[second + 1].text == "times":
        return piece  # "2 to 3 times a week"
    arrow = then[0] in ("→", "->", "to", "then", "vs", ">") or then[:2] in (
        [",", "was"],
        [",", "previously"],
        [",", "before"],
    )
    if not arrow or second >= len(tokens) or not (is_grade(tokens, at) and is_grade(tokens, second)):
        return piece
    small = all(tokens[index].kind != "number" or tokens[index].number <= 10 for index in (at, second))
    return replace(piece, value="scale") if small else piece


def _two_grades(tokens: Sequence[Token], at: int) -> bool:
    """ "Dyspnoea: grade 3, in January grade 2", "dyspnoea went from gr 2 to gr 4": what stands behind the symptom."""
    while at < len(tokens) and tokens[at].text in _GONE:
        at += 1
    named = at < len(tokens) and tokens[at].text in GRADE_WORDS
    at += named
    if not _is_small_grade(tokens, at):
        return False
    at += 1
    joined = at < len(tokens) and tokens[at].text in ("to", "→", "->")
    for behind in range(at + 1, min(at + _TO_THE_SECOND, len(tokens))):
        if tokens[behind - 1].text in GRADE_WORDS and _is_small_grade(tokens, behind):
            return named
        if joined and behind == at + 1 and _is_small_grade(tokens, behind):
            return True
    return False


def _is_small_grade(tokens: Sequence[Token], at: int) -> bool:
    if at + 1 < len(tokens) and tokens[at + 1].text in ("times", "x", "weeks", "days", "months"):
        return False
    return at < len(tokens) and is_grade(tokens, at) and (tokens[at].kind != "number" or tokens[at].number <= 10)


_GONE = frozenset(
    {
        ":",
        "=",
        "from",
        "went",
        "gone",
        "has",
        "have",
        "improved",
        "worsened",
        "moved",
        "progressed",
        "rose",
        "fell",
        "down",
        "up",
        "of",
        "is",
        "was",
    }
)
_TO_THE_SECOND = 6


def _passed(tokens: Sequence[Token], at: int) -> int:
    """Small words between a symptom and its grade: "breathlessness is at 6/10"."""
    passed = 0
    while at + passed < len(tokens) - 2 and tokens[at + passed].text in (
        "is",
        "at",
        ":",
        "=",
        "a",
        "as",
        "now",
        "was",
        "of",
        "(",
    ):
        passed += 1
    return passed


_ESTIMATED = frozenset({"fibrosis", "ggo", "reticulation"})


def _is_extent(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "Fibrosis 20 % of the lung": the extent of a sign as an estimate."""
    after = tokens[piece.last : piece.last + 3]
    return any(
        token.kind == "number"
        and tokens[piece.last + at + 1 : piece.last + at + 2]
        and tokens[piece.last + at + 1].text in ("%", "percent")
        for at, token in enumerate(after)
    )


def grade_before(tokens: Sequence[Token], piece: Piece) -> int | None:
    """ "Dyspnoea of stage 3 mMRC", "class III NYHA": the token of a grade that stands before its scale."""
    if piece.value != "scale" or piece.first < 2 or tokens[piece.first].text not in _SCALES:
        return None
    graded = tokens[piece.first - 2].text in _GRADES
    return piece.first - 1 if graded and is_grade(tokens, piece.first - 1) else None


def grades_before(tokens: Sequence[Token], piece: Piece) -> list[int]:
    """ "From stage 3 to stage 2 mMRC", "from 2 to 1 on the mMRC": the tokens of two grades before their scale."""
    at = piece.first - 1
    while at > 0 and tokens[at].text in ("on", "the", "of"):
        at -= 1
    late = at
    if piece.value != "scale" or at < 2 or tokens[piece.first].text not in _SCALES or not _is_small_grade(tokens, at):
        return []
    at -= 2 if tokens[at - 1].text in GRADE_WORDS else 1
    if tokens[at].text not in ("to", "→", "->") or not at or not _is_small_grade(tokens, at - 1):
        return []
    return [at - 1, late]


_GRADES = frozenset({"stage", "grade", "class", "score", "level", "of", "at", "to"})


_SCALES = frozenset({"mmrc", "mrc", "nyha", "borg", "who", "modified"})
