"""The case of a thread as Rasa's tracker holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.language.case_state import LANGUAGE_SLOTS

_FORM = "case_form"
TRAINING_LOOP = "training_form"
_CLARIFICATIONS = "clarifications"


@dataclass(frozen=True)
class CaseNow:
    """The case at one moment.

    slots: those that the language reads and writes
    asked: the slot, or the clarification, that the assistant asked for last
    intent: of the latest message
    messages: the ids of the messages that it rests on
    in_training: a fictional case is on the table, and the real one put aside
    """

    slots: dict[str, Any] = field(default_factory=dict)
    asked: str | None = None
    intent: str | None = None
    messages: frozenset[str] = frozenset()
    in_training: bool = False


def case_of(tracker: DialogueStateTracker | None) -> CaseNow:
    """Return the case of a conversation; an empty one where there is none yet."""
    if tracker is None:
        return CaseNow()
    slots = {name: tracker.get_slot(name) for name in LANGUAGE_SLOTS}
    # Within a form the applied events lack what was said there.
    said = [event for event in tracker.events if isinstance(event, UserUttered)]
    messages = frozenset(str(event.message_id) for event in said)
    in_training = tracker.active_loop_name == TRAINING_LOOP
    return CaseNow(slots, _asked(tracker), said[-1].intent_name if said else None, messages, in_training)


def _asked(tracker: DialogueStateTracker) -> str | None:
    asked = tracker.get_slot("requested_slot" if tracker.active_loop_name == _FORM else "offered")
    if asked != _CLARIFICATIONS:
        return str(asked) if asked else None
    open_questions = tracker.get_slot(_CLARIFICATIONS) or []
    return str(open_questions[0]["id"]) if open_questions else None
