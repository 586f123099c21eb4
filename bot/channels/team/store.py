"""The notes on each thread, in the database of the conversations."""

from __future__ import annotations

import json
import time

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.url import URL

from bot.channels.store import ChannelStore, Forgotten
from bot.channels.team.notes import Notes

_tables = sa.MetaData()
_notes = sa.Table(
    "team_notes",
    _tables,
    sa.Column("source", sa.String(64), primary_key=True),
    sa.Column("place", sa.String(255), primary_key=True),
    sa.Column("channel", sa.String(255), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)


_marks = sa.Table(
    "team_marks",
    _tables,
    sa.Column("source", sa.String(64), primary_key=True),
    sa.Column("mark", sa.BigInteger, nullable=False),
)


class TeamStore(ChannelStore):
    """A channel's memory with the notes on its threads; a thread that has notes is a case."""

    def __init__(self, url: URL | str, source: str) -> None:
        """Open the database and make what is missing."""
        super().__init__(url, source)
        _tables.create_all(self._engine)

    async def notes(self, place: str) -> Notes | None:
        """Return the notes on a thread, or None where no case was opened."""
        statement = sa.select(_notes.c.body).where(self._at(_notes, place))
        body = await self._run(lambda connection: connection.execute(statement).scalars().first())
        return Notes.from_dict(json.loads(body)) if body else None

    async def keep(self, place: str, channel: str, notes: Notes) -> None:
        """Keep the notes on a thread of a channel."""
        row = {"channel": channel, "body": json.dumps(notes.as_dict()), "at": time.time()}

        def work(connection: Connection) -> None:
            if not connection.execute(_notes.update().where(self._at(_notes, place)).values(**row)).rowcount:
                connection.execute(_notes.insert().values(source=self._source, place=place, **row))

        await self._run(work)

    async def latest(self, channel: str) -> str | None:
        """Return the thread of a channel that was spoken in last."""
        mine = (_notes.c.source == self._source) & (_notes.c.channel == channel)
        statement = sa.select(_notes.c.place).where(mine).order_by(_notes.c.at.desc()).limit(1)
        return await self._run(lambda connection: connection.execute(statement).scalars().first())

    async def mark(self) -> int | None:
        """Return how far the platform's messages were read, in its own count; None where none was."""
        statement = sa.select(_marks.c.mark).where(_marks.c.source == self._source)
        return await self._run(lambda connection: connection.execute(statement).scalars().first())

    async def set_mark(self, mark: int) -> None:
        """Remember how far the platform's messages were read; it never goes back."""

        def work(connection: Connection) -> None:
            mine = _marks.c.source == self._source
            if connection.execute(sa.select(_marks.c.mark).where(mine)).first() is None:
                connection.execute(_marks.insert().values(source=self._source, mark=mark))
            connection.execute(_marks.update().where(mine & (_marks.c.mark < mark)).values(mark=mark))

        await self._run(work)

    async def forget(self, place: str) -> Forgotten:
        """Forget all about a thread, the notes too."""
        await self._run(lambda connection: connection.execute(_notes.delete().where(self._at(_notes, place))))
        return await super().forget(place)
