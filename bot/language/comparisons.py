"""What a scan is compared with: how far back the older one lies, told beside the findings or in a remark of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.lungs import IMAGING
from bot.language.model import Finding
from bot.language.pieces import Piece
from bot.language.text import Token
from bot.language.times import UNITS, When, today_in_months
from bot.language.vocabulary import NUMBER_WORDS, words

_WITH = words("comparisons", "with")
_BETWEEN = words("comparisons", "between")
_OLDER = words("comparisons", "older")
_AGED = frozenset({"old", "older"})
_SCANS = frozenset({"ct", "cts", "hrct", "scan", "scans", "imaging", "images"})
_REACH = 9


def distance(tokens: Sequence[Token], whens: Sequence[When], begin: int = 0, end: int | None = None) -> float | None:
    """Months between a scan and the one that it is compared with, where a sentence or its part tells them."""
    limit = len(tokens) if end is None else end
    here = [when for when in whens if begin <= when.first < limit and _is_compared(tokens, when)]
    present = [when.months for when in whens if when.kind == "date" and when.lead != "since" and when not in here]
    found = [_back(when, max(present, default=None)) for when in here]
    found += _ages(tokens, begin, limit)
    return max(found, default=None)


def remark(tokens: Sequence[Token], row: Sequence[Piece], whens: Sequence[When]) -> float | None:
    """ "The comparison CT is three years old": months of a remark that tells no course itself."""
    opens = bool(tokens) and (tokens[0].text in _OPENING or any(token.text in _COMPARING for token in tokens))
    if not row and opens and len(tokens) <= _REACH:
        return max((_back(when) for when in whens if when.kind in ("ago", "date")), default=None)
    scans = [piece for piece in row if piece.role == "subject" and piece.value == "ct"]
    if not scans or any(piece.role == "course" and piece.value != "still" for piece in row):
        return None
    aged = _ages(tokens, 0, len(tokens))
    older = any(token.text in _OLDER for token in tokens)
    aged += [_back(when) for when in whens if older and when.kind in ("ago", "date")]
    return max(aged, default=None)


_OPENING = frozenset({"compared", "versus", "vs", "against", "comparing", "relative"})


_COMPARING = frozenset({"comparison", "comparator", "compare", "compared"})


def against_old_scan(findings: list[Finding]) -> list[Finding]:
    """Gives the distance that a remark tells to what the scans of the message show."""
    remarks = [float(item.value) for item in findings if item.kind == "compared_scan"]
    if not remarks:
        return findings
    return [
        replace(item, detail={**item.detail, "months": max(remarks)})
        if item.kind in ("trend", "sign")
        and item.subject in IMAGING
        and (item.detail.get("months") or 0.0) < _LAST_WEEKS
        else item
        for item in findings
    ]


_LAST_WEEKS = 1.0
"""A time as short as this is that of the scan itself ("last week's scan"), not of the one before."""


def _is_compared(tokens: Sequence[Token], when: When) -> bool:
    if when.kind not in ("date", "ago") or not _back(when):
        return False
    at = when.first - 1
    seen: set[str] = set()
    while at >= 0 and when.first - at <= _REACH and tokens[at].text in _BETWEEN | _WITH:
        seen.add(tokens[at].text)
        at -= 1
    behind = [token.text for token in tokens[when.last : when.last + 2]]
    if behind in (["to", "compare"], ["for", "comparison"], ["as", "comparison"], ["as", "comparator"]):
        return True  # "only have 2023 to compare"
    return bool(seen & _WITH) or (bool(seen & _OLDER) and bool(seen & (_SCANS | {"one"})))


def _ages(tokens: Sequence[Token], begin: int, end: int) -> list[float]:
    """ "Three years old", "a 4-year-old scan": the ages of scans in months."""
    found: list[float] = []
    if not any(token.text in _AGED for token in tokens[begin:end]):
        return found
    for at in range(begin, end - 2):
        amount = tokens[at].number if tokens[at].kind == "number" else NUMBER_WORDS.get(tokens[at].text)
        unit = UNITS.get(tokens[at + 1].text)
        scan = any(token.text in _SCANS for token in tokens[max(0, at - 6) : at + 6])
        if amount is not None and unit is not None and scan and tokens[at + 2].text in _AGED:
            found.append(amount * unit)
    return found


def _back(when: When, present: float | None = None) -> float:
    """Months back from the present scan, or from today where its date is not told."""
    if when.kind == "ago":
        return when.months
    later = present is not None and present >= when.months
    return max(0.0, (present if later and present is not None else today_in_months()) - when.months)
