"""Words that look like a medicine but are no agent of ours."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.language.agents import AGENT_WORDS
from bot.language.lexicon import Mark
from bot.language.text import Token
from bot.language.vocabulary import load

_MEDICINES = load("medicines")
_ENDINGS = tuple(_MEDICINES["drug_endings"])
_UNLISTED = frozenset(_MEDICINES["unlisted"])
_FAMILIAR = (frozenset(_MEDICINES["other_medicines"]) - _UNLISTED) | frozenset(_MEDICINES["endings_are_no_drugs"])
_FAR = 4


def scan(tokens: Sequence[Token], agents: Sequence[Mark]) -> list[Mark]:
    """Marks whose value is the nearest agent name, or None where none is near."""
    inside = {index for mark in agents for index in range(mark.first, mark.last)}
    found = []
    for at, token in enumerate(tokens):
        word = token.text
        if token.kind != "word" or at in inside or len(word) < 6 or word in _FAMILIAR:
            continue
        if word in _UNLISTED or (word.endswith(_ENDINGS) and word not in AGENT_WORDS):
            found.append(Mark("unknown_drug", None if word in _UNLISTED else nearest(word), at, at + 1))
    return found


def nearest(word: str) -> str | None:
    hit = extractOne(word, sorted(AGENT_WORDS), scorer=OSA.distance, score_cutoff=_FAR)
    return hit[0] if hit else None
