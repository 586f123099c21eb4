"""Subjects ("FVC", "reticulation") and courses ("stable", "not improved") of a sentence, in a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.language import times
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


HARD_BREAKS = words("lungs", "hard_breaks")
_SOFT_BREAKS = frozenset({",", ":"})


def divides(tokens: Sequence[Token], at: int) -> bool:
    """A mark that parts one statement from the next: "but", a comma, a stroke between words ("cough / SOB")."""
    text = tokens[at].text
    if text == "-":
        return spaced_dash(tokens, at)
    if text != "/":
        return text in HARD_BREAKS or text in _SOFT_BREAKS
    return (
        0 < at < len(tokens) - 1
        and tokens[at - 1].end < tokens[at].start
        and tokens[at].end < tokens[at + 1].start
        and "number" not in (tokens[at - 1].kind, tokens[at + 1].kind)
    )


def spaced_dash(tokens: Sequence[Token], at: int) -> bool:
    """ "CT stable - no new GGO": a dash between blanks that stands for a comma; "74 - 70" is a course."""
    if tokens[at].text != "-" or not 0 < at < len(tokens) - 1:
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    return before.end < tokens[at].start and tokens[at].end < after.start and after.kind != "number"


@dataclass(frozen=True, slots=True)
class Piece:
    """A subject or a course in a row; `value` of a course is already turned round by a negation."""

    role: str  # subject, course
    value: str
    first: int
    last: int
    word: str = ""
    was: bool = False  # told in the past perfect: "had fallen"


_TURNED = {
    "good": "not_good",
    "bad": "same",
    "easier": "same",
    "same": "not_same",
    "gone": "not_good",
    "new": "denied",
    "still": "same",
    "vary": "same",
}


def turned(value: str) -> str:
    """The course that a denial makes of another: "not better"."""
    return {"up": "not_up", "down": "not_down"}.get(value) or _TURNED.get(value, "still")


def pieces(tokens: Sequence[Token], closed: frozenset[int] = frozenset()) -> list[Piece]:
    """Subjects and courses of a sentence in order; `closed` are tokens with another meaning (agents, "PPF")."""
    subjects = [
        _named(tokens, mark)
        for mark in SUBJECTS.scan(tokens)
        if mark.first not in closed
        and not _holds_its_level(tokens, mark)
        and not _reporter(tokens, mark)
        and not _under_treatment(tokens, mark)
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
    subjects = [_shortened(piece, marks) for piece in subjects if not _of_criteria(tokens, piece)]
    if (
        len(tokens) > 2
        and tokens[1].text in (":", "=")
        and tokens[0].text in _HEADED
        and not (subjects and subjects[0].first == 0)
    ):
        subjects.insert(0, Piece("subject", _HEADED[tokens[0].text], 0, 1))
    subjects = _without_heading(tokens, subjects)
    subjects = [piece for at, piece in enumerate(subjects) if not (at and tokens[piece.first].text == "overall")]
    taken = {index for piece in subjects for index in range(piece.first, piece.last)}
    found = list(subjects)
    negations: list[Mark] = []
    for mark in marks:
        mark = _stative(tokens, _before_a_sign(tokens, mark, taken), subjects)
        if (
            mark.first in closed
            or mark.value == "nothing"
            or (mark.value == "gone" and _idle_no_longer(tokens, mark, taken))
            or _declines_to_tell(tokens, mark)
            or _dates_something(tokens, mark)
            or (mark.value in ("up", "down") and _of_something_else(tokens, mark, taken, closed))
            or _counts_things(tokens, mark, taken)
            or _a_dwelling(tokens, mark)
            or (tokens[mark.first].text == "extension" and _means_extent(tokens, mark, marks))
            or (mark.value in ("up", "down") and _up_a_hill(tokens, mark))
            or _newly_found(tokens, mark)
            or _leads_on(tokens, mark, taken)
            or _puts_down_to(tokens, mark)
            or (mark.value == "still" and _goes_on_being_given(tokens, mark, closed))
        ):
            continue
        if mark.value == "same" and (_same_thing(tokens, mark, taken) or _other_things(tokens, mark, taken)):
            continue
        if (
            tokens[mark.last - 1].text in ("more", "less")
            and mark.last + 1 < len(tokens)
            and tokens[mark.last].text == "than"
            and tokens[mark.last + 1].kind == "number"
            and not times.begins(tokens, mark.last + 1)
        ):
            continue
        if mark.value == "heavier" and not any(piece.value in _FELT_SUBJECTS for piece in subjects):
            continue
        if mark.value == "met" and not any(piece.value == "goals" for piece in subjects):
            continue
        if any(token.text in _EARLY for token in tokens[max(0, mark.first - 2) : mark.first]):
            continue
        if mark.first and tokens[mark.first - 1].text in _HEDGED:
            continue
        if mark.kind == "negation":
            if not (
                tokens[mark.first].text == "nor" and any(tokens[item.first].text == "neither" for item in negations)
            ):
                negations.append(mark)
        elif _is_degree(tokens, mark, found):
            continue
        elif not any(index in taken for index in range(mark.first, mark.last)):
            negation = _negation_of(tokens, mark, negations, taken)
            negation = negation or _shared_negation(tokens, mark, found)
            value = {"met": "good", "heavier": "bad"}.get(mark.value, mark.value)
            if negation is not None and _only_a_little(tokens, negation, mark):
                negations, negation = [item for item in negations if item is not negation], None
            if value in ("bad", "down") and _brought_to_a_halt(tokens, mark):
                value = "same"
            if value == "vary" and negation is None:
                continue
            if negation in negations and _restates(tokens, negation, found, taken):
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
                    _was(tokens, mark),
                )
            )
            if negation is not None and negation in negations:
                negations.remove(negation)
    found += _compared(tokens, subjects, negations)
    found += _signs(tokens, subjects)
    for negation in negations:
        found.append(Piece("negation", "no", negation.first, negation.last))
    return sorted(found, key=lambda piece: (piece.first, piece.role != "subject"))


def _without_heading(tokens: Sequence[Token], subjects: list[Piece]) -> list[Piece]:
    """ "Symptoms: breathlessness worse": the heading names what the line is about and has no course of its own."""
    if len(subjects) < 2 or subjects[0].first or len(tokens) <= subjects[0].last:
        return subjects
    if tokens[subjects[0].last - 1].text == "ild" and tokens[subjects[0].last].text == ":":
        return subjects[1:]  # "ILD: FVC stable, CT not repeated"
    if subjects[0].value != "symptoms":
        return subjects
    named = subjects[1].value in ("breathlessness", "breathing", "scale", "symptoms")
    return subjects[1:] if named and tokens[subjects[0].last].text == ":" else subjects


def _of_criteria(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "All three criteria met" is no word on the goals."""
    named = piece.value == "goals" and piece.last < len(tokens)
    return named and tokens[piece.last].text in ("criteria", "criterion")


