"""The course of lung function, imaging and symptoms in words: which subject, which direction.

A sentence becomes a row of subjects ("FVC", "reticulation") and courses ("stable", "not improved"). Commas and
"but" cut it into segments; inside a segment courses and subjects pair up in the order in which they stand.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.language.lexicon import Lexicon, Mark
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
_CONTEXT = (
    Lexicon()
    .add_all("past", {True: VOCABULARY["past_markers"]})
    .add_all("conditional", {True: VOCABULARY["conditional"]})
)

GOOD_UP = frozenset({"fvc", "dlco", "pft", "breathing", "other"})
SIGNS = frozenset({"reticulation", "honeycombing", "traction", "volume_loss"})
IMAGING = SIGNS | {"ct", "ggo", "fibrosis"}
ATTRIBUTES = words("lungs", "attributes")
HARD_BREAKS = words("lungs", "hard_breaks")
LINKS = words("lungs", "links")


@dataclass(frozen=True, slots=True)
class Piece:
    """A subject or a course in a row; `value` of a course is already turned round by a negation."""

    role: str  # subject, course
    value: str
    first: int
    last: int
    word: str = ""
    was: bool = False  # told in the past perfect: "had fallen"


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


_TURNED = {
    "good": "not_good",
    "bad": "same",
    "same": "not_same",
    "gone": "not_good",
    "new": "denied",
    "still": "same",
    "vary": "same",
}


def pieces(tokens: Sequence[Token], closed: frozenset[int] = frozenset()) -> list[Piece]:
    """Subjects and courses of a sentence in order; `closed` are tokens with another meaning (agents, "PPF")."""
    subjects = [
        _named(tokens, mark)
        for mark in SUBJECTS.scan(tokens)
        if mark.first not in closed and not _reporter(tokens, mark)
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
    subjects = [_shortened(piece, marks) for piece in subjects]
    taken = {index for piece in subjects for index in range(piece.first, piece.last)}
    found = list(subjects)
    negations: list[Mark] = []
    for mark in marks:
        if (
            mark.first in closed
            or mark.value == "nothing"
            or (mark.value == "gone" and _idle_no_longer(tokens, mark, taken))
        ):
            continue
        if mark.value == "same" and _same_thing(tokens, mark, taken):
            continue
        if (
            tokens[mark.last - 1].text in ("more", "less")
            and mark.last + 1 < len(tokens)
            and tokens[mark.last].text == "than"
            and tokens[mark.last + 1].kind == "number"
        ):
            continue
        if mark.value == "met" and not any(piece.value == "goals" for piece in subjects):
            continue
        if any(token.text in _EARLY for token in tokens[max(0, mark.first - 2) : mark.first]):
            continue
        if mark.kind == "negation":
            negations.append(mark)
        elif not any(index in taken for index in range(mark.first, mark.last)):
            negation = _negation_of(tokens, mark, negations, taken)
            value = "good" if mark.value == "met" else mark.value
            if value in ("bad", "down") and _brought_to_a_halt(tokens, mark):
                value = "same"
            if (value == "vary" and negation is None) or (mark.value == "met" and negation is not None):
                continue
            if negation is not None:
                value = {"up": "not_up", "down": "not_down"}.get(value) or _TURNED[value]
            apart = negation is not None and any(index in taken for index in range(negation.last, mark.first))
            found.append(
                Piece(
                    "course",
                    value,
                    negation.first if negation and not apart else mark.first,
                    mark.last,
                    tokens[mark.last - 1].text,
                    _was(tokens, mark),
                )
            )
            if negation is not None:
                negations.remove(negation)
    found += _compared(tokens, subjects, negations)
    found += _signs(tokens, taken)
    for negation in negations:
        found.append(Piece("negation", "no", negation.first, negation.last))
    return sorted(found, key=lambda piece: (piece.first, piece.role != "subject"))


def _was(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "had fallen", "had been worse": before something that came later."""
    return any(token.text in ("had", "hadnt") for token in tokens[max(0, mark.first - 3) : mark.first])


def _signs(tokens: Sequence[Token], taken: set[int]) -> list[Piece]:
    """ "PFTs =, CT =" and "FVC within 2 % of last year's" as courses."""
    found = []
    for at, token in enumerate(tokens):
        following = tokens[at + 1].text if at + 1 < len(tokens) else ","
        if token.text == "=" and at - 1 in taken and following in (",", ";", ")", "and"):
            found.append(Piece("course", "same", at, at + 1, "="))
        if (
            token.text == "within"
            and at + 3 < len(tokens)
            and tokens[at + 1].kind == "number"
            and tokens[at + 2].text in ("%", "points", "point", "ml", "percent")
            and tokens[at + 3].text == "of"
        ):
            found.append(Piece("course", "same", at, at + 4, "within"))
    return found


