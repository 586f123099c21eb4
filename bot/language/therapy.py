"""What became of each agent of a message: taken now, before, never, planned, or somebody else's.

A sentence is cut into groups of agents. Words that say a status ("stopped", "on", "then") stand between the
groups; each belongs to the group ahead of it or to the one before it. A group without such a word inherits from the
group before it in the same list, from the heading, or is reported as `bare`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.language import unknown_drugs
from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Sentence, Token
from bot.language.therapy_cues import (
    AFTER_NO,
    BREAKERS,
    DOSING,
    RHYTHM,
    RHYTHMS,
    TERSE,
    TRANSPARENT,
    UNITS,
    cues_of,
    from_to,
    JOINERS,
    LITERATURE,
    PREPOSITIONS,
    has_dose,
    in_dose,
    is_year,
    of_dose,
    outranks,
    transparent,
)
from bot.language.therapy_sentence import Frame
from bot.language.times import When

INFUSIONS = frozenset(DOSING["infusions"])


_EXTRAS = (
    Lexicon()
    .add_all("recurring", {True: DOSING["recurring"]})
    .add_all("not_tolerated", {True: DOSING["not_tolerated"]})
    .add_all("course", {True: DOSING["courses"]})
)


_LISTING = frozenset({"before", "planned", "other_person", "failed", "now", "never", "given"})


# Switching away from an agent is only meant: it is still taken.
_AS_NOW = {"started": "now", "leaving": "now"}


_ADDITIVE = frozenset({"added", "adding", "plus", "+", "add"})


@dataclass
class Group:
    """Agents that share one status; `ahead` and `back` are the cues before and after them."""

    marks: list[Mark]
    ahead: Mark | None = None
    back: list[Mark] = field(default_factory=list)
    override: str | None = None
    override_from: int = 0

    @property
    def first(self) -> int:
        return self.marks[0].first

    @property
    def last(self) -> int:
        return self.marks[-1].last


@dataclass(frozen=True)
class Statement:
    """One agent, its status and what surrounds it; token indices in its sentence."""

    mark: Mark
    status: str
    first: int
    last: int
    detail: dict[str, Any]


def statements(
    sentence: Sentence, marks: Sequence[Mark], whens: Sequence[When], walls: frozenset[int], heading: str | None
) -> list[Statement]:
    """The agents of one sentence with their status; `walls` are tokens of another topic (lung function, CT, ...)."""
    if not marks:
        return []
    tokens = sentence.tokens
    marks = sorted([*marks, *unknown_drugs.others(tokens, marks)], key=lambda mark: mark.first)
    inside = {index for mark in marks for index in range(mark.first, mark.last)}
    cues = cues_of(tokens, inside, whens, sentence.asks)
    cues = sorted([*cues, *from_to(tokens, marks, cues)], key=lambda cue: cue.first)
    groups = _groups(tokens, marks, cues, walls)
    _assign(tokens, groups, cues, walls)
    frame = Frame.of(sentence, cues, whens)
    found: list[Statement] = []
    for index, group in enumerate(groups):
        edge = groups[index + 1].first if index + 1 < len(groups) else len(tokens)
        begin = groups[index - 1].last if index else 0
        status, cue = _status(group, groups[:index], tokens, heading, walls)
        status = frame.settle(status, cue, group.first, [later.ahead for later in groups[index + 1 :]])
        found += _of_group(tokens, group, status, cue, whens, begin, edge)
    return [item for item in found if item.mark.kind != "other"]


def _groups(tokens: Sequence[Token], marks: Sequence[Mark], cues: Sequence[Mark], walls: frozenset[int]) -> list[Group]:
    cut = {index for cue in cues for index in range(cue.first, cue.last)} | walls
    groups: list[Group] = []
    for mark in marks:
        if groups:
            gap = range(groups[-1].last, mark.first)
            joined = not any(index in cut or tokens[index].text in BREAKERS for index in gap)
            joined = joined and _joins(tokens, gap) and not _bracketed(tokens, gap) and not _explained(tokens, mark)
            joined = joined or (mark.value == groups[-1].marks[-1].value and tokens[mark.first - 1].text in ("(", "="))
            if joined and not _shifts_to_dose(tokens, groups[-1], mark, gap):
                groups[-1].marks.append(mark)
                continue
        groups.append(Group([mark]))
    return groups


def _joins(tokens: Sequence[Token], gap: range) -> bool:
    """A list has something between its members, or nothing but doses; "pred 5 her AZA was stopped" is no list."""
    return any(tokens[index].text in JOINERS for index in gap) or all(of_dose(tokens[index]) or tokens[index].text in RHYTHMS for index in gap)


def _bracketed(tokens: Sequence[Token], gap: range) -> bool:
    """A remark in brackets, or a rhythm ("q4w", "6-monthly"), closes a list of agents."""
    texts = [tokens[index].text for index in gap]
    dated = any(is_year(tokens[index]) for index in gap)
    remark = "(" in texts and ")" in texts and (dated or not all(in_dose(tokens[index]) for index in gap))
    return (
        remark
        or ("(" in texts and ")" not in texts and texts[0] == "(" and texts[-1] == "(")
        or bool(RHYTHM.scan(tokens[gap.start : gap.stop]))
    )


def _shifts_to_dose(tokens: Sequence[Token], group: Group, mark: Mark, gap: range) -> bool:
    """ "stopped MMF, pred 10 mg": a comma, then the first agent with a dose, opens another group."""
    comma = any(tokens[index].text == "," for index in gap)
    return comma and has_dose(tokens, mark) and not any(has_dose(tokens, earlier) for earlier in group.marks)


def _assign(tokens: Sequence[Token], groups: list[Group], cues: Sequence[Mark], walls: frozenset[int]) -> None:
    for cue in cues:
        left = next((group for group in reversed(groups) if group.last <= cue.first), None)
        right = next((group for group in groups if group.first >= cue.last), None)
        target = _side(tokens, cue, left, right, walls)
        if cue.kind == "arrow":
            if right is not None and right.ahead is None and target == "right":
                _arrow(tokens, left, right, cue)
            continue
        if target == "right" and right is not None:
            if right.ahead is None or outranks(tokens, right.ahead, cue):
                right.ahead = cue
        elif target == "left" and left is not None:
            left.back.append(cue)


def _arrow(tokens: Sequence[Token], left: Group | None, right: Group, cue: Mark) -> None:
    between, behind = tokens[cue.last : right.first], tokens[right.last : right.last + 3]
    additive = any(token.text in _ADDITIVE for token in between) or any(token.text == "added" for token in behind)
    right.ahead = right.ahead or Mark("now", "ahead", cue.first, cue.last)
    if left is None or additive or left.override:
        return
    planned = left.ahead is not None and left.ahead.kind in ("planned", "never", "other_person", "leaving")
    left.override = None if planned else "before"
    left.override_from = _after_last_comma(tokens, left) if tokens[cue.first].kind == "word" else 0
    if planned and left.ahead is not None:
        right.ahead = left.ahead if left.ahead.kind != "leaving" else replace(left.ahead, kind="planned")


def _after_last_comma(tokens: Sequence[Token], group: Group) -> int:
    """The first agent of a list that stands after its last comma."""
    for at in range(len(group.marks) - 1, 0, -1):
        gap = tokens[group.marks[at - 1].last : group.marks[at].first]
        same = group.marks[at - 1].value == group.marks[at].value
        if any(token.text == "," or (token.text in ("(", ")") and not same) for token in gap):
            return at
    return 0


def _side(
    tokens: Sequence[Token], cue: Mark, left: Group | None, right: Group | None, walls: frozenset[int]
) -> str | None:
    if left is not None and _about_pronoun(tokens, cue) and cue.kind != "arrow":
        return "left"
    ahead = right is not None and cue.value in ("ahead", "either") and _reaches(tokens, cue, right, walls)
    back = left is not None and cue.value in ("back", "either") and _reaches_back(tokens, left.last, cue, walls)
    if not (ahead and back) or left is None or right is None:
        return "right" if ahead else "left" if back else None
    if _in_brackets(tokens, left.last, cue, right.first):
        return "left"
    gap_left, gap_right = tokens[left.last : cue.first], tokens[cue.last : right.first]
    if gap_right and gap_right[0].text in (",", ")", "-") and cue.kind != "now":
        return "left"
    if cue.kind == "now" and gap_left and gap_left[-1].text == "," and not (gap_right and gap_right[0].text == ","):
        return "right"
    comma_left = any(token.text in (",", "-", ".") for token in gap_left)
    comma_right = any(token.text in (",", "-", "and", ".") for token in gap_right)
    near_left, near_right = transparent(gap_left), transparent(gap_right)
    if comma_left != comma_right and (near_right if comma_left else True):
        return "right" if comma_left else "left"
    if near_left != near_right:
        return "left" if near_left else "right"
    if near_left and near_right:
        return "right" if left.ahead is not None or left.back else "left"
    return "left" if len(gap_left) < len(gap_right) else "right"


def _about_pronoun(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "restarted it in May": the cue speaks of the agent named before."""
    after = tokens[cue.last].text if cue.last < len(tokens) else ""
    return after in ("it", "them", "both") and cue.kind in ("now", "started", "before", "failed", "never", "given")


