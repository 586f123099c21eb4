"""Which course of a segment belongs to which subject: "CT worse", "more reticulation", "stable FVC and DLCO"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lungs import IMAGING, SHOWN_SIGNS
from bot.language.pieces import Piece
from bot.language.segments import LINKS
from bot.language.text import Token
from bot.language.vocabulary import words

ATTRIBUTES = words("lungs", "attributes")


def goes_on(tokens: Sequence[Token], trend: Piece, earlier: Sequence[Piece], later: Sequence[Piece]) -> bool:
    """ "more reticulation, honeycombing" and "no change in FVC, CT" go on; "more breathless, fibrosis" does not."""
    if trend.value in ("new", "up") and any(piece.first and tokens[piece.first - 1].text in _KNOWN for piece in later):
        return False  # "new consolidation, known traction bronchiectasis"
    imaging = {piece.value in IMAGING for piece in (*earlier, *later)}
    return trend.word not in ATTRIBUTES or len(imaging) == 1


_KNOWN = words("lungs", "known")
_TESTS = words("lungs", "tests")
_SHOWN = words("lungs", "shown")


def paired(tokens: Sequence[Token], inside: Sequence[Piece]) -> list[tuple[Piece, Piece]]:
    pairs: list[tuple[Piece, Piece]] = []
    before: list[Piece] = []
    open_trend: Piece | None = None
    for index, piece in enumerate(inside):
        following = inside[index + 1] if index + 1 < len(inside) else None
        if piece.role == "subject":
            if open_trend is not None and (not pairs or goes_on(tokens, open_trend, [pairs[-1][0]], [piece])):
                pairs.append((piece, open_trend))
            else:
                before.append(piece)
            continue
        if piece.word in ("new", "fresh") and following is not None and _laid_out(tokens, piece, following):
            continue
        if piece.word in ("new", "fresh") and (
            _newly_done(tokens, before, piece, following) or _next_is_test(tokens, following)
        ):
            continue
        if (
            following is not None
            and following.role == "subject"
            and _binds_right(tokens, before, piece, following, inside[index + 1 :])
        ):
            open_trend = piece
            if before and _of_scan_and_sign(before[-1], piece, following):
                pairs.append((before[-1], piece))
        elif before:
            pairs += [(subject, piece) for subject in _of_the_clause(tokens, before)]
            open_trend = None
            if following is not None and following.role == "subject":
                before = []
        elif open_trend is not None and pairs:
            pairs.append((pairs[-1][0], piece))
        elif open_trend is None:
            open_trend = piece
    spread = _spread(tokens, inside, pairs)
    return spread or [*pairs, *_trailing(tokens, before, pairs)]


def _of_scan_and_sign(scan: Piece, trend: Piece, sign: Piece) -> bool:
    """ "HRCT stable honeycombing": said of the scan and of the sign; "HRCT: unchanged honeycombing" of the sign."""
    return scan.value == "ct" and scan.last == trend.first and trend.value == "same" and sign.value == "honeycombing"


def _of_the_clause(tokens: Sequence[Token], before: Sequence[Piece]) -> Sequence[Piece]:
    """ "DLCO missing since the machine was down": the course is that of the clause which begins in between."""
    for at in range(len(before) - 1, 0, -1):
        if _SINCE & _gap(tokens, before[at - 1].last, before[at].first):
            return before[at:]
    return before


_SINCE = frozenset({"since", "because", "while", "when", "though", "although"})


def _next_is_test(tokens: Sequence[Token], following: Piece | None) -> bool:
    """ "The new CT": the scan is new; "new since the CT of May" goes on."""
    if following is None or tokens[following.first].text not in _TESTS:
        return False
    if {"since", "than", "compared", "versus", "vs"} & _gap(tokens, max(0, following.first - 5), following.first):
        return False
    return tokens[following.first - 1].text not in ("the", "this", "that", "last", "previous", "prior")


def _laid_out(tokens: Sequence[Token], trend: Piece, subject: Piece) -> bool:
    """ "Old and new placed side by side: reticulation": the scan is new, not what stands behind the colon."""
    gap = {token.text for token in tokens[trend.last : subject.first]}
    return ":" in gap and bool(gap & {"side", "placed", "compared", "reviewed", "put"})


def _newly_done(tokens: Sequence[Token], before: Sequence[Piece], trend: Piece, shown: Piece | None) -> bool:
    """ "HRCT old and new", "CT in the new building": of a scan only what it shows can be new."""
    if (
        shown is not None
        and shown.value in IMAGING
        and all(tokens[at].text in LINKS for at in range(trend.last, shown.first))
    ):
        return False
    scan = bool(before) and before[-1].value == "ct" and tokens[before[-1].last - 1].text in _TESTS
    following = tokens[trend.last].text if trend.last < len(tokens) else ""
    return scan and trend.last - trend.first == 1 and following not in _SHOWN


_RESPECTS = words("lungs", "respects")


def _spread(
    tokens: Sequence[Token], inside: Sequence[Piece], pairs: Sequence[tuple[Piece, Piece]]
) -> list[tuple[Piece, Piece]]:
    """ "The lung is better both functionally and on CT": a verdict on the whole is one on what is named behind it."""
    if len(pairs) != 1 or pairs[0][0].value not in ("overall", "ct"):
        return []
    trend = pairs[0][1]
    behind = [piece for piece in inside if piece.role == "subject" and piece.first >= trend.last]
    if not behind or any(piece.value in ("overall", "other", "goals") for piece in behind):
        return []
    if pairs[0][0].value == "ct" and "ct" not in {piece.value for piece in behind}:
        return []
    named = {at for piece in behind for at in range(piece.first, piece.last)}
    gap = [tokens[at].text for at in range(trend.last, behind[-1].last) if at not in named]
    return [(piece, trend) for piece in behind] if gap and all(text in _RESPECTS for text in gap) else []


def _trailing(
    tokens: Sequence[Token], left: Sequence[Piece], pairs: Sequence[tuple[Piece, Piece]]
) -> list[tuple[Piece, Piece]]:
    """ "FVC steady at 71 and DLCO at 48": the second one shares the verdict."""
    behind = [piece for piece in left if pairs and piece.first >= pairs[-1][1].last]
    if behind and tokens[pairs[-1][1].last].text in _INCLUDING:
        return [(piece, pairs[-1][1]) for piece in behind]
    if not pairs or pairs[-1][1].value not in ("same", "still") or len(left) != 1 or left[0].first < pairs[-1][1].last:
        return []
    gap = tokens[pairs[-1][1].last : left[0].first]
    shared = left[0].value in ("fvc", "dlco") and pairs[-1][0].value in ("fvc", "dlco")
    return [(left[0], pairs[-1][1])] if shared and any(token.text in ("and", "&", ",") for token in gap) else []


_INCLUDING = frozenset({"incl", "including", "inc", "included", "includes"})


def _binds_right(
    tokens: Sequence[Token], before: Sequence[Piece], trend: Piece, subject: Piece, rest: Sequence[Piece]
) -> bool:
    """Whether a course describes the subject after it ("more reticulation") and not the one before ("CT worse")."""
    near = all(tokens[index].text in LINKS for index in range(trend.last, subject.first))
    if trend.word == "new" and tokens[subject.first].text in _TESTS:
        return False
    if not before or trend.word == "longer":
        return True
    if subject.value == "ct" and before[-1].value in SHOWN_SIGNS and _seen_there(tokens, trend, subject):
        return False
    if before[-1].value in ("overall", "goals") and any(
        tokens[index].text == ":" for index in range(trend.last, subject.first)
    ):
        return True
    if not near:
        return False
    if subject.value == "other" and before[-1].last == trend.first and tokens[trend.last].text in _AT_AN_EFFORT:
        return False  # "puffing more on the stairs"
    if trend.value == "same" and before[-1].value == "ct" and "with" in _gap(tokens, trend.last, subject.first):
        return False
    if trend.word == "longer" or trend.word in ATTRIBUTES or trend.value == "denied":
        return True
    if any(tokens[index].text in ("in", "of") for index in range(trend.last, subject.first)):
        return True
    if before[-1].value in ("ct", "overall", "symptoms", "other") and subject.value in IMAGING | {
        "breathlessness",
        "breathing",
    }:
        return before[-1].value != subject.value
    return not any(piece.role == "course" for piece in rest) and before[-1].last < trend.first - 2


def _seen_there(tokens: Sequence[Token], trend: Piece, subject: Piece) -> bool:
    """ "Traction bronchiectasis increasing on CT": the scan is where the sign was seen."""
    return "on" in _gap(tokens, trend.last, subject.first) and tokens[subject.last - 1].text in _TESTS


_AT_AN_EFFORT = frozenset({"on", "at", "with", "in", "during"})


def _gap(tokens: Sequence[Token], begin: int, end: int) -> set[str]:
    return {token.text for token in tokens[begin:end]}
