"""Grades of breathlessness and estimates of extent: numbers that stand beside a subject without a unit of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.pieces import Piece
from bot.language.readings import is_grade, out_of_ten
from bot.language.text import Token


def graded(tokens: Sequence[Token], piece: Piece) -> Piece:
    """ "Dyspnoea II → III", "breathlessness 3, was 2": grades without the name of their scale."""
    if piece.value in _ESTIMATED and _is_extent(tokens, piece):
        return replace(piece, value="ct")
    if piece.value == "breathlessness" and out_of_ten(tokens, piece.last + _passed(tokens, piece.last)):
        return replace(piece, value="scale")
    if piece.value != "breathlessness" or piece.last + 2 >= len(tokens):
        return piece
    at = piece.last + (tokens[piece.last].text in (":", "=", "from"))
    then = [token.text for token in tokens[at + 1 : at + 3]]
    second = at + 1 + len(then[:1]) if then[:1] != [","] else at + 3
    arrow = then[0] in ("→", "->", "to", "then", "vs", ">") or then[:2] in (
        [",", "was"],
        [",", "previously"],
        [",", "before"],
    )
    if not arrow or second >= len(tokens) or not (is_grade(tokens, at) and is_grade(tokens, second)):
        return piece
    small = all(tokens[index].kind != "number" or tokens[index].number <= 10 for index in (at, second))
    return replace(piece, value="scale") if small else piece


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


_GRADES = frozenset({"stage", "grade", "class", "score", "level", "of", "at", "to"})


_SCALES = frozenset({"mmrc", "mrc", "nyha", "borg", "who", "modified"})
