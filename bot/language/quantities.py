"""Numbers with a trend: FVC, DLCO, and the scales of breathlessness. One reading alone says nothing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.language import shared_times
from bot.language.grades import grade_before, graded, grades_before
from bot.language.number_words import is_grade, is_number
from bot.language.pieces import Piece
from bot.language.reading_changes import LARGEST_STEP
from bot.language.readings import Number, at_time, find_numbers
from bot.language.series import course_of_numbers
from bot.language.shared_times import Measure, sharing, spans_merged
from bot.language.text import Token
from bot.language.times import When

NUMERIC = frozenset({"fvc", "dlco", "scale", "pft", "ct"})


_PASSED_OVER = {
    "scale": frozenset({"breathlessness", "breathing", "other", "overall"}),
    "ct": frozenset({"overall", "ct"}),
}


def measures(
    tokens: Sequence[Token], row: Sequence[Piece], whens: Sequence[When], walls: frozenset[int]
) -> list[Measure]:
    """The measures of a sentence. `walls` are tokens of agents, where the numbers are doses."""
    merged = spans_merged(tokens, whens)
    subjects = [graded(tokens, piece) for piece in row if piece.role == "subject" and not _aside(tokens, piece)]
    taken = {index for when in merged for index in range(when.first, when.last)}
    taken |= {index for piece in subjects if piece.value == "other" for index in range(piece.first, piece.last)}
    line = _Line(tokens, subjects, merged, taken, walls)
    found: list[Measure] = []
    labelled = _label_behind(tokens, subjects)
    if labelled is not None:
        begin, first, second = labelled
        found += _paired(tokens, first, replace(second, last=begin), first.first - 1, merged, taken)
        line.used |= set(range(begin, second.last))
    for number, piece in enumerate(subjects):
        if piece.value not in NUMERIC or piece.first in line.used:
            continue
        pair = _pair(tokens, subjects, number)
        if pair is not None:
            first, second, end = pair
            end = _stop(tokens, second.last, end, walls)
            found += _paired(tokens, first, second, end, merged, taken)
            line.used |= set(range(second.first, end))
            continue
        following = line.beside(number + 1)
        if piece.value == "pft" and following is not None and _readings_precede(tokens, following, None):
            continue  # "PFTs worse: 60→56 FVC & 40→34 DLCO"
        numbers, begin, end = line.readings(number)
        line.used |= {index for item in numbers for index in range(item.first, item.last)}
        numbers = _shared_in_turn(tokens, found, line.beside(number - 1), piece, numbers, merged)
        numbers = _change_goes_on(tokens, found[-1] if found else None, piece, numbers)
        numbers = shared_times.dated_by_head(tokens, numbers, whens)
        numbers = shared_times.of_two_dates(tokens, numbers, whens)
        if numbers:
            near = [when for when in merged if begin <= when.first < max(end, piece.last)]
            value = course_of_numbers(piece.value, tokens, piece, numbers, near)
            last = max(
                [item.last for item in numbers] + [piece.last] + [w.last for w in merged if piece.last <= w.first < end]
            )
            found.append(Measure(piece.value, value, min(piece.first, numbers[0].first), last, piece.first))
    return sharing(tokens, found, merged)


@dataclass(slots=True)
class _Line:
    """The subjects of a sentence, and the tokens whose numbers belong to one of them already."""

    tokens: Sequence[Token]
    subjects: Sequence[Piece]
    whens: Sequence[When]
    taken: set[int]
    walls: frozenset[int]
    used: set[int] = field(default_factory=set)

    def beside(self, number: int) -> Piece | None:
        return self.subjects[number] if 0 <= number < len(self.subjects) else None

    def readings(self, number: int) -> tuple[list[Number], int, int]:
        """The numbers of a subject, and between which tokens they stand."""
        piece, earlier, following = self.subjects[number], self.beside(number - 1), self.beside(number + 1)
        end = self._end(number)
        numbers = self._behind(piece, earlier, end)
        precede = _readings_precede(self.tokens, piece, earlier) or _points_precede(
            self.tokens, piece, following, numbers
        )
        if numbers and not precede:
            return numbers, piece.first, end
        begin = max([earlier.last if earlier else 0, *(wall + 1 for wall in self.walls if wall < piece.first)])
        return self._before(piece, begin, precede), begin, piece.last

    def _end(self, number: int) -> int:
        """Where the numbers of a subject end: at the next subject, or at an agent."""
        piece = self.subjects[number]
        passed = _PASSED_OVER.get(piece.value, ())
        later = (
            other.first
            for other in self.subjects[number + 1 :]
            if other.value not in passed or _has_a_reading(self.tokens, other)
        )
        return _stop(self.tokens, piece.last, next(later, len(self.tokens)), self.walls)

    def _behind(self, piece: Piece, earlier: Piece | None, end: int) -> list[Number]:
        """Numbers behind the name of a measure, with a grade or a percentage right before it."""
        numbers = self._free(piece, piece.last, end)
        grade = grade_before(self.tokens, piece)
        if grade is not None and grade not in self.used:
            numbers = [*self._all(piece, grade, grade + 1), *numbers]
        grades = [] if numbers else grades_before(self.tokens, piece)
        if grades and not self.used & set(grades):
            numbers = self._all(piece, grades[0], grades[-1] + 1)
        if _percent_ahead(self.tokens, piece, earlier):
            ahead = self._all(piece, piece.first - 1, piece.first)
            numbers = [*(at_time(self.tokens, item, piece.last, self.whens) for item in ahead), *numbers]
        return numbers

    def _before(self, piece: Piece, begin: int, precede: bool) -> list[Number]:
        """Numbers before the name: changes, and the readings of the only measure."""
        before = self._free(piece, begin, piece.first)
        readings = [item for item in before if not item.change]
        numeric = [other for other in self.subjects if other.value in NUMERIC and other.value != "ct"]
        alone = len(numeric) == 1 or precede
        lone = alone and piece.value in ("fvc", "dlco") and len(readings) > 1
        return before if lone else [item for item in before if item.change]

    def _all(self, piece: Piece, first: int, last: int) -> list[Number]:
        return find_numbers(self.tokens, piece, first, last, self.whens, self.taken)

    def _free(self, piece: Piece, first: int, last: int) -> list[Number]:
        return [item for item in self._all(piece, first, last) if item.first not in self.used]


def _shared_in_turn(
    tokens: Sequence[Token],
    found: list[Measure],
    earlier: Piece | None,
    piece: Piece,
    numbers: list[Number],
    whens: Sequence[When],
) -> list[Number]:
    """The numbers of a measure without the one that belongs to the measure before, which gets it."""
    both = _in_turn(earlier, piece, found, numbers, tokens) if earlier is not None else None
    if both is None or earlier is None:
        return numbers
    at = both[0].at if both[0].at is not None else both[1].at
    in_turn = [replace(item, at=at, order=both[0].order) for item in both]
    if found[-1].value["at"] is None and not found[-1].value["order"]:
        found[-1] = replace(found[-1], value={**found[-1].value, "at": numbers[0].at})
    found[-1] = _with_reading(tokens, found[-1], earlier, in_turn[0], whens)
    return [numbers[0], in_turn[1]]


def _has_a_reading(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "Borg 5 → 3, 6MWD 310 m": what is measured in another unit has a reading of its own."""
    behind = tokens[piece.last] if piece.last < len(tokens) else None
    return piece.value == "other" and behind is not None and behind.kind == "number" and behind.number > _HIGHEST_GRADE


