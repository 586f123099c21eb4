"""Readings and levels of one sentence as findings, also those that name no measure of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.language import circumstances, comparisons, quantities, remarks, tables, times, unnamed_numbers
from bot.language.model import Finding
from bot.language.number_words import LARGEST_LITRES
from bot.language.pieces import Piece
from bot.language.readings import find_numbers
from bot.language.sentence_scan import Context, Scan
from bot.language.shared_times import Measure


def of_pronoun(scan: Scan, context: Context) -> list[Measure]:
    """ "FVC fell to 61. Then tacrolimus, and it has risen from 61 to 66": "it" is the measure read before."""
    last = next((item for item in reversed(context.findings[-RECENT:]) if item.kind == "measure"), None)
    if last is None or last.subject not in ("fvc", "dlco"):
        return []
    if all(piece.value not in (last.subject, "overall") for piece in context.subjects):
        return []
    if any(mark.value in _TAPERED for mark in scan.agents):
        return []  # "prednisolone was cut, it went from 60 to 50"
    found = unnamed_numbers.of_pronoun(scan.tokens, scan.row, scan.whens, scan.agent_walls, str(last.subject))
    return [] if found is None else [found]


_TAPERED = frozenset({"prednisone", "prednisolone", "methylprednisolone", "glucocorticoid"})


def measure_findings(scan: Scan, context: Context, found: Sequence[Measure], supposed: bool) -> Iterator[Finding]:
    for measure in found:
        if supposed and "values" not in measure.value and "single" not in measure.value:
            continue
        first, last = measure.first, measure.last
        value = dict(measure.value)
        if value.get("months") is None and not value.get("times"):
            value["months"] = circumstances.window(scan, first, last) or circumstances.span(scan)
        if value.get("months") is None and "change" in value:
            value["months"] = comparisons.distance(scan.tokens, scan.whens)
        if value.get("months") is None and not value.get("times"):
            value["months"] = circumstances.referred_time(scan, context) or tables.span(context.table)
        if value.get("months") is None and not value.get("times") and circumstances.REFERRING.scan(scan.tokens):
            value["same_time"] = True
        was = "single" not in value and circumstances.of_the_past(scan, first, last)
        detail = circumstances.circumstances(scan, context, first, last)
        yield scan.finding("measure", measure.subject, value, first, last, was=was, **detail)


def effort_levels(scan: Scan, subjects: Sequence[Piece]) -> Iterator[Finding]:
    """Two levels of effort that make breathless, early and late."""
    if not any(piece.value in ("breathlessness", "breathing") for piece in subjects):
        return
    levels = remarks.levels(scan.tokens, scan.whens)
    if levels is not None:
        value = {"unit": "class", "months": None, "scale": "level", "values": levels, "times": None}
        yield scan.finding("measure", "scale", value, 0, len(scan.tokens))


def bare_numbers(scan: Scan, context: Context) -> Iterator[Finding]:
    """Numbers without a subject: those of FVC and DLCO in turn, else of the measure spoken of last."""
    if tables.is_row(scan.tokens, scan.whens):
        return
    scale = _scale_of(context)
    bare = unnamed_numbers.bare(scan.tokens, scan.whens, scale)
    if bare is None:
        return
    both = list(dict.fromkeys(piece.value for piece in context.subjects if piece.value in ("fvc", "dlco")))
    in_turn = (
        scan.tokens[0].text in _NOW or unnamed_numbers.in_pairs(scan.tokens) or bool(_THESE & set(scan.sentence.texts))
    )
    in_turn = in_turn or (_both_read(context) and not {"to", "→", "->", "from"} & set(scan.sentence.texts))
    if len(both) == 2 and len(bare.get("values", ())) == 2 and in_turn:
        yield from _of_both(scan, both)
        return
    last = next((piece.value for piece in reversed(context.subjects) if piece.value in quantities.NUMERIC), None)
    yield scan.finding("measure", "scale" if scale else last, bare, 0, len(scan.tokens))


def class_before(scan: Scan, measures: Sequence[Measure]) -> Iterator[Finding]:
    """ "And it was III before tacrolimus": an earlier class, of the scale whose reading was told before."""
    texts = scan.sentence.texts
    at = next((at for at, text in enumerate(texts[:4]) if text in ("was", "from")), None)
    if measures or at is None or not set(texts[:at]) <= _IT or at + 2 >= len(texts):
        return
    number, when = texts[at + 1], texts[at + 2]
    roman = number in _CLASSES
    digit = number.isdigit() and int(number) <= len(_CLASSES) and bool(scan.agents)
    if (roman or digit) and when in _EARLIER:
        value = float(_CLASSES.index(number) + 1 if roman else number)
        reading = {"unit": "class", "months": None, "scale": "", "at": None, "order": -1, "yearless": False}
        yield scan.finding("measure", None, {**reading, "single": value}, 0, at + 3, was=False)


_IT = frozenset({"and", "it", "that", "which", "up", "dyspnoea", "before", "breathlessness"})
_CLASSES = ("i", "ii", "iii", "iv")
_EARLIER = frozenset(
    {"before", "in", "at", "last", "previously", "earlier", "then", "a", "six", "three", "two", "when"}
)


def leading_reading(scan: Scan, context: Context) -> Iterator[Finding]:
    """ "FVC 70. Now 71, DLCO 50", "March: 75 %": a reading that opens the sentence is of the measure read before."""
    begin, at = _opening_time(scan)
    if not begin:
        return
    recent = context.findings[-RECENT:]
    before = [item for item in recent if item.kind == "measure" and item.end <= scan.tokens[0].start]
    both = [item for item in before[-2:] if item.subject in ("fvc", "dlco") and "single" in item.value]
    if not both or before[-1] not in both:
        return
    subjects = [piece for piece in scan.row if piece.role == "subject" and piece.value != "overall"]
    named = {piece.value for piece in subjects}
    meant = [item.subject for item in both if item.subject not in named]
    end = subjects[0].first if subjects else 0
    if not meant or not end or scan.tokens[begin].kind != "number" or not _parted(scan, begin, end):
        return
    piece = Piece("subject", str(meant[0]), 0, begin)
    numbers = find_numbers(scan.tokens, piece, begin, end, [], set())
    percent = [item for item in numbers if item.value > LARGEST_LITRES and not item.change]
    if len(percent) == 1:
        value = {
            "unit": "%",
            "months": None,
            "scale": meant[0],
            "single": percent[0].value,
            "at": at,
            "order": 0 if at else 1,
        }
        yield scan.finding("measure", meant[0], value, 0, percent[0].last)


def reading_now(scan: Scan, context: Context) -> Iterator[Finding]:
    """ "FVC 78 % in January, 70 % in June. Rituximab added, now 74 %": a last reading of the measure told before."""
    last = next((item for item in reversed(context.findings[-RECENT:]) if item.kind == "measure"), None)
    if last is None or last.subject not in ("fvc", "dlco") or last.value.get("unit") != "%":
        return
    texts = scan.sentence.texts
    at = next((at for at in range(1, len(texts) - 1) if texts[at - 1] in _NOW and texts[at + 1] == "%"), None)
    if (
        at is None
        or scan.tokens[at].kind != "number"
        or not _OF_THE_LUNGS[0] <= scan.tokens[at].number <= _OF_THE_LUNGS[1]
    ):
        return
    if texts[at - 2] != "," or texts[at + 2 : at + 3] not in ((), (",",)) or _SATURATION & set(texts):
        return  # "SpO2 now 97 %", "now 96 % on air"
    value = {
        "unit": "%",
        "months": None,
        "scale": last.subject,
        "single": scan.tokens[at].number,
        "at": times.today_in_months(),
        "order": 1,
    }
    yield scan.finding("measure", str(last.subject), value, at - 1, at + 2)


_OF_THE_LUNGS = (15, 150)
"""Percent predicted that a reading can have."""
_SATURATION = frozenset({"spo2", "sats", "saturation", "saturations", "sao2", "oxygen", "o2", "air"})


def _opening_time(scan: Scan) -> tuple[int, float | None]:
    """Where a reading may begin behind "now" or "March:", and the date told there."""
    texts = scan.sentence.texts
    when = next((when for when in scan.whens if when.first <= 1 and when.kind in ("date", "ago")), None)
    if when is not None and when.last < len(texts) - 1 and texts[when.last] == ":" and not when.whole_year:
        return when.last + 1, times.when_in_months(when)
    dated = when is not None and when.last > 1
    return (1, None) if len(texts) > 2 and texts[0] in _NOW and not dated else (0, None)


def _parted(scan: Scan, begin: int, end: int) -> bool:
    """Nothing but the reading and a mark stands before the next measure."""
    rest = [token for token in scan.tokens[begin:end] if token.kind == "word"]
    return all(token.text in _UNITS for token in rest) and scan.tokens[end - 1].text in (",", "and", "/", ")", "&")


_UNITS = frozenset({"l", "litres", "ml", "pred", "predicted", "percent", "of", "and", "only", "at"})


def _both_read(context: Context) -> bool:
    """ "FVC 74, DLCO 51; a year ago 75 and 52": one reading of each stands right before."""
    last = [item for item in context.findings[-RECENT:] if item.kind == "measure"][-2:]
    return {item.subject for item in last} == {"fvc", "dlco"} and all("single" in item.value for item in last)


_THESE = frozenset({"these", "they", "those", "respectively"})
_NOW = frozenset({"now", "today", "currently", "then"})


def _of_both(scan: Scan, both: Sequence[str]) -> Iterator[Finding]:
    """ "FVC of 70 and DLCO of 50 in March; today 69 and 48": readings of both in turn."""
    dated = next((when for when in scan.whens if when.kind in ("date", "ago") and when.months), None)
    at = None if dated is None else times.when_in_months(dated)
    covered = {index for when in scan.whens for index in range(when.first, when.last)}
    numbers = [token.number for at, token in enumerate(scan.tokens) if token.kind == "number" and at not in covered]
    percent = [number for number in numbers if number > LARGEST_LITRES]
    for name, reading in zip(both, percent if len(percent) == len(both) else numbers, strict=False):
        value = {"unit": "%", "months": None, "scale": name, "single": reading, "at": at, "order": 0 if at else 1}
        yield scan.finding("measure", name, value, 0, len(scan.tokens))


def _scale_of(context: Context) -> str | None:
    """The scale that a sentence of numbers goes on about: "mMRC 2. Was 3 in June." """
    last = context.subjects[-1] if context.subjects else None
    if last is None or last.value not in ("scale", "breathlessness"):
        return None
    recent = context.findings[-RECENT:]
    scales = [item.value["scale"] for item in recent if item.kind == "measure" and item.subject == "scale"]
    return str(scales[-1]) if scales else None


RECENT = 12
"""Findings of the sentences just before."""


def tabled(scan: Scan, context: Context) -> list[Measure]:
    """Readings of a row under the head of a table; the head itself is remembered."""
    head = tables.head(scan.tokens, scan.row, scan.whens)
    if head is not None:
        context.table = head
    elif context.table is not None:
        return tables.readings(scan.tokens, scan.row, scan.whens, context.table)
    return []
