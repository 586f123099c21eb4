"""The course of lung function, imaging and symptoms in words: which subject, which direction.

A sentence becomes a row of subjects ("FVC", "reticulation") and courses ("stable", "not improved"). Commas and
"but" cut it into segments; inside a segment courses and subjects pair up in the order in which they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.denials import negated_subjects, turned
from bot.language.expectations import CONTEXT, waited_for
from bot.language.lungs import IMAGING, SHOWN_SIGNS, SIGNS, Course, meaning
from bot.language.pairing import goes_on, paired
from bot.language.pieces import Piece
from bot.language.segments import LINKS, is_link, list_ends, only_a_list, segments_of
from bot.language.text import Token
from bot.language.vocabulary import words


def courses(
    tokens: Sequence[Token],
    row: Sequence[Piece],
    measured: frozenset[int] = frozenset(),
    old: frozenset[int] = frozenset(),
    timed: frozenset[int] = frozenset(),
) -> list[Course]:
    """Pairs courses with subjects, segment by segment.

    `measured` are the first tokens of subjects whose course is told in numbers, `old` those of times long past,
    `timed` those of all times.
    """
    segments = segments_of(tokens, row, measured)
    context = [
        mark
        for mark in CONTEXT.scan(tokens)
        if not (
            mark.kind == "conditional"
            and tokens[mark.first].text == "needs"
            and bool(_OXYGEN & {token.text for token in tokens[mark.last : mark.last + 3]})
        )
        and not (
            mark.kind == "past"
            and (
                any(mark.first <= at < mark.last + 1 for at in timed)
                or (mark.first and tokens[mark.first - 1].text in _COMPARING)
            )
        )
    ]
    negated = {id(piece) for piece in negated_subjects(tokens, row)}
    last_trend: Piece | None = None
    trend_in = 0
    bracketed = False
    found: list[Course] = []
    waiting: list[Piece] = []
    listed: list[Piece] = []
    last_subjects: list[Piece] = []
    last_subjects_open = False
    opened: Piece | None = None
    for number, (begin, end) in enumerate(segments):
        inside = [
            piece
            for piece in row
            if begin <= piece.first < end and piece.role != "negation" and id(piece) not in negated
        ]
        supposed = [mark.first for mark in context if mark.kind == "conditional" and begin <= mark.first < end]
        supposed = supposed or [at for at in waited_for(tokens) if begin <= at < end]
        if supposed and not any(piece.role == "course" and piece.first < supposed[0] for piece in inside):
            last_subjects = [piece for piece in inside if piece.role == "subject"] or last_subjects
            continue
        inside = [piece for piece in inside if not supposed or piece.first < supposed[0]]
        inside = _without_person(inside)
        bracketed = bracketed and tokens[begin].text == ","
        subjects = [piece for piece in inside if piece.role == "subject"]
        trends = [piece for piece in inside if piece.role == "course"]
        past = any(mark.kind == "past" and begin <= mark.first < end for mark in context) or any(
            begin <= at < end for at in old
        )
        if subjects and not trends:
            opens = tokens[begin].text == "(" and (last_subjects_open or trend_in < number - 1)
            if last_trend is not None and (
                (_likewise(tokens, begin, end, subjects) and not opens)
                or (bracketed and only_a_list(tokens, begin, end, subjects))
            ):
                found += [_course(subject, last_trend, number, past) for subject in subjects]
                bracketed = tokens[begin].text != ")"
                continue
            wise = tokens[subjects[0].last - 1].text == "wise" or (
                subjects[0].last < len(tokens) and tokens[subjects[0].last].text == "wise"
            )
            if wise and found and found[-1].subject in (None, "overall") and last_trend is not None:
                found[-1] = _course(subjects[0], last_trend, number, past)
                continue
            if (
                last_trend is not None
                and last_trend.value == "same"
                and _holds_too(tokens, begin, end, subjects, last_subjects)
            ):
                found += [_course(subject, last_trend, number, past) for subject in subjects]
                continue
            if last_trend is not None and _denied_alone(tokens, subjects[-1].last, end):
                opposite = replace(last_trend, value=turned(last_trend.value))
                found += [_course(subject, opposite, number, past) for subject in subjects]
                continue
            last_subjects_before, last_subjects = last_subjects, subjects
            last_subjects_open = True
            subjects = [piece for piece in subjects if piece.first not in measured]
            pure = only_a_list(tokens, begin, end, subjects)
            listing = pure or (
                opened is not None and only_a_list(tokens, begin, list_ends(tokens, end, subjects), subjects)
            )
            if opened is not None and listing and goes_on(tokens, opened, last_subjects_before, subjects):
                found += [_course(subject, opened, number, past) for subject in subjects]
            else:
                waiting = [*waiting, *subjects] if pure else subjects
                listed = [*listed, *subjects] if pure else []
            continue
        last_subjects_open = False
        if trends and not subjects:
            last_trend, trend_in = trends[-1], number
            targets = waiting or last_subjects
            for trend in trends:
                if trend.word == "still" and not waiting and found and found[-1].segment == number - 1:
                    continue  # "less breathless on the stairs, still on hills"
                if targets:
                    found += [_course(subject, trend, number, past) for subject in targets]
                else:
                    found.append(Course(None, trend.value, trend.first, trend.last, number, past=past))
            waiting, listed = [], []
            continue
        if not inside:
            listed = listed if all(is_link(tokens[at]) for at in range(begin, end)) else []
            continue
        last_trend, trend_in = (trends[-1], number) if trends else (last_trend, trend_in)
        pairs = paired(tokens, inside)
        if listed and inside[0].role == "subject":
            first_trend = next((trend for subject, trend in pairs if subject is inside[0]), None)
            if first_trend is not None and not _of_all(tokens, begin, end):
                listed = [piece for piece in listed if not _has_reading(tokens, piece)]
                listed = [] if _shown_apart(listed, inside[0]) else listed
            if first_trend is not None:
                pairs = [*((subject, first_trend) for subject in listed), *pairs]
        waiting, listed = [], []
        found += [_course(subject, trend, number, past) for subject, trend in pairs]
        opened = (
            pairs[-1][1]
            if pairs
            and inside[-1].role == "subject"
            and pairs[-1][0] is inside[-1]
            and pairs[-1][1].first < inside[-1].first
            else None
        )
        last_subjects = [subject for subject, _ in pairs] or subjects
    return _of_a_checklist(found)


def _of_a_checklist(found: Sequence[Course]) -> list[Course]:
    """ "No new reticulation, no increase in traction bronchiectasis": in a list of denials no sign is shown."""
    if not any(course.value == "denied" and course.subject in SIGNS for course in found):
        return list(found)
    return [
        replace(course, value="denied") if course.subject in SIGNS and course.only_denied else course
        for course in found
    ]


def _of_all(tokens: Sequence[Token], begin: int, end: int) -> bool:
    """ "FVC 71, DLCO 48, CT all unchanged": the verdict is one on the whole list."""
    joined = any(token.text in ("and", "&") for token in tokens[begin : begin + 2])
    return joined or any(token.text in _ALL for token in tokens[begin:end])


def _shown_apart(listed: Sequence[Piece], subject: Piece) -> bool:
    """ "Honeycombing on CT, breathing worse": what a scan shows does not wait for the course of something else."""
    shown = {piece.value for piece in listed}
    return bool(shown & SHOWN_SIGNS) and shown <= IMAGING and subject.value not in IMAGING


_ALL = frozenset({"all", "both", "each", "everything", "every", "are", "were", "remain", "have"})


def _has_reading(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "FVC 70, DLCO 50, CT stable": a measure with a reading of its own does not wait for the verdict on the CT."""
    return any(token.kind == "number" for token in tokens[piece.last : piece.last + 2])


