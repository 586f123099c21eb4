"""Reads a training case as the assistant would read a clinician."""

from __future__ import annotations

from typing import Any

from bot.language import read, update
from bot.training.library import SLOTS
from bot.training.model import TrainingCase


def slots_read(case: TrainingCase) -> dict[str, Any]:
    """The slots of the presentation and of every finding, told one after the other."""
    slots: dict[str, Any] = {}
    for text in (case.presentation, *(finding.says for finding in case.work_up)):
        slots.update(update(slots, read(text)).slots)
    return comparable({name: slots.get(name) for name in SLOTS})


def comparable(slots: dict[str, Any]) -> dict[str, Any]:
    """Slots without what is not known; lists as sets, an empty list of features as none."""
    therapies = ("current_therapy", "previous_therapy")
    return {
        name: frozenset(value) if isinstance(value, (list, tuple)) else value
        for name, value in slots.items()
        if value is not None and (value != [] or name in therapies)
    }
