"""Times that several measures of a sentence share: a label before, a date behind, two dates for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.language.readings import Number
from bot.language.text import Token
from bot.language.times import When, today_in_months, when_in_months
from bot.language.vocabulary import words


@dataclass(frozen=True, slots=True)
class Measure:
    """The numbers of one subject; `value` is JSON-able, see `_value`."""

    subject: str
    value: dict[str, Any]
    first: int
    last: int
    at: int


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


def spans_merged(tokens: Sequence[Token], whens: Sequence[When]) -> list[When]:
    """ "Between January and now", "(Mar/Oct)": two dates that belong to all readings are one window."""
    merged: list[When] = []
    for when in whens:
        before = merged[-1] if merged else None
        if before is not None and before.kind == "date" and _is_span(tokens, before, when):
            end = when.months if when.kind == "date" else today_in_months() - when.months
            months = end - before.months
            months = months % 12 if before.yearless and when.yearless else months
            merged[-1] = When("window", max(months, 0.0), before.first, when.last, before.lead)
        elif (
            when.kind == "range" and not when.whole_year and when.end is not None and not _reading_behind(tokens, when)
        ):
            merged.append(When("window", when.end - when.months, when.first, when.last, when.lead))
        elif when.kind == "date" and when.whole_year and when.lead in _DURING and when.months // 12 == _this_year():
            merged.append(When("window", 12.0, when.first, when.last, when.lead))
        else:
            merged.append(when)
    return merged


def dated_by_head(tokens: Sequence[Token], numbers: list[Number], whens: Sequence[When]) -> list[Number]:
    """ "PFT 4/25: FVC 66 (10/24: 67), DLCO 47 (10/24: 49)": a date at the head of a line is that of the rest."""
    head = next((when for when in whens if when.kind == "date" and not when.whole_year), None)
    if head is None or head.first > 2 or head.last >= len(tokens) or tokens[head.last].text != ":":
        return numbers
    undated = [number for number in numbers if number.at is None]
    if len(numbers) != 2 or len(undated) != 1 or undated[0].order < 0 or undated[0].change:
        return numbers
    return [
        replace(number, at=head.months, yearless=head.yearless) if number.at is None else number for number in numbers
    ]


def of_two_dates(tokens: Sequence[Token], numbers: list[Number], whens: Sequence[When]) -> list[Number]:
    """ "Nov v May: FVC 82 v 79, DLCO 61 v 55": the readings of each measure are of the two dates in turn."""
    if len(numbers) != 2 or any(number.change for number in numbers):
        return numbers
    ahead = [when for when in whens if when.last <= numbers[0].first]
    if len(ahead) != 2 or any(when.kind not in ("date", "ago") or when.whole_year for when in ahead):
        return numbers
    first, second = ahead
    gap = {token.text for token in tokens[first.last : second.first]}
    between = {token.text for token in tokens[numbers[0].last : numbers[1].first]}
    behind = tokens[second.last].text if second.last < len(tokens) else ""
    if not gap or not gap <= _AGAINST or not between <= _AGAINST | {"%"} or behind not in (":", ")", "="):
        return numbers
    return [
        replace(number, at=when_in_months(when), yearless=when.yearless, order=0)
        for number, when in zip(numbers, ahead, strict=True)
    ]


_AGAINST = frozenset({"v", "vs", "versus", "/", "and", "&", "→", "->", "to", "then", "compared", "with", ",", ";"})
_DURING = frozenset({"of", "during", "over", "within"})


def _this_year() -> float:
    return (today_in_months() - 1) // 12


def _is_span(tokens: Sequence[Token], early: When, late: When) -> bool:
    if late.kind not in ("date", "ago") or early.whole_year or late.whole_year:
        return False
    gap = [
        token.text for token in tokens[early.last : late.first] if token.text not in ("this", "last", "early", "late")
    ]
    at = early.first - 1
    while at > 0 and tokens[at].text in _SMALL:
        at -= 1
    lead = tokens[at].text if at >= 0 else ""
    if (
        lead in _BEHIND_READINGS | {"%"}
        and gap in (["to"], ["until"], ["till"], ["-"], ["→"], ["->"])
        and not _reading_behind(tokens, late)
    ):
        return True
    closed = lead == "(" and late.last < len(tokens) and tokens[late.last].text == ")"
    listed = closed and gap == [","]
    if gap and set(gap) <= _SET_AGAINST and lead in (",", "(", ":", "-") and early.months <= when_in_months(late):
        ends = late.last >= len(tokens) or tokens[late.last].kind == "mark"
        return ends and tokens[max(0, at - 1)].kind == "number"  # "61 to 53, February against November"
    return listed or (len(gap) == 1 and gap[0] in _TO and (lead in ("from", "between") or closed))


_SET_AGAINST = frozenset({"against", "vs", "versus", "v", "compared", "with"})
_SMALL = frozenset({"the", "last", "this", "early", "late", "mid", "end", "of"})
_BEHIND_READINGS = frozenset({"pred", "predicted", "percent", "points", "pts", ")", ",", "l", "litres"})


def _reading_behind(tokens: Sequence[Token], when: When) -> bool:
    """ "60 in January to December 55": here the dates belong to one reading each."""
    behind = [token for token in tokens[when.last : when.last + 4] if token.text != "%"]
    pair = len(behind) > 2 and behind[0].text == "(" and behind[2].text in (",", "→", "->", "to", "/")
    return not pair and any(token.kind == "number" for token in behind[:2])


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
    begin = next((at + 1 for at, token in enumerate(tokens[:4]) if token.text == ":"), 0)  # "PFT: Aug 2026 FVC 68 %"
    lead = next((when for when in whens if when.kind in ("date", "ago") and when.first <= begin + 1), None)
    lead = lead or _of_the_tests(tokens, measure, whens)
    if lead is None or lead.first > measure.first:
        return measure
    at = lead.months if lead.kind == "date" else today_in_months() - lead.months
    recent = lead.kind == "ago" and lead.months < 1
    return replace(
        measure, value={**measure.value, "at": at, "order": measure.value.get("order") or (1 if recent else 0)}
    )


def _of_the_tests(tokens: Sequence[Token], measure: Measure, whens: Sequence[When]) -> When | None:
    """ "The tests she brought, dated January, give FVC 78 %": the only time of the sentence is that of the tests."""
    only = whens[0] if len(whens) == 1 and whens[0].kind in ("date", "ago") else None
    if only is None or not any(token.text in _TESTS for token in tokens[: only.first]):
        return None
    between = {token.text for token in tokens[only.last : measure.first]}
    return only if between & _GIVE else None


_TESTS = words("shared_times", "tests")
_GIVE = words("shared_times", "give")


def _of_listed_dates(tokens: Sequence[Token], found: list[Measure], whens: Sequence[When]) -> list[Measure]:
    """ "FVC 72 > 65, DLCO 50 > 46, January and November": dates behind all readings are those of each measure."""
    last = found[-1].value if found else {}
    covered = {at for when in whens for at in range(when.first, when.last)}
    readings = [at for at, token in enumerate(tokens) if token.kind == "number" and at not in covered]
    if not last.get("times") or not whens or not readings or whens[0].first < readings[-1]:
        return found
    told = {"times": last["times"], "months": last["months"]}
    return [
        replace(item, value={**item.value, **told})
        if item.value.get("values")
        and not item.value.get("times")
        and len(item.value["values"]) == len(last["values"])
        and item.value.get("months") is None
        else item
        for item in found
    ]


def sharing(tokens: Sequence[Token], found: list[Measure], whens: Sequence[When]) -> list[Measure]:
    """Gives every single reading the time that is told for it elsewhere in the sentence."""
    found = [_led_by_time(tokens, measure, whens) for measure in found]
    found = _of_listed_dates(tokens, found, whens)
    return _sharing_time(_sharing_label(tokens, _followed_by_time(tokens, found)))
