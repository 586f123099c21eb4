"""What is kept of a thread beside the case itself: who said what, and what is still in dispute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.channels.team.claims import Claims
from bot.channels.team.disputes import Dispute, Side


@dataclass(frozen=True)
class Voice:
    """One person's word for a claim; `at` in seconds since 1970, `decided` if it settled a dispute."""

    person: str
    words: str
    at: float
    decided: bool = False


@dataclass(frozen=True)
class Statement:
    """A claim's value, and those who stand for it, the first first."""

    value: Any
    voices: tuple[Voice, ...]


@dataclass(frozen=True)
class Notes:
    """The notes on one thread.

    statements: by the key of the claim
    among_people: somebody asked another person something since the assistant spoke
    next_number: of the next dispute
    """

    statements: Mapping[str, Statement] = field(default_factory=dict)
    disputes: tuple[Dispute, ...] = ()
    among_people: bool = False
    next_number: int = 1

    def others_claims(self, person: str) -> dict[str, Any]:
        """Return the claims that somebody else than this person stands for."""
        return {
            key: statement.value
            for key, statement in self.statements.items()
            if any(voice.person != person for voice in statement.voices)
        }

    def with_turn(self, before: Claims, after: Claims, stated: Claims, voices: Mapping[str, Voice]) -> Notes:
        """Return the notes after a turn.

        Args:
            before: the claims of the case before the turn
            after: those after it
            stated: what the message says by itself; who repeats a claim stands for it too
            voices: the word of the message's author for each claim of `after`
        """
        kept = {}
        for key, value in after.items():
            known = self.statements.get(key)
            if known is None or known.value != value:
                if key in before and before[key] == value:
                    continue
                kept[key] = Statement(value, (voices[key],))
            elif stated.get(key) == value:
                kept[key] = Statement(value, _joined(known.voices, voices[key]))
            else:
                kept[key] = known
        return replace(self, statements=kept)

    def decided(self, key: str, voice: Voice) -> Notes:
        """Return the notes with one who settled a claim."""
        known = self.statements.get(key)
        if known is None:
            return self
        others = tuple(held for held in known.voices if held.person != voice.person)
        own = next((held for held in known.voices if held.person == voice.person), voice)
        statement = Statement(known.value, (*others, replace(own, decided=True)))
        return replace(self, statements={**self.statements, key: statement})

    def with_dispute(self, key: str, sides: list[Side]) -> tuple[Notes, Dispute]:
        """Open a dispute, or add the last side to the one that is open on this claim."""
        known = next((dispute for dispute in self.disputes if dispute.key == key), None)
        if known:
            dispute = known.with_side(sides[-1])
            rest = tuple(other for other in self.disputes if other.key != key)
            return replace(self, disputes=(*rest, dispute)), dispute
        dispute = Dispute(str(self.next_number), key, tuple(sides))
        return replace(self, disputes=(*self.disputes, dispute), next_number=self.next_number + 1), dispute

    def without_dispute(self, id: str) -> Notes:
        """Close a dispute."""
        return replace(self, disputes=tuple(dispute for dispute in self.disputes if dispute.id != id))

    def settled(self, now: Claims) -> Notes:
        """Close the disputes that the case has left behind: what stood in it no longer does."""
        open_ones = tuple(d for d in self.disputes if now.get(d.key) == d.sides[0].value)
        return replace(self, disputes=open_ones)

    def as_dict(self) -> dict[str, Any]:
        """Return the notes as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Notes:
        """Return the notes that `as_dict` gave."""
        statements = {
            key: Statement(entry["value"], tuple(Voice(**voice) for voice in entry["voices"]))
            for key, entry in values["statements"].items()
        }
        return cls(statements, tuple(map(_dispute, values["disputes"])), values["among_people"], values["next_number"])


def _joined(voices: tuple[Voice, ...], voice: Voice) -> tuple[Voice, ...]:
    return voices if any(known.person == voice.person for known in voices) else (*voices, voice)


def _dispute(values: Mapping[str, Any]) -> Dispute:
    sides = tuple(Side(**{**side, "people": tuple(side["people"])}) for side in values["sides"])
    return Dispute(values["id"], values["key"], sides)
