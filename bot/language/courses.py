"""The course of lung function, imaging and symptoms in words: which subject, which direction.

A sentence becomes a row of subjects ("FVC", "reticulation") and courses ("stable", "not improved"). Commas and
"but" cut it into segments; inside a segment courses and subjects pair up in the order in which they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.language.denials import negated_subjects, turned
from bot.language.expectations import not_now, waited_for
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
    told = _Told(tokens, measured)
    marks = not_now(tokens, timed)
    conditions = [mark.first for mark in marks if mark.kind == "conditional"]
    pasts = [*(mark.first for mark in marks if mark.kind == "past"), *old]
    awaited = waited_for(tokens)
    denied = {id(piece) for piece in negated_subjects(tokens, row)}
    stated = [piece for piece in row if piece.role != "negation" and id(piece) not in denied]
    for number, (begin, end) in enumerate(segments_of(tokens, row, measured)):
        inside = [piece for piece in stated if begin <= piece.first < end]
        supposed = [at for at in conditions if begin <= at < end] or [at for at in awaited if begin <= at < end]
        if supposed and not any(piece.role == "course" and piece.first < supposed[0] for piece in inside):
            told.last_subjects = [piece for piece in inside if piece.role == "subject"] or told.last_subjects
            continue
        inside = _without_person([piece for piece in inside if not supposed or piece.first < supposed[0]])
        past = any(begin <= at < end for at in pasts)
        told.read(_Segment(number, begin, end, inside, past))
    return _of_a_checklist(told.found)


@dataclass(frozen=True, slots=True)
class _Segment:
    """Subjects and courses between two cuts of a sentence."""

    number: int
    begin: int
    end: int
    inside: list[Piece]
    past: bool

    @property
    def subjects(self) -> list[Piece]:
        return [piece for piece in self.inside if piece.role == "subject"]

    @property
    def trends(self) -> list[Piece]:
        return [piece for piece in self.inside if piece.role == "course"]


@dataclass(slots=True)
class _Told:
    """The courses found so far, and what the segments read so far leave open."""

    tokens: Sequence[Token]
    measured: frozenset[int]
    found: list[Course] = field(default_factory=list)
    last_trend: Piece | None = None
    trend_in: int = 0
    """Number of the segment of the last trend."""
    bracketed: bool = False
    waiting: list[Piece] = field(default_factory=list)
    """Subjects that wait for a course of their own."""
    listed: list[Piece] = field(default_factory=list)
    """Subjects of a list that may share the course of the next one."""
    last_subjects: list[Piece] = field(default_factory=list)
    subjects_open: bool = False
    opened: Piece | None = None
    """A course whose list of subjects may go on: "no change in FVC, ..."."""

    def read(self, part: _Segment) -> None:
        self.bracketed = self.bracketed and self.tokens[part.begin].text == ","
        if part.subjects and not part.trends:
            self._read_subjects(part)
            return
        self.subjects_open = False
        if part.trends and not part.subjects:
            self._read_trends(part)
        elif part.inside:
            self._read_pairs(part)
        elif not all(is_link(self.tokens[at]) for at in range(part.begin, part.end)):
            self.listed = []

    def _read_subjects(self, part: _Segment) -> None:
        """A segment of subjects alone: they share a course told before, or wait for one."""
        tokens, trend, subjects = self.tokens, self.last_trend, part.subjects
        if trend is None:
            self._wait(part)
        elif self._shares(part):
            self._add(subjects, trend, part)
            self.bracketed = tokens[part.begin].text != ")"
        elif self.found and self.found[-1].subject in (None, "overall") and _in_a_respect(tokens, subjects[0]):
            self.found[-1] = _course(subjects[0], trend, part.number, part.past)
        elif trend.value == "same" and _holds_too(tokens, part.begin, part.end, subjects, self.last_subjects):
            self._add(subjects, trend, part)
        elif _denied_alone(tokens, subjects[-1].last, part.end):
            self._add(subjects, replace(trend, value=turned(trend.value)), part)
        else:
            self._wait(part)

    def _shares(self, part: _Segment) -> bool:
        """ "... and so is the CT"; in brackets a list."""
        begin, end, subjects = part.begin, part.end, part.subjects
        opens = self.tokens[begin].text == "(" and (self.subjects_open or self.trend_in < part.number - 1)
        return (_likewise(self.tokens, begin, end, subjects) and not opens) or (
            self.bracketed and only_a_list(self.tokens, begin, end, subjects)
        )

    def _wait(self, part: _Segment) -> None:
        """Subjects that go on with an open list, or wait for a course behind them."""
        begin, end = part.begin, part.end
        before, self.last_subjects = self.last_subjects, part.subjects
        self.subjects_open = True
        subjects = [piece for piece in part.subjects if piece.first not in self.measured]
        pure = only_a_list(self.tokens, begin, end, subjects)
        if self.opened is not None:
            list_end = list_ends(self.tokens, end, subjects)
            listing = pure or only_a_list(self.tokens, begin, list_end, subjects)
            if listing and goes_on(self.tokens, self.opened, before, subjects):
                self._add(subjects, self.opened, part)
                return
        self.waiting = [*self.waiting, *subjects] if pure else subjects
        self.listed = [*self.listed, *subjects] if pure else []

    def _read_trends(self, part: _Segment) -> None:
        """A segment of courses alone: they tell of the subjects that wait, else of those named last."""
        self.last_trend, self.trend_in = part.trends[-1], part.number
        targets = self.waiting or self.last_subjects
        for trend in part.trends:
            if trend.word == "still" and not self.waiting and self.found and self.found[-1].segment == part.number - 1:
                continue  # "less breathless on the stairs, still on hills"
            if targets:
                self._add(targets, trend, part)
            else:
                course = Course(None, trend.value, trend.first, trend.last, part.number, past=part.past)
                self.found.append(course)
        self.waiting, self.listed = [], []

    def _read_pairs(self, part: _Segment) -> None:
        """A segment of both."""
        self.last_trend, self.trend_in = part.trends[-1], part.number
        pairs = paired(self.tokens, part.inside)
        pairs = [*self._listed_before(part, pairs), *pairs]
        self.waiting, self.listed = [], []
        for subject, trend in pairs:
            self._add([subject], trend, part)
        last = part.inside[-1]
        opens = pairs and last.role == "subject" and pairs[-1][0] is last and pairs[-1][1].first < last.first
        self.opened = pairs[-1][1] if opens else None
        self.last_subjects = [subject for subject, _ in pairs] or part.subjects

    def _listed_before(self, part: _Segment, pairs: Sequence[tuple[Piece, Piece]]) -> list[tuple[Piece, Piece]]:
        """ "FVC, DLCO, CT stable": the subjects listed before share the course of the first one of a segment."""
        first = part.inside[0]
        trend = next((trend for subject, trend in pairs if subject is first), None)
        if trend is None or first.role != "subject" or not self.listed:
            return []
        listed = self.listed
        if not _of_all(self.tokens, part.begin, part.end):
            listed = [piece for piece in listed if not _has_reading(self.tokens, piece)]
            listed = [] if _shown_apart(listed, first) else listed
        return [(subject, trend) for subject in listed]

    def _add(self, subjects: Sequence[Piece], trend: Piece, part: _Segment) -> None:
        self.found += [_course(subject, trend, part.number, part.past) for subject in subjects]


def _in_a_respect(tokens: Sequence[Token], subject: Piece) -> bool:
    """ "Better, lung function wise"."""
    behind = tokens[subject.last].text if subject.last < len(tokens) else ""
    return "wise" in (tokens[subject.last - 1].text, behind)


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
