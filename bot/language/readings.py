"""Single numbers of a measure: value, unit, whether it is a change, and when it was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.language.pieces import Piece
from bot.language.text import Token
from bot.language.times import LABELS, UNITS, When, is_year, today_in_months
from bot.language.vocabulary import NUMBER_WORDS, load, words

_WORDS = load("numbers")


_SET = {name: frozenset(words) for name, words in _WORDS.items() if isinstance(words, list)}


_ROMAN = {word: int(value) for word, value in _WORDS["roman"].items()}


_TOPS = {word: int(value) for word, value in _WORDS["scale_tops"].items()}


_NO_READING = words("quantities", "no_reading")


ARROWS = frozenset({"to", "→", "-", "then", "vs", "v", "/"})


PERCENT_RANGE = (8, 170)


LARGEST_LITRES = 9.0


@dataclass(frozen=True, slots=True)
class Number:
    """A number that belongs to a measure; `unit` is %, l, raw or empty, `order` -1 earlier, 1 later, 0 unknown."""

    value: float
    unit: str
    first: int
    last: int
    change: bool
    order: int
    at: float | None
    absolute: bool | None = None
    yearless: bool = False


_LABEL = re.compile(r"(w|wk|m|mo)\d{1,2}$")


def is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def out_of_ten(tokens: Sequence[Token], at: int) -> bool:
    """ "6/10", "6 out of 10": a rating from the token `at` on."""
    after = [token.text for token in tokens[at + 1 : at + 4]]
    rated = after[:2] == ["/", "10"] or after[:3] in (["out", "of", "10"], ["out", "of", "ten"])
    return at < len(tokens) and tokens[at].kind == "number" and rated


def _is_total(tokens: Sequence[Token], at: int) -> bool:
    return any(out_of_ten(tokens, start) for start in (at - 2, at - 3) if start >= 0)


def is_grade(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].kind == "number" or tokens[at].text in _ROMAN


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def find_numbers(
    tokens: Sequence[Token], piece: Piece, start: int, end: int, whens: Sequence[When], taken: set[int]
) -> list[Number]:
    found: list[Number] = []
    for at in range(start, end):
        if at in taken:
            continue
        value = _number_value(tokens, at, piece)
        if (
            piece.value == "ct"
            and _text(tokens, at + 1) not in ("%", "percent", "per")
            and not _shares_its_unit(tokens, at)
            and not _estimate(tokens, at, found)
        ):
            continue
        if (
            value is None
            or (piece.value == "scale" and _is_total(tokens, at))
            or _text(tokens, at + 1) in _NO_READING
            or _text(tokens, at - 1) in ("<", ">=", "≥", "≤", "within")
            or (piece.value == "scale" and _text(tokens, at - 1) in ("first", "last", "next", "every", "all", "these"))
            or _bounded(tokens, at)
            or _of_blood(tokens, at)
            or _second_of_blood(tokens, at, taken)
            or (piece.value == "scale" and _text(tokens, at + 1) in _SET["litres"])
        ):
            continue
        unit, last, absolute = _unit(tokens, at + 1, end, value, piece)
        if piece.value == "scale" and out_of_ten(tokens, at):
            last = at + (3 if tokens[at + 1].text == "/" else 4)
        change = _is_change(tokens, at, last, absolute, start)
        when = _when_of(tokens, at, last, whens, found[-1].last if found else start)
        sign = (
            _text(tokens, at - 1) == "-"
            and not (at >= 2 and tokens[at - 2].kind == "number")
            and _text(tokens, at - 2) != "%"
        )
        if (sign and tokens[at - 1].end == tokens[at].start and not (at - 1 <= start)) or (
            _text(tokens, at - 1) == "-"
            and at - 1 == start
            and tokens[at - 1].end == tokens[at].start
            and tokens[at - 1].start > tokens[at - 2].end
        ):
            value, change = -value, True
        elif _text(tokens, at - 1) in ("+", "plus"):
            change = True
        elif change:
            value = value * _direction(tokens, at, last, start, end)
        order = _order(tokens, at, last, when, piece)
        if not order and found and found[-1].last == at - 1 and _same_test(tokens, at, unit, found[-1]):
            order, when = found[-1].order, found[-1].at if when is None else when
        found.append(Number(value, unit, at, last, change, order, when, absolute, _yearless(whens, when)))
    return _between_grades(tokens, found) if piece.value == "scale" else found


def _shares_its_unit(tokens: Sequence[Token], at: int) -> bool:
    """ "Extent 15 → 30 %", "from 15 to 30 %": the unit behind the second number is that of both."""
    return (
        tokens[at].kind == "number"
        and _text(tokens, at + 1) in ("→", "->", "to", ">")
        and at + 2 < len(tokens)
        and tokens[at + 2].kind == "number"
        and _text(tokens, at + 3) in ("%", "percent")
    )


def _between_grades(tokens: Sequence[Token], found: list[Number]) -> list[Number]:
    """ "mMRC 1-2, previously 2-3": two ranges of grades; "3-2" alone is a course."""
    pairs = [
        at
        for at in range(len(found) - 1)
        if found[at + 1].value - found[at].value == 1
        and [token.text for token in tokens[found[at].last : found[at + 1].first]] in (["-"], ["/"], ["to"])
    ]
    if len(pairs) != 2 or len(found) != 4 or pairs != [0, 2]:
        return found
    merged = []
    for at in pairs:
        low, high = found[at], found[at + 1]
        middle = (low.value + high.value) / 2
        merged.append(replace(low, value=middle, last=high.last, order=low.order or high.order, at=high.at or low.at))
    return merged


def _estimate(tokens: Sequence[Token], at: int, found: Sequence[Number]) -> bool:
    """ "Extent 30 % in January and 20 now", "from 30 % to 20": the second estimate goes without its unit."""
    beside = {_text(tokens, at - 1), _text(tokens, at + 1)}
    return len(found) == 1 and found[0].unit == "%" and bool(beside & {"now", "today", "to", "→", "->"})


def _same_test(tokens: Sequence[Token], at: int, unit: str, before: Number) -> bool:
    """ "Prior 3.05 L (86 %)", "3.05 L, 86 %": one test in two units."""
    between = _text(tokens, at - 1)
    return between == "(" or (between in (",", "/", "=") and bool(before.unit) and unit not in ("", before.unit))


_ANTIBODIES = frozenset({"jo", "pl", "mda", "mi", "tif", "nxp", "sae"})


def _of_blood(tokens: Sequence[Token], at: int) -> bool:
    """ "Hb 78 at the second test": no reading of the lung."""
    before = [token.text for token in tokens[max(0, at - 2) : at]]
    if before[:1] in (["for"], ["corrected"], ["corr"]):
        return False  # "DLCO corrected for Hb 55 %"
    if before[-1:] and before[-1] in _ANTIBODIES:
        return True  # "PL-7 requested, result pending"
    return before[-1:] in (["hb"], ["hgb"], ["haemoglobin"]) or (
        len(before) == 2
        and before[0] in ("hb", "hgb", "haemoglobin")
        and before[1] in ("of", "was", "is", "=", ":", "at", ">", "<", "≥", ">=", "above", "over")
    )


def _second_of_blood(tokens: Sequence[Token], at: int, times: set[int]) -> bool:
    """ "Hb was 11.8 in February and 7.2 in November": the reading after the first one."""
    back = at - 1
    while back > 0 and (back in times or tokens[back].text in _BETWEEN_READINGS):
        back -= 1
    return at - back > 1 and tokens[back].kind == "number" and _of_blood(tokens, back)


_BETWEEN_READINGS = frozenset(
    {"in", "and", "then", "to", "→", "->", ",", "now", "from", "at", "on", "was", "g", "/", "l"}
)


def _bounded(tokens: Sequence[Token], at: int) -> bool:
    """ "less than 5 points", "6 of the 10 points": a limit or a total, not a value."""
    before = (_text(tokens, at - 2), _text(tokens, at - 1))
    if before == ("of", "the") and is_number(_text(tokens, at - 3)):
        return True
    after = [token.text for token in tokens[at + 1 : at + 5]]
    return before in (("less", "than"), ("fewer", "than")) or any(
        after[index : index + 2] in (["or", "more"], ["or", "less"]) for index in range(3)
    )


def _number_value(tokens: Sequence[Token], at: int, piece: Piece) -> float | None:
    token = tokens[at]
    if token.kind == "number":
        if token.text.count(",") and len(token.text.split(",")[1]) == 3:
            return float(token.text.replace(",", ""))
        return token.number
    if piece.value == "scale":
        if token.text in _ROMAN and token.text != "i":
            return float(_ROMAN[token.text])
        if token.text == "i" and (
            _text(tokens, at + 1) in ARROWS
            or _text(tokens, at + 1) in ("->",)
            or _text(tokens, at - 1) in ("nyha", "from", "to", "class", "→", "->")
        ):
            return 1.0
        if token.text in NUMBER_WORDS and token.text not in ("a", "an", "few", "half"):
            return NUMBER_WORDS[token.text]
        return 0.0 if token.text == "zero" else None
    per_cent = (_text(tokens, at + 1), _text(tokens, at + 2)) == ("per", "cent")
    counted = (
        per_cent
        or _text(tokens, at + 1) in _SET["absolute"] | {"%", "percent"}
        or (
            (
                _text(tokens, at - 1) == "by"
                or (_text(tokens, at - 1) == "of" and _text(tokens, at - 2) in _SET["change_before"])
            )
            and _text(tokens, at + 1) not in UNITS
        )
    )
    if (
        token.text in NUMBER_WORDS
        and NUMBER_WORDS[token.text] >= 2
        and counted
        and token.text not in ("few", "several")
    ):
        return NUMBER_WORDS[token.text]
    return None


def _unit(tokens: Sequence[Token], at: int, end: int, value: float, piece: Piece) -> tuple[str, int, bool | None]:
    unit, absolute, last = "", None, at
    if _text(tokens, at) in ("fvc", "dlco", "vc") and _text(tokens, at + 1) in _SET["absolute"]:
        return "%", at + 2, True
    while last < end and last < at + 5:
        text = tokens[last].text
        if text in ("%", "percent", "percentage", "per", "cent", "pc"):
            unit = "%"
            if text == "percentage":
                absolute = True
        elif text in _SET["absolute"]:
            absolute = True if text not in ("pt",) or value < 40 else absolute
            unit = unit or "%"
        elif text in _SET["relative"]:
            absolute = False
        elif text in _SET["litres"]:
            unit = "l"
        elif text in _SET["millilitres"]:
            unit = "ml"
        elif text in _SET["raw_gas_transfer"]:
            unit = "raw"
        elif text == "(" and _text(tokens, last + 1) in _KINDS and _text(tokens, last + 2) == ")":
            absolute = _text(tokens, last + 1) in _SET["absolute"]
            last += 2
        elif not (
            text in ("of", "/", "min")
            and last > at
            and unit in ("%", "raw", "ml")
            and _text(tokens, last + 1) in ("predicted", "pred", "min", "kpa", "mmhg")
        ):
            break
        last += 1
    before = {_text(tokens, at - 2), _text(tokens, at - 3), _text(tokens, at - 4)}
    if before & _SET["relative"]:
        absolute = False
    elif before & {"absolute"}:
        absolute = True
    if piece.value == "dlco" and unit in ("l", "ml"):
        unit = "raw"
    return unit, last, absolute


_KINDS = (_SET["absolute"] | _SET["relative"]) - {"%"}


def _is_change(tokens: Sequence[Token], at: int, last: int, absolute: bool | None, start: int) -> bool:
    previous, following = _text(tokens, at - 1), _text(tokens, last)
    two_back = _text(tokens, at - 2)
    points = bool(absolute) and any(token.text in _POINTS for token in tokens[at + 1 : last])
    if points and following in _SET["change_after"]:
        return True
    if previous in ("is", "was") and (
        (points and any(token.text in _SET["change_before"] for token in tokens[max(0, start - 4) : at - 1]))
        or (following in ("less", "lower", "more", "higher", "worse", "better") and _text(tokens, last + 1) == "than")
    ):
        return True
    if previous in ("to", "from", "at", "→", "->", "was", "now", "is"):
        return False
    moved = following in _SET["change_after"] | _SET["rising"] | _SET["falling"]
    if moved and _text(tokens, last + 1) in ("to", "from") and _reading_follows(tokens, last + 2):
        return False
    if (
        following in ("to", "→", "->", "-->", "=>", "from", ">")
        and last + 1 < len(tokens)
        and _reading_follows(tokens, last + 1)
    ):
        return False
    if points or (absolute is False and any(token.text == "relative" for token in tokens[at + 1 : last])):
        return True
    if previous in ("↓", "↑") and (tokens[at].number or 0) <= LARGEST_STEP:
        return True
    if previous in _SET["change_before"] or following in _SET["change_after"]:
        return previous not in ("better", "worse") or absolute is not None or _text(tokens, at + 1) == "%"
    if (
        previous == "than"
        and two_back in ("more", "less")
        and {_text(tokens, at - 3), _text(tokens, at - 4)} & (_SET["change_before"] | {"by"})
    ):
        return True
    if (
        previous in ("of", "by", "another", "relative", "absolute", "around", "an", "a")
        and two_back in _SET["change_before"]
    ):
        return True
    if previous in ("relative", "absolute") and (
        two_back in ("of", "by", "a", "an") or following in _SET["change_after"] or _text(tokens, at + 1) == "%"
    ):
        return True
    return following in ("relative", "absolute") and _text(tokens, last + 1) in _SET["change_after"]


_POINTS = frozenset({"points", "point", "pts", "pp", "ppt", "ppts"})
LARGEST_STEP = 20.0
"""Behind an arrow a larger number is where a measure has got to: "FVC ↓ 65"."""


def _reading_follows(tokens: Sequence[Token], at: int) -> bool:
    return any(token.kind == "number" for token in tokens[at : at + 2])


def _direction(tokens: Sequence[Token], at: int, last: int, start: int, end: int) -> int:
    for index in (*range(at - 1, max(start - 4, -1), -1), *range(last, min(last + 4, len(tokens)))):
        text = tokens[index].text
        if text in ("more", "less") and _text(tokens, index + 1) == "than":
            continue
        if text in _SET["falling"] and not (text == "-" and index < at - 1):
            return -1
        if text in _SET["rising"]:
            return 1
    for index in range(at - 1, -1, -1):
        if tokens[index].text in _RISEN:
            return 1
        if tokens[index].text in _SET["falling"]:
            return -1
    return -1


_RISEN = _SET["rising"] - {"more", "plus", "+"}


def _when_of(tokens: Sequence[Token], at: int, last: int, whens: Sequence[When], earlier: int) -> float | None:
    """The time of a reading in months since year 0: the nearest date or distance beside it.

    `earlier` is where the reading before it ends: a date right behind that ("80 in 2024, 73") is taken.
    """
    dated = {when.first: when for when in whens if when.kind in ("date", "ago")}
    index = last
    while index < len(tokens) and index - last <= 7:
        if index in dated:
            when = dated[index]
            ahead = when.last < len(tokens) and tokens[when.last].kind == "number"
            if _text(tokens, when.last) in (":", "=") and is_number(_text(tokens, when.last + 1)):
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


def at_time(tokens: Sequence[Token], reading: Number, behind: int, whens: Sequence[When]) -> Number:
    """A reading with the time that stands from the token `behind` on: "80 % FVC in May"."""
    at = _when_of(tokens, behind, behind, whens, behind)
    return reading if at is None else replace(reading, at=at, yearless=_yearless(whens, at))


def _belongs_to(tokens: Sequence[Token], earlier: int, when: When) -> bool:
    return 0 < earlier <= when.first and all(
        tokens[at].text in _BEFORE_A_DATE and tokens[at].text != "," for at in range(earlier, when.first)
    )


_BEFORE_A_DATE = words("quantities", "before_a_date")


_AFTER_A_DATE = words("quantities", "after_a_date")


def _yearless(whens: Sequence[When], at: float | None) -> bool:
    return any(when.kind == "date" and when.months == at and when.yearless for when in whens)


def _order(tokens: Sequence[Token], at: int, last: int, when: float | None, piece: Piece) -> int:
    lead = piece.first if piece.last and piece.last == at else at
    before, after = _text(tokens, lead - 1), _text(tokens, last)
    if (before.isdigit() and _text(tokens, lead - 2) in LABELS) or _LABEL.match(before):
        return -1 if before.lstrip("wkmo") == "0" else 1
    if (
        _text(tokens, lead - 2) in ("last", "previous")
        and tokens[lead - 1].kind == "word"
        and before not in ("now", "to")
    ):
        return -1
    if lead != at and before in ("from", "to"):
        return -1 if before == "from" else 1
    placed = _placed_by_name(tokens, piece, at)
    if placed:
        return placed
    second = _text(tokens, last + 1)
    if (
        _in_brackets(tokens, at, last)
        and second not in _SET["later_after"]
        and (when is not None or after in _PLACED or _alone(tokens, at, last))
    ):
        return -1
    if after in _SET["later_after"] or (after == "(" and second in _SET["later_after"]):
        return 1
    listed = {after, second if after == "%" else ""} & {"and", "&"}
    if listed and before in ("is", "are") and _text(tokens, lead - 2) in _POINTING:
        return 0  # "in % predicted that is 78 and 71"
    if before in _SET["later_before"] or (
        before == "at" and {_text(tokens, lead - 2), _text(tokens, lead - 3)} & _BACK
    ):
        return 1
    if before in (
        "from",
        "was",
        "were",
        "prev",
        "previously",
        "formerly",
        "earlier",
        "against",
        "compared",
        "baseline",
        "prior",
        "before",
        "v",
        "vs",
        "versus",
        "than",
        "initially",
        "originally",
        "initial",
        "previous",
    ):
        return -1
    if before == "of" and _text(tokens, lead - 2) == "instead":
        return -1
    if before == "been" and _text(tokens, lead - 2) in ("had", "having"):
        return -1
    if before in ("that", "this") and _text(tokens, lead - 2) in ("before", "prior"):
        return -1
    if before == "after" and is_number(_text(tokens, lead - 2)):
        return -1
    if before in ("of", "at", "to") and _text(tokens, lead - 2) in ("baseline", "compared", "previously", "initially"):
        return -1
    named = second in _SET["earlier_after"] and not (after == "(" and _reading_inside(tokens, last + 1))
    if after in _SET["earlier_after"] or (after in ("at", "(", "the", "a") and named):
        return -1
    return _labelled(tokens, piece.first) if piece.last == at else 0


def _placed_by_name(tokens: Sequence[Token], piece: Piece, at: int) -> int:
    """ "The second FVC was 77", "the later reading is 77": one of two readings told before, by its place."""
    verb = _text(tokens, at - 1)
    if verb not in ("was", "is", "be", "=", ":", "actually"):
        return 0
    for index in range(at - 2, max(at - _LONGEST_NAME, -1), -1):
        text = tokens[index].text
        if text in _OF_PLACE and _text(tokens, index - 1) in ("the", "his", "her", ""):
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
        if text in ("visit", "test", "measurement", "v") and is_number(_text(tokens, at + 1)):
            return -1 if _text(tokens, at + 1) in ("0", "1") else 1
        if text in ("pre", "before", "t0", "v1", "v0"):
            return -1
        if text in ("on", "under") and _text(tokens, at + 1) in _EFFORTS:
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
    now = {token.text for token in tokens[last : closed or last]} & _SET["later_after"]
    return (
        closed is not None and not now and any(token.kind == "number" for token in tokens[max(0, opened - 3) : opened])
    )


def _alone(tokens: Sequence[Token], at: int, last: int) -> bool:
    """ "70 (61)": nothing but the reading stands in the brackets."""
    before = [token for token in tokens[max(0, at - 4) : at - 1] if token.kind == "number"]
    if _text(tokens, at - 1) != "(" or _text(tokens, last) != ")" or not before or tokens[at].kind != "number":
        return False
    return (before[-1].number > LARGEST_LITRES) == (tokens[at].number > LARGEST_LITRES)


def out_of_range(subject: str, name: str, unit: str, value: float) -> bool:
    if subject == "scale":
        return value > _TOPS.get(name, 10)
    if unit == "%" and subject == "ct":
        return not 0 <= value <= 100
    if unit == "%":
        return not PERCENT_RANGE[0] <= value <= PERCENT_RANGE[1]
    return unit == "l" and not 0.2 <= value <= LARGEST_LITRES
