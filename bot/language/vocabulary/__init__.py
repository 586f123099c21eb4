"""The words of the language, read from the YAML files beside this module. No grammar here."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent


def load(name: str) -> Any:
    """The content of one vocabulary file, by its name without ending; every scalar is a string (`no`, `on`)."""
    return yaml.load((_HERE / f"{name}.yml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)


_WRITING = load("writing")

ABBREVIATIONS: frozenset[str] = frozenset(_WRITING["abbreviations"])
TAG_WORDS: frozenset[str] = frozenset(_WRITING["tag_words"])
GLUED: re.Pattern[str] = re.compile(rf"({'|'.join(_WRITING['glued_to_numbers'])})(\d+)$")


def _by_first_word(phrases: list[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    table: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        words = tuple(phrase.split())
        table.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(group, key=len, reverse=True)) for first, group in table.items()}


FILLERS: dict[str, tuple[tuple[str, ...], ...]] = _by_first_word(_WRITING["fillers"])
NUMBER_WORDS: dict[str, float] = {str(word): float(value) for word, value in _WRITING["number_words"].items()}
TENS: dict[str, float] = {str(word): float(value) for word, value in _WRITING["tens"].items()}
_WORDS = load("words")


def words(module: str, name: str) -> frozenset[str]:
    """A small set of words that a grammar module looks for."""
    return frozenset(_WORDS[module][name])


@cache
def every_word() -> frozenset[str]:
    """Every word of every vocabulary file: none of them is a typing error."""
    return frozenset(
        word for path in sorted(_HERE.glob("*.yml")) for word in re.findall(r"[a-z]+", path.read_text(encoding="utf-8"))
    )