_OXYGEN = words("oxygen", "about_oxygen") | words("oxygen", "litres")


_COMPARING = words("lungs", "comparing")


_LIKEWISE = words("lungs", "likewise")


def _likewise(tokens: Sequence[Token], begin: int, end: int, subjects: Sequence[Piece]) -> bool:
    """ "... and so is the CT", "as does DLCO", "everything better (CT, breathing)"."""
    lead = [token.text for token in tokens[begin : subjects[0].first] if token.text not in (",", "and")]
    if lead[:1] == ["("]:
        return only_a_list(tokens, begin, end, subjects, "(")
    tail = [token.text for token in tokens[subjects[-1].last : end]]
    return bool(lead and lead[0] in _LIKEWISE and len(lead) <= 4) or tail[:1] in (
        ["too"],
        ["likewise"],
        ["ditto"],
        ["also"],
    )


def _denied_alone(tokens: Sequence[Token], begin: int, end: int) -> bool:
    """ "FVC is better, DLCO not", "the cough is worse, the breathing isn't"."""
    rest = [token.text for token in tokens[begin:end]]
    if tokens[end : end + 1] and tokens[end].text == "yet":
        return False
    return bool(rest) and len(rest) <= 4 and all(text in _DENYING for text in rest) and bool(set(rest) & _PLAIN_DENIALS)


_DENYING = words("lungs", "denying")
_PLAIN_DENIALS = words("lungs", "plain_denials")


def _holds_too(
    tokens: Sequence[Token], begin: int, end: int, subjects: Sequence[Piece], earlier: Sequence[Piece]
) -> bool:
    """ "FVC held at 71, DLCO at 48"."""
    both = {piece.value for piece in (*subjects, *earlier)} == {"fvc", "dlco"}
    named = {at for piece in subjects for at in range(piece.first, piece.last)}
    rest = [tokens[at] for at in range(begin, end) if at not in named]
    return (
        both
        and any(token.kind == "number" for token in rest)
        and all(
            token.kind == "number" or token.text in LINKS or token.text in (",", "at", "around", "%", "also")
            for token in rest
        )
    )


def _without_person(inside: list[Piece]) -> list[Piece]:
    """ "she still gets breathless": the person is not what is followed where a clause names it."""
    named = any(piece.role == "subject" and piece.value not in ("overall", "other") for piece in inside)
    return [piece for piece in inside if not (named and piece.value == "overall" and piece.last - piece.first == 1)]


def _course(subject: Piece, trend: Piece, segment: int, past: bool) -> Course:
    value, moved = meaning(subject.value, trend.value)
    return Course(
        subject.value,
        value,
        min(subject.first, trend.first),
        max(subject.last, trend.last),
        segment,
        moved,
        past,
        trend.was,
        trend.value == "not_up" and trend.first < subject.first,
    )
