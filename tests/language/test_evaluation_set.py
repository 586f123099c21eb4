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


def _is_a_case(message: Message) -> bool:
    Case.from_slots(message.slots)
    return (
        bool(message.turns)
        and all(turn.text.strip() for turn in message.turns)
        and {turn.asked for turn in message.turns} - {None} <= ASKED
        and message.slots.keys() <= SLOTS
        and None not in message.slots.values()
        and message.slots.get("ppf_stated", "yes") in PPF_VALUES
    )


def test_slots_are_values_that_a_case_can_have() -> None:
    assert [message.id for message in ALL if not _is_a_case(message)] == []


def _lists_agents_well(message: Message) -> bool:
    now, before = (message.slots.get(name, []) for name in LISTS)
    return not set(now) & set(before) and all(agents == sorted(set(agents)) for agents in (now, before))


def test_an_agent_stands_in_one_list_and_lists_are_sorted() -> None:
    assert [message.id for message in ALL if not _lists_agents_well(message)] == []


def _ppf_follows(message: Message) -> bool:
    slots = message.slots
    derived = ppf.derive(slots.get("ppf_stated"), slots.get("fibrosis_on_ct"), *map(slots.get, CRITERIA))
    return bool(slots.get(PPF) == derived)


def test_ppf_follows_from_the_other_slots() -> None:
    assert [message.id for message in ALL if not _ppf_follows(message)] == []
