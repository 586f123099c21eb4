"""Updates of the webhook in the order of their numbers: Telegram sends them over several connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bot.channels.model import Incoming

PATIENCE_SECONDS = 0.3


class InOrder:
    """Passes events on by the number of their update; waits a moment for a number that is missing."""

    def __init__(self, pass_on: Callable[[Incoming], None], patience: float = PATIENCE_SECONDS) -> None:
        """Take the function that events are passed on to, and how many seconds a gap is waited for."""
        self._pass_on = pass_on
        self._patience = patience
        self._next: int | None = None
        self._held: dict[int, Sequence[Incoming]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def put(self, number: int, events: Sequence[Incoming]) -> None:
        """Add an update; one that is not for us has no events, but its number counts."""
        if self._next is not None and number < self._next:
            self._emit(events)  # later than we waited
            return
        # The same update may come again while it is held; then it has no events any more.
        self._held[number] = [*self._held.get(number, ()), *events]
        while self._next in self._held:
            self._advance(self._next)
        if not self._held:
            self._stop_timer()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._patience, self.release)

    def release(self) -> None:
        """Pass on all that is held, as far as it is in order."""
        self._stop_timer()
        for number in sorted(self._held):
            self._advance(number)

    def _advance(self, number: int) -> None:
        self._next = number + 1
        self._emit(self._held.pop(number))

    def _emit(self, events: Sequence[Incoming]) -> None:
        for event in events:
            self._pass_on(event)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
