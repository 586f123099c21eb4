"""What the tests share: one trained model, an agent with the real actions, conversations in a folder of their own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.runtime.project import Project
from bot.runtime.start import prepare
from bot.runtime.training import ensure_model, train
from tests.tiny import TINY

# Before anything imports Rasa.
prepare()


@pytest.fixture(scope="session", autouse=True)
def _conversations(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests' conversations out of var/."""
    os.environ["TRACKER_DB_URL"] = f"sqlite:///{tmp_path_factory.mktemp('conversations')}/test.db"


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The model of the project's files as they are, trained only when they have changed."""
    return ensure_model(Project())


@pytest_asyncio.fixture(scope="session")
async def agent(trained_model: Path) -> AsyncIterator[Any]:
    """A Rasa agent in this process with the real actions, conversations in SQLite."""
    from bot.runtime.agent import close_stores, load_agent, open_endpoints

    endpoints = await open_endpoints(Project())
    yield load_agent(trained_model, endpoints)
    await close_stores(endpoints)


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    return train(TINY)


@pytest_asyncio.fixture
async def tiny_agent(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """An agent of the tiny project with a database of its own."""
    from bot.runtime.agent import close_stores, load_agent, open_endpoints

    monkeypatch.setenv("TRACKER_DB_URL", f"sqlite:///{tmp_path}/tiny.db")
    endpoints = await open_endpoints(TINY)
    yield load_agent(tiny_model, endpoints)
    await close_stores(endpoints)


async def talk(agent: Any, sender: str, text: str) -> list[dict[str, Any]]:
    """Say something in a conversation and return the bot's messages, as the REST channel would."""
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

    return await agent.handle_message(UserMessage(text, CollectingOutputChannel(), sender)) or []
