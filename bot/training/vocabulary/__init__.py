"""The words of training: data only, loaded by the modules that use them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.guideline.knowledge.entry import Entry, read


@cache
def load(name: str) -> Entry:
    """Return one vocabulary file."""
    return read(Path(__file__).parent, f"{name}.yml")
