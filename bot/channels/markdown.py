"""The small Markdown of the replies (`**bold**`, lines that begin with "- "), and how a long text is cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

BULLET = "• "
_BOLD = re.compile(r"\*\*(?=\S)([^\n]+?)(?<=\S)\*\*")
_ITEM = re.compile(r"^- ", re.MULTILINE)
# Where a text is best cut, in order: after a paragraph, a line, a sentence, a word.
_BREAKS = ("\n\n", "\n", ". ", " ")


@dataclass(frozen=True)
class Rich:
    """A text and the stretches of it that are bold, each as (begin, end) in characters, in order."""

    text: str
    bold: tuple[tuple[int, int], ...] = ()

    def part(self, begin: int, end: int) -> Rich:
        """Return the text between two positions, without white space at its ends, with its bold stretches."""
        piece = self.text[begin:end]
        begin += len(piece) - len(piece.lstrip())
        end = begin + len(piece.strip())
        inside = ((max(a, begin) - begin, min(b, end) - begin) for a, b in self.bold if a < end and b > begin)
        return Rich(self.text[begin:end], tuple(inside))


def parse(source: str) -> Rich:
    """Read the small Markdown; whatever is not of it stays as it stands."""
    source = _ITEM.sub(BULLET, source)
    text, bold, position = "", [], 0
    for match in _BOLD.finditer(source):
        text += source[position : match.start()]
        bold.append((len(text), len(text) + len(match[1])))
        text += match[1]
        position = match.end()
    return Rich(text + source[position:], tuple(bold))


def split(rich: Rich, limit: int, size: Callable[[str], int] = len) -> list[Rich]:
    """Cut a text into parts of at most `limit`, in the platform's unit; a blank text has no parts."""
    return [part for part in _parts(rich, limit, size) if part.text]


def _parts(rich: Rich, limit: int, size: Callable[[str], int]) -> Iterator[Rich]:
    begin = 0
    while size(rich.text[begin:]) > limit:
        end = begin + _cut(rich.text[begin:], limit, size)
        yield rich.part(begin, end)
        begin = end
    yield rich.part(begin, len(rich.text))


def _cut(text: str, limit: int, size: Callable[[str], int]) -> int:
    """Return where to end the first part: at the best break of its second half, else as late as possible."""
    longest = _longest(text, limit, size)
    for mark in _BREAKS:
        found = text.rfind(mark, longest // 2, longest)
        if found > 0:
            return found + len(mark)
    return longest


def _longest(text: str, limit: int, size: Callable[[str], int]) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle]) <= limit else (low, middle - 1)
    return low
