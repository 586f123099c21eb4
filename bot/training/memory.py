"""What is remembered of residents: results, when each decision point is due again, open cases, and groups.

One database holds it, by default the file in which conversations are kept. A resident is known by the id of the
conversation, or of the person in a team channel; no name is kept but one given to a group.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from fsrs import Card, Rating, Scheduler
from sqlalchemy.engine import Connection, Engine

from bot.training.model import Grade, Step

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8
# What was missed is due again in the same sitting, what was right on another day.
_AGAIN = timedelta(minutes=10)
_SCHEDULER = Scheduler(learning_steps=(_AGAIN,), relearning_steps=(_AGAIN,), enable_fuzzing=False)

_tables = sa.MetaData()
_results = sa.Table(
    "training_results",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("resident", sa.String(255), nullable=False, index=True),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("case_id", sa.String(100), nullable=False),
    sa.Column("step", sa.String(20), nullable=False),
    sa.Column("point", sa.String(60), nullable=False),
    sa.Column("topic", sa.String(30), nullable=False),
    sa.Column("grade", sa.String(10), nullable=False),
    sa.Column("hinted", sa.Boolean, nullable=False),
)
_cards = sa.Table(
    "training_cards",
    _tables,
    sa.Column("resident", sa.String(255), primary_key=True),
    sa.Column("point", sa.String(60), primary_key=True),
    sa.Column("due", sa.DateTime, nullable=False),
    sa.Column("card", sa.Text, nullable=False),
)
_open_cases = sa.Table(
    "training_open_cases",
    _tables,
    sa.Column("resident", sa.String(255), primary_key=True),
    sa.Column("session", sa.Text, nullable=False),
)
_groups = sa.Table(
    "training_groups",
    _tables,
    sa.Column("code", sa.String(20), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("created", sa.DateTime, nullable=False),
)
_members = sa.Table(
    "training_members",
    _tables,
    sa.Column("code", sa.String(20), primary_key=True),
    sa.Column("resident", sa.String(255), primary_key=True),
    sa.Column("name", sa.String(60), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one decision."""

    case_id: str
    step: Step
    point: str
    topic: str
    grade: Grade
    hinted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """A teacher's group."""

    code: str
    name: str