_HIGHEST_GRADE = 10


def _aside(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "FVC (no DLCO here) 61 % in January": a measure in brackets that has no reading."""
    if piece.value not in ("fvc", "dlco") or not piece.first:
        return False
    opened = next((at for at in range(piece.first - 1, max(piece.first - _ASIDE, -1), -1) if tokens[at].text == "("), 0)
    closed = next((at for at in range(piece.last, min(piece.last + _ASIDE, len(tokens))) if tokens[at].text == ")"), 0)
    inside = tokens[opened + 1 : closed]
    behind = tokens[closed + 1 : closed + 2]
    return bool(
        opened
        and closed
        and behind
        and behind[0].kind == "number"
        and any(token.text in ("no", "not", "without") for token in inside)
        and all(token.kind == "word" for token in inside)
    )


_ASIDE = 6


def _change_goes_on(
    tokens: Sequence[Token], before: Measure | None, piece: Piece, numbers: list[Number]
) -> list[Number]:
    """ "FVC fell 2 points and DLCO 3": the second number is a change too; "and DLCO 48" is a reading."""
    if before is None or "change" not in before.value or len(numbers) != 1 or piece.value not in ("fvc", "dlco"):
        return numbers
    number = numbers[0]
    gap = [token.text for token in tokens[before.last : piece.first]]
    near = number.first - piece.last <= 1 and tokens[number.first - 1].text in {
        *_BY,
        *(t.text for t in tokens[piece.first : piece.last]),
    }
    if number.change or number.order or not near or number.value > LARGEST_STEP or not set(gap) <= {"and", ",", "&"}:
        return numbers
    signed = number.value if before.value["change"] > 0 else -number.value
    return [replace(number, value=signed, change=True, unit=before.value["unit"], absolute=before.value["absolute"])]


_BY = frozenset({"by", "only"})


def _in_turn(
    first: Piece, second: Piece, found: list[Measure], numbers: list[Number], tokens: Sequence[Token]
) -> list[Number] | None:
    """ "FVC 76 % and DLCO 60 %, a year before 75 % and 61 %": the last two numbers are of both, in turn."""
    last = found[-1] if found else None
    if last is None or last.subject != first.value or "single" not in last.value or len(numbers) != 3:
        return None
    if {first.value, second.value} != {"fvc", "dlco"} or any(number.change for number in numbers):
        return None
    between = {token.text for token in tokens[numbers[1].last : numbers[2].first]}
    opened = {token.text for token in tokens[numbers[0].last : numbers[1].first]}
    bracket = "(" in opened and ")" not in opened and between <= {",", "%"}  # "FVC 61, DLCO 44 (5/2026: 60, 45)"
    return numbers[1:] if bracket or (between & {"and", "/", "&"} and len(between) <= 2) else None


def _with_reading(
    tokens: Sequence[Token], single: Measure, piece: Piece, other: Number, whens: Sequence[When]
) -> Measure:
    value = single.value
    own = Number(value["single"], "%", single.first, single.last, False, value["order"], value["at"])
    return replace(single, value=course_of_numbers(piece.value, tokens, piece, [own, replace(other, unit="%")], whens))


def _points_precede(tokens: Sequence[Token], piece: Piece, following: Piece | None, after: Sequence[Number]) -> bool:
    """ "4 points FVC, 8 points DLCO": every change stands before its own measure."""
    if following is None:
        return bool(_points_end(tokens, piece)) and not after
    last = max((number.last for number in after), default=piece.last)
    return _points_end(tokens, piece) and _points_end(tokens, following) and following.first - last <= 2


def _percent_ahead(tokens: Sequence[Token], piece: Piece, earlier: Piece | None) -> bool:
    """ "80 % FVC in May, 76 % in December": the first reading stands before its measure."""
    if not piece.first or tokens[piece.first].text != "%" or tokens[piece.first - 1].kind != "number":
        return False
    free = piece.first < 2 or tokens[piece.first - 2].text in (",", ";", ":", "(", "and", "with", "of")
    return free and (earlier is None or earlier.value not in NUMERIC or piece.first - earlier.last > _NEXT_LIST_ITEM)


_NEXT_LIST_ITEM = 3


def _points_end(tokens: Sequence[Token], piece: Piece) -> bool:
    at = piece.first - 1
    while at > 0 and tokens[at].text in ("in", "of", "for", "the", "on"):
        at -= 1
    return at > 0 and tokens[at].text in ("points", "point", "pts", "pp", "%") and is_grade(tokens, at - 1)


def _readings_precede(tokens: Sequence[Token], piece: Piece, earlier: Piece | None) -> bool:
    """ "80 down to 76 FVC": the readings stand right before the subject, and behind no other ("DLCO 45 → 44 FVC")."""
    if earlier is not None and earlier.value in NUMERIC - {"pft"} and piece.first - earlier.last <= 6:
        between = [token.text for token in tokens[earlier.last : piece.first]]
        if not {",", "and", "&", "+", "/"} & set(between[:1]):
            return False
    before = [token for token in tokens[max(0, piece.first - 5) : piece.first] if token.text != "%"]
    return (
        len(before) > 2
        and before[-1].kind == "number"
        and before[-2].text in ("to", "->", "→")
        and piece.value in ("fvc", "dlco")
    )


def _stop(tokens: Sequence[Token], start: int, end: int, walls: frozenset[int]) -> int:
    """The end of a measure: an agent's dose begins there, unless a colon leads back to the readings."""
    inside = [
        index
        for index in walls
        if start <= index < end
        and not _reading_behind(tokens, index, end)
        and not _in_a_bracket_of_dates(tokens, start, index, end)
    ]
    return min([at for at in inside if not any(token.text == ":" for token in tokens[at : at + 5])], default=end)


def _reading_behind(tokens: Sequence[Token], wall: int, end: int) -> bool:
    """ "80 % at the start of MMF in February and is 73 % now": behind the agent stands a reading, no dose."""
    for at in range(wall + 1, min(wall + 9, end)):
        if tokens[at].kind == "number" and at + 1 < len(tokens):
            placed = tokens[at + 1].text in _OF_A_READING and tokens[at - 1].text == ","
            spoken_of = [token.text for token in tokens[at - 2 : at]] in (["it", "was"], ["it", "is"])
            unit = tokens[at + 1].text in _UNITS_OF_A_READING and tokens[at - 1].text in _BEFORE_A_READING
            return placed or spoken_of or unit
    return False


_OF_A_READING = frozenset({"%", "percent", "at", "now", "today", "currently"})
_UNITS_OF_A_READING = frozenset({"%", "percent", "l", "litres", "liters"})
_BEFORE_A_READING = frozenset({"is", "now", "to", "→", "was", "it"})


def _in_a_bracket_of_dates(tokens: Sequence[Token], start: int, wall: int, end: int) -> bool:
    """ "74 (Jan), 68 (June, when MMF was started), 73 (Nov)": behind the bracket with the agent the readings go on."""
    opened = next((at for at in range(wall, start, -1) if tokens[at].text in ("(", ")")), None)
    closed = next((at for at in range(wall, end) if tokens[at].text == ")"), None)
    if opened is None or closed is None or tokens[opened].text == ")" or tokens[opened - 1].kind != "number":
        return False
    behind = [
        token for token in tokens[closed + 1 : min(closed + 4, end)] if token.text not in (",", "and", "then", "→")
    ]
    return bool(behind) and behind[0].kind == "number"


def _pair(tokens: Sequence[Token], subjects: Sequence[Piece], at: int) -> tuple[Piece, Piece, int] | None:
    """`FVC/DLCO 72/45 -> 66/40`: two subjects, then their numbers in turn."""
    if at + 1 >= len(subjects):
        return None
    first, second = subjects[at], subjects[at + 1]
    between = [token.text for token in tokens[first.last : second.first]]
    after = [token.text for token in tokens[second.last : second.last + 12] if token.text not in ("+", "↑", "↓")]
    if {first.value, second.value} != {"fvc", "dlco"} or between not in (["/"], ["and"], ["&"]):
        return None
    slashes = sum(
        1
        for index in range(1, len(after) - 1)
        if after[index] in ("/", "and") and is_number(after[index - 1]) and is_number(after[index + 1])
    )
    if slashes < 2 and not (slashes == 1 and between == ["/"]):
        return None
    end = subjects[at + 2].first if at + 2 < len(subjects) else len(tokens)
    return first, second, end


def _label_behind(tokens: Sequence[Token], subjects: Sequence[Piece]) -> tuple[int, Piece, Piece] | None:
    """ "PFT Mar 75/58, Nov 74/56 (FVC/DLCO %)": what the pairs are of stands behind them; where the pairs begin."""
    for at, (first, second) in enumerate(itertools.pairwise(subjects)):
        between = [token.text for token in tokens[first.last : second.first]]
        opened = first.first and tokens[first.first - 1].text == "("
        closed = any(token.text == ")" for token in tokens[second.last : second.last + 3])
        if {first.value, second.value} != {"fvc", "dlco"} or between != ["/"] or not opened or not closed:
            continue
        if any(token.kind == "number" for token in tokens[second.last :]) or (at and subjects[at - 1].value != "pft"):
            continue
        begin = subjects[at - 1].last if at else 0
        return (begin, first, second) if _pairs(tokens, begin, first.first) > 1 else None
    return None


def _pairs(tokens: Sequence[Token], begin: int, end: int) -> int:
    return sum(
        tokens[at].text == "/" and is_number(tokens[at - 1].text) and is_number(tokens[at + 1].text)
        for at in range(begin + 1, end - 1)
    )


def _paired(
    tokens: Sequence[Token], first: Piece, second: Piece, end: int, whens: Sequence[When], taken: set[int]
) -> list[Measure]:
    numbers = find_numbers(tokens, second, second.last, end, whens, taken)
    found = []
    for piece, offset in ((first, 0), (second, 1)):
        own = numbers[offset::2]
        if own:
            value = course_of_numbers(
                piece.value, tokens, piece, own, [when for when in whens if second.last <= when.first < end]
            )
            found.append(Measure(piece.value, value, first.first, max(item.last for item in own), piece.first))
    return found
