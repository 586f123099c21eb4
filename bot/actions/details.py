"""The commands behind the buttons: summary, why, options, cautions, sources, change, help."""

from __future__ import annotations

from abc import abstractmethod

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.base import CaseAction, Event, go_on, send
from bot.actions.state import CASE_FORM, FACT, recommendation_of, slots_of
from bot.guideline import Case, Recommendation
from bot.language import read
from bot.replies import COMMANDS, Reply, details
from bot.replies.answer import summary
from bot.replies.misunderstood import help_reply
from bot.replies.understood import HOW_TO_CORRECT, understood
from bot.replies.words import SLOT_NAMES


class _Shows(CaseAction):
    """A command that shows something of the case; where its message changed the case, the new answer comes instead."""

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send what the command shows."""
        events = go_on(tracker)
        if not events:
            send(dispatcher, self.shown(tracker))
        return events

    @abstractmethod
    def shown(self, tracker: Tracker) -> Reply:
        """Return what the command shows."""


class _OnAnswer(_Shows):
    """A command about the answer; before there is one, it says so."""

    def shown(self, tracker: Tracker) -> Reply:
        """Return what the command shows of the answer."""
        if not tracker.get_slot("recommendation"):
            return Reply(details.NO_ANSWER_YET)
        return self.show(*recommendation_of(slots_of(tracker)))

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
    """Lists the cautions that fit the patient, or what is known of the agents that the message asks about."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_cautions"

    def shown(self, tracker: Tracker) -> Reply:
        """Return the answers about the agents named; where none is, the cautions of the case."""
        findings = read(tracker.latest_message.get("text") or "").of("therapy")
        named = details.answers_about(str(finding.subject) for finding in findings)
        return details.titled_answer(named) if named else super().shown(tracker)

    def show(self, case: Case, recommendation: Recommendation) -> Reply:
        """Return the cautions with their sources."""
        return details.cautions(recommendation)


class ActionSources(_Shows):
    """Lists the sources."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_sources"

    def shown(self, tracker: Tracker) -> Reply:
        """Return the sources of the answer, or those of the assistant where there is no answer yet."""
        answered = tracker.get_slot("recommendation")
        return details.sources(recommendation_of(slots_of(tracker))[1] if answered else None)


class ActionOptions(_Shows):
    """Shows the add/switch options."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_options"

    def shown(self, tracker: Tracker) -> Reply:
        """Return the options as they stand in this case, or the guideline's list."""
        case, recommendation = recommendation_of(slots_of(tracker))
        return details.options(case, recommendation if tracker.get_slot("recommendation") else None)


class ActionSummary(_Shows):
    """Shows what was understood so far."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_summary"

    def shown(self, tracker: Tracker) -> Reply:
        """Return the block, with the answer in one line where there is one."""
        slots = slots_of(tracker)
        parts = [understood(slots)]
        answered = tracker.get_slot("recommendation")
        if answered:
            parts.append(f"**{summary(*recommendation_of(slots))}**")
        return Reply("\n\n".join([*parts, HOW_TO_CORRECT]), COMMANDS if answered else ())


class ActionChange(CaseAction):
    """Says how to correct something."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_change"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Ask once more for what was pressed or named; else say how to correct the case."""
        entities = tracker.latest_message.get("entities") or []
        pressed = [entity["value"] for entity in entities if entity["entity"] == FACT]
        text = (tracker.latest_message.get("text") or "").lower()
        for slot in details.CHANGEABLE:
            if slot in pressed or SLOT_NAMES[slot].lower() in text:
                return [SlotSet("to_change", slot), FollowupAction(CASE_FORM)]
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
