"""Two people contradict each other: what is said then, what is held back, and how it is settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.team.attention import Heard, hear
from bot.channels.team.claims import claims, contradictions, slots_of, topic
from bot.language import Reading, update
from bot.language.model import Finding


@dataclass(frozen=True)
class Side:
    """One of the statements: its value, who made it, in which words, and the message that has not been taken in yet.

    value: of the claim in dispute; None denies it
    text, message: the message that was held back, and its id; empty for what stands in the case
    says_more: the message also says something else, which was held back with it
    """

    value: Any
    people: tuple[str, ...]
    words: str
    text: str = ""
    message: str = ""
    says_more: bool = False


@dataclass(frozen=True)
class Dispute:
    """A claim on which people differ; the first side stands in the case until they have decided."""

    id: str
    key: str
    sides: tuple[Side, ...]

    def side_of(self, value: Any) -> int | None:
        """Return the number of the side that has a value."""
        return next((number for number, side in enumerate(self.sides) if side.value == value), None)

    def with_side(self, side: Side) -> Dispute:
        """Return the dispute with one more side, or with one that has found another supporter."""
        known = self.side_of(side.value)
        if known is None:
            return replace(self, sides=(*self.sides, side))
        people = tuple(dict.fromkeys((*self.sides[known].people, *side.people)))
        sides = [replace(held, people=people) if n == known else held for n, held in enumerate(self.sides)]
        return replace(self, sides=tuple(sides))


@dataclass(frozen=True)
class Split:
    """A message in its two halves: the claims that contradict others, and the text that can be taken in at once.

    contested: for each topic the leading claim and the value that the message gives it
    rest: what is left of the text without them; empty where nothing is, or where it cannot be told apart
    """

    contested: Mapping[str, Any] = field(default_factory=dict)
    rest: str = ""


def divide(heard: Heard, slots: Mapping[str, Any], others: Mapping[str, Any]) -> Split:
    """Find what a message contradicts of what other people said.

    Args:
        heard: the message against the case
        slots: the case
        others: the claims that somebody else than the author stands for
    """
    contested = _contested(heard.change.slots, slots, others)
    if not contested:
        return Split()
    return Split(contested, _rest(heard, slots, others))


def _contested(changed: Mapping[str, Any], slots: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    after = claims({**slots, **changed})
    found: dict[str, Any] = {}
    # The claim that leads its topic comes first, and speaks for the others.
    keys = sorted(contradictions(others, after), key=lambda key: key != topic(key))
    for key in keys:
        if topic(key) not in map(topic, found):
            found[key] = after.get(key)
    return found


def _rest(heard: Heard, slots: Mapping[str, Any], others: Mapping[str, Any]) -> str:
    """Cut out the words that contradict; what remains must say what it said before, and no more."""
    guilty = [f for f in heard.reading.findings if _contested(_alone(f, slots, heard.asked), slots, others)]
    kept = tuple(finding for finding in heard.reading.findings if finding not in guilty)
    if not guilty or not kept:
        return ""
    rest = _without(heard.text, guilty)
    meant = update(slots, Reading(kept), heard.asked).slots
    found = hear(rest, slots, heard.asked).change.slots
    agrees = claims({**slots, **meant}) == claims({**slots, **found})
    return rest if agrees and claims({**slots, **found}) != claims(slots) else ""


def _alone(finding: Finding, slots: Mapping[str, Any], asked: str | None) -> dict[str, Any]:
    return update(slots, Reading((finding,)), asked).slots


def _without(text: str, findings: list[Finding]) -> str:
    for finding in sorted(findings, key=lambda finding: -finding.start):
        text = f"{text[: finding.start]} {text[finding.end :]}"
    return " ".join(text.split()).strip(" ,;.")


def decided_by(dispute: Dispute, heard: Heard, slots: Mapping[str, Any]) -> int | None:
    """Return the side of a dispute that a message takes, if it says anything on the matter.

    "Yes" takes no side.
    """
    if heard.is_bare and heard.reading.of("answer"):
        return None
    concerned = slots_of(dispute.key)
    blank = {**slots, **dict.fromkeys(concerned)}
    asked = dispute.key if dispute.key in concerned else None
    said = claims({**blank, **update(blank, heard.reading, asked).slots})
    return dispute.side_of(said[dispute.key]) if dispute.key in said else None
