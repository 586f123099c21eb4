"""Who may use a channel, and how much at a time."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

EVERYONE = "*"
INVITE = "invite:"


@dataclass(frozen=True)
class Allowlist:
    """The ids (of people, chats, teams) that may use a channel, and a code by which a chat can let itself in."""

    ids: frozenset[str] = frozenset()
    code: str = ""

    @classmethod
    def parse(cls, setting: str) -> Allowlist:
        """Read ids and `invite:CODE`, separated by commas or spaces; `*` lets everybody in."""
        entries = [entry for entry in re.split(r"[\s,;]+", setting) if entry]
        codes = [entry.removeprefix(INVITE) for entry in entries if entry.startswith(INVITE)]
        return cls(frozenset(entry for entry in entries if not entry.startswith(INVITE)), codes[-1] if codes else "")

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody at all can use the channel."""
        return not self.ids and not self.code

    def allows(self, *ids: str) -> bool:
        """Tell whether one of the ids is on the list."""
        return EVERYONE in self.ids or not self.ids.isdisjoint(ids)

    def is_code(self, text: str) -> bool:
        """Tell whether a text is the invite code; how long that takes says nothing about the code."""
        return bool(self.code) and hmac.compare_digest(text.strip().encode(), self.code.encode())

    @property
    def code_mark(self) -> str:
        """What is kept of the code beside a chat that it let in: a new code shuts out those of the old one."""
        return hashlib.sha256(self.code.encode()).hexdigest()[:16] if self.code else ""


class RateLimit:
    """At most `count` events in any stretch of `seconds` for each key, with bursts allowed."""

    def __init__(self, count: int = 30, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.count = count
        self.seconds = seconds
        self._clock = clock
        self._times: dict[str, list[float]] = {}
        self._told: dict[str, float] = {}

    def wait(self, key: str) -> float:
        """Count an event and return 0, or return the seconds until there is room for it."""
        now = self._clock()
        times = [at for at in self._times.pop(key, []) if at > now - self.seconds]
        self._drop_idle(now)
        self._times[key] = times
        if len(times) >= self.count:
            return times[0] + self.seconds - now
        times.append(now)
        return 0.0

    def tell(self, key: str) -> bool:
        """Tell whether the person should hear of the limit now: once in each stretch."""
        now = self._clock()
        told = self._told.get(key, -self.seconds)
        if now - told < self.seconds:
            return False
        self._told = {other: at for other, at in self._told.items() if now - at < self.seconds} | {key: now}
        return True

    def forget(self, key: str) -> None:
        """Drop what is known of a key."""
        self._times.pop(key, None)
        self._told.pop(key, None)

    def _drop_idle(self, now: float) -> None:
        # The key used longest ago comes first.
        while self._times:
            oldest = next(iter(self._times))
            if self._times[oldest] and self._times[oldest][-1] > now - self.seconds:
                return
            del self._times[oldest]
