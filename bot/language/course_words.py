"""Words of a course ("stable", "up") where they tell none: "up the hill", "the same machine", "newly found ILD"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.language import times
from bot.language.lexicon import Mark
from bot.language.lungs import SHOWN_SIGNS
from bot.language.pieces import FELT, GRADE_WORDS, Piece, divides, part_of_a_reading
from bot.language.text import Token
from bot.language.vocabulary import words


@dataclass(frozen=True, slots=True)
class Beside:
    """What a sentence holds beside a word of a course."""

    marks: Sequence[Mark]
    subjects: Sequence[Piece]
    taken: set[int]
    """Tokens of the subjects."""
    closed: frozenset[int]
    """Tokens with another meaning: agents, "PPF"."""


def tells_no_course(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """Whether a word of a course tells none where it stands."""
    exceptions = (*_WHATEVER_IT_SAYS, *_BY_WHAT_IT_SAYS.get(mark.value, ()))
    return (
        mark.first in beside.closed or mark.value == "nothing" or any(is_(tokens, mark, beside) for is_ in exceptions)
    )


def as_it_stands(tokens: Sequence[Token], mark: Mark, beside: Beside) -> Mark:
    """A word of a course beside the name of a sign: "more coarse reticulation", "free of honeycombing"."""
    return _stative(tokens, _before_a_sign(tokens, mark, beside.taken), beside.subjects)


def _of_something_else(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Halfway up Church Street", "while his dose went from 20 down to 5": a movement of nothing that is followed."""
    before = tokens[mark.first - 1] if mark.first else None
    lone = mark.last - mark.first == 1 and tokens[mark.first].text in ("up", "down")
    if (
        lone
        and before is not None
        and before.kind == "word"
        and mark.first - 1 not in beside.taken | beside.closed
        and before.text not in _MOVES
    ):
        return True
    for at in range(mark.first - 1, max(mark.first - _CLAUSE_OF_AGENT, -1), -1):
        if at in beside.taken or tokens[at].text in (",", ";", "but"):
            return False
        if at in beside.closed:
            first = at
            while first and first - 1 in beside.closed:
                first -= 1
            lead = [token.text for token in tokens[max(0, first - 2) : first]]
            return bool(set(lead) & _CLAUSE_OPENERS) and at > 1
    return False


_MOVES = words("lungs", "moves")
_CLAUSE_OPENERS = words("lungs", "clause_openers")
_CLAUSE_OF_AGENT = 9


