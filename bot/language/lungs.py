"""The course of lung function, imaging and symptoms in words: which subject, which direction.

A sentence becomes a row of subjects ("FVC", "reticulation") and courses ("stable", "not improved"). Commas and
"but" cut it into segments; inside a segment courses and subjects pair up in the order in which they stand.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.language.lexicon import Lexicon
from bot.language.pieces import HARD_BREAKS, VOCABULARY, Piece, divides, negated_subjects, spaced_dash, turned
from bot.language.text import Token
from bot.language.times import MONTHS
from bot.language.vocabulary import words

_CONTEXT = (
    Lexicon()
    .add_all("past", {True: VOCABULARY["past_markers"]})
    .add_all("conditional", {True: VOCABULARY["conditional"]})
)


GOOD_UP = frozenset({"fvc", "dlco", "pft", "breathing", "other"})


SIGNS = frozenset({"reticulation", "honeycombing", "traction", "volume_loss"})


IMAGING = SIGNS | {"ct", "ggo", "fibrosis"}


ATTRIBUTES = words("lungs", "attributes")


LINKS = words("lungs", "links")


@dataclass(frozen=True, slots=True)
class Course:
    """What is said of one subject; `value` is better, stable, worse, not_better, new, gone, denied or still."""

    subject: str | None
    value: str
    first: int
    last: int
    segment: int
    moved: bool = False
    past: bool = False
    was: bool = False
    only_denied: bool = False
    """ "No increase in ...": the subject stands behind the denial."""


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
    segments = _segments(tokens, row, measured)
    context = [
        mark
        for mark in _CONTEXT.scan(tokens)
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
        supposed = supposed or [at for at in _waited_for(tokens) if begin <= at < end]
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
                or (bracketed and _pure(tokens, begin, end, subjects))
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
            pure = _pure(tokens, begin, end, subjects)
            listing = pure or (opened is not None and _pure(tokens, begin, _list_ends(tokens, end, subjects), subjects))
            if opened is not None and listing and _goes_on(tokens, opened, last_subjects_before, subjects):
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
            listed = listed if all(_is_link(tokens[at]) for at in range(begin, end)) else []
            continue
        last_trend, trend_in = (trends[-1], number) if trends else (last_trend, trend_in)
        pairs = _pair(tokens, inside)
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
    return bool(shown & (IMAGING - {"ct"})) and shown <= IMAGING and subject.value not in IMAGING


_ALL = frozenset({"all", "both", "each", "everything", "every", "are", "were", "remain", "have"})


def _has_reading(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "FVC 70, DLCO 50, CT stable": a measure with a reading of its own does not wait for the verdict on the CT."""
    return any(token.kind == "number" for token in tokens[piece.last : piece.last + 2])


def _is_link(token: Token) -> bool:
    return token.kind != "word" or token.text in LINKS


def _goes_on(tokens: Sequence[Token], trend: Piece, earlier: Sequence[Piece], later: Sequence[Piece]) -> bool:
    """ "more reticulation, honeycombing" and "no change in FVC, CT" go on; "more breathless, fibrosis" does not."""
    if trend.value in ("new", "up") and any(piece.first and tokens[piece.first - 1].text in _KNOWN for piece in later):
        return False  # "new consolidation, known traction bronchiectasis"
    imaging = {piece.value in IMAGING for piece in (*earlier, *later)}
    return trend.word not in ATTRIBUTES or len(imaging) == 1


_OXYGEN = words("oxygen", "about_oxygen") | words("oxygen", "litres")
_KNOWN = words("lungs", "known")
_TESTS = words("lungs", "tests")
_SHOWN = words("lungs", "shown")


_COMPARING = words("lungs", "comparing")


_LIKEWISE = words("lungs", "likewise")


def _likewise(tokens: Sequence[Token], begin: int, end: int, subjects: Sequence[Piece]) -> bool:
    """ "... and so is the CT", "as does DLCO", "everything better (CT, breathing)"."""
    lead = [token.text for token in tokens[begin : subjects[0].first] if token.text not in (",", "and")]
    if lead[:1] == ["("]:
        return _pure(tokens, begin, end, subjects, "(")
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


