"""Who takes what, now and before: our own reading, ConText and DIET on the messages of the evaluation set."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bench.understanding.environments import ask, medspacy, stock_rasa
from bench.understanding.mentions import mentions, names
from bench.understanding.scores import Status, Therapies
from tests.language.evaluate import run
from tests.language.evaluation.split import Message

# A development message is read by a DIET that was trained on the other folds.
FOLDS = 2

# DIET pads every batch to its longest text: one letter of 600 words makes an epoch take a minute. Nineteen messages in
# twenty are shorter than this.
LONGEST_TO_TRAIN = 40  # words

_PIPELINES = Path(__file__).with_name("pipelines.yml")

Readings = tuple[dict[str, Therapies], float]
"""The therapies by the id of the message, and the median milliseconds per text."""


def gold(messages: Iterable[Message]) -> dict[str, Therapies]:
    """Return what the evaluation set says."""
    return {message.id: Therapies.from_slots(message.slots) for message in messages}


def names_an_agent(message: Message) -> bool:
    """Tell whether an agent is named in a message, or in its gold."""
    return gold([message])[message.id] != Therapies() or any(mentions(turn.text) for turn in message.turns)


def ours(messages: Iterable[Message]) -> Readings:
    """Read with `bot.language`, which alone knows what had just been asked."""
    found, times = {}, []
    for message in messages:
        turns = [{"text": turn.text, "asked": turn.asked} for turn in message.turns]
        start = time.perf_counter()
        found[message.id] = Therapies.from_slots(run(turns))
        times.append(1000 * (time.perf_counter() - start) / len(turns))
    return found, statistics.median(times)


def context(messages: Sequence[Message]) -> Readings:
    """Read with ConText, given the places of the agents.

    Raises:
        ComparisonFailed: its environment cannot be made or used.
    """
    turns = [(message.id, turn.text, mentions(turn.text)) for message in messages for turn in message.turns]
    request = [{"text": text, "spans": [[m.start, m.end] for m in found]} for _, text, found in turns]
    answer = ask("context", {"messages": request}, medspacy())
    said: dict[str, list[tuple[str, Status]]] = {message.id: [] for message in messages}
    for (key, _, found), categories in zip(turns, answer["modifiers"], strict=True):
        said[key] += [(m.agent, status_of(modifiers)) for m, modifiers in zip(found, categories, strict=True)]
    return {key: Therapies.from_mentions(pairs) for key, pairs in said.items()}, answer["milliseconds"]


def status_of(modifiers: Sequence[str]) -> Status:
    """Map the categories of ConText: historical is before; any other modifier is neither; none is now."""
    if not modifiers:
        return Status.NOW
    return Status.BEFORE if set(modifiers) == {"HISTORICAL"} else Status.NEITHER


def diet(development: Sequence[Message], test: Sequence[Message]) -> tuple[Readings, Readings]:
    """Read both parts with DIET, trained on the development part: for the test part on all of it, else in folds.

    Raises:
        ComparisonFailed: its environment cannot be made or used.
    """
    folds = [development[fold::FOLDS] for fold in range(FOLDS)]
    jobs = [_job(_others(folds, fold), folds[fold]) for fold in range(FOLDS)] + [_job(development, test)]
    answers = ask("rasa_nlu", {"jobs": jobs}, stock_rasa())["answers"]
    readings = [_read(fold, answer) for fold, answer in zip([*folds, test], answers, strict=True)]
    in_folds = {key: found for fold, _ in readings[:-1] for key, found in fold.items()}
    return (in_folds, statistics.mean(speed for _, speed in readings[:-1])), readings[-1]


def _others(folds: Sequence[Sequence[Message]], left_out: int) -> list[Message]:
    return [message for index, fold in enumerate(folds) if index != left_out for message in fold]


def _job(training: Sequence[Message], messages: Sequence[Message]) -> dict[str, Any]:
    pipeline = yaml.safe_load(_PIPELINES.read_text(encoding="utf-8"))["entities"]
    # In a conversation the last turn can change what an earlier one said: only single messages show the role of a word.
    single = [message for message in training if len(message.turns) == 1]
    examples = [example(m) for m in single if len(m.turns[0].text.split()) <= LONGEST_TO_TRAIN]
    texts = [turn.text for message in messages for turn in message.turns]
    return {"pipeline": pipeline, "training": {"examples": examples, "names": names()}, "messages": texts}


def example(message: Message) -> dict[str, Any]:
    """Make a training example of a message: each mention of an agent has the role that the gold gives to the agent."""
    text = message.turns[0].text
    therapies = Therapies.from_slots(message.slots)
    entities = [
        {
            "start": m.start,
            "end": m.end,
            "value": text[m.start : m.end],
            "entity": "agent",
            "role": _role(m.agent, therapies).value,
        }
        for m in mentions(text)
    ]
    return {"text": text, "entities": entities}


def _role(agent: str, therapies: Therapies) -> Status:
    if agent in therapies.now:
        return Status.NOW
    return Status.BEFORE if agent in therapies.before else Status.NEITHER


def _read(messages: Sequence[Message], answer: Mapping[str, Any]) -> Readings:
    turns = [(message.id, turn.text) for message in messages for turn in message.turns]
    said: dict[str, list[tuple[str, Status]]] = {message.id: [] for message in messages}
    for (key, text), parsed in zip(turns, answer["parsed"], strict=True):
        for entity in parsed["entities"]:
            status = Status(entity["role"] or Status.NEITHER.value)
            said[key] += [(m.agent, status) for m in mentions(text[entity["start"] : entity["end"]])]
    return {key: Therapies.from_mentions(pairs) for key, pairs in said.items()}, answer["milliseconds"]
