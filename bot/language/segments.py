"""Where commas, "and" and "but" cut a row of subjects and courses into segments, and which segments are lists."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from bot.language.lungs import SHOWN_SIGNS
from bot.language.pieces import HARD_BREAKS, Piece, divides, spaced_dash
from bot.language.text import Token
from bot.language.times import MONTHS
from bot.language.vocabulary import words

LINKS = words("lungs", "links")


def is_link(token: Token) -> bool:
    return token.kind != "word" or token.text in LINKS


def segments_of(tokens: Sequence[Token], row: Sequence[Piece], measured: frozenset[int]) -> list[tuple[int, int]]:
    bounds = [0]
    inside = {index for piece in row for index in range(piece.first + 1, piece.last)}
    subjects = {piece.last for piece in row if piece.role == "subject"}
    shown = {piece.first for piece in row if piece.role == "subject" and piece.value in SHOWN_SIGNS}
    signed = {
        piece.last
        for piece in row
        if piece.role == "course" and _is_sign(piece) and piece.first in subjects and piece.last not in shown
    }
    for index, token in enumerate(tokens):
        breaks = token.text in HARD_BREAKS and not _between_commas(tokens, index)
        if index not in inside and (
            breaks
            or index in signed
            or token.text in (",", "(", ")")
            or divides_by_stroke(tokens, index)
            or spaced_dash(tokens, index)
            or _and_divides(tokens, row, index, measured)
        ):
            bounds.append(index)
    bounds.append(len(tokens))
    return [(begin, end) for begin, end in itertools.pairwise(bounds) if end > begin]


_SIGNS = frozenset("↔⇔⟷↑↓↗↘→=") | {"->", "==", "↑↑", "↓↓"}


def _is_sign(piece: Piece) -> bool:
    """ "SOB ↔ cough ↑": an arrow belongs to the subject that it stands behind."""
    return piece.word in _SIGNS


def divides_by_stroke(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].text == "/" and divides(tokens, at)


def _between_commas(tokens: Sequence[Token], at: int) -> bool:
    """ "Vital capacity, however, remains ...": an aside, no turn."""
    return 0 < at < len(tokens) - 1 and tokens[at - 1].text == "," and tokens[at + 1].text == ","


def _and_divides(tokens: Sequence[Token], row: Sequence[Piece], at: int, measured: frozenset[int]) -> bool:
    """ "FVC stable and CT worse": each side of "and" has its own subject and course."""
    if tokens[at].text not in ("and", "&", "+", "with", "-", ":"):
        return False
    if (
        at + 2 < len(tokens)
        and tokens[at + 1].text == "so"
        and tokens[at + 2].text in ("is", "are", "has", "have", "does", "do", "was", "were")
    ):
        return True
    if _of_both(tokens, row, at, measured):
        return False
    left = _beside(tokens, row, at, -1, measured)
    right = _beside(tokens, row, at, 1, measured)
    return {"subject", "course"} <= left and {"subject", "course"} <= right


def _of_both(tokens: Sequence[Token], row: Sequence[Piece], at: int, measured: frozenset[int]) -> bool:
    """ "... unchanged vital capacity and transfer factor both stable": a pair of measures is one list."""
    pair = [
        piece
        for piece in row
        if piece.role == "subject"
        and (piece.last == at or 0 <= piece.first - at - 1 <= 1)
        and piece.first not in measured
    ]
    if {piece.value for piece in pair} != {"fvc", "dlco"}:
        return False
    after = {token.text for token in tokens[pair[-1].last : pair[-1].last + 3]}
    return "both" in after or not any(piece.role == "course" and piece.last == pair[0].first for piece in row)


def _beside(tokens: Sequence[Token], row: Sequence[Piece], at: int, step: int, measured: frozenset[int]) -> set[str]:
    end = at + step
    while (
        0 <= end < len(tokens)
        and tokens[end].text not in (",", "(", ")", "and", "&", "+")
        and tokens[end].text not in HARD_BREAKS
        and not divides_by_stroke(tokens, end)
    ):
        end += step
    low, high = min(at, end), max(at, end)
    near = [piece for piece in row if low < piece.first < high]
    return {piece.role for piece in near} | ({"course"} if any(piece.first in measured for piece in near) else set())


_CIRCUMSTANCE = frozenset(
    {"after", "since", "on", "under", "despite", "during", "over", "for", "with", "between", "within"}
)


def list_ends(tokens: Sequence[Token], end: int, subjects: Sequence[Piece]) -> int:
    """Where a list of subjects ends: "no improvement in FVC, CT or breathlessness | after six months"."""
    last = subjects[-1].last if subjects else end
    return next((at for at in range(last, end) if tokens[at].text in _CIRCUMSTANCE), end)


def only_a_list(tokens: Sequence[Token], begin: int, end: int, subjects: Sequence[Piece], also: str = ",") -> bool:
    """True for a segment that is only a list of subjects, from its last colon on."""
    if not subjects:
        return False
    begin = max([index + 1 for index in range(begin, subjects[0].first) if tokens[index].text == ":"], default=begin)
    if not begin and tokens[0].text in _UNDER and 1 < subjects[0].first <= _UNDER_A_DRUG:
        begin = subjects[0].first  # "on azathioprine PFTs, HRCT and dyspnoea are unchanged"
    covered = {index for piece in subjects for index in range(piece.first, piece.last)}
    return all(
        index in covered
        or tokens[index].kind == "number"
        or tokens[index].text in LINKS
        or tokens[index].text in (",", also, ":", "%", ")")
        or tokens[index].text in MONTHS
        for index in range(begin, end)
    )


_UNDER = frozenset({"on", "under", "with"})
_UNDER_A_DRUG = 5
