""" "The latter", "the former": agents that are meant by their place among those named before."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Mark
from bot.language.text import Token
from bot.language.vocabulary import words

_PLACES = {"latter": -1, "former": -2}
_ORDINALS = {"first": 0, "second": 1, "third": 2, "last": -1}
_NOUNS = words("anaphora", "nouns")
_FOLLOWS = words("anaphora", "follows")
_LEADS = frozenset({"the", "this"})


def scan(
    tokens: Sequence[Token], agents: Sequence[Mark], earlier: Sequence[str], named: Sequence[str] = ()
) -> list[Mark]:
    """The agents that a sentence means so; `earlier` are those named just before it, `named` all of the message."""
    found: list[Mark] = []
    for at, token in enumerate(tokens):
        if token.text in _ORDINALS and _by_number(tokens, at) and len(named) > 1 and not agents:
            if _ORDINALS[token.text] < len(named):
                found.append(Mark("agent", named[_ORDINALS[token.text]], at - 1, at + 1))
            continue
        if token.text not in _PLACES or not at or tokens[at - 1].text not in _LEADS:
            continue
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if following is not None and following.text in _NOUNS:
            continue  # "the former smoker"
        here = [mark.value for mark in agents if mark.last < at and mark.kind == "agent"]
        two = list(dict.fromkeys([*earlier, *here]))[-2:]
        if len(two) >= -_PLACES[token.text]:
            found.append(Mark("agent", two[_PLACES[token.text]], at - 1, at + 1))
    return found


def _by_number(tokens: Sequence[Token], at: int) -> bool:
    """ "My patient takes the second", "only the last is still taken"; not "the first dose"."""
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    beyond = tokens[at + 2].text if at + 2 < len(tokens) else ""
    stays = following == "is" and beyond in ("still", "now", "taken", "ongoing")
    return bool(at) and tokens[at - 1].text == "the" and (stays or following in {"", *_FOLLOWS})
