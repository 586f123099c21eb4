"""What is waited for, wished or looked for: a condition, a test to come, a search; nothing that was seen."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Lexicon, Mark
from bot.language.pieces import VOCABULARY
from bot.language.text import Token
from bot.language.vocabulary import words

_CONTEXT = (
    Lexicon()
    .add_all("past", {True: VOCABULARY["past_markers"]})
    .add_all("conditional", {True: VOCABULARY["conditional"]})
)


def not_now(tokens: Sequence[Token], timed: frozenset[int]) -> list[Mark]:
    """Words of a condition and of the past; `timed` are the tokens of times, which say themselves when it was."""
    return [
        mark
        for mark in _CONTEXT.scan(tokens)
        if not (_needs_oxygen(tokens, mark) if mark.kind == "conditional" else _compares(tokens, mark, timed))
    ]


def _needs_oxygen(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Needs 2 l of oxygen": no condition."""
    following = {token.text for token in tokens[mark.last : mark.last + 3]}
    return tokens[mark.first].text == "needs" and bool(_OXYGEN & following)


def _compares(tokens: Sequence[Token], mark: Mark, timed: frozenset[int]) -> bool:
    """ "Than previously": the past is that of comparison."""
    dated = any(mark.first <= at < mark.last + 1 for at in timed)
    return dated or (mark.first > 0 and tokens[mark.first - 1].text in _COMPARING)


_OXYGEN = words("oxygen", "about_oxygen") | words("oxygen", "litres")
_COMPARING = words("lungs", "comparing")


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
    return any(mark.kind == "conditional" and mark.last <= at for mark in _CONTEXT.scan(tokens[begin:at]))


_ENDS_A_SEARCH = frozenset({",", ";", ":", "but", "shows", "showed", "and"})


def hoped(tokens: Sequence[Token], besides: frozenset[int]) -> bool:
    """ "would like to walk without stopping": a wish or a condition, told by other words than those of the effort."""
    return any(
        mark.kind == "conditional" and not besides & set(range(mark.first, mark.last)) for mark in _CONTEXT.scan(tokens)
    )
