"""Readings that are put right: another number, another date, another measure, the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.language import times, update_lungs
from bot.language.case_state import GOALS, LAST_CHANGE, Draft
from bot.language.model import Finding, Reading
from bot.language.pieces import Piece
from bot.language.subjects import CRITERION_OF, GOAL_OF_SUBJECT
from bot.language.text import Token
from bot.language.times import When, when_in_months
from bot.language.vocabulary import words

_MEASURES = ("fvc", "dlco")
_LINKS = words("corrected_readings", "links")
_RENAMING = words("corrected_readings", "renaming")
_LONGEST = 14

# In one sentence


def numbers_dated(tokens: Sequence[Token], whens: Sequence[When]) -> list[tuple[float, float]]:
    """ "The 84 is from April 2024", "the 78 was in May, the 70 is of now": readings told before, with their months."""
    timed = {index for when in whens for index in range(when.first, when.last)}
    dates = [when for when in whens if _is_a_month(tokens, when) and not _rejected(tokens, when)]
    numbers = [at for at, token in enumerate(tokens) if token.kind == "number" and at not in timed]
    if not numbers or len(dates) != len(numbers) or len(numbers) > _PAIR or len(tokens) > _LONGEST * len(numbers):
        return []
    found: list[tuple[float, float]] = []
    for at, when in zip(numbers, dates, strict=True):
        between = [token.text for token in tokens[at + 1 : when.first]]
        if at > when.first or not (between or found) or not set(between) <= _LINKS:
            return []
        found.append((tokens[at].number, times.today_in_months() if when.kind == "window" else when_in_months(when)))
        told = {"is", "was", "dates"} & set(between)
        if not told and len(found) == 1:
            return []
    return found


_PAIR = 2


def reading_placed(tokens: Sequence[Token], whens: Sequence[When]) -> dict[str, float] | None:
    """ "The first one was in February 2025", "the February test was in 2024": a reading by its place or its month."""
    texts = [token.text for token in tokens]
    dates = [when for when in whens if when.kind in ("date", "ago") and not _rejected(tokens, when)]
    if not dates or len(dates) > _PAIR or len(tokens) > _LONGEST:
        return None
    right = dates[-1]
    if _only_a_month(tokens, whens, right):
        return {"month": right.months, "at": right.months}
    at = next((at for at, text in enumerate(texts[: right.first]) if text in ("was", "is", "were", "dates")), None)
    if at is None or not set(texts[at + 1 : right.first]) <= _LINKS or any(t.kind == "number" for t in tokens[:at]):
        return None
    month = dates[0].months if len(dates) == _PAIR and dates[0].kind == "date" and not dates[0].whole_year else None
    named = {at for when in dates[:-1] for at in range(when.first, when.last)}
    rest = [text for index, text in enumerate(texts[:at]) if index not in named]
    place = next((_PLACES[text] for text in rest if text in _PLACES), None)
    if not set(rest) <= _TESTS | set(_PLACES) or (month is None) == (place is None):
        return None
    months = when_in_months(right)
    if month is not None:
        months = (months - 1) // 12 * 12 + (month - 1) % 12 + 1 if right.whole_year else months
        return {"month": month, "at": months}
    return {"place": float(place or 0), "at": months}


def _only_a_month(tokens: Sequence[Token], whens: Sequence[When], meant: When) -> bool:
    """ "Not March this year - March 2025", "February of last year, that is": the year of a month that was told."""
    if meant.kind != "date" or meant.whole_year or meant.yearless:
        return False
    end = next((at for at in range(meant.last, len(tokens)) if tokens[at].text == ","), len(tokens))
    timed = {at for when in whens for at in range(when.first, when.last)}
    rest = {tokens[at].text for at in range(end) if at not in timed}
    return rest <= _RENAMING | {"in", "from", "of", "year", "last"}


_PLACES = {
    **dict.fromkeys(("first", "earlier", "older", "former", "baseline", "previous"), 0),
    **dict.fromkeys(("second", "later", "newer", "latter", "last", "latest"), -1),
}
_TESTS = words("corrected_readings", "tests")


def _is_a_month(tokens: Sequence[Token], when: When) -> bool:
    return when.kind in ("date", "ago") or (when.kind == "window" and tokens[when.first].text == "this")


def _rejected(tokens: Sequence[Token], when: When) -> bool:
    """ "from March 2025, not 2026": the date that was told before."""
    lead = [token.text for token in tokens[max(0, when.first - 2) : when.first] if token.text not in ("in", "from")]
    return bool(lead) and (lead[-1] == "not" or lead[-2:] == ["instead", "of"] or lead[-2:] == ["rather", "than"])


def date_meant(tokens: Sequence[Token], whens: Sequence[When]) -> When | None:
    """ "No wait, May 2025": a date with nothing but words of correction before it."""
    dates = [when for when in whens if when.kind == "date"]
    if len(dates) != 1 or not all(token.text in _RENAMING | _DOSES for token in tokens[: dates[0].first]):
        return None
    return dates[0]


_DOSES = words("corrected_readings", "doses")


def renamed(tokens: Sequence[Token], row: Sequence[Piece]) -> tuple[str, str | None] | None:
    """ "That was the DLCO", "not FVC, DLCO": the measure that was meant, and the one that was not."""
    named = [piece for piece in row if piece.role == "subject" and piece.value in _MEASURES]
    inside = {index for piece in named for index in range(piece.first, piece.last)}
    texts = [token.text for at, token in enumerate(tokens) if at not in inside]
    if not named or len(named) > 2 or not set(texts) <= _RENAMING:
        return None
    wrong = [piece for piece in named if _denied(tokens, piece)]
    meant = [piece for piece in named if piece not in wrong]
    if len(meant) != 1 or len(wrong) + len(meant) != len(named):
        return None
    if not wrong and not {"was", "were", "meant", "mean", "thats", "is", "are", "not"} & set(texts):
        return None
    return str(meant[0].value), str(wrong[0].value) if wrong else None


def subject_meant(tokens: Sequence[Token], row: Sequence[Piece]) -> str | None:
    """ "No, that was the CT", "I meant breathing": what the course told before is of."""
    named = [piece for piece in row if piece.role == "subject" and piece.value in GOAL_OF_SUBJECT]
    inside = {index for piece in named for index in range(piece.first, piece.last)}
    texts = {token.text for at, token in enumerate(tokens) if at not in inside}
    meant = [piece for piece in named if not _denied(tokens, piece)]
    if len(meant) != 1 or not texts <= _RENAMING | {"for", "about", "of"}:
        return None
    points = {"was", "were", "that", "those", "meant"} & texts or len(meant) < len(named)
    return str(meant[0].value) if points else None


def _denied(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "Not FVC", "not the FVC", "instead of FVC"."""
    before = [token.text for token in tokens[max(0, piece.first - 2) : piece.first] if token.text != "the"]
    return bool(before) and before[-1] in ("not", "of", "than")


