"""The conversation store: nothing lost, sessions that stay short, and "forget me"."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.exceptions import ConnectionException
from rasa.utils.endpoints import EndpointConfig

from bot.runtime.tracker_store import ConversationStore, Deletion, conversation_store
from tests.conftest import talk

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
slots:
  therapy:
    type: any
    mappings:
    - type: custom
forms:
  case_form:
    required_slots: [therapy]
"""
)
LISTEN = "action_listen"


# An empty PostgreSQL database for these tests to write to, if there is one.
SERVER = os.environ.get("TEST_POSTGRESQL_URL")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(not SERVER, reason="no server"))])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ConversationStore]:
    url = str(SERVER) if request.param == "postgresql" else _file(tmp_path)
    monkeypatch.setenv("TRACKER_DB_URL", url)
    store = ConversationStore(DOMAIN, events_per_session=12)
    yield store
    store.Base.metadata.drop_all(store.engine)
    await store.close()


@pytest.fixture
def file_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ConversationStore:
    monkeypatch.setenv("TRACKER_DB_URL", _file(tmp_path))
    return ConversationStore(DOMAIN, events_per_session=12)


def _file(folder: Path) -> str:
    return f"sqlite:///{folder}/folder/store.db"


def _turn(number: int) -> list[Event]:
    buttons = {"buttons": [{"title": "Next", "payload": f"/next {number}"}]}
    return [
        UserUttered(f"message {number}", intent={"name": "tell"}),
        SlotSet("therapy", number),
        BotUttered(f"answer {number}", buttons),
        ActionExecuted(LISTEN),
    ]


async def _converse(store: TrackerStore, turns: int, first: int = 0) -> None:
    for number in range(first, first + turns):
        tracker = await store.get_or_create_tracker("anna", append_action_listen=False)
        events: list[Event] = [] if tracker.events else [ActionExecuted("action_session_start"), SessionStarted()]
        events += [ActiveLoop("case_form"), SlotSet("requested_slot", "therapy")] if number == 1 else []
        tracker.update_with_events([*events, *_turn(number)], DOMAIN)
        await store.save(tracker)


async def test_a_long_conversation_goes_on_in_short_sessions(store: ConversationStore) -> None:
    await _converse(store, 40)
    tracker = await store.retrieve("anna")
    assert tracker is not None
    assert len(tracker.events) <= 12 + 8


async def test_nothing_of_the_state_changes_when_a_session_is_continued(store: ConversationStore) -> None:
    stock = InMemoryTrackerStore(DOMAIN)
    for turn in range(30):
        await _converse(store, 1, turn)
        await _converse(stock, 1, turn)
        ours, theirs = await store.retrieve("anna"), await stock.retrieve("anna")
        assert ours is not None and theirs is not None
        assert ours.current_slot_values() == theirs.current_slot_values()
        assert ours.active_loop_name == theirs.active_loop_name
        assert ours.latest_message.text == theirs.latest_message.text
        assert ours.latest_bot_utterance.data == theirs.latest_bot_utterance.data
        assert ours.latest_action_name == theirs.latest_action_name
        assert ours.followup_action == theirs.followup_action


async def test_the_whole_history_stays_each_message_once(store: ConversationStore) -> None:
    await _converse(store, 40)
    full = await store.retrieve_full_tracker("anna")
    assert full is not None
    said = [event.text for event in full.events if isinstance(event, UserUttered)]
    assert said == [f"message {number}" for number in range(40)]
    assert full.get_slot("therapy") == 39


async def test_a_plain_sql_store_reads_the_same_session(file_store: ConversationStore, tmp_path: Path) -> None:
    store = file_store
    await _converse(store, 40)
    stock = SQLTrackerStore(DOMAIN, db=f"{tmp_path}/folder/store.db")
    ours, theirs = await store.retrieve("anna"), await stock.retrieve("anna")
    assert ours is not None and theirs is not None
    assert ours.current_slot_values() == theirs.current_slot_values()
    assert [e.as_dict() for e in ours.events] == [e.as_dict() for e in theirs.events][-len(ours.events) :]


