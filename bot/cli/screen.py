"""Messages on a terminal: wrapped to its width, buttons with numbers."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

MAX_WIDTH = 100
_INDENT = re.compile(r"^\s*(?:[-•*]\s+|\d+[.)]\s+)?")
_BOLD = re.compile(r"\*\*(.+?)\*\*")

Message = Mapping[str, Any]


class Screen:
    """Shows what the bot says and remembers which button has which number."""

    def __init__(self, console: Console | None = None) -> None:
        """Write to `console`, by default to stdout, in colour where it is a terminal and NO_COLOR is not set."""
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._payloads: list[str] = []

    def show(self, messages: Sequence[Message]) -> None:
        """Print the bot's messages of one turn; its buttons replace those shown before."""
        buttons = [button for message in messages for button in message.get("buttons") or ()]
        if messages:
            self._payloads = [str(button["payload"]) for button in buttons]
        number = 1
        for message in messages:
            if set(message) == {"custom"}:
                continue  # for programs
            self._line()
            self._text(str(message.get("text") or ""))
            for extra in ("image", "attachment"):
                if message.get(extra):
                    self._text(f"[{extra}] {message[extra]}")
            for button in message.get("buttons") or ():
                self._button(number, str(button["title"]))
                number += 1
        self._line()

    def pressed(self, line: str) -> str:
        """Return the payload of the button whose number was typed; anything else as it was typed."""
        typed = line.strip()
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(self._payloads):
            return self._payloads[int(typed) - 1]
        return line

    def note(self, text: str) -> None:
        """Print a line of the program itself."""
        self._console.print(Text(text, style="dim"))

    def _text(self, text: str) -> None:
        for line in wrapped(text, min(self._console.width, MAX_WIDTH)):
            self._console.print(_styled(line))

    def _button(self, number: int, title: str) -> None:
        self._console.print(Text.assemble((f"  {number:>2} ", "bold cyan"), (title, "cyan")))

    def _line(self) -> None:
        self._console.print()


def wrapped(text: str, width: int) -> list[str]:
    """Break each line of a text at `width` columns; what follows a bullet is indented as its first line."""
    lines: list[str] = []
    for line in text.splitlines():
        indent = " " * len(_INDENT.match(line)[0])  # type: ignore[index]
        parts = textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [""]
        lines += _bold_in_each(parts)
    return lines


def _bold_in_each(parts: Sequence[str]) -> list[str]:
    """Close bold words at the end of a line, and open them again in the next, where a break falls among them."""
    closed, is_open = [], False
    for part in parts:
        whole = f"**{part.lstrip()}" if is_open else part
        is_open = whole.count("**") % 2 == 1
        closed.append(f"{whole}**" if is_open else whole)
    return closed


def _styled(line: str) -> Text:
    """Turn **words** between double asterisks into bold ones."""
    styled, end = Text(), 0
    for match in _BOLD.finditer(line):
        styled.append(line[end : match.start()]).append(match[1], "bold")
        end = match.end()
    return styled.append(line[end:])
