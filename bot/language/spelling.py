"""Typing errors of one or two letters in agent names and in the clinical words that carry a fact."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.language.agents import AGENT_WORDS, REAL_WORDS
from bot.language.vocabulary import load

_SPELLING = load("spelling")
_TARGETS: tuple[str, ...] = tuple(sorted(AGENT_WORDS | set(_SPELLING["clinical_words"])))
_KNOWN = frozenset(_TARGETS) | frozenset(_SPELLING["real_words"]) | REAL_WORDS
_VARIANTS: dict[str, str] = {variant: word for word, variants in _SPELLING["variants"].items() for variant in variants}
SHORTEST = 6
LONG = 8


_SWAPPED: dict[tuple[str, str], str] = {(word[0], "".join(sorted(word))): word for word in _SPELLING["short_words"]}
"""Short words whose letters are only forgiven in the wrong order: "wrose" for "worse"."""


@lru_cache(maxsize=20_000)
def corrected(word: str) -> str:
    """The word itself, or the known word that it was meant to be.

    One wrong, missing, extra or swapped letter is forgiven from six letters on, two from eight letters on;
    never in the first letter, and never where two known words are equally near. Many languages write f for ph.
    """
    if word in _VARIANTS:
        return _VARIANTS[word]
    if not word.isascii():
        plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
        return corrected(plain) if plain in _VARIANTS or plain in _KNOWN or len(plain) >= SHORTEST else word
    if word in _KNOWN:
        return word
    if len(word) < SHORTEST:
        return _SWAPPED.get((word[0], "".join(sorted(word))), word)
    allowed = 2 if len(word) >= LONG else 1
    respelt = word[0] + word[1:].replace("f", "ph")
    near = _near(word, allowed) or (_near(respelt, allowed) if respelt != word else [])
    if not near or (len(near) > 1 and near[0][1] == near[1][1]):
        return word
    return near[0][0]


def _near(word: str, allowed: int) -> list[tuple[str, float]]:
    return [
        (hit, distance)
        for hit, distance, _ in extract(word, _TARGETS, scorer=OSA.distance, score_cutoff=allowed, limit=3)
        if hit[0] == word[0] and (distance < 2 or len(hit) >= LONG + 1)
    ]
