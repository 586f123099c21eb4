"""Agents in a message by our own lexicon, typing errors included, so that names are no part of the comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.language import agents, text, therapy_context


@dataclass(frozen=True)
class Mention:
    """An agent named in a text; `start` and `end` are offsets in it."""

    agent: str
    start: int
    end: int


def mentions(message: str) -> tuple[Mention, ...]:
    """Return the agents that a message names, in its order; what is ambiguous is left out."""
    return tuple(_mentions(message))


def _mentions(message: str) -> Iterator[Mention]:
    for sentence in text.sentences(message)[0]:
        tokens = sentence.tokens
        marks = agents.scan(tokens)
        for mark in marks:
            context = mark.kind == "context" and therapy_context.beside_drugs(tokens, mark, marks)
            if mark.kind == "agent" or context:
                yield Mention(mark.value, tokens[mark.first].start, tokens[mark.last - 1].end)


def names() -> tuple[str, ...]:
    """Return every name of every agent, as a lookup table."""
    keys = ("brands", "abbreviations", "spellings")
    found = {name for entry in agents.AGENTS.values() for key in keys for name in entry.get(key, ())}
    return tuple(sorted(found | {entry["name"] for entry in agents.AGENTS.values()}))
