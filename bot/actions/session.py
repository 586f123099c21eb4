"""The beginning of a conversation, and of each new patient in it."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, FollowupAction, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.base import CaseAction, Event, send
from bot.actions.state import CASE_FORM, Turn, message_id, reading_of
from bot.language import update
from bot.language.case_state import LAST_CHANGE
from bot.replies import Reply

OPENING = """\
I help with the next step when the first immunosuppressive treatment of **myositis-associated ILD** has not reached \
its goals (ERS/EULAR 2025).
Tell me, in any order: what the patient takes now and took before; how lung function, extent on CT and breathlessness \
went; whether there is fibrosis progression. For example: "MMF + pred, FVC 72 to 65 in 8 months, more breathless, CT \
more reticulation".
I support your judgement, I do not replace it. Please type nothing that identifies the patient."""
NEW_PATIENT = "New patient: nothing is carried over."


class ActionSessionStart(CaseAction):
    """Opens a conversation."""

    def name(self) -> str:
        """Return the name of Rasa's default action that this one replaces."""
        return "action_session_start"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send the opening and begin the session."""
        send(dispatcher, Reply(OPENING))
        return [SessionStarted(), ActionExecuted("action_listen")]

    def after_failure(self, tracker: Tracker) -> list[Event]:
        """Begin the session all the same."""
        return [SessionStarted(), ActionExecuted("action_listen")]


class ActionNewPatient(CaseAction):
    """Begins a new case in a session of its own; nothing is inherited."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_new_patient"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Start the session; what the same message says of the new patient is read into it."""
        send(dispatcher, Reply(NEW_PATIENT))
        change = update({}, reading_of(tracker))
        turn = Turn(id=message_id(tracker), changed=[name for name in change.slots if name != LAST_CHANGE])
        return [
            SessionStarted(),
            *(SlotSet(name, value) for name, value in change.slots.items()),
            SlotSet("turn", turn.as_dict()),
            FollowupAction(CASE_FORM),
        ]


class ActionRestart(ActionNewPatient):
    """The same for Rasa's own /restart."""

    def name(self) -> str:
        """Return the name of Rasa's default action that this one replaces."""
        return "action_restart"


class ActionStart(CaseAction):
    """Answers a greeting: the case goes on, or its first question is asked."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_start"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Let the form ask; after an answer, offer to go on."""
        if tracker.get_slot("recommendation"):
            send(dispatcher, Reply('Hello. The case is still open: tell me what has changed, or say "next patient".'))
            return []
        return [FollowupAction(CASE_FORM)]
