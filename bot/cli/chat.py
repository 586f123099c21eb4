"""`python -m bot chat`: the conversation in a terminal, or with lines from a pipe."""

from __future__ import annotations

import argparse
import asyncio
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

from bot.cli.model import model_for
from bot.cli.progress import step
from bot.cli.screen import Screen
from bot.runtime.project import Project
from bot.runtime.start import prepare

GOODBYE = "Goodbye."


def run(options: argparse.Namespace, project: Project) -> int:
    """Talk until the person leaves or the pipe ends."""
    prepare(options.debug)
    model = model_for(project, may_train=not options.no_train)
    with step("Starting"):
        from bot.cli.keyboard import keyboard, pipe
    lines = keyboard(None if options.no_history else project.var / "history") if sys.stdin.isatty() else pipe()
    asyncio.run(_converse(options, project, model, lines))
    return 0


async def _converse(options: argparse.Namespace, project: Project, model: Any, lines: AsyncIterator[str]) -> None:
    with step("Loading the assistant"):
        from bot.runtime.agent import Conversation, close_stores, load_agent, open_endpoints

        endpoints = await open_endpoints(project)
        agent = load_agent(model, endpoints)
    conversation = Conversation(agent, options.conversation or f"chat-{uuid.uuid4().hex[:8]}")
    screen = Screen()
    try:
        screen.show(await conversation.begin())
        await _talk(screen, conversation.say, lines)
    finally:
        await close_stores(endpoints)
    screen.note(f"{GOODBYE} To take this up again: python -m bot chat --conversation {conversation.id}")


async def _talk(screen: Screen, say: Callable[[str], Any], lines: AsyncIterator[str]) -> None:
    async for line in lines:
        if line.strip():
            screen.show(await say(screen.pressed(line)))