def _shared_negation(tokens: Sequence[Token], mark: Mark, found: Sequence[Piece]) -> Mark | None:
    """ "No new or increased honeycombing": a denial holds for both words that "or" joins."""
    before = found[-1] if found and found[-1].role == "course" else None
    if before is None or not 1 <= mark.first - before.last <= 3 or before.value not in _DENIED:
        return None
    gap = [token.text for token in tokens[before.last : mark.first]]
    if not {"or", "nor"} & set(gap) or not set(gap) <= _OR_ANY:
        return None
    return Mark("negation", True, before.first, before.first + 1)


_DENIED = frozenset({*_TURNED.values(), "not_up", "not_down"})
_OR_ANY = frozenset({"or", "nor", ",", "and", "/", "any", "an", "a", "other"})


def _of_something_else(tokens: Sequence[Token], mark: Mark, taken: set[int], closed: frozenset[int]) -> bool:
    """ "Halfway up Church Street", "while his dose went from 20 down to 5": a movement of nothing that is followed."""
    before = tokens[mark.first - 1] if mark.first else None
    lone = mark.last - mark.first == 1 and tokens[mark.first].text in ("up", "down")
    if (
        lone
        and before is not None
        and before.kind == "word"
        and mark.first - 1 not in taken | closed
        and before.text not in _MOVES
    ):
        return True
    for at in range(mark.first - 1, max(mark.first - _CLAUSE_OF_AGENT, -1), -1):
        if at in taken or tokens[at].text in (",", ";", "but"):
            return False
        if at in closed:
            first = at
            while first and first - 1 in closed:
                first -= 1
            lead = [token.text for token in tokens[max(0, first - 2) : first]]
            return bool(set(lead) & _CLAUSE_OPENERS) and at > 1
    return False