def _in_brackets(tokens: Sequence[Token], start: int, cue: Mark, end: int) -> bool:
    opened = any(token.text == "(" for token in tokens[start : cue.first])
    return opened and any(token.text == ")" for token in tokens[cue.last : end])


def _reaches(tokens: Sequence[Token], cue: Mark, right: Group, walls: frozenset[int]) -> bool:
    gap = range(cue.last, right.first)
    words = [index for index in gap if not of_dose(tokens[index])]
    if any(index in walls for index in gap) or any(tokens[index].text in BREAKERS for index in gap) or len(words) > 12:
        return False
    if tokens[cue.last - 1].text in PREPOSITIONS and any(tokens[index].text == "," for index in words[:1]):
        return False
    if cue.kind == "other_person" and tokens[cue.last - 1].text in LITERATURE and any(tokens[at].text == "," for at in gap):
        return False
    if (
        cue.kind == "given"
        and tokens[cue.first].text in ("had", "got", "took", "has", "have", "used")
        and not transparent(tokens[cue.last : right.first])
    ):
        return False
    if cue.kind == "never" and len(gap) and tokens[gap[0]].text == ",":
        return False
    if cue.kind == "not_systemic":
        return len(words) <= 1 and not any(tokens[index].text in ",()" for index in words)
    if cue.last - cue.first == 1 and tokens[cue.first].text in TERSE:
        return all(tokens[index].text in AFTER_NO for index in gap)
    return True


