"""Which of two words of treatment decides over an agent."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Mark
from bot.language.text import Token
from bot.language.vocabulary import words


def outranks(tokens: Sequence[Token], earlier: Mark, later: Mark) -> bool:
    """The cue nearest to the agent decides, but a plan, a denial or another person governs what follows it."""
    if tokens[earlier.first].text in ("if", "unless", "whether"):
        return False
    if earlier.kind in ("planned", "now", "never") and _names_its_object(tokens, earlier, later):
        return False  # "we plan a trial of rituximab"
    if tokens[later.first].text in EXCEPTING or (later.kind == "leaving" and earlier.kind == "planned"):
        return True
    if later.kind == "now" and later.first and tokens[later.first - 1].text in _PERSONS:
        return True
    if later.kind == "now" and _says_of_patient(tokens, later):
        return True
    if later.kind == "now" and tokens[later.first].text in _STAYING and earlier.kind == "planned":
        return True
    if earlier.kind == "other_person" and later.kind == "now" and tokens[earlier.last - 1].text in LITERATURE:
        return True  # "back from the trial site on X"
    if (
        later.first == earlier.last
        and earlier.kind in ("before", "never", "planned")
        and later.kind in ("now", "given")
    ):
        return False
    if (
        later.kind == "now"
        and tokens[later.first].text in ("with", "together", "combined", "in", "plus", "alongside")
        and earlier.kind == "planned"
    ):
        return False
    if earlier.kind in ("planned", "never") and any(token.text == "," for token in tokens[earlier.last : later.first]):
        return True
    governs = {"planned", "other_person", "never"}
    return (
        not (earlier.kind in governs and later.kind not in ("before", "failed", "arrow"))
        and earlier.kind != "other_person"
    )


def _names_its_object(tokens: Sequence[Token], verb: Mark, noun: Mark) -> bool:
    """ "Plan a trial of", "is on a short course of": the noun is the object of the verb before it."""
    said = {token.text for token in tokens[noun.first : noun.last]}
    between = {token.text for token in tokens[verb.last : noun.first]}
    return (
        noun.kind == "before"
        and bool(OF_A_TRIAL & said)
        and said <= OF_A_TRIAL | _BESIDE_A_NOUN
        and between <= _BEFORE_A_NOUN
    )


OF_A_TRIAL = frozenset({"trial", "course", "courses", "burst", "pulse", "attempt"})
_BESIDE_A_NOUN = frozenset({"short", "brief", "of", "with", "and", "on"})
_BEFORE_A_NOUN = frozenset({"a", "an", "the", "another", "her", "his", "new", "second", "first", "therapeutic", "for"})
_PERSONS = words("therapy", "persons")
EXCEPTING = words("therapy", "excepting")


def _says_of_patient(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "does it matter that she is on X": a statement inside a question."""
    lead = [token.text for token in tokens[max(0, cue.first - 2) : cue.first]]
    first = tokens[cue.first].text
    return (
        len(lead) == 2 and lead[0] in _PERSONS and lead[1] in ("is", "remains") and first in ("on", "taking", "still")
    )


_STAYING = words("therapy", "staying")


LITERATURE = words("therapy", "literature")
