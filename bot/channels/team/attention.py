"""Whether a message in a thread is for the assistant, or people are talking to each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.team.claims import claims
from bot.language import Finding, Reading, Update, read, update
from bot.language.case_state import SLOTS
from bot.language.text import sentences

# Unaddressed words that can mean nothing else in a thread of a case.
_SPOKEN_COMMANDS = {
    "summary": "summary",
    "summary please": "summary",
    "summarise": "summary",
    "summarize": "summary",
    "sources": "sources",
    "options": "options",
    "cautions": "cautions",
}
# Said to each other in chats; to the reader it would be a figure.
_AGREEMENT = frozenset({"+1", "1+"})
# What these say depends on what was asked, so it may be meant for another person.
_BARE = frozenset({"answer", "mention", "judgement", "window", "kind_of_change", "correction"})
_NO_FACT = frozenset({"planned", "question", "unknown_drug", "out_of_range", "new_patient"})
_KEPT = (*SLOTS, "clarifications", "declined", "patient_features", "not_tolerated")


@dataclass(frozen=True)
class Heard:
    """A message as the case and the open question let it be understood."""

    text: str
    reading: Reading
    change: Update
    asked: str | None

    @property
    def is_bare(self) -> bool:
        """Tell whether all that it says depends on a question."""
        said = [finding for finding in self.reading.findings if finding.kind not in _NO_FACT]
        return all(map(_is_bare, said))


def hear(text: str, slots: Mapping[str, Any], asked: str | None) -> Heard:
    """Read a message against what is known of the case and the question that is open."""
    reading = read(text)
    return Heard(text, reading, update(slots, reading, asked), asked)


def spoken_command(text: str) -> str | None:
    """Return the command that a message consists of: "Summary, please!" is /summary."""
    words = " ".join(re.findall(r"[a-z]+", text.lower()))
    return _SPOKEN_COMMANDS.get(words) if len(text) < 30 else None


def is_for_assistant(heard: Heard, slots: Mapping[str, Any], among_people: bool) -> bool:
    """Tell whether a message that addresses nobody brings facts for the case or answers the assistant's question.

    `among_people`: somebody has asked another person something since the assistant spoke; a bare "yes" is for them.
    """
    if heard.reading.of("new_patient") or heard.text.strip() in _AGREEMENT or _only_asks(heard.text):
        return False
    if heard.is_bare:
        return heard.change.answered and not among_people and not heard.reading.is_question
    if heard.change.answered and not among_people:
        return True
    return _changes(heard.change, slots) and not _repeats(heard, slots)


def _only_asks(text: str) -> bool:
    found, _ = sentences(text)
    return bool(found) and all(sentence.asks for sentence in found)


def _is_bare(finding: Finding) -> bool:
    return finding.kind in _BARE or (finding.kind in ("trend", "measure") and finding.subject is None)


def _repeats(heard: Heard, slots: Mapping[str, Any]) -> bool:
    """Tell whether a message says only what is known, perhaps with less: "CT worse" after "more reticulation"."""
    if heard.reading.of("retract"):
        return False
    known, stated = claims(slots), stated_claims(heard)
    return bool(stated) and all(key in known and known[key] == value for key, value in stated.items())


def stated_claims(heard: Heard) -> dict[str, Any]:
    """Return the claims that a message makes by itself."""
    return claims(update({}, heard.reading, heard.asked).slots)


def _changes(change: Update, slots: Mapping[str, Any]) -> bool:
    return any(name in _KEPT and value != slots.get(name) for name, value in change.slots.items())
