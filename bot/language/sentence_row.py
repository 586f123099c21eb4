"""Subjects and courses of a sentence, in a row."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language import times
from bot.language.course_words import (
    EARLY,
    FELT_SUBJECTS,
    HEDGED,
    a_dwelling,
    before_a_sign,
    brought_to_a_halt,
    counts_things,
    dates_something,
    declines_to_tell,
    goes_on_being_given,
    idle_no_longer,
    in_past_perfect,
    is_degree,
    leads_on,
    means_extent,
    newly_found,
    of_something_else,
    other_things,
    puts_down_to,
    same_thing,
    stative,
    up_a_hill,
)
from bot.language.denials import negation_of, only_a_little, restates, shared_negation, turned
from bot.language.implied_courses import courses_compared, courses_of_signs
from bot.language.lexicon import Mark
from bot.language.pieces import COURSE, SUBJECTS, Piece
from bot.language.subject_words import (
    HEADED,
    a_reporter,
    holds_its_level,
    named_subject,
    of_criteria,
    shortened,
    under_treatment,
    without_heading,
)
from bot.language.text import Token


def pieces(tokens: Sequence[Token], closed: frozenset[int] = frozenset()) -> list[Piece]:
    """Subjects and courses of a sentence in order; `closed` are tokens with another meaning (agents, "PPF")."""
    subjects = [
        named_subject(tokens, mark)
        for mark in SUBJECTS.scan(tokens)
        if mark.first not in closed
        and not holds_its_level(tokens, mark)
        and not a_reporter(tokens, mark)
        and not under_treatment(tokens, mark)
    ]
    marks = COURSE.scan(tokens)
    subjects = [
        piece
        for piece in subjects
        if not any(
            mark.last - mark.first > 2 and mark.first < piece.first and piece.last <= mark.last
            for mark in marks
            if mark.kind == "course" and mark.value != "nothing"
        )
    ]
    subjects = [shortened(piece, marks) for piece in subjects if not of_criteria(tokens, piece)]
    if (
        len(tokens) > 2
        and tokens[1].text in (":", "=")
        and tokens[0].text in HEADED
        and not (subjects and subjects[0].first == 0)
    ):
        subjects.insert(0, Piece("subject", HEADED[tokens[0].text], 0, 1))
    subjects = without_heading(tokens, subjects)
    subjects = [piece for at, piece in enumerate(subjects) if not (at and tokens[piece.first].text == "overall")]
    taken = {index for piece in subjects for index in range(piece.first, piece.last)}
    found = list(subjects)
    negations: list[Mark] = []
    for mark in marks:
        mark = stative(tokens, before_a_sign(tokens, mark, taken), subjects)
        if (
            mark.first in closed
            or mark.value == "nothing"
            or (mark.value == "gone" and idle_no_longer(tokens, mark, taken))
            or declines_to_tell(tokens, mark)
            or dates_something(tokens, mark)
            or (mark.value in ("up", "down") and of_something_else(tokens, mark, taken, closed))
            or counts_things(tokens, mark, taken)
            or a_dwelling(tokens, mark)
            or (tokens[mark.first].text == "extension" and means_extent(tokens, mark, marks))
            or (mark.value in ("up", "down") and up_a_hill(tokens, mark))
            or newly_found(tokens, mark)
            or leads_on(tokens, mark, taken)
            or puts_down_to(tokens, mark)
            or (mark.value == "still" and goes_on_being_given(tokens, mark, closed))
        ):
            continue
        if mark.value == "same" and (same_thing(tokens, mark, taken) or other_things(tokens, mark, taken)):
            continue
        if (
            tokens[mark.last - 1].text in ("more", "less")
            and mark.last + 1 < len(tokens)
            and tokens[mark.last].text == "than"
            and tokens[mark.last + 1].kind == "number"
            and not times.begins(tokens, mark.last + 1)
        ):
            continue
        if mark.value == "heavier" and not any(piece.value in FELT_SUBJECTS for piece in subjects):
            continue
        if mark.value == "met" and not any(piece.value == "goals" for piece in subjects):
            continue
        if any(token.text in EARLY for token in tokens[max(0, mark.first - 2) : mark.first]):
            continue
        if mark.first and tokens[mark.first - 1].text in HEDGED:
            continue
        if mark.kind == "negation":
            if not (
                tokens[mark.first].text == "nor" and any(tokens[item.first].text == "neither" for item in negations)
            ):
                negations.append(mark)
        elif is_degree(tokens, mark, found):
            continue
        elif not any(index in taken for index in range(mark.first, mark.last)):
            negation = negation_of(tokens, mark, negations, taken)
            negation = negation or shared_negation(tokens, mark, found)
            value = {"met": "good", "heavier": "bad"}.get(mark.value, mark.value)
            if negation is not None and only_a_little(tokens, negation, mark):
                negations, negation = [item for item in negations if item is not negation], None
            if value in ("bad", "down") and brought_to_a_halt(tokens, mark):
                value = "same"
            if value == "vary" and negation is None:
                continue
            if negation in negations and restates(tokens, negation, found, taken):
                negations.remove(negation)
                continue
            if negation is not None:
                value = "denied" if negation not in negations and found[-1].value == "denied" else turned(value)
            apart = negation is not None and any(index in taken for index in range(negation.last, mark.first))
            found.append(
                Piece(
                    "course",
                    value,
                    negation.first if negation and not apart else mark.first,
                    mark.last,
                    tokens[mark.last - 1].text,
                    in_past_perfect(tokens, mark),
                )
            )
            if negation is not None and negation in negations:
                negations.remove(negation)
    found += courses_compared(tokens, subjects, negations)
    found += courses_of_signs(tokens, subjects)
    for negation in negations:
        found.append(Piece("negation", "no", negation.first, negation.last))
    return sorted(found, key=lambda piece: (piece.first, piece.role != "subject"))