def told(tokens: Sequence[Token], row: Sequence[Piece], whens: Sequence[When]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a sentence puts right, as kinds of findings with their values."""
    dated = numbers_dated(tokens, whens)
    if dated:
        yield "reading_dated", {"dated": dated}
    placed = reading_placed(tokens, whens) if not dated else None
    if placed is not None:
        yield "reading_dated", {"placed": placed}
    subject = subject_meant(tokens, row)
    if subject is not None:
        yield "subject_meant", {"subject": subject}
    other = renamed(tokens, row)
    if other is not None:
        yield "measure_renamed", {"meant": other[0], "wrong": other[1]}


# In the case


def put_right(draft: Draft, reading: Reading) -> None:
    for finding in reading.of("number_swap"):
        _swap_number(draft, finding.value)
    for finding in reading.of("reading_dated"):
        _date_numbers(draft, _named_readings(draft, finding.value))
    for finding in reading.of("measure_renamed"):
        _rename(draft, finding.value["meant"], finding.value["wrong"])
    for finding in reading.of("subject_meant"):
        _move_goal(draft, GOAL_OF_SUBJECT[str(finding.value["subject"])])
    if reading.of("correction"):
        _told_of_the_wrong_measure(draft, reading)
        for finding in reading.of("measure"):
            _replace_grade(draft, finding)
    for finding in reading.of("measure"):
        _replace_reading(draft, finding, bool(reading.of("correction")))
    turned = reading.of("reversed") if not reading.of("measure") else []
    if turned:
        _reverse(draft, any(_OF_TIMES & set(finding.words.lower().split()) for finding in turned))


def _known(draft: Draft) -> Mapping[str, Any]:
    return {
        name: entry for name, entry in draft.now["measurements"].items() if (entry.get("value") or {}).get("values")
    }


def _settle(draft: Draft, name: str, value: dict[str, Any], words: str) -> None:
    """Writes corrected readings into the case and draws the goal and the criterion from them again."""
    entry = update_lungs.measure_entry(name, [Finding("measure", name, value, words, 0, 0)], [])
    if entry is not None:
        draft.now["measurements"] = {**draft.now["measurements"], name: entry}
        update_lungs.settle_lung_function(draft)
        draft.answered = True


def _swap_number(draft: Draft, swap: dict[str, float]) -> None:
    """ "62, not 70", also of a grade or an extent: "mMRC 2, not 3"."""
    for slot in _COUNTED:
        pair = told_pair(draft, slot)
        if pair is not None and swap["out"] in pair and not _told_later(draft, slot):
            _tell(draft, slot, [swap["in"] if item == swap["out"] else item for item in pair])
            return
    for name, entry in _known(draft).items():
        values = entry["value"]["values"]
        if swap["out"] in values:
            changed = [swap["in"] if item == swap["out"] else item for item in values]
            words = str(entry["words"]).replace(f"{swap['out']:g}", f"{swap['in']:g}")
            _settle(draft, name, {**entry["value"], "values": changed}, words)


def _named_readings(draft: Draft, told: Mapping[str, Any]) -> list[tuple[float, float]]:
    """The readings that a date is told of: by their numbers, or of the measure told last by place or by month."""
    if "dated" in told:
        return list(told["dated"])
    placed = told["placed"]
    entries = [entry["value"] for entry in _known(draft).values()]
    if not entries:
        return []
    values, months = entries[-1]["values"], entries[-1].get("times") or []
    if "place" in placed:
        return [(values[int(placed["place"])], placed["at"])]
    same = [at for at, time in enumerate(months) if (time - placed["month"]) % 12 == 0]
    return [(values[same[0]], placed["at"])] if len(same) == 1 else []


def _date_numbers(draft: Draft, dated: Sequence[tuple[float, float]]) -> None:
    """The months of the readings of one measure are put right; that of a reading which is not named stays."""
    for name, entry in _known(draft).items():
        value = entry["value"]
        right = dict(dated)
        if not set(right) <= set(value["values"]) or len(set(value["values"])) != len(value["values"]):
            continue
        known = value.get("times") or [None] * len(value["values"])
        moved = [right.get(number, time) for number, time in zip(value["values"], known, strict=True)]
        told = [time for time in moved if time is not None]
        if len(told) == len(moved):
            _settle(draft, name, {**value, **_in_order(value["values"], told)}, str(entry["words"]))
        elif moved[0] is not None:  # "58 -> 47 from March to November", and "the 58 was of last year"
            months = times.today_in_months() - moved[0]
            _settle(draft, name, {**value, "months": months}, str(entry["words"]))


def _in_order(values: Sequence[float], times: Sequence[float]) -> dict[str, Any]:
    ordered = sorted(zip(times, values, strict=True), key=lambda pair: pair[0])
    return {
        "values": [value for _, value in ordered],
        "times": [time for time, _ in ordered],
        "months": ordered[-1][0] - ordered[0][0],
    }


def _replace_reading(draft: Draft, finding: Finding, corrected: bool) -> None:
    """ "Typo: the January FVC was 82": one reading of those that are known, by its date or by "earlier", "now"."""
    known = _known(draft).get(str(finding.subject))
    if known is None or "single" not in finding.value:
        return
    value = known["value"]
    known_times, at, order = _times_of(value), finding.value.get("at"), finding.value.get("order")
    if at is not None:
        place = next((place for place, time in enumerate(known_times) if abs(time - at) < _SAME_MONTH), None)
    elif not corrected:
        return
    else:
        place = 0 if (order or 0) < 0 else len(value["values"]) - 1 if (order or 0) > 0 else None
    if place is None or value["unit"] != finding.value.get("unit"):
        return
    changed = [finding.value["single"] if index == place else item for index, item in enumerate(value["values"])]
    _settle(draft, str(finding.subject), {**value, "values": changed}, str(known["words"]))


_SAME_MONTH = 0.6


def _times_of(value: Mapping[str, Any]) -> Sequence[float]:
    """The dates of readings; of two that are "72 to 65 since February" the first is of February."""
    if value.get("times") or len(value.get("values") or ()) != 2 or not value.get("months"):
        return value.get("times") or ()
    now = float(times.today_in_months())
    return (now - value["months"], now)


def _replace_grade(draft: Draft, finding: Finding) -> None:
    """ "Correction, mMRC was already 3 in June", after "1 to 3 since June": the earlier or the later of two grades."""
    pair = told_pair(draft, "goal_breathlessness")
    if finding.subject != "scale" or "single" not in finding.value or pair is None:
        return
    at, order = finding.value.get("at"), finding.value.get("order") or 0
    before = order < 0 or (order == 0 and at is not None and at < times.today_in_months())
    later = order > 0 or (at is not None and not before)
    if before == later or _told_later(draft, "goal_breathlessness"):
        return
    grade = float(finding.value["single"])
    _tell(draft, "goal_breathlessness", (grade, pair[1]) if before else (pair[0], grade))


def _rename(draft: Draft, meant: str, wrong: str | None) -> None:
    """What was told of one measure is of the other; a reading of that other one is not overwritten."""
    known = draft.now["measurements"]
    wrong = wrong or next((name for name in _MEASURES if name != meant), None)
    if wrong is None or wrong not in known or meant in known:
        return
    left = {name: entry for name, entry in known.items() if name != wrong}
    entry = known[wrong]
    if entry.get("value"):
        draft.now["measurements"] = left
        _forget_questions(draft, wrong)
        _settle(draft, meant, {**entry["value"], "scale": meant}, str(entry["words"]))
        return
    draft.now["measurements"] = {**left, meant: entry}
    update_lungs.settle_lung_function(draft)
    draft.answered = True


def _move_goal(draft: Draft, right: str) -> None:
    """ "That was the CT", after a course that was taken for lung function: the goal moves with what follows from it."""
    changed = draft.now[LAST_CHANGE]
    goals = [slot for slot in GOALS if slot in changed and draft.now[slot] is not None]
    if len(goals) != 1 or goals[0] == right or right not in GOALS or _known(draft):
        return
    wrong, words = goals[0], str(draft.now["evidence"].get(goals[0], ""))
    value = draft.now[wrong]
    for slot in (wrong, CRITERION_OF[wrong]):
        draft.set(slot, changed.get(slot))
    draft.now["measurements"] = dict(changed.get("measurements") or {})
    worse = True if right == "goal_breathlessness" else None
    draft.set(right, value, words=words)
    draft.set(CRITERION_OF[right], worse if value == "not_achieved" else False, words=words)
    draft.answered = True


def _told_of_the_wrong_measure(draft: Draft, reading: Reading) -> None:
    """ "I meant DLCO, 66 to 59": the readings that were told of FVC are of DLCO."""
    readings = {
        str(item.subject): sorted(item.value["values"]) for item in reading.of("measure") if "values" in item.value
    }
    for meant, values in readings.items():
        for wrong, entry in _known(draft).items():
            if (
                meant in _MEASURES
                and wrong not in readings
                and meant != wrong
                and sorted(entry["value"]["values"]) == values
            ):
                _rename(draft, meant, wrong)


def _forget_questions(draft: Draft, measure: str) -> None:
    draft.close(*(f"{kind}:{measure}" for kind in ("time_window", "percent_predicted", "absolute_or_relative")))


_COUNTED = {"goal_breathlessness": ("breathlessness", 10.0), "goal_ild_extent": ("ct", 100.0)}
"""Goals that a pair of numbers can set besides lung function: less is better; up to the top of their scale."""


_OF_TIMES = frozenset({"dates", "months", "years", "tests"})


def _reverse(draft: Draft, of_all: bool) -> None:
    """ "Other way round": the two readings told last change places; "I swapped the dates": those of every measure."""
    known = _known(draft)
    for measure, entry in known.items() if of_all else ():
        value = entry["value"]
        _settle(draft, measure, {**value, "values": value["values"][::-1]}, str(entry["words"]))
    if of_all and known:
        return
    for slot in reversed(list(draft.now["evidence"])):
        if slot in ("goal_lung_function", "ppf_physiology"):
            name = next((key for key in reversed(list(known)) if len(known[key]["value"]["values"]) > 1), None)
            if name is not None:
                value = known[name]["value"]
                _settle(draft, name, {**value, "values": value["values"][::-1]}, str(known[name]["words"]))
            return
        pair = told_pair(draft, slot) if slot in _COUNTED else None
        if pair is not None:
            _tell(draft, slot, pair[::-1])
            return


def corrected_pair(draft: Draft, finding: Finding) -> str | None:
    """ "Sorry, 3 to 1", after "mMRC 1 to 2": the goal whose pair shares a number with it, if it was told last."""
    told = finding.value.get("values") if finding.kind == "measure" and finding.subject is None else None
    if not told or len(told) != 2:
        return None
    for slot, (subject, _) in _COUNTED.items():
        pair = told_pair(draft, slot)
        if pair is not None and set(pair) & set(told) and not _told_later(draft, slot):
            return subject
    return None


def told_pair(draft: Draft, slot: str) -> tuple[float, float] | None:
    """The two numbers that a goal was set by: "mMRC went 1 to 3"."""
    found = [float(number) for number in _NUMBER.findall(str(draft.now["evidence"].get(slot, "")))]
    if len(found) != 2 or max(found) > _COUNTED[slot][1]:
        return None
    return found[0], found[1]


_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")


def _told_later(draft: Draft, slot: str) -> bool:
    """Whether lung function was told of after this goal."""
    told = [key for key in draft.now["evidence"] if key in (slot, "goal_lung_function", "ppf_physiology")]
    return bool(told) and told[-1] != slot


def _tell(draft: Draft, slot: str, pair: Sequence[float]) -> None:
    """Writes a corrected pair of grades or extents into the case; more on CT names no sign."""
    first, last = pair
    goal = "stable" if first == last else "achieved" if last < first else "not_achieved"
    words = f"{first:g} to {last:g}"
    draft.set(slot, goal, words=words)
    worse = True if slot == "goal_breathlessness" else None
    draft.set(CRITERION_OF[slot], worse if goal == "not_achieved" else False, words=words)
    draft.remember(slot, words)
    draft.answered = True
