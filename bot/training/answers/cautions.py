"""Which cautions a resident names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.guideline.knowledge import KNOWLEDGE
from bot.guideline.knowledge.entry import Entry
from bot.language import agents
from bot.language.lexicon import Lexicon, expand
from bot.language.text import Token
from bot.training.answers.reading import read_sentences, verdict_of
from bot.training.library import split_phrases
from bot.training.vocabulary import load

_SEPARATORS = frozenset({",", ";", ".", "but", "also", "•"})
_LINKING = frozenset({"not", "nor", "never", "no", "or", "and"})
_MOST_TOGETHER = 3
ELSEWHERE = "elsewhere"
"""Named, and no caution of the list."""


@dataclass(frozen=True)
class CautionWords:
    """How one caution is named."""

    name: str
    phrases: tuple[str, ...]
    together: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class CautionsAnswer:
    """What was named, breath by breath, each thing as the cautions that it may stand for; empty is "no cautions"."""

    named: tuple[tuple[frozenset[str], ...], ...]


@cache
def words() -> Mapping[str, CautionWords]:
    """How each caution is named, by id."""
    return {name: _caution_words(entry) for name, entry in load("cautions").entries("cautions").items()}


def _caution_words(entry: Entry) -> CautionWords:
    entry.only("name", "phrases", "together", "near", "words")
    return CautionWords(
        name=entry.text("name"),
        phrases=split_phrases(entry.text("phrases")),
        together=entry.texts("together"),
        near=entry.texts("near"),
        words=split_phrases(entry.optional_text("words") or ""),
    )


@cache
def _lexicon() -> Lexicon:
    by_words: dict[tuple[str, ...], set[str]] = {}
    for caution, entry in words().items():
        for phrase in (*entry.phrases, _plain(entry.name)):
            for sequence in expand(phrase):
                by_words.setdefault(sequence, set()).add(caution)
    lexicon = Lexicon()
    for phrase in split_phrases(load("cautions").text("elsewhere")):
        lexicon.add(phrase, "caution", frozenset({ELSEWHERE}))
    for sequence, cautions in by_words.items():
        lexicon.add_words(sequence, "caution", frozenset(cautions))
    return lexicon


def _plain(name: str) -> str:
    """The words of a name up to its first comma, as a phrase."""
    return " ".join(token.text for token in _parts(read_sentences(name)[0].tokens)[0])


def read_cautions(text: str) -> CautionsAnswer | None:
    """Read which cautions are named."""
    named: list[tuple[frozenset[str], ...]] = []
    for sentence in read_sentences(text):
        for part in (pair for breath in _carried_on(_parts(sentence.tokens)) for pair in _pairs(breath)):
            found = (*_together(part), *(frozenset(mark.value) for mark in _lexicon().scan(part)))
            named += [found] if found else []
    if named:
        return CautionsAnswer(tuple(named))
    return CautionsAnswer(()) if verdict_of(text) == "no" or _names_none(text) else None


def _names_none(text: str) -> bool:
    return any(_none().scan(sentence.tokens) for sentence in read_sentences(text))


@cache
def _none() -> Lexicon:
    return Lexicon().add_all("none", {True: split_phrases(load("cautions").text("none"))})


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.text in _SEPARATORS:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _carried_on(parts: Sequence[list[Token]]) -> list[list[Token]]:
    """ "Tofa not with RTX, not with CsA": the first drug is meant again."""
    whole: list[list[Token]] = []
    anchor: list[Token] = []
    for part in parts:
        drugs = [mark for mark in agents.scan(part) if mark.kind == "agent"]
        opening = [token.text for token in part[: drugs[0].first]] if drugs else []
        if anchor and len(drugs) == 1 and opening[-1:] == ["with"] and set(opening[:-1]) <= _LINKING:
            whole.append(anchor + part)
            continue
        whole.append(part)
        anchor = part[drugs[0].first : drugs[0].last] if drugs else anchor
    return whole


def _pairs(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """ "Tofa with RTX and tofa with CsA" are two; "MMF, CYC and nintedanib" are one."""
    at = next((place for place, token in enumerate(tokens) if token.text == "and"), None)
    if at is None or min(_count(tokens[:at]), _count(tokens[at:])) < 2:
        return [tokens]
    return [tokens[:at], *_pairs(tokens[at + 1 :])]


def _count(tokens: Sequence[Token]) -> int:
    return sum(mark.kind == "agent" for mark in agents.scan(tokens))


def _together(tokens: Sequence[Token]) -> list[frozenset[str]]:
    """The cautions about agents that are named in one breath, or beside a word such as "combined"."""
    found = [str(mark.value) for mark in agents.scan(tokens) if mark.kind == "agent"]
    near = {
        caution
        for caution, entry in words().items()
        if _with_classes(found) & set(entry.near) and _beside(caution).scan(tokens)
    }
    if not 2 <= len(found) <= _MOST_TOGETHER:
        return [frozenset(near)] if near else []
    # "Tofa with RTX or CsA" names two pairs, and each may be a caution of its own.
    pairs = [(found[0], other) for other in found[1:]] + [(found[-1], other) for other in found[1:-1]]
    of_pairs = [_of_agents(pair) for pair in pairs]
    whole = _of_agents(found).difference(*of_pairs)
    apart: list[frozenset[str]] = []
    for cautions in (*of_pairs, whole | near):
        fresh = frozenset(cautions.difference(*apart))
        apart += [fresh] if fresh else []
    return apart


def _of_agents(found: Sequence[str]) -> set[str]:
    names = _with_classes(found)
    return {caution for caution, entry in words().items() if _fits(entry.together, names)}


def _with_classes(found: Sequence[str]) -> set[str]:
    return {*found, *(KNOWLEDGE.agents[agent].drug_class for agent in found)}


@cache
def _beside(caution: str) -> Lexicon:
    return Lexicon().add_all("word", {True: words()[caution].words})


def _fits(together: Sequence[str], names: set[str]) -> bool:
    """The first named with any of the others."""
    return bool(together) and together[0] in names and any(other in names for other in together[1:])
