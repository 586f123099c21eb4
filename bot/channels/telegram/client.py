"""The library's bot, patient: no reply is given up because Telegram is slow, busy or out of reach."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.channels.telegram.settings import Settings

POLL_SECONDS = 30
READ_SECONDS = 15.0
CONNECT_SECONDS = 10.0
POOL_SECONDS = 60.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
FLOOD_WAITS = 20

# Telegram has decided on these; asking again would not help.
FINAL = (BadRequest, Forbidden, InvalidToken, Conflict, ChatMigrated)

# What is only a courtesy is tried so often; everything else until it is done.
_ATTEMPTS = {
    "sendChatAction": 1,
    "answerCallbackQuery": 4,
    "editMessageText": 6,
    "editMessageReplyMarkup": 6,
}
# Telegram's limit for groups is on messages.
_UNLIMITED = frozenset({"sendChatAction", "answerCallbackQuery"})

# The library's loggers quote tokens and messages; what has to be known is logged here.
for _name in ("telegram", "httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

Callback = Callable[..., Coroutine[Any, Any, Any]]


def pauses() -> Iterator[float]:
    """Yield the seconds to wait after each failure in a row."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(LONGEST_PAUSE, 2 * pause)


class PatientLimiter(AIORateLimiter):
    """The library's limiter (Telegram's rates, and waiting as long as a 429 says), which tries again besides."""

    async def process_request(
        self,
        callback: Callback,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Make a request, and make it again after errors of the network and of Telegram's servers."""
        attempts = _ATTEMPTS.get(endpoint)
        for attempt, pause in enumerate(pauses(), start=1):
            try:
                if endpoint in _UNLIMITED:
                    return await callback(*args, **kwargs)
                return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
            except FINAL:
                raise
            except TelegramError:
                if attempt == attempts:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("pauses never end")


class Client(ExtBot[int]):
    """The library's bot, with updates as they come: a kind of update that the library does not know is no error."""

    async def updates(self, offset: int, allowed: list[str]) -> list[dict[str, Any]]:
        """Wait for updates from `offset` on and return them as Telegram sent them.

        Raises:
            telegram.error.TelegramError: Telegram refused, or could not be reached.
        """
        request = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": allowed}
        found: Any = await self._post("getUpdates", request, read_timeout=POLL_SECONDS + READ_SECONDS)
        return [update for update in found if isinstance(update, dict) and isinstance(update.get("update_id"), int)]


def make_client(settings: Settings, limiter: PatientLimiter | None = None) -> Client:
    """Return a client that has not called Telegram yet."""

    def request(connections: int) -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=connections,
            read_timeout=READ_SECONDS,
            write_timeout=READ_SECONDS,
            connect_timeout=CONNECT_SECONDS,
            pool_timeout=POOL_SECONDS,
        )

    return Client(
        settings.token,
        base_url=f"{settings.api_url}/bot",
        base_file_url=f"{settings.api_url}/file/bot",
        request=request(32),
        get_updates_request=request(1),
        rate_limiter=limiter or PatientLimiter(max_retries=FLOOD_WAITS),
    )
