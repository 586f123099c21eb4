"""The agents of a sentence in a row: each with its dose, the remarks in brackets behind it, and its list."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.language.dosing import BREAKERS, JOINERS, RHYTHMS, TRANSPARENT, of_dose
from bot.language.lexicon import Mark
from bot.language.text import Sentence
from bot.language.therapy_cues import cues_of, from_to
from bot.language.times import When
from bot.language.vocabulary import NUMBER_WORDS, words

_SUBJECTS = words("therapy", "subjects")
_AMOUNTS = words("therapy", "amounts")


@dataclass
class Member:
    """One agent in the row: its mark, where its dose ends, and the cues that belong to it."""

    mark: Mark
    end: int
    link: str = ""  # how it is joined to the agent before it: "and", ",", "or", "same" agent, "" (not joined)
    ahead: Mark | None = None
    back: list[Mark] = field(default_factory=list)
    override: str | None = None  # what a change to another agent made of it
    remarks: list[tuple[int, int]] = field(default_factory=list)  # brackets behind it

    @property
    def first(self) -> int:
        return self.mark.first


class Row:
    """The agents and cues of one sentence, and what separates them; `walls` are tokens of another topic."""

    def __init__(self, sentence: Sentence, marks: Sequence[Mark], whens: Sequence[When], walls: frozenset[int]) -> None:
        self.tokens = sentence.tokens
        self.texts = sentence.texts
        self.whens = whens
        self.asks = sentence.asks
        self.walls = walls
        self.timed = frozenset(at for when in whens for at in range(when.first, when.last))
        inside = {index for mark in marks for index in range(mark.first, mark.last)}
        cues = cues_of(self.tokens, inside, whens, sentence.asks)
        self.cues = sorted([*cues, *from_to(self.tokens, marks, cues)], key=lambda cue: cue.first)
        self.of_cues = frozenset(at for cue in self.cues for at in range(cue.first, cue.last))
        self.members = [Member(mark, self._end(mark, inside)) for mark in marks]
        self.hidden: set[int] = set()
        self._hide_remarks()
        self._link(sentence.asks)

    # Reading on and back

    def said(self, cue: Mark) -> tuple[str, ...]:
        """The words of a cue."""
        return self.texts[cue.first : cue.last]

    def before(self, cue: Mark, count: int) -> tuple[str, ...]:
        """The last words before a cue, `count` at the most."""
        return self.texts[max(0, cue.first - count) : cue.first]

    def after(self, cue: Mark) -> str:
        """The word behind a cue; "" at the end of the sentence."""
        return self.texts[cue.last] if cue.last < len(self.texts) else ""

    def gap(self, start: int, end: int) -> list[int]:
        """The tokens between two places, without remarks in brackets."""
        return [at for at in range(start, end) if at not in self.hidden]

    def substance(self, gap: Iterable[int]) -> list[int]:
        """What of a gap is neither a dose nor a time."""
        return [at for at in gap if not of_dose(self.tokens[at]) and at not in self.timed]

    def all_light(self, gap: Iterable[int]) -> bool:
        """Whether a gap holds nothing but articles, doses, times and joining words."""
        return all(self.is_light(at) for at in gap)

    def is_light(self, at: int) -> bool:
        text = self.texts[at]
        return (
            of_dose(self.tokens[at])
            or text in TRANSPARENT
            or text in JOINERS
            or at in self.timed
            or at in self.hidden
            or text in ("(", ")")
        )

    def segment(self, member: Member) -> set[str]:
        """The words between the commas around an agent."""
        left = max((at + 1 for at in range(member.first) if self.texts[at] == ","), default=0)
        right = next((at for at in range(member.mark.last, len(self.texts)) if self.texts[at] == ","), len(self.texts))
        return set(self.texts[left:right])

    def list_up_to(self, member: Member, links: tuple[str, ...]) -> list[Member]:
        """A member and those before it that are joined to it by one of the links."""
        at = self.members.index(member)
        found = [member]
        while self.members[at].link in links:
            at -= 1
            found.append(self.members[at])
        return found

    # Doses and remarks

    def _end(self, mark: Mark, inside: set[int]) -> int:
        """Where the dose behind an agent ends: "MMF 1 g bd"."""
        at = mark.last
        while at < len(self.tokens) and at not in inside and at not in self.of_cues:
            if not (of_dose(self.tokens[at]) and self.texts[at] not in "()") and self.texts[at] not in RHYTHMS:
                break
            at += 1
        return at

    def _hide_remarks(self) -> None:
        """What stands in brackets behind an agent is a remark on it alone, and no part of the sentence."""
        earlier: Member | None = None
        for member in self.members:
            in_remark = member.first in self.hidden and earlier is not None and member.mark.value == earlier.mark.value
            if not in_remark and self.texts[member.end : member.end + 1] == ("(",):
                close = next((at for at in range(member.end + 1, len(self.texts)) if self.texts[at] == ")"), None)
                if close is not None and self._is_of(member, member.end, close):
                    self.hidden.update(range(member.end, close + 1))
                    member.remarks.append((member.end, close))
            earlier = member

    def _is_of(self, member: Member, first: int, last: int) -> bool:
        """Whether a bracket names no other agent."""
        return all(other.mark.value == member.mark.value for other in self.members if first < other.first < last)

    # Lists

    def _link(self, asks: bool) -> None:
        for left, right in itertools.pairwise(self.members):
            gap = self.gap(left.end, right.first)
            if not any(at in self.walls or at in self.of_cues or self.texts[at] in BREAKERS for at in gap):
                right.link = self._link_of(left, right, gap, asks)

    def _link_of(self, left: Member, right: Member, gap: Sequence[int], asks: bool) -> str:
        between = {self.texts[at] for at in gap if not self._sums_doses(at)}
        if ("so" in between and "far" not in between) or between & _SUBJECTS:
            return ""
        if asks and "or" in between:
            return "or"
        if right.mark.value == left.mark.value and (not gap or between <= {"(", "=", ")"}):
            return "same"
        if between == {"an"}:
            return "and"  # "tacrolimus an prednisone"
        if not all(self.is_light(at) or self._measures(at) for at in gap):
            return ""
        joiners = between & JOINERS
        if not joiners and not all(self._of_dose(at) for at in gap):
            return ""
        if "together" in between and "with" not in between:
            joiners = joiners - {"together"}  # "baricitinib. MMF 2 g together, prednisone stopped"
        return "," if joiners and joiners <= {",", "-", ":", ")", "("} else "and"

    def _sums_doses(self, at: int) -> bool:
        """ "TAC 2+2": in the morning and in the evening."""
        return self.texts[at] == "+" and {self.tokens[at - 1].kind, self.tokens[at + 1].kind} == {"number"}

    def _of_dose(self, at: int) -> bool:
        text = self.texts[at]
        return of_dose(self.tokens[at]) or text in RHYTHMS or text in NUMBER_WORDS or text in _AMOUNTS

    def _measures(self, at: int) -> bool:
        """ "a whiff of prednisone": a small amount in everyday words."""
        return 0 < at < len(self.texts) - 1 and self.texts[at - 1] in ("a", "an") and self.texts[at + 1] == "of"
