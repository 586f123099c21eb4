"""Subjects and courses of a sentence, in a row."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.course_words import (
    Beside,
    as_it_stands,
    brought_to_a_halt,
    in_past_perfect,
    is_degree,
    tells_no_course,
)
from bot.language.denials import negation_of, only_a_little, restates, shared_negation, turned
from bot.language.implied_courses import courses_compared, courses_of_signs
from bot.language.lexicon import Mark
from bot.language.pieces import COURSE, Piece
from bot.language.subject_words import subjects_of
from bot.language.text import Token


def pieces(tokens: Sequence[Token], closed: frozenset[int] = frozenset()) -> list[Piece]:
    """Subjects and courses of a sentence in order; `closed` are tokens with another meaning (agents, "PPF")."""
    marks = COURSE.scan(tokens)
    subjects = subjects_of(tokens, marks, closed)
    taken = {index for piece in subjects for index in range(piece.first, piece.last)}
    beside = Beside(marks, subjects, taken, closed)
    found = list(subjects)
    negations: list[Mark] = []
    for mark in marks:
        mark = as_it_stands(tokens, mark, beside)
        if tells_no_course(tokens, mark, beside):
            continue
        if mark.kind == "negation":
            if not _second_of_neither(tokens, mark, negations):
                negations.append(mark)
        elif not is_degree(tokens, mark, found) and not taken & set(range(mark.first, mark.last)):
            course = _course(tokens, mark, found, negations, taken)
            if course is not None:
                found.append(course)
    found += courses_compared(tokens, subjects, negations)
    found += courses_of_signs(tokens, subjects)
    found += [Piece("negation", "no", negation.first, negation.last) for negation in negations]
    return sorted(found, key=lambda piece: (piece.first, piece.role != "subject"))


def _second_of_neither(tokens: Sequence[Token], mark: Mark, negations: Sequence[Mark]) -> bool:
    """ "Neither FVC nor CT": one denial."""
    return tokens[mark.first].text == "nor" and any(tokens[item.first].text == "neither" for item in negations)


def _course(
    tokens: Sequence[Token], mark: Mark, found: Sequence[Piece], negations: list[Mark], taken: set[int]
) -> Piece | None:
    """A course as a piece, turned round by the denial that it takes out of `negations`; None where it tells nothing."""
    negation = negation_of(tokens, mark, negations, taken) or shared_negation(tokens, mark, found)
    own = negation in negations
    if own and negation is not None:
        little = only_a_little(tokens, negation, mark)
        negations.remove(negation)
        negation = None if little else negation
    value = _SAID_AS.get(mark.value, mark.value)
    if value in ("bad", "down") and brought_to_a_halt(tokens, mark):
        value = "same"
    word, was = tokens[mark.last - 1].text, in_past_perfect(tokens, mark)
    if negation is None:
        return None if value == "vary" else Piece("course", value, mark.first, mark.last, word, was)
    if own and restates(tokens, negation, found):
        return None
    value = "denied" if not own and found[-1].value == "denied" else turned(value)
    apart = any(index in taken for index in range(negation.last, mark.first))
    return Piece("course", value, mark.first if apart else negation.first, mark.last, word, was)


_SAID_AS = {"met": "good", "heavier": "bad"}
