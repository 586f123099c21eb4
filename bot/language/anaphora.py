""" "The latter", "the former": agents that are meant by their place among those named before."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Mark
from bot.language.text import Token

_PLACES = {"latter": -1, "former": -2}
_NOUNS = frozenset(
    {
        "smoker",
        "smokers",
        "patient",
        "dose",
        "drug",
        "colleague",
        "doctor",
        "consultant",
        "gp",
        "miner",
        "regimen",
        "treatment",
    }
    | {"value", "scan", "ct", "result", "hospital", "team", "clinic", "rheumatologist", "employee", "part", "half"}
)
_LEADS = frozenset({"the", "this"})


def scan(tokens: Sequence[Token], agents: Sequence[Mark], earlier: Sequence[str]) -> list[Mark]:
    """The agents that a sentence means so; `earlier` are those named before it, in order."""
    found: list[Mark] = []
    for at, token in enumerate(tokens):
        if token.text not in _PLACES or not at or tokens[at - 1].text not in _LEADS:
            continue
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if following is not None and following.text in _NOUNS:
            continue  # "the former smoker"
        here = [mark.value for mark in agents if mark.last < at and mark.kind == "agent"]
        named = list(dict.fromkeys([*earlier, *here]))[-2:]
        if len(named) >= -_PLACES[token.text]:
            found.append(Mark("agent", named[_PLACES[token.text]], at - 1, at + 1))
    return found
