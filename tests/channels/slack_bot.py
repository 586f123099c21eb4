"""The real Slack channel in a running server, connected to the test's Slack."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from bot.channels.access import RateLimit
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.settings import read_settings
from tests.channels.assistant import serving, until
from tests.channels.slack_api import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackApi


def make_channel(api: SlackApi, http: bool = False, allowed: str = "", limit: int = 1000) -> SlackChannel:
    environment = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": api.url, "SLACK_ALLOWED": allowed}
    environment |= {"SLACK_SIGNING_SECRET": SIGNING_SECRET} if http else {"SLACK_APP_TOKEN": APP_TOKEN}
    settings = read_settings(environment)
    assert settings
    return SlackChannel(settings, RateLimit(limit))


@contextlib.asynccontextmanager
async def on_slack(api: SlackApi, agent: Any, **options: Any) -> AsyncIterator[SlackChannel]:
    """The channel, as soon as it takes events in; over HTTP with `http=True`, else in Socket Mode."""
    channel = make_channel(api, **options)
    async with serving(channel, agent) as address:
        api.request_url = f"{address}/webhooks/slack/events" if options.get("http") else ""
        await until(lambda: channel._me and (options.get("http") or api.sockets))
        api.busy = lambda: bool(channel.queues._workers or channel._background)
        yield channel
        api.request_url, api.busy = "", lambda: False