def _segments(tokens: Sequence[Token], row: Sequence[Piece], measured: frozenset[int]) -> list[tuple[int, int]]:
    bounds = [0]
    inside = {index for piece in row for index in range(piece.first + 1, piece.last)}
    subjects = {piece.last for piece in row if piece.role == "subject"}
    shown = {piece.first for piece in row if piece.role == "subject" and piece.value in IMAGING - {"ct"}}
    signed = {
        piece.last
        for piece in row
        if piece.role == "course" and _is_sign(piece) and piece.first in subjects and piece.last not in shown
    }
    for index, token in enumerate(tokens):
        breaks = token.text in HARD_BREAKS and not _between_commas(tokens, index)
        if index not in inside and (
            breaks
            or index in signed
            or token.text in (",", "(", ")")
            or divides_by_stroke(tokens, index)
            or spaced_dash(tokens, index)
            or _and_divides(tokens, row, index, measured)
        ):
            bounds.append(index)
    bounds.append(len(tokens))
    return [(begin, end) for begin, end in itertools.pairwise(bounds) if end > begin]


_SIGNS = frozenset("↔⇔⟷↑↓↗↘→=") | {"->", "==", "↑↑", "↓↓"}


def _is_sign(piece: Piece) -> bool:
    """ "SOB ↔ cough ↑": an arrow belongs to the subject that it stands behind."""
    return piece.word in _SIGNS


def divides_by_stroke(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].text == "/" and divides(tokens, at)


def _between_commas(tokens: Sequence[Token], at: int) -> bool:
    """ "Vital capacity, however, remains ...": an aside, no turn."""
    return 0 < at < len(tokens) - 1 and tokens[at - 1].text == "," and tokens[at + 1].text == ","


def _and_divides(tokens: Sequence[Token], row: Sequence[Piece], at: int, measured: frozenset[int]) -> bool:
    """ "FVC stable and CT worse": each side of "and" has its own subject and course."""
    if tokens[at].text not in ("and", "&", "+", "with", "-", ":"):
        return False
    if (
        at + 2 < len(tokens)
        and tokens[at + 1].text == "so"
        and tokens[at + 2].text in ("is", "are", "has", "have", "does", "do", "was", "were")
    ):
        return True
    if _of_both(tokens, row, at, measured):
        return False
    left = _beside(tokens, row, at, -1, measured)
    right = _beside(tokens, row, at, 1, measured)
    return {"subject", "course"} <= left and {"subject", "course"} <= right


def _of_both(tokens: Sequence[Token], row: Sequence[Piece], at: int, measured: frozenset[int]) -> bool:
    """ "... unchanged vital capacity and transfer factor both stable": a pair of measures is one list."""
    pair = [
        piece
        for piece in row
        if piece.role == "subject"
        and (piece.last == at or 0 <= piece.first - at - 1 <= 1)
        and piece.first not in measured
    ]
    if {piece.value for piece in pair} != {"fvc", "dlco"}:
        return False
    after = {token.text for token in tokens[pair[-1].last : pair[-1].last + 3]}
    return "both" in after or not any(piece.role == "course" and piece.last == pair[0].first for piece in row)


def _beside(tokens: Sequence[Token], row: Sequence[Piece], at: int, step: int, measured: frozenset[int]) -> set[str]:
    end = at + step
    while (
        0 <= end < len(tokens)
        and tokens[end].text not in (",", "(", ")", "and", "&", "+")
        and tokens[end].text not in HARD_BREAKS
        and not divides_by_stroke(tokens, end)
    ):
        end += step
    low, high = min(at, end), max(at, end)
    near = [piece for piece in row if low < piece.first < high]
    return {piece.role for piece in near} | ({"course"} if any(piece.first in measured for piece in near) else set())


_CIRCUMSTANCE = frozenset(
    {"after", "since", "on", "under", "despite", "during", "over", "for", "with", "between", "within"}
)


def _list_ends(tokens: Sequence[Token], end: int, subjects: Sequence[Piece]) -> int:
    """Where a list of subjects ends: "no improvement in FVC, CT or breathlessness | after six months"."""
    last = subjects[-1].last if subjects else end
    return next((at for at in range(last, end) if tokens[at].text in _CIRCUMSTANCE), end)


