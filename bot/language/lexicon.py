"""Phrases to marks: a small phrase notation and a longest-match scan.

A phrase is words separated by spaces. `a|b` stands for either word, a trailing `?` makes a word optional,
`_` inside an alternative joins several words: `was|has_been? stopped` covers four spellings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol


class HasText(Protocol):
    """Anything with the lower-case text of a token."""

    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase found in a sentence: tokens `first` up to, not including, `last`; `act` names a verb of treatment."""

    kind: str
    value: Any
    first: int
    last: int
    act: str = ""


def expand(phrase: str) -> list[tuple[str, ...]]:
    """Every plain word sequence that a phrase of the notation stands for."""
    slots: list[list[tuple[str, ...]]] = []
    for part in phrase.replace('"', "").split():
        optional = part.endswith("?") and len(part) > 1
        choices = [tuple(choice.split("_")) for choice in (part[:-1] if optional else part).split("|")]
        slots.append([*choices, ()] if optional else choices)
    return [tuple(word for piece in pieces for word in piece) for pieces in product(*slots)]


class Lexicon:
    """A set of phrases, each with a kind and a value; the longest phrase wins, then the one listed first."""

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}
        self._openers: set[str] = set()

    def add(self, phrase: str, kind: str, value: Any) -> None:
        for words in expand(phrase):
            if words:
                self.add_words(words, kind, value)

    def add_words(self, words: Sequence[str], kind: str, value: Any) -> None:
        node = self._root
        self._openers.update(words[:1])
        for word in words:
            node = node.setdefault(word, {})
        node.setdefault("", (kind, value))

    def add_all(self, kind: str, table: Mapping[Any, Iterable[str]]) -> Lexicon:
        """Adds `{value: [phrases]}` under one kind."""
        for value, phrases in table.items():
            for phrase in phrases:
                self.add(phrase, kind, value)
        return self

    def scan(self, tokens: Sequence[HasText]) -> list[Mark]:
        """The phrases of a sentence, left to right, without overlap."""
        words = getattr(tokens, "words", None)
        if words is not None and words.isdisjoint(self._openers):
            return []
        marks: list[Mark] = []
        free = 0
        for at in self._starts(tokens):
            mark = self._longest_at(tokens, at) if at >= free else None
            if mark is not None:
                marks.append(mark)
                free = mark.last
        return marks

    def _starts(self, tokens: Sequence[HasText]) -> Sequence[int]:
        """The places where a phrase may begin."""
        openers = self._openers
        return [at for at, token in enumerate(tokens) if token.text in openers]

    def scan_everywhere(self, tokens: Sequence[HasText]) -> list[Mark]:
        """The longest phrase from each token on; they may overlap."""
        marks = (self._longest_at(tokens, at) for at in self._starts(tokens))
        return [mark for mark in marks if mark is not None]

    def _longest_at(self, tokens: Sequence[HasText], at: int) -> Mark | None:
        node = self._root.get(tokens[at].text)
        best: tuple[Any, int] | None = None
        reach = at + 1
        while node is not None:
            if "" in node:
                best = (node[""], reach)
            if reach >= len(tokens):
                break
            node = node.get(tokens[reach].text)
            reach += 1
        if best is None:
            return None
        (kind, value), last = best
        return Mark(kind, value, at, last)
