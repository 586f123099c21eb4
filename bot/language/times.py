"""Times in a sentence: windows ("over 8 months"), distances ("2 years ago"), dates ("Jan 24", "2019-2021")."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.language.lexicon import Lexicon
from bot.language.text import Token, text_at
from bot.language.vocabulary import NUMBER_WORDS, load

_TIMES = load("times")
UNITS = {unit: float(months) for months, units in _TIMES["months_per_unit"].items() for unit in units}
_MONTH = {name: number for number, names in enumerate(_TIMES["month_names"], start=1) for name in names.split("|")}
MONTHS = frozenset(_MONTH)
_MONTH |= {name: int(number) for name, number in _TIMES["seasons"].items()}
_PHRASES = Lexicon().add_all("window", _TIMES["windows"]).add_all("ago", _TIMES["ago"])
REFERRING: list[str] = _TIMES["referring"]
_FRACTION_UNIT = {"12": 1.0, "52": 0.23, "7": 0.033}
_LEAD = {
    "over",
    "in",
    "within",
    "during",
    "last",
    "past",
    "for",
    "since",
    "than",
    "the",
    "of",
    "after",
    "about",
    "every",
    "at",
    "from",
}
_PARTS_OF_YEAR = {"early": 2, "mid": 6, "late": 11, "end": 12, "spring": 4, "summer": 7, "autumn": 10, "fall": 10}
_FULL_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{2,4})$")
LABELS = frozenset({"month", "week", "year", "wk", "mo", "mth"})
_LABEL = re.compile(r"(w|wk|m|mo)(\d{1,2})$")
_YEARS = re.compile(r"(19|20)\d\d$")


@dataclass(frozen=True, slots=True)
class When:
    """A time: `window` months long, `ago` months back, or a `date` (months since year 0); tokens `first` to `last`."""

    kind: str  # window, ago, date, range
    months: float
    first: int
    last: int
    lead: str = ""
    end: float | None = None  # of a range of dates; None where it is open
    whole_year: bool = False
    yearless: bool = False


HALF_A_YEAR = 6.0
"""Months."""
YEAR = 12.0
"""Months."""


def when_in_months(when: When) -> float:
    """Months since year 0 of a date or of a distance from today."""
    return when.months if when.kind == "date" else today_in_months() - when.months


def is_label(tokens: Sequence[Token], when: When) -> bool:
    """ "Week 24", "M6": the name of a visit, counted from the baseline."""
    return when.kind == "window" and (tokens[when.first].text in LABELS or bool(_LABEL.match(tokens[when.first].text)))


def is_span(when: When) -> bool:
    """Whether it can tell over how long something changed: "today" and "yesterday" only tell when it was measured."""
    return when.kind == "window" or (when.kind == "ago" and when.months > _A_DAY)


_A_DAY = 1 / 30


def today_in_months(today: datetime.date | None = None) -> float:
    day = today or datetime.date.today()
    return day.year * 12 + day.month


def scan(tokens: Sequence[Token], today: datetime.date | None = None) -> list[When]:
    """The times of a sentence, left to right, without overlap."""
    fixed = {mark.first: mark for mark in _PHRASES.scan(tokens)}
    found: list[When] = []
    at = 0
    while at < len(tokens):
        lead = tokens[at - 1].text if at and tokens[at - 1].text in _LEAD else ""
        when = (_duration(tokens, at, lead) or _date(tokens, at, lead, today)) if _may_open(tokens[at]) else None
        mark = fixed.get(at)
        if mark is not None and (when is None or mark.last >= when.last):
            when = When(mark.kind, float(mark.value), at, mark.last, tokens[at].text)
        if when is None:
            at += 1
            continue
        found.append(when)
        at = when.last
    return found


def begins(tokens: Sequence[Token], at: int) -> bool:
    """Whether a date begins at a token: "less than 6/2026", "more than 4 May"."""
    if at >= len(tokens) or not _may_open(tokens[at]):
        return False
    back = _duration(tokens, at, "than")
    return (back is not None and back.kind == "ago") or _date(tokens, at, "than", None) is not None


def is_year(token: Token) -> bool:
    return _YEARS.match(token.text) is not None


def lead_of(tokens: Sequence[Token], when: When) -> str:
    """The word before a time ("since", "in"), an article passed over: "since the new year"."""
    at = when.first
    before = text_at(tokens, at - 1)
    if before == "the" and text_at(tokens, at - 2) in _LEAD:
        return tokens[at - 2].text
    return before if before in _LEAD else ""


_OPENERS = frozenset(NUMBER_WORDS) | frozenset(_MONTH) | LABELS | {"new"}


def _may_open(token: Token) -> bool:
    """Whether a time can begin with a token at all: a number, a date, a month, the name of a visit."""
    return token.kind == "number" or token.text in _OPENERS or token.text[-1:].isdigit()


def _amount(tokens: Sequence[Token], at: int) -> float | None:
    token = tokens[at]
    if token.kind == "number":
        return token.number
    return NUMBER_WORDS.get(token.text)


def _duration(tokens: Sequence[Token], at: int, lead: str) -> When | None:
    label = _LABEL.match(tokens[at].text)
    if label and tokens[at].kind == "word":
        return When("window", float(label[2]) * UNITS[label[1]], at, at + 1, lead)
    if (
        tokens[at].text in LABELS
        and at + 1 < len(tokens)
        and tokens[at + 1].kind == "number"
        and tokens[at + 1].text.isdigit()
        and int(tokens[at + 1].text) <= (10 if tokens[at].text == "year" else 60)
    ):
        return When("window", float(tokens[at + 1].text) * UNITS[tokens[at].text], at, at + 2, lead)
    amount = _amount(tokens, at)
    if amount is None:
        return None
    after = at + 1
    if text_at(tokens, after) == "/" and text_at(tokens, after + 1) in _FRACTION_UNIT and tokens[at].kind == "number":
        unit = _FRACTION_UNIT[text_at(tokens, after + 1)]
        if text_at(tokens, after + 2) != "/" and amount <= 60 and "." not in tokens[at].text:
            return _window_or_ago(tokens, at, after + 2, amount * unit, lead)
    if [text_at(tokens, after + step) for step in range(3)] == ["and", "a", "half"] and text_at(
        tokens, after + 3
    ) in UNITS:
        return _window_or_ago(tokens, at, after + 4, (amount + 0.5) * UNITS[text_at(tokens, after + 3)], lead)
    if text_at(tokens, after) in ("-", "to", "or") and after + 1 < len(tokens):
        upper = _amount(tokens, after + 1)
        if upper is not None and text_at(tokens, after + 2) in UNITS and upper > amount:
            return _window_or_ago(tokens, at, after + 3, upper * UNITS[text_at(tokens, after + 2)], lead)
    if (
        text_at(tokens, after)
        in (("full", "whole") if tokens[at].kind == "number" else ("of", "a", "full", "and", "few"))
        and text_at(tokens, after + 1) in UNITS
    ):
        after += 1
    unit_word = text_at(tokens, after)
    if unit_word not in UNITS:
        return None
    if len(unit_word) == 1 and tokens[at].kind != "number":
        return None
    if unit_word == "m" and amount > _MOST_MONTHS:
        return None
    if unit_word in ("year", "month", "quarter") and [text_at(tokens, after + 1), text_at(tokens, after + 2)] == [
        "on",
        unit_word,
    ]:
        return None
    if unit_word in ("d", "w", "y") and text_at(tokens, after + 1) == "/":
        return None
    if text_at(tokens, after + 1) in ("old", "female", "male", "woman", "man", "lady", "gentleman") or (
        unit_word == "y" and text_at(tokens, after + 1) in ("o", "f", "m")
    ):
        return None
    if [text_at(tokens, after + step) for step in (1, 2, 3)] == ["and", "a", "half"]:
        return _window_or_ago(tokens, at, after + 4, (amount + 0.5) * UNITS[unit_word], lead)
    return _window_or_ago(tokens, at, after + 1, amount * UNITS[unit_word], lead)


_MOST_MONTHS = 36
"""More than these are metres."""


def _window_or_ago(tokens: Sequence[Token], first: int, last: int, months: float, lead: str) -> When:
    following = text_at(tokens, last)
    if following == "before" and lead == "for" and text_at(tokens, last + 1) in ("", ",", ")", "and", "but"):
        return When("window", months, first, last, lead)  # "for six weeks before, stopped"
    if following in ("ago", "back", "earlier", "previously", "prior", "before"):
        return When("ago", months, first, last + 1, lead)
    return When("window", months, first, last, lead)


def _date(tokens: Sequence[Token], at: int, lead: str, today: datetime.date | None) -> When | None:
    token = tokens[at]
    if token.text in _PARTS_OF_YEAR and _YEARS.match(text_at(tokens, at + 1)):
        return When("date", _full_year(int(tokens[at + 1].text)) * 12 + _PARTS_OF_YEAR[token.text], at, at + 2, lead)
    day = _month_and_day(tokens, at, today)
    found = day or _month_year(tokens, at, today)
    if found is None:
        return None
    start, last, whole = found
    if token.kind == "number" and not whole and lead == "" and text_at(tokens, last) in ("mg", "g", "%"):
        return None
    if text_at(tokens, last) in ("-", "to", "until", "till", "through", "thru", "→", "->") and last + 1 < len(tokens):
        skip = 1 if text_at(tokens, last + 1) in _PARTS_OF_YEAR else 0
        until = _month_year(tokens, last + 1 + skip, today) or _short_year(tokens, last + 1, start, whole)
        if until is not None and tokens[last - 1].text in _MONTH and _YEARS.match(tokens[until[1] - 1].text):
            start = until[0] - (until[0] - start) % 12  # "Jan-Jun 2025": the year stands behind the second
        if until is not None and until[0] >= start and whole == until[2] and text_at(tokens, last) != "→":
            return When("range", start, at, until[1], lead, until[0] + (11 if until[2] else 0), until[2])
        if text_at(tokens, last + 1) in ("present", "now", "date", "today", "ongoing"):
            return When("date", start, at, last + 2, "since", None, whole)
    if text_at(tokens, last) in ("-", "→", "->") and text_at(tokens, last + 1) in ("", ")", ","):
        return When("date", start, at, last + 1, "since", None, whole)  # "MMF (2021-)"
    if whole and text_at(tokens, last) in ("on", "onward", "onwards") and text_at(tokens, last + 1) in ("", ")", ","):
        return When("date", start, at, last + 1, "since", None, whole)  # "(2022 on)"
    yearless = day is not None or tokens[last - 1].text in _MONTH
    named = _year_in_words(tokens, last, start, today) if tokens[last - 1].text in _MONTH else None
    if named is not None:
        return When("date", named[0], at, named[1], lead)
    return When("date", start, at, last, lead, None, whole, yearless)


def _month_and_day(tokens: Sequence[Token], at: int, today: datetime.date | None) -> tuple[float, int, bool] | None:
    """ "Lung function 21.10.: ...", "PFTs 11/18: ...", "73 % on 3/2": a day and a month of the last twelve months."""
    dotted = _DAY_AND_MONTH.match(tokens[at].text)
    if dotted and text_at(tokens, at + 1) == ":":
        return _latest(int(dotted[2]), today), at + 1, False
    if text_at(tokens, at + 1) != "/":
        return None
    if text_at(tokens, at - 1) in _BEFORE_A_DAY and re.fullmatch(r"1[3-9]|2\d|3[01]", tokens[at].text):
        month = re.fullmatch(r"0?[1-9]|1[0-2]", text_at(tokens, at + 2)) and text_at(tokens, at + 3) != "/"
        return (_latest(int(text_at(tokens, at + 2)), today), at + 3, False) if month else None  # "on 19/11"
    if not re.fullmatch(r"[1-9]|1[0-2]", tokens[at].text):
        return None
    day, behind = text_at(tokens, at + 2), text_at(tokens, at + 3)
    if not re.fullmatch(r"[1-9]|[12]\d|3[01]", day) or text_at(tokens, at - 1) in ("/", "-"):
        return None
    years = (today_in_months(today) - 1) // 12 % 100 - int(day)
    told = text_at(tokens, at - 1) == "on" and behind in ("", ")", ",", "(", ":", "and", "&")
    headed = behind == ":" and (at == 0 or text_at(tokens, at - 1) in _MEASURED) and not 0 <= years <= _OLDEST_TEST
    return (_latest(int(tokens[at].text), today), at + 3, False) if told or headed else None


_DAY_AND_MONTH = re.compile(r"(0?[1-9]|[12]\d|3[01])[.](0?[1-9]|1[0-2])$")
_OLDEST_TEST = 5
_BEFORE_A_DAY = frozenset({"on", "of", "from", "since", "dated", "(", "until", "till", "ct", "hrct", "pft", "pfts"})
"""Years: the second number of "PFT 4/25:" is a year as long as it is one of late, else a day."""


def _latest(month: int, today: datetime.date | None) -> float:
    """The last time that a month came round."""
    now = today_in_months(today)
    year = int((now - 1) // 12)
    return float((year if year * 12 + month <= now else year - 1) * 12 + month)


def _year_in_words(
    tokens: Sequence[Token], at: int, month: float, today: datetime.date | None
) -> tuple[float, int] | None:
    """ "December last year", "March two years ago": the month in the year that is named behind it."""
    years = _duration(tokens, at, "") if at < len(tokens) and _may_open(tokens[at]) else None
    if years is not None and years.kind == "ago" and years.months % 12 == 0:
        return (today_in_months(today) - 1) // 12 * 12 - years.months + (month - 1) % 12 + 1, years.last
    begin = at + (text_at(tokens, at) == "of")
    begin += text_at(tokens, begin) == "the"
    back = {"last": 1, "previous": 1, "this": 0}.get(text_at(tokens, begin))
    if back is None or text_at(tokens, begin + 1) not in ("year", "yr"):
        return None
    year = (today_in_months(today) - 1) // 12 - back
    return year * 12 + (month - 1) % 12 + 1, begin + 2


def _short_year(tokens: Sequence[Token], at: int, start: float, whole: bool) -> tuple[float, int, bool] | None:
    """The second year of "2019-21"."""
    text = tokens[at].text
    if (
        whole
        and re.fullmatch(r"[012]\d", text)
        and _full_year(int(text)) * 12 >= start - 6
        and tokens[at].start == tokens[at - 1].end
    ):
        return _full_year(int(text)) * 12 + 6, at + 1, True
    return None


def _on_the_clock(tokens: Sequence[Token], at: int) -> bool:
    """ "0800/2000": when a tablet is taken."""
    return (
        text_at(tokens, at - 1) in ("/", "&", "and")
        and re.fullmatch(r"0\d[0-5]\d", text_at(tokens, at - 2)) is not None
    )


def _month_year(tokens: Sequence[Token], at: int, today: datetime.date | None) -> tuple[float, int, bool] | None:
    """Months since year 0, the token after it, and whether only a year was given."""
    text = tokens[at].text
    nxt = text_at(tokens, at + 1)
    if text == "new" and nxt in ("year", "years") and {text_at(tokens, at - 1), text_at(tokens, at - 2)} & _SINCE:
        return float((today_in_months(today) - 1) // 12 * 12 + 1), at + 2, False
    if text in _MONTH:
        if text == "dec" and nxt in ("to", "by", "from") and text_at(tokens, at + 2)[:1].isdigit():
            return None  # "16 mg, dec to 8 mg"
        month = _MONTH[text]
        if (
            nxt.isdigit()
            and 1 <= int(nxt) <= 31
            and text_at(tokens, at + 2) == ","
            and _YEARS.match(text_at(tokens, at + 3))
        ):
            return int(text_at(tokens, at + 3)) * 12 + month, at + 4, False  # "Mar 4, 2025"
        if nxt.isdigit() and 1 <= int(nxt) <= 31 and _YEARS.match(text_at(tokens, at + 2)):
            return int(text_at(tokens, at + 2)) * 12 + month, at + 3, False  # "Oct 3 2025"
        skip = 1 if nxt in ("'", "of", ",", "-", "/") and at + 2 < len(tokens) else 0
        year = _year(text_at(tokens, at + 1 + skip), short=skip == 0 or nxt in ("'", "-", "/"))
        days = text_at(tokens, at - 1).isdigit() and text_at(tokens, at + 2 + skip) in _MONTH
        if year is not None and days and not _YEARS.match(text_at(tokens, at + 1 + skip)):
            year = None
        if year is not None and not (nxt == "," and year < 100):
            return year * 12 + month, at + 2 + skip, False
        if text in ("may", "mar") and not _is_month(tokens, at):
            return None
        latest = _latest(month, today)
        year_before = text_at(tokens, at - 1) == "last" and latest == today_in_months(today)
        return latest - 12 if year_before else latest, at + 1, False
    full = _FULL_DATE.match(text)
    if full:
        first, second, year = int(full[1]), int(full[2]), _full_year(int(full[3]))
        month = first if second > 12 else second
        return (year * 12 + month, at + 1, False) if 1 <= month <= 12 else None
    if tokens[at].kind != "number":
        return None
    if (text.isdigit() and 1 <= int(text) <= 31 and nxt in _MONTH and nxt != "may") or (
        text.isdigit() and 1 <= int(text) <= 31 and nxt == "may" and re.match(r"(20)?\d\d$", text_at(tokens, at + 2))
    ):
        return _month_year(tokens, at + 1, today)
    if _YEARS.match(text) and not _on_the_clock(tokens, at):
        if nxt in ("-", "/") and re.fullmatch(r"0?[1-9]|1[0-2]", text_at(tokens, at + 2)):
            skip = 4 if text_at(tokens, at + 3) == nxt and text_at(tokens, at + 4).isdigit() else 2
            return int(text) * 12 + int(text_at(tokens, at + 2)), at + 1 + skip, False
        return int(text) * 12 + 6, at + 1, True
    if nxt in ("/", "-", ".") and re.fullmatch(r"0?[1-9]|[12]\d|3[01]", text):
        middle, sep, year_text = text_at(tokens, at + 2), text_at(tokens, at + 3), text_at(tokens, at + 4)
        if sep == nxt and re.fullmatch(r"0?[1-9]|1[0-2]", middle) and re.fullmatch(r"\d\d|(19|20)\d\d", year_text):
            return _full_year(int(year_text)) * 12 + int(middle), at + 5, False
        if re.fullmatch(r"0?[1-9]|1[0-2]", text) and _YEARS.match(middle):
            return int(middle) * 12 + int(text), at + 3, False
        label = text_at(tokens, at + 3) == ":" and text_at(tokens, at - 1) not in (
            "/",
            "-",
        )  # "PFT 4/25:", "(10/24: 67 %)"
        alone = {text_at(tokens, at - 1), text_at(tokens, at + 3)} == {"(", ")"} or label
        alone = alone and middle not in ("12", "52")
        months = r"0?[1-9]|1[0-2]" if alone or _beside_a_test(tokens, at) else r"0[1-9]|1[0-2]"
        if nxt == "/" and re.fullmatch(months, text) and re.fullmatch(r"1\d|2\d", middle):
            if int(middle) <= YEAR and today_in_months(today) - _full_year(int(middle)) * 12 > _TOO_OLD:
                return _latest(int(middle), today), at + 3, False  # "Board 12/11:" is a day of November
            return _full_year(int(middle)) * 12 + int(text), at + 3, False
    backwards = re.fullmatch(r"((?:19|20)\d\d)[.](0?[1-9]|1[0-2])", text)  # "2021.3"
    if backwards:
        return int(backwards[1]) * 12 + int(backwards[2]), at + 1, False
    decimal = re.fullmatch(r"(0[1-9]|1[0-2])[.]((?:19|20)\d\d)", text)
    if decimal:
        return int(decimal[2]) * 12 + int(decimal[1]), at + 1, False
    return None


_TOO_OLD = 120
"""Months: a label as old as this is no year but a day and a month."""


_SINCE = frozenset({"since", "before", "after", "at"})
_MEASURED = frozenset({"fvc", "vc", "dlco", "tlco", "pft", "pfts", "spiro", "spirometry", "mmrc", "nyha", "ct", "hrct"})
_BEFORE_A_TEST_DATE = _MEASURED - {"mmrc", "nyha"} | {"in", "since", "from", "until", "than", "vs", "versus"}
_LATELY = re.compile(r"2\d")


def _beside_a_test(tokens: Sequence[Token], at: int) -> bool:
    """ "Spirometry 4/26", "since 5/25", "4/26 FVC 70": a month and a year, of late, without a nought."""
    if not _LATELY.fullmatch(text_at(tokens, at + 2)) or text_at(tokens, at + 3) in ("/", "-", ".", "%"):
        return False
    listed = (
        at and text_at(tokens, at - 1) in (":", ",", ";", "(") and re.fullmatch(r"\d{2,3}", text_at(tokens, at + 3))
    )
    return bool(listed) or text_at(tokens, at - 1) in _BEFORE_A_TEST_DATE or text_at(tokens, at + 3) in _MEASURED


_BEFORE_MAY = frozenset(_TIMES["before_may"])


def _is_month(tokens: Sequence[Token], at: int) -> bool:
    """ "May" and "Mar" beside a reading, a mark or a word of time; "may improve" is a verb."""
    before, following = text_at(tokens, at - 1), text_at(tokens, at + 1)
    parted = at == 0 or tokens[at - 1].kind in ("number", "mark", "arrow")
    told = (
        following in ("", ":", "/", ")", ",", "→", "->", "=")
        or tokens[at + 1].kind == "number"
        or (following in _MONTH and following != "may")
    )
    paired = (
        following in ("/", "v", "vs", "→", "->", "-", "to", "until", "and", "through", "till")
        and text_at(tokens, at + 2) in _MONTH
    )
    if (
        paired
        or before in _BEFORE_MAY
        or (before in _MEASURED and tokens[at + 1 : at + 2] and tokens[at + 1].kind == "number")
    ):
        return True
    return told if tokens[at].text == "mar" else parted and told


def _year(text: str, short: bool) -> int | None:
    if _YEARS.match(text):
        return int(text)
    if short and re.fullmatch(r"[012]\d", text):
        return _full_year(int(text))
    return None


def _full_year(year: int) -> int:
    return year if year > 99 else 2000 + year
