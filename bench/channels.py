"""What a chat channel costs beside the REST channel: seconds to the answer, messages a second.

Everything runs on loopback in this process: the assistant, both channels, and a server that speaks the platform's API.
The latency of a channel ends when the platform has the last message of the answer.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from bot.runtime.start import prepare

prepare()

from rasa.core.channels.rest import RestInput  # noqa: E402

from bot.channels.access import RateLimit  # noqa: E402
from bot.channels.base import ChatChannel  # noqa: E402
from bot.channels.mattermost.channel import MattermostChannel  # noqa: E402
from bot.channels.mattermost.settings import read_settings  # noqa: E402
from bot.runtime.agent import close_stores, load_agent, open_endpoints  # noqa: E402
from bot.runtime.project import Project  # noqa: E402
from bot.runtime.training import ensure_model  # noqa: E402
from tests.channels import mattermost_api, slack_api, slack_bot  # noqa: E402
from tests.channels.assistant import serving  # noqa: E402
from tests.channels.telegram_api import telegram_api  # noqa: E402
from tests.channels.telegram_bot import make_channel  # noqa: E402

WARM_UP = 10
TURNS = 60
CHATS = 200
TEXT = "on mycophenolate, FVC 72 to 65 in 8 months"

Say = Callable[[int, str], Awaitable[None]]
"""Says something in the chat of this number and returns when it is answered."""


@dataclass(frozen=True)
class Figures:
    """Seconds to the answer, median and 95th percentile, and answered messages a second with many chats at once."""

    median: float
    p95: float
    per_second: float


async def measure(say: Say, first_chat: int) -> Figures:
    """Measure one channel: messages one after the other, then one from each of many chats at once."""
    chats = range(first_chat, first_chat + WARM_UP + TURNS)
    for chat in chats:
        await say(chat, "/start")
    seconds = [await _timed(say(chat, TEXT)) for chat in chats][WARM_UP:]
    crowd = range(chats.stop, chats.stop + CHATS)
    whole = await _timed(asyncio.gather(*(say(chat, TEXT) for chat in crowd)))
    return Figures(statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1], CHATS / whole)


async def _timed(work: Awaitable[Any]) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


def typical(runs: Sequence[Figures]) -> Figures:
    """Return the median of several runs, each figure by itself."""
    middle = statistics.median
    return Figures(
        middle(run.median for run in runs), middle(run.p95 for run in runs), middle(run.per_second for run in runs)
    )


async def over_rest(agent: Any, run: int) -> Figures:
    """Measure the REST channel, with conversations of this run's own."""
    async with serving(RestInput(), agent) as url, httpx.AsyncClient(base_url=url, timeout=120) as http:

        async def say(chat: int, text: str) -> None:
            answer = await http.post("/webhooks/rest/webhook", json={"sender": f"rest:{chat}", "message": text})
            assert answer.json()

        return await measure(say, 10_000_000 + 10_000 * run)


async def over_telegram(agent: Any) -> Figures:
    """Measure the Telegram channel by polling, without Telegram's own limit of 30 messages a second."""
    async with telegram_api() as api:
        channel = make_channel(api)

        async def say(chat: int, text: str) -> None:
            before = len(api.sent(chat))
            api.say(chat, text)
            # The answer is whole when the channel has nothing left to do in the chat.
            await api.until(lambda: len(api.sent(chat)) > before and str(chat) not in channel.queues, 120)

        async with serving(channel, agent):
            await api.until(lambda: api.commands and api.called("deleteWebhook"))
            return await measure(say, 2_000_000)


async def over_slack(agent: Any) -> Figures:
    """Measure the Slack channel in Socket Mode, each case in a thread of its own."""
    async with slack_api.running() as api:
        channel = slack_bot.make_channel(api, limit=100_000)
        roots: dict[int, str] = {}

        async def say(chat: int, text: str) -> None:
            known = roots.get(chat)
            before = len(api.thread("C0001", known)) if known else 0
            words = text if known else slack_api.mention(text.lstrip("/"))
            said = api.say(f"U{chat}", words, thread=known or "")
            root = roots.setdefault(chat, said)
            place = f"{slack_api.TEAM}:C0001:{root}"
            await api.until(lambda: len(api.thread("C0001", root)) > before, 120)
            await _idle(channel, place)

        async with serving(channel, agent):
            await api.until(lambda: api.sockets)
            return await measure(say, 3_000_000)


async def over_mattermost(agent: Any) -> Figures:
    """Measure the Mattermost channel, each case in a thread of its own."""
    async with mattermost_api.running() as api:
        settings = read_settings({"MATTERMOST_URL": api.url, "MATTERMOST_TOKEN": mattermost_api.TOKEN})
        assert settings
        channel = MattermostChannel(settings, RateLimit(100_000))
        roots: dict[int, str] = {}

        async def say(chat: int, text: str) -> None:
            person, known = f"{chat:026d}", roots.get(chat, "")
            if not known:
                api.add_user(person, f"user{chat}")
            before = len(api.thread(known)) if known else 0
            root = roots.setdefault(chat, api.say(person, text if known else f"@ild {text.lstrip('/')}", root=known))
            place = f"{mattermost_api.TEAM}:{mattermost_api.TOWN}:{root}"
            await api.until(lambda: len(api.thread(root)) > before, 120)
            await _idle(channel, place)

        async with serving(channel, agent):
            await api.until(lambda: api.sockets)
            return await measure(say, 4_000_000)


async def _idle(channel: ChatChannel, place: str) -> None:
    """Wait until the answer is whole: the channel has nothing left to do in the thread."""
    while place in channel.queues:
        await asyncio.sleep(0.001)


def table(rest: Figures, others: dict[str, Figures]) -> str:
    """Return the figures as lines of text."""
    lines = [f"{'channel':10} {'median':>9} {'p95':>9} {'added':>9} {'messages/s':>11}"]
    for name, figures in {"REST": rest, **others}.items():
        added = f"{1000 * (figures.median - rest.median):6.1f} ms" if figures is not rest else ""
        times = f"{1000 * figures.median:6.1f} ms {1000 * figures.p95:6.1f} ms"
        lines.append(f"{name:10} {times} {added:>9} {figures.per_second:11.1f}")
    return "\n".join(lines)


async def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TRACKER_DB_URL"] = f"sqlite:///{folder}/bench.db"
        endpoints = await open_endpoints(Project())
        agent = load_agent(ensure_model(Project()), endpoints)
        print("Measuring the channels", file=sys.stderr, flush=True)
        try:
            await over_rest(agent, 0)  # warms up what the first turns load
            rest, others = [await over_rest(agent, 1)], {}
            for name, way in {"Telegram": over_telegram, "Slack": over_slack, "Mattermost": over_mattermost}.items():
                others[name] = await way(agent)
                rest.append(await over_rest(agent, 1 + len(others)))
            print(table(typical(rest), others))
        finally:
            await close_stores(endpoints)


if __name__ == "__main__":
    asyncio.run(main())
