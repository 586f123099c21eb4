"""Slack's Web API, called with patience: no reply is given up because Slack is slow, busy or out of reach."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
CALL_SECONDS = 15.0
TICKET_SECONDS = 20.0
# What is only a courtesy is tried so often; replies until Slack has taken or refused them.
COURTESY = 4

_PASSING = {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
DENIED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"}
"""Slack's words for a token that will not work."""

# The libraries' loggers quote messages and tokens; what has to be known is logged by us.
for _name in ("slack_bolt", "slack_sdk"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
library_logger = logging.getLogger("slack_bolt")


def make_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a client that leaves trying again to `patiently`."""
    return AsyncWebClient(
        token=token, base_url=api_url, session=session, logger=library_logger, retry_handlers=[], timeout=15
    )


def make_session() -> aiohttp.ClientSession:
    """Return connections for the client."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS), trust_env=True)


def error_of(error: SlackApiError) -> str:
    """Return Slack's word for an error."""
    data = error.response.data if hasattr(error.response, "data") else error.response
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def pauses() -> Iterator[float]:
    """Yield the seconds to wait after each failure in a row."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(LONGEST_PAUSE, 2 * pause)


async def patiently(call: Callable[[], Awaitable[Any]], attempts: int | None = None) -> Any:
    """Make a call, and make it again after errors of the network, of Slack's servers, and as long as a 429 says.

    Raises:
        SlackApiError: Slack refused it.
        SlackClientError, aiohttp.ClientError, TimeoutError: the last of `attempts` failed too.
    """
    for attempt, pause in enumerate(pauses(), start=1):
        try:
            return await call()
        except SlackApiError as error:
            if not _passes(error) or attempt == attempts:
                raise
            pause = _retry_after(error) or pause
        except (SlackClientError, aiohttp.ClientError, TimeoutError):
            if attempt == attempts:
                raise
        await asyncio.sleep(pause)
    raise AssertionError("pauses never end")


def _passes(error: SlackApiError) -> bool:
    response = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 200)
    # An answer without Slack's word comes from something between us and Slack.
    return status >= 429 or error_of(error) in _PASSING or not error_of(error)


def _retry_after(error: SlackApiError) -> float | None:
    headers = {key.lower(): value for key, value in (getattr(error.response, "headers", None) or {}).items()}
    value = str(headers.get("retry-after", ""))
    return float(value) if value.isdecimal() else None


class TicketedSocket(SocketModeClient):
    """The library's client; it asks for a new address where one does not work, for each is good for one connection."""

    async def connect(self) -> None:
        """Connect, however long it takes."""
        while not self.closed:
            try:
                async with asyncio.timeout(TICKET_SECONDS):
                    await super().connect()  # type: ignore[no-untyped-call]
                return
            except TimeoutError:
                self.wss_uri = None
