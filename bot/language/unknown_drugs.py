"""Medicines that are no agents of ours: those that are worth a remark, and those that only stand in a list."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.language.agents import AGENT_WORDS
from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Token
from bot.language.vocabulary import load

_MEDICINES = load("medicines")
_ENDINGS = tuple(_MEDICINES["drug_endings"])
_UNLISTED = frozenset(_MEDICINES["unlisted"])
_FAMILIAR = (frozenset(_MEDICINES["other_medicines"]) - _UNLISTED) | frozenset(_MEDICINES["endings_are_no_drugs"])
_OTHERS = frozenset(_MEDICINES["other_medicines"]) - {"vitamin", "folic"}
_OTHER_PHRASES = Lexicon().add_all("other", {None: _MEDICINES["other_phrases"]})
_OTHER_ENDINGS = tuple(_MEDICINES["other_endings"])
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


def others(tokens: Sequence[Token], agents: Sequence[Mark]) -> list[Mark]:
    """Marks of every other medicine: what is said of it is not said of an agent beside it."""
    inside = {index for mark in agents for index in range(mark.first, mark.last)}
    found = [mark for mark in _OTHER_PHRASES.scan(tokens) if mark.first not in inside]
    inside |= {index for mark in found for index in range(mark.first, mark.last)}
    for at, token in enumerate(tokens):
        if token.kind != "word" or at in inside:
            continue
        if token.text in _OTHERS or (len(token.text) > 6 and token.text.endswith(_OTHER_ENDINGS)):
            found.append(Mark("other", None, at, at + 1))
    return found


def nearest(word: str) -> str | None:
    hit = extractOne(word, sorted(AGENT_WORDS), scorer=OSA.distance, score_cutoff=_FAR)
    return hit[0] if hit else None
