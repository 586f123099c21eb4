"""The lock store: order, speed, lifetime, and nothing left behind."""

from __future__ import annotations

import asyncio
import time

import pytest
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

from bot.runtime.lock_store import AwakeningLockStore


async def _turn(store: AwakeningLockStore, name: str, seconds: float, log: list[str], lifetime: float = 60) -> None:
    async with store.lock("anna", lifetime):
        log.append(f"{name} begins")
        await asyncio.sleep(seconds)
        log.append(f"{name} ends")


async def test_messages_are_served_one_at_a_time_in_their_order() -> None:
    store, log = AwakeningLockStore(), list[str]()
    await asyncio.gather(*(_turn(store, str(i), 0.01, log) for i in range(5)))
    assert log == [f"{i} {what}" for i in range(5) for what in ("begins", "ends")]


async def test_the_next_message_is_woken_at_once() -> None:
    store, start = AwakeningLockStore(), time.perf_counter()
    await asyncio.gather(*(_turn(store, str(i), 0.001, []) for i in range(20)))
    assert time.perf_counter() - start < 0.5


async def test_two_conversations_do_not_wait_for_each_other() -> None:
    store = AwakeningLockStore()
    async with store.lock("anna"), asyncio.timeout(0.5), store.lock("bert"):
        assert store.is_someone_waiting("bert")


async def test_no_trace_of_an_idle_conversation_stays() -> None:
    store = AwakeningLockStore()
    await asyncio.gather(*(_turn(store, str(i), 0, []) for i in range(3)))
    assert not store.is_someone_waiting("anna")
    assert store._queues == {}


async def test_a_turn_that_fails_lets_the_next_one_in() -> None:
    store, log = AwakeningLockStore(), list[str]()
    with pytest.raises(ValueError, match="broken"):
        async with store.lock("anna"):
            raise ValueError("broken")
    await _turn(store, "next", 0, log)
    assert log == ["next begins", "next ends"]


async def test_a_waiter_that_is_cancelled_leaves_the_queue() -> None:
    store, log = AwakeningLockStore(), list[str]()
    first = asyncio.create_task(_turn(store, "first", 0.05, log))
    await asyncio.sleep(0)
    second = asyncio.create_task(_turn(store, "second", 0, log))
    await asyncio.sleep(0)
    second.cancel()
    third = asyncio.create_task(_turn(store, "third", 0, log))
    await asyncio.gather(first, third)
    assert log == ["first begins", "first ends", "third begins", "third ends"]


async def test_a_turn_that_outlives_its_lock_holds_nobody_up() -> None:
    store, log = AwakeningLockStore(), list[str]()
    hung = asyncio.create_task(_turn(store, "hung", 0.3, log, lifetime=0.05))
    await asyncio.sleep(0)
    await asyncio.gather(*(_turn(store, name, 0.01, log) for name in "ab"))
    assert log == ["hung begins", "a begins", "a ends", "b begins", "b ends"]
    await hung
    assert store._queues == {}


async def test_a_message_that_waits_longer_than_the_lifetime_is_told_so() -> None:
    store = AwakeningLockStore()
    async with store.lock("anna", 60):
        with pytest.raises(LockError):
            async with store.lock("anna", 0.05):
                pass
    assert store._queues == {}


def test_rasa_makes_it_from_an_endpoints_entry() -> None:
    store = LockStore.create(EndpointConfig(type="bot.runtime.lock_store.AwakeningLockStore"))
    assert isinstance(store, AwakeningLockStore)
