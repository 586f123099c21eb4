"""The parts of the base on their own: queues, limits, memory, order of updates."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.channels.access import RateLimit
from bot.channels.model import Incoming, Kind
from bot.channels.queues import Queues
from bot.channels.store import ChannelStore, Press
from bot.channels.telegram.sequence import InOrder


def incoming(id: str, place: str = "1") -> Incoming:
    return Incoming(id, Kind.TEXT, place, f"test:{place}", "9", f"text {id}")


async def test_queues_keep_order_within_a_key_and_do_not_wait_across_keys() -> None:
    queues, log, gate = Queues(), list[str](), asyncio.Event()

    async def slow() -> None:
        await gate.wait()
        log.append("a1")

    async def note(name: str) -> None:
        log.append(name)

    queues.put("a", slow)
    queues.put("a", lambda: note("a2"))
    queues.put("b", lambda: note("b1"))
    await asyncio.sleep(0.01)
    assert log == ["b1"]
    gate.set()
    assert await queues.drain(1)
    assert log == ["b1", "a1", "a2"]
    assert queues._waiting == {}


async def test_a_job_that_fails_lets_the_next_one_run(caplog: pytest.LogCaptureFixture) -> None:
    queues, log = Queues(), list[str]()

    async def fails() -> None:
        raise ValueError("a secret")

    async def note() -> None:
        log.append("next")

    queues.put("a", fails)
    queues.put("a", note)
    await queues.drain(1)
    assert log == ["next"]
    assert "ValueError" in caplog.text and "secret" not in caplog.text


async def test_draining_ends_when_its_time_is_over() -> None:
    queues = Queues()
    queues.put("a", lambda: asyncio.sleep(60))
    assert not await queues.drain(0.01)


def test_a_limit_lets_bursts_through_and_forgets_the_idle() -> None:
    now = [0.0]
    limit = RateLimit(2, 60, clock=lambda: now[0])
    assert [limit.wait("a"), limit.wait("a"), limit.wait("b")] == [0, 0, 0]
    now[0] = 20
    assert limit.wait("a") == 40
    assert limit.tell("a") and not limit.tell("a") and limit.tell("b")
    now[0] = 81
    assert limit.wait("a") == 0 and limit.tell("a")
    assert list(limit._times) == ["a"]


async def test_an_event_is_taken_in_once_even_after_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    first = ChannelStore(url, "test")
    assert await first.take_in([incoming("1"), incoming("2"), incoming("1")]) == [incoming("1"), incoming("2")]
    await first.answered(incoming("1"), [{"text": "reply"}])
    await first.finish(incoming("2"))
    await first.close()
    second = ChannelStore(url, "test")
    assert await second.take_in([incoming("2"), incoming("1"), incoming("3")]) == [incoming("3")]
    left = await second.unfinished()
    assert [(item.event.id, item.replies, item.starts) for item in left] == [
        ("1", [{"text": "reply"}], 2),
        ("3", None, 2),
    ]
    other = ChannelStore(url, "another account")
    assert await other.take_in([incoming("1")]) == [incoming("1")]
    await second.close()
    await other.close()


async def test_a_press_counts_again_only_for_the_same_event(tmp_path: Path) -> None:
    store = ChannelStore(f"sqlite:///{tmp_path}/a.db", "test")
    await store.offer("k", "1", "test:1", [{"title": "A", "payload": "a"}])
    first = await store.press("k", 0, "1", "event 1")
    assert (first.press, first.title, first.payload) == (Press.TAKEN, "A", "a")
    assert (await store.press("k", 0, "1", "event 1")).press is Press.TAKEN, "begun again after a restart"
    assert (await store.press("k", 0, "1", "event 2")).press is Press.USED
    assert (await store.press("k", 0, "2", "event 3")).press is Press.UNKNOWN
    await store.retire("test:1")
    assert (await store.press("k", 0, "1", "event 1")).press is Press.STALE
    await store.close()


async def test_updates_are_put_in_order_and_a_gap_is_waited_for_a_moment_only() -> None:
    passed: list[str] = []
    order = InOrder(lambda event: passed.append(event.id), patience=0.05)
    for number in (7, 6):
        order.put(number, [incoming(str(number))])
    assert passed == []
    await asyncio.sleep(0.1)
    assert passed == ["6", "7"]
    order.put(8, [incoming("8")])
    assert passed[-1] == "8", "no wait where nothing is missing"
    order.put(11, [incoming("11")])
    order.put(10, [])
    order.put(9, [incoming("9")])
    assert passed[-2:] == ["9", "11"]
    order.put(14, [incoming("14")])
    await asyncio.sleep(0.1)
    order.put(13, [incoming("13")])
    assert passed[-2:] == ["14", "13"], "late, but not lost"