def _a_dwelling(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Hoovers the whole flat": where somebody lives."""
    lead = tokens[mark.first - 1].text if mark.first else ""
    return tokens[mark.first].text == "flat" and lead in ("the", "her", "his", "their", "a", "whole", "entire", "own")


def _up_a_hill(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Puffs less going up her driveway", "breathless climbing": an effort, no course of a measure."""
    last, behind = tokens[mark.last - 1].text, [token.text for token in tokens[mark.last : mark.last + 3]]
    if last in ("up", "down") and _PLACES & set(behind):
        ahead = next(at for at, text in enumerate(behind) if text in _PLACES)
        return all(text in _ARTICLES for text in behind[:ahead])
    felt = any(token.text in FELT for token in tokens[max(0, mark.first - 2) : mark.first])
    return last in ("climbing", "climb", "climbs") and (felt or bool(_PLACES & set(behind[:2])))


_PLACES = words("lungs", "places")
_ARTICLES = frozenset({"the", "her", "his", "their", "my", "our", "a", "an", "one", "two", "three", "that", "this"})


def _means_extent(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Extension of ground glass smaller": how far it reaches; "extension of the honeycombing" alone is a spread."""
    if tokens[mark.first].text != "extension":
        return False
    later = next((other for other in beside.marks if other.first >= mark.last and other.kind == "course"), None)
    return later is not None and not any(
        divides(tokens, at) or tokens[at].text == "and" for at in range(mark.last, later.first)
    )


def _newly_found(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Newly found anti-Jo-1 ILD": a new disease, not a new sign."""
    said = {token.text for token in tokens[mark.first : mark.last + 1]}
    behind = {token.text for token in tokens[mark.last : mark.last + 6]}
    diagnosis = "new" in said and bool(said & _DIAGNOSES)
    return ("newly" in said and bool(said & _FOUND) and "ild" in behind) or diagnosis


def _leads_on(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Gone back to NYHA III", "on MMF up to last year": what tells the course, or that there is none, follows."""
    if tokens[mark.last - 1].text == "to" and mark.last in beside.taken:
        return True
    following = [token.text for token in tokens[mark.last : mark.last + 2]]
    if tokens[mark.first].text == "gone" and mark.last - mark.first == 1:
        if following[:1] == ["on"] and len(following) > 1 and following[1] in _ON_A_SCAN:
            return False
        return following[:1] in (["back"], ["from"], ["on"])
    up_to = tokens[mark.first].text == "up" and mark.last - mark.first == 1 and following[:1] == ["to"]
    return up_to and len(following) > 1 and (following[1] in _TIMES_AFTER or times.begins(tokens, mark.last + 1))


def _puts_down_to(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "I put her breathlessness down to the anaemia": blamed, not less."""
    down = tokens[mark.last - 1].text == "down" and [token.text for token in tokens[mark.last : mark.last + 1]] == [
        "to"
    ]
    behind = tokens[mark.last + 1 : mark.last + 2]
    lead = tokens[max(0, mark.first - _LONGEST_OBJECT) : mark.first]
    return down and bool(behind) and behind[0].kind == "word" and any(token.text in PUTS for token in lead)


def _goes_on_being_given(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Under IVIG, which continues, ...": the treatment goes on, not the complaint."""
    relative = mark.first > 1 and tokens[mark.first - 1].text in ("which", "that")
    return relative and any(at in beside.closed for at in range(max(0, mark.first - 4), mark.first))


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
    denied = any(piece.first == mark.last and piece.value in SHOWN_SIGNS for piece in subjects)
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


def _counts_things(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Does not want more tests", "fewer visits": a number of things that have no course."""
    if mark.last - mark.first > 1 or tokens[mark.first].text not in ("more", "fewer", "less", "additional", "extra"):
        return False
    if [token.text for token in tokens[mark.last : mark.last + 2]] in _TO_COME:
        return True
    return mark.last < len(tokens) and mark.last not in beside.taken and tokens[mark.last].text in _COUNTED


_COUNTED = words("lungs", "counted")


def is_degree(tokens: Sequence[Token], mark: Mark, found: Sequence[Piece]) -> bool:
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


def _declines_to_tell(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Dyspnoea: declined to answer", "she declined to blow": a refusal is no course."""
    if tokens[mark.first].text not in ("declined", "declines", "declining"):
        return False
    return mark.last < len(tokens) and tokens[mark.last].text in ("to", "by", "the", "a", "this", "it", "any", "both")


_EVENTS = words("lungs", "events")


def _dates_something(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
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


def in_past_perfect(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "had fallen", "had been worse": before something that came later."""
    return any(token.text in ("had", "hadnt") for token in tokens[max(0, mark.first - 3) : mark.first])


_HALTED = frozenset({"stopped", "halted", "ceased", "arrested", "halt", "standstill", "stop"})


def brought_to_a_halt(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "the decline has stopped"."""
    after = [token.text for token in tokens[mark.last : mark.last + 7]]
    ends = next((at for at, text in enumerate(after) if text in _HALTED), None)
    return ends is not None and _OTHER_CLAUSE.isdisjoint(after[:ends])


_OTHER_CLAUSE = frozenset(
    {",", "but", "when", "after", "and", "so", "hence", "therefore", "-", "(", "we", "i", "he", "she"}
)


def _same_thing(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "the same period", "the same machine": the same thing, not an unchanged course."""
    if tokens[mark.last - 1].text != "same" or mark.last >= len(tokens) or mark.last in beside.taken:
        return False
    following = tokens[mark.last]
    if following.text in GRADE_WORDS and mark.last + 1 < len(tokens) and part_of_a_reading(tokens[mark.last + 1]):
        return mark.first - 1 not in beside.taken  # "dyspnoea same grade III"
    counted = (
        following.kind == "number" and tokens[mark.last + 1 : mark.last + 2] and tokens[mark.last + 1].kind == "word"
    )
    return bool(counted) or (following.kind == "word" and following.text not in _AFTER_SAME)


def _other_things(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Hb-corrected both times": "both times" tells a course only right behind a subject or its reading."""
    if tokens[mark.last - 1].text not in ("times", "time", "visits") or mark.first == 0:
        return False
    if tokens[mark.first].text not in ("both", "each", "at"):
        return False
    before = tokens[mark.first - 1]
    return not (
        mark.first - 1 in beside.taken
        or before.kind == "number"
        or before.text in ("%", "pred", "predicted", "at", "ii", "iii", "iv", "i", "l")
    )


_AFTER_SAME = words("lungs", "after_same")


def _idle_no_longer(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "no longer" speaks of a symptom only right beside it ("no longer breathless", "breathless no longer")."""
    idle = {"longer", "has", "any", "getting", "becoming", "being", "feeling"}
    if tokens[mark.first].text not in ("no", "without") or tokens[mark.last - 1].text not in idle:
        return False
    if mark.first - 1 in beside.taken and (mark.last == len(tokens) or tokens[mark.last].kind == "mark"):
        return False
    return mark.last not in beside.taken and mark.last + 1 not in beside.taken


def _more_than_a_number(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "More than 5 %": a limit; "less than two months ago" tells a time."""
    return (
        tokens[mark.last - 1].text in ("more", "less")
        and mark.last + 1 < len(tokens)
        and tokens[mark.last].text == "than"
        and tokens[mark.last + 1].kind == "number"
        and not times.begins(tokens, mark.last + 1)
    )


def _not_felt(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Heavier" is said of a complaint; of anything else it is a weight."""
    return not any(piece.value in _FELT_SUBJECTS for piece in beside.subjects)


def _no_goals(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Met" is said of goals."""
    return not any(piece.value == "goals" for piece in beside.subjects)


def _did_not_last(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Initial improvement", "a brief rise"."""
    return any(token.text in _EARLY for token in tokens[max(0, mark.first - 2) : mark.first])


def _hedged(tokens: Sequence[Token], mark: Mark, beside: Beside) -> bool:
    """ "Possible progression", "? worse"."""
    return mark.first > 0 and tokens[mark.first - 1].text in _HEDGED


_FELT_SUBJECTS = frozenset({"breathlessness", "symptoms"})
_EARLY = frozenset({"initial", "transient", "temporary", "brief", "early"})
_HEDGED = frozenset({"possible", "possibly", "?", "suspected", "questionable", "equivocal", "potential", "doubtful"})


_Exception = Callable[[Sequence[Token], Mark, Beside], bool]
_WHATEVER_IT_SAYS: tuple[_Exception, ...] = (
    _declines_to_tell,
    _dates_something,
    _counts_things,
    _a_dwelling,
    _means_extent,
    _newly_found,
    _leads_on,
    _puts_down_to,
    _more_than_a_number,
    _did_not_last,
    _hedged,
)
_BY_WHAT_IT_SAYS: dict[str, tuple[_Exception, ...]] = {
    "up": (_of_something_else, _up_a_hill),
    "down": (_of_something_else, _up_a_hill),
    "gone": (_idle_no_longer,),
    "still": (_goes_on_being_given,),
    "same": (_same_thing, _other_things),
    "heavier": (_not_felt,),
    "met": (_no_goals,),
}
