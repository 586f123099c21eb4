"""The model that a command needs."""

from __future__ import annotations

from pathlib import Path

from bot.cli.progress import step
from bot.runtime.errors import UserError
from bot.runtime.project import Project
from bot.runtime.training import current_model, ensure_model


def model_for(project: Project, may_train: bool) -> Path:
    """Return the current model, trained now if need be and allowed.

    Raises:
        UserError: there is none and it may not be trained, or training failed.
    """
    model = current_model(project)
    if model:
        return model
    if not may_train:
        raise UserError("There is no model of the files as they are now. Train one: python -m bot train")
    with step("Training the model, which takes a few seconds and is done once"):
        return ensure_model(project)
