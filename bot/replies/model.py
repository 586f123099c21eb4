"""Replies and buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Button:
    """A short label and the words (or the command) that pressing it sends."""

    title: str
    payload: str

    def as_dict(self) -> dict[str, str]:
        """Return the button as Rasa writes it."""
        return {"title": self.title, "payload": self.payload}


@dataclass(frozen=True)
class Reply:
    """One message to the user; `custom` is a machine-readable payload beside the text."""

    text: str
    buttons: tuple[Button, ...] = ()
    custom: dict[str, Any] | None = None


WHY = Button("Why?", "/why")
CAUTIONS = Button("Cautions", "/cautions")
SOURCES = Button("Sources", "/sources")
CHANGE = Button("Change something", "/change")
NEW_PATIENT = Button("New patient", "/new")
SUMMARY = Button("What I understood", "/summary")
HELP = Button("Help", "/help")

CRITERIA = Button("Check the criteria", "/criteria")

COMMANDS = (WHY, CAUTIONS, SOURCES, CHANGE, NEW_PATIENT)
"""The buttons under an answer."""
