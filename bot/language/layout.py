"""Lines of a pasted text: which line ends close a sentence, and which were only wrapped at the margin."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

_WIDE = 60
"""Characters from which a line without an end mark is taken as wrapped."""
_NARROWEST = 30
_FEWEST_LINES = 3
_ALMOST = 0.8
_SHORTEST_OF_PROSE = 0.5
_LABEL = re.compile(r"\s*(?:\d ?)?[^\W\d_][\w /()'’-]{0,28}:")
_CELLS = re.compile(r"\S(?:[ ]{2,}|\t)\S+(?: \S+)?(?:[ ]{2,}|\t)\S")
"""A row of a table: short cells between wide gaps."""
_QUESTION = re.compile(r"\s*(?:What|Why|Which|How|When|Who|Should|Would|Could|Can|Are|Is|Do|Does|Did)\b")
_NUMBERED = re.compile(r"(?:(?<=\s)|^)\(?([1-9])[.)](?=\s|$)")
_SHORTEST_SERIES = 3
_ITEM = re.compile(r"\s*(?:[-•*#>]|\d{1,2}[.)]\s)")


def wrapped(text: str) -> frozenset[int]:
    """Offsets of the line ends that only wrap a sentence."""
    found: set[int] = set()
    block: list[tuple[int, str]] = []
    at = 0
    for line in [*text.split("\n"), ""]:
        if line.strip():
            block.append((at, line.rstrip()))
        else:
            found |= _of_block(block)
            block = []
        at += len(line) + 1
    return frozenset(found)


def without_enumeration(plain: str) -> str:
    """ "1) tac 2) CT stable 3) no PPF": numbers of lines are dropped, one inside a line ends the item before it."""
    plain = _without_numbers_of_lines(plain)
    series: list[re.Match[str]] = []
    for match in _NUMBERED.finditer(plain):
        if int(match.group(1)) == len(series) + 1:
            series.append(match)
    before = [plain[: match.start()].rstrip(" ") for match in series]
    inline = [text for text in before if text and text[-1] != "\n"]
    if len(series) < _SHORTEST_SERIES or len(inline) < _SHORTEST_SERIES - 1:
        return plain
    for match in series:
        plain = plain[: match.start()] + ";".ljust(match.end() - match.start()) + plain[match.end() :]
    return plain


def _without_numbers_of_lines(plain: str) -> str:
    """ "1. Meets criteria for PPF" in a list of numbered lines; the text keeps its length."""
    due = 1
    for match in _NUMBER_OF_LINE.finditer(plain):
        if int(match[1]) == 1 and not re.search(r"\n[ \t]*2[.)][ \t]", plain[match.end() :]):
            continue
        due = 1 if int(match[1]) == 1 else due
        if int(match[1]) == due:
            plain = plain[: match.start(1)] + " " * (match.end() - match.start(1)) + plain[match.end() :]
            due += 1
    return plain


_NUMBER_OF_LINE = re.compile(r"^[ \t]*(\d{1,2})[.)](?=[ \t]+[a-z])", re.MULTILINE)


def _of_block(block: Sequence[tuple[int, str]]) -> set[int]:
    """Line ends of one paragraph; all of them where its lines are filled up to a common width."""
    if len(block) < 2:
        return set()
    width = max(len(line) for _, line in block)
    filled = len(block) >= _FEWEST_LINES and width >= _NARROWEST and _is_filled([line for _, line in block], width)
    return {
        start + len(line)
        for (start, line), (_, following) in itertools.pairwise(block)
        if (filled or len(line) > _WIDE) and _goes_on(line, following)
    }


def _goes_on(line: str, following: str) -> bool:
    if "|" in line or "|" in following or _CELLS.search(line) or _CELLS.search(following):
        return False
    begins = _LABEL.match(following) or _QUESTION.match(following)
    return line[-1] not in ".:;!?" and following.lstrip()[:1].isalnum() and not begins


def _is_filled(lines: Sequence[str], width: int) -> bool:
    """True where the next word would not have fitted on nearly every line, and most lines begin in mid-sentence."""
    pairs = list(itertools.pairwise(lines))
    if any(_ITEM.match(line) for line in lines):
        return False
    if any(len(line) < _SHORTEST_OF_PROSE * width for line in lines[:-1]):
        return False  # a list has short lines among the long ones
    full = sum(len(line) + 1 + len(following.split()[0]) > _ALMOST * width for line, following in pairs)
    inside = sum(following.lstrip()[0].islower() or following.lstrip()[0].isdigit() for _, following in pairs)
    return full >= 0.8 * len(pairs) and inside >= 0.5 * len(pairs)
