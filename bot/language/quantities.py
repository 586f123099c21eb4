"""Numbers with a trend: FVC, DLCO, and the scales of breathlessness. One reading alone says nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.language.pieces import Piece
from bot.language.readings import (
    LARGEST_LITRES,
    PERCENT_RANGE,
    Number,
    find_numbers,
    is_grade,
    is_number,
    out_of_range,
    out_of_ten,
)
from bot.language.text import Token
from bot.language.times import When, today_in_months
from bot.language.vocabulary import NUMBER_WORDS, words

NUMERIC = frozenset({"fvc", "dlco", "scale", "pft", "ct"})


_PASSED_OVER = {
    "scale": frozenset({"breathlessness", "breathing", "other", "overall"}),
    "ct": frozenset({"overall", "ct"}),
}


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
    whens = _spans_merged(tokens, whens)
    subjects = [_graded(tokens, piece) for piece in row if piece.role == "subject"]
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
        numbers = [
            item for item in find_numbers(tokens, piece, piece.last, end, whens, taken) if item.first not in used
        ]
        begin = piece.first
        graded = _grade_before(tokens, piece)
        if graded is not None and graded not in used:
            numbers = [*find_numbers(tokens, piece, graded, graded + 1, whens, taken), *numbers]
        earlier = subjects[number - 1] if number else None
        following = subjects[number + 1] if number + 1 < len(subjects) else None
        precede = _readings_precede(tokens, piece, earlier) or _points_precede(tokens, piece, following, numbers)
        if precede:
            numbers = []
        if not numbers:
            begin = max([subjects[number - 1].last if number else 0, *(w + 1 for w in walls if w < piece.first)])
            before = [
                item for item in find_numbers(tokens, piece, begin, piece.first, whens, taken) if item.first not in used
            ]
            readings = [item for item in before if not item.change]
            alone = len(numeric) == 1 or precede
            lone = alone and piece.value in ("fvc", "dlco") and len(readings) > 1
            numbers = before if lone else [item for item in before if item.change]
            end = piece.last
        used |= {index for item in numbers for index in range(item.first, item.last)}
        both = _in_turn(earlier, piece, found, numbers, tokens) if earlier is not None else None
        if both is not None and earlier is not None:
            found[-1] = _with_reading(tokens, found[-1], earlier, both[0], whens)
            numbers = [numbers[0], replace(both[1], at=both[0].at, order=both[0].order)]
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
    found = [_led_by_time(tokens, measure, whens) for measure in found]
    return _sharing_time(_sharing_label(tokens, _followed_by_time(tokens, found)))


_TO = frozenset({"to", "and", "until", "till", "-", "→", "->", "/"})


def _followed_by_time(tokens: Sequence[Token], found: list[Measure]) -> list[Measure]:
    """ "FVC of 70 and DLCO of 50 in March": the time behind the second reading is that of the first too."""
    if len(found) != 2 or not all("single" in item.value for item in found):
        return found
    first, second = found
    gap = {token.text for token in tokens[first.last : second.first]}
    undated = first.value["at"] is None and not first.value["order"]
    if not undated or second.value["at"] is None or not gap or not gap <= {"and", "&", "/", "%", "a", "his", "her"}:
        return found
    told = {key: second.value[key] for key in ("at", "order", "yearless")}
    return [replace(first, value={**first.value, **told}), second]


def _sharing_label(tokens: Sequence[Token], found: list[Measure]) -> list[Measure]:
    """ "Baseline FVC 52 DLCO 30, week 24 FVC 51 DLCO 31": a label before a measure holds for the next one too."""
    shared: list[Measure] = []
    for measure in found:
        before = shared[-1] if shared else None
        gap = {token.text for token in tokens[before.last : measure.first]} if before is not None else {","}
        if (
            before is not None
            and {"single"} <= set(before.value) & set(measure.value)
            and not gap & {",", ";", ":"}
            and not measure.value["order"]
            and measure.value["at"] is None
        ):
            told = {key: before.value[key] for key in ("order", "at", "months", "yearless")}
            measure = replace(measure, value={**measure.value, **told})
        shared.append(measure)
    return shared


def _in_turn(
    first: Piece, second: Piece, found: list[Measure], numbers: list[Number], tokens: Sequence[Token]
) -> list[Number] | None:
    """ "FVC 76 % and DLCO 60 %, a year before 75 % and 61 %": the last two numbers are of both, in turn."""
    last = found[-1] if found else None
    if last is None or last.subject != first.value or "single" not in last.value or len(numbers) != 3:
        return None
    if {first.value, second.value} != {"fvc", "dlco"} or any(number.change for number in numbers):
        return None
    between = {token.text for token in tokens[numbers[1].last : numbers[2].first]}
    return numbers[1:] if between & {"and", "/", "&"} and len(between) <= 2 else None


def _with_reading(
    tokens: Sequence[Token], single: Measure, piece: Piece, other: Number, whens: Sequence[When]
) -> Measure:
    value = single.value
    own = Number(value["single"], "%", single.first, single.last, False, value["order"], value["at"])
    return replace(single, value=_value(piece.value, tokens, piece, [own, replace(other, unit="%")], whens))


def _spans_merged(tokens: Sequence[Token], whens: Sequence[When]) -> list[When]:
    """ "Between January and now", "(Mar/Oct)": two dates that belong to all readings are one window."""
    merged: list[When] = []
    for when in whens:
        before = merged[-1] if merged else None
        if before is not None and before.kind == "date" and _is_span(tokens, before, when):
            end = when.months if when.kind == "date" else today_in_months() - when.months
            months = end - before.months
            months = months % 12 if before.yearless and when.yearless else months
            merged[-1] = When("window", max(months, 0.0), before.first, when.last, before.lead)
        elif when.kind == "date" and when.whole_year and when.lead in _DURING and when.months // 12 == _this_year():
            merged.append(When("window", 12.0, when.first, when.last, when.lead))
        else:
            merged.append(when)
    return merged


_DURING = frozenset({"of", "during", "over", "within"})


def _this_year() -> float:
    return (today_in_months() - 1) // 12


def _is_span(tokens: Sequence[Token], early: When, late: When) -> bool:
    if late.kind not in ("date", "ago") or early.whole_year or late.whole_year:
        return False
    gap = [
        token.text for token in tokens[early.last : late.first] if token.text not in ("this", "last", "early", "late")
    ]
    lead = tokens[early.first - 1].text if early.first else ""
    closed = lead == "(" and late.last < len(tokens) and tokens[late.last].text == ")"
    listed = closed and gap == [","]
    return listed or (len(gap) == 1 and gap[0] in _TO and (lead in ("from", "between") or closed))


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


def _passed(tokens: Sequence[Token], at: int) -> int:
    """Small words between a symptom and its grade: "breathlessness is at 6/10"."""
    passed = 0
    while at + passed < len(tokens) - 2 and tokens[at + passed].text in (
        "is",
        "at",
        ":",
        "=",
        "a",
        "as",
        "now",
        "was",
        "of",
        "(",
    ):
        passed += 1
    return passed


_ESTIMATED = frozenset({"fibrosis", "ggo", "reticulation"})


def _is_extent(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "Fibrosis 20 % of the lung": the extent of a sign as an estimate."""
    after = tokens[piece.last : piece.last + 3]
    return any(
        token.kind == "number"
        and tokens[piece.last + at + 1 : piece.last + at + 2]
        and tokens[piece.last + at + 1].text in ("%", "percent")
        for at, token in enumerate(after)
    )


