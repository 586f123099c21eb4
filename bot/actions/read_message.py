"""Reading a message into slots: the action behind the custom slot mappings, run by Rasa for every user message."""

from __future__ import annotations

from dataclasses import asdict

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.base import CaseAction, Event
from bot.actions.in_training import in_training
from bot.actions.state import (
    ANSWER_INTENTS,
    NOT_KNOWN,
    NOT_UNDERSTOOD,
    Turn,
    asked_of,
    bare_answer,
    in_form,
    intent_of,
    message_id,
    reading_of,
    slots_of,
)
from bot.language import Reading, update
from bot.language.case_state import LAST_CHANGE


class ActionReadMessage(CaseAction):
    """Fills the case from the facts of the latest message, in the context of what is known and was asked."""

    def name(self) -> str:
        """Return the name that the slot mappings give."""
        return "action_read_message"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Return the changed slots; the recommendation is void as soon as a slot it rests on changes."""
        if in_training(tracker):
            return []  # What is said of a fictional case never enters a real one.
        read_before = (tracker.get_slot("turn") or {}).get("id")
        if message_id(tracker) is None or message_id(tracker) == read_before or intent_of(tracker) == "new":
            return []  # Rasa runs the mappings once more when the form opens.
        slots = slots_of(tracker)
        reading = reading_of(tracker)
        change = update(slots, reading, asked_of(tracker))
        changed = [name for name, value in change.slots.items() if value != slots.get(name)]
        told = [name for name in changed if name != LAST_CHANGE]
        turn = Turn(
            id=message_id(tracker),
            changed=told,
            notes=[asdict(note) for note in change.notes],
            answered=change.answered,
            nothing_new=not (told or change.notes or change.answered) and _states_something(reading),
            urgent=change.slots.get("rapidly_progressive") is True and slots.get("rapidly_progressive") is not True,
        )
        if reading.truncated:
            turn.notes.append({"kind": "truncated", "words": "", "detail": {}})
        events = [SlotSet(name, change.slots[name]) for name in changed]
        if turn.changed_case:
            events.append(SlotSet("recommendation", None))
        events.append(SlotSet("turn", turn.as_dict()))
        events.append(SlotSet("misunderstood", self._misunderstood(tracker, turn)))
        return events

    @staticmethod
    def _misunderstood(tracker: Tracker, turn: Turn) -> int:
        """Count the messages in a row that nothing could be done with."""
        understood = turn.did_something or intent_of(tracker) not in (*ANSWER_INTENTS, *NOT_UNDERSTOOD, None)
        acknowledged = not in_form(tracker) and bare_answer(tracker) in ("yes", "no", *NOT_KNOWN)
        return 0 if understood or acknowledged else int(tracker.get_slot("misunderstood") or 0) + 1


def _states_something(reading: Reading) -> bool:
    """Whether a message says something of the case in itself, whatever was asked: "yes" and "12" do not."""
    without_subject = reading.of("no_therapy", "ppf", "rapid", "stability")
    with_subject = reading.of("therapy", "trend", "measure", "sign", "fibrosis", "disease", "feature")
    return bool(without_subject) or any(finding.subject for finding in with_subject)
