"""One clause, mark by mark: what it says of its subjects.

A value ("failed", "already tried") belongs to the subjects before it, or, where there are none, to those that follow.
A negator ("not", "except") belongs to the subjects that follow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.language.lexicon import Mark
from bot.language.text import Token

SUBJECT, VALUE, NEGATOR, BREAK, FIGURE = "subject", "value", "negator", "break", "figure"
NOT = "not"
UNLIKE = "unlike"  # "FVC ok, the CT not"
NAMED = "named"  # a value that is part of a name: "improvement in lung function" says nothing of its course
REASON = "reason"  # a break after which a reason stands
DITTO = "ditto"  # "FVC failed, so did the CT"
SKIPPED = "skipped"  # words that would be read as a break otherwise: "so far"
COMMENT = "comment"  # a break that opens a bracket
BUT = "but"
_PRESUMED = frozenset({"myositis", "slow"})
WHOLE = ("ppf", "ppf_met")  # a denial of the whole says nothing of what follows

_DIRECTIONS = ("more", "less")
_MEASURED = ("goal_lung_function", "ppf_physiology")
_WELL = (NOT, "reached", "stable", "closed")
_DENIALS = ("failed", "no_gain", "not_met", "closed")
_NEAR = 3
_JOINED = frozenset({",", "and", "or", "&", "+", "/", "the", "both", "plus", "iv", "oral", "a", "an"})
_APART = frozenset({"despite", "notwithstanding", ",", "/", "or", "and", "plus", "+", "&", "with", "-", ":"})
_STOPS = frozenset({",", "-", ":"})
_REASONS = frozenset(
    {":", "=", "only", "just", "merely", "solely", "because", "since", "as", "is", "are", "it", "this", "she", "he"}
)
_VERBS = frozenset(
    {"being", "is", "are", "was", "were", "has", "have", "did", "does", "would", "will", "can", "could", "should"}
)
_AUXILIARIES = frozenset({"has", "have", "had", "is", "are", "was", "were", "did", "does", "do", "goal", "criterion"})
_EXCEPTING = frozenset(
    {"except", "excepting", "excluding", "minus", "without", "save", "bar", "barring", "besides", "apart", "aside"}
)
_CALLING = frozenset({"call", "consider", "name", "label"})
_IMPERATIVES = frozenset({"keep", "continue", "stop", "avoid", "drop", "withdraw", "discontinue"})
_BESIDES = frozenset({"apart", "aside", "besides", "other", "not"})


def _is_measured(mark: Mark) -> bool:
    return str(mark.value).startswith(_MEASURED)


@dataclass
class Claims:
    """What was said of each subject: a value, `NOT`, or None where it was only named."""

    said: dict[str, str | None] = field(default_factory=dict)
    last: list[str] = field(default_factory=list)  # the subjects that a bracket behind them comments on
    last_value: str | None = None
    open_reach: str | None = None  # what holds for those named in a bracket: "all except those tried (RTX, CYC)"

    def add(self, subject: str, value: str | None) -> None:
        """Keep what was said last, last in order; naming a subject again takes nothing back."""
        if value is not None or subject not in self.said:
            self.said.pop(subject, None)
            self.said[subject] = value


def read_clause(marks: Sequence[Mark], tokens: Sequence[Token], claims: Claims) -> None:
    """Add what a clause says of its subjects."""
    _Clause(marks, tokens, claims).read()


class _Clause:
    def __init__(self, marks: Sequence[Mark], tokens: Sequence[Token], claims: Claims) -> None:
        self._marks, self._tokens, self._claims = marks, tokens, claims
        self._pending: list[Mark] = []  # named, nothing said of them yet
        self._settled: list[Mark] = []  # the last ones of which something was said
        self._reach: str | None = None  # what holds for the subjects to come
        begins_with_but = bool(marks) and marks[0].value == BUT
        self._last_value = claims.last_value if begins_with_but else None  # "those are closed, but the rest isn't"
        self._without = False  # "JAKi without tac, CYC": the reach of "without" ends at a comma
        self._denied = -1  # where a negation of what stands before ended

    def read(self) -> None:
        if self._only_comments():
            return
        if self._in_brackets() and {mark.kind for mark in self._marks[1:]} == {SUBJECT}:
            self._reach = self._claims.open_reach
        for at, mark in enumerate(self._marks):
            if mark.value in (NAMED, SKIPPED, REASON, COMMENT, BUT):
                continue
            if mark.kind == FIGURE:
                self._figure(mark)
            elif mark.kind == SUBJECT:
                self._subject(at, mark)
            elif mark.kind == NEGATOR:
                self._negator(at, mark)
            elif mark.value == DITTO:
                if again := self._last_value or self._claims.last_value:
                    self._value(at, mark, again)
            elif mark.first != self._denied:  # "hasn't progressed"
                self._value(at, mark, str(mark.value))
                self._last_value = self._claims.last_value = str(mark.value)
        self._claims.open_reach = None if self._settled or self._pending else self._reach
        self._claims.last = [str(mark.value) for mark in (self._governed() if self._pending else self._settled)]
        self._close(self._pending, None)

    def _in_brackets(self) -> bool:
        return bool(self._marks) and self._marks[0].value == COMMENT

    def _only_comments(self) -> bool:
        """ "Breathlessness (worse)": a bracket without a subject speaks of the one before it."""
        told = [mark for mark in self._marks if mark.value != SKIPPED]
        if len(told) < 2 or told[0].value not in (COMMENT, BUT) or {mark.kind for mark in told[1:]} != {VALUE}:
            return False
        if NAMED in {mark.value for mark in told}:
            return False
        for subject in self._claims.last:
            self._claims.add(subject, str(told[1].value))
        return True

    def _figure(self, mark: Mark) -> None:
        subject, value = mark.value
        self._claims.add(subject, value)
        self._settled, self._reach = [Mark(SUBJECT, subject, mark.first, mark.last)], None

    def _subject(self, at: int, mark: Mark) -> None:
        others = mark.value == "all" and self._reach == NOT and self._settled  # "excluding rituximab everything"
        if mark.value == "rest" or others:  # "not rituximab, the rest is open"
            self._close(self._pending, None)
            self._pending, self._settled, self._reach = [mark], [], None
        elif self._reach == NOT and self._ends_negation(at, mark):
            self._pending, self._settled, self._reach = [mark], [], None
        elif self._reach is None or self._turns_round(at, mark):
            self._pending.append(mark)
            self._settled, self._reach = [], None
        else:
            self._claims.add(str(mark.value), self._reach)
            self._settled = [mark] if self._reach == NOT or self._says_more(at) else []
            if mark.value in WHOLE and self._reach == NOT:  # "not PPF, symptoms only"
                self._reach, self._settled = None, []

    def _turns_round(self, at: int, mark: Mark) -> bool:
        """ "More breathless and FVC": more of one is worse, more of the other is better."""
        if self._reach not in _DIRECTIONS or self._marks[at - 1].kind != SUBJECT:
            return False
        return _is_measured(self._marks[at - 1]) != _is_measured(mark)

    def _negator(self, at: int, mark: Mark) -> None:
        following = self._following_subject(at)
        if self._excepts_from_none(at, mark, following):
            self._pending, self._reach = self._pending[:-1], None
        elif self._pending and self._denies_what_stands_before(at, mark):
            self._settle(UNLIKE if self._next(at) is None and self._last_value in _WELL else NOT)
            self._denied = mark.last
        elif following is None and self._tokens[mark.first].text in _EXCEPTING:
            self._close(self._pending, None)
            self._pending, self._settled, self._reach = [], [], NOT
        elif following is None:
            apart = self._pending and {",", "-"} & set(self._between(self._pending[-1], mark))
            if self._pending and ((apart and self._is_followed_by_words(mark)) or self._contrasts(mark)):
                self._close(self._pending, None)  # "criteria 1 and 3, not 2"
                self._pending = []
            else:
                self._value(at, mark, UNLIKE if self._last_value in _WELL else NOT)
        elif self._tokens[mark.first].text == "nor" and self._last_value in _DENIALS and self._reach != NOT:
            self._reach, self._settled = self._last_value, []  # "FVC wasn't reached, nor was breathlessness"
        elif not (self._denies_something_else(mark, following) or self._includes(mark, following)):
            self._close(self._pending, None)
            self._pending, self._settled, self._reach = [], [], NOT
            self._without = self._tokens[mark.first].text == "without"

    def _ticks_off(self) -> bool:
        """ "Symptoms yes FVC no CT no": each word stands behind its subject."""
        pairs = zip(self._marks, self._marks[1:], strict=False)
        behind = [self._tokens[b.first].text for a, b in pairs if a.kind == SUBJECT and self._is_behind(a, b)]
        if "yes" in behind:
            return True
        answers = [text for text in (self._tokens[mark.first].text for mark in self._marks) if text in ("yes", "no")]
        return "no" in behind and len(answers) > 1 and self._marks[-1].kind != SUBJECT and answers[-1] == "no"

    def _is_behind(self, mark: Mark, word: Mark) -> bool:
        return set(self._between(mark, word)) <= {":"}

    def _excepts_from_none(self, at: int, mark: Mark, following: Mark | None) -> bool:
        """ "No goal except lung function": that one."""
        if following is None or not at or self._tokens[mark.first].text not in _EXCEPTING:
            return False
        return self._marks[at - 1].value in ("none", "nothing") and len(self._pending) <= 1

    def _contrasts(self, mark: Mark) -> bool:
        """ "ICU, not the clinic": what is denied follows, and is no subject."""
        behind = {token.text for token in self._tokens[mark.last - 1 : mark.last + 1]}
        beside = bool(self._pending) and not self._between(self._pending[-1], mark)
        return beside and self._is_followed_by_words(mark) and bool(behind & {"the", "a", "an"})

    def _value(self, at: int, mark: Mark, value: str) -> None:
        if self._pending and self._pending[-1].value == "none" and self._comma_between(self._pending[-1], mark):
            self._close(self._pending, None)  # "none, stable all over"
            self._pending, self._reach = [], value
        elif self._pending and self._begins_the_next(at, mark):
            self._close(self._pending, None)  # "FVC, more traction bronchiectasis"
            self._pending, self._reach = [], value
        elif self._pending:
            self._settle(value)
        elif self._settled and not self._belongs_to_the_next(at):
            # "Not rituximab, already tried" gives a reason; "FVC drop too small" corrects itself.
            adds = self._following_subject(at) is None and self._between(self._settled[-1], mark) == [","]
            if self._reach != NOT and (adds or not self._comma_between(self._settled[-1], mark)):
                self._close(self._settled, value)
            self._reach, self._settled = None, []
        elif self._tokens[mark.first].text == "yes" and self._ticks_off():
            self._reach = None  # "RP-ILD yes, PPF no"
        elif mark.kind == VALUE and not (self._reach == NOT and self._marks[at - 1].last == mark.first):
            self._reach = value  # but not in "no switch of the CNI"

    def _settle(self, value: str) -> None:
        """Say it of the subjects that stand before."""
        self._settled = self._governed()
        self._close([item for item in self._pending if item not in self._settled], None)
        self._close(self._settled, value)
        self._pending, self._reach = [], None

    def _close(self, marks: Iterable[Mark], value: str | None) -> None:
        for mark in marks:
            self._claims.add(str(mark.value), value)

    def _governed(self) -> list[Mark]:
        """The subjects that a value after them speaks of: back to the last comma, or the list that "and" closes."""
        if self._in_brackets() and self._pending[0] == self._marks[1]:  # "(RTX, CYC tried)"
            return list(self._pending)
        first = len(self._pending) - 1
        joined_by_and = False
        while first > 0:
            gap = self._between(self._pending[first - 1], self._pending[first])
            if not gap or any(text not in _JOINED for text in gap):  # "FVC and dyspnoea CT is stable"
                break
            joining = bool({"and", "or", "&"} & set(gap))
            if "," in gap and not (joining or joined_by_and):
                break
            joined_by_and = joined_by_and or joining
            first -= 1
        return self._pending[first:]

    def _following_subject(self, at: int) -> Mark | None:
        return next((other for other in self._marks[at + 1 :] if other.kind == SUBJECT), None)

    def _next(self, at: int) -> Mark | None:
        return self._marks[at + 1] if at + 1 < len(self._marks) else None

    def _between(self, first: Mark, second: Mark) -> list[str]:
        return [token.text for token in self._tokens[first.last : second.first]]

    def _comma_between(self, first: Mark, second: Mark) -> bool:
        return bool(_STOPS & set(self._between(first, second)))

    def _ends_negation(self, at: int, mark: Mark) -> bool:
        """ "No PPF: only symptoms" negates no symptoms, "not rapid, and DM is a myositis" no myositis."""
        before = self._marks[at - 1]
        gap = self._between(before, mark)
        near = self._next(at)
        if "," in gap and (self._follows_nor(at) or (near and near.value == "switch" and near.first == mark.last)):
            return True  # "neither symptoms nor CT, FVC", "no second CNI, tac instead of CsA"
        if _PRESUMED & {mark.value, before.value} and {",", "and"} & set(gap):  # "not rapid, dermatomyositis"
            return True
        if before.kind == VALUE and gap == [":"]:  # "not failed: the CT"
            return False
        behind = self._tokens[mark.last].text if mark.last < len(self._tokens) else ""
        if self._without and "," in gap:
            return True
        if _CALLING & set(gap):  # "I would not call it PPF"
            return False
        return bool(_REASONS & set(gap)) or (gap[:1] == [","] and behind in _VERBS)

    def _follows_nor(self, at: int) -> bool:
        return at > 1 and self._tokens[self._marks[at - 2].first].text == "nor"

    def _says_more(self, at: int) -> bool:
        """ "More breathless, CT stable": the value behind the CT is its own, unless another subject claims it."""
        near = self._next(at)
        if near is None or near.kind != VALUE:
            return False
        after = self._next(at + 1)
        return after is None or after.kind != SUBJECT or self._comma_between(near, after)

    def _belongs_to_the_next(self, at: int) -> bool:
        """ "FVC fell and she is more breathless": "more" says nothing of FVC."""
        near = self._next(at)
        if near is None or near.kind != SUBJECT:
            return False
        gap = self._between(self._marks[at], near)
        return not {",", "and", "or", "-", ":", "with"} & set(gap)

    def _begins_the_next(self, at: int, mark: Mark) -> bool:
        """ "Breathlessness and a fall in FVC": the value stands apart from what was named before it."""
        apart = bool(_APART & set(self._between(self._pending[-1], mark)))
        ordered = self._tokens[mark.first].text in _IMPERATIVES  # "RTX IVIG keep nintedanib"
        return (apart or ordered) and self._belongs_to_the_next(at)

    def _denies_what_stands_before(self, at: int, mark: Mark) -> bool:
        """ "The CT hasn't changed", but not "FVC, not the CT"."""
        if self._tokens[mark.first].text in _EXCEPTING or self._contrasts(mark):
            return False
        if self._ticks_off() and self._is_behind(self._pending[-1], mark):
            return True
        near = self._next(at)
        beside = near is not None and near.kind == SUBJECT and near.first - mark.last <= _NEAR
        if near is not None and beside and not self._comma_between(mark, near):
            return False
        return set(self._between(self._pending[-1], mark)) <= _AUXILIARIES

    def _denies_something_else(self, mark: Mark, following: Mark) -> bool:
        """ "No, only the CT", "no restrictions, all five": what is denied is none of the subjects."""
        gap = self._between(mark, following)
        return "," in gap or bool(_REASONS & set(gap[:1])) or gap[:1] == ["-"]

    def _is_followed_by_words(self, mark: Mark) -> bool:
        return mark.last < len(self._tokens) and self._tokens[mark.last].text not in _STOPS

    def _includes(self, mark: Mark, following: Mark) -> bool:
        """ "Apart from rituximab also a CNI", "not only rituximab"."""
        words = [token.text for token in self._tokens[mark.first :]]
        return words[0] in _BESIDES and ("also" in words or words[:2] == ["not", "only"])
