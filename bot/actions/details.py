"""The commands behind the buttons: summary, why, options, cautions, sources, change, help."""

from __future__ import annotations

from abc import abstractmethod

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.base import CaseAction, Event, send
from bot.actions.state import CASE_FORM, recommendation_of, slots_of
from bot.guideline import Case, Recommendation
from bot.replies import COMMANDS, Reply, details
from bot.replies.answer import summary
from bot.replies.misunderstood import help_reply
from bot.replies.understood import HOW_TO_CORRECT, understood
from bot.replies.words import SLOT_NAMES


class _OnAnswer(CaseAction):
    """A command about the answer; before there is one, it says so."""

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send what the command shows."""
        if not tracker.get_slot("recommendation"):
            send(dispatcher, Reply(details.NO_ANSWER_YET))
            return []
        send(dispatcher, self.show(*recommendation_of(slots_of(tracker))))
        return []

    @abstractmethod
    def show(self, case: Case, recommendation: Recommendation) -> Reply:
        """Return the reply for a case with an answer."""


class ActionWhy(_OnAnswer):
    """Explains the recommendation."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_why"

    def show(self, case: Case, recommendation: Recommendation) -> Reply:
        """Return the rule that applied and the statements behind it."""
        return details.why(case, recommendation)


class ActionCautions(_OnAnswer):
    """Lists the cautions that fit the patient."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_cautions"

    def show(self, case: Case, recommendation: Recommendation) -> Reply:
        """Return the cautions with their sources."""
        return details.cautions(recommendation)


class ActionSources(CaseAction):
    """Lists the sources."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_sources"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send the sources of the answer, or those of the assistant where there is no answer yet."""
        answered = tracker.get_slot("recommendation")
        send(dispatcher, details.sources(recommendation_of(slots_of(tracker))[1] if answered else None))
        return []


class ActionOptions(CaseAction):
    """Shows the add/switch options."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_options"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send the options as they stand in this case, or the guideline's list."""
        case, recommendation = recommendation_of(slots_of(tracker))
        answered = tracker.get_slot("recommendation")
        send(dispatcher, details.options(case, recommendation if answered else None))
        return []


class ActionSummary(CaseAction):
    """Shows what was understood so far."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_summary"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send the block, with the answer in one line where there is one."""
        slots = slots_of(tracker)
        parts = [understood(slots)]
        answered = tracker.get_slot("recommendation")
        if answered:
            parts.append(f"**{summary(*recommendation_of(slots))}**")
        send(dispatcher, Reply("\n\n".join([*parts, HOW_TO_CORRECT]), COMMANDS if answered else ()))
        return []


class ActionChange(CaseAction):
    """Says how to correct something."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_change"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Ask once more for what the message names; else say how to correct the case."""
        text = (tracker.latest_message.get("text") or "").lower()
        named = next((slot for slot in details.CHANGEABLE if SLOT_NAMES[slot].lower() in text), None)
        if named:
            return [SlotSet("to_change", named), FollowupAction(CASE_FORM)]
        send(dispatcher, details.change())
        return []


class ActionHelp(CaseAction):
    """Says what the assistant can take and do."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_help"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send the help."""
        send(dispatcher, help_reply())
        return []
