"""What a text that begins with "/" may do: Rasa would take any `/intent{"slot": "value"}` at its word."""

from __future__ import annotations

import re
from dataclasses import dataclass

PASSED = frozenset(
    [
        "start",
        "new",
        "summary",
        "why",
        "cautions",
        "sources",
        "options",
        "change",
        "criteria",
        "help",
        "privacy",
        "train",
    ]
)
"""The commands that are intents of the assistant."""

READING = frozenset({"summary", "why", "cautions", "sources", "options", "help", "privacy"})
"""Those that only show something."""

FORGET = "forget"
_ALIASES = {"restart": "new"}
_COMMAND = re.compile(r"/(\w+)(?:\s+(.*))?", re.DOTALL)
_CASE = re.compile(r"case[-_]?([\w-]{1,60})")


@dataclass(frozen=True)
class Command:
    """A command's name and the words behind it."""

    name: str
    words: str = ""

    @property
    def is_known(self) -> bool:
        """Tell whether the assistant knows it."""
        return self.name in PASSED or self.name == FORGET

    def texts(self) -> list[str]:
        """Return what Rasa is sent, one text for each turn."""
        if self.training_case:
            return ["/train", *([] if self.training_case.isdecimal() else [self.training_case])]
        if not self.words or self.name == "start":
            return [f"/{self.name}"]
        if self.name == "new":
            return ["/new", *([] if is_command(self.words) else [self.words])]
        return [f"{self.name} {self.words}"]

    @property
    def training_case(self) -> str | None:
        """The training case of a deep link such as `?start=case7` or `?start=case-old-honeycombing`."""
        found = _CASE.fullmatch(self.words) if self.name == "start" else None
        return found[1] if found else None


def is_command(text: str) -> bool:
    """Tell whether a text would be a command; Rasa strips it before it looks."""
    return text.strip().startswith("/")


def read_command(text: str) -> Command:
    """Read a text that `is_command`; what is not even a name is a command that nobody knows."""
    found = _COMMAND.fullmatch(text.strip())
    if not found:
        return Command("")
    name = found[1].lower()
    return Command(_ALIASES.get(name, name), (found[2] or "").strip())