def _pure(tokens: Sequence[Token], begin: int, end: int, subjects: Sequence[Piece], also: str = ",") -> bool:
    """True for a segment that is only a list of subjects, from its last colon on."""
    if not subjects:
        return False
    begin = max([index + 1 for index in range(begin, subjects[0].first) if tokens[index].text == ":"], default=begin)
    if not begin and tokens[0].text in _UNDER and 1 < subjects[0].first <= _UNDER_A_DRUG:
        begin = subjects[0].first  # "on azathioprine PFTs, HRCT and dyspnoea are unchanged"
    covered = {index for piece in subjects for index in range(piece.first, piece.last)}
    return all(
        index in covered
        or tokens[index].kind == "number"
        or tokens[index].text in LINKS
        or tokens[index].text in (",", also, ":", "%", ")")
        or tokens[index].text in MONTHS
        for index in range(begin, end)
    )


_UNDER = frozenset({"on", "under", "with"})
_UNDER_A_DRUG = 5


def _pair(tokens: Sequence[Token], inside: Sequence[Piece]) -> list[tuple[Piece, Piece]]:
    pairs: list[tuple[Piece, Piece]] = []
    before: list[Piece] = []
    open_trend: Piece | None = None
    for index, piece in enumerate(inside):
        following = inside[index + 1] if index + 1 < len(inside) else None
        if piece.role == "subject":
            if open_trend is not None and (not pairs or _goes_on(tokens, open_trend, [pairs[-1][0]], [piece])):
                pairs.append((piece, open_trend))
            else:
                before.append(piece)
            continue
        if piece.word in ("new", "fresh") and following is not None and _laid_out(tokens, piece, following):
            continue
        if piece.word in ("new", "fresh") and (
            _newly_done(tokens, before, piece, following) or _next_is_test(tokens, following)
        ):
            continue
        if (
            following is not None
            and following.role == "subject"
            and _binds_right(tokens, before, piece, following, inside[index + 1 :])
        ):
            open_trend = piece
            if before and _of_scan_and_sign(before[-1], piece, following):
                pairs.append((before[-1], piece))
        elif before:
            pairs += [(subject, piece) for subject in _of_the_clause(tokens, before)]
            open_trend = None
            if following is not None and following.role == "subject":
                before = []
        elif open_trend is not None and pairs:
            pairs.append((pairs[-1][0], piece))
        elif open_trend is None:
            open_trend = piece
    spread = _spread(tokens, inside, pairs)
    return spread or [*pairs, *_trailing(tokens, before, pairs)]


def _of_scan_and_sign(scan: Piece, trend: Piece, sign: Piece) -> bool:
    """ "HRCT stable honeycombing": said of the scan and of the sign; "HRCT: unchanged honeycombing" of the sign."""
    return scan.value == "ct" and scan.last == trend.first and trend.value == "same" and sign.value == "honeycombing"


def _of_the_clause(tokens: Sequence[Token], before: Sequence[Piece]) -> Sequence[Piece]:
    """ "DLCO missing since the machine was down": the course is that of the clause which begins in between."""
    for at in range(len(before) - 1, 0, -1):
        if _SINCE & _gap(tokens, before[at - 1].last, before[at].first):
            return before[at:]
    return before


_SINCE = frozenset({"since", "because", "while", "when", "though", "although"})


def _next_is_test(tokens: Sequence[Token], following: Piece | None) -> bool:
    """ "The new CT": the scan is new; "new since the CT of May" goes on."""
    if following is None or tokens[following.first].text not in _TESTS:
        return False
    if {"since", "than", "compared", "versus", "vs"} & _gap(tokens, max(0, following.first - 5), following.first):
        return False
    return tokens[following.first - 1].text not in ("the", "this", "that", "last", "previous", "prior")


def _laid_out(tokens: Sequence[Token], trend: Piece, subject: Piece) -> bool:
    """ "Old and new placed side by side: reticulation": the scan is new, not what stands behind the colon."""
    gap = {token.text for token in tokens[trend.last : subject.first]}
    return ":" in gap and bool(gap & {"side", "placed", "compared", "reviewed", "put"})


