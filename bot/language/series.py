"""Readings of one measure as a course: their unit, their order from early to late, the time between them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.language.number_words import LARGEST_LITRES, PERCENT_RANGE, out_of_range
from bot.language.pieces import Piece
from bot.language.readings import Number
from bot.language.text import Token
from bot.language.times import When, is_span, today_in_months
from bot.language.vocabulary import NUMBER_WORDS


def course_of_numbers(
    subject: str, tokens: Sequence[Token], piece: Piece, numbers: Sequence[Number], whens: Sequence[When]
) -> dict[str, Any]:
    readings = [number for number in numbers if not number.change]
    changes = [number for number in numbers if number.change]
    months = max((when.months for when in whens if when.kind == "window"), default=None)
    name = tokens[piece.first].text if subject == "scale" else subject
    unit, chosen = _one_unit(subject, readings)
    if subject == "scale":
        chosen = _of_the_scale(chosen, name, unit)
    bad = [item.value for item in chosen if out_of_range(subject, name, unit, item.value)]
    value: dict[str, Any] = {"unit": unit, "months": months, "scale": name}
    bad += [item.value for item in changes if readings and _below_nothing(tokens, item)]
    if bad:
        return {**value, "out_of_range": bad}
    ordered = _ordered(_with_listed_times(chosen, whens), _leads_on(tokens, chosen))
    times = [item.at for item in ordered]
    if len(ordered) > 1:
        value["values"] = [item.value for item in ordered]
        value["times"] = _spaced(times)
        step = _rhythm(tokens, piece)
        if step is not None and not value["times"]:
            value["times"] = [step * at for at in range(len(ordered))]
        if value["times"]:
            value["months"] = value["times"][-1] - value["times"][0]
        elif months is None:
            value["months"] = _since(whens, times) or _between(whens, times)
        return value
    if changes:
        change = max(changes, key=lambda item: item.absolute is True)
        unit = change.unit or ("l" if subject == "fvc" and abs(change.value) < 1 else "")
        if months is None:
            value["months"] = _back_to(whens)
        if (
            value["months"] is None
            and unit == "%"
            and change.absolute is None
            and _negative_reading(tokens, piece, change)
        ):
            return {**value, "out_of_range": [change.value]}
        if unit == "ml":
            return {**value, "unit": "l", "change": change.value / 1000}
        absolute = (
            change.absolute
            if change.absolute is not None or change.unit
            else (True if subject in ("fvc", "dlco") and unit == "" else None)
        )
        if _LARGEST_CHANGE < abs(change.value) < 100:
            absolute = None
        return {**value, "unit": unit, "change": change.value, "absolute": absolute, "percent": unit == "%"}
    if chosen:
        value.update(single=chosen[0].value, at=chosen[0].at, order=chosen[0].order, yearless=chosen[0].yearless)
    return value


def _of_the_scale(readings: list[Number], name: str, unit: str) -> list[Number]:
    """ "mMRC 2 to 3, put down to heart failure (EF 32 %)": a class is no per cent, and small."""
    own = [item for item in readings if not out_of_range("scale", name, unit, item.value)]
    return own if len(own) > 1 else readings


def _with_listed_times(readings: list[Number], whens: Sequence[When]) -> list[Number]:
    """ "72 / 68 / 64 (Mar, Jul, Nov 2026)": as many dates as readings, in a list of their own behind them."""
    dates = [when for when in whens if when.kind == "date" and not when.whole_year]
    close = all(late.first - early.last <= 1 for early, late in itertools.pairwise(dates))
    if len(readings) < 2 or len(dates) != len(readings) or not close or dates[0].first < readings[-1].last:
        return readings
    return [
        replace(reading, at=when.months, yearless=when.yearless) for reading, when in zip(readings, dates, strict=True)
    ]


_LARGEST_CHANGE = 45.0
"""Points of % predicted; a larger number is a reading that was taken for a change (from 100 on, millilitres)."""


def _negative_reading(tokens: Sequence[Token], piece: Piece, change: Number) -> bool:
    """ "FVC -5 %" with no time and no word of change: no reading can be negative."""
    return change.first == piece.last + 1 and tokens[piece.last].text == "-"


def _below_nothing(tokens: Sequence[Token], change: Number) -> bool:
    """ "72 to -5 %": a reading cannot be negative."""
    return (
        change.first >= 2
        and tokens[change.first - 1].text == "-"
        and tokens[change.first - 2].text in ("to", "→", "->")
    )


def _rhythm(tokens: Sequence[Token], piece: Piece) -> float | None:
    """ "FVC q3mo: 77, 74, 71", "three-monthly": months between readings that come in a rhythm."""
    for at in range(max(0, piece.first - 3), min(piece.last + 4, len(tokens))):
        text = tokens[at].text
        found = _EVERY.match(text)
        if found:
            return float(found[1]) * (1.0 if found[2].startswith("m") else 0.23)
        if text in ("quarterly", "monthly") and at + 1 < len(tokens):
            return 3.0 if text == "quarterly" else _before_monthly(tokens, at)
    return None


_EVERY = re.compile(r"q(\d{1,2})(mo|m|mth|w|wk)$")


def _before_monthly(tokens: Sequence[Token], at: int) -> float:
    before = tokens[at - 1] if at else None
    if before is None:
        return 1.0
    return before.number if before.kind == "number" else NUMBER_WORDS.get(before.text, 1.0)


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
    agos = [when.months for when in whens if when.kind == "ago" and is_span(when)]
    return max(agos) if agos else None


def _one_unit(subject: str, readings: Sequence[Number]) -> tuple[str, list[Number]]:
    if subject == "scale":
        return "class", list(readings)
    if any(item.value > LARGEST_LITRES for item in readings):
        readings = [item for item in readings if item.value > 1.2 or item.unit in ("l", "raw")]
    by_unit: dict[str, list[Number]] = {}
    plain_small = [item for item in readings if not item.unit and item.value < LARGEST_LITRES]
    small = "l" if subject == "fvc" else "raw"
    some = next((item.unit for item in readings if item.unit), "")
    for item in readings:
        unit = {"ml": "l"}.get(item.unit, item.unit)
        if not unit:
            unit = (
                small
                if item in plain_small and (some != "%" or item.value < PERCENT_RANGE[0])
                else ("raw" if some == "raw" else "%")
            )
        if item.unit == "ml":
            item = Number(item.value / 1000, "l", item.first, item.last, item.change, item.order, item.at)
        by_unit.setdefault(unit, []).append(item)
    for unit in ("%", "l", "raw"):
        if len(by_unit.get(unit, [])) > 1:
            return unit, by_unit[unit]
    unit = "%" if "%" in by_unit else next(iter(by_unit), "%")
    return unit, by_unit.get(unit, [])


def _leads_on(tokens: Sequence[Token], readings: Sequence[Number]) -> bool:
    """ "72 % in November to 68 % in June", "72 (Nov) → 68 (June)": told as a course, from early to late."""
    return any(
        token.text in _LEADING_ON
        for early, late in itertools.pairwise(readings)
        for token in tokens[early.last : late.first]
    )


_LEADING_ON = frozenset({"to", "→", "->", "-->", ">", "then", "=>", "later", "until", "till"})


def _ordered(readings: Sequence[Number], leads_on: bool = False) -> list[Number]:
    """Readings from early to late: by their dates, else by the words beside them, else as they stand."""
    if len(readings) == 2 and readings[0].order != readings[1].order:
        late = readings[0].order > readings[1].order
        return _forward([readings[1], readings[0]] if late else list(readings), leads_on)
    if all(item.at is not None for item in readings):
        return _forward(list(readings), leads_on)
    if len(readings) == 2 and readings[1].at is not None and readings[0].at is None:
        now = today_in_months()
        return list(readings) if readings[1].at >= now else [readings[1], readings[0]]
    earlier = [item for item in readings if item.order < 0]
    if all(item.at is not None for item in earlier):
        earlier = sorted(earlier, key=lambda item: item.at or 0.0)
    return [*earlier, *(item for item in readings if item.order >= 0)]


def _forward(readings: list[Number], leads_on: bool) -> list[Number]:
    """Dates in the order of the readings: "Feb ... Dec" without years runs on, whatever today is."""
    if any(item.at is None for item in readings):
        return readings
    times = [item.at or 0.0 for item in readings]
    if times == sorted(times):
        return readings
    newest_first = times[0] == today_in_months() and not leads_on  # "FVC 66 % (9 Nov), in June 62 %", told in November
    if all(item.yearless for item in readings) and not newest_first:
        for at in range(len(times) - 2, -1, -1):
            times[at] -= 12 if times[at] > times[at + 1] else 0
        if times == sorted(times) and times[-1] - times[0] < 12:
            return [replace(item, at=time) for item, time in zip(readings, times, strict=True)]
    return sorted(readings, key=lambda item: item.at or 0)


def _spaced(times: Sequence[float | None]) -> list[float] | None:
    """Times of all readings in months, or None where one is unknown; the latest without a time is of now."""
    dated = [time for time in times[:-1] if time is not None]
    if len(times) > 1 and times[-1] is None and len(dated) == len(times) - 1 and dated == sorted(dated):
        return [*dated, max(dated[-1], today_in_months())]
    if any(time is None for time in times):
        return None
    known = [time for time in times if time is not None]
    return known if known == sorted(known) else None


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
    elif len({item.order for item in numbers}) > 1:
        value["months"] = max((single["months"] for single in singles if single.get("months")), default=None)
    elif all(item.order == 0 and item.at is None for item in numbers):
        return None
    return value
