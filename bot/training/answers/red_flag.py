"""Which red flags a resident names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.training.answers.claims import claims_of, grammar, table
from bot.training.answers.clause import NOT
from bot.training.answers.reading import concluded, read_sentences, verdict_of
from bot.training.library import split_phrases
from bot.training.vocabulary import load

_FLAGS = grammar(
    table("red_flag", "subjects"),
    {name: split_phrases(load("answers").table("red_flag")[name]) for name in ("none", NOT)},
)
_BUT = re.compile(r"\b(?:no|none|nope)[ ,]+but\b", re.I)
_WEAK = {"disease": "other_disease", "marker": "rapid"}
"""What names a flag only where nothing else is said."""


@dataclass(frozen=True)
class RedFlagAnswer:
    """The red flags that were named; `unnamed` is a plain "yes"."""

    named: frozenset[str]
    unnamed: bool = False


def read_red_flag(text: str) -> RedFlagAnswer | None:
    """Read which red flags were named; an empty set is "none"."""
    claims = claims_of(text, _FLAGS)
    bare = verdict_of(text)
    if concluded(text) == "no" and not _BUT.search(text):
        return RedFlagAnswer(frozenset())
    # After a "yes", "oxygen from nothing to high flow" denies nothing.
    named = {flag for flag, said in claims.said.items() if said is None or (bare == "yes" and said != NOT)}
    if claims.said.get("slow") == NOT:
        named.add("rapid")
    if claims.said.get("myositis") == NOT:
        named.add("other_disease")
    flags = {"rapid", "other_disease"} if "both" in named else named & {"rapid", "other_disease"}
    if not flags and bare != "no" and set(claims.said) <= set(_WEAK) and not _says_none(text):
        flags = {_WEAK[name] for name in named}
    if flags:
        return RedFlagAnswer(frozenset(flags))
    if "elsewhere" in named and bare != "no" and "slow" not in named and not _says_none(text):
        return RedFlagAnswer(frozenset({"elsewhere"}))
    if bare == "yes":
        return RedFlagAnswer(frozenset(), unnamed=True)
    denied = bare == "no" or bool(claims.said) or _says_anything(text)
    return RedFlagAnswer(frozenset()) if denied else None


def _says_none(text: str) -> bool:
    """ "No red flags, although MDA5 makes me nervous" names none."""
    return any(mark.value == "none" for sentence in read_sentences(text) for mark in _FLAGS.scan(sentence.tokens))


def _says_anything(text: str) -> bool:
    return any(_FLAGS.scan(sentence.tokens) for sentence in read_sentences(text))