def _compared(tokens: Sequence[Token], subjects: Sequence[Piece], negations: list[Mark]) -> list[Piece]:
    """ "as breathless as before", "not as breathless", "hardly breathless now", "no dyspnoea any more" as courses."""
    found = []
    for piece in subjects:
        if piece.value not in ("breathlessness", "breathing", "symptoms"):
            continue
        negation = next((mark for mark in negations if 0 <= piece.first - mark.last <= 2), None)
        before = tokens[piece.first - 1].text if piece.first else ""
        after = [token.text for token in tokens[piece.last : piece.last + 5]]
        if before in ("as", "equally", "so") and (before == "equally" or "as" in after or negation is not None):
            value = "same" if negation is None else "good"
        elif after[:1] == ["as"] and after[1:2] in (["ever"], ["before"], ["usual"], ["always"], ["previously"]):
            value = "same"
        elif (
            negation is not None
            and (
                set(after) & _ENDED
                or tokens[negation.first].text in ("hardly", "barely", "scarcely", "rarely", "seldom")
            )
            and not set(after) & {"than"}
        ):
            value = "gone"
        elif before == "more" and piece.first > 1 and tokens[piece.first - 2].text == "no":
            value = (
                "same"
                if "than" in after or tokens[piece.first].text in ("breathless", "dyspnoeic", "short", "out")
                else "gone"
            )
        elif negation is not None and after[:1] == ["than"]:
            value = "same"
        else:
            continue
        if negation is not None:
            negations.remove(negation)
        found.append(Piece("course", value, piece.first, piece.last, "as"))
    return found


_ENDED = words("lungs", "ended")


_EARLY = frozenset({"initial", "transient", "temporary", "brief", "early"})


