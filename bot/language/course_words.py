"""Words of a course ("stable", "up") where they tell none: "up the hill", "the same machine", "newly found ILD"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language import times
from bot.language.lexicon import Mark
from bot.language.lungs import SHOWN_SIGNS
from bot.language.pieces import FELT, GRADE_WORDS, Piece, divides, part_of_a_reading
from bot.language.text import Token
from bot.language.vocabulary import words


def of_something_else(tokens: Sequence[Token], mark: Mark, taken: set[int], closed: frozenset[int]) -> bool:
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


def a_dwelling(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Hoovers the whole flat": where somebody lives."""
    lead = tokens[mark.first - 1].text if mark.first else ""
    return tokens[mark.first].text == "flat" and lead in ("the", "her", "his", "their", "a", "whole", "entire", "own")


def up_a_hill(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Puffs less going up her driveway", "breathless climbing": an effort, no course of a measure."""
    last, behind = tokens[mark.last - 1].text, [token.text for token in tokens[mark.last : mark.last + 3]]
    if last in ("up", "down") and _PLACES & set(behind):
        ahead = next(at for at, text in enumerate(behind) if text in _PLACES)
        return all(text in _ARTICLES for text in behind[:ahead])
    felt = any(token.text in FELT for token in tokens[max(0, mark.first - 2) : mark.first])
    return last in ("climbing", "climb", "climbs") and (felt or bool(_PLACES & set(behind[:2])))


_PLACES = words("lungs", "places")
_ARTICLES = frozenset({"the", "her", "his", "their", "my", "our", "a", "an", "one", "two", "three", "that", "this"})


def means_extent(tokens: Sequence[Token], mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "Extension of ground glass smaller": how far it reaches; "extension of the honeycombing" alone is a spread."""
    later = next((other for other in marks if other.first >= mark.last and other.kind == "course"), None)
    return later is not None and not any(
        divides(tokens, at) or tokens[at].text == "and" for at in range(mark.last, later.first)
    )


def newly_found(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Newly found anti-Jo-1 ILD": a new disease, not a new sign."""
    said = {token.text for token in tokens[mark.first : mark.last + 1]}
    behind = {token.text for token in tokens[mark.last : mark.last + 6]}
    diagnosis = "new" in said and bool(said & _DIAGNOSES)
    return ("newly" in said and bool(said & _FOUND) and "ild" in behind) or diagnosis


def leads_on(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
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


def puts_down_to(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "I put her breathlessness down to the anaemia": blamed, not less."""
    down = tokens[mark.last - 1].text == "down" and [token.text for token in tokens[mark.last : mark.last + 1]] == [
        "to"
    ]
    behind = tokens[mark.last + 1 : mark.last + 2]
    lead = tokens[max(0, mark.first - _LONGEST_OBJECT) : mark.first]
    return down and bool(behind) and behind[0].kind == "word" and any(token.text in PUTS for token in lead)


def goes_on_being_given(tokens: Sequence[Token], mark: Mark, closed: frozenset[int]) -> bool:
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


def stative(tokens: Sequence[Token], mark: Mark, subjects: Sequence[Piece]) -> Mark:
    """ "CT without any fibrosis", "free of honeycombing": a sign that is not there, not one that has gone."""
    said = tuple(token.text for token in tokens[mark.first : mark.last])
    if mark.value != "gone" or said not in _NOT_THERE or any(token.text in _AT_LAST for token in tokens):
        return mark
    denied = any(piece.first == mark.last and piece.value in SHOWN_SIGNS for piece in subjects)
    return replace(mark, kind="negation", value=True) if denied else mark


_AT_LAST = frozenset({"now", "again", "since", "meanwhile"})
_NOT_THERE = frozenset({("without", "any"), ("free", "of"), ("clear", "of"), ("clear", "from")})


def before_a_sign(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> Mark:
    """ "More coarse reticulation": the adjective belongs to the name of the sign, "more" is the course."""
    first = tokens[mark.first].text
    if first not in ("more", "less") or mark.last - mark.first != len(("more", "coarse")):
        return mark
    if mark.first in taken or mark.last - 1 not in taken:
        return mark
    return Mark(mark.kind, "up" if first == "more" else "down", mark.first, mark.first + 1)


def counts_things(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
    """ "Does not want more tests", "fewer visits": a number of things that have no course."""
    if mark.last - mark.first > 1 or tokens[mark.first].text not in ("more", "fewer", "less", "additional", "extra"):
        return False
    if [token.text for token in tokens[mark.last : mark.last + 2]] in _TO_COME:
        return True
    return mark.last < len(tokens) and mark.last not in taken and tokens[mark.last].text in _COUNTED


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


def declines_to_tell(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Dyspnoea: declined to answer", "she declined to blow": a refusal is no course."""
    if tokens[mark.first].text not in ("declined", "declines", "declining"):
        return False
    return mark.last < len(tokens) and tokens[mark.last].text in ("to", "by", "the", "a", "this", "it", "any", "both")


_EVENTS = words("lungs", "events")


def dates_something(tokens: Sequence[Token], mark: Mark) -> bool:
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


FELT_SUBJECTS = frozenset({"breathlessness", "symptoms"})


HEDGED = frozenset({"possible", "possibly", "?", "suspected", "questionable", "equivocal", "potential", "doubtful"})
EARLY = frozenset({"initial", "transient", "temporary", "brief", "early"})


_HALTED = frozenset({"stopped", "halted", "ceased", "arrested", "halt", "standstill", "stop"})


def brought_to_a_halt(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "the decline has stopped"."""
    after = [token.text for token in tokens[mark.last : mark.last + 7]]
    ends = next((at for at, text in enumerate(after) if text in _HALTED), None)
    return ends is not None and not any(text in (",", "but", "when", "after", "and") for text in after[:ends])


def same_thing(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
    """ "the same period", "the same machine": the same thing, not an unchanged course."""
    if tokens[mark.last - 1].text != "same" or mark.last >= len(tokens) or mark.last in taken:
        return False
    following = tokens[mark.last]
    if following.text in GRADE_WORDS and mark.last + 1 < len(tokens) and part_of_a_reading(tokens[mark.last + 1]):
        return mark.first - 1 not in taken  # "dyspnoea same grade III"
    counted = (
        following.kind == "number" and tokens[mark.last + 1 : mark.last + 2] and tokens[mark.last + 1].kind == "word"
    )
    return bool(counted) or (following.kind == "word" and following.text not in _AFTER_SAME)


def other_things(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
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


def idle_no_longer(tokens: Sequence[Token], mark: Mark, taken: set[int]) -> bool:
    """ "no longer" speaks of a symptom only right beside it ("no longer breathless", "breathless no longer")."""
    idle = {"longer", "has", "any", "getting", "becoming", "being", "feeling"}
    if tokens[mark.first].text not in ("no", "without") or tokens[mark.last - 1].text not in idle:
        return False
    if mark.first - 1 in taken and (mark.last == len(tokens) or tokens[mark.last].kind == "mark"):
        return False
    return mark.last not in taken and mark.last + 1 not in taken