def _newly_done(tokens: Sequence[Token], before: Sequence[Piece], trend: Piece, shown: Piece | None) -> bool:
    """ "HRCT old and new", "CT in the new building": of a scan only what it shows can be new."""
    if (
        shown is not None
        and shown.value in IMAGING
        and all(tokens[at].text in LINKS for at in range(trend.last, shown.first))
    ):
        return False
    scan = bool(before) and before[-1].value == "ct" and tokens[before[-1].last - 1].text in _TESTS
    following = tokens[trend.last].text if trend.last < len(tokens) else ""
    return scan and trend.last - trend.first == 1 and following not in _SHOWN


_RESPECTS = words("lungs", "respects")


def _spread(
    tokens: Sequence[Token], inside: Sequence[Piece], pairs: Sequence[tuple[Piece, Piece]]
) -> list[tuple[Piece, Piece]]:
    """ "The lung is better both functionally and on CT": a verdict on the whole is one on what is named behind it."""
    if len(pairs) != 1 or pairs[0][0].value not in ("overall", "ct"):
        return []
    trend = pairs[0][1]
    behind = [piece for piece in inside if piece.role == "subject" and piece.first >= trend.last]
    if not behind or any(piece.value in ("overall", "other", "goals") for piece in behind):
        return []
    if pairs[0][0].value == "ct" and "ct" not in {piece.value for piece in behind}:
        return []
    named = {at for piece in behind for at in range(piece.first, piece.last)}
    gap = [tokens[at].text for at in range(trend.last, behind[-1].last) if at not in named]
    return [(piece, trend) for piece in behind] if gap and all(text in _RESPECTS for text in gap) else []


def _trailing(
    tokens: Sequence[Token], left: Sequence[Piece], pairs: Sequence[tuple[Piece, Piece]]
) -> list[tuple[Piece, Piece]]:
    """ "FVC steady at 71 and DLCO at 48": the second one shares the verdict."""
    behind = [piece for piece in left if pairs and piece.first >= pairs[-1][1].last]
    if behind and tokens[pairs[-1][1].last].text in _INCLUDING:
        return [(piece, pairs[-1][1]) for piece in behind]
    if not pairs or pairs[-1][1].value not in ("same", "still") or len(left) != 1 or left[0].first < pairs[-1][1].last:
        return []
    gap = tokens[pairs[-1][1].last : left[0].first]
    shared = left[0].value in ("fvc", "dlco") and pairs[-1][0].value in ("fvc", "dlco")
    return [(left[0], pairs[-1][1])] if shared and any(token.text in ("and", "&", ",") for token in gap) else []


_INCLUDING = frozenset({"incl", "including", "inc", "included", "includes"})


def _binds_right(
    tokens: Sequence[Token], before: Sequence[Piece], trend: Piece, subject: Piece, rest: Sequence[Piece]
) -> bool:
    """Whether a course describes the subject after it ("more reticulation") and not the one before ("CT worse")."""
    near = all(tokens[index].text in LINKS for index in range(trend.last, subject.first))
    if trend.word == "new" and tokens[subject.first].text in _TESTS:
        return False
    if not before or trend.word == "longer":
        return True
    if subject.value == "ct" and before[-1].value in IMAGING - {"ct"} and _seen_there(tokens, trend, subject):
        return False
    if before[-1].value in ("overall", "goals") and any(
        tokens[index].text == ":" for index in range(trend.last, subject.first)
    ):
        return True
    if not near:
        return False
    if subject.value == "other" and before[-1].last == trend.first and tokens[trend.last].text in _AT_AN_EFFORT:
        return False  # "puffing more on the stairs"
    if trend.value == "same" and before[-1].value == "ct" and "with" in _gap(tokens, trend.last, subject.first):
        return False
    if trend.word == "longer" or trend.word in ATTRIBUTES or trend.value == "denied":
        return True
    if any(tokens[index].text in ("in", "of") for index in range(trend.last, subject.first)):
        return True
    if before[-1].value in ("ct", "overall", "symptoms", "other") and subject.value in IMAGING | {
        "breathlessness",
        "breathing",
    }:
        return before[-1].value != subject.value
    return not any(piece.role == "course" for piece in rest) and before[-1].last < trend.first - 2


