"""What people do on a chat platform, in words that fit all platforms."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

Message = dict[str, Any]
"""A message of the bot as Rasa makes it: `text`, `buttons`, `custom`, `image`, `attachment`."""


class Kind(StrEnum):
    """What somebody did."""

    TEXT = "text"
    EDIT = "edit"
    PRESS = "press"
    UNREADABLE = "unreadable"
    JOIN = "join"


@dataclass(frozen=True)
class Incoming:
    """One thing that a person did; it is kept until it is answered, so it holds no name and nothing else of the person.

    id: the platform's id of the event, the same when the event is delivered again
    place: the chat; events of one place are served in their order, and forgotten together
    conversation: the id of the conversation in Rasa
    person: the platform's id of the person, for limits
    text: what was written; for `PRESS` the id of the button; for `UNREADABLE` the words beside it
    message: the platform's id of the message written, edited or pressed
    address: where the answer goes, in the platform's own terms
    waited: it was sent while the bot was not running, so it does not count against the limit
    """

    id: str
    kind: Kind
    place: str
    conversation: str
    person: str
    text: str
    message: str = ""
    address: dict[str, Any] = field(default_factory=dict)
    waited: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the event as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Incoming:
        """Return the event that `as_dict` gave."""
        return cls(**{**values, "kind": Kind(values["kind"])})