async def test_a_clock_that_is_set_back_loses_nothing(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _converse(store, 10)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 3600)
    await _converse(store, 20, first=10)
    tracker, full = await store.retrieve("anna"), await store.retrieve_full_tracker("anna")
    assert tracker is not None and full is not None
    assert tracker.get_slot("therapy") == 29
    assert sum(isinstance(event, UserUttered) for event in full.events) == 30


async def test_a_turn_that_ran_in_circles_ends_listening(store: ConversationStore) -> None:
    tracker = await store.get_or_create_tracker("round-and-round")
    tracker.update_with_events([UserUttered("hello"), *(ActionExecuted("action_again") for _ in range(10))], DOMAIN)
    await store.save(tracker)
    stored = await store.retrieve("round-and-round")
    assert stored is not None
    assert stored.latest_action_name == LISTEN


async def test_a_tracker_saved_twice_is_stored_once(store: ConversationStore) -> None:
    await _converse(store, 6)
    tracker = await store.retrieve("anna")
    assert tracker is not None
    tracker.update_with_events(_turn(6), DOMAIN)
    await store.save(tracker)
    tracker.update_with_events(_turn(7), DOMAIN)
    await store.save(tracker)
    await store.save(tracker)
    full = await store.retrieve_full_tracker("anna")
    assert full is not None
    assert [e.text for e in full.events if isinstance(e, UserUttered)] == [f"message {n}" for n in range(8)]


async def test_forgetting_deletes_one_conversation_and_says_how_much(store: ConversationStore) -> None:
    await _converse(store, 2)
    other = await store.get_or_create_tracker("bert")
    assert await store.delete("anna") == Deletion("anna", 12)
    assert not await store.exists("anna")
    assert await store.retrieve("anna") is None
    assert list(await store.keys()) == [other.sender_id]
    assert await store.delete("anna") == Deletion("anna", 0)


async def test_another_process_can_read_while_the_bot_writes(file_store: ConversationStore, tmp_path: Path) -> None:
    store = file_store
    await _converse(store, 1)
    reader = sqlite3.connect(f"{tmp_path}/folder/store.db")
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM events").fetchone() == (6,)
    await _converse(store, 1, first=1)
    assert reader.execute("SELECT count(*) FROM events").fetchone() == (6,)
    assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    reader.close()


async def test_a_database_error_quotes_nothing_that_was_said(store: ConversationStore) -> None:
    tracker = await store.create_tracker("bert", append_action_listen=False)
    await store.save(tracker)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE events")
    tracker.stored_events = 0
    tracker.update(UserUttered("the patient's secret"))
    with pytest.raises(Exception, match="events") as raised:
        await store.save(tracker)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("setting", ["url", "db"])
def test_rasa_makes_it_from_an_endpoints_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.delenv("TRACKER_DB_URL")
    value = {"url": f"sqlite:///{tmp_path}/x.db", "db": f"{tmp_path}/x.db"}[setting]
    entry = EndpointConfig(type="bot.runtime.tracker_store.ConversationStore", **{setting: value})
    assert isinstance(TrackerStore.create(entry, DOMAIN), ConversationStore)
    assert (tmp_path / "x.db").exists()


@pytest.mark.parametrize("url", ["no url at all", "sqlite:////proc/nowhere/x.db"])
def test_a_database_that_cannot_be_opened_is_told_at_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DB_URL", url)
    with pytest.raises(ConnectionException):
        ConversationStore(DOMAIN)


async def test_a_real_agent_goes_on_as_if_nothing_had_happened(tiny_agent: Any) -> None:
    store = conversation_store(tiny_agent.tracker_store)
    store.events_per_session = 12
    for number in range(1, 20):
        messages = await talk(tiny_agent, "anna", "count")
        assert messages[0]["text"] == f"Counted {number}."
    await talk(tiny_agent, "anna", "bye")
    for _ in range(4):
        await talk(tiny_agent, "bert", "count")
    assert (await talk(tiny_agent, "anna", "green"))[0]["text"] == "Bye."
    tracker = await store.retrieve("anna")
    assert tracker is not None
    assert tracker.get_slot("colour") == "green"
    assert len(tracker.events) < 30
