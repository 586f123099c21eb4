"""Messages that nothing could be taken from."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.base import CaseAction, Event, go_on, send
from bot.actions.state import NOT_UNDERSTOOD, Turn, in_form, intent_of
from bot.replies import Reply
from bot.replies.misunderstood import misunderstood
from bot.replies.notes import note_text


class ActionNotUnderstood(CaseAction):
    """Says why a message could not be used; from the second in a row on, shows what is possible."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_not_understood"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send the notes on the message where there are some, else why it was not understood."""
        turn = Turn.of(tracker)
        if turn.changed_case or (turn.did_something and in_form(tracker)):
            return go_on(tracker)  # The facts of the message were understood, and the form says them back.
        remarks = [text for text in map(note_text, turn.notes) if text]
        if remarks:
            send(dispatcher, Reply("\n".join(remarks)))
        else:
            send(
                dispatcher,
                misunderstood(tracker.latest_message.get("text"), int(tracker.get_slot("misunderstood") or 1)),
            )
        # Rules take the turn on, so that the form asks again; as the policy's own fallback nothing would end the turn.
        return [] if intent_of(tracker) in NOT_UNDERSTOOD else [FollowupAction("action_listen")]


class ActionBack(CaseAction):
    """Rasa's /back would take turns back silently; a case is corrected in words instead."""

    def name(self) -> str:
        """Return the name of Rasa's default action that this one replaces."""
        return "action_back"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Say how to correct the case."""
        send(
            dispatcher,
            Reply('To take something back, say what is right, e.g. "not on tacrolimus" or "scratch the CT".'),
        )
        return [FollowupAction("action_listen")]
