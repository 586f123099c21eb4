"""Errors whose message is for the person at the keyboard."""

from __future__ import annotations


class UserError(Exception):
    """Something that the person who started the command can put right; told in one line, exit code 2."""


class TrainingFailed(UserError):
    """The model could not be trained from the files as they are."""