def _brought_to_a_halt(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "the decline has stopped"."""
    after = [token.text for token in tokens[mark.last : mark.last + 7]]
    ends = next((at for at, text in enumerate(after) if text in ("stopped", "halted", "ceased", "arrested")), None)
    return ends is not None and not any(text in (",", "but", "when", "after", "and") for text in after[:ends])


def _shortened(piece: Piece, marks: Sequence[Mark]) -> Piece:
    """ "increase in extent" + "on HRCT": the subject begins where the course ends."""
    for mark in marks:
        if mark.kind == "course" and mark.last - mark.first > 2 and mark.first < piece.first < mark.last < piece.last:
            return replace(piece, first=mark.last)
    return piece


def _same_thing(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
    """ "the same period", "the same machine": the same thing, not an unchanged course."""
    if tokens[mark.last - 1].text != "same" or mark.last >= len(tokens) or mark.last in taken:
        return False
    following = tokens[mark.last]
    return following.kind == "word" and following.text not in _AFTER_SAME


_AFTER_SAME = words("lungs", "after_same")


def _named(tokens: Sequence[Token], mark: Mark) -> Piece:
    """A subject; "the disease" in a radiologist's mouth is the extent on imaging."""
    value = mark.value
    disease = tokens[mark.first].text in ("disease", "ild", "involvement", "lung", "lungs")
    if value == "overall" and disease and any(token.text in _SEEN_ON for token in tokens):
        value = "ct"
    return Piece("subject", value, mark.first, mark.last)


_SEEN_ON = words("lungs", "seen_on")
_REPORTS = words("lungs", "reports")


def _reporter(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "she reports no change": the patient speaks, and is not what is followed."""
    person = mark.value == "overall" and tokens[mark.first].text in ("she", "he", "patient", "pt")
    return (
        person and mark.last < len(tokens) and tokens[mark.last].text in _REPORTS - {"has", "had", "is", "was", "feels"}
    )


def _idle_no_longer(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
    """ "no longer" speaks of a symptom only right before it ("no longer breathless")."""
    if tokens[mark.first].text not in ("no", "without"):
        return False
    return mark.last not in taken and mark.last + 1 not in taken


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
            mark.kind == "past"
            and (
                any(mark.first <= at < mark.last + 1 for at in timed)
                or (mark.first and tokens[mark.first - 1].text in _COMPARING)
            )
        )
    ]
    negated = {id(piece) for piece in negated_subjects(tokens, row)}
    last_trend: Piece | None = None
    bracketed = False
    found: list[Course] = []
    waiting: list[Piece] = []
    listed: list[Piece] = []
    last_subjects: list[Piece] = []
    opened: Piece | None = None
    for number, (begin, end) in enumerate(segments):
        inside = [
            piece
            for piece in row
            if begin <= piece.first < end and piece.role != "negation" and id(piece) not in negated
        ]
        if any(mark.kind == "conditional" and begin <= mark.first < end for mark in context):
            continue
        bracketed = bracketed and tokens[begin].text == ","
        subjects = [piece for piece in inside if piece.role == "subject"]
        trends = [piece for piece in inside if piece.role == "course"]
        past = any(mark.kind == "past" and begin <= mark.first < end for mark in context) or any(
            begin <= at < end for at in old
        )
        if subjects and not trends:
            if last_trend is not None and (
                _likewise(tokens, begin, end, subjects) or (bracketed and _pure(tokens, begin, end, subjects))
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
            last_subjects = subjects
            subjects = [piece for piece in subjects if piece.first not in measured]
            pure = _pure(tokens, begin, end, subjects)
            if opened is not None and pure:
                found += [_course(subject, opened, number, past) for subject in subjects]
            else:
                waiting = [*waiting, *subjects] if pure else subjects
                listed = [*listed, *subjects] if pure else []
            continue
        if trends and not subjects:
            last_trend = trends[-1]
            targets = waiting or last_subjects
            for trend in trends:
                if targets:
                    found += [_course(subject, trend, number, past) for subject in targets]
                else:
                    found.append(Course(None, trend.value, trend.first, trend.last, number, past=past))
            waiting, listed = [], []
            continue
        if not inside:
            continue
        last_trend = trends[-1] if trends else last_trend
        pairs = _pair(tokens, inside)
        if listed and inside[0].role == "subject":
            first_trend = next((trend for subject, trend in pairs if subject is inside[0]), None)
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
    return found


_TESTS = words("lungs", "tests")
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


def negated_subjects(tokens: Sequence[Token], row: Sequence[Piece]) -> list[Piece]:
    """Subjects after "no", also in a list: "no honeycombing or traction bronchiectasis"."""
    found: list[Piece] = []
    for negation in (piece for piece in row if piece.role == "negation"):
        at, first = negation.last, True
        for piece in row:
            if piece.first < at or piece.role == "negation":
                continue
            gap = tokens[at : piece.first]
            stops = (
                ("but", "however", "with", "though", "although", ",", "repeated", "done", "available", "back")
                if first
                else ("but", "however", "with", "though", "although")
            )
            if piece.role != "subject" or len(gap) > 3 or any(token.text in stops for token in gap):
                break
            found.append(piece)
            at, first = piece.last, False
    return found


def _segments(tokens: Sequence[Token], row: Sequence[Piece], measured: frozenset[int]) -> list[tuple[int, int]]:
    bounds = [0]
    inside = {index for piece in row for index in range(piece.first + 1, piece.last)}
    for index, token in enumerate(tokens):
        breaks = token.text in HARD_BREAKS and not _between_commas(tokens, index)
        if index not in inside and (
            breaks or token.text in (",", "(", ")") or _and_divides(tokens, row, index, measured)
        ):
            bounds.append(index)
    bounds.append(len(tokens))
    return [(begin, end) for begin, end in itertools.pairwise(bounds) if end > begin]


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
    left = _beside(tokens, row, at, -1, measured)
    right = _beside(tokens, row, at, 1, measured)
    return {"subject", "course"} <= left and {"subject", "course"} <= right


def _beside(tokens: Sequence[Token], row: Sequence[Piece], at: int, step: int, measured: frozenset[int]) -> set[str]:
    end = at + step
    while (
        0 <= end < len(tokens)
        and tokens[end].text not in (",", "(", ")", "and", "&", "+")
        and tokens[end].text not in HARD_BREAKS
    ):
        end += step
    low, high = min(at, end), max(at, end)
    near = [piece for piece in row if low < piece.first < high]
    return {piece.role for piece in near} | ({"course"} if any(piece.first in measured for piece in near) else set())


def _pure(tokens: Sequence[Token], begin: int, end: int, subjects: Sequence[Piece], also: str = ",") -> bool:
    """True for a segment that is only a list of subjects."""
    covered = {index for piece in subjects for index in range(piece.first, piece.last)}
    return all(
        index in covered
        or tokens[index].kind == "number"
        or tokens[index].text in LINKS
        or tokens[index].text in (",", also, ":", "%", ")")
        for index in range(begin, end)
    )


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
        if piece.word in ("new", "fresh") and following is not None and tokens[following.first].text in _TESTS:
            continue
        if (
            following is not None
            and following.role == "subject"
            and _binds_right(tokens, before, piece, following, inside[index + 1 :])
        ):
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
    return [*pairs, *_trailing(tokens, before, pairs)]


def _trailing(
    tokens: Sequence[Token], left: Sequence[Piece], pairs: Sequence[tuple[Piece, Piece]]
) -> list[tuple[Piece, Piece]]:
    """ "FVC steady at 71 and DLCO at 48": the second one shares the verdict."""
    if not pairs or pairs[-1][1].value not in ("same", "still") or len(left) != 1 or left[0].first < pairs[-1][1].last:
        return []
    gap = tokens[pairs[-1][1].last : left[0].first]
    shared = left[0].value in ("fvc", "dlco") and pairs[-1][0].value in ("fvc", "dlco")
    return [(left[0], pairs[-1][1])] if shared and any(token.text in ("and", "&", ",") for token in gap) else []


def _binds_right(
    tokens: Sequence[Token], before: Sequence[Piece], trend: Piece, subject: Piece, rest: Sequence[Piece]
) -> bool:
    """Whether a course describes the subject after it ("more reticulation") and not the one before ("CT worse")."""
    near = all(tokens[index].text in LINKS for index in range(trend.last, subject.first))
    if trend.word == "new" and tokens[subject.first].text in _TESTS:
        return False
    if not before or trend.word == "longer":
        return True
    if before[-1].value in ("overall", "goals") and any(
        tokens[index].text == ":" for index in range(trend.last, subject.first)
    ):
        return True
    if not near:
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
    )


def meaning(subject: str, trend: str) -> tuple[str, bool]:
    """The value of a course word for a subject, and whether it only tells a movement ("fell")."""
    rises_well = subject in GOOD_UP
    simple = {
        "good": "better",
        "bad": "worse",
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


def without_past(found: list[Course]) -> list[Course]:
    """Drops what is said of the past where the present is told too; a lone past statement says nothing of now."""
    return [replace(course) for course in found if not course.past]


_CAUSES = (
    Lexicon()
    .add_all("lead", {True: VOCABULARY["other_causes"]["lead"]})
    .add_all("cause", {True: VOCABULARY["other_causes"]["causes"]})
)
_UNCORRECTED = Lexicon().add_all("uncorrected", {True: VOCABULARY["uncorrected"]})
_DENIALS = words("lungs", "denials")


def causes(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """Other causes that something is put down to ("due to an infection"), with the token where the remark starts."""
    marks = _CAUSES.scan(tokens)
    leads = [mark for mark in marks if mark.kind == "lead"]
    found = []
    for cause in (mark for mark in marks if mark.kind == "cause"):
        near = [lead for lead in leads if -9 <= lead.first - cause.last <= 8 and -10 <= cause.first - lead.last <= 9]
        around = tokens[max(0, cause.first - 4) : cause.last + 3]
        if near and not any(token.text in _DENIALS for token in around):
            first = min(cause.first, near[0].first)
            found.append((first, " ".join(token.text for token in tokens[cause.first : cause.last])))
    return found


def lead_tokens(tokens: Sequence[Token]) -> set[int]:
    """Tokens of "put it down to" and the like, which tell no course."""
    return {
        index
        for mark in _CAUSES.scan(tokens)
        if mark.kind == "lead" and mark.last - mark.first > 2
        for index in range(mark.first, mark.last)
    }


def is_uncorrected(tokens: Sequence[Token]) -> bool:
    return bool(_UNCORRECTED.scan(tokens))


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


def supposed(tokens: Sequence[Token]) -> bool:
    """ "If the DLCO fell by ten points": nothing that happened."""
    return any(
        token.text in ("if", "suppose", "supposing", "imagine", "would", "should", "unless") for token in tokens[:3]
    )


def is_muscular(cause: str) -> bool:
    return any(word in cause for word in ("weak", "muscle", "diaphragm", "effort", "technique", "cooperation"))


_LEVELS = Lexicon().add_all("level", VOCABULARY["levels"])
_EARLIER = words("lungs", "earlier")


def levels(tokens: Sequence[Token]) -> list[float] | None:
    """Two levels of effort that make breathless, early and late: "used to be on the flat, now only on hills"."""
    marks = _LEVELS.scan(tokens)
    if len(marks) != 2 or marks[0].value == marks[1].value:
        return None
    first = {token.text for token in tokens[: marks[1].first - 1]}
    second = {token.text for token in tokens[marks[0].last : marks[1].first]}
    values = [float(mark.value) for mark in marks]
    if second & _EARLIER:
        return values[::-1]
    return values if "now" in second or first & _EARLIER else None
