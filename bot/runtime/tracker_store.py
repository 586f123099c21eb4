"""Conversations in SQLite or PostgreSQL: never in the way of the event loop, and as cheap at message 1000 as at 5."""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.processor import MAX_NUMBER_OF_PREDICTIONS
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import ConnectionException
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.orm import Query, Session, sessionmaker

from bot.database import DEFAULT_FILE, URL_VARIABLE, in_project, is_sqlite, open_engine

CONNECT_SECONDS = 30.0
SERVER_THREADS = 8
# Rasa replays a session's events several times a turn: about 15 turns keep that below a few milliseconds.
EVENTS_PER_SESSION = 100

T = TypeVar("T")


@dataclass(frozen=True)
class Deletion:
    """What `ConversationStore.delete` took out of the database."""

    conversation: str
    events: int


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL tracker store with its database work in threads, and sessions that do not grow without end.

    A session with more than `events_per_session` events is continued in a new Rasa session that begins with the slots
    and the active loop as they stood before the turn being saved, followed by that turn as it happened. Nothing is
    lost: the sessions before stay in the database until `delete`.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: Any = None,
        events_per_session: int = EVENTS_PER_SESSION,
        db: str = DEFAULT_FILE,
        **database: Any,
    ) -> None:
        """Open the database of `TRACKER_DB_URL`, else the one that endpoints.yml describes, else a file in `var/`.

        `db` and `database` are the settings of Rasa's own SQL store: url, dialect, username and so on.

        Raises:
            ConnectionException: the database cannot be opened.
        """
        TrackerStore.__init__(self, domain, event_broker)
        self.events_per_session = int(events_per_session)
        url = _url(os.environ.get(URL_VARIABLE) or self.get_db_url(db=db, **database))
        self.engine = open_engine(url, pool_size=SERVER_THREADS)
        self.sessionmaker = sessionmaker(bind=self.engine)
        # One connection suffices for SQLite, which has one writer anyway.
        threads = 1 if is_sqlite(url) else SERVER_THREADS
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="conversations")
        _create_tables(self.engine, self.Base.metadata)

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations."""
        column = self.SQLEvent.sender_id
        return [key for (key,) in await self._run(lambda session: session.query(column).distinct().all())]

    async def exists(self, conversation_id: str) -> bool:
        """Tell whether anything is stored of a conversation."""
        query = sa.exists().where(self.SQLEvent.sender_id == conversation_id)
        return bool(await self._run(lambda session: session.query(query).scalar()))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the events that the database does not have yet, in one transaction."""
        await self.stream_events(tracker)
        stored = await self._stored(tracker)
        if _is_cut_off(tracker.events):
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        events = list(tracker.events)
        new = events[stored:]
        if not new:
            return
        if stored > self.events_per_session and _is_whole_turn(new):
            new = continuation(tracker.sender_id, events[:stored], new[0].timestamp, self.domain) + new
        rows = [self._row(tracker.sender_id, event) for event in new]
        await self._run(lambda session: self._insert(session, rows))
        tracker.stored_events = len(events)

    async def delete(self, conversation_id: str) -> Deletion:
        """Forget a conversation with all its sessions; the answer counts the events that were there."""
        count = await self._run(lambda session: self._delete(session, conversation_id))
        return Deletion(conversation_id, count)

    async def close(self) -> None:
        """Finish the database work under way and close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self.engine.dispose()

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        whole = fetch_events_from_all_sessions
        rows = await self._run(lambda session: [row.data for row in self._event_query(session, sender_id, whole)])
        if not rows:
            return None
        tracker = DialogueStateTracker.from_events(
            sender_id, [_event(json.loads(row)) for row in rows], self.domain.slots
        )
        if not whole:
            tracker.stored_events = len(rows)
        return tracker

    def _event_query(self, session: Session, sender_id: str, fetch_events_from_all_sessions: bool) -> Query:
        """Select the events in their order; the latest session begins at the latest `SessionStarted` that was stored.

        Rasa goes by the time of that event, which fails when the clock is set back.
        """
        event = self.SQLEvent
        query = session.query(event.data).filter(event.sender_id == sender_id)
        if not fetch_events_from_all_sessions:
            start = session.query(sa.func.max(event.id)).filter(
                event.sender_id == sender_id, event.type_name == SessionStarted.type_name
            )
            query = query.filter(event.id >= sa.func.coalesce(start.scalar_subquery(), 0))
        return query.order_by(event.id)

    async def _stored(self, tracker: DialogueStateTracker) -> int:
        """How many of the tracker's events are in the database: noted on those that came from there."""
        if hasattr(tracker, "stored_events"):
            return int(tracker.stored_events)
        return await self._run(lambda session: int(self._event_query(session, tracker.sender_id, False).count()))

    def _row(self, sender_id: str, event: Event) -> dict[str, Any]:
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }

    def _insert(self, session: Session, rows: list[dict[str, Any]]) -> None:
        session.execute(sa.insert(self.SQLEvent), rows)
        session.commit()

    def _delete(self, session: Session, conversation_id: str) -> int:
        count = session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == conversation_id).delete()
        session.commit()
        return int(count)

    async def _run(self, work: Callable[[Session], T]) -> T:
        def in_session() -> T:
            with self.sessionmaker() as session:
                return work(session)

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_session)


