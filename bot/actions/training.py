"""Training as a loop of its own: fictional cases never touch the real one, which is put aside and given back."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.base import CaseAction, Event, send
from bot.actions.in_training import TRAINING_FORM, in_training
from bot.actions.questions import ANSWERS
from bot.actions.state import CASE_FORM, Turn, intent_of, message_id, reading_of
from bot.database import ROOT
from bot.language.case_state import LANGUAGE_SLOTS
from bot.replies import Button, Reply, details
from bot.replies.model import NEW_PATIENT, SUMMARY
from bot.training import texts
from bot.training.coach import Coach, Person, not_read
from bot.training.coach import Turn as TrainingTurn
from bot.training.commands import agents_asked_about
from bot.training.database import memory
from bot.training.progress import PICTURES
from bot.training.session import Session, Stage

TRAINING, ASIDE = "training", "case_aside"
PUT_ASIDE = (*LANGUAGE_SLOTS, "recommendation", "last_answer", "offered", "ppf_by_criteria")
"""What makes up a real case; `misunderstood`, `turn` and `to_change` belong to single messages."""

KEPT = "**Your real case is put aside** and kept as it is; it comes back when training stops."
BACK = "**Back to the real case.** It is as you left it."
NO_CASE = "**Training is over.** Tell me about a real patient any time."
NO_REAL_PATIENTS = "In training I take in no real patient. “Stop training” leaves it."
WELCOME = "You're welcome."
ABOUT_THE_LAST = "I can explain a decision once you have made it; “hint” helps before."


def coach() -> Coach:
    """Return the coach over the memory that is set."""
    return Coach(memory(), ROOT / PICTURES, lambda: datetime.now(UTC), random.Random())


def person_of(tracker: Tracker) -> Person:
    """Return whose training it is: the conversation's, with the voice of whoever speaks in a team channel."""
    metadata = tracker.latest_message.get("metadata") or {}
    return Person(tracker.sender_id, str(metadata.get("person") or tracker.sender_id))


def say(dispatcher: CollectingDispatcher, *replies: Reply, image: Path | None = None) -> None:
    """Send replies, each marked as fictional; a picture goes with the first."""
    for reply in map(texts.marked, replies):
        dispatcher.utter_message(
            text=reply.text,
            buttons=[button.as_dict() for button in reply.buttons] or None,
            image=str(image) if image else None,
        )
        image = None


class ActionStartTraining(CaseAction):
    """Puts the real case aside and opens training."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_start_training"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Keep the case in one slot, clear its own slots, and open the menu or a case."""
        if in_training(tracker):
            return []
        aside = put_aside(tracker)
        if aside:
            say(dispatcher, Reply(KEPT))
        turn = coach().begin(person_of(tracker), tracker.latest_message.get("text") or "")
        say(dispatcher, *turn.said)
        events = [SlotSet(ASIDE, aside), *(SlotSet(name, None) for name in (*PUT_ASIDE, "to_change"))]
        return [*events, SlotSet(TRAINING, _stored(turn.session or Session(), tracker))]


def put_aside(tracker: Tracker) -> dict[str, Any] | None:
    """Return what there is of a real case, and whether its form was asking; None where there is nothing."""
    slots = {name: value for name in PUT_ASIDE if (value := tracker.get_slot(name)) is not None}
    asking = (tracker.active_loop or {}).get("name") == CASE_FORM
    return {"slots": slots, "asking": asking} if slots or asking else None


def _stored(session: Session, tracker: Tracker) -> dict[str, Any]:
    return {**session.as_dict(), "message": message_id(tracker)}


def _session(tracker: Tracker) -> Session:
    return Session.from_dict(tracker.get_slot(TRAINING) or {})


