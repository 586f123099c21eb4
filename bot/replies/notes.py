"""What the assistant says back about words that set no slot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.guideline.knowledge import KNOWLEDGE
from bot.replies.words import quoted


def note_text(note: Mapping[str, Any]) -> str | None:
    """Write a note of the language (`{"kind", "words", "detail"}`), or None for a kind that needs no words."""
    write = _TEXTS.get(note["kind"])
    return write(quoted(note.get("words")), note.get("detail") or {}) if write else None


def _unknown_drug(words: str, detail: Mapping[str, Any]) -> str:
    suggestion = KNOWLEDGE.agents.get(str(detail.get("suggestion") or detail.get("nearest")))
    hint = f" Did you mean {suggestion.name}?" if suggestion else ""
    return f"I do not know this medicine{words}, so I left it out.{hint}"


def _planned(words: str, detail: Mapping[str, Any]) -> str:
    agent = KNOWLEDGE.agents.get(str(detail.get("agent")))
    name = agent.name if agent else "it"
    return f"I did not record {name} as taken{words}."


_TEXTS: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "unknown_drug": _unknown_drug,
    "planned": _planned,
    "out_of_range": lambda words, _: f"That number cannot be right{words}; I took nothing from it. Please check it.",
    "other_cause": lambda words, _: f"Put down to another cause{words}: it does not count as a PPF criterion. [G2]",
    "uncorrected_dlco": lambda words, _: (
        f"DLCO uncorrected for Hb{words}: the PPF criterion needs the corrected value. [G2]"
    ),
    "walk_or_saturation": lambda words, _: f"This sets none of the three goals{words}.",
    "single_reading": lambda words, _: (
        f"A single reading{words} shows no trend; I need an earlier one, or your verdict."
    ),
    "which_agent": lambda words, _: f"I am not sure which medicine is meant{words}: please name it.",
    "past_label": lambda words, _: f"A PPF label more than a year old{words} is not taken as present. [G2]",
    "taken_back": lambda words, _: "I took back what your last message had told.",
    "nothing_to_take_back": lambda words, _: (
        "There is nothing to take back: I only keep what the last message that changed the case had told. "
        'Say what is wrong, e.g. "the CT is stable".'
    ),
    "word_and_criteria_disagree": lambda words, _: "Your word on PPF and the criteria disagree; your word stands.",
    "truncated": lambda words, _: "That text is very long: I read the first 20,000 words and left out the rest.",
}
