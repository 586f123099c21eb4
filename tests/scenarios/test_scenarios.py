"""Runs the conversation scenarios of this folder against a real agent (README.md says how one is written)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.replies.questions import QUESTIONS, question
from tests.conftest import talk

FOLDER = Path(__file__).parent
KEYS = {
    "user",
    "says",
    "never_says",
    "asks",
    "buttons",
    "slots",
    "recommendation",
    "options",
    "cautions",
    "missing",
}
NEVER = re.compile(r"Traceback|File \"|\{[a-z_]+\}|\bNone\b|not_achieved|utter_")
_numbers = itertools.count()


def scenarios() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*/*.yml")):
        for scenario in yaml.safe_load(file.read_text(encoding="utf-8")):
            yield pytest.param(scenario["steps"], id=f"{file.parent.name}/{file.stem}: {scenario['scenario']}")


ALL = list(scenarios())


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("steps", ALL)
async def test_scenario(agent: Any, steps: list[dict[str, Any]]) -> None:
    await play(agent, steps)


async def play(agent: Any, steps: list[dict[str, Any]]) -> None:
    """Hold one conversation and check each turn of it."""
    sender = f"scenario-{next(_numbers)}"
    offered: dict[str, str] = {}
    for step in steps:
        assert set(step) <= KEYS, f"unknown keys: {set(step) - KEYS}"
        messages = await talk(agent, sender, _typed(step["user"], offered))
        offered = {b["title"]: b["payload"] for message in messages for b in message.get("buttons") or []} or offered
        tracker = await agent.tracker_store.retrieve(sender)
        _check(step, messages, offered, tracker)


def _typed(words: str | dict[str, Any], offered: dict[str, str]) -> str:
    if isinstance(words, dict):
        return str(words["repeat"]) * int(words["times"])
    if not words.startswith("press: "):
        return words
    label = words.removeprefix("press: ")
    assert label in offered, f"no button {label!r}, only {list(offered)}"
    return offered[label]


def _check(step: dict[str, Any], messages: list[dict[str, Any]], offered: dict[str, str], tracker: Any) -> None:
    text = "\n".join(message["text"] for message in messages if "text" in message)
    shown = f"after {str(step['user'])[:200]!r} the bot said:\n{text}"
    assert text.strip(), f"silence after {step['user']!r}"
    assert not NEVER.search(text), shown
    assert all(message["text"].strip() for message in messages if "text" in message), shown
    for words in step.get("says", []):
        assert words.lower() in text.lower(), f"missing {words!r}; {shown}"
    for words in step.get("never_says", []):
        assert words.lower() not in text.lower(), f"unwanted {words!r}; {shown}"
    for label in step.get("buttons", []):
        assert label in offered, f"no button {label!r}, only {list(offered)}; {shown}"
    if "asks" in step:
        asked = tracker.get_slot("requested_slot") if tracker.active_loop_name else None
        assert asked == step["asks"], f"asks {asked}; {shown}"
    for name, value in step.get("slots", {}).items():
        assert _comparable(tracker.get_slot(name)) == _comparable(value), f"{name}={tracker.get_slot(name)!r}; {shown}"
    _check_recommendation(step, messages, tracker, shown)


def _check_recommendation(step: dict[str, Any], messages: list[dict[str, Any]], tracker: Any, shown: str) -> None:
    recommendation = tracker.get_slot("recommendation")
    payloads = [message["custom"] for message in messages if "custom" in message]
    for payload in payloads:
        assert payload == {"type": "recommendation", **recommendation}, shown
    if "recommendation" in step:
        expected = step["recommendation"]
        if expected is None:
            assert recommendation is None, shown
        else:
            assert recommendation is not None, f"no recommendation; {shown}"
            assert {key: recommendation[key] for key in expected} == expected, shown
    if "options" in step:
        actions = {option["class"]: option["action"] for option in recommendation["options"]}
        assert {name: actions[name] for name in step["options"]} == step["options"], shown
    if "cautions" in step:
        found = {*recommendation["cautions"], *(c for option in recommendation["options"] for c in option["cautions"])}
        assert set(step["cautions"]) <= found, f"cautions {sorted(found)}; {shown}"
    if "missing" in step:
        assert recommendation["missing"] == step["missing"], shown


def _comparable(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def test_there_are_enough_scenarios() -> None:
    assert len(ALL) >= 70


def test_every_button_of_every_question_is_pressed() -> None:
    pressed: set[tuple[str, str]] = set()
    for steps in (scenario.values[0] for scenario in ALL):
        for before, step in itertools.pairwise(steps):
            if str(step["user"]).startswith("press: "):
                pressed.add((before.get("asks"), step["user"].removeprefix("press: ")))
    offered = {(slot, button.title) for slot in QUESTIONS for button in question(slot).buttons}
    assert offered <= pressed, f"never pressed: {sorted(offered - pressed)}"
