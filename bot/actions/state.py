"""The state of a conversation as the actions see it: slots, the question just asked, and what this turn changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rasa_sdk import Tracker

from bot.guideline import Case, Recommendation, recommend
from bot.guideline.case import CRITERIA, PPF
from bot.language import Finding, Reading
from bot.language.case_state import CASE_SLOTS, LANGUAGE_SLOTS

CASE_FORM = "case_form"
FACT = "fact"

ANSWER_INTENTS = ("inform", "affirm", "deny", "dont_know")
"""Intents that tell facts or answer a question; everything else interrupts the form."""

NOT_UNDERSTOOD = ("nlu_fallback", "out_of_scope")
"""Intents of messages that are none of the others, or not for this assistant."""

NOT_KNOWN = ("unknown", "not_done", "pending")
"""Bare answers that say that something is not known."""

CLARIFICATIONS = "clarifications"


def slots_of(tracker: Tracker) -> dict[str, Any]:
    """Return the slots that make up the case."""
    return {name: tracker.get_slot(name) for name in LANGUAGE_SLOTS}


def recommendation_of(slots: Mapping[str, Any]) -> tuple[Case, Recommendation]:
    """Return the case of the slots and what the guideline makes of it."""
    case = Case.from_slots(slots)
    return case, recommend(case)


def intent_of(tracker: Tracker) -> str | None:
    """Return the intent of the message just received."""
    name: str | None = (tracker.latest_message.get("intent") or {}).get("name")
    return name


def reading_of(tracker: Tracker) -> Reading:
    """Return what the NLU component read from the message just received; facts from elsewhere are not accepted."""
    message = tracker.latest_message
    findings = [
        Finding.from_dict(entity["value"])
        for entity in message.get("entities") or []
        if entity.get("entity") == FACT and entity.get("extractor") == "ClinicalTextReader"
    ]
    flags = message.get("reading") or {}
    return Reading(tuple(findings), bool(flags.get("is_question")), bool(flags.get("truncated")))


def bare_answer(tracker: Tracker) -> str | None:
    """Return what a message that is nothing but an answer says (yes, no, none, ...); None for any other message."""
    # "No" also marks what would follow it as a correction.
    findings = [finding for finding in reading_of(tracker).findings if finding.kind != "correction"]
    if not findings or any(finding.kind not in ("answer", "judgement") for finding in findings):
        return None
    said = findings[-1]
    return str(said.value) if said.kind == "answer" else "yes" if said.value else "no"


def asked_of(tracker: Tracker) -> str | None:
    """Return the slot (or the id of the clarification) that was asked last: by the form, or offered after an answer."""
    asked: str | None = tracker.get_slot("requested_slot" if in_form(tracker) else "offered")
    if asked == CLARIFICATIONS:
        entry = open_question(slots_of(tracker))
        return str(entry["id"]) if entry else None
    return asked


def open_question(slots: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the oldest question of the language whose answer still matters to this case; None where there is none."""
    _, recommendation = recommendation_of(slots)
    if recommendation.status == "out_of_scope":
        return None
    asks_for_ppf = PPF in recommendation.missing or (slots.get("current_therapy") is None and slots.get(PPF) is None)
    entries = slots.get(CLARIFICATIONS) or []
    return next((entry for entry in entries if asks_for_ppf or entry["slot"] not in CRITERIA), None)


@dataclass
class Turn:
    """What the message just received changed."""

    id: str | None = None
    changed: list[str] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    answered: bool = False
    nothing_new: bool = False
    urgent: bool = False
    said_back: bool = False

    @property
    def did_something(self) -> bool:
        """Whether the message changed the case, answered a question, repeated a fact or left something to say."""
        return bool(self.changed or self.notes or self.answered or self.nothing_new)

    @property
    def changed_case(self) -> bool:
        """Whether the message changed something that a recommendation rests on."""
        return any(name in CASE_SLOTS for name in self.changed)

    def as_dict(self) -> dict[str, Any]:
        """Return the turn as a slot value."""
        return asdict(self)

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Return the turn of the message just received; an empty one where none was read."""
        stored = tracker.get_slot("turn") or {}
        return cls(**stored) if stored.get("id") == message_id(tracker) else cls()


def in_form(tracker: Tracker) -> bool:
    """Whether the form is asking."""
    return (tracker.active_loop or {}).get("name") == CASE_FORM


def message_id(tracker: Tracker) -> str | None:
    """Return the id that Rasa gave the message just received."""
    identifier: str | None = tracker.latest_message.get("message_id")
    return identifier
