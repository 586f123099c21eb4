"""Scores of therapies and of intents, the same for every program compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.language.agents import CLASS_OF, GENERIC_FOR

FALLBACK = "nlu_fallback"


class Status(Enum):
    """What a mention says of an agent."""

    NOW = "now"
    BEFORE = "before"
    NEITHER = "neither"


@dataclass(frozen=True)
class Therapies:
    """The agents taken now and before, by id; "none" and "not told" are both empty."""

    now: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Therapies:
        """Read the two therapy slots."""
        return cls(frozenset(slots.get("current_therapy") or ()), frozenset(slots.get("previous_therapy") or ()))

    @classmethod
    def from_mentions(cls, said: Iterable[tuple[str, Status]]) -> Therapies:
        """Let the last mention that says now or before decide for its agent.

        A class name ("steroids") counts only where no agent of the class has that status by name, as in our slots.
        """
        status: dict[str, Status] = {}
        for agent, what in said:
            if what is not Status.NEITHER:
                status[agent] = what
        return cls(_with(status, Status.NOW), _with(status, Status.BEFORE))


def _with(status: Mapping[str, Status], wanted: Status) -> frozenset[str]:
    found = {agent for agent, what in status.items() if what is wanted}
    generics = set(GENERIC_FOR.values())
    named = {CLASS_OF[agent] for agent in found - generics}
    return frozenset(agent for agent in found if agent not in generics or CLASS_OF[agent] not in named)


@dataclass(frozen=True)
class Ratio:
    """A part of a whole; None of nothing."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class TherapyScore:
    """How well the therapies of a set of messages were read.

    The ratios of `now_*` and `before_*` count agents, `right` and `dangerous` count messages: right with both lists as
    they should be, dangerous with an agent taken now that was denied, past, planned or somebody else's.
    """

    right: Ratio
    now_precision: Ratio
    now_recall: Ratio
    before_precision: Ratio
    before_recall: Ratio
    dangerous: Ratio


def score_therapies(gold: Mapping[str, Therapies], got: Mapping[str, Therapies]) -> TherapyScore:
    """Compare what was read with the gold, both by the id of the message."""
    pairs = [(gold[key], got[key]) for key in gold]
    now = [(expected.now, given.now) for expected, given in pairs]
    before = [(expected.before, given.before) for expected, given in pairs]
    return TherapyScore(
        Ratio(sum(expected == given for expected, given in pairs), len(pairs)),
        *_precision_and_recall(now),
        *_precision_and_recall(before),
        Ratio(sum(bool(given - expected) for expected, given in now), len(now)),
    )


def _precision_and_recall(pairs: list[tuple[frozenset[str], frozenset[str]]]) -> tuple[Ratio, Ratio]:
    agreed = sum(len(expected & given) for expected, given in pairs)
    given_in_all = sum(len(given) for _, given in pairs)
    expected_in_all = sum(len(expected) for expected, _ in pairs)
    return Ratio(agreed, given_in_all), Ratio(agreed, expected_in_all)


@dataclass(frozen=True)
class IntentScore:
    """How well questions were told apart.

    `right` counts those that have an intent, `not_understood` those of them that reached the fallback; `refused` counts
    the ones that belong to no intent and reached the fallback; `confusions` is (expected, got) with how often, the most
    frequent first.
    """

    right: Ratio
    macro_f1: float
    not_understood: Ratio
    refused: Ratio
    confusions: tuple[tuple[tuple[str, str], int], ...]


def score_intents(pairs: list[tuple[str, str]]) -> IntentScore:
    """Score (expected, got) of every question."""
    known = [(expected, got) for expected, got in pairs if expected != FALLBACK]
    unknown = [got for expected, got in pairs if expected == FALLBACK]
    wrong = Counter((expected, got) for expected, got in pairs if expected != got)
    return IntentScore(
        Ratio(sum(expected == got for expected, got in known), len(known)),
        _macro_f1(pairs),
        Ratio(sum(got == FALLBACK for _, got in known), len(known)),
        Ratio(sum(got == FALLBACK for got in unknown), len(unknown)),
        tuple(wrong.most_common()),
    )


def _macro_f1(pairs: list[tuple[str, str]]) -> float:
    """Return the mean F1 over the expected intents, in percent."""
    agreed = Counter(expected for expected, got in pairs if expected == got)
    asked, answered = Counter(expected for expected, _ in pairs), Counter(got for _, got in pairs)
    return 100 * sum(2 * agreed[intent] / (asked[intent] + answered[intent]) for intent in asked) / len(asked)
