"""Mattermost's REST API and WebSocket, with patience."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp

logger = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
CALL_SECONDS = 15.0
# A connection on which nothing comes back for so long is cut and made again.
HEARTBEAT_SECONDS = 20.0
COURTESY = 4


class Refused(Exception):
    """Mattermost refuses a call: its HTTP status and its id of the error."""

    def __init__(self, status: int, id: str) -> None:
        super().__init__(f"{status} {id}")
        self.status = status
        self.id = id


class OutOfReach(Exception):
    """A call that was tried as often as it may be has failed."""


def pauses() -> Iterator[float]:
    """Yield the seconds to wait after each failure in a row."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(LONGEST_PAUSE, 2 * pause)


class Client:
    """One account of a Mattermost server."""

    def __init__(self, url: str, token: str) -> None:
        """Call nobody yet."""
        self._api = f"{url}/api/v4"
        self._token = token
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
            headers={"Authorization": f"Bearer {token}"},
            trust_env=True,
        )
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._numbers = itertools.count(1)

    async def close(self) -> None:
        """Let the connections go."""
        await self._session.close()

    async def get(self, path: str, **query: Any) -> Any:
        """Read something, however long it takes.

        Raises:
            Refused: Mattermost refuses it.
        """
        return await self.call("GET", path, params={key: str(value) for key, value in query.items()})

    async def call(self, method: str, path: str, attempts: int | None = None, **request: Any) -> Any:
        """Make a call, and again after errors of the network and the server, and as long as a 429 says.

        Raises:
            Refused: Mattermost refuses it.
            OutOfReach: the last of `attempts` failed.
        """
        for attempt, pause in enumerate(pauses(), start=1):
            try:
                async with self._session.request(method, f"{self._api}{path}", **request) as response:
                    if response.status < 400:
                        return await response.json()
                    if response.status != 429 and response.status < 500:
                        raise Refused(response.status, await _error_id(response))
                    pause = _retry_after(response) or pause
            except (aiohttp.ClientError, TimeoutError, ValueError):
                pass
            if attempt == attempts:
                raise OutOfReach(path.partition("?")[0])
            await asyncio.sleep(pause)
        raise AssertionError("pauses never end")

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Yield the events of one connection, the first when it is open; it ends when the connection does."""
        address = f"{self._api}/websocket".replace("http", "ws", 1)
        try:
            async with self._session.ws_connect(address, heartbeat=HEARTBEAT_SECONDS, max_msg_size=0) as socket:
                self._socket = socket
                await self._act("authentication_challenge", {"token": self._token})
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        yield message.json()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            logger.debug("The connection to Mattermost ended: %s", type(error).__name__)
        finally:
            self._socket = None

    async def typing(self, channel: str, thread: str) -> None:
        """Show that the bot is writing."""
        with contextlib.suppress(aiohttp.ClientError, OSError):
            await self._act("user_typing", {"channel_id": channel, "parent_id": thread})

    async def _act(self, action: str, data: dict[str, Any]) -> None:
        if self._socket is not None and not self._socket.closed:
            await self._socket.send_json({"seq": next(self._numbers), "action": action, "data": data})


async def _error_id(response: aiohttp.ClientResponse) -> str:
    try:
        body = await response.json()
        return str(body.get("id", ""))
    except (aiohttp.ClientError, ValueError, AttributeError):
        return ""


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    value = response.headers.get("Retry-After") or response.headers.get("X-Ratelimit-Reset") or ""
    return min(float(value), LONGEST_PAUSE) if value.isdecimal() else None
