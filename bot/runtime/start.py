"""What has to be said before Rasa is imported."""

from __future__ import annotations

from bot.runtime import logs
from bot.runtime.lean_imports import defer_connectors, import_skops


def prepare(debug: bool = False) -> None:
    """Set up logs and make Rasa's import lean; the first thing that a command does which uses Rasa."""
    logs.configure(debug)
    defer_connectors()
    import_skops()
