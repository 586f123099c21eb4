"""Actions of the tiny project: one that asks, one that counts, one that is slow, one that breaks."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

SECRET = "the patient's secret"


class AskColour(Action):
    def name(self) -> str:
        return "action_ask_colour"

    def run(self, dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: Any) -> list[Any]:
        dispatcher.utter_message(text="Which colour?")
        return []


class Count(Action):
    def name(self) -> str:
        return "action_count"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: Any) -> list[Any]:
        count = (tracker.get_slot("count") or 0) + 1
        dispatcher.utter_message(text=f"Counted {count}.", buttons=[{"title": "Again", "payload": "/tell"}])
        return [SlotSet("count", count)]


class Slow(Action):
    def name(self) -> str:
        return "action_slow"

    async def run(self, dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: Any) -> list[Any]:
        await asyncio.sleep(1.0)
        dispatcher.utter_message(text="Done at last.")
        return []


class Break(Action):
    def name(self) -> str:
        return "action_break"

    def run(self, _dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: Any) -> list[Any]:
        raise KeyError(SECRET)
