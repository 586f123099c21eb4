"""Locks for conversations of one process, whose waiters are woken instead of polling."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore


class _Turn:
    """One message's place in the queue of its conversation; `expires` is in seconds of the loop's clock."""

    def __init__(self, expires: float) -> None:
        self.expires = expires
        self.woken = asyncio.Event()


class AwakeningLockStore(LockStore):
    """Serves the messages of a conversation one at a time, in the order in which they came.

    Rasa's own in-memory store looks once a second whether it is a message's turn. Here the message that ends wakes
    the next one. As in Rasa, a turn that lasts longer than the lock's lifetime no longer holds the others up, and a
    message that waits longer than that ends with a `LockError`.

    Only for a single process: a second worker would not see these locks.
    """

    def __init__(self, endpoint_config: Any = None) -> None:
        """Take no setting; `endpoint_config` is what Rasa passes to any class named in endpoints.yml."""
        self._queues: dict[str, deque[_Turn]] = {}

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold the conversation; the waiting time of Rasa's signature has no meaning here.

        Raises:
            LockError: the message waited longer than `lock_lifetime` seconds.
        """
        turn = _Turn(asyncio.get_running_loop().time() + lock_lifetime)
        queue = self._queues.setdefault(conversation_id, deque())
        queue.append(turn)
        try:
            await _wait_for(turn, queue)
            yield TicketLock(conversation_id)
        finally:
            self._leave(conversation_id, turn, queue)

    @property
    def busy(self) -> bool:
        """Tell whether a message of any conversation is being served or waits."""
        return bool(self._queues)

    def is_someone_waiting(self, conversation_id: str) -> bool:
        """Tell whether a message of this conversation is being served or waits."""
        return conversation_id in self._queues

    def _leave(self, conversation_id: str, turn: _Turn, queue: deque[_Turn]) -> None:
        if turn in queue:
            queue.remove(turn)
        if queue:
            queue[0].woken.set()
        elif self._queues.get(conversation_id) is queue:
            del self._queues[conversation_id]


async def _wait_for(turn: _Turn, queue: deque[_Turn]) -> None:
    now = asyncio.get_running_loop().time
    while queue[0] is not turn:
        try:
            async with asyncio.timeout_at(min(turn.expires, queue[0].expires)):
                await turn.woken.wait()
        except TimeoutError:
            if turn.expires <= now():
                raise LockError("The message waited too long for the messages before it.") from None
            _drop_overdue(queue, now())


def _drop_overdue(queue: deque[_Turn], now: float) -> None:
    """Let the queue go on without a turn that outlived its lock; it may still be running, as in Rasa."""
    while queue and queue[0].expires <= now:
        queue.popleft()
    if queue:
        queue[0].woken.set()
