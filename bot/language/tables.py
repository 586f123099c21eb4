"""Tables of lung function: a head of dates over rows of readings, or a head of measures over rows of dates.

A row is a sentence of its own, be its cells parted by strokes, by tabs or by spaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.language import agents
from bot.language.number_words import LARGEST_LITRES
from bot.language.pieces import Piece
from bot.language.quantities import NUMERIC
from bot.language.shared_times import Measure
from bot.language.text import Line, Sentence, Token
from bot.language.times import When, is_label, is_year, today_in_months
from bot.language.vocabulary import load, words

_UNITS = frozenset(unit for name in ("absolute", "litres", "raw_gas_transfer") for unit in load("numbers")[name])
_CELLS = words("tables", "cells")
_HEADS = words("tables", "heads")
_DATE_COLUMN = words("tables", "date_column")
_EARLIER = frozenset({"previous", "prior", "prev", "last", "before", "earlier", "pre", "old"})
_LATER = frozenset({"current", "now", "today", "present", "latest", "new", "post", "after", "this"})


_START = frozenset({"baseline", "start", "diagnosis"})


@dataclass(frozen=True, slots=True)
class Head:
    """The columns of a table: months of every column, or the measure of every column.

    A measure that is not followed ("FEV1") is a column too, named `other`. `dated` is False where the columns are
    only called previous and current.
    """

    times: tuple[float, ...] = ()
    subjects: tuple[str, ...] = ()
    dated: bool = True


def with_rows(text: str, found: Sequence[Sentence]) -> list[Sentence]:
    """Joins the cells that strokes parted, where a line holds readings or dates: "| FVC % | 72 | 65 |"."""
    joined: list[Sentence] = []
    line: list[Sentence] = []
    for sentence in found:
        if line and not _same_line(text, line[-1], sentence):
            joined += _row(line)
            line = []
        line.append(sentence)
    return [*joined, *_row(line)]


def _same_line(text: str, left: Sentence, right: Sentence) -> bool:
    if not left.tokens or not right.tokens:
        return False
    gap = text[left.tokens[-1].end : right.tokens[0].start]
    return "|" in gap and "\n" not in gap


def _row(line: Sequence[Sentence]) -> list[Sentence]:
    if len(line) > 1 and agents.scan(line[0].tokens):
        return [_listed(line)]
    if len(line) < 2 or not all(_is_cell(cell.tokens) for cell in line[1:]):
        return list(line)
    tokens = tuple(token for cell in line for token in cell.tokens)
    return [Sentence(Line(tokens), "\n", line[0].new_paragraph, tuple(token.text for token in tokens))]


def _listed(line: Sequence[Sentence]) -> Sentence:
    """A row about a medicine reads as a list: "AZA | 2019 | 2021 | no effect" is "AZA, 2019-2021, no effect"."""
    tokens: list[Token] = []
    for cell in line:
        if tokens and cell.tokens:
            years = is_year(tokens[-1]) and (is_year(cell.tokens[0]) or cell.tokens[0].text in _GOES_ON)
            at = cell.tokens[0].start - 1
            tokens.append(Token("-" if years else ",", at, at + 1, "mark"))
        tokens += [token for token in cell.tokens if token.text != "-"]
    return Sentence(Line(tokens), "\n", line[0].new_paragraph, tuple(token.text for token in tokens))


_GOES_ON = frozenset({"ongoing", "present", "now", "today", "date"})


def _is_cell(tokens: Sequence[Token]) -> bool:
    """A reading, a date or the name of a measure; no sentence."""
    return len(tokens) <= 5 and (
        any(token.kind == "number" for token in tokens)
        or all(token.text in _CELLS or token.kind in ("mark", "arrow") for token in tokens)
    )


def head(tokens: Sequence[Token], row: Sequence[Piece], whens: Sequence[When]) -> Head | None:
    """The head of a table, if the sentence is nothing else."""
    subjects = [piece for piece in row if piece.role == "subject"]
    start = [at for at, token in enumerate(tokens) if token.text in _START]
    dated = [when for when in whens if when.kind in ("date", "ago") or is_label(tokens, when) or start]
    covered = {at for when in dated for at in range(when.first, when.last)}
    rest = [token for at, token in enumerate(tokens) if at not in covered]
    bare = all(token.text in _HEADS or token.kind == "mark" for token in rest)
    lone_year = len(dated) == 1 and dated[0].whole_year  # "Diagnosis 2020."
    if bare and len(dated) + len(start[:1]) >= 2 and not lone_year:
        return Head(times=(*(0.0 for _ in start[:1]), *_forward([_month(tokens, when) for when in dated], dated)))
    order = [token.text in _LATER for token in tokens if token.text in _EARLIER | _LATER]
    if len(order) == 2 and order[0] != order[1] and bare and len(tokens) <= 6:
        return Head(times=tuple(float(later) for later in order), dated=False)
    columns = _columns(tokens, subjects)
    return None if columns is None else Head(subjects=columns)


def _columns(tokens: Sequence[Token], subjects: Sequence[Piece]) -> tuple[str, ...] | None:
    """ "Date FEV1 FVC DLCO": the measures of a head over dates, those included that nobody follows."""
    named = {at for piece in subjects for at in range(piece.first, piece.last)}
    rest = [token for at, token in enumerate(tokens) if at not in named]
    plain = all(token.text in _HEADS | _UNITS | {"and"} or token.kind == "mark" for token in rest)
    if not plain or any(token.kind == "number" for token in rest):
        return None
    columns = tuple(piece.value for piece in subjects)
    followed = [value for value in columns if value in NUMERIC]
    if len(followed) >= 2 or (followed and len(columns) >= 2 and tokens[0].text in _DATE_COLUMN):
        return columns
    return None


def span(head: Head | None) -> float | None:
    """ "Date of test 14/09/2026, previous test 09/02/2026": the time between two tests named in a head."""
    if head is None or len(head.times) != 2 or not head.dated:
        return None
    return abs(head.times[0] - head.times[1])


def _month(tokens: Sequence[Token], when: When) -> float:
    if when.kind == "date":
        return when.months
    return when.months if when.kind == "window" else today_in_months() - when.months


def _forward(months: list[float], whens: Sequence[When]) -> list[float]:
    """Dates without years run on: "12 Jan, 10 Apr, 14 Jul" are of one year, whatever today is."""
    if not all(when.yearless for when in whens):
        return months
    for at in range(len(months) - 2, -1, -1):
        if months[at] > months[at + 1]:
            months[at] -= 12
    return months


def readings(tokens: Sequence[Token], row: Sequence[Piece], whens: Sequence[When], head: Head) -> list[Measure]:
    """The readings of one row under its head; nothing where their numbers do not agree."""
    if head.times:
        return [] if any(when.kind == "date" for when in whens) else _of_measure(tokens, row, head)
    return _of_date(tokens, row, whens, head)


def _of_measure(tokens: Sequence[Token], row: Sequence[Piece], head: Head) -> list[Measure]:
    subjects = [piece for piece in row if piece.role == "subject"]
    if not subjects or subjects[0].value not in NUMERIC or subjects[0].first > 1:
        return []
    piece = subjects[0]
    cells = _cells(tokens, piece.last)
    if cells is None or len(cells) != len(head.times):
        return []
    told = sorted((time, value) for time, value in zip(head.times, cells, strict=True) if value is not None)
    if len(told) < 2:
        return []
    unit = _unit(tokens, piece, [value for _, value in told])
    times = [time for time, _ in told]
    value: dict[str, Any] = {
        "unit": unit,
        "months": times[-1] - times[0] if head.dated else None,
        "scale": piece.value if piece.value != "scale" else tokens[piece.first].text,
        "values": [value for _, value in told],
        "times": times if head.dated else None,
    }
    return [Measure(piece.value, value, piece.first, len(tokens), piece.first)]


def _of_date(tokens: Sequence[Token], row: Sequence[Piece], whens: Sequence[When], head: Head) -> list[Measure]:
    dated = next((when for when in whens if when.first <= 1 and when.kind in ("date", "ago")), None)
    begin = dated.last if dated is not None else _behind_label(tokens)
    if not begin or any(piece.role == "subject" for piece in row):
        return []
    cells = _cells(tokens, begin)
    if cells is None or len(cells) != len(head.subjects):
        return []
    followed: dict[str, float] = {}
    for subject, value in zip(head.subjects, cells, strict=True):
        if value is not None and subject in NUMERIC:  # "FVC L", "FVC %": the column of % predicted stands
            followed[subject] = max(value, followed.get(subject, value))
    found = []
    for subject, value in followed.items():
        unit = "%" if value > LARGEST_LITRES else "l"
        single: dict[str, Any] = {"unit": unit, "months": None, "scale": subject, "single": value}
        if dated is None:
            single |= {"at": None, "order": -1, "yearless": False}
        else:
            single |= {"at": _month(tokens, dated), "order": 0, "yearless": dated.yearless}
        found.append(Measure(subject, single, 0, len(tokens), 0))
    return found


def _behind_label(tokens: Sequence[Token]) -> int:
    """ "Baseline  80  70": the first cell of a row that is called the start instead of dated; 0 where none is."""
    return 1 if tokens[0].text in _START else 0


def is_row(tokens: Sequence[Token], whens: Sequence[When]) -> bool:
    """ "Feb 2026  2.20  2.61  410": a date and numbers side by side, of columns that only a head could name."""
    dated = next((when for when in whens if not when.first and when.kind == "date" and not when.whole_year), None)
    begin = dated.last if dated is not None else _behind_label(tokens)
    cells = tokens[begin:] if begin else ()
    return len(cells) > 1 and all(token.kind == "number" for token in cells)


def _cells(tokens: Sequence[Token], start: int) -> list[float | None] | None:
    """Numbers and gaps of a row from `start` on; None where it holds other words."""
    cells: list[float | None] = []
    for at in range(start, len(tokens)):
        token = tokens[at]
        if token.kind == "number":
            cells.append(token.number)
        elif token.text in ("-", "nd", "na"):
            cells.append(None)
        elif token.text not in _UNITS and token.text not in _CELLS and token.kind not in ("mark", "arrow"):
            return None
    return cells


def _unit(tokens: Sequence[Token], piece: Piece, values: Sequence[float]) -> str:
    if piece.value == "scale":
        return "class"
    if max(values) > 20:
        return "%"
    return "l" if piece.value == "fvc" else "raw"
