"""Doses, rhythms and the plain words beside an agent: what adds no distance between a name and its status."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Token
from bot.language.times import is_year
from bot.language.vocabulary import NUMBER_WORDS, load

DOSING = load("dosing")


INFUSIONS = frozenset(DOSING["infusions"])


TRANSPARENT = frozenset(DOSING["transparent"])


JOINERS = frozenset(DOSING["joiners"])


BREAKERS = frozenset(DOSING["breakers"])


PLAIN = TRANSPARENT | JOINERS | frozenset(DOSING["plain"])


RHYTHMS = frozenset(DOSING["rhythms"])


UNITS = frozenset(DOSING["units"])


RHYTHM = Lexicon().add_all("recurring", {True: DOSING["recurring"]})


def of_dose(token: Token) -> bool:
    """A number, a unit, or a mark between numbers: "10 / 5 / 5 mg" adds no distance between words."""
    return token.kind == "number" or token.text in UNITS or token.text in ("/", "-", "x", "(", ")")


def has_dose(tokens: Sequence[Token], mark: Mark) -> bool:
    """True for `pred 7.5`, `1 g MMF`, `MMF 1 g`."""
    after = tokens[mark.last : mark.last + 3]
    if len(after) > 1 and after[0].text == "=" and after[1].kind == "number":
        return True  # "pred = 5"
    glued = bool(after) and tokens[mark.last - 1].end == after[0].start  # "MMF2000"
    if after and after[0].kind == "number" and (glued or not is_year(after[0])):
        fraction = len(after) > 2 and after[1].text == "/" and after[2].kind == "number"
        return not fraction and (len(after) < 2 or after[1].text not in _COUNTED)
    before = tokens[max(0, mark.first - 2) : mark.first]
    return (
        len(before) == 2 and before[0].kind == "number" and (before[1].text in UNITS or before[1].text == "of")
    ) or (len(before) == 2 and before[1].text == "of" and (before[0].text in NUMBER_WORDS or before[0].text == "half"))


_COUNTED = frozenset(
    {"years", "months", "weeks", "cycles", "times", "doses", "courses", "course", "pulses", "pulse", "infusions"}
    | {"boluses", "rounds", "cures", "sessions", "cycle", "injections"}
)


def transparent(gap: Sequence[Token]) -> bool:
    return all(token.kind == "number" or token.text in TRANSPARENT or token.text in ("(", ")") for token in gap)
