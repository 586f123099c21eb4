"""What all actions share: sending replies, and an honest answer where an action fails."""

from __future__ import annotations

import logging
import traceback
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.state import CASE_FORM, Turn, in_form
from bot.replies import Reply

logger = logging.getLogger(__name__)

Event = dict[str, Any]

FAILED = "Something went wrong on my side, so I cannot answer this. What you told me is kept; please try again."


class CaseAction(Action, ABC):
    """An action whose failure is told to the user, with the case kept; subclasses write `act`."""

    @abstractmethod
    def name(self) -> str:
        """Return the name that the domain lists."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        """Run the action; an exception is logged without patient data and answered."""
        try:
            return self.act(dispatcher, tracker)
        except Exception as error:  # no traceback may reach a chat
            logger.error("%s failed: %s at %s", self.name(), type(error).__name__, _where(error))
            dispatcher.messages.clear()
            dispatcher.utter_message(text=FAILED)
            return self.after_failure(tracker)

    @abstractmethod
    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Do what the action is for and return the events."""

    def after_failure(self, tracker: Tracker) -> list[Event]:
        """Return the events that keep the conversation sound after a failure."""
        return []


def _where(error: Exception) -> str:
    """The last frame as "file:line", without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"


def go_on(tracker: Tracker) -> list[Event]:
    """Let the case go on where a question or command also changed it; while the form asks, it does so by itself."""
    return [FollowupAction(CASE_FORM)] if Turn.of(tracker).changed_case and not in_form(tracker) else []


def send(dispatcher: CollectingDispatcher, *replies: Reply) -> None:
    """Send replies through Rasa, each as one message."""
    for reply in replies:
        dispatcher.utter_message(
            text=reply.text,
            buttons=[button.as_dict() for button in reply.buttons] or None,
            json_message=reply.custom,
        )
