"""The answer: the guideline logic run on the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.base import CaseAction, Event, send
from bot.actions.case_form import remarks
from bot.actions.state import (
    CLARIFICATIONS,
    NOT_KNOWN,
    Turn,
    asked_of,
    bare_answer,
    open_question,
    recommendation_of,
    slots_of,
)
from bot.guideline import Recommendation
from bot.language.case_state import CASE_SLOTS
from bot.replies import Reply
from bot.replies.answer import answer, new_cautions, summary
from bot.replies.changes import because, differences, explanation
from bot.replies.details import change
from bot.replies.misunderstood import ALL_RIGHT, WHICH_ONES, misunderstood
from bot.replies.questions import clarification


class ActionRecommend(CaseAction):
    """Runs the guideline logic and replies with the options and the recommendation on nintedanib."""

    def name(self) -> str:
        """Return the name that the rules give."""
        return "action_recommend"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        """Answer in full the first time and when the answer changes; else say that it stays."""
        slots = slots_of(tracker)
        case, recommendation = recommendation_of(slots)
        entry = open_question(slots)
        turn = Turn.of(tracker)
        last = tracker.get_slot("last_answer")
        if last and not turn.did_something and turn.id is not None:
            send(dispatcher, _acknowledged(tracker))
        else:
            said = remarks(tracker, turn)
            if said:
                send(dispatcher, Reply("\n".join(said)))
            due = tracker.get_slot("recommendation") is None  # The first one, or void since the case changed.
            if due or turn.nothing_new or not (said or entry):
                send(dispatcher, *_replies(case, recommendation, slots, last))
        if entry:
            send(dispatcher, clarification(entry))
        return [
            SlotSet("recommendation", recommendation.as_dict()),
            SlotSet("last_answer", {"recommendation": recommendation.as_dict(), "slots": _case_slots(slots)}),
            SlotSet("offered", CLARIFICATIONS if entry else _offered(recommendation, slots)),
        ]


def _acknowledged(tracker: Tracker) -> Reply:
    """Answer a message after the answer that told nothing: "ok", "no", or what was not understood."""
    said = bare_answer(tracker)
    if said == "yes":
        return Reply(WHICH_ONES if asked_of(tracker) in ("current_therapy", "previous_therapy") else ALL_RIGHT)
    if said == "no":
        return change()
    if said in NOT_KNOWN:
        return Reply(ALL_RIGHT)
    return misunderstood(tracker.latest_message.get("text"), int(tracker.get_slot("misunderstood") or 1))


def _replies(case: Any, recommendation: Recommendation, slots: Mapping[str, Any], last: Any) -> list[Reply]:
    if not last:
        return answer(case, recommendation, slots)
    now = recommendation.as_dict()
    if differences(last["recommendation"], now):
        changed = explanation(last["slots"], slots, last["recommendation"], now)
        return answer(case, recommendation, slots, changed, _cautions_of(last["recommendation"]))
    cause = because(last["slots"], slots)
    text = f"Noted: {cause}. The recommendation stays the same" if cause else "The recommendation stays the same"
    parts = [
        f"{text}: {summary(case, recommendation)}",
        new_cautions(recommendation, _cautions_of(last["recommendation"])),
    ]
    return [Reply("\n".join(part for part in parts if part), custom={"type": "recommendation", **now})]


def _cautions_of(recommendation: Mapping[str, Any]) -> list[str]:
    at_options = [caution for option in recommendation["options"] for caution in option["cautions"]]
    return [*recommendation["cautions"], *at_options]


def _offered(recommendation: Recommendation, slots: Mapping[str, Any]) -> str | None:
    """After an answer, a bare "none" or "rituximab" belongs to the therapy that is missing or was offered."""
    if "current_therapy" in recommendation.missing:
        return "current_therapy"
    asks_before = "previous_therapy" in recommendation.missing
    return "previous_therapy" if asks_before and "previous_therapy" not in (slots.get("declined") or []) else None


def _case_slots(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {name: slots.get(name) for name in CASE_SLOTS}
