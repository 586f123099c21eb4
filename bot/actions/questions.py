"""Side questions: answered from the knowledge, after which the case goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.base import CaseAction, Event, go_on, send
from bot.actions.case_form import PPF_QUESTIONS
from bot.actions.state import in_form, intent_of
from bot.guideline.case import PPF
from bot.replies import details

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "ask_ppf": ("ppf", "ppf_alternatives"),
    "ask_goals": ("goals",),
    "ask_stable": ("stable",),
    "ask_strength": ("strength",),
    "ask_jak_inhibitor": ("jak_inhibitor",),
    "ask_calcineurin_inhibitor": ("calcineurin_inhibitor",),
    "ask_rituximab": ("rituximab",),
    "ask_cyclophosphamide": ("cyclophosphamide",),
    "ask_ivig": ("ivig",),
    "ask_nintedanib": ("nintedanib",),
    "ask_mycophenolate": ("mycophenolate",),
    "ask_pirfenidone": ("pirfenidone",),
    "ask_nerandomilast": ("nerandomilast",),
    "ask_other_agent": ("other_agent",),
    "ask_glucocorticoid": ("glucocorticoid",),
    "ask_combination": ("combination",),
    "ask_which_first": ("which_first",),
    "ask_all_tried": ("all_tried",),
    "ask_intolerance": ("intolerance",),
    "ask_dose": ("dose",),
    "ask_prescription": ("prescription",),
    "ask_first_line": ("first_line",),
    "ask_rapidly_progressive": ("rapidly_progressive",),
    "ask_other_disease": ("other_disease",),
    "ask_guideline": ("guideline",),
}
"""Which answers of the knowledge a question gets."""


class ActionAnswerQuestion(CaseAction):
    """Answers a side question."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_answer_question"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Send the answer of the knowledge, or why the open question is asked."""
        intent = intent_of(tracker) or ""
        if intent == "ask_why_question":
            send(dispatcher, details.why_asked(tracker.get_slot("requested_slot") if in_form(tracker) else None))
        else:
            send(dispatcher, details.titled_answer(ANSWERS[intent]))
        return go_on(tracker)


class ActionCheckCriteria(CaseAction):
    """Goes through the PPF criteria one by one."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_check_criteria"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Let the form ask for the criteria, also for those declined before."""
        declined = tracker.get_slot("declined") or []
        kept = [name for name in declined if name not in (PPF, *PPF_QUESTIONS)]
        return [SlotSet("ppf_by_criteria", True), SlotSet("declined", kept)]
