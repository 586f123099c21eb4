"""Telegram in the process that `python -m bot serve` starts: set by the environment, killed, started again, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.runtime.project import ROOT
from tests.channels.telegram_api import TOKEN, TelegramApi
from tests.tiny import TINY

ANNA = 501


@pytest.fixture
def project(tiny_model: Path, tmp_path: Path) -> Path:
    """The tiny project with Telegram among its channels."""
    folder = tmp_path / "project"
    shutil.copytree(TINY.root, folder, ignore=shutil.ignore_patterns("var", "__pycache__"))
    (folder / "credentials.yml").write_text("bot.channels.telegram.Telegram:\n")
    return folder


class Served:
    """A running server and what it logged."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    async def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal, and return the exit code and the log."""
        self.process.send_signal(how)
        _, log = await asyncio.wait_for(self.process.communicate(), 60)
        return self.process.returncode or 0, log.decode()


@contextlib.asynccontextmanager
async def served(project: Path, port: int = 0, **environment: str) -> AsyncIterator[Served]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TELEGRAM_")}
    env = {**inherited, "TRACKER_DB_URL": f"sqlite:///{project}/conversations.db", **environment}
    options = ["--project", str(project), "--actions", TINY.actions, "--port", str(port), "--debug"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve", *options),
        cwd=ROOT,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        ready = (await asyncio.wait_for(process.stdout.readline(), 90)).decode()
        assert ready.startswith("Ready on "), ready
        yield Served(process, ready.split()[2])
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_without_a_token_one_line_says_so_and_the_rest_runs(project: Path) -> None:
    async with served(project) as server, httpx.AsyncClient() as http:
        answer = await http.post(f"{server.url}/webhooks/rest/webhook", json={"sender": "x", "message": "count"})
        assert answer.json()[0]["text"] == "Counted 1."
        code, log = await server.end()
    lines = [line for line in log.splitlines() if "Telegram" in line]
    assert code == 0
    assert len(lines) == 1 and "TELEGRAM_BOT_TOKEN" in lines[0] and "@BotFather" in lines[0]


async def test_a_kill_loses_no_message_and_a_stop_finishes_the_turn(api: TelegramApi, project: Path) -> None:
    setting = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api.url, "TELEGRAM_ALLOWED": str(ANNA)}
    async with served(project, **setting) as server:
        await api.until(lambda: api.commands, 30)
        api.say(ANNA, "slow")
        await api.until(lambda: api.called("sendChatAction"), 30)
        await server.end(signal.SIGKILL)
        assert api.texts(ANNA) == []
    async with served(project, **setting) as server:
        await api.replies(ANNA, 1, 30)
        api.calls.clear()
        api.say(ANNA, "slow")
        await api.until(lambda: api.called("sendChatAction"), 30)
        code, log = await server.end()
    assert api.texts(ANNA) == ["Done at last."] * 2
    assert code == 0
    assert "slow" not in log and TOKEN not in log and f"Name{ANNA}" not in log


async def test_the_webhook_in_the_real_server(api: TelegramApi, project: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    setting = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": f"{api.url}/",
        "TELEGRAM_ALLOWED": str(ANNA),
        "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}",
        "TELEGRAM_WEBHOOK_SECRET": "abc",
    }
    async with served(project, port, **setting) as server:
        await api.until(lambda: api.webhook["url"], 30)
        api.say(ANNA, "count")
        await api.replies(ANNA, 1, 30)
        assert await api.post(api.update({"message": api.compose(ANNA, "count")}), "abd") == 403
        code, _ = await server.end()
    assert (code, api.texts(ANNA)) == (0, ["Counted 1."])