def _reaches_back(tokens: Sequence[Token], start: int, cue: Mark, walls: frozenset[int]) -> bool:
    gap = range(start, cue.first)
    words = [index for index in gap if not of_dose(tokens[index])]
    if any(index in walls for index in gap) or len(words) > 16:
        return False
    if cue.kind == "planned" and any(tokens[index].text in _WHAT for index in gap):
        return False
    if tokens[cue.first].text == "due" and any(tokens[index].text in _COURSES for index in gap):
        return False
    if cue.kind == "not_systemic" and (len(words) > 5 or any(tokens[index].text == "," for index in words)):
        return False
    if (
        cue.kind in ("now", "planned", "given")
        and any(tokens[index].text == "," for index in gap)
        and not all(
            tokens[index].kind == "number" or tokens[index].text in TRANSPARENT or tokens[index].text in ",()"
            for index in gap
        )
    ):
        return False
    if cue.last - cue.first == 1 and tokens[cue.first].text in ("off", "gone", "exposed", "experienced", "burst"):
        return all(tokens[index].text in (",", "both", "all", "now", "long") for index in gap)
    if cue.last - cue.first == 1 and tokens[cue.first].text in ("no", "none", "never", "before", "over"):
        after = tokens[cue.last].text if cue.last < len(tokens) else ","
        return after in (",", ")", "-")
    return not (
        cue.kind == "now"
        and any(tokens[index].kind == "word" and tokens[index].text not in TRANSPARENT for index in gap)
    )


_COURSES = frozenset({"dose", "infusion", "cycle", "course", "pulse", "one"})
_WHAT = frozenset({"what", "which", "how", "whats"})


def _status(
    group: Group, earlier: Sequence[Group], tokens: Sequence[Token], heading: str | None, walls: frozenset[int]
) -> tuple[str, Mark | None]:
    status: str | None = None
    inherited = group.ahead is None
    cue = group.ahead
    if cue is not None:
        status = _AS_NOW.get(cue.kind, cue.kind)
    elif earlier and not group.override:
        previous = earlier[-1]
        gap = range(previous.last, group.first)
        listed = previous.ahead is not None and previous.ahead.kind in _LISTING and not previous.override
        broken = any(index in walls or tokens[index].text in BREAKERS for index in gap) or _explained(
            tokens, group.marks[0]
        )
        if listed and previous.ahead is not None and not broken:
            dosed = has_dose(tokens, group.marks[0]) and previous.ahead.kind in ("before", "never", "failed", "given")
            if not dosed and not (group.back and previous.ahead.kind == "never"):
                status, cue = previous.ahead.kind, previous.ahead
                group.ahead = previous.ahead
    if status in ("other_person",):
        return status, cue
    for back in group.back:
        of_last = status in ("before", "failed") and len(group.marks) > 1
        if back.kind == "now" and (status in ("planned", "never") or of_last) and not _of_all(tokens, back):
            continue
        if back.kind == "planned" and RHYTHM.scan(tokens[group.last : back.first]):
            continue
        if (back.kind == "failed" and status == "before") or (back.kind == "given" and status in ("planned", "now")):
            continue
        if (
            back.kind == "now"
            and tokens[back.first].text == "since"
            and status in ("before", "failed")
            and not inherited
        ):
            continue
        if back.kind == "planned" and status is not None and status != "never" and group.back[0] is not back:
            continue
        status, cue = ("now" if back.kind == "started" else back.kind), back
    if group.override and group.override_from == 0:
        return ("planned" if status == "planned" else group.override), cue
    if status is None:
        return (heading, None) if heading else ("bare", None)
    return status, cue


