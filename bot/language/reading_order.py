"""When a reading was made, and whether it is the earlier or the later one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.language.number_words import LARGEST_LITRES, NUMBER_SETS, is_grade, is_number
from bot.language.pieces import Piece
from bot.language.text import Token, text_at
from bot.language.times import LABELS, When, is_year, today_in_months
from bot.language.vocabulary import words

_LABEL = re.compile(r"(w|wk|m|mo)\d{1,2}$")


def when_of(tokens: Sequence[Token], at: int, last: int, whens: Sequence[When], earlier: int) -> float | None:
    """The time of a reading in months since year 0: the nearest date or distance beside it.

    `earlier` is where the reading before it ends: a date right behind that ("80 in 2024, 73") is taken.
    """
    dated = {when.first: when for when in whens if when.kind in ("date", "ago")}
    index = last
    while index < len(tokens) and index - last <= 7:
        if index in dated:
            when = dated[index]
            ahead = when.last < len(tokens) and tokens[when.last].kind == "number"
            if text_at(tokens, when.last) in (":", "=") and is_number(text_at(tokens, when.last + 1)):
                break
            if ahead and ((when.kind == "ago" and when.months < 0.1) or tokens[index - 1].text == "("):
                break
            return when.months if when.kind == "date" else today_in_months() - when.months
        if tokens[index].text == "(" and not any(at in dated for at in range(index + 1, index + 4)):
            index = next(
                (at for at in range(index, min(index + 7, len(tokens))) if tokens[at].text == ")"), len(tokens)
            )
            continue
        if tokens[index].text not in _BEFORE_A_DATE:
            break
        index += 1
    ending = {when.last: when for when in dated.values()}
    index = at
    while index > 0 and at - index <= 5:
        if index in ending:
            when = ending[index]
            if any(token.text == "," for token in tokens[index:at]) and _belongs_to(tokens, earlier, when):
                return None
            return when.months if when.kind == "date" else today_in_months() - when.months
        if tokens[index - 1].text not in _AFTER_A_DATE:
            break
        index -= 1
    return None


def _belongs_to(tokens: Sequence[Token], earlier: int, when: When) -> bool:
    return 0 < earlier <= when.first and all(
        tokens[at].text in _BEFORE_A_DATE and tokens[at].text != "," for at in range(earlier, when.first)
    )


_BEFORE_A_DATE = words("quantities", "before_a_date")


_AFTER_A_DATE = words("quantities", "after_a_date")


def yearless_at(whens: Sequence[When], at: float | None) -> bool:
    return any(when.kind == "date" and when.months == at and when.yearless for when in whens)


def order_of(tokens: Sequence[Token], at: int, last: int, when: float | None, piece: Piece) -> int:
    """-1 for the earlier of two readings, 1 for the later one, 0 where nothing tells."""
    behind_name = bool(piece.last) and piece.last == at
    lead = piece.first if behind_name else at
    before, after = text_at(tokens, lead - 1), text_at(tokens, last)
    if (before.isdigit() and text_at(tokens, lead - 2) in LABELS) or _LABEL.match(before):
        return -1 if before.lstrip("wkmo") == "0" else 1
    if _at_the_last_test(tokens, lead):
        return -1
    if lead != at and before in ("from", "to"):
        return -1 if before == "from" else 1
    placed = _placed_by_name(tokens, piece, at)
    if placed:
        return placed
    told = when is not None or after in _PLACED or _alone(tokens, at, last)
    if told and text_at(tokens, last + 1) not in NUMBER_SETS["later_after"] and _in_brackets(tokens, at, last):
        return -1
    if _later_by_what_follows(tokens, last):
        return 1
    if _listed_in_turn(tokens, lead, last):
        return 0
    if before in NUMBER_SETS["later_before"] or _back_at(tokens, lead):
        return 1
    if _earlier_by_what_leads(tokens, lead) or _earlier_by_what_follows(tokens, last):
        return -1
    return _labelled(tokens, piece.first) if piece.last == at else 0


def _at_the_last_test(tokens: Sequence[Token], lead: int) -> bool:
    """ "Last time 70", "previous FVC 70"."""
    named = lead > 0 and tokens[lead - 1].kind == "word" and tokens[lead - 1].text not in ("now", "to")
    return text_at(tokens, lead - 2) in ("last", "previous") and named


def _listed_in_turn(tokens: Sequence[Token], lead: int, last: int) -> bool:
    """ "In % predicted that is 78 and 71"."""
    after = text_at(tokens, last)
    listed = {after, text_at(tokens, last + 1) if after == "%" else ""} & {"and", "&"}
    return bool(listed) and text_at(tokens, lead - 1) in ("is", "are") and text_at(tokens, lead - 2) in _POINTING


def _back_at(tokens: Sequence[Token], lead: int) -> bool:
    """ "Back at 72", "now steady at 72"."""
    return text_at(tokens, lead - 1) == "at" and bool({text_at(tokens, lead - 2), text_at(tokens, lead - 3)} & _BACK)


def _later_by_what_follows(tokens: Sequence[Token], last: int) -> bool:
    """ "72 now", "72 (today)"."""
    after, second = text_at(tokens, last), text_at(tokens, last + 1)
    return after in NUMBER_SETS["later_after"] or (after == "(" and second in NUMBER_SETS["later_after"])


def _earlier_by_what_follows(tokens: Sequence[Token], last: int) -> bool:
    """ "78 before", "78 at baseline"; in "46 (before / after)" the brackets hold both."""
    after, second = text_at(tokens, last), text_at(tokens, last + 1)
    named = second in NUMBER_SETS["earlier_after"] and not (after == "(" and _reading_inside(tokens, last + 1))
    return after in NUMBER_SETS["earlier_after"] or (after in ("at", "(", "the", "a") and named)


def _earlier_by_what_leads(tokens: Sequence[Token], lead: int) -> bool:
    """ "From 78", "instead of 78", "had been 78", "compared to 78"."""
    second, before = text_at(tokens, lead - 2), text_at(tokens, lead - 1)
    return (
        before in _EARLIER_BEFORE
        or second in _EARLIER_IN_TWO_WORDS.get(before, ())
        or (before == "after" and is_number(second))
    )


_OF_COMPARISON = frozenset({"baseline", "compared", "previously", "initially"})
_EARLIER_BEFORE = frozenset(
    {"from", "was", "were", "prev", "previously", "formerly", "earlier", "against", "compared", "baseline", "prior"}
    | {"before", "v", "vs", "versus", "than", "initially", "originally", "initial", "previous"}
)
_EARLIER_IN_TWO_WORDS = {
    "of": _OF_COMPARISON | {"instead"},
    "at": _OF_COMPARISON,
    "to": _OF_COMPARISON,
    "been": frozenset({"had", "having"}),
    "that": frozenset({"before", "prior"}),
    "this": frozenset({"before", "prior"}),
}


def _placed_by_name(tokens: Sequence[Token], piece: Piece, at: int) -> int:
    """ "The second FVC was 77", "the later reading is 77": one of two readings told before, by its place."""
    verb = text_at(tokens, at - 1)
    if verb not in ("was", "is", "be", "=", ":", "actually"):
        return 0
    for index in range(at - 2, max(at - _LONGEST_NAME, -1), -1):
        text = tokens[index].text
        if text in _OF_PLACE and text_at(tokens, index - 1) in ("the", "his", "her", ""):
            return _OF_PLACE[text]
        if tokens[index].kind != "word":
            break
    return 0


_LONGEST_NAME = 6
_OF_PLACE = {
    **dict.fromkeys(("second", "later", "latter", "newer", "new"), 1),
    **dict.fromkeys(("first", "earlier", "former", "older", "old"), -1),
}
_POINTING = frozenset({"that", "which", "this", "these", "those", "predicted"})
_BACK = frozenset({"back", "now", "today"})


def _labelled(tokens: Sequence[Token], subject: int) -> int:
    """ "Pre tac FVC 60", "post: FVC 66", "visit 2 FVC 66": what stands before the measure tells early or late."""
    for at in range(subject - 1, max(subject - 4, -1), -1):
        text = tokens[at].text
        if text in (",", ";", "/", ")", "%"):
            return 0
        if text in ("visit", "test", "measurement", "v") and is_number(text_at(tokens, at + 1)):
            return -1 if text_at(tokens, at + 1) in ("0", "1") else 1
        if text in ("pre", "before", "t0", "v1", "v0"):
            return -1
        if text in ("on", "under") and text_at(tokens, at + 1) in _EFFORTS:
            return 0
        if text in ("post", "after", "on", "under", "t1", "v2", "v3"):
            return 1
    return 0


_EFFORTS = frozenset({"exertion", "effort", "exercise", "stairs", "walking", "hills", "climbing", "the", "hill"})
_PLACED = frozenset({"at", "in", "last", "before", "on"})


def _reading_inside(tokens: Sequence[Token], start: int) -> bool:
    """ "MRC 2 (prior MRC 3)", "46 (before / after)": the reading that is called earlier is inside."""
    for at in range(start, min(start + 7, len(tokens))):
        if tokens[at].text == ")":
            return False
        if tokens[at].text in ("/", "and", "&") or (is_grade(tokens, at) and not is_year(tokens[at])):
            return True
    return False


_LONGEST_BRACKET = 8


def _in_brackets(tokens: Sequence[Token], at: int, last: int) -> bool:
    """ "72 (65 at the last visit)": the one in brackets is that of comparison, unless it is said to be of now."""
    ahead = range(at - 1, max(at - _LONGEST_BRACKET, -1), -1)
    opened = next((index for index in ahead if tokens[index].text in ("(", ")")), None)
    if opened is None or opened == 0 or tokens[opened].text == ")":
        return False
    closed = next((index for index in range(last, min(last + 14, len(tokens))) if tokens[index].text == ")"), None)
    now = {token.text for token in tokens[last : closed or last]} & NUMBER_SETS["later_after"]
    return (
        closed is not None and not now and any(token.kind == "number" for token in tokens[max(0, opened - 3) : opened])
    )


def _alone(tokens: Sequence[Token], at: int, last: int) -> bool:
    """ "70 (61)": nothing but the reading stands in the brackets."""
    before = [token for token in tokens[max(0, at - 4) : at - 1] if token.kind == "number"]
    if text_at(tokens, at - 1) != "(" or text_at(tokens, last) != ")" or not before or tokens[at].kind != "number":
        return False
    return (before[-1].number > LARGEST_LITRES) == (tokens[at].number > LARGEST_LITRES)
