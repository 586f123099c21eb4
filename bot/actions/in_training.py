"""Whether a conversation is in training: fictional cases and real ones never meet."""

from __future__ import annotations

from rasa_sdk import Tracker

TRAINING_FORM = "training_form"


def in_training(tracker: Tracker) -> bool:
    """Tell whether the messages belong to a fictional case."""
    return bool((tracker.active_loop or {}).get("name") == TRAINING_FORM)
