"""Names of agents in text: generic names, brands, abbreviations, and what must not be taken for one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.language.lexicon import Lexicon, Mark
from bot.language.vocabulary import load

_AGENTS_FILE = Path(__file__).parents[1] / "guideline" / "knowledge" / "agents.yml"


@cache
def _knowledge() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(_AGENTS_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded


AGENTS: dict[str, dict[str, Any]] = _knowledge()["agents"]
AMBIGUOUS: dict[str, list[str | None]] = _knowledge()["ambiguous"]
CLASS_OF: dict[str, str] = {agent: entry["class"] for agent, entry in AGENTS.items()}
NAME_OF: dict[str, str] = {agent: entry["name"] for agent, entry in AGENTS.items()}
IMMUNOSUPPRESSANT = frozenset(agent for agent, entry in AGENTS.items() if entry.get("immunosuppressant", True))
GENERIC_FOR: dict[str, str] = {
    entry["generic_for"]: agent for agent, entry in AGENTS.items() if entry.get("generic_for")
}

_EXTRA = load("medicines")
REAL_WORDS: frozenset[str] = frozenset(_EXTRA["other_medicines"]) | frozenset(_EXTRA["not_drugs"])
_SPLIT = re.compile(r"[^\W\d_]+\d*|\d+")


def _words(name: str) -> tuple[str, ...]:
    return tuple(_SPLIT.findall(name.lower()))


def _names(entry: dict[str, Any]) -> Iterable[str]:
    for key in ("brands", "abbreviations", "spellings"):
        yield from entry.get(key, ())


def _build() -> Lexicon:
    lexicon = Lexicon()
    for phrase in _EXTRA["never_agents"]:
        lexicon.add(phrase, "none", None)
    for agent, entry in AGENTS.items():
        for name in (agent.replace("_", " "), *_names(entry), *_EXTRA["more_names"].get(agent, ())):
            lexicon.add_words(_words(name), "agent", agent)
    for word in AMBIGUOUS:
        lexicon.add_words(_words(word), "ambiguous", word)
    for word, agent in _knowledge()["context_dependent"].items():
        lexicon.add_words(_words(word), "context", agent)
    return lexicon


LEXICON = _build()
NAME_WORDS: frozenset[str] = frozenset(
    word
    for agent, entry in AGENTS.items()
    for name in (agent.replace("_", " "), *_names(entry), *_EXTRA["more_names"].get(agent, ()))
    for word in _words(name)
) | frozenset(word for name in (*AMBIGUOUS, *_knowledge()["context_dependent"]) for word in _words(name))
"""Every word of every name: none of them is a typing error."""
AGENT_WORDS: frozenset[str] = frozenset(
    word
    for agent, entry in AGENTS.items()
    for name in (agent.replace("_", " "), *entry.get("brands", ()), *entry.get("spellings", ()))
    for word in _words(name)
    if len(word) >= 6 and word not in ("sodium", "inhibitor", "exchange", "depletion", "intravenous", "immune")
)


# Short names against which a dose is typed without a space: "PSL10", "MMF2000".
SHORT_NAMES: frozenset[str] = frozenset(
    name.lower()
    for entry in AGENTS.values()
    for name in entry.get("abbreviations", ())
    if name.isalpha() and len(name) > 2
)


def scan(tokens: Sequence[Any]) -> list[Mark]:
    """Agents of a sentence; kinds `agent`, `ambiguous` and `context` (an agent only beside a dose or another agent)."""
    return [mark for mark in LEXICON.scan(tokens) if mark.kind != "none" and not _no_drug(tokens, mark)]


def _no_drug(tokens: Sequence[Any], mark: Mark) -> bool:
    return _in_blood(tokens, mark) or _is_a_scan(tokens, mark) or _stands_for_another(tokens, mark)


def _stands_for_another(tokens: Sequence[Any], mark: Mark) -> bool:
    """ "Tetralogy of Fallot (TOF)", "three caesareans (last CS in 2020)": letters that are spelt out beside them."""
    meant = _EXTRA["spelt_out"].get(tokens[mark.first].text, ()) if mark.last - mark.first == 1 else ()
    return any(token.text in meant for token in tokens)


def _is_a_scan(tokens: Sequence[Any], mark: Mark) -> bool:
    """ "DEXA 2024": a bone scan; dexamethasone has a dose."""
    after = tokens[mark.last] if mark.last < len(tokens) else None
    dated = after is not None and after.kind == "number" and len(after.text) == len("2024")
    return tokens[mark.first].text == "dexa" and dated


def _in_blood(tokens: Sequence[Any], mark: Mark) -> bool:
    """ "Immunoglobulins 5.9 g/L": what was measured, not what was given."""
    after = [token.text for token in tokens[mark.last : mark.last + 5]]
    measured = after[1:4] in (["g", "/", "l"], ["mg", "/", "dl"]) or after[2:5] == ["g", "/", "l"]
    return mark.value == "ivig" and measured and tokens[mark.first].text.startswith("immunoglobulin")