def continuation(conversation_id: str, events: Sequence[Event], timestamp: float, domain: Domain) -> list[Event]:
    """Return the events that open a new session in the state that `events` led to, all at `timestamp`."""
    state = DialogueStateTracker.from_events(conversation_id, list(events), domain.slots)
    opening: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    opening += [SlotSet(slot.name, slot.value) for slot in state.slots.values() if slot.value != slot.initial_value]
    if state.active_loop_name:
        opening.append(ActiveLoop(state.active_loop_name))
    if state.is_active_loop_rejected:
        opening.append(ActionExecutionRejected(state.active_loop_name))
    opening.append(ActionExecuted(ACTION_LISTEN_NAME))
    for event in opening:
        event.timestamp = timestamp
    return opening


def conversation_store(store: TrackerStore) -> ConversationStore:
    """Return the store that Rasa wrapped for its fallback.

    Raises:
        TypeError: conversations are kept in another kind of store.
    """
    inner = store._tracker_store if isinstance(store, FailSafeTrackerStore) else store
    if not isinstance(inner, ConversationStore):
        raise TypeError(f"Conversations are kept in {type(inner).__name__}, not in a ConversationStore.")
    return inner


# Rasa searches all classes of events for each event that it reads.
_event_class = functools.cache(Event.resolve_by_type)


def _event(data: dict[str, Any]) -> Event:
    return _event_class(data["event"])._from_parameters(data)


def _is_whole_turn(events: Sequence[Event]) -> bool:
    """Tell whether the events are a turn from the user's message to listening again, with no session start in it."""
    return (
        isinstance(events[0], UserUttered)
        and isinstance(events[-1], ActionExecuted)
        and events[-1].action_name == ACTION_LISTEN_NAME
        and not any(isinstance(event, SessionStarted) for event in events)
    )


def _is_cut_off(events: Sequence[Event]) -> bool:
    """Tell whether Rasa stopped a turn that ran in circles: unless it listens again, it would never answer any more."""
    actions = (event for event in reversed(events) if isinstance(event, ActionExecuted))
    since_listening = itertools.takewhile(lambda action: action.action_name != ACTION_LISTEN_NAME, actions)
    return bool(sum(1 for _ in since_listening) >= MAX_NUMBER_OF_PREDICTIONS)


def _url(url: str | URL) -> URL:
    """Read a database's URL; a relative SQLite path begins in the project's folder, and its folder is made."""
    try:
        url = make_url(url)
    except sa.exc.ArgumentError as error:
        raise ConnectionException(f"{URL_VARIABLE} is not a database URL such as sqlite:///{DEFAULT_FILE}.") from error
    try:
        return in_project(url)
    except OSError as error:
        raise ConnectionException(f"Cannot make the folder {error.filename}: {error.strerror}") from error


def _create_tables(engine: Engine, tables: sa.MetaData) -> None:
    """Create what is missing; a database server gets some time to come up, a file does not."""
    deadline = time.monotonic() + (0 if is_sqlite(engine.url) else CONNECT_SECONDS)
    while True:
        try:
            tables.create_all(engine)
            return
        except sa.exc.SQLAlchemyError as error:
            if time.monotonic() >= deadline:
                reason = str(getattr(error, "orig", None) or error).splitlines()[0]
                raise ConnectionException(f"Cannot open the conversations in {engine.url!r}: {reason}") from error
            time.sleep(1)