class ValidateTrainingForm(CaseAction):
    """Takes each message of a resident; the form goes on until training is stopped."""

    def name(self) -> str:
        """Return the name by which Rasa finds the validation of the form."""
        return f"validate_{TRAINING_FORM}"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Grade the answer, or do what was asked for; `requested_slot` None ends the loop."""
        stored = tracker.get_slot(TRAINING) or {}
        if stored.get("message") == message_id(tracker):  # The form opens: this message has been dealt with.
            return [SlotSet(TRAINING, stored), SlotSet("requested_slot", TRAINING)]
        session, person, trainer = _session(tracker), person_of(tracker), coach()
        if _opens_real_case(tracker):
            trainer.keep(person, session)
            return [ActionExecutionRejected(TRAINING_FORM)]
        turn = trainer.turn(session, person, _words(tracker))
        if not turn.understood:
            turn = TrainingTurn(turn.session, (side_answer(tracker, session),))
        say(dispatcher, *turn.said, image=turn.image)
        if turn.session is None:
            return [SlotSet(TRAINING, None), SlotSet("requested_slot", None)]
        return [SlotSet(TRAINING, _stored(turn.session, tracker)), SlotSet("requested_slot", TRAINING)]

    def after_failure(self, tracker: Tracker) -> list[Event]:
        """Keep the decision that was asked for."""
        return [SlotSet(TRAINING, tracker.get_slot(TRAINING)), SlotSet("requested_slot", TRAINING)]


def _words(tracker: Tracker) -> str:
    """The message; of a typed command its name."""
    text = str(tracker.latest_message.get("text") or "").strip()
    if text.startswith("/"):
        return {"/train": "menu", "/start": "repeat", "/summary": "repeat"}.get(text, text[1:])
    return text


def _opens_real_case(tracker: Tracker) -> bool:
    """ "Next patient" and /new mean a real one; "next case" is the next training case."""
    text = str(tracker.latest_message.get("text") or "").lower()
    if intent_of(tracker) == "new" and text.startswith("/"):
        return True
    return bool(reading_of(tracker).of("new_patient")) and "case" not in text


def side_answer(tracker: Tracker, session: Session) -> Reply:
    """Answer a question on the way from the knowledge, or say why the message could not be used."""
    intent = intent_of(tracker) or ""
    if intent in ANSWERS:
        return details.titled_answer(ANSWERS[intent])
    if asked_about := agents_asked_about(str(tracker.latest_message.get("text") or "")):
        return details.titled_answer(asked_about)
    if intent == "sources":
        return details.sources(None)
    if intent in ("why", "ask_why_question"):
        return Reply(ABOUT_THE_LAST)
    if intent == "thank":
        return Reply(WELCOME)
    if intent == "privacy":
        return Reply(texts.WHO_SEES_WHAT)
    if intent in ("help", "ask_bot"):
        return Reply(texts.HELP)
    if session.stage is Stage.MENU and reading_of(tracker).has_facts:
        return Reply(NO_REAL_PATIENTS)
    return not_read(session)


class ActionAskTraining(CaseAction):
    """Asks for the decision at hand."""

    def name(self) -> str:
        """Return the name by which the form finds this question."""
        return f"action_ask_{TRAINING}"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send the question of the state."""
        say(dispatcher, coach().question(_session(tracker), person_of(tracker)))
        return []


class ActionEndTraining(CaseAction):
    """Gives the real case back."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_end_training"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Restore the slots; a form that was asking goes on asking."""
        aside = tracker.get_slot(ASIDE)
        # The words that ended training are read into no case.
        read = SlotSet("turn", Turn(id=message_id(tracker), said_back=True, answered=True).as_dict())
        if not aside:
            send(dispatcher, Reply(NO_CASE, (Button("Train again", "train me"),)))
            return [read]
        send(dispatcher, Reply(BACK, (SUMMARY, NEW_PATIENT)))
        events = [SlotSet(name, value) for name, value in aside["slots"].items()]
        follow = [FollowupAction(CASE_FORM)] if aside["asking"] else []
        return [*events, SlotSet(ASIDE, None), read, *follow]
