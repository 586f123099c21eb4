"""Where the lines of a conversation come from: a person at a terminal, or a pipe."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import ANSI
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

PROMPT = ANSI("\x1b[1m> \x1b[0m")


async def keyboard(history: Path | None) -> AsyncIterator[str]:
    """Yield lines typed with editing and history, until Ctrl-D or Ctrl-C on an empty line; a paste may have lines."""
    session: PromptSession[str] = PromptSession(history=_history(history), key_bindings=_keys())
    while True:
        try:
            yield await session.prompt_async(PROMPT)
        except (EOFError, KeyboardInterrupt):
            return


async def pipe() -> AsyncIterator[str]:
    """Yield the lines of stdin until it ends."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line.rstrip("\n")


def _history(path: Path | None) -> History:
    """Open the file of what was typed, readable by its owner alone."""
    if path is None:
        return InMemoryHistory()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return FileHistory(str(path))


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("c-c")
    def _clear_or_leave(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=EOFError)

    return keys
