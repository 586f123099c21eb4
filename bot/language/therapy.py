"""What became of each agent of a message: taken now, before, never, planned, or somebody else's.

A sentence becomes a row of agents, each with its dose, time and remarks in brackets, and of cues: the words that say a status
("stopped", "on", "was added"). A cue belongs to the agent ahead of it or to the one behind it, by its kind and by what stands
between. An agent without a cue of its own shares that of the list it stands in, takes that of the heading, or is `bare`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.language import unknown_drugs
from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Sentence, Token
from bot.language.therapy_cues import (
    ADVERBS,
    AFTER_NO,
    BREAKERS,
    DOSING,
    EXCEPTING,
    JOINERS,
    LITERATURE,
    PREPOSITIONS,
    RHYTHM,
    RHYTHMS,
    TERSE,
    TRANSPARENT,
    cues_of,
    from_to,
    has_dose,
    of_dose,
    outranks,
)
from bot.language.therapy_sentence import Frame
from bot.language.times import When
from bot.language.vocabulary import NUMBER_WORDS

INFUSIONS = frozenset(DOSING["infusions"])

_EXTRAS = (
    Lexicon()
    .add_all("recurring", {True: DOSING["recurring"]})
    .add_all("not_tolerated", {True: DOSING["not_tolerated"]})
    .add_all("course", {True: DOSING["courses"]})
)
# A member of such a list with a dose of its own is no longer in it: "stopped MMF, pred 10".
_ENDING = frozenset({"before", "never", "failed", "given"})
_GOVERNING = frozenset({"planned", "never", "other_person", "leaving"})
_AS_NOW = {"started": "now", "leaving": "now"}
_ADDITIVE = frozenset({"added", "adding", "plus", "+", "add", "also", "additionally", "too", "well", "top", "addition"})
_ADDED = _ADDITIVE - {"plus", "+", "add", "adding"}
_RELATIVE = frozenset(
    {
        "which",
        "that",
        "this",
        "it",
        "both",
        "all",
        "these",
        "then",
        "later",
        "has",
        "was",
        "were",
        "is",
        "have",
        "had",
        "and",
        "but",
    }
)
_AMOUNT = 5
_FAR_AHEAD = 9
_FAR_BACK = 12


@dataclass
class Member:
    """One agent in the row: its mark, where its dose and time end, the cues that belong to it."""

    mark: Mark
    end: int
    link: str = ""  # how it is joined to the agent before it: "and", ",", "" (not joined)
    ahead: Mark | None = None
    back: list[Mark] = field(default_factory=list)
    override: str | None = None
    extra: list[tuple[int, int]] = field(default_factory=list)

    @property
    def first(self) -> int:
        return self.mark.first


@dataclass(frozen=True)
class Statement:
    """One agent, its status and what surrounds it; token indices in its sentence."""

    mark: Mark
    status: str
    first: int
    last: int
    detail: dict[str, Any]


class _Row:
    """The agents and cues of one sentence, and what separates them."""

    def __init__(self, sentence: Sentence, marks: Sequence[Mark], whens: Sequence[When], walls: frozenset[int]) -> None:
        self.tokens = sentence.tokens
        self.texts = sentence.texts
        self.whens = whens
        self.walls = walls
        self.timed = frozenset(at for when in whens for at in range(when.first, when.last))
        inside = {index for mark in marks for index in range(mark.first, mark.last)}
        cues = cues_of(self.tokens, inside, whens, sentence.asks)
        self.cues = sorted([*cues, *from_to(self.tokens, marks, cues)], key=lambda cue: cue.first)
        self.of_cues = frozenset(at for cue in self.cues for at in range(cue.first, cue.last))
        self.members = [Member(mark, self._end(mark, inside)) for mark in marks]
        self._remarks()
        self._join(sentence.asks)

    def _end(self, mark: Mark, inside: set[int]) -> int:
        """Where the dose, rhythm and time behind an agent end: "MMF 1 g bd since 2023"."""
        at = mark.last
        while at < len(self.tokens) and at not in inside and at not in self.of_cues:
            if not (of_dose(self.tokens[at]) and self.texts[at] not in "()") and self.texts[at] not in RHYTHMS:
                break
            at += 1
        return at

    # What stands in brackets behind an agent is a remark on it alone.

    def _remarks(self) -> None:
        self.hidden: set[int] = set()
        kept: list[Member] = []
        for member in self.members:
            before = kept[-1] if kept else None
            if member.first in self.hidden and before is not None and member.mark.value == before.mark.value:
                kept.append(member)  # a brand in brackets behind its name
                continue
            if self.texts[member.end : member.end + 1] == ("(",):
                close = self._closing(member.end)
                if close is not None and self._remarks_on(member, member.end, close):
                    self.hidden.update(range(member.end, close + 1))
                    member.extra.append((member.end, close))
            kept.append(member)
        for member in kept:
            for first, last in member.extra:
                inner = [cue for cue in self.cues if first < cue.first < last and not self._alone(cue, last)]
                member.back += [cue for cue in inner if cue.kind != "arrow" and self._told_of(cue, member)]
        self.cues = [cue for cue in self.cues if cue.first not in self.hidden]

    def _told_of(self, cue: Mark, member: Member) -> bool:
        """ "(stopped 2020)", "(still on it)"."""
        return self.texts[cue.last] in ("it", "them") or (cue.value != "ahead" and self._reaches_back(cue, member))

    def _closing(self, at: int) -> int | None:
        return next((index for index in range(at + 1, len(self.texts)) if self.texts[index] == ")"), None)

    def _remarks_on(self, member: Member, first: int, last: int) -> bool:
        others = [other for other in self.members if first < other.first < last]
        return all(other.mark.value == member.mark.value for other in others)

    def _alone(self, cue: Mark, close: int) -> bool:
        """ "(since 2021, initially 60)": a word about a dose or a time, not about the agent."""
        following = self.tokens[cue.last] if cue.last < close else None
        return following is not None and following.kind == "number" and cue.kind in ("before", "now", "arrow")

    # Lists

    def _join(self, asks: bool) -> None:
        for left, right in zip(self.members, self.members[1:], strict=False):
            gap = [at for at in range(left.end, right.first) if at not in self.hidden]
            if any(at in self.walls or at in self.of_cues or self.texts[at] in BREAKERS for at in gap):
                continue
            words = {self.texts[at] for at in gap}
            if ("so" in words and "far" not in words) or words & _SUBJECTS:
                continue
            if asks and "or" in words:
                right.link = "or"
            elif right.mark.value == left.mark.value and (not gap or words <= {"(", "=", ")"}):
                right.link = "same"
            elif words == {"an"}:
                right.link = "and"  # "tacrolimus an prednisone"
            elif all(self._light(at) or self._measures(at) for at in gap):
                joiners = words & JOINERS
                if joiners or not gap or all(self._of_dose(at) for at in gap):
                    right.link = "," if joiners <= {",", "-", ":", ")", "("} and joiners else "and"

    def _of_dose(self, at: int) -> bool:
        text = self.texts[at]
        return (
            of_dose(self.tokens[at])
            or text in RHYTHMS
            or text in NUMBER_WORDS
            or text in ("hundred", "thousand", "times")
        )

    def _measures(self, at: int) -> bool:
        """ "a whiff of prednisone": a small amount in everyday words."""
        return 0 < at < len(self.texts) - 1 and self.texts[at - 1] in ("a", "an") and self.texts[at + 1] == "of"

    def _light(self, at: int) -> bool:
        text = self.texts[at]
        return (
            of_dose(self.tokens[at])
            or text in TRANSPARENT
            or text in JOINERS
            or at in self.timed
            or at in self.hidden
            or text in ("(", ")")
        )

    # Cues

    def assign(self) -> None:
        for cue in self.cues:
            left = next((member for member in reversed(self.members) if member.mark.last <= cue.first), None)
            right = next((member for member in self.members if member.first >= cue.last), None)
            meant = self._meant(cue)
            for member in meant:
                member.back, member.override = [cue], None
            if meant:
                continue
            if self._subordinate(cue):
                continue
            if self._listed(cue):
                cue = replace(cue, kind="now")  # "add prednisolone to the list"
            side = self._side(cue, left, right)
            if cue.kind == "arrow":
                if right is not None and side == "right":
                    self._arrow(cue, left, right)
            elif side == "right" and right is not None:
                if right.ahead is None or outranks(self.tokens, right.ahead, cue):
                    right.ahead = cue
            elif side == "left" and left is not None:
                left.back.append(cue)
            if (
                side == "right"
                and left is not None
                and left.end == cue.first
                and self.texts[cue.first : cue.last] == ("now", "with")
            ):
                left.back.append(cue)  # "MMF now with prednisolone"

    def _side(self, cue: Mark, left: Member | None, right: Member | None) -> str | None:
        if left is not None and cue.kind != "arrow" and self._relative(cue, left):
            if left.ahead is not None and left.ahead.kind == "planned":
                left.ahead = None  # "his scheduled IVIG, which he has had every four weeks"
            return "left"
        if left is not None and cue.kind != "arrow" and self._about_pronoun(cue):
            return "left"
        announced = left is None and right is not None and self._announces(cue, right)
        ahead = announced or (
            right is not None and cue.value in ("ahead", "either") and self._reaches(cue, right.first)
        )
        back = left is not None and cue.value in ("back", "either") and self._reaches_back(cue, left)
        if not (ahead and back) or left is None or right is None:
            return "right" if ahead else "left" if back else None
        if self.texts[cue.last - 1] == "now" and of_dose(self.tokens[cue.last]):
            return "left"  # "TAC start, now 2 mg"
        gap_left = [at for at in range(left.end, cue.first) if at not in self.hidden]
        gap_right = range(cue.last, right.first)
        apart_left = any(self.texts[at] in _APART or self.texts[at] == "." for at in gap_left)
        apart_right = any(self.texts[at] in _APART for at in gap_right)
        near_left = all(self._light(at) for at in gap_left)
        near_right = all(self._light(at) for at in gap_right)
        if apart_left != apart_right:
            return "right" if apart_left and near_right else "left"
        if near_left and not apart_left and not self._claimed(left):
            return "left"
        if near_left != near_right:
            return "left" if near_left and not self._claimed(left) else "right"
        if near_left and near_right:
            return "right" if self._claimed(left) else "left"
        return "left" if len(gap_left) <= len(gap_right) and not self._claimed(left) else "right"

    def _announces(self, cue: Mark, right: Member) -> bool:
        """ "everything was stopped on Monday: prednisone and tacrolimus"."""
        gap = range(cue.last, right.first)
        all_of_it = (
            bool({"everything", "all"} & set(self.texts[: cue.last])) and "," in self.texts[cue.last : right.first]
        )
        announced = ":" in self.texts[cue.last : right.first] or all_of_it
        return announced and all(
            self._light(at) or self.texts[at] in ("once", "meaning", "namely", "viz") for at in gap
        )

    def _claimed(self, member: Member) -> bool:
        """Something has already been said of it, or of the list that it ends."""
        at = self.members.index(member)
        while True:
            if self.members[at].ahead is not None or self.members[at].back:
                return True
            if not self.members[at].link or self.members[at].link == "or":
                return False
            at -= 1

    def _meant(self, cue: Mark) -> list[Member]:
        """The agents that "all of them ongoing", "neither of which helped", "still getting all three" speak of."""
        named = [member for member in self.members if member.mark.last <= cue.first]
        lead = self.texts[max(0, cue.first - 4) : cue.first]
        words = {*lead, *self.texts[cue.first : cue.last]}
        pronoun = bool({"of"} & words) and bool({"them", "which", "these"} & words) and bool(_ALL & words)
        if not named or not (self._of_all_before(cue) or (pronoun and cue.value != "ahead")):
            return []
        return named[-2:] if {"both", "neither"} & words else named

    def _of_all_before(self, cue: Mark) -> bool:
        """ "still getting all three", "stopped both"."""
        after = self.texts[cue.last : cue.last + 2]
        if self.texts[cue.last - 1] == "after":
            return False  # "after all"
        if after[:1] not in (("all",), ("both",)) or cue.kind not in ("now", "before", "failed", "given"):
            return False
        return after[1:] in (
            (),
            ("three",),
            ("four",),
            ("two",),
            ("of",),
            (",",),
            (")",),
            ("at",),
            ("now",),
        ) or after == ("both",)

    def _subordinate(self, cue: Mark) -> bool:
        """ "the week before we started it": when, not what."""
        lead = self.texts[max(0, cue.first - 3) : cue.first]
        after = self.texts[cue.last] if cue.last < len(self.texts) else ""
        return (
            bool(cue.act)
            and bool({"before", "until"} & set(lead))
            and bool(_SUBJECTS & set(lead))
            and after in ("it", "them")
        )

    def _listed(self, cue: Mark) -> bool:
        after = self.texts[cue.last :]
        return (
            self.texts[cue.first : cue.last] == ("add",)
            and "to" in after
            and bool({"list", "drugs", "medication"} & set(after))
        )

    def _relative(self, cue: Mark, left: Member) -> bool:
        """ "which I stopped", "that she is taking": the verb speaks of the agent right before."""
        lead = self.texts[max(left.end, cue.first - 3) : cue.first]
        if cue.act and cue.value != "ahead" and lead[-1:] in (("it",), ("this",)):
            return True  # "..., so it was interrupted"
        return bool(cue.act) and bool({"which", "that"} & set(lead)) and len(self.texts[left.end : cue.first]) <= 7

    def _about_pronoun(self, cue: Mark) -> bool:
        """ "restarted it in May": the cue speaks of the agent named before."""
        after = self.texts[cue.last] if cue.last < len(self.texts) else ""
        if self.texts[cue.first : cue.last] == ("on",):
            return after in ("it", "them") and self.texts[cue.first - 1] in (
                "is",
                "are",
                "still",
                "now",
                "remains",
                "stays",
            )
        if cue.act and cue.kind == "never" and _UNITS_OF_IT & set(self.texts[cue.last : cue.last + 4]):
            return True  # "has not taken the first tablet"
        if cue.act == "restart" and after and self.tokens[cue.last].kind == "number":
            return True  # "is back on 25 mg"
        return after in ("it", "them", "that", *(() if cue.kind == "never" else ("both",))) and cue.kind in (
            "now",
            "started",
            "before",
            "failed",
            "never",
            "given",
        )

    def _reaches(self, cue: Mark, first: int) -> bool:
        gap = [at for at in range(cue.last, first) if at not in self.hidden]
        words = [at for at in gap if not of_dose(self.tokens[at]) and at not in self.timed]
        if any(at in self.walls or self.texts[at] in BREAKERS for at in gap) or len(words) > _FAR_AHEAD:
            return False
        last, opening = self.texts[cue.last - 1], self.texts[cue.first]
        texts = [self.texts[at] for at in words]
        if cue.kind == "arrow":
            return True
        if self.texts[cue.first : cue.last] == ("since",):
            return all(at in self.timed for at in gap)
        if last in PREPOSITIONS or (last in TERSE and cue.last - cue.first == 1):
            amount = texts[-1:] == ["of"] and len(texts) <= _AMOUNT  # "after two unsuccessful cycles of"
            return "," not in texts and (amount or all(self._light(at) or self.texts[at] in AFTER_NO for at in words))
        if ")" in self.texts[cue.last : first] and "(" not in self.texts[cue.last : first]:
            return False  # what stands in brackets does not reach out of them
        if cue.act and last in _TIGHT and (":" in texts or not all(self._light(at) for at in words)):
            return False
        if cue.kind == "other_person":
            return not {"-", "so", ":"} & set(texts) and ("," not in texts or last not in LITERATURE)
        if cue.kind == "not_systemic":
            return len(texts) <= 1 and "," not in texts
        if cue.kind == "given" and opening in _HAD and not all(self._light(at) for at in words) and ":" not in texts:
            return False
        if cue.kind == "planned" and ":" in texts[1:]:
            return False  # "asked the GP: bari stopped"
        if "," in texts:
            bare_adverb = cue.last - cue.first == 1 and last in ADVERBS
            return (
                texts[:1] == [","] and (bare_adverb or cue.kind == "planned") and all(self._light(at) for at in words)
            )
        return True

    def _reaches_back(self, cue: Mark, left: Member) -> bool:
        gap = [at for at in range(left.end, cue.first) if at not in self.hidden]
        words = [at for at in gap if not of_dose(self.tokens[at]) and at not in self.timed]
        texts = [self.texts[at] for at in words]
        if any(at in self.walls for at in gap) or len(words) > _FAR_BACK:
            return False
        told = all(self._light(at) or at in self.of_cues for at in words)
        if "," in texts[1:] and cue.kind in ("now", "given", "planned") and not told:
            return False
        if cue.kind == "planned" and (
            set(texts) & (_WHAT | _COURSES) or RHYTHM.scan(self.tokens[left.mark.last : cue.first])
        ):
            return False
        if cue.kind == "planned" and cue.first and self.tokens[cue.first - 1].kind == "number":
            return False  # "pulses (6 planned)"
        if cue.kind == "planned" and self.texts[cue.first] in ("next", "due") and left.mark.value in INFUSIONS:
            return False  # "rituximab 4 months ago, next in May" goes on
        if cue.first and self.texts[cue.first - 1] in ("others", "rest", "else"):
            return False  # "all others stopped"
        if cue.kind == "not_systemic":
            return len(texts) <= 5 and "," not in texts
        said = " ".join(self.texts[cue.first : cue.last])
        if said in ("in", "out"):  # "abatacept out, rituximab in"
            after = self.texts[cue.last] if cue.last < len(self.texts) else ","
            return not texts and after in (",", ")", "(", "and", "-", "when", "because", "since", "for", "after")
        if said in _NEAR_ONLY:
            return all(text in _NEAR or text in _AUXILIARY for text in texts)
        alone = cue.act and not _AUXILIARY & set(self.texts[cue.first : cue.last])
        if alone and self.texts[cue.first - 1] not in _OPENS_A_CLAUSE and not all(self._light(at) for at in words):
            return False  # "on MMF until the lymphocytes dropped"; "MMF dropped"
        if self.texts[cue.first] in ("until", "till", "til") and not all(
            self._light(at) or at in self.of_cues for at in words
        ):
            return False
        if said in _CLOSING:
            after = self.texts[cue.last] if cue.last < len(self.texts) else ","
            near = said == "before" or all(self._light(at) for at in words)
            timed = said in ("done", "over") and cue.last in self.timed
            return near and (timed or after in (",", ")", "-", "(", "because", "due", "given", "as", "since", "for"))
        if cue.kind in ("now", "given") and not cue.act:
            return told and ("," not in texts or cue.first == gap[-1] + 1)
        return not (cue.kind == "now" and not cue.act and "," in texts)

    def _arrow(self, cue: Mark, left: Member | None, right: Member) -> None:
        behind = set(self.texts[right.end : right.end + 3]) & _ADDED
        between = set(self.texts[cue.last : right.first]) | behind
        right.ahead = right.ahead or Mark("now", "ahead", cue.first, cue.last)
        if left is None or left.override or between & _ADDITIVE:
            return
        if self.texts[cue.last - 1] == "now" and left.ahead is not None and left.ahead.kind in ("now", "started"):
            return  # "on MMF and now tac": both
        listed = self._list_before(
            left, whole=self.tokens[cue.first].kind != "word" or self.texts[cue.first] in _IN_TURN
        )
        governed = next(
            (member.ahead for member in listed if member.ahead is not None and member.ahead.kind in _GOVERNING), None
        )
        if governed is not None:
            right.ahead = replace(governed, kind="planned") if governed.kind == "leaving" else governed
            return
        for member in listed:
            member.override = "before"
        right.override = None

    def _list_before(self, member: Member, whole: bool) -> list[Member]:
        """The agents that a change to another one leaves behind: those joined by "and", or the whole list."""
        at = self.members.index(member)
        found = [member]
        while self.members[at].link in (("and", ",", "same") if whole else ("and", "same")):
            at -= 1
            found.append(self.members[at])
        return found

    # Status

    def share(self) -> None:
        """Agents without a cue of their own share that of their list."""
        for left, right in zip(self.members, self.members[1:], strict=False):
            if right.ahead is None and right.link and right.link != "or" and left.ahead is not None:
                cue = left.ahead
                dosed = right.link == "," and has_dose(self.tokens, right.mark) and cue.kind in _ENDING
                own = [back for back in right.back if back.kind not in ("given", "mentioned")]
                restated = bool(own) and (right.link == "," or any(back.act for back in own))
                single = self.texts[cue.first] in _INSTEAD and "with" in self.texts[left.end : right.first]
                if (
                    not left.override
                    and not restated
                    and not single
                    and not (dosed and not has_dose(self.tokens, left.mark))
                ):
                    right.ahead = cue
            elif right.link == "or" and left.ahead is not None:
                right.ahead = Mark("planned", "ahead", left.ahead.first, left.ahead.last)
        for at in range(len(self.members) - 1, 0, -1):
            left, right = self.members[at - 1], self.members[at]
            if not right.link or right.link == "or" or left.back or not right.back:
                continue
            shared = [cue for cue in right.back if self._of_list(cue, left, right)]
            left.back += shared

    def _of_list(self, cue: Mark, left: Member, right: Member) -> bool:
        """Whether a word behind a list speaks of all its members."""
        if any(first < cue.first < last for first, last in right.extra):
            return False
        if {"both", "all"} & set(self.texts[max(0, cue.first - 2) : cue.last]):
            return True
        if right.link in ("and", "same"):
            past = left.ahead is not None and left.ahead.kind in ("failed", "given", "before", "treated")
            return left.ahead is None or (left.ahead is right.ahead and (past or cue.kind not in _ENDING))
        if left.ahead is not None or cue.kind == "given" or left.link == "and":
            return False  # "CNI + steroids, MMF stopped": two lists
        return not (has_dose(self.tokens, left.mark) and not has_dose(self.tokens, right.mark))

    def of_others(self, index: int) -> bool:
        """ "A colleague's patient did well on X after Y failed": the whole sentence is about somebody else."""
        first = self.members[0].ahead
        return (
            first is not None
            and first.kind == "other_person"
            and not _OURS & set(self.texts[first.last : self.members[index].first])
        )

    def segment(self, member: Member) -> set[str]:
        """The words between the commas around an agent."""
        left = max((at + 1 for at in range(member.first) if self.texts[at] == ","), default=0)
        right = next((at for at in range(member.mark.last, len(self.texts)) if self.texts[at] == ","), len(self.texts))
        return set(self.texts[left:right])

    def likewise(self, member: Member) -> bool:
        """ "AZA too", "steroids likewise", "tac shortly after": what was said of the agent before."""
        after = self.texts[member.end : member.end + 2]
        if after in (("shortly", "after"), ("soon", "after"), ("shortly", "afterwards"), ("soon", "afterwards")):
            return True
        return after[:1] in (("too",), ("likewise",), ("ditto",), ("also",)) or after in (
            ("as", "well"),
            ("the", "same"),
        )

    def status(self, member: Member, heading: str | None) -> tuple[str, Mark | None]:
        cue = member.ahead
        status = _AS_NOW.get(cue.kind, cue.kind) if cue is not None else None
        if status == "other_person":
            return status, cue
        for back in member.back:
            until = self.texts[back.last - 1] == "then" and self.texts[back.first] in ("until", "till", "til")
            excepted = member.ahead is not None and self.texts[member.ahead.first] in EXCEPTING and status == "now"
            if back.kind == "given" and "last" in self.texts[back.first : back.last] and status == "now":
                status, cue = "given", back  # "then rituximab, which was last given in 2022"
                continue
            plainly = not {",", "which"} & set(self.texts[member.end : back.first])
            if _kept(status, back) or (until and status == "now") or (excepted and plainly and back.kind == "before"):
                continue
            status, cue = _AS_NOW.get(back.kind, back.kind), back
        if member.override:
            return ("planned" if status == "planned" else member.override), cue
        if status is None:
            return (heading or "bare"), None
        return status, cue


_APART = frozenset({",", "and", "-", "&", "then", "but", ")", "("})
_AUXILIARY = frozenset(
    {
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "has",
        "have",
        "had",
        "got",
        "gets",
        "which",
        "that",
        "never",
        "not",
    }
)
_OPENS_A_CLAUSE = frozenset(
    {
        "->",
        "-->",
        "→",
        "=>",
        "=",
        ":",
        "both",
        "all",
        "long",
        "already",
        "since",
        ",",
        "and",
        "then",
        "but",
        "-",
        "(",
        "subsequently",
        "later",
        "eventually",
        "now",
        "also",
    }
)
_TIGHT = frozenset({"to", "onto", "from", "with", "by", "on", "through", "of", "for"})
_SUBJECTS = frozenset({"it", "she", "he", "they", "we", "i", "who", "which", "you"})
_SURFACE = frozenset({"ointment", "cream", "drops", "inhaler", "topical", "topically", "gel", "lotion", "mouthwash"})
_ADRENAL = frozenset(
    {"adrenal", "addison", "addisons", "hypopituitarism", "pituitary", "cortisol", "replacement", "adrenals"}
)
_DOSE = frozenset({"dose", "cycle", "pulse", "infusion", "course", "round", "bolus"})
_OURS = frozenset({"but", "ours", "mine", "herself", "himself", "while", "whereas", "-", "she", "he", "my", "this"})
_BESIDE = (("on", "top", "of"), ("alongside",), ("in", "addition", "to"))
_INSTEAD = frozenset({"in", "instead", "rather", "replacing"})
_UNITS_OF_IT = frozenset({"tablet", "dose", "pill", "infusion", "capsule", "tablets", "doses", "pills"})
_ALL = frozenset({"all", "both", "none", "neither", "nothing"})
_ORDINALS = frozenset({"first", "second", "third", "1st", "2nd", "3rd"})
_IN_TURN = frozenset({"then", "followed", "subsequently", "later", "afterwards", "thereafter", "before", "now", "and"})
_HAD = frozenset({"had", "got", "took", "has", "have", "used"})
_COURSES = frozenset({"dose", "infusion", "cycle", "course", "pulse", "one"})
_WHAT = frozenset({"what", "which", "how", "whats"})
_NEAR_ONLY = frozenset({"in", "out", "off", "gone", "exposed", "experienced", "burst"})
_NEAR = frozenset({",", "both", "all", "now", "long", "already", "completely", "since"})
_CLOSING = frozenset({"no", "none", "never", "before", "over", "done"})


def _kept(status: str | None, back: Mark) -> bool:
    """Whether the status told ahead of an agent stands, whatever the word behind it says."""
    if back.kind == "now":
        weak = back.act in ("", "adjust")
        return status in ("planned", "never") or (status in ("before", "failed") and weak)
    if back.kind == "failed":
        return status in ("before", "planned")
    if back.kind == "before" and back.act == "stop":
        return status == "planned"  # "considered and shelved"
    if back.kind == "given":
        return status in ("planned", "now")
    if back.kind == "planned":
        return status is not None and status != "never"
    return False


def statements(
    sentence: Sentence,
    marks: Sequence[Mark],
    whens: Sequence[When],
    walls: frozenset[int],
    heading: str | None,
    earlier: str | None = None,
) -> list[Statement]:
    """The agents of one sentence with their status.

    `walls` are tokens of another topic (lung function, CT, ...), `earlier` is the status of the agent named last before.
    """
    if not marks:
        return []
    marks = sorted([*marks, *unknown_drugs.others(sentence.tokens, marks)], key=lambda mark: mark.first)
    row = _Row(sentence, marks, whens, walls)
    row.assign()
    row.share()
    frame = Frame.of(sentence, row.cues, whens)
    found = []
    for index, member in enumerate(row.members):
        status, cue = row.status(member, heading)
        following = [later.ahead for later in row.members[index + 1 :] if later.ahead is not member.ahead]
        status = frame.settle(status, cue, member.first, following)
        if status == "bare" and row.likewise(member):
            status = found[-1].status if found else earlier or status
        if index and status in ("failed", "given", "bare", "before", "treated") and row.of_others(index):
            status = "other_person"
        if member.mark.value == "hydrocortisone" and _ADRENAL & set(row.texts):
            status = "not_systemic"
        if status == "bare" and _SURFACE & row.segment(member) and not has_dose(row.tokens, member.mark):
            status = "not_systemic"
        if member.mark.kind != "other":
            found.append(_statement(row, index, status, cue))
    return found


def _statement(row: _Row, index: int, status: str, cue: Mark | None) -> Statement:
    member = row.members[index]
    begin = row.members[index - 1].end if index else 0
    edge = row.members[index + 1].first if index + 1 < len(row.members) else len(row.tokens)
    first = max(begin, min(member.first, cue.first)) if cue is not None else member.first
    detail = _detail(row.tokens[first:edge], _times_of(row, index, first, edge), (member.mark.last,))
    detail["dose"] = has_dose(row.tokens, member.mark)
    detail["name"] = " ".join(row.texts[member.first : member.mark.last])
    if member.mark.value in INFUSIONS and _unfinished(row.tokens[begin:edge]):
        detail["unfinished"] = True
    commas = [at + 1 for at in range(begin, member.first) if row.texts[at] == "," or at in row.of_cues]
    if member.mark.value in INFUSIONS and RHYTHM.scan(row.tokens[max([begin, *commas]) : member.first]):
        detail["recurring"] = True
    lead = {
        *row.texts[max(0, member.first - 3) : member.first],
        *(row.texts[max(0, cue.first - 3) : cue.first] if cue else ()),
    }
    if (
        member.mark.value in INFUSIONS
        and status == "planned"
        and cue is not None
        and cue.act == "plan"
        and lead & _ORDINALS
    ):
        status = "now"  # "third rituximab course already booked"
    following = row.members[index + 1].ahead if index + 1 < len(row.members) else None
    if status == "given" and following is not None and row.texts[following.first : following.last] in _BESIDE:
        status = "now"  # "got pirfenidone on top of MMF"
    if member.mark.value in INFUSIONS and cue is not None:
        said = set(row.texts[cue.first : cue.last])
        if status == "before" and "last" in said:
            status = "given"  # "last one in September": when, not that it ended
        if (
            status == "planned"
            and {"next"} & {*said, *row.texts[max(0, member.first - 2) : member.first]}
            and "due" in row.texts
        ):
            status = "now"  # "her next rituximab is due in December"
    ago = _since_the_last(row, member)
    if ago is not None:
        status, detail["ago"] = "given", ago
    if (
        status == "never"
        and cue is not None
        and (cue.act in ("take", "give") or not cue.act)
        and _for_some_time(row, cue, member)
    ):
        status = "before"  # "hasn't taken it for five weeks"
    one = lead & _DOSE and any(text.isdigit() for text in lead)  # "2nd dose": the ending of a number is gone
    if status == "given" and (lead & _ORDINALS or one):
        detail["recurring"], detail["course"] = True, False  # "first cyclophosphamide given": it has begun
    if cue is not None:
        detail["cue"] = " ".join(row.texts[cue.first : cue.last])
        if cue.act:
            detail["act"] = cue.act
    start = min(cue.first, member.first) if cue is not None else member.first
    last = max(member.end, cue.last if cue is not None else 0)
    return Statement(member.mark, status, start, last, detail)


def _since_the_last(row: _Row, member: Member) -> float | None:
    """ "sixteen months since his last rituximab": months since then."""
    lead = row.texts[max(0, member.first - 4) : member.first]
    if "last" not in lead or "since" not in lead:
        return None
    since = member.first - len(lead) + lead.index("since")
    return next(
        (when.months for when in row.whens if when.kind in ("window", "ago") and since - 1 <= when.last <= since + 1),
        None,
    )


def _for_some_time(row: _Row, cue: Mark, member: Member) -> bool:
    said = set(row.texts[cue.first : cue.last])
    since = {"no", "nil", "none", "without"} & said and row.texts[member.end : member.end + 1] == ("since",)
    perfect = {"hasnt", "havent", "has", "have"} & said
    return bool(since or perfect) and any(
        0 <= when.first - member.mark.last <= 4 and when.kind in ("window", "date") for when in row.whens
    )


def _times_of(row: _Row, index: int, first: int, edge: int) -> Iterable[When]:
    leading = [when for when in row.whens if not index and when.last <= row.members[index].first and when.first <= 1]
    return [*leading, *(when for when in row.whens if first <= when.first < edge and when not in leading)]


def _detail(window: Sequence[Token], whens: Iterable[When], behind: Sequence[int] = ()) -> dict[str, Any]:
    """What surrounds an agent; `behind` are the tokens where a time would follow its name at once."""
    extras = {mark.kind for mark in _EXTRAS.scan(window)}
    detail: dict[str, Any] = {name: True for name in ("recurring", "not_tolerated", "course") if name in extras}
    if _unfinished(window):
        detail["unfinished"] = True
    for when in whens:
        if when.kind == "ago" and when.months:
            detail["ago"] = when.months
        if when.kind == "ago" and when.months and when.first in behind:
            detail["ago_behind"] = when.months
        elif when.kind == "range":
            detail["until"] = when.end
        elif when.kind == "date":
            detail["since" if when.lead == "since" else "date"] = when.months
            detail["whole_year"] = when.whole_year
    return detail


def _unfinished(window: Sequence[Token]) -> bool:
    """ "4 of 6 given", "five out of six pulses": a course that is not at its end."""
    for at, token in enumerate(window[:-2]):
        if window[at + 2].text in ("12", "52", "7") and window[at + 1].text == "/":
            continue  # "4/12" are four months
        given = _count(token)
        if given is None or window[at + 1].text not in ("of", "/", "out"):
            continue
        after = at + 3 if window[at + 1].text == "out" and window[at + 2].text == "of" else at + 2
        planned = _count(window[after]) if after < len(window) else None
        if planned is not None and 0 < given < planned <= 12:
            near = {other.text for other in window[max(0, at - 3) : after + 6]}
            return bool(near & _OF_A_COURSE)
    return False


def _count(token: Token) -> float | None:
    return token.number if token.kind == "number" else NUMBER_WORDS.get(token.text)


_OF_A_COURSE = frozenset(DOSING["courses"]) | {
    "given",
    "done",
    "pulse",
    "completed",
    "planned",
    "administered",
    "received",
    "so",
}


def detail(tokens: Sequence[Token], whens: Sequence[When]) -> dict[str, Any]:
    """Side effects, dates and repetition told in a sentence."""
    return _detail(tokens, whens)
