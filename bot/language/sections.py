"""Sections of letters and notes: which heading a sentence stands under."""

from __future__ import annotations

from dataclasses import dataclass

from bot.language.lexicon import Lexicon
from bot.language.text import Sentence
from bot.language.vocabulary import load

_SECTIONS = Lexicon().add_all("section", load("sections"))
_LONGEST_HEADING = 6
_LINE_ENDS = frozenset({"\n", "\n\n"})


@dataclass
class Section:
    """The section that the present sentence belongs to; `inline` where the heading shares its line with text."""

    name: str | None = None
    inline: bool = False
    fresh: bool = False

    def enter(self, sentence: Sentence, starts_line: bool = False) -> str | None:
        """Moves on to a sentence, perhaps the first of its line, and returns the section it stands in."""
        if self.inline and starts_line:
            self.name, self.inline = None, False
        if sentence.new_paragraph and not self.fresh:
            self.name = None
        self.fresh = False
        at = _heading_end(sentence)
        if at is not None:
            self.name = _named(sentence, at)
            self.fresh = at + 1 >= len(sentence.tokens)
            self.inline = not self.fresh
        here = self.name
        if self.inline and sentence.end_mark in _LINE_ENDS:
            self.name, self.inline = None, False
        return here


def _heading_end(sentence: Sentence) -> int | None:
    """Where a heading stops: its colon, or the end of a short line that is nothing but the name of a section."""
    colon = next((at for at, text in enumerate(sentence.texts[: _LONGEST_HEADING + 1]) if text == ":"), None)
    if colon is not None:
        return colon
    alone = len(sentence.tokens) <= _LONGEST_HEADING and sentence.end_mark in _LINE_ENDS
    return len(sentence.tokens) if alone and _named(sentence, len(sentence.tokens)) is not None else None


def _named(sentence: Sentence, end: int) -> str | None:
    """The section that the words of a heading name, all of them."""
    marks = _SECTIONS.scan(sentence.tokens[:end])
    return str(marks[0].value) if marks and marks[0].first <= 1 and marks[-1].last >= end - 1 else None
