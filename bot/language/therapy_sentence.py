"""What a sentence as a whole makes of a status that the nearest word gave: questions, times, turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language.lexicon import Mark
from bot.language.text import Sentence, Token
from bot.language.times import When
from bot.language.vocabulary import words

_OPENING_QUESTION = words("therapy", "opening_question")
_MODALS = frozenset({"should", "could", "would", "can", "shall", "may", "must", "might"})
_IN_TURN = words("therapy", "in_turn")
_HOW = frozenset({"how", "when", "what", "which", "why"})
_YES_OR_NO = frozenset({"is", "are", "does", "do", "can", "could", "would", "should", "will"})
_PEOPLE_IN_GENERAL = words("therapy", "people_in_general")
_SOMEBODY = words("therapy", "somebody")
_SOMEBODY_OR_IT = frozenset({"she", "he", "it", "they", "this", "that", "things", "there", "fvc"})
_SUPPLY = frozenset({"hospital", "country", "formulary", "pharmacy", "region", "centre", "center", "available", "here"})
_SMALL = words("therapy", "small_in_a_question")
_SWITCH = frozenset({"switch", "change", "conversion", "swap", "switching", "changing", "converting", "swapping"})


@dataclass(frozen=True)
class Frame:
    """The sentence around its agents: status words, times, whether it asks."""

    tokens: Sequence[Token]
    cues: Sequence[Mark]
    whens: Sequence[When]
    asking: bool
    queried: bool  # it ends with a question mark

    @classmethod
    def of(cls, sentence: Sentence, cues: Sequence[Mark], whens: Sequence[When]) -> Frame:
        tokens = sentence.tokens
        opens = bool(tokens) and tokens[0].text in _OPENING_QUESTION
        return cls(tokens, cues, whens, sentence.asks or opens, sentence.asks)

    def settle(
        self, status: str, cue: Mark | None, first: int, later: Sequence[Mark | None], ahead: Mark | None = None
    ) -> str:
        """The status of agents from token `first` on.

        `later` are the words ahead of the agents that follow, `ahead` the one ahead of these.
        """
        word = self.tokens[cue.first].text if cue is not None else ""
        if (
            self._only_asks()
            and first >= self._question_from()
            and (status == "bare" or (status == "given" and word == "given"))
        ):
            return "planned"
        beside = {
            token.text for at in (first - 1, first + 1) if 0 <= at < len(self.tokens) for token in (self.tokens[at],)
        }
        if self.queried and status == "bare" and "or" in beside and self._question_from():
            return "planned"  # "RTX or CNI, which is better?"
        firm = ahead is not None and ahead.kind in ("now", "started") and not self._is_small(ahead)
        if (
            self.queried
            and status in ("now", "bare")
            and not firm
            and first >= self._question_from()
            and self._is_weak(cue)
        ):
            return "planned"  # "nintedanib now?", "rituximab or CYC after this?"
        after = cue is not None and self._words(cue) in ("after", "following")
        if self.queried and status == "failed" and after and self.tokens[0].text in _HOW:
            return "mentioned"  # "how long should one wait after rituximab?"
        if self.queried and status in ("before", "failed") and self._asks_whether(first):
            return "mentioned"  # "is MTX a problem in this lung?"
        if self.asking and first and self.tokens[first - 1].text in _MODALS and status in ("now", "given"):
            return "planned"  # "can nintedanib be added?"
        if self.asking and status in ("now", "given") and cue is not None and self._of_people_in_general(cue):
            return "planned"
        ends_in_ing = cue is not None and self.tokens[cue.last - 1].text in ("adding", "starting", "using", "trying")
        if self.queried and status == "now" and ends_in_ing:
            return "planned"  # "second opinion on adding tofacitinib?"
        if self.asking and status == "before" and (self._proposed(cue) or self._in_its_place(cue)):
            return "mentioned"
        if status == "before" and cue is not None and self._words(cue).startswith("induction") and self._wills(cue):
            return "planned"  # "will admit for induction: methylprednisolone"
        if status == "now" and cue is not None and self._speaks_of_supply(cue):
            return "planned"  # "in my hospital no nintedanib, only rituximab"
        in_turn = status == "now" and word == "then"
        if (status == "bare" or in_turn) and self._on_condition(first):
            return "planned"  # "if there is no gain, rituximab"
        if status == "bare" and self._since_when(first):
            return "now"
        if self.queried and status != "other_person" and self._of_nobody():
            return "mentioned"  # "what can I give patients on MMF or AZA to read?"
        if self._contrasted(later) and (status == "bare" or (status == "now" and word in _IN_TURN)):
            return "contrasted" if status == "bare" else "before"
        own = cue is not None and cue.kind == "now" and any(self.tokens[at].text == "," for at in range(cue.first))
        if status in ("now", "before") and not own and self._supposed_switch(first):
            return "planned"
        return status

    def _of_nobody(self) -> bool:
        """Whether a question is about people in general, and of no patient."""
        texts = [token.text for token in self.tokens]
        one = any(texts[at] in _MODALS | {"does", "do"} and texts[at + 1] == "one" for at in range(len(texts) - 1))
        return (one or bool(_PEOPLE_IN_GENERAL & set(texts))) and not _SOMEBODY & set(texts)

    def _wills(self, cue: Mark) -> bool:
        return bool({"will", "plan", "to", "would", "should"} & {token.text for token in self.tokens[: cue.first]})

    def _speaks_of_supply(self, cue: Mark) -> bool:
        texts = {token.text for token in self.tokens}
        only = self.tokens[cue.first].text == "only" and cue.last - cue.first == 1
        return only and bool(texts & _SUPPLY) and not texts & {"on", "takes", "taking", "she", "he"}

    def _on_condition(self, first: int) -> bool:
        opens = self.tokens[0].text in ("if", "unless", "depending") or self._opens_with_what_may_come()
        return opens and not any(token.text in ("but", "so", "-", ";") for token in self.tokens[:first])

    def _opens_with_what_may_come(self) -> bool:
        """ "Once the serology is back, rituximab", "were she to relapse, then tacrolimus", "should she flare, IVIG"."""
        texts = [token.text for token in self.tokens]
        if texts[0] in ("were", "should") and texts[1:2] and texts[1] in _SOMEBODY_OR_IT and not self.queried:
            return True
        clause = texts[: texts.index(",")] if "," in texts else []
        to_come = clause[:1] == ["once"] or clause[:3] == ["as", "soon", "as"]
        return to_come and bool({"is", "are", "have", "comes", "arrives", "has", "allows"} & set(clause))

    def _asks_whether(self, first: int) -> bool:
        lead = {token.text for token in self.tokens[:first]}
        behind = [token.text for token in self.tokens[first:]]
        if any(behind[at : at + 3] in (["or", "is", "it"], ["or", "was", "it"]) for at in range(len(behind))):
            return True  # "is there a place for abatacept, or is it left out?"
        return (
            self.tokens[0].text in _YES_OR_NO
            and first <= 3
            and not lead & {"that", "because", "since", "after", "with"}
        )

    def _is_weak(self, cue: Mark | None) -> bool:
        """Whether nothing, or only a word of time or place, says that an agent in a question is taken."""
        if any(other.kind in ("now", "started") and not self._is_small(other) for other in self.cues):
            return cue is not None and self._is_small(cue) and any(other.kind == "planned" for other in self.cues)
        return cue is None or self._is_small(cue)

    def _is_small(self, cue: Mark) -> bool:
        said = self._words(cue)
        on_top = said == "on" and [token.text for token in self.tokens[cue.last : cue.last + 1]] == ["top"]
        return said in _SMALL or on_top

    def _words(self, cue: Mark) -> str:
        return " ".join(token.text for token in self.tokens[cue.first : cue.last])

    def _only_asks(self) -> bool:
        return self.asking and not any(cue.kind in ("now", "before", "started", "failed") for cue in self.cues)

    def _question_from(self) -> int:
        """Where the question begins: "tac/pred/IVIG, should I add bari?" states the first three."""
        starts = [
            at
            for at in range(1, len(self.tokens))
            if self.tokens[at].text in _OPENING_QUESTION
            and self.tokens[at - 1].text in (",", "-", ":", ")", "so", "and", "but")
        ]
        return starts[0] if starts and self.tokens[0].text not in _OPENING_QUESTION else 0

    def _proposed(self, cue: Mark | None) -> bool:
        """ "Should MMF be stopped?", "shall we stop it?": nothing that happened."""
        if cue is None or self.tokens[0].text not in _MODALS:
            return False
        if self.tokens[cue.first].text.endswith("ing"):
            return True  # "would guidelines support stopping pred?"
        lead = self.tokens[max(0, cue.first - 2) : cue.first + 1]
        return any(token.text in ("be", "we", "i", "she", "he") for token in lead)

    def _in_its_place(self, cue: Mark | None) -> bool:
        """ "Would you give X instead of Y?": Y is still taken, or was never said to be."""
        return cue is not None and self.tokens[cue.first].text in ("instead", "in", "rather") and not cue.act

    def _of_people_in_general(self, cue: Mark) -> bool:
        """ "When do you use nintedanib?", "does one give it with MMF?"."""
        said = {token.text for token in self.tokens[cue.first : cue.last]}
        return bool(cue.act) and bool(said & {"do", "does"}) and bool(said & {"you", "we", "i", "one", "they"})

    def _since_when(self, first: int) -> bool:
        """ "since last winter MMF", "for the past 8 months mycophenolate"."""
        return any(
            when.last <= first
            and all(token.text in (",", "on", "the", "with") for token in self.tokens[when.last : first])
            and {token.text for token in self.tokens[max(0, when.first - 3) : when.first]} & {"since", "for"}
            for when in self.whens
        )

    def _contrasted(self, later: Sequence[Mark | None]) -> bool:
        """ "burned through A and B, currently on C": what stands before such a "now" without a status word is past."""
        return any(
            cue is not None and cue.kind == "now" and self.tokens[cue.first].text in ("now", "currently", "presently")
            for cue in later
        )

    def _supposed_switch(self, first: int) -> bool:
        """ "Thinking of a switch from A to B": neither has happened; A is left open."""
        at = next((at for at in range(first) if self.tokens[at].text in _SWITCH), None)
        thought = (cue for cue in self.cues if cue.kind == "planned" and self.tokens[cue.first].text != "next")
        return at is not None and any(cue.last <= at for cue in thought)
