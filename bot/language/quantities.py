"""Numbers with a trend: FVC, DLCO, and the scales of breathlessness. One reading alone says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.language.lungs import Piece
from bot.language.text import Token
from bot.language.times import When, today_in_months
from bot.language.vocabulary import NUMBER_WORDS, load, words

_WORDS = load("numbers")
_SET = {name: frozenset(words) for name, words in _WORDS.items() if isinstance(words, list)}
_ROMAN = {word: int(value) for word, value in _WORDS["roman"].items()}
_TOPS = {word: int(value) for word, value in _WORDS["scale_tops"].items()}
_NO_READING = words("quantities", "no_reading")
ARROWS = frozenset({"to", "→", "-", "then", "vs", "/"})
NUMERIC = frozenset({"fvc", "dlco", "scale", "pft", "ct"})
_PASSED_OVER = {
    "scale": frozenset({"breathlessness", "breathing", "other", "overall"}),
    "ct": frozenset({"overall", "ct"}),
}
PERCENT_RANGE = (8, 170)
_LARGEST_LITRES = 9.0


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


@dataclass(frozen=True, slots=True)
class Measure:
    """The numbers of one subject; `value` is JSON-able, see `_value`."""

    subject: str
    value: dict[str, Any]
    first: int
    last: int
    at: int


def measures(
    tokens: Sequence[Token], row: Sequence[Piece], whens: Sequence[When], walls: frozenset[int]
) -> list[Measure]:
    """The measures of a sentence. `walls` are tokens of agents, where the numbers are doses."""
    found: list[Measure] = []
    subjects = [piece for piece in row if piece.role == "subject"]
    numeric = [piece for piece in subjects if piece.value in NUMERIC and piece.value != "ct"]
    taken = {index for when in whens for index in range(when.first, when.last)}
    used: set[int] = set()
    for number, piece in enumerate(subjects):
        if piece.value not in NUMERIC or piece.first in used:
            continue
        pair = _pair(tokens, subjects, number)
        if pair is not None:
            first, second, end = pair
            end = _stop(tokens, second.last, end, walls)
            found += _paired(tokens, first, second, end, whens, taken)
            used |= set(range(second.first, end))
            continue
        end = next(
            (other.first for other in subjects[number + 1 :] if other.value not in _PASSED_OVER.get(piece.value, ())),
            len(tokens),
        )
        end = _stop(tokens, piece.last, end, walls)
        numbers = [item for item in _numbers(tokens, piece, piece.last, end, whens, taken) if item.first not in used]
        begin = piece.first
        if not numbers:
            begin = max([subjects[number - 1].last if number else 0, *(w + 1 for w in walls if w < piece.first)])
            before = [
                item for item in _numbers(tokens, piece, begin, piece.first, whens, taken) if item.first not in used
            ]
            readings = [item for item in before if not item.change]
            lone = len(numeric) == 1 and piece.value in ("fvc", "dlco") and len(readings) > 1
            numbers = before if lone else [item for item in before if item.change]
            end = piece.last
        used |= {index for item in numbers for index in range(item.first, item.last)}
        if numbers:
            value = _value(
                piece.value,
                tokens,
                piece,
                numbers,
                [when for when in whens if begin <= when.first < max(end, piece.last)],
            )
            last = max(
                [item.last for item in numbers] + [piece.last] + [w.last for w in whens if piece.last <= w.first < end]
            )
            found.append(Measure(piece.value, value, min(piece.first, numbers[0].first), last, piece.first))
    return _sharing_time([_led_by_time(tokens, measure, whens) for measure in found])


def _sharing_time(found: list[Measure]) -> list[Measure]:
    """ "previous FVC 61 %, DLCO 44 % ten months ago": the time is that of both."""
    singles = [item for item in found if "single" in item.value]
    times = {item.value["at"] for item in singles if item.value["at"] is not None}
    if len(times) != 1 or len(singles) < 2:
        return found
    at = times.pop()
    back = any(item.value["order"] < 0 for item in singles)
    return [
        replace(item, value={**item.value, "at": at})
        if "single" in item.value
        and item.value["at"] is None
        and (item.value["order"] < 0 or (back and not item.value["order"]))
        else item
        for item in found
    ]


def _led_by_time(tokens: Sequence[Token], measure: Measure, whens: Sequence[When]) -> Measure:
    """ "A year ago: FVC 73, DLCO 44": a time that opens the sentence dates every single reading of it."""
    if "single" not in measure.value or measure.value.get("at") is not None:
        return measure
    lead = next((when for when in whens if when.kind in ("date", "ago") and when.first <= 1), None)
    if lead is None or lead.first > measure.first:
        return measure
    at = lead.months if lead.kind == "date" else today_in_months() - lead.months
    recent = lead.kind == "ago" and lead.months < 1
    return replace(
        measure, value={**measure.value, "at": at, "order": measure.value.get("order") or (1 if recent else 0)}
    )


def _stop(tokens: Sequence[Token], start: int, end: int, walls: frozenset[int]) -> int:
    return min([index for index in walls if start <= index < end], default=end)


def _pair(tokens: Sequence[Token], subjects: Sequence[Piece], at: int) -> tuple[Piece, Piece, int] | None:
    """`FVC/DLCO 72/45 -> 66/40`: two subjects, then their numbers in turn."""
    if at + 1 >= len(subjects):
        return None
    first, second = subjects[at], subjects[at + 1]
    between = [token.text for token in tokens[first.last : second.first]]
    after = [token.text for token in tokens[second.last : second.last + 12]]
    if {first.value, second.value} != {"fvc", "dlco"} or between not in (["/"], ["and"], ["&"]):
        return None
    slashes = sum(
        1
        for index in range(1, len(after) - 1)
        if after[index] in ("/", "and") and _is_number(after[index - 1]) and _is_number(after[index + 1])
    )
    if slashes < 2 and not (slashes == 1 and between == ["/"]):
        return None
    end = subjects[at + 2].first if at + 2 < len(subjects) else len(tokens)
    return first, second, end


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _paired(
    tokens: Sequence[Token], first: Piece, second: Piece, end: int, whens: Sequence[When], taken: set[int]
) -> list[Measure]:
    numbers = _numbers(tokens, second, second.last, end, whens, taken)
    found = []
    for piece, offset in ((first, 0), (second, 1)):
        own = numbers[offset::2]
        if len(own) > 1 or (own and own[0].change):
            value = _value(piece.value, tokens, piece, own, [when for when in whens if second.last <= when.first < end])
            found.append(Measure(piece.value, value, first.first, max(item.last for item in own), piece.first))
    return found


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _numbers(
    tokens: Sequence[Token], piece: Piece, start: int, end: int, whens: Sequence[When], taken: set[int]
) -> list[Number]:
    found: list[Number] = []
    for at in range(start, end):
        if at in taken:
            continue
        value = _number_value(tokens, at, piece)
        if piece.value == "ct" and _text(tokens, at + 1) not in ("%", "percent", "per"):
            continue
        if (
            value is None
            or _text(tokens, at + 1) in _NO_READING
            or _text(tokens, at - 1) in ("<", ">=", "≥", "≤", "within")
        ):
            continue
        unit, last, absolute = _unit(tokens, at + 1, end, value, piece)
        change = _is_change(tokens, at, last, absolute, start)
        when = _when_of(tokens, at, last, whens, start, end)
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
        if not order and found and _text(tokens, at - 1) == "(" and found[-1].last == at - 1:
            order = found[-1].order
        found.append(Number(value, unit, at, last, change, order, when, absolute, _yearless(whens, when)))
    return found


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
    if (
        token.text in NUMBER_WORDS
        and NUMBER_WORDS[token.text] >= 2
        and _text(tokens, at + 1) in _SET["absolute"] | {"%", "percent"}
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


def _is_change(tokens: Sequence[Token], at: int, last: int, absolute: bool | None, start: int) -> bool:
    previous, following = _text(tokens, at - 1), _text(tokens, last)
    two_back = _text(tokens, at - 2)
    if previous in ("to", "from", "at", "→", "->", "was", "now", "is"):
        return False
    if (
        following in ("to", "→", "->", "-->", "=>", "from", ">")
        and last + 1 < len(tokens)
        and _reading_follows(tokens, last + 1)
    ):
        return False
    if absolute and _text(tokens, last - 1) in ("points", "point", "pts", "pp", "ppt", "ppts"):
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
        two_back in ("of", "by", "a", "an") or following in _SET["change_after"]
    ):
        return True
    return following in ("relative", "absolute") and _text(tokens, last + 1) in _SET["change_after"]


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
        if tokens[index].text in ("rose", "up", "gained", "improved", "increased", "risen", "climbed"):
            return 1
        if tokens[index].text in _SET["falling"]:
            return -1
    return -1


def _when_of(tokens: Sequence[Token], at: int, last: int, whens: Sequence[When], start: int, end: int) -> float | None:
    """The time of a reading in months since year 0: the nearest date or distance beside it."""
    dated = {when.first: when for when in whens if when.kind in ("date", "ago")}
    index = last
    while index < len(tokens) and index - last <= 7:
        if index in dated:
            when = dated[index]
            ahead = when.last < len(tokens) and tokens[when.last].kind == "number"
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
            return when.months if when.kind == "date" else today_in_months() - when.months
        if tokens[index - 1].text not in _AFTER_A_DATE:
            break
        index -= 1
    return None


_BEFORE_A_DATE = words("quantities", "before_a_date")
_AFTER_A_DATE = words("quantities", "after_a_date")


def _yearless(whens: Sequence[When], at: float | None) -> bool:
    return any(when.kind == "date" and when.months == at and when.yearless for when in whens)


def _order(tokens: Sequence[Token], at: int, last: int, when: float | None, piece: Piece) -> int:
    lead = piece.first if piece.last and piece.last == at else at
    before, after = _text(tokens, lead - 1), _text(tokens, last)
    if (
        _text(tokens, lead - 2) in ("last", "previous")
        and tokens[lead - 1].kind == "word"
        and before not in ("now", "to")
    ):
        return -1
    if lead != at and before in ("from", "to"):
        return -1 if before == "from" else 1
    second = _text(tokens, last + 1)
    if after in _SET["later_after"] or (after == "(" and second in _SET["later_after"]):
        return 1
    if before in _SET["later_before"]:
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
        "vs",
        "versus",
        "than",
        "initially",
        "originally",
        "initial",
        "previous",
    ):
        return -1
    if before in ("of", "at", "to") and _text(tokens, lead - 2) in ("baseline", "compared", "previously", "initially"):
        return -1
    if after in _SET["earlier_after"] or (after in ("at", "(", "the", "a") and second in _SET["earlier_after"]):
        return -1
    return 0


def _value(
    subject: str, tokens: Sequence[Token], piece: Piece, numbers: Sequence[Number], whens: Sequence[When]
) -> dict[str, Any]:
    readings = [number for number in numbers if not number.change]
    changes = [number for number in numbers if number.change]
    months = next((when.months for when in reversed(whens) if when.kind == "window"), None)
    name = tokens[piece.first].text if subject == "scale" else subject
    unit, chosen = _one_unit(subject, readings)
    bad = [item.value for item in chosen if _out_of_range(subject, name, unit, item.value)]
    value: dict[str, Any] = {"unit": unit, "months": months, "scale": name}
    if bad:
        return {**value, "out_of_range": bad}
    ordered = _ordered(chosen)
    times = [item.at for item in ordered]
    if len(ordered) > 1:
        value["values"] = [item.value for item in ordered]
        value["times"] = _spaced(times)
        if value["times"] and months is None:
            value["months"] = value["times"][-1] - value["times"][0]
        elif months is None:
            value["months"] = _since(whens, times) or _between(whens, times)
        return value
    if changes:
        change = max(changes, key=lambda item: item.absolute is True)
        unit = change.unit or ("l" if subject == "fvc" and abs(change.value) < 1 else "")
        if months is None:
            value["months"] = _back_to(whens)
        if unit == "ml":
            return {**value, "unit": "l", "change": change.value / 1000}
        absolute = (
            change.absolute
            if change.absolute is not None or change.unit
            else (True if subject in ("fvc", "dlco") and unit == "" else None)
        )
        return {**value, "unit": unit, "change": change.value, "absolute": absolute, "percent": unit == "%"}
    if chosen:
        value.update(single=chosen[0].value, at=chosen[0].at, order=chosen[0].order, yearless=chosen[0].yearless)
    return value


def _back_to(whens: Sequence[When]) -> float | None:
    """Months from a time that a change is measured against until now: "6 points less than in January"."""
    back = [when.months for when in whens if when.kind == "ago" and when.months]
    back += [today_in_months() - when.months for when in whens if when.kind == "date" and not when.whole_year]
    return max(back) if back else None


def _between(whens: Sequence[When], times: Sequence[float | None]) -> float | None:
    """ "between January and October": the distance of two dates that stand apart from the readings."""
    dates = [when for when in whens if when.kind == "date"]
    if len(dates) != 2 or any(time is not None for time in times):
        return None
    months = dates[1].months - dates[0].months
    return months % 12 if dates[0].yearless and dates[1].yearless else abs(months)


def _since(whens: Sequence[When], times: Sequence[float | None]) -> float | None:
    agos = [when.months for when in whens if when.kind == "ago" and when.months > 0]
    return max(agos) if agos else None


def _one_unit(subject: str, readings: Sequence[Number]) -> tuple[str, list[Number]]:
    if subject == "scale":
        return "class", list(readings)
    if any(item.value > _LARGEST_LITRES for item in readings):
        readings = [item for item in readings if item.value > 1.2 or item.unit in ("l", "raw")]
    by_unit: dict[str, list[Number]] = {}
    plain_small = [item for item in readings if not item.unit and item.value < _LARGEST_LITRES]
    small = "l" if subject == "fvc" else "raw"
    some = next((item.unit for item in readings if item.unit), "")
    for item in readings:
        unit = {"ml": "l"}.get(item.unit, item.unit)
        if not unit:
            unit = small if item in plain_small and some != "%" else ("raw" if some == "raw" else "%")
        if item.unit == "ml":
            item = Number(item.value / 1000, "l", item.first, item.last, item.change, item.order, item.at)
        by_unit.setdefault(unit, []).append(item)
    for unit in ("%", "l", "raw"):
        if len(by_unit.get(unit, [])) > 1:
            return unit, by_unit[unit]
    unit = next(iter(by_unit), "%")
    return unit, by_unit.get(unit, [])


def _out_of_range(subject: str, name: str, unit: str, value: float) -> bool:
    if subject == "scale":
        return value > _TOPS.get(name, 10)
    if unit == "%" and subject == "ct":
        return not 0 <= value <= 100
    if unit == "%":
        return not PERCENT_RANGE[0] <= value <= PERCENT_RANGE[1]
    return unit == "l" and not 0.2 <= value <= _LARGEST_LITRES


def _ordered(readings: Sequence[Number]) -> list[Number]:
    """Readings from early to late: by their dates, else by the words beside them, else as they stand."""
    if len(readings) == 2 and readings[0].order != readings[1].order:
        late = readings[0].order > readings[1].order
        return _forward([readings[1], readings[0]] if late else list(readings))
    if all(item.at is not None for item in readings):
        return _forward(list(readings))
    if len(readings) == 2 and readings[1].at is not None and readings[0].at is None:
        now = today_in_months()
        return list(readings) if readings[1].at >= now else [readings[1], readings[0]]
    earlier = [item for item in readings if item.order < 0]
    return [*earlier, *(item for item in readings if item.order >= 0)]


def _forward(readings: list[Number]) -> list[Number]:
    """Dates in the order of the readings: "Feb ... Dec" without years runs on, whatever today is."""
    if any(item.at is None for item in readings):
        return readings
    times = [item.at or 0.0 for item in readings]
    if times == sorted(times):
        return readings
    if len(readings) == 2 and 0 < times[0] - times[1] < 12 and readings[0].yearless and readings[1].yearless:
        return [replace(readings[0], at=times[0] - 12), readings[1]]
    return sorted(readings, key=lambda item: item.at or 0)


def _spaced(times: Sequence[float | None]) -> list[float] | None:
    """Times of all readings in months, or None where one is unknown; the latest without a time is of now."""
    if len(times) == 2 and times[1] is None and times[0] is not None:
        return [times[0], max(times[0], today_in_months())]
    if any(time is None for time in times):
        return None
    known = [time for time in times if time is not None]
    return known if known == sorted(known) else None


def bare(tokens: Sequence[Token], whens: Sequence[When]) -> dict[str, Any] | None:
    """Numbers without a subject: "72 to 65 in 8 months", "7 points in 8 months" (taken as a fall)."""
    piece = Piece("subject", "fvc", 0, 0)
    taken = {index for when in whens for index in range(when.first, when.last)}
    if len(tokens) > 16:
        return None
    numbers = _numbers(tokens, piece, 0, len(tokens), whens, taken)
    if not numbers:
        return None
    value = _value("fvc", tokens, piece, numbers, whens)
    points = {"points", "point", "pts", "pp", "%", "percent"}
    if "single" in value and any(token.text in points for token in tokens):
        return {**value, "change": -abs(numbers[0].value), "absolute": numbers[0].absolute, "percent": True}
    return value


def joined(singles: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """One measure from readings told apart ("NYHA III. Now NYHA II"); None where their order is unclear."""
    units = {value["unit"] for value in singles}
    if len(singles) < 2 or len(units) > 1:
        return None
    numbers = [
        Number(
            value["single"],
            "",
            0,
            0,
            False,
            int(value.get("order") or 0),
            value.get("at"),
            None,
            bool(value.get("yearless")),
        )
        for value in singles
    ]
    if len({(item.value, item.at, item.order) for item in numbers}) < 2:
        return None
    ordered = _ordered(numbers)
    times = _spaced([item.at for item in ordered])
    value = {
        "unit": singles[0]["unit"],
        "months": None,
        "scale": singles[0]["scale"],
        "values": [item.value for item in ordered],
        "times": times,
    }
    if times:
        value["months"] = times[-1] - times[0]
    elif all(item.order == 0 and item.at is None for item in numbers):
        return None
    return value


def swapped(tokens: Sequence[Token]) -> dict[str, float] | None:
    """ "62, not 70": the number that was meant and the one that was typed."""
    for at in range(1, len(tokens) - 1):
        if tokens[at].text == "not" and tokens[at + 1].kind == "number" and len(tokens) <= 12:
            before = [token for token in tokens[max(0, at - 3) : at] if token.kind == "number"]
            if before:
                return {"in": before[-1].number, "out": tokens[at + 1].number}
    return None
