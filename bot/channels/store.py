"""What the channels remember over a restart: events until they are answered, buttons, invitations, threads.

It lives in the database of the conversations. What was said is kept here only until it is answered.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.url import URL

from bot.channels.model import Incoming, Message
from bot.database import open_engine

# Platforms deliver again for a day at most.
EVENT_DAYS = 3
BUTTON_DAYS = 90

T = TypeVar("T")

_tables = sa.MetaData()
_events = sa.Table(
    "channel_events",
    _tables,
    sa.Column("serial", sa.Integer, primary_key=True),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("event", sa.String(255), nullable=False),
    sa.Column("place", sa.String(255), nullable=False),
    sa.Column("body", sa.Text),
    sa.Column("replies", sa.Text),
    sa.Column("starts", sa.Integer, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.UniqueConstraint("source", "event"),
)
_keyboards = sa.Table(
    "channel_keyboards",
    _tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("place", sa.String(255), nullable=False, index=True),
    sa.Column("conversation", sa.String(255), nullable=False),
    sa.Column("buttons", sa.Text),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("pressed_by", sa.String(255)),
    sa.Column("at", sa.Float, nullable=False),
)
_invited = sa.Table(
    "channel_invited",
    _tables,
    sa.Column("source", sa.String(64), primary_key=True),
    sa.Column("place", sa.String(255), primary_key=True),
    sa.Column("code", sa.String(64), nullable=False),
)
_threads = sa.Table(
    "channel_threads",
    _tables,
    sa.Column("source", sa.String(64), primary_key=True),
    sa.Column("place", sa.String(255), primary_key=True),
    sa.Column("message", sa.String(64), primary_key=True),
    sa.Column("thread", sa.String(64), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)


class Press(StrEnum):
    """What became of pressing a button."""

    TAKEN = "taken"
    USED = "used"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Choice:
    """A pressed button: its conversation; if it was `TAKEN` also label, payload, and the buttons beside it."""

    press: Press
    conversation: str = ""
    title: str = ""
    payload: str = ""
    others: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class Unfinished:
    """An event that was taken in and not finished; `replies` are None if it was not answered yet."""

    event: Incoming
    replies: list[Message] | None
    starts: int


@dataclass(frozen=True)
class Forgotten:
    """How much `ChannelStore.forget` took out: sets of buttons, threads, and whether an invitation."""

    keyboards: int
    threads: int
    invited: bool


class ChannelStore:
    """The memory of one channel; `source` tells its rows from those of others."""

    def __init__(self, url: URL | str, source: str) -> None:
        """Open the database and make what is missing.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it cannot be opened.
        """
        self._engine = open_engine(sa.engine.make_url(url))
        self._source = source
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="channel-store")
        _tables.create_all(self._engine)

    async def close(self) -> None:
        """Finish what is under way and close the database."""
        await asyncio.to_thread(self._thread.shutdown)
        self._engine.dispose()

    # Events

    async def take_in(self, events: Sequence[Incoming]) -> list[Incoming]:
        """Keep the events until they are finished; return those that were never seen before."""
        return await self._run(lambda connection: [event for event in events if self._insert(connection, event)])

    async def answered(self, event: Incoming, replies: list[Message]) -> None:
        """Keep what has to be sent; the event itself is no longer needed to do so but for its address."""
        await self._update(event, replies=json.dumps(replies))

    async def finish(self, event: Incoming) -> None:
        """Forget an event and its answer, but not that it was seen."""
        await self._update(event, place="", body=None, replies=None)

    async def unfinished(self) -> list[Unfinished]:
        """Return what an earlier run left over, in order, counting that it is begun again; drop the oldest traces."""
        rows = await self._run(self._unfinished)
        return [
            Unfinished(
                Incoming.from_dict(json.loads(row.body)), json.loads(row.replies) if row.replies else None, row.starts
            )
            for row in rows
        ]

    # Buttons

    async def offer(self, id: str, place: str, conversation: str, buttons: Sequence[dict[str, str]]) -> None:
        """Keep a set of buttons (title and payload each) under an id of the caller's."""
        row = {
            "id": id,
            "source": self._source,
            "place": place,
            "conversation": conversation,
            "buttons": json.dumps([[button["title"], button["payload"]] for button in buttons]),
            "state": "open",
            "at": time.time(),
        }
        await self._run(lambda connection: connection.execute(_keyboards.insert(), row))

    async def press(self, id: str, index: int, place: str, event: str) -> Choice:
        """Take a button of this chat's; of a set of buttons only the first press counts, told by its event."""
        return await self._run(lambda connection: self._press(connection, id, index, place, event))

    async def retire(self, conversation: str) -> None:
        """Make all buttons offered in a conversation so far stale, and forget what they say."""
        where = (_keyboards.c.source == self._source) & (_keyboards.c.conversation == conversation)
        statement = _keyboards.update().where(where).values(state=str(Press.STALE), buttons=None)
        await self._run(lambda connection: connection.execute(statement))

    # Invitations

    async def invite(self, place: str, code: str) -> None:
        """Let a chat in by the code of this mark."""
        row = {"source": self._source, "place": place, "code": code}

        def work(connection: Connection) -> None:
            connection.execute(_invited.delete().where(self._at(_invited, place)))
            connection.execute(_invited.insert(), row)

        await self._run(work)

    async def invited(self, code: str) -> set[str]:
        """Return the chats that the code of this mark let in."""
        statement = sa.select(_invited.c.place).where(
            (_invited.c.source == self._source) & (_invited.c.code == code) & (_invited.c.code != "")
        )
        return set(await self._run(lambda connection: connection.execute(statement).scalars().all()))

    # Threads

    async def link(self, place: str, messages: Iterable[str], thread: str) -> None:
        """Remember to which thread messages belong."""
        rows = [
            {"source": self._source, "place": place, "message": message, "thread": thread, "at": time.time()}
            for message in messages
        ]

        def work(connection: Connection) -> None:
            for row in rows:
                where = self._at(_threads, place) & (_threads.c.message == row["message"])
                connection.execute(_threads.delete().where(where))
                connection.execute(_threads.insert(), row)

        await self._run(work)

    async def thread(self, place: str, message: str) -> str | None:
        """Return the thread of a message, if it belongs to one."""
        statement = sa.select(_threads.c.thread).where(self._at(_threads, place) & (_threads.c.message == message))
        return await self._run(lambda connection: connection.execute(statement).scalars().first())

    async def forget(self, place: str) -> Forgotten:
        """Forget all about a chat."""

        def work(connection: Connection) -> Forgotten:
            gone = {
                table.name: connection.execute(table.delete().where(self._at(table, place))).rowcount
                for table in (_keyboards, _threads, _invited)
            }
            cleared = _events.update().where(self._at(_events, place)).values(place="", body=None, replies=None)
            connection.execute(cleared)
            return Forgotten(gone["channel_keyboards"], gone["channel_threads"], bool(gone["channel_invited"]))

        return await self._run(work)

    def _at(self, table: sa.Table, place: str) -> Any:
        return (table.c.source == self._source) & (table.c.place == place)

    def _insert(self, connection: Connection, event: Incoming) -> bool:
        known = (_events.c.source == self._source) & (_events.c.event == event.id)
        if connection.execute(sa.select(_events.c.serial).where(known)).first():
            return False
        row = {
            "source": self._source,
            "event": event.id,
            "place": event.place,
            "body": json.dumps(event.as_dict()),
            "starts": 1,
            "at": time.time(),
        }
        connection.execute(_events.insert(), row)
        return True

    async def _update(self, event: Incoming, **values: Any) -> None:
        where = (_events.c.source == self._source) & (_events.c.event == event.id)
        await self._run(lambda connection: connection.execute(_events.update().where(where).values(**values)))

    def _unfinished(self, connection: Connection) -> list[Any]:
        now = time.time()
        connection.execute(
            _events.delete().where((_events.c.at < now - EVENT_DAYS * 86400) & (_events.c.body.is_(None)))
        )
        connection.execute(_keyboards.delete().where(_keyboards.c.at < now - BUTTON_DAYS * 86400))
        connection.execute(_threads.delete().where(_threads.c.at < now - BUTTON_DAYS * 86400))
        mine = (_events.c.source == self._source) & _events.c.body.isnot(None)
        connection.execute(_events.update().where(mine).values(starts=_events.c.starts + 1))
        return list(connection.execute(sa.select(_events).where(mine).order_by(_events.c.serial)))

    def _press(self, connection: Connection, id: str, index: int, place: str, event: str) -> Choice:
        row = connection.execute(
            sa.select(_keyboards).where(self._at(_keyboards, place) & (_keyboards.c.id == id))
        ).first()
        if row is None:
            return Choice(Press.UNKNOWN)
        if row.state == Press.STALE:
            return Choice(Press.STALE, row.conversation)
        if row.pressed_by not in (None, event):
            return Choice(Press.USED, row.conversation)
        buttons = json.loads(row.buttons)
        if not 0 <= index < len(buttons):
            return Choice(Press.UNKNOWN)
        connection.execute(_keyboards.update().where(_keyboards.c.id == id).values(pressed_by=event))
        title, payload = buttons.pop(index)
        others = tuple({"title": title, "payload": payload} for title, payload in buttons)
        return Choice(Press.TAKEN, row.conversation, title, payload, others)

    async def _run(self, work: Callable[[Connection], T]) -> T:
        def in_transaction() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, in_transaction)
