"""The real Telegram channel, connected to the test's Bot API server."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from bot.channels.access import Allowlist, RateLimit
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import FLOOD_WAITS, PatientLimiter
from bot.channels.telegram.settings import WEBHOOK_PATH, Settings
from tests.channels.assistant import serving
from tests.channels.telegram_api import TOKEN, TelegramApi

SECRET = "a-secret_of_the_webhook"


def make_channel(
    api: TelegramApi,
    allowed: str = "*",
    webhook: str = "",
    limit: RateLimit | None = None,
) -> TelegramChannel:
    settings = Settings(
        TOKEN,
        api_url=api.url,
        webhook_url=f"{webhook}{WEBHOOK_PATH}" if webhook else "",
        webhook_secret=SECRET if webhook else "",
        allowlist=Allowlist.parse(allowed),
    )
    # Telegram's own rates would only make the tests slow; that they are kept is shown elsewhere.
    limiter = PatientLimiter(0, 0, 0, 0, max_retries=FLOOD_WAITS)
    return TelegramChannel(settings, limiter, limit or RateLimit(1000))


@contextlib.asynccontextmanager
async def polling(api: TelegramApi, agent: Any, **options: Any) -> AsyncIterator[TelegramChannel]:
    """The channel in a running server, as soon as it polls."""
    channel = make_channel(api, **options)
    polls = len(api.called("getUpdates"))
    async with serving(channel, agent):
        await api.until(lambda: api.commands and channel._me)
        yield channel
    assert polls <= len(api.called("getUpdates"))


@contextlib.asynccontextmanager
async def by_webhook(api: TelegramApi, agent: Any, port: int, **options: Any) -> AsyncIterator[TelegramChannel]:
    """The channel in a running server, as soon as the webhook is set."""
    channel = make_channel(api, webhook=f"http://127.0.0.1:{port}", **options)
    async with serving(channel, agent, port):
        await api.until(lambda: api.webhook["url"] and channel._me)
        yield channel
