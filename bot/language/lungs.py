"""The course of lung function, imaging and symptoms in words: which subject, which direction.

A sentence becomes a row of subjects ("FVC", "reticulation") and courses ("stable", "not improved"). Commas and
"but" cut it into segments; inside a segment courses and subjects pair up in the order in which they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Token
from bot.language.vocabulary import load

VOCABULARY = load("lungs")


def _entries(entries: Iterable[str]) -> list[str]:
    return [str(entry).replace('"', "") for entry in entries]


SUBJECTS = Lexicon().add_all("subject", {name: _entries(words) for name, words in VOCABULARY["subjects"].items()})
COURSE = (
    Lexicon()
    .add_all("course", {name: _entries(words) for name, words in VOCABULARY["course"].items()})
    .add_all("negation", {True: VOCABULARY["negation"]})
)
_CONTEXT = (
    Lexicon()
    .add_all("past", {True: VOCABULARY["past_markers"]})
    .add_all("conditional", {True: VOCABULARY["conditional"]})
)

GOOD_UP = frozenset({"fvc", "dlco", "pft", "breathing", "other"})
SIGNS = frozenset({"reticulation", "honeycombing", "traction", "volume_loss"})
IMAGING = SIGNS | {"ct", "ggo", "fibrosis"}
ATTRIBUTES = frozenset({"more", "less", "new", "fewer", "additional", "extra", "newly", "greater", "fresh", "increasing", "developing"})
HARD_BREAKS = frozenset({"but", "however", "whereas", "while", "whilst", "although", "though", "yet", ";", "except", "otherwise"})
LINKS = frozenset({"of", "in", "the", "on", "for", "a", "an", "his", "her", "their", "both", "any", "all", "to", "extent", "with", "some", "and", "&", "/", "or", "fine", "coarse", "subpleural", "basal", "bibasal", "lower", "upper", "lobe", "bilateral", "nor", "patchy", "peripheral"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A subject or a course in a row; `value` of a course is already turned round by a negation."""

    role: str  # subject, course
    value: str
    first: int
    last: int
    word: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What is said of one subject; `value` is better, stable, worse, not_better, new, gone, denied, moved_up or moved_down."""

    subject: str | None
    value: str
    first: int
    last: int
    segment: int
    moved: bool = False
    past: bool = False


_TURNED = {"good": "not_good", "bad": "same", "same": "not_same", "gone": "not_good", "new": "denied", "still": "same"}


def pieces(tokens: Sequence[Token]) -> list[Piece]:
    """Subjects and courses of a sentence in order."""
    subjects = [Piece("subject", mark.value, mark.first, mark.last) for mark in SUBJECTS.scan(tokens)]
    taken = {index for piece in subjects for index in range(piece.first, piece.last)}
    found = list(subjects)
    negations: list[Mark] = []
    for mark in COURSE.scan(tokens):
        if mark.kind == "negation":
            negations.append(mark)
        elif not any(index in taken for index in range(mark.first, mark.last)):
            negation = _negation_of(tokens, mark, negations, taken)
            value = mark.value
            if negation is not None:
                value = {"up": "not_up", "down": "not_down"}.get(value) or _TURNED[value]
            found.append(Piece("course", value, negation.first if negation else mark.first, mark.last, tokens[mark.last - 1].text))
            if negation is not None:
                negations.remove(negation)
    for negation in negations:
        found.append(Piece("negation", "no", negation.first, negation.last))
    return sorted(found, key=lambda piece: piece.first)


def _negation_of(tokens: Sequence[Token], mark: Mark, negations: Sequence[Mark], taken: set[int]) -> Mark | None:
    for negation in reversed(negations):
        gap = range(negation.last, mark.first)
        if len(gap) > 5:
            return None
        if any(tokens[index].text in HARD_BREAKS or tokens[index].text in (",", ":") for index in gap):
            return None
        if any(index in taken for index in gap) and len(gap) > 3:
            return None
        return negation
    return None


def courses(tokens: Sequence[Token], row: Sequence[Piece]) -> list[Course]:
    """Pairs courses with subjects, segment by segment."""
    segments = _segments(tokens, row)
    context = _CONTEXT.scan(tokens)
    found: list[Course] = []
    waiting: list[Piece] = []
    last_subjects: list[Piece] = []
    opened: Piece | None = None
    for number, (begin, end) in enumerate(segments):
        inside = [piece for piece in row if begin <= piece.first < end and piece.role != "negation"]
        if any(mark.kind == "conditional" and begin <= mark.first < end for mark in context):
            continue
        subjects = [piece for piece in inside if piece.role == "subject"]
        trends = [piece for piece in inside if piece.role == "course"]
        past = any(mark.kind == "past" and begin <= mark.first < end for mark in context)
        if subjects and not trends:
            pure = _pure(tokens, begin, end, subjects)
            if opened is not None and pure:
                found += [_course(subject, opened, number, past) for subject in subjects]
            else:
                waiting = [*waiting, *subjects] if pure else subjects
            last_subjects = subjects
            continue
        if trends and not subjects:
            targets = waiting or last_subjects
            for trend in trends:
                if targets:
                    found += [_course(subject, trend, number, past) for subject in targets]
                else:
                    found.append(Course(None, trend.value, trend.first, trend.last, number, past=past))
            waiting = []
            continue
        if not inside:
            continue
        pairs = _pair(tokens, inside)
        if waiting and inside[0].role == "subject":
            first_trend = next((trend for subject, trend in pairs if subject is inside[0]), None)
            if first_trend is not None:
                pairs = [*((subject, first_trend) for subject in waiting), *pairs]
        waiting = []
        found += [_course(subject, trend, number, past) for subject, trend in pairs]
        opened = inside[0] if inside[0].role == "course" and inside[-1].role == "subject" else None
        last_subjects = [subject for subject, _ in pairs] or subjects
    return found


def _segments(tokens: Sequence[Token], row: Sequence[Piece]) -> list[tuple[int, int]]:
    bounds = [0]
    for index, token in enumerate(tokens):
        inside = any(piece.first < index < piece.last for piece in row)
        if not inside and (token.text in HARD_BREAKS or token.text in (",", "(", ")") or _and_divides(tokens, row, index)):
            bounds.append(index)
    bounds.append(len(tokens))
    return [(begin, end) for begin, end in zip(bounds, bounds[1:], strict=False) if end > begin]


def _and_divides(tokens: Sequence[Token], row: Sequence[Piece], at: int) -> bool:
    """"FVC stable and CT worse": each side of "and" has its own subject and course."""
    if tokens[at].text not in ("and", "&", "+", "with", "-", ":"):
        return False
    left = _beside(tokens, row, at, -1)
    right = _beside(tokens, row, at, 1)
    if tokens[at].text in ("-", ":"):
        return {"subject", "course"} <= left and {"subject", "course"} <= right
    return {"subject", "course"} <= left and {"subject", "course"} <= right


def _beside(tokens: Sequence[Token], row: Sequence[Piece], at: int, step: int) -> set[str]:
    end = at + step
    while 0 <= end < len(tokens) and tokens[end].text not in (",", "(", ")", "and", "&", "+") and tokens[end].text not in HARD_BREAKS:
        end += step
    low, high = min(at, end), max(at, end)
    return {piece.role for piece in row if low < piece.first < high}


def _pure(tokens: Sequence[Token], begin: int, end: int, subjects: Sequence[Piece]) -> bool:
    """True for a segment that is only a list of subjects."""
    covered = {index for piece in subjects for index in range(piece.first, piece.last)}
    return all(index in covered or tokens[index].text in LINKS or tokens[index].text == "," for index in range(begin, end))


def _pair(tokens: Sequence[Token], inside: Sequence[Piece]) -> list[tuple[Piece, Piece]]:
    pairs: list[tuple[Piece, Piece]] = []
    before: list[Piece] = []
    open_trend: Piece | None = None
    for index, piece in enumerate(inside):
        following = inside[index + 1] if index + 1 < len(inside) else None
        if piece.role == "subject":
            if open_trend is not None:
                pairs.append((piece, open_trend))
            else:
                before.append(piece)
            continue
        if following is not None and following.role == "subject" and _binds_right(tokens, before, piece, following, inside[index + 1 :]):
            open_trend = piece
        elif before:
            pairs += [(subject, piece) for subject in before]
            open_trend = None
            if following is not None and following.role == "subject":
                before = []
        elif open_trend is not None and pairs:
            pairs.append((pairs[-1][0], piece))
        elif open_trend is None:
            open_trend = piece
    return pairs


def _binds_right(
    tokens: Sequence[Token], before: Sequence[Piece], trend: Piece, subject: Piece, rest: Sequence[Piece]
) -> bool:
    """Whether a course describes the subject after it ("more reticulation") and not the one before ("CT worse")."""
    near = all(tokens[index].text in LINKS for index in range(trend.last, subject.first))
    if not before:
        return True
    if not near:
        return False
    if trend.word in ATTRIBUTES or trend.value == "denied":
        return True
    if any(tokens[index].text in ("in", "of") for index in range(trend.last, subject.first)):
        return True
    if before[-1].value in ("ct", "overall", "symptoms", "other") and subject.value in IMAGING | {"breathlessness"}:
        return before[-1].value != subject.value
    return not any(piece.role == "course" for piece in rest) and before[-1].last < trend.first - 2


def _course(subject: Piece, trend: Piece, segment: int, past: bool) -> Course:
    value, moved = _meaning(subject.value, trend.value)
    return Course(subject.value, value, min(subject.first, trend.first), max(subject.last, trend.last), segment, moved, past)


def _meaning(subject: str, trend: str) -> tuple[str, bool]:
    rises_well = subject in GOOD_UP
    simple = {"good": "better", "bad": "worse", "same": "stable", "not_good": "not_better", "not_same": "not_better", "gone": "gone", "new": "new", "denied": "denied", "still": "still"}
    if trend in simple:
        return simple[trend], False
    if trend in ("up", "down"):
        return ("better" if (trend == "up") == rises_well else "worse"), True
    return ("not_better" if (trend == "not_up") == rises_well else "stable"), False


def without_past(found: list[Course]) -> list[Course]:
    """Drops what is said of the past where the present is told too; a lone past statement says nothing of now."""
    return [replace(course) for course in found if not course.past]


_CAUSES = (
    Lexicon().add_all("lead", {True: VOCABULARY["other_causes"]["lead"]}).add_all("cause", {True: VOCABULARY["other_causes"]["causes"]})
)
_UNCORRECTED = Lexicon().add_all("uncorrected", {True: VOCABULARY["uncorrected"]})
_FIRM_LEADS = frozenset({"due", "because", "attributed", "attributable", "secondary", "explained", "caused", "ascribed", "put", "owing", "blamed", "accounted", "thought", "reflects", "reflecting", "result", "presumed", "blame", "from", "cardiac", "2"})


def other_cause(tokens: Sequence[Token], first: int, last: int) -> str | None:
    """The other cause that a worsening is put down to: "due to a chest infection"."""
    marks = _CAUSES.scan(tokens)
    for lead, cause in zip(marks, marks[1:], strict=False):
        if lead.kind != "lead" or cause.kind != "cause" or cause.first - lead.last > 4 or lead.first < last - 1:
            continue
        words = {token.text for token in tokens[lead.first : lead.last]}
        if words & _FIRM_LEADS and not any(token.text in ("not", "no", "without", "isnt", "nothing") for token in tokens[max(0, lead.first - 3) : cause.first]):
            return " ".join(token.text for token in tokens[cause.first : cause.last])
    return None


def is_uncorrected(tokens: Sequence[Token]) -> bool:
    return bool(_UNCORRECTED.scan(tokens))


def settled(subject: str | None, value: str) -> str | None:
    """The value of a finding: better, stable, worse, not_better, new, denied; None where it says nothing."""
    if subject is None:
        value = {"good": "better", "bad": "worse", "same": "stable", "up": "up", "down": "down", "not_good": "not_better", "not_same": "not_better", "gone": "better", "denied": "stable", "not_up": "", "not_down": "", "new": "", "still": ""}.get(value, value)
        return value or None
    if value == "gone":
        return "better" if subject not in ("fvc", "dlco", "pft") else None
    if value == "still":
        return "not_better" if subject in ("breathlessness", "symptoms") else None
    sign = subject in SIGNS or subject in ("ggo", "fibrosis")
    if value in ("new", "denied") and not sign:
        return {"new": "worse", "denied": "stable"}[value] if subject not in ("fvc", "dlco", "pft", "overall") else None
    return value