def _graded(tokens: Sequence[Token], piece: Piece) -> Piece:
    """ "Dyspnoea II → III", "breathlessness 3, was 2": grades without the name of their scale."""
    if piece.value in _ESTIMATED and _is_extent(tokens, piece):
        return replace(piece, value="ct")
    if piece.value == "breathlessness" and out_of_ten(tokens, piece.last + _passed(tokens, piece.last)):
        return replace(piece, value="scale")
    if piece.value != "breathlessness" or piece.last + 2 >= len(tokens):
        return piece
    at = piece.last + (tokens[piece.last].text in (":", "=", "from"))
    then = [token.text for token in tokens[at + 1 : at + 3]]
    second = at + 1 + len(then[:1]) if then[:1] != [","] else at + 3
    arrow = then[0] in ("→", "->", "to", "then", "vs", ">") or then[:2] in (
        [",", "was"],
        [",", "previously"],
        [",", "before"],
    )
    if not arrow or second >= len(tokens) or not (is_grade(tokens, at) and is_grade(tokens, second)):
        return piece
    small = all(tokens[index].kind != "number" or tokens[index].number <= 10 for index in (at, second))
    return replace(piece, value="scale") if small else piece


def _grade_before(tokens: Sequence[Token], piece: Piece) -> int | None:
    """ "Dyspnoea of stage 3 mMRC", "class III NYHA": the token of a grade that stands before its scale."""
    if piece.value != "scale" or piece.first < 2 or tokens[piece.first].text not in _SCALES:
        return None
    graded = tokens[piece.first - 2].text in _GRADES
    return piece.first - 1 if graded and is_grade(tokens, piece.first - 1) else None