class Memory:
    """The training tables of a database."""

    def __init__(self, engine: Engine) -> None:
        """Create what is missing in the database."""
        self._engine = engine
        _tables.create_all(engine)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    # Results and repetition

    def record(self, resident: str, result: Result) -> None:
        """Keep a result, and plan when its decision point returns."""
        with self._connection() as connection:
            values = {
                "resident": resident,
                "at": _naive(result.at),
                "case_id": result.case_id,
                "step": str(result.step),
                "point": result.point,
                "topic": result.topic,
                "grade": str(result.grade),
                "hinted": result.hinted,
            }
            connection.execute(_results.insert().values(**values))
            _review(connection, resident, result)

    def results(self, resident: str) -> list[Result]:
        """Return all results of a resident, oldest first."""
        query = sa.select(_results).where(_results.c.resident == resident).order_by(_results.c.id)
        with self._connection() as connection:
            return [_result(row) for row in connection.execute(query).mappings()]

    def due(self, resident: str, now: datetime) -> list[str]:
        """Return the decision points that are due, the longest overdue first."""
        query = (
            sa.select(_cards.c.point)
            .where(_cards.c.resident == resident, _cards.c.due <= _naive(now))
            .order_by(_cards.c.due)
        )
        with self._connection() as connection:
            return [point for (point,) in connection.execute(query)]

    # The case that is open

    def keep_open(self, resident: str, session: Mapping[str, Any] | None) -> None:
        """Keep the state of an open case, or forget it."""
        with self._connection() as connection:
            connection.execute(_open_cases.delete().where(_open_cases.c.resident == resident))
            if session is not None:
                connection.execute(_open_cases.insert().values(resident=resident, session=json.dumps(session)))

    def open_case(self, resident: str) -> dict[str, Any] | None:
        """Return the state of the case that was left open."""
        query = sa.select(_open_cases.c.session).where(_open_cases.c.resident == resident)
        with self._connection() as connection:
            found = connection.execute(query).scalar()
        return dict(json.loads(found)) if found else None

    # Groups

    def create_group(self, name: str, now: datetime) -> Group:
        """Open a group with a code of its own."""
        group = Group("".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)), name)
        with self._connection() as connection:
            connection.execute(_groups.insert().values(code=group.code, name=name, created=_naive(now)))
        return group

    def group(self, code: str) -> Group | None:
        """Return the group of a code, typed in upper or lower case."""
        query = sa.select(_groups.c.code, _groups.c.name).where(_groups.c.code == code.upper())
        with self._connection() as connection:
            row = connection.execute(query).first()
        return Group(*row) if row else None

    def groups(self) -> list[Group]:
        """Return all groups."""
        with self._connection() as connection:
            return [Group(*row) for row in connection.execute(sa.select(_groups.c.code, _groups.c.name))]

    def delete_group(self, code: str) -> bool:
        """Delete a group; its members keep their results, which nobody else sees any more."""
        with self._connection() as connection:
            connection.execute(_members.delete().where(_members.c.code == code.upper()))
            return bool(connection.execute(_groups.delete().where(_groups.c.code == code.upper())).rowcount)

    def join(self, resident: str, code: str, name: str) -> None:
        """Make a resident a member, under the name that the teacher will see."""
        self.leave(resident, code)
        with self._connection() as connection:
            connection.execute(_members.insert().values(code=code.upper(), resident=resident, name=name))

    def leave(self, resident: str, code: str) -> None:
        """End a membership."""
        gone = _members.delete().where(_members.c.resident == resident, _members.c.code == code.upper())
        with self._connection() as connection:
            connection.execute(gone)

    def groups_of(self, resident: str) -> list[Group]:
        """Return the groups that a resident has joined."""
        query = (
            sa.select(_groups.c.code, _groups.c.name)
            .join(_members, _members.c.code == _groups.c.code)
            .where(_members.c.resident == resident)
        )
        with self._connection() as connection:
            return [Group(*row) for row in connection.execute(query)]

    def members(self, code: str) -> list[tuple[str, str]]:
        """Return the members of a group as (resident, name), by name."""
        query = sa.select(_members.c.resident, _members.c.name).where(_members.c.code == code.upper())
        with self._connection() as connection:
            return [(row[0], row[1]) for row in connection.execute(query.order_by(_members.c.name))]

    def forget(self, resident: str) -> int:
        """Delete everything that is kept of a resident; the answer counts the results that were there."""
        with self._connection() as connection:
            for table in (_cards, _open_cases, _members):
                connection.execute(table.delete().where(table.c.resident == resident))
            return int(connection.execute(_results.delete().where(_results.c.resident == resident)).rowcount)


def _review(connection: Connection, resident: str, result: Result) -> None:
    mine = (_cards.c.resident == resident, _cards.c.point == result.point)
    stored = connection.execute(sa.select(_cards.c.card).where(*mine)).scalar()
    card = Card.from_json(stored) if stored else Card(card_id=1)
    card, _ = _SCHEDULER.review_card(card, rating_of(result.grade, result.hinted), review_datetime=result.at)
    connection.execute(_cards.delete().where(*mine))
    values = {"resident": resident, "point": result.point, "due": _naive(card.due), "card": card.to_json()}
    connection.execute(_cards.insert().values(**values))


def rating_of(grade: Grade, hinted: bool) -> Rating:
    """Right counts as good, or as hard after a hint; partly as hard; wrong and skipped as forgotten."""
    if grade is Grade.RIGHT:
        return Rating.Hard if hinted else Rating.Good
    return Rating.Hard if grade is Grade.PARTLY else Rating.Again


def _result(row: Mapping[str, Any]) -> Result:
    return Result(
        case_id=row["case_id"],
        step=Step(row["step"]),
        point=row["point"],
        topic=row["topic"],
        grade=Grade(row["grade"]),
        hinted=row["hinted"],
        at=row["at"].replace(tzinfo=UTC),
    )


def _naive(moment: datetime) -> datetime:
    """The databases keep UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def last_cases(results: Sequence[Result], count: int) -> list[str]:
    """Return the last cases of a resident, newest first, each once."""
    return list(dict.fromkeys(result.case_id for result in reversed(results)))[:count]
