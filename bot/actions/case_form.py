"""The form: it asks, one question at a time, for what can still change the answer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.base import CaseAction, Event, send
from bot.actions.state import (
    ANSWER_INTENTS,
    CASE_FORM,
    CLARIFICATIONS,
    Turn,
    bare_answer,
    intent_of,
    open_question,
    recommendation_of,
    slots_of,
)
from bot.guideline.case import CRITERIA, PPF
from bot.replies import Reply
from bot.replies.answer import URGENT
from bot.replies.misunderstood import WHICH_ONES, misunderstood
from bot.replies.notes import note_text
from bot.replies.questions import QUESTIONS, clarification, question
from bot.replies.understood import noted

THERAPIES = ("current_therapy", "previous_therapy")
NOTHING_NEW = "That changes nothing that I noted."
PPF_QUESTIONS = ("fibrosis_on_ct", *CRITERIA)


class ValidateCaseForm(CaseAction):
    """Chooses the next question."""

    def name(self) -> str:
        """Return the name by which Rasa finds the validation of the form."""
        return f"validate_{CASE_FORM}"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Return the next question as `requested_slot`; None where nothing is left to ask."""
        if intent_of(tracker) not in ANSWER_INTENTS and not _answered_already(tracker):
            return [ActionExecutionRejected(CASE_FORM)]  # a side question or a command: rules answer it
        slots = slots_of(tracker)
        asked_next = tracker.get_slot("to_change") or next_question(slots, bool(tracker.get_slot("ppf_by_criteria")))
        return [SlotSet("to_change", None), SlotSet("requested_slot", asked_next)]

    def after_failure(self, tracker: Tracker) -> list[Event]:
        """Keep the question that was asked."""
        return [
            SlotSet("requested_slot", tracker.get_slot("requested_slot")),
            SlotSet("turn", tracker.get_slot("turn")),
        ]


def _answered_already(tracker: Tracker) -> bool:
    """Whether another action has dealt with the latest message, so that the form only goes on."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event["name"] not in (CASE_FORM, "action_listen"):
            return True
    return True


def next_question(slots: Mapping[str, Any], by_criteria: bool) -> str | None:
    """Return the slot to ask for next, or None when the answer can be given.

    What is missing is asked before the answer, but for the earlier therapy, which waits unless it decides the status.
    """
    declined = slots.get("declined") or []
    _, recommendation = recommendation_of(slots)
    wanted = [
        slot
        for slot in recommendation.missing
        if slot not in declined and (slot != "previous_therapy" or recommendation.status == "start_immunosuppression")
    ]
    questions = [q for slot in wanted if (q := _ppf_question(slots, by_criteria) if slot == PPF else slot)]
    if questions and open_question(slots):
        return CLARIFICATIONS
    return questions[0] if questions else None


def _ppf_question(slots: Mapping[str, Any], by_criteria: bool) -> str | None:
    """Ask for PPF as a whole, or, once a criterion is known or wished, criterion by criterion."""
    declined = slots.get("declined") or []
    if not by_criteria and all(slots.get(name) is None for name in PPF_QUESTIONS):
        return PPF
    return next((name for name in PPF_QUESTIONS if slots.get(name) is None and name not in declined), None)


class _Ask(CaseAction):
    """Asks one question, after saying back what the message just received changed."""

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send the question, once with what was understood, later without."""
        turn = Turn.of(tracker)
        reply = self.reply(tracker)
        said_back = [] if turn.said_back else back(tracker, turn)
        send(dispatcher, replace(reply, text="\n\n".join([*said_back, reply.text])))
        turn.said_back = True
        return [SlotSet("turn", turn.as_dict())] if turn.id else []

    @abstractmethod
    def reply(self, tracker: Tracker) -> Reply:
        """Return the question itself."""


class ActionAskClarifications(_Ask):
    """Asks about words that can be read in more than one way, the oldest first."""

    def name(self) -> str:
        """Return the name by which the form finds this question."""
        return f"action_ask_{CLARIFICATIONS}"

    def reply(self, tracker: Tracker) -> Reply:
        """Return the oldest open question."""
        return clarification(open_question(slots_of(tracker)) or {"kind": ""})


def _asking_for(slot: str) -> type[_Ask]:
    class ActionAskForSlot(_Ask):
        """Asks the question that questions.yml holds for a slot."""

        def name(self) -> str:
            """Return the name by which the form finds this question."""
            return f"action_ask_{slot}"

        def reply(self, tracker: Tracker) -> Reply:
            """Return the question of the slot."""
            return question(slot)

    return ActionAskForSlot


ASK_ACTIONS = tuple(_asking_for(slot) for slot in QUESTIONS)
"""One action for each question, as Rasa's forms want it."""


def back(tracker: Tracker, turn: Turn) -> list[str]:
    """Say back what the message changed and what was left out of it, or that it was not understood."""
    if turn.id is not None and not turn.did_something and intent_of(tracker) in ANSWER_INTENTS:
        if bare_answer(tracker) == "yes" and tracker.get_slot("requested_slot") in THERAPIES:
            return [WHICH_ONES]
        return [misunderstood(tracker.latest_message.get("text"), int(tracker.get_slot("misunderstood") or 1)).text]
    lines = [URGENT] if turn.urgent else []
    lines += [line for line in (noted(slots_of(tracker), turn.changed), *remarks(tracker, turn)) if line]
    only_repeated = turn.nothing_new or turn.changed == ["evidence"]
    return [NOTHING_NEW] if not lines and only_repeated and intent_of(tracker) in ANSWER_INTENTS else lines


def remarks(tracker: Tracker, turn: Turn) -> list[str]:
    """Write the notes on the message; what was only asked about needs no word that it was not recorded."""
    asks = intent_of(tracker) not in (*ANSWER_INTENTS, "new")
    notes = [note for note in turn.notes if not (asks and note["kind"] == "planned")]
    return [text for text in map(note_text, notes) if text]
