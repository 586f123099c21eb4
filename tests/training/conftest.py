"""What the training tests share: a coach over a memory of its own, with a clock that can be set."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.training.coach import Coach, Person, Turn
from bot.training.memory import Memory
from bot.training.session import Session

ANNA = Person("anna", "anna")


@dataclass
class Clock:
    """The time, as the tests want it."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/training.db")
    yield Memory(engine)
    engine.dispose()


@pytest.fixture
def coach(memory: Memory, clock: Clock, tmp_path: Path) -> Coach:
    return Coach(memory, tmp_path / "pictures", clock, random.Random(7))


def in_case(case_id: str, place: int = 0, **state: object) -> Session:
    """A session in the middle of a case."""
    return Session.from_dict({"stage": "case", "case": case_id, "place": place, **state})


def said(turn: Turn) -> str:
    """The text of a turn."""
    return "\n".join(reply.text for reply in turn.said)
