"""The tiny project: a Rasa bot of a few lines, for tests of what runs it."""

from __future__ import annotations

from pathlib import Path

from bot.runtime.project import Project

TINY = Project(Path(__file__).parent, "tests.tiny.actions")