def _points_precede(tokens: Sequence[Token], piece: Piece, following: Piece | None, after: Sequence[Number]) -> bool:
    """ "4 points FVC, 8 points DLCO": every change stands before its own measure."""
    if following is None:
        return bool(_points_end(tokens, piece)) and not after
    last = max((number.last for number in after), default=piece.last)
    return _points_end(tokens, piece) and _points_end(tokens, following) and following.first - last <= 2


def _points_end(tokens: Sequence[Token], piece: Piece) -> bool:
    at = piece.first - 1
    while at > 0 and tokens[at].text in ("in", "of", "for", "the", "on"):
        at -= 1
    return at > 0 and tokens[at].text in ("points", "point", "pts", "pp", "%") and is_grade(tokens, at - 1)


_GRADES = frozenset({"stage", "grade", "class", "score", "level", "of", "at", "to"})
_SCALES = frozenset({"mmrc", "mrc", "nyha", "borg", "who", "modified"})


def _readings_precede(tokens: Sequence[Token], piece: Piece, earlier: Piece | None) -> bool:
    """ "80 down to 76 FVC": the readings stand right before the subject, and behind no other ("DLCO 45 → 44 FVC")."""
    if earlier is not None and earlier.value in NUMERIC and piece.first - earlier.last <= 6:
        between = [token.text for token in tokens[earlier.last : piece.first]]
        if not {",", "and"} & set(between[:1]):
            return False
    before = [token for token in tokens[max(0, piece.first - 5) : piece.first] if token.text != "%"]
    return (
        len(before) > 2
        and before[-1].kind == "number"
        and before[-2].text in ("to", "->", "→")
        and piece.value in ("fvc", "dlco")
    )


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
    """The end of a measure: an agent's dose begins there, unless a colon leads back to the readings."""
    inside = [index for index in walls if start <= index < end and not _reading_behind(tokens, index, end)]
    return min([at for at in inside if not any(token.text == ":" for token in tokens[at : at + 5])], default=end)


def _reading_behind(tokens: Sequence[Token], wall: int, end: int) -> bool:
    """ "80 % at the start of MMF in February and is 73 % now": behind the agent stands a reading, no dose."""
    for at in range(wall + 1, min(wall + 9, end)):
        if tokens[at].kind == "number" and at + 1 < len(tokens):
            return tokens[at + 1].text in ("%", "percent") and tokens[at - 1].text in (
                "is",
                "now",
                "to",
                "→",
                "was",
                "it",
            )
    return False


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
        if after[index] in ("/", "and") and is_number(after[index - 1]) and is_number(after[index + 1])
    )
    if slashes < 2 and not (slashes == 1 and between == ["/"]):
        return None
    end = subjects[at + 2].first if at + 2 < len(subjects) else len(tokens)
    return first, second, end


def _paired(
    tokens: Sequence[Token], first: Piece, second: Piece, end: int, whens: Sequence[When], taken: set[int]
) -> list[Measure]:
    numbers = find_numbers(tokens, second, second.last, end, whens, taken)
    found = []
    for piece, offset in ((first, 0), (second, 1)):
        own = numbers[offset::2]
        if own:
            value = _value(piece.value, tokens, piece, own, [when for when in whens if second.last <= when.first < end])
            found.append(Measure(piece.value, value, first.first, max(item.last for item in own), piece.first))
    return found


