"""Whether a number beside a measure is a change ("fell by 8 %"), and in which direction."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.number_words import NUMBER_SETS
from bot.language.text import Token, text_at


def is_change(tokens: Sequence[Token], at: int, last: int, absolute: bool | None, start: int) -> bool:
    previous, following = text_at(tokens, at - 1), text_at(tokens, last)
    two_back = text_at(tokens, at - 2)
    points = bool(absolute) and any(token.text in _POINTS for token in tokens[at + 1 : last])
    if points and following in NUMBER_SETS["change_after"]:
        return True
    if previous in ("is", "was") and (
        (points and any(token.text in NUMBER_SETS["change_before"] for token in tokens[max(0, start - 4) : at - 1]))
        or (following in ("less", "lower", "more", "higher", "worse", "better") and text_at(tokens, last + 1) == "than")
    ):
        return True
    if previous in ("to", "from", "at", "→", "->", "was", "now", "is"):
        return False
    moved = following in NUMBER_SETS["change_after"] | NUMBER_SETS["rising"] | NUMBER_SETS["falling"]
    if moved and text_at(tokens, last + 1) in ("to", "from") and _reading_follows(tokens, last + 2):
        return False
    if (
        following in ("to", "→", "->", "-->", "=>", "from", ">")
        and last + 1 < len(tokens)
        and _reading_follows(tokens, last + 1)
    ):
        return False
    if points or (absolute is False and any(token.text == "relative" for token in tokens[at + 1 : last])):
        return True
    if previous in ("↓", "↑") and (tokens[at].number or 0) <= LARGEST_STEP:
        return True
    if previous in NUMBER_SETS["change_before"] or following in NUMBER_SETS["change_after"]:
        return previous not in ("better", "worse") or absolute is not None or text_at(tokens, at + 1) == "%"
    if (
        previous == "than"
        and two_back in ("more", "less")
        and {text_at(tokens, at - 3), text_at(tokens, at - 4)} & (NUMBER_SETS["change_before"] | {"by"})
    ):
        return True
    if (
        previous in ("of", "by", "another", "relative", "absolute", "around", "an", "a")
        and two_back in NUMBER_SETS["change_before"]
    ):
        return True
    if previous in ("relative", "absolute") and (
        two_back in ("of", "by", "a", "an")
        or following in NUMBER_SETS["change_after"]
        or text_at(tokens, at + 1) == "%"
    ):
        return True
    return following in ("relative", "absolute") and text_at(tokens, last + 1) in NUMBER_SETS["change_after"]


_POINTS = frozenset({"points", "point", "pts", "pp", "ppt", "ppts"})
LARGEST_STEP = 20.0
"""Behind an arrow a larger number is where a measure has got to: "FVC ↓ 65"."""


def _reading_follows(tokens: Sequence[Token], at: int) -> bool:
    return any(token.kind == "number" for token in tokens[at : at + 2])


def direction(tokens: Sequence[Token], at: int, last: int, start: int, end: int) -> int:
    for index in (*range(at - 1, max(start - 4, -1), -1), *range(last, min(last + 4, len(tokens)))):
        text = tokens[index].text
        if text in ("more", "less") and text_at(tokens, index + 1) == "than":
            continue
        if text in NUMBER_SETS["falling"] and not (text == "-" and index < at - 1):
            return -1
        if text in NUMBER_SETS["rising"]:
            return 1
    for index in range(at - 1, -1, -1):
        if tokens[index].text in _RISEN:
            return 1
        if tokens[index].text in NUMBER_SETS["falling"]:
            return -1
    return -1


_RISEN = NUMBER_SETS["rising"] - {"more", "plus", "+"}
