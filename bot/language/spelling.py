"""Typing errors of one or two letters in agent names and in the words that carry a fact."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.language.agents import AGENT_WORDS, NAME_WORDS, REAL_WORDS
from bot.language.vocabulary import every_word, load

_SPELLING = load("spelling")
_COMMON = frozenset(_SPELLING["common_words"])
_VARIANTS: dict[str, str] = {variant: word for word, variants in _SPELLING["variants"].items() for variant in variants}
_OTHER_SPELLINGS = frozenset(variant for variant in _VARIANTS if len(variant) > 6 and variant.isascii())
_TARGETS = AGENT_WORDS | _COMMON | _OTHER_SPELLINGS | frozenset(_SPELLING["clinical_words"])
SHORTEST = 6
"""Letters from which an agent's name or a clinical word is corrected; an everyday word from one letter less on."""
SHORTEST_COMMON = 4
LONG = 8
_KNOWN = _TARGETS | NAME_WORDS | REAL_WORDS | every_word()


def _by_first_letter(targets: Iterable[str]) -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for word in sorted(targets):
        table.setdefault(word[0], []).append(word)
    return {letter: tuple(group) for letter, group in table.items()}


_ALL = _by_first_letter(_TARGETS)
_EVERYDAY = _by_first_letter(word for word in _COMMON if len(word) > SHORTEST_COMMON)
_SWAPPED: dict[tuple[str, str], str] = {(word[0], "".join(sorted(word))): word for word in _SPELLING["short_words"]}
"""Short words whose letters are only forgiven in the wrong order: "wrose" for "worse"."""


_DOUBLED = re.compile(r"(.)\1")


@lru_cache(maxsize=20_000)
def corrected(word: str) -> str:
    """The word itself, or the known word that it was meant to be.

    One wrong, missing, extra or swapped letter is forgiven from six letters on (everyday words: from four), two from
    eight letters on; never in the first letter, and never where two known words are equally near. Many languages write
    f for ph.
    """
    if word in _VARIANTS:
        return _VARIANTS[word]
    if not word.isascii():
        plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
        return corrected(plain) if plain in _VARIANTS or plain in _KNOWN or len(plain) >= SHORTEST else word
    if word in _KNOWN:
        return word
    if len(word) < SHORTEST:
        swapped = _SWAPPED.get((word[0], "".join(sorted(word))))
        return swapped or (_nearest(word, 1, _EVERYDAY) if len(word) >= SHORTEST_COMMON else None) or word
    allowed = 2 if len(word) >= LONG else 1
    respelt = word[0] + word[1:].replace("f", "ph")
    return _nearest(word, allowed, _ALL) or (_nearest(respelt, allowed, _ALL) if respelt != word else None) or word


def _nearest(word: str, allowed: int, targets: dict[str, tuple[str, ...]]) -> str | None:
    """The one target within reach; of two equally near ones that with the same letters, or else none."""
    near: dict[int, list[str]] = {}
    for target in targets.get(word[0], ()):
        if abs(len(target) - len(word)) > allowed:
            continue
        distance = OSA.distance(word, target, score_cutoff=allowed)
        if distance <= allowed and (distance < 2 or len(target) > LONG):
            near.setdefault(distance, []).append(target)
    if not near:
        return None
    best = list(dict.fromkeys(_VARIANTS.get(target, target) for target in near[min(near)]))
    if len(best) == 1:
        return best[0]
    left_out = [target for target in best if len(target) > len(word) and _is_part(word, target)]
    if len(left_out) == 1:
        return left_out[0]  # a letter left out is likelier than one that is too many: "prednisolne"
    surer = [target for target in best if sorted(target) == sorted(word) or _DOUBLED.sub(r"\1", word) == target]
    return surer[0] if len(surer) == 1 else _same_stem(best)


def _is_part(word: str, target: str) -> bool:
    """Whether a word is what is left of another when letters are left out."""
    letters = iter(target)
    return all(letter in letters for letter in word)


def _same_stem(targets: list[str]) -> str | None:
    """Of inflections of one word the shortest: "chnage(s)"."""
    shortest = min(targets, key=len)
    return shortest if all(target.startswith(shortest[:-1]) for target in targets) else None
