"""Work in order within a chat, in parallel across chats."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from bot.runtime.logs import frames

logger = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]


class Queues:
    """One queue for each key, made and dropped as needed."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Job]] = {}
        self._workers: set[asyncio.Task[None]] = set()

    def put(self, key: str, job: Job) -> None:
        """Add a job at the end of a queue; one that fails is logged, and the next one runs."""
        if key in self._waiting:
            self._waiting[key].append(job)
            return
        self._waiting[key] = deque([job])
        worker = asyncio.get_running_loop().create_task(self._work(key))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    def __contains__(self, key: str) -> bool:
        """Tell whether something is being done, or waits, under a key."""
        return key in self._waiting

    async def drain(self, seconds: float) -> bool:
        """Wait until all is done, at most so long, then cancel the rest; tell whether all was done."""
        if not self._workers:
            return True
        _, late = await asyncio.wait(set(self._workers), timeout=seconds)
        for worker in late:
            worker.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._waiting.clear()
        return not late

    async def _work(self, key: str) -> None:
        queue = self._waiting[key]
        while queue:
            try:
                await queue.popleft()()
            except Exception as error:
                logger.error("An event could not be served: %s", frames(error))
        self._waiting.pop(key, None)
