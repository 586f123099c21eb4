"""Single numbers of a measure: value, unit, whether it is a change, and when it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.language.number_words import ARROWS, NUMBER_SETS, ROMAN, is_number, is_total, out_of_ten
from bot.language.pieces import Piece
from bot.language.reading_changes import direction, is_change
from bot.language.reading_order import order_of, when_of, yearless_at
from bot.language.text import Token, text_at
from bot.language.times import UNITS, When
from bot.language.vocabulary import NUMBER_WORDS, words

_NO_READING = words("quantities", "no_reading")


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


def find_numbers(
    tokens: Sequence[Token], piece: Piece, start: int, end: int, whens: Sequence[When], taken: set[int]
) -> list[Number]:
    """The readings and changes of a measure between two tokens; `taken` are the tokens of times."""
    found: list[Number] = []
    for at in range(start, end):
        value = None if at in taken else _number_value(tokens, at, piece)
        if value is None or not _of_the_measure(tokens, at, piece, found, taken):
            continue
        unit, last, absolute = _unit(tokens, at + 1, end, value, piece)
        if piece.value == "scale" and out_of_ten(tokens, at):
            last = at + (3 if tokens[at + 1].text == "/" else 4)
        change = is_change(tokens, at, last, absolute, start)
        when = when_of(tokens, at, last, whens, found[-1].last if found else start)
        if _has_a_minus(tokens, at, start):
            value, change = -value, True
        elif text_at(tokens, at - 1) in ("+", "plus"):
            change = True
        elif change:
            value = value * direction(tokens, at, last, start, end)
        order = order_of(tokens, at, last, when, piece)
        if not order and found and found[-1].last == at - 1 and _same_test(tokens, at, unit, found[-1]):
            order, when = found[-1].order, found[-1].at if when is None else when
        found.append(Number(value, unit, at, last, change, order, when, absolute, yearless_at(whens, when)))
    return _between_grades(tokens, found) if piece.value == "scale" else found


def _of_the_measure(tokens: Sequence[Token], at: int, piece: Piece, found: Sequence[Number], taken: set[int]) -> bool:
    """Whether a number can be a reading of the measure: no limit, no rank of a test, nothing of the blood."""
    before, after = text_at(tokens, at - 1), text_at(tokens, at + 1)
    percent = after in ("%", "percent", "per") or _shares_its_unit(tokens, at) or _estimate(tokens, at, found)
    if piece.value == "ct" and not percent:
        return False
    ranked = before in _RANKS or after in NUMBER_SETS["litres"] or is_total(tokens, at)
    return not (
        (piece.value == "scale" and ranked)
        or after in _NO_READING
        or before in _LIMITS
        or _bounded(tokens, at)
        or _of_blood(tokens, at)
        or _second_of_blood(tokens, at, taken)
    )


_RANKS = frozenset({"first", "last", "next", "every", "all", "these"})
_LIMITS = frozenset({"<", ">=", "≥", "≤", "within"})


def _has_a_minus(tokens: Sequence[Token], at: int, start: int) -> bool:
    """ "FVC -8 %": a minus against the number; "74 - 70" and "FVC-8" have none."""
    if text_at(tokens, at - 1) != "-" or tokens[at - 1].end != tokens[at].start:
        return False
    if at - 1 > start:
        return not (at >= 2 and tokens[at - 2].kind == "number") and text_at(tokens, at - 2) != "%"
    return at - 1 == start and tokens[at - 1].start > tokens[at - 2].end


def _shares_its_unit(tokens: Sequence[Token], at: int) -> bool:
    """ "Extent 15 → 30 %", "from 15 to 30 %": the unit behind the second number is that of both."""
    return (
        tokens[at].kind == "number"
        and text_at(tokens, at + 1) in ("→", "->", "to", ">")
        and at + 2 < len(tokens)
        and tokens[at + 2].kind == "number"
        and text_at(tokens, at + 3) in ("%", "percent")
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
    beside = {text_at(tokens, at - 1), text_at(tokens, at + 1)}
    return len(found) == 1 and found[0].unit == "%" and bool(beside & {"now", "today", "to", "→", "->"})


def _same_test(tokens: Sequence[Token], at: int, unit: str, before: Number) -> bool:
    """ "Prior 3.05 L (86 %)", "3.05 L, 86 %": one test in two units."""
    between = text_at(tokens, at - 1)
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
    before = (text_at(tokens, at - 2), text_at(tokens, at - 1))
    if before == ("of", "the") and is_number(text_at(tokens, at - 3)):
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
        if token.text in ROMAN and token.text != "i":
            return float(ROMAN[token.text])
        if token.text == "i" and (
            text_at(tokens, at + 1) in ARROWS
            or text_at(tokens, at + 1) in ("->",)
            or text_at(tokens, at - 1) in ("nyha", "from", "to", "class", "→", "->")
        ):
            return 1.0
        if token.text in NUMBER_WORDS and token.text not in ("a", "an", "few", "half"):
            return NUMBER_WORDS[token.text]
        return 0.0 if token.text == "zero" else None
    per_cent = (text_at(tokens, at + 1), text_at(tokens, at + 2)) == ("per", "cent")
    counted = (
        per_cent
        or text_at(tokens, at + 1) in NUMBER_SETS["absolute"] | {"%", "percent"}
        or (
            (
                text_at(tokens, at - 1) == "by"
                or (text_at(tokens, at - 1) == "of" and text_at(tokens, at - 2) in NUMBER_SETS["change_before"])
            )
            and text_at(tokens, at + 1) not in UNITS
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
    if text_at(tokens, at) in ("fvc", "dlco", "vc") and text_at(tokens, at + 1) in NUMBER_SETS["absolute"]:
        return "%", at + 2, True
    while last < end and last < at + 5:
        text = tokens[last].text
        if text in ("%", "percent", "percentage", "per", "cent", "pc"):
            unit = "%"
            if text == "percentage":
                absolute = True
        elif text in NUMBER_SETS["absolute"]:
            absolute = True if text not in ("pt",) or value < 40 else absolute
            unit = unit or "%"
        elif text in NUMBER_SETS["relative"]:
            absolute = False
        elif text in NUMBER_SETS["litres"]:
            unit = "l"
        elif text in NUMBER_SETS["millilitres"]:
            unit = "ml"
        elif text in NUMBER_SETS["raw_gas_transfer"]:
            unit = "raw"
        elif text == "(" and text_at(tokens, last + 1) in _KINDS and text_at(tokens, last + 2) == ")":
            absolute = text_at(tokens, last + 1) in NUMBER_SETS["absolute"]
            last += 2
        elif not (
            text in ("of", "/", "min")
            and last > at
            and unit in ("%", "raw", "ml")
            and text_at(tokens, last + 1) in ("predicted", "pred", "min", "kpa", "mmhg")
        ):
            break
        last += 1
    before = {text_at(tokens, at - 2), text_at(tokens, at - 3), text_at(tokens, at - 4)}
    if before & NUMBER_SETS["relative"]:
        absolute = False
    elif before & {"absolute"}:
        absolute = True
    if piece.value == "dlco" and unit in ("l", "ml"):
        unit = "raw"
    return unit, last, absolute


_KINDS = (NUMBER_SETS["absolute"] | NUMBER_SETS["relative"]) - {"%"}


def at_time(tokens: Sequence[Token], reading: Number, behind: int, whens: Sequence[When]) -> Number:
    """A reading with the time that stands from the token `behind` on: "80 % FVC in May"."""
    at = when_of(tokens, behind, behind, whens, behind)
    return reading if at is None else replace(reading, at=at, yearless=yearless_at(whens, at))