def _explained(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "(tac: diabetes)": a remark on an agent named before."""
    first, last = mark.first, mark.last
    return first > 0 and tokens[first - 1].text == "(" and last < len(tokens) and tokens[last].text == ":"


def _of_group(
    tokens: Sequence[Token], group: Group, status: str, cue: Mark | None, whens: Sequence[When], begin: int, edge: int
) -> list[Statement]:
    found = []
    for index, mark in enumerate(group.marks):
        left = group.marks[index].first if index else max(begin, min(mark.first, cue.first if cue else mark.first))
        right = group.marks[index + 1].first if index + 1 < len(group.marks) else edge
        window = tokens[left:right]
        leading = [when for when in whens if not begin and not index and when.last <= mark.first and when.first <= 1]
        detail = _detail(window, [*leading, *(when for when in whens if left <= when.first < right)], (mark.last,))
        detail["dose"] = has_dose(tokens, mark)
        detail["name"] = " ".join(token.text for token in tokens[mark.first : mark.last])
        if cue is not None:
            detail["cue"] = " ".join(token.text for token in tokens[cue.first : cue.last])
        first = min(left, mark.first) if cue is None or cue.first >= mark.first else min(cue.first, mark.first)
        last = max(mark.last, cue.last if cue is not None else 0, _dose_end(tokens, mark.last, right))
        own = _own_status(tokens, group, index, status)
        found.append(Statement(mark, own, first if cue else mark.first, last, detail))
    return found


def _of_all(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "both ongoing": the word speaks of every agent of the list."""
    return cue.first > 0 and tokens[cue.first - 1].text in ("both", "all")


def _own_status(tokens: Sequence[Token], group: Group, index: int, status: str) -> str:
    """The status of one agent of a list, where a word behind the list speaks of its end only.

    "pred 5 mg, MTX stopped"; "on MMF, cyclophosphamide in the past"; "CYC x6, MMF since".
    """
    tail = _after_last_comma(tokens, group)
    ahead = group.ahead.kind if group.ahead is not None else None
    if group.override_from and index >= group.override_from:
        return group.override or status
    if not group.back:
        return status
    if (
        index == len(group.marks) - 1
        and index
        and ahead in ("before", "failed")
        and any(back.kind == "now" for back in group.back)
    ):
        return "now"
    of_all = any(_of_all(tokens, back) for back in group.back)
    if ahead is not None and ahead in _LISTING and status != ahead and index < tail and not of_all:
        return ahead
    if status == "given" and ahead is None and tail and index < tail:
        return "bare"
    if status in ("before", "failed", "given") and tail and index < tail:
        doses = [has_dose(tokens, mark) for mark in group.marks]
        if ahead is None and doses[index] and not doses[-1]:
            return "bare"
    return status


def _dose_end(tokens: Sequence[Token], at: int, edge: int) -> int:
    end = at
    while end < edge and (
        tokens[end].kind == "number" or tokens[end].text in UNITS or tokens[end].text in ("bd", "od", "daily", "x")
    ):
        end += 1
    return end


def _detail(window: Sequence[Token], whens: Sequence[When], behind: Sequence[int] = ()) -> dict[str, Any]:
    """What surrounds an agent; `behind` are the tokens where a time would follow its name at once."""
    extras = {mark.kind for mark in _EXTRAS.scan(window)}
    detail: dict[str, Any] = {name: True for name in ("recurring", "not_tolerated", "course") if name in extras}
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


def detail(tokens: Sequence[Token], whens: Sequence[When]) -> dict[str, Any]:
    """Side effects, dates and repetition told in a sentence."""
    return _detail(tokens, whens)
