"""Typing errors in the words that answers are made of; drugs and clinical words are mended by the language itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.training.vocabulary import load

SHORTEST = 6
_WORD = re.compile(r"[a-z]+")


@cache
def _words() -> tuple[str, ...]:
    found = {
        word for name in ("answers", "options", "cautions", "requests", "commands") for word in _in(load(name).values)
    }
    return tuple(sorted(word for word in found if len(word) >= SHORTEST))


def _in(values: Any) -> Iterator[str]:
    if isinstance(values, dict):
        for value in values.values():
            yield from _in(value)
    elif isinstance(values, list):
        for value in values:
            yield from _in(value)
    else:
        yield from _WORD.findall(str(values).lower())


@lru_cache(maxsize=20_000)
def mended(word: str) -> str:
    """Return the word, or the one word of the vocabulary that is one letter away from it, the first letter kept."""
    if len(word) < SHORTEST or not word.isascii() or not word.isalpha() or word in _words():
        return word
    near = [
        hit for hit, _, _ in extract(word, _words(), scorer=OSA.distance, score_cutoff=1, limit=3) if hit[0] == word[0]
    ]
    return near[0] if len(near) == 1 else word