_MOVES = words("lungs", "moves")
_CLAUSE_OPENERS = words("lungs", "clause_openers")
_CLAUSE_OF_AGENT = 9


def _a_dwelling(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Hoovers the whole flat": where somebody lives."""
    lead = tokens[mark.first - 1].text if mark.first else ""
    return tokens[mark.first].text == "flat" and lead in ("the", "her", "his", "their", "a", "whole", "entire", "own")


def _up_a_hill(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Puffs less going up her driveway", "breathless climbing": an effort, no course of a measure."""
    last, behind = tokens[mark.last - 1].text, [token.text for token in tokens[mark.last : mark.last + 3]]
    if last in ("up", "down") and _PLACES & set(behind):
        ahead = next(at for at, text in enumerate(behind) if text in _PLACES)
        return all(text in _ARTICLES for text in behind[:ahead])
    felt = any(token.text in _FELT for token in tokens[max(0, mark.first - 2) : mark.first])
    return last in ("climbing", "climb", "climbs") and (felt or bool(_PLACES & set(behind[:2])))


_PLACES = words("lungs", "places")
_ARTICLES = frozenset({"the", "her", "his", "their", "my", "our", "a", "an", "one", "two", "three", "that", "this"})


def _means_extent(tokens: Sequence[Token], mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "Extension of ground glass smaller": how far it reaches; "extension of the honeycombing" alone is a spread."""
    later = next((other for other in marks if other.first >= mark.last and other.kind == "course"), None)
    return later is not None and not any(
        divides(tokens, at) or tokens[at].text == "and" for at in range(mark.last, later.first)
    )


def _newly_found(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Newly found anti-Jo-1 ILD": a new disease, not a new sign."""
    said = {token.text for token in tokens[mark.first : mark.last + 1]}
    behind = {token.text for token in tokens[mark.last : mark.last + 6]}
    diagnosis = "new" in said and bool(said & _DIAGNOSES)
    return ("newly" in said and bool(said & _FOUND) and "ild" in behind) or diagnosis


def _leads_on(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
    """ "Gone back to NYHA III", "on MMF up to last year": what tells the course, or that there is none, follows."""
    if tokens[mark.last - 1].text == "to" and mark.last in taken:
        return True
    following = [token.text for token in tokens[mark.last : mark.last + 2]]
    if tokens[mark.first].text == "gone" and mark.last - mark.first == 1:
        if following[:1] == ["on"] and len(following) > 1 and following[1] in _ON_A_SCAN:
            return False
        return following[:1] in (["back"], ["from"], ["on"])
    up_to = tokens[mark.first].text == "up" and mark.last - mark.first == 1 and following[:1] == ["to"]
    return up_to and len(following) > 1 and (following[1] in _TIMES_AFTER or times.begins(tokens, mark.last + 1))


def _puts_down_to(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "I put her breathlessness down to the anaemia": blamed, not less."""
    down = tokens[mark.last - 1].text == "down" and [token.text for token in tokens[mark.last : mark.last + 1]] == [
        "to"
    ]
    behind = tokens[mark.last + 1 : mark.last + 2]
    lead = tokens[max(0, mark.first - _LONGEST_OBJECT) : mark.first]
    return down and bool(behind) and behind[0].kind == "word" and any(token.text in PUTS for token in lead)


def _goes_on_being_given(tokens: Sequence[Token], mark: Mark, closed: frozenset[int]) -> bool:
    """ "Under IVIG, which continues, ...": the treatment goes on, not the complaint."""
    relative = mark.first > 1 and tokens[mark.first - 1].text in ("which", "that")
    return relative and any(at in closed for at in range(max(0, mark.first - 4), mark.first))


PUTS = frozenset({"put", "puts", "putting"})
_LONGEST_OBJECT = 7
_TIMES_AFTER = frozenset({"last", "now", "then", "the", "this", "today", "date"})
_ON_A_SCAN = words("lungs", "seen_on") | {"the", "this", "imaging", "today", "latest"}
_TO_COME = (["to", "gain"], ["to", "come"], ["to", "win"], ["to", "be"])
_DIAGNOSES = frozenset({"dx", "diagnosis", "diagnoses", "diag"})
_FOUND = frozenset({"found", "discovered", "diagnosed", "detected"})


def _stative(tokens: Sequence[Token], mark: Mark, subjects: Sequence[Piece]) -> Mark:
    """ "CT without any fibrosis", "free of honeycombing": a sign that is not there, not one that has gone."""
    said = tuple(token.text for token in tokens[mark.first : mark.last])
    if mark.value != "gone" or said not in _NOT_THERE or any(token.text in _AT_LAST for token in tokens):
        return mark
    denied = any(piece.first == mark.last and piece.value in _SHOWN_SIGNS for piece in subjects)
    return replace(mark, kind="negation", value=True) if denied else mark


_AT_LAST = frozenset({"now", "again", "since", "meanwhile"})
_NOT_THERE = frozenset({("without", "any"), ("free", "of"), ("clear", "of"), ("clear", "from")})


def _before_a_sign(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> Mark:
    """ "More coarse reticulation": the adjective belongs to the name of the sign, "more" is the course."""
    first = tokens[mark.first].text
    if first not in ("more", "less") or mark.last - mark.first != len(("more", "coarse")):
        return mark
    if mark.first in taken or mark.last - 1 not in taken:
        return mark
    return Mark(mark.kind, "up" if first == "more" else "down", mark.first, mark.first + 1)


def _counts_things(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
    """ "Does not want more tests", "fewer visits": a number of things that have no course."""
    if mark.last - mark.first > 1 or tokens[mark.first].text not in ("more", "fewer", "less", "additional", "extra"):
        return False
    if [token.text for token in tokens[mark.last : mark.last + 2]] in _TO_COME:
        return True
    return mark.last < len(tokens) and mark.last not in taken and tokens[mark.last].text in _COUNTED


_COUNTED = words("lungs", "counted")


def _is_degree(tokens: Sequence[Token], mark: Mark, found: Sequence[Piece]) -> bool:
    """ "DLCO improved less", "fell more": how much, not a course of its own."""
    before = found[-1] if found else None
    last = mark.last == len(tokens) or tokens[mark.last].kind == "mark"
    return (
        before is not None
        and before.role == "course"
        and before.last == mark.first
        and tokens[mark.first].text in ("less", "more", "greater")
        and mark.last - mark.first == 1
        and last
    )


def _restates(tokens: Sequence[Token], negation: Mark, found: Sequence[Piece], taken: set[int]) -> bool:
    """ "better, not the same": what is denied right after a verdict only underlines it."""
    before = found[-1] if found and found[-1].role == "course" else None
    return (
        before is not None
        and tokens[negation.first].text == "not"
        and not before.value.startswith("not_")
        and [token.text for token in tokens[before.last : negation.first]] in ([","], ["and"], ["-"], ["("])
    )


def _declines_to_tell(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Dyspnoea: declined to answer", "she declined to blow": a refusal is no course."""
    if tokens[mark.first].text not in ("declined", "declines", "declining"):
        return False
    return mark.last < len(tokens) and tokens[mark.last].text in ("to", "by", "the", "a", "this", "it", "any", "both")


_HEADED: dict[str, str] = VOCABULARY["headed"]
"""Words that name a subject only as the heading of a line."""
_EVENTS = words("lungs", "events")


def _dates_something(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "As it was before the flare": an event that only tells a time."""
    if mark.last - mark.first > 1 or tokens[mark.first].text not in _EVENTS or mark.first < 2:
        return False
    lead = [token.text for token in tokens[mark.first - 2 : mark.first]]
    if tokens[mark.first].text == "fall" and (lead[1] in _SEASONED or lead in (["over", "the"], ["in", "the"])):
        return True
    return lead[1] in ("before", "since") or (
        lead[0] in ("before", "since", "after", "during", "until", "to")
        and lead[1] in ("the", "his", "her", "this", "that", "last")
    )


_SEASONED = frozenset({"this", "last", "over", "early", "late", "in", "until", "till"})


def _holds_its_level(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "FVC level at 70": unchanged; "tac level 6" is a level in the blood."""
    behind = tokens[mark.last].text if mark.last < len(tokens) else ""
    return (
        tokens[mark.first].text == "level" and mark.last - mark.first == 1 and behind in ("at", "around", "throughout")
    )


def _was(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "had fallen", "had been worse": before something that came later."""
    return any(token.text in ("had", "hadnt") for token in tokens[max(0, mark.first - 3) : mark.first])


def _signs(tokens: Sequence[Token], subjects: Sequence[Piece]) -> list[Piece]:
    """ "PFTs =, CT →" and "FVC within 2 % of last year's" as courses; "SOB on effort → SOB at rest" is none."""
    found = []
    named = {piece.last: piece.value for piece in subjects}
    begins = {piece.first: piece.value for piece in subjects}
    for at, token in enumerate(tokens):
        following = tokens[at + 1].text if at + 1 < len(tokens) else ","
        ends = following in (",", ";", ")", "and", "/") or begins.get(at + 1, named.get(at)) != named.get(at)
        behind = at - 1 if at and tokens[at - 1].text == ":" else at
        if token.text in ("=", "→", "->", "==") and behind in named and ends:
            found.append(Piece("course", "same", at, at + 1, "="))
        if (
            token.text in _STAYS
            and named.get(at) in ("fvc", "dlco", "scale")
            and at + 1 < len(tokens)
            and tokens[at + 1].kind == "number"
        ):
            found.append(Piece("course", "same", at, at + 1, "same"))
        if token.text in _STAYS and named.get(at) in ("breathlessness", "breathing") and begins.get(at + 1) == "scale":
            found.append(Piece("course", "same", at, at + 1, "same"))
        if token.text == "inc" and _increases(tokens, at, named, begins):
            found.append(Piece("course", "up", at, at + 1, "more"))
        read_before = at and following in (",", ";", ")") and _is_grade(tokens[at - 1])
        if read_before and (token.text == "throughout" or (token.text == "both" and subjects)):
            found.append(Piece("course", "same", at, at + 1, "same"))
        if (
            token.text == "within"
            and at + 3 < len(tokens)
            and tokens[at + 1].kind == "number"
            and tokens[at + 2].text in ("%", "points", "point", "ml", "percent")
            and tokens[at + 3].text == "of"
        ):
            found.append(Piece("course", "same", at, at + 4, "within"))
    return found


def _increases(tokens: Sequence[Token], at: int, named: dict[int, str], begins: dict[int, str]) -> bool:
    """ "CT inc retic", "sob inc": increased, where nothing is listed that it could include."""
    free = at == 0 or at in named or tokens[at - 1].kind == "mark"
    if not free or begins.get(at + 1) in _SHOWN_SIGNS:
        return free
    return named.get(at) in {*_SHOWN_SIGNS, "breathlessness"} and at + 1 not in begins


_SHOWN_SIGNS = frozenset({"reticulation", "honeycombing", "traction", "volume_loss", "ggo", "fibrosis"})


def _is_grade(token: Token) -> bool:
    return token.kind == "number" or token.text in ("i", "ii", "iii", "iv", "%", "predicted")


_STAYS = frozenset({"stays", "stayed", "stay", "staying", "sits", "sitting", "keeps", "kept"})


def _compared(tokens: Sequence[Token], subjects: Sequence[Piece], negations: list[Mark]) -> list[Piece]:
    """ "as breathless as before", "not as breathless", "hardly breathless now", "no dyspnoea any more" as courses."""
    found = []
    for piece in subjects:
        negation = next((mark for mark in negations if 0 <= piece.first - mark.last <= 2), None)
        if piece.value in ("ggo", "ct") and negation is not None and _is_left(tokens, piece):
            negations.remove(negation)
            found.append(Piece("course", "gone", piece.last, piece.last + 1, "left"))
        if piece.value not in ("breathlessness", "breathing", "symptoms"):
            continue
        before = tokens[piece.first - 1].text if piece.first else ""
        after = [token.text for token in tokens[piece.last : piece.last + 5]]
        ends = next((at for at, text in enumerate(after) if text in (",", ";", "(", ")", "but")), len(after))
        if before in ("as", "equally", "so") and (before == "equally" or "as" in after or negation is not None):
            value = "same" if negation is None else "good"
            if negation is not None and tokens[negation.first].text == "never":
                value = "bad"
        elif after[:1] == ["as"] and after[1:2] in (["ever"], ["before"], ["usual"], ["always"], ["previously"]):
            value = "same"
        elif (
            negation is not None
            and (
                set(after[:ends]) & _ENDED
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
        elif negation is None and before in _BECAME and tokens[piece.first].text in _FELT:
            value = "bad"
        else:
            continue
        if negation is not None:
            negations.remove(negation)
        found.append(Piece("course", value, piece.first, piece.last, "as"))
    return found


_FELT_SUBJECTS = frozenset({"breathlessness", "symptoms"})
_BECAME = frozenset({"become", "became", "grown", "turned", "gotten"})
_FELT = frozenset({"breathless", "dyspnoeic", "short", "out", "winded", "puffed", "sob"})


def _is_left(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "No ground glass left"."""
    after = [token.text for token in tokens[piece.last : piece.last + 2]]
    shown = after[:1] in (["visible"], ["seen"], ["detectable"], ["present"]) and after[1:] in (
        ["any"],
        ["anymore"],
        ["now"],
    )
    return shown or after[:1] in (["left"], ["remaining"], ["anymore"], ["remains"])


_ENDED = words("lungs", "ended")


_HEDGED = frozenset({"possible", "possibly", "?", "suspected", "questionable", "equivocal", "potential", "doubtful"})
_EARLY = frozenset({"initial", "transient", "temporary", "brief", "early"})


_HALTED = frozenset({"stopped", "halted", "ceased", "arrested", "halt", "standstill", "stop"})


def _only_a_little(tokens: Sequence[Token], negation: Mark, mark: Mark) -> bool:
    """ "Little worse than in spring": a little, where something is compared; "little change" denies."""
    compared = any(token.text in ("than", "since") for token in tokens[mark.last : mark.last + 2])
    return tokens[negation.first].text == "little" and compared and negation.last == mark.first


def _brought_to_a_halt(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "the decline has stopped"."""
    after = [token.text for token in tokens[mark.last : mark.last + 7]]
    ends = next((at for at, text in enumerate(after) if text in _HALTED), None)
    return ends is not None and _OTHER_CLAUSE.isdisjoint(after[:ends])


_OTHER_CLAUSE = frozenset(
    {",", "but", "when", "after", "and", "so", "hence", "therefore", "-", "(", "we", "i", "he", "she"}
)


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
    if following.text in GRADE_WORDS and mark.last + 1 < len(tokens) and _is_grade(tokens[mark.last + 1]):
        return mark.first - 1 not in taken  # "dyspnoea same grade III"
    counted = (
        following.kind == "number" and tokens[mark.last + 1 : mark.last + 2] and tokens[mark.last + 1].kind == "word"
    )
    return bool(counted) or (following.kind == "word" and following.text not in _AFTER_SAME)


GRADE_WORDS = frozenset({"grade", "gr", "class", "stage", "level", "score"})


def _other_things(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
    """ "Hb-corrected both times": "both times" tells a course only right behind a subject or its reading."""
    if tokens[mark.last - 1].text not in ("times", "time", "visits") or mark.first == 0:
        return False
    if tokens[mark.first].text not in ("both", "each", "at"):
        return False
    before = tokens[mark.first - 1]
    return not (
        mark.first - 1 in taken
        or before.kind == "number"
        or before.text in ("%", "pred", "predicted", "at", "ii", "iii", "iv", "i", "l")
    )


_AFTER_SAME = words("lungs", "after_same")


def _named(tokens: Sequence[Token], mark: Mark) -> Piece:
    """A subject; "the disease" in a radiologist's mouth is the extent on imaging."""
    value = mark.value
    disease = tokens[mark.first].text in ("disease", "ild", "involvement", "lung", "lungs")
    if value == "overall" and disease and any(token.text in _SEEN_ON for token in tokens):
        value = "ct"
    if value == "fibrosis" and of_another_organ(tokens, mark):
        value = "other"
    return Piece("subject", value, mark.first, mark.last)


def of_another_organ(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Liver biopsy: mild fibrosis", "FibroScan 6 kPa, no fibrosis": no fibrosis of the lung."""
    texts = [token.text for token in tokens]
    if any(text in _SEEN_ON or text in _OF_THE_CHEST for text in texts):
        return False
    lead = texts[: mark.first]
    breaks = [at for at, text in enumerate(lead) if text in (",", "and", "but")]
    near = set(lead[breaks[-1] + 1 :] if breaks else lead)
    return bool(near & OTHER_ORGANS) or not _OF_THE_LIVER.isdisjoint(lead)


OTHER_ORGANS = words("lungs", "other_organs")
_OF_THE_LIVER = words("lungs", "of_the_liver")
_OF_THE_CHEST = words("lungs", "of_the_chest")


_SEEN_ON = words("lungs", "seen_on")


_REPORTS = words("lungs", "reports")


def _reporter(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "she reports no change": the patient speaks, and is not what is followed."""
    person = mark.value == "overall" and tokens[mark.first].text in ("she", "he", "patient", "pt")
    return (
        person and mark.last < len(tokens) and tokens[mark.last].text in _REPORTS - {"has", "had", "is", "was", "feels"}
    )


_REGIMENS = frozenset({"treatment", "therapy", "immunosuppression", "medication", "regimen", "drugs"})
_UNDER = frozenset({"before", "on", "under", "since", "after", "despite", "with", "during", "without"})


def _under_treatment(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Less extensive than before treatment": the treatment only tells when."""
    lead = {token.text for token in tokens[max(0, mark.first - 2) : mark.first]}
    return tokens[mark.first].text in _REGIMENS and bool(lead & _UNDER)


def _idle_no_longer(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
    """ "no longer" speaks of a symptom only right beside it ("no longer breathless", "breathless no longer")."""
    idle = {"longer", "has", "any", "getting", "becoming", "being", "feeling"}
    if tokens[mark.first].text not in ("no", "without") or tokens[mark.last - 1].text not in idle:
        return False
    if mark.first - 1 in taken and (mark.last == len(tokens) or tokens[mark.last].kind == "mark"):
        return False
    return mark.last not in taken and mark.last + 1 not in taken


def _negation_of(tokens: Sequence[Token], mark: Mark, negations: Sequence[Mark], taken: set[int]) -> Mark | None:
    for negation in reversed(negations):
        gap = range(negation.last, mark.first)
        if tokens[negation.first].text == "neither" and all(
            at in taken or tokens[at].text in _NEITHER_NOR for at in gap
        ):
            return negation
        raised = negation.last < len(tokens) and tokens[negation.last].text in _OPINIONS
        raised = raised or any(tokens[index].text in _EVIDENCE for index in gap)
        if len(gap) > (8 if raised else 5):
            return None
        turning = _TURNING - {"as"} if _counts_as(tokens, negation) else _TURNING
        if any(divides(tokens, index) or tokens[index].text in turning for index in gap):
            return None
        if tokens[negation.first].text in ("little", "no") and any(tokens[index].text in ("i", "we") for index in gap):
            return None  # "with so little reserve I consider this a deterioration"
        if gap and tokens[gap.start].text in _DONE:
            return None  # "DLCO not done machine down"
        if _of_another_thing(tokens, negation, gap, taken):
            return None
        if any(index in taken for index in gap) and len(gap) > 3 and not raised:
            return None
        return negation
    return None


def _of_another_thing(tokens: Sequence[Token], negation: Mark, gap: range, taken: set[int]) -> bool:
    """ "No oxygen and breathing steady": what is denied stands before "and", behind it another subject begins."""
    if tokens[negation.first].text not in ("no", "without"):
        return False
    joint = next((at for at in gap if tokens[at].text in ("and", "&")), None)
    if joint is None or joint + 1 not in gap or joint + 1 not in taken or joint == gap.start:
        return False
    return not any(at in taken for at in range(gap.start, joint))


_TURNING = frozenset({"(", "because", "since", "as", "even", "despite", "if"})
_EVIDENCE = words("lungs", "evidence")
"""And so do these: "nothing on CT to suggest progression"."""
_OPINIONS = words("lungs", "opinions")
"""After a negation these hand it on: "she does not feel that her breathing has improved"."""

_DONE = frozenset({"done", "available", "performed", "measured", "possible", "tested", "repeated", "recorded"})
_NEITHER_NOR = frozenset(
    {"nor", "or", "and", "of", "the", "has", "have", "is", "are", "was", "were", "did", "does", "any"}
)


def _counts_as(tokens: Sequence[Token], negation: Mark | Piece) -> bool:
    """ "Don't count the honeycombing as new": what is denied is not the sign, only that it is new."""
    behind = {token.text for token in tokens[negation.last : negation.last + _COUNTED_AS]}
    verbs = {token.text for token in tokens[negation.first : negation.last + 1]}
    return bool(verbs & _COUNTING) and bool(behind & {"as", "new", "progression"})


_COUNTING = frozenset({"count", "consider", "call", "regard", "take", "score", "label", "treat", "report"})
_COUNTED_AS = 8


def _of_another_noun(gap: Sequence[Token]) -> bool:
    """ "No oxygen and ...": what is denied stands before the "and"."""
    texts = [token.text for token in gap]
    return len(texts) > 1 and bool({"and", "&"} & set(texts[1:]))


def _has_its_own_course(tokens: Sequence[Token], row: Sequence[Piece], subject: Piece) -> bool:
    """ "No fibrosis on CT, dyspnoea worse": the course behind a subject shows that the list of denials is over."""
    behind = next((piece for piece in row if piece.first >= subject.last), None)
    if behind is None or behind.role != "course":
        return False
    gap = [token.text for token in tokens[subject.last : behind.first]]
    return len(gap) <= _NEAR and not {",", "or", "nor", "and", "(", "with"} & set(gap)


_NEAR = 3


_ALONE = frozenset({"only", "alone", "purely", "pure", "solely"})


def negated_subjects(tokens: Sequence[Token], row: Sequence[Piece]) -> list[Piece]:
    """Subjects after "no", also in a list: "no honeycombing or traction bronchiectasis"."""
    found: list[Piece] = []
    for negation in (piece for piece in row if piece.role == "negation"):
        if tokens[negation.first].text == "little":
            continue
        if _counts_as(tokens, negation):
            continue
        at, first = negation.last, True
        for piece in row:
            if piece.first < at or piece.role == "negation":
                continue
            gap = tokens[at : piece.first]
            stops = (
                ("but", "however", "with", "though", "although", ",", ":", ")", "repeated", "done", "available", "back")
                if first
                else ("but", "however", "with", "though", "although", "yet", "available", "done", ")", "just", "only")
            )
            stopped = any(token.text in stops for token in gap) or any(
                tokens[index].text == "/" and divides(tokens, index) for index in range(at, piece.first)
            )
            if piece.role != "subject" or len(gap) > 3 or stopped:
                break
            if not first and _ALONE & {token.text for token in (*gap, *tokens[piece.first : piece.last + 1])}:
                break  # "no fibrosis, ground glass only"
            separate = ("," in [token.text for token in gap] and not first) or (first and _of_another_noun(gap))
            if separate and _has_its_own_course(tokens, row, piece):
                break
            found.append(piece)
            at, first = piece.last, False
    return found
