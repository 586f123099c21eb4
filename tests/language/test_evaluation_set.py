"""The evaluation set is well formed: split by its rule, unique, with slots that a case can have."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.guideline import Case, ppf
from bot.guideline.case import CRITERIA, GOALS, PPF, PPF_VALUES
from tests.language.evaluation.split import PARTS, PRACTICE, Message, part_of, path_of, read

LISTS = ("current_therapy", "previous_therapy")
FLAGS = ("stability_acceptable", *CRITERIA, "fibrosis_on_ct", "rapidly_progressive")
SLOTS = {*LISTS, *FLAGS, *GOALS, "ppf_stated", PPF, "underlying_disease"}
ASKED = {*LISTS, *GOALS, "stability_acceptable", PPF, "fibrosis_on_ct", *CRITERIA}

MESSAGES = {part: read(part) for part in PARTS}
ALL = [message for part in (*PARTS, PRACTICE) for message in read(part)]
each_message = pytest.mark.parametrize("message", ALL, ids=lambda message: message.id)


@pytest.mark.parametrize("part", PARTS)
def test_each_message_stands_in_the_part_of_its_rule(part: str) -> None:
    misplaced = [message.id for message in MESSAGES[part] if part_of(message.id) != part]
    assert misplaced == [], f"run python -m tests.language.evaluation.split: {path_of(part).name} holds {misplaced}"


def test_there_are_enough_messages_in_both_parts() -> None:
    assert len(ALL) >= 400
    assert min(len(messages) for messages in MESSAGES.values()) >= 180


def test_ids_and_texts_are_unique() -> None:
    ids = Counter(message.id for message in ALL)
    texts = Counter(tuple(turn.text.casefold() for turn in message.turns) for message in ALL)
    assert [name for counted in (ids, texts) for name, times in counted.items() if times > 1] == []


@each_message
def test_slots_are_values_that_a_case_can_have(message: Message) -> None:
    assert message.turns
    assert all(turn.text.strip() for turn in message.turns)
    assert {turn.asked for turn in message.turns} - {None} <= ASKED
    assert message.slots.keys() <= SLOTS
    assert None not in message.slots.values()
    assert message.slots.get("ppf_stated", "yes") in PPF_VALUES
    Case.from_slots(message.slots)


@each_message
def test_an_agent_stands_in_one_list_and_lists_are_sorted(message: Message) -> None:
    now, before = (message.slots.get(name, []) for name in LISTS)
    assert not set(now) & set(before)
    assert all(agents == sorted(set(agents)) for agents in (now, before))


@each_message
def test_ppf_follows_from_the_other_slots(message: Message) -> None:
    slots = message.slots
    derived = ppf.derive(slots.get("ppf_stated"), slots.get("fibrosis_on_ct"), *map(slots.get, CRITERIA))
    assert slots.get(PPF) == derived
