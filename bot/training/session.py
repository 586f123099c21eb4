"""The state of a resident's training, between two messages; JSON-able, so that it survives a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    """What a message is taken for."""

    MENU = "menu"
    CASE = "case"
    JOINING = "joining"
    DELETING = "deleting"


@dataclass(frozen=True)
class Session:
    """Where a resident is.

    place: of the decision that is asked, in the steps of the case
    asked: requests of the work-up, in their order
    grades: of the decisions made, by step; a hint counts for the decision at hand
    votes: in team mode, what each person answered; the last word of each counts
    group: code and name that wait for a yes
    fresh: in the menu, whether levels and topics are offered; after a case, how to go on
    """

    stage: Stage = Stage.MENU
    case: str | None = None
    place: int = 0
    asked: tuple[str, ...] = ()
    hinted: bool = False
    grades: Mapping[str, str] = field(default_factory=dict)
    level: str | None = None
    topic: str | None = None
    team: bool = False
    votes: Mapping[str, str] = field(default_factory=dict)
    group: tuple[str, str] | None = None
    fresh: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return the state as a slot value."""
        return {**asdict(self), "stage": str(self.stage)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Session:
        """Return the state that `as_dict` gave; what an older version kept besides is left out."""
        known = {name: value for name, value in values.items() if name in cls.__dataclass_fields__}
        known["stage"] = Stage(known.get("stage", Stage.MENU))
        known["asked"] = tuple(known.get("asked") or ())
        known["group"] = tuple(known["group"]) if known.get("group") else None
        return cls(**known)
