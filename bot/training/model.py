"""A training case: what a resident sees first, what a work-up reveals, and the facts behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How much a case asks of a resident."""

    FIRST_STEPS = "first_steps"
    STANDARD = "standard"
    HARD = "hard"


class Topic(StrEnum):
    """What a decision is about; a resident may ask for one, and progress is shown by it."""

    GOALS = "goals"
    PPF = "ppf"
    OPTIONS = "options"
    CALCINEURIN_SWITCH = "calcineurin_switch"
    NINTEDANIB = "nintedanib"
    CAUTIONS = "cautions"
    RED_FLAGS = "red_flags"
    WORK_UP = "work_up"


class Step(StrEnum):
    """The decisions of a case, in the order in which they are asked."""

    WORK_UP = "work_up"
    RED_FLAG = "red_flag"
    GOALS = "goals"
    PPF = "ppf"
    TRIGGER = "trigger"
    OPTIONS = "options"
    NINTEDANIB = "nintedanib"
    CAUTIONS = "cautions"


class Grade(StrEnum):
    """What became of an answer."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One item of the work-up: the request that reveals it, what is said then, and the slots that it gives."""

    request: str
    says: str
    gives: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrainingCase:
    """A fictional case.

    `known` are the slots that the presentation gives. `leaves_open` names the slots that stay undecided on purpose:
    elsewhere nothing may be missing. `traps` are ids of traps.yml.
    """

    id: str
    title: str
    level: Level
    presentation: str
    known: Mapping[str, Any]
    work_up: tuple[Finding, ...] = ()
    traps: tuple[str, ...] = ()
    leaves_open: tuple[str, ...] = ()
    inspired_by: str | None = None

    def facts(self, without: Collection[str] = ()) -> dict[str, Any]:
        """Return the slots of the whole case, or of the case without what some requests reveal."""
        slots = dict(self.known)
        for finding in self.work_up:
            if finding.request not in without:
                slots.update(finding.gives)
        return {name: value for name, value in slots.items() if value is not None}

    def reveals(self, request: str) -> Finding | None:
        """Return what a request reveals, or None where the case holds nothing of the kind."""
        return next((finding for finding in self.work_up if finding.request == request), None)