def _negative_reading(tokens: Sequence[Token], piece: Piece, change: Number) -> bool:
    """ "FVC -5 %" with no time and no word of change: no reading can be negative."""
    return change.first == piece.last + 1 and tokens[piece.last].text == "-"


_LARGEST_CHANGE = 45.0
"""Points of % predicted; a larger number is a reading that was taken for a change (from 100 on, millilitres)."""


def _below_nothing(tokens: Sequence[Token], change: Number) -> bool:
    """ "72 to -5 %": a reading cannot be negative."""
    return (
        change.first >= 2
        and tokens[change.first - 1].text == "-"
        and tokens[change.first - 2].text in ("to", "→", "->")
    )


def _value(
    subject: str, tokens: Sequence[Token], piece: Piece, numbers: Sequence[Number], whens: Sequence[When]
) -> dict[str, Any]:
    readings = [number for number in numbers if not number.change]
    changes = [number for number in numbers if number.change]
    months = max((when.months for when in whens if when.kind == "window"), default=None)
    name = tokens[piece.first].text if subject == "scale" else subject
    unit, chosen = _one_unit(subject, readings)
    bad = [item.value for item in chosen if out_of_range(subject, name, unit, item.value)]
    value: dict[str, Any] = {"unit": unit, "months": months, "scale": name}
    bad += [item.value for item in changes if readings and _below_nothing(tokens, item)]
    if bad:
        return {**value, "out_of_range": bad}
    ordered = _ordered(chosen)
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
    agos = [when.months for when in whens if when.kind == "ago" and when.months > 0]
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


def bare(tokens: Sequence[Token], whens: Sequence[When], scale: str | None = None) -> dict[str, Any] | None:
    """Numbers without a subject: "72 to 65 in 8 months", "7 points in 8 months" (taken as a fall).

    `scale` is the scale of breathlessness that was spoken of just before.
    """
    piece = Piece("subject", "fvc" if scale is None else "scale", 0, 0)
    taken = {index for when in whens for index in range(when.first, when.last)}
    if len(tokens) > 16 or swapped(tokens) is not None or _of_something_else(tokens, taken):
        return None
    numbers = find_numbers(tokens, piece, 0, len(tokens), whens, taken)
    if not numbers:
        return None
    value = _value(piece.value, tokens, piece, numbers, whens)
    if scale is not None:
        return {**value, "scale": scale}
    points = {"points", "point", "pts", "pp", "%", "percent"}
    unplaced = "single" in value and not value["order"] and value["at"] is None
    if unplaced and any(token.text in points for token in tokens):
        return {**value, "change": -abs(numbers[0].value), "absolute": numbers[0].absolute, "percent": True}
    return value


def in_pairs(tokens: Sequence[Token]) -> bool:
    """ "Jan 72/45": two readings with a stroke between them."""
    return any(
        tokens[at].text == "/" and tokens[at - 1].kind == "number" and tokens[at + 1].kind == "number"
        for at in range(1, len(tokens) - 1)
    )


def _of_something_else(tokens: Sequence[Token], times: set[int]) -> bool:
    """ "Cholesterol went from 4.8 to 6.1": numbers of a thing that is not followed here."""
    texts = {token.text for at, token in enumerate(tokens) if at not in times and token.kind == "word"}
    return bool(texts - _BARE_WORDS) and not texts & _READINGS


_BARE_WORDS = words("quantities", "bare")
_READINGS = words("quantities", "readings")


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


def swapped(tokens: Sequence[Token]) -> dict[str, float] | None:
    """ "62, not 70": the number that was meant and the one that was typed."""
    for at in range(1, len(tokens) - 1):
        if tokens[at].text == "not" and tokens[at + 1].kind == "number" and len(tokens) <= 12:
            before = [token for token in tokens[max(0, at - 3) : at] if token.kind == "number"]
            if before:
                return {"in": before[-1].number, "out": tokens[at + 1].number}
    return None
