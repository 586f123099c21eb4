"""Figures as reasons: "FVC -3", "80 to 75", "4 points" say how far lung function fell, in points of % predicted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.language.text import Token
from bot.language.vocabulary import NUMBER_WORDS

LIKELY = 20
"""Readings of % predicted lie above this, falls in points seldom do."""

_BARE = 15
_N = r"(\d+(?:\.\d+)?)"
_UNIT = r"(?: (?:%|percent|percentage|predicted|pred|absolute|points?|pts?|pp)){0,4}"
_OTHER_UNIT = (
    r"(?! ?(?:%? ?relative|months?|mo|weeks?|wks?|years?|yrs?|days?|ml|l|litres?|liters?)\b)"
    r"(?! ?(?:/|of 3|to|->|-->|→|criteria|\d))"
)
_FELL = (
    r"(?:fell|falls?|fallen|dropp?(?:ed|s)?|drop|down|lost|loses|losing|loss|lower"
    r"|declined?|decline|decreased?|decrease)"
)
_ROSE = r"(?:rose|risen|rise|up|gained?|gain|improved)"
_OVER = r"(?:over|in|within) (?:the )?(?:last |past )?\d+ (?:months?|mo)"
_BY = rf"(?: (?:{_OVER}|by|of|is|was|only|just|exactly|=|:|a|the|about|at|most))*"
_POINTS = r"(?: %| percent| percentage| absolute)* (?:points?|pts?|pp|predicted)\b"
_PATTERNS = (
    (re.compile(rf"(?:from )?{_N}{_UNIT} (?:to|->|-->|→|=>|down to) {_N}{_UNIT}{_OTHER_UNIT}"), "readings"),
    (re.compile(rf"(?:{_FELL}{_BY}|-|minus) {_N}{_UNIT}{_OTHER_UNIT}"), "fall"),
    (re.compile(rf"(?:{_ROSE}{_BY}|(?<=fvc )\+|(?<=dlco )\+) {_N}{_UNIT}{_OTHER_UNIT}"), "rise"),
    (re.compile(rf"(?<=fvc )(?:only |just |by |about )*(\d{{1,2}}){_UNIT}{_OTHER_UNIT}"), "bare"),
    (re.compile(rf"(?<=dlco )(?:only |just |by |about )*(\d{{1,2}}){_UNIT}{_OTHER_UNIT}"), "bare"),
    (re.compile(rf"(?:only |just |exactly )?{_N}{_POINTS}(?:(?: (?:were|was|is|are))? {_FELL})?"), "fall"),
    (
        re.compile(
            rf"(?:only |just |exactly )?{_N}{_UNIT} "
            r"(?:down(?! to)|less|lower|(?:is|are) (?:just )?(?:enough|sufficient))\b"
        ),
        "fall",
    ),
)
_DEMANDED_BEFORE = re.compile(
    r"(?:than|under|below|(?:threshold|cutoff|limit) of|least|needs?|takes?|wants?|requires?|required|<|>|≥"
    r"|not|didnt|doesnt|hasnt|never) (?:the )?$"
)
_DEMANDED_AFTER = re.compile(
    r" (?:or more|(?:is|are|would be|were)? ?(?:needed|required|necessary)|threshold|cutoff|limit)"
)
_DLCO = re.compile(r"\b(?:dlco|tlco|gas transfer|diffusion|diffusing|transfer factor)\b")
_FVC = re.compile(r"\b(?:fvc|vc|vital capacity|spirometry)\b")
_SPAN = re.compile(r"[^;]*?\b(\d+) (months?|mo|years?|yrs?)\b")


@dataclass(frozen=True)
class Figure:
    """A fall in points (a rise is below zero), of "fvc" or "dlco", told over so many months (0: not told)."""

    measure: str
    fall: float
    months: float
    first: int
    last: int


def figures(tokens: Sequence[Token]) -> Iterator[Figure]:
    """Return the falls and rises that a sentence tells in figures."""
    texts = [_digits(token.text) for token in tokens]
    starts, text = _joined(texts)
    end = 0
    while found := _next(text, end):
        match, kind = found
        end = match.end()
        if _DEMANDED_BEFORE.search(text[: match.start()]) or _DEMANDED_AFTER.match(text, end):
            continue
        fall = _fall(match, kind)
        if fall is not None:
            first, last = starts[match.start()], starts.get(end + 1, len(tokens))
            yield Figure(
                _measure(text, match), fall, max(_months(match.group()), _months(text[match.end() :])), first, last
            )


def _digits(word: str) -> str:
    number = NUMBER_WORDS.get(word)
    return f"{number:g}" if number is not None and number >= 1 and len(word) > 2 else word


def _joined(texts: Sequence[str]) -> tuple[Mapping[int, int], str]:
    """The tokens as one text, with the token that begins at each place."""
    starts, place = {}, 0
    for at, text in enumerate(texts):
        starts[place] = at
        place += len(text) + 1
    return starts, " ".join(texts)


def _next(text: str, start: int) -> tuple[re.Match[str], str] | None:
    found = [(match, kind) for pattern, kind in _PATTERNS if (match := _at_a_word(pattern, text, start))]
    return min(found, key=lambda item: (item[0].start(), -item[0].end()), default=None)


def _at_a_word(pattern: re.Pattern[str], text: str, start: int) -> re.Match[str] | None:
    """The first match that begins and ends with a token."""
    for match in pattern.finditer(text, start):
        whole = match.start() == 0 or text[match.start() - 1] == " "
        if whole and (match.end() == len(text) or text[match.end()] == " "):
            return match
    return None


def _fall(match: re.Match[str], kind: str) -> float | None:
    if kind == "readings":
        before, after = float(match[1]), float(match[2])
        return before - after if min(before, after) >= LIKELY else None
    points = float(match[1])
    if kind == "bare" and points > _BARE:  # "FVC 3" is a fall, "FVC 69" a reading
        return None
    if points > 2 * LIKELY:
        return None
    return -points if kind == "rise" else points


def _months(behind: str) -> float:
    """The time that is told behind a figure; within a year where none is."""
    span = _SPAN.match(behind)
    return 0 if span is None else float(span[1]) * (12 if span[2].startswith("y") else 1)


def _measure(text: str, match: re.Match[str]) -> str:
    """The measure named last before the figure, or right behind it ("4 points of FVC")."""
    behind = re.match(r" (?:of|in|on|for|the|fall|drop|loss|decline|hb|corrected| )*", text[match.end() :])
    tail = text[match.end() + (behind.end() if behind else 0) :]
    if _DLCO.match(tail):
        return "dlco"
    if _FVC.match(tail):
        return "fvc"
    named = [
        (m.start(), name) for name, p in (("dlco", _DLCO), ("fvc", _FVC)) for m in p.finditer(text, 0, match.start())
    ]
    return max(named)[1] if named else "fvc"
