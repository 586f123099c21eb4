"""What is waited for, wished or looked for: a condition, a test to come, a search; nothing that was seen."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Lexicon
from bot.language.pieces import VOCABULARY
from bot.language.text import Token
from bot.language.vocabulary import words

CONTEXT = (
    Lexicon()
    .add_all("past", {True: VOCABULARY["past_markers"]})
    .add_all("conditional", {True: VOCABULARY["conditional"]})
)


def waited_for(tokens: Sequence[Token]) -> list[int]:
    """ "HRCT is booked for January, when this has settled": what a test to come waits for is no course."""
    texts = [token.text for token in tokens]
    pairs = zip(texts, [*texts[1:], ""], strict=True)
    coming = next((at for at, pair in enumerate(pairs) if pair[0] in _TO_COME or pair == ("to", "be")), len(texts))
    return [
        at
        for at in range(coming + 1, len(tokens) - 2)
        if texts[at] in _AS_SOON_AS and _HAS_HAPPENED & set(texts[at + 2 : at + 5])
    ]


_TO_COME = words("lungs", "to_come")
_AS_SOON_AS = frozenset({"when", "once", "after", "until", "till"})
_HAS_HAPPENED = frozenset({"has", "have", "is", "are"})


def looked_for(tokens: Sequence[Token], at: int) -> bool:
    """ "A CT to look for reticulation", "to exclude fibrosis": nothing that was seen."""
    begin = max([index for index in range(at) if tokens[index].text in _ENDS_A_SEARCH], default=-1) + 1
    return any(mark.kind == "conditional" and mark.last <= at for mark in CONTEXT.scan(tokens[begin:at]))


_ENDS_A_SEARCH = frozenset({",", ";", ":", "but", "shows", "showed", "and"})


def hoped(tokens: Sequence[Token], besides: frozenset[int]) -> bool:
    """ "would like to walk without stopping": a wish or a condition, told by other words than those of the effort."""
    return any(
        mark.kind == "conditional" and not besides & set(range(mark.first, mark.last)) for mark in CONTEXT.scan(tokens)
    )