def _seen_there(tokens: Sequence[Token], trend: Piece, subject: Piece) -> bool:
    """ "Traction bronchiectasis increasing on CT": the scan is where the sign was seen."""
    return "on" in _gap(tokens, trend.last, subject.first) and tokens[subject.last - 1].text in _TESTS


_AT_AN_EFFORT = frozenset({"on", "at", "with", "in", "during"})


def _gap(tokens: Sequence[Token], begin: int, end: int) -> set[str]:
    return {token.text for token in tokens[begin:end]}


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


def meaning(subject: str, trend: str) -> tuple[str, bool]:
    """The value of a course word for a subject, and whether it only tells a movement ("fell")."""
    rises_well = subject in GOOD_UP
    simple = {
        "good": "better",
        "bad": "worse",
        "easier": "better" if subject == "breathing" else "worse",
        "same": "stable",
        "not_good": "not_better",
        "not_same": "not_better",
        "gone": "gone",
        "new": "new",
        "denied": "denied",
        "still": "still",
    }
    if trend in simple:
        return simple[trend], False
    if trend in ("up", "down"):
        return ("better" if (trend == "up") == rises_well else "worse"), True
    return ("not_better" if (trend == "not_up") == rises_well else "stable"), False


def _waited_for(tokens: Sequence[Token]) -> list[int]:
    """ "HRCT is booked for January, when this has settled": what a test to come waits for is no course."""
    texts = [token.text for token in tokens]
    pairs = zip(texts, [*texts[1:], ""], strict=True)
    coming = next((at for at, pair in enumerate(pairs) if pair[0] in _TO_COME or pair == ("to", "be")), len(texts))
    return [
        at
        for at in range(coming + 1, len(tokens) - 2)
        if texts[at] in _AS_SOON_AS and _HAS_HAPPENED & set(texts[at + 2 : at + 5])
    ]


_TO_COME = words("lungs", "to_come")
_AS_SOON_AS = frozenset({"when", "once", "after", "until", "till"})
_HAS_HAPPENED = frozenset({"has", "have", "is", "are"})


def looked_for(tokens: Sequence[Token], at: int) -> bool:
    """ "A CT to look for reticulation", "to exclude fibrosis": nothing that was seen."""
    begin = max([index for index in range(at) if tokens[index].text in _ENDS_A_SEARCH], default=-1) + 1
    return any(mark.kind == "conditional" and mark.last <= at for mark in _CONTEXT.scan(tokens[begin:at]))


_ENDS_A_SEARCH = frozenset({",", ";", ":", "but", "shows", "showed", "and"})


def hoped(tokens: Sequence[Token], besides: frozenset[int]) -> bool:
    """ "would like to walk without stopping": a wish or a condition, told by other words than those of the effort."""
    return any(
        mark.kind == "conditional" and not besides & set(range(mark.first, mark.last)) for mark in _CONTEXT.scan(tokens)
    )


def settled(subject: str | None, value: str) -> str | None:
    """The value of a finding: better, stable, worse, not_better, new, denied; None where it says nothing."""
    if subject is None:
        value = {
            "good": "better",
            "bad": "worse",
            "same": "stable",
            "up": "up",
            "down": "down",
            "not_good": "not_better",
            "not_same": "not_better",
            "gone": "better",
            "denied": "stable",
            "easier": "",
            "not_up": "",
            "not_down": "",
            "new": "",
            "still": "",
        }.get(value, value)
        return value or None
    if value == "gone":
        return "better" if subject not in ("fvc", "dlco", "pft") else None
    if value == "still":
        if subject in ("fvc", "dlco", "scale"):
            return "still"
        return "not_better" if subject in ("breathlessness", "symptoms") else None
    sign = subject in SIGNS or subject in ("ggo", "fibrosis")
    if value in ("new", "denied") and not sign:
        return {"new": "worse", "denied": "stable"}[value] if subject not in ("fvc", "dlco", "pft", "overall") else None
    return value
