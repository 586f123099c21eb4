"""Courses without a word of their own: "as breathless as before", "PFTs =", "FVC stays at 70"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Mark
from bot.language.lungs import SHOWN_SIGNS
from bot.language.pieces import FELT, Piece, part_of_a_reading
from bot.language.text import Token
from bot.language.vocabulary import words


def courses_of_signs(tokens: Sequence[Token], subjects: Sequence[Piece]) -> list[Piece]:
    """ "PFTs =, CT →" and "FVC within 2 % of last year's" as courses; "SOB on effort → SOB at rest" is none."""
    found = []
    named = {piece.last: piece.value for piece in subjects}
    begins = {piece.first: piece.value for piece in subjects}
    for at, token in enumerate(tokens):
        following = tokens[at + 1].text if at + 1 < len(tokens) else ","
        ends = following in (",", ";", ")", "and", "/") or begins.get(at + 1, named.get(at)) != named.get(at)
        behind = at - 1 if at and tokens[at - 1].text == ":" else at
        if token.text in ("=", "→", "->", "==") and behind in named and ends:
            found.append(Piece("course", "same", at, at + 1, "="))
        if (
            token.text in _STAYS
            and named.get(at) in ("fvc", "dlco", "scale")
            and at + 1 < len(tokens)
            and tokens[at + 1].kind == "number"
        ):
            found.append(Piece("course", "same", at, at + 1, "same"))
        if token.text in _STAYS and named.get(at) in ("breathlessness", "breathing") and begins.get(at + 1) == "scale":
            found.append(Piece("course", "same", at, at + 1, "same"))
        if token.text == "inc" and _increases(tokens, at, named, begins):
            found.append(Piece("course", "up", at, at + 1, "more"))
        read_before = at and following in (",", ";", ")") and part_of_a_reading(tokens[at - 1])
        if read_before and (token.text == "throughout" or (token.text == "both" and subjects)):
            found.append(Piece("course", "same", at, at + 1, "same"))
        if (
            token.text == "within"
            and at + 3 < len(tokens)
            and tokens[at + 1].kind == "number"
            and tokens[at + 2].text in ("%", "points", "point", "ml", "percent")
            and tokens[at + 3].text == "of"
        ):
            found.append(Piece("course", "same", at, at + 4, "within"))
    return found


def _increases(tokens: Sequence[Token], at: int, named: dict[int, str], begins: dict[int, str]) -> bool:
    """ "CT inc retic", "sob inc": increased, where nothing is listed that it could include."""
    free = at == 0 or at in named or tokens[at - 1].kind == "mark"
    if not free or begins.get(at + 1) in SHOWN_SIGNS:
        return free
    return named.get(at) in {*SHOWN_SIGNS, "breathlessness"} and at + 1 not in begins


_STAYS = frozenset({"stays", "stayed", "stay", "staying", "sits", "sitting", "keeps", "kept"})


def courses_compared(tokens: Sequence[Token], subjects: Sequence[Piece], negations: list[Mark]) -> list[Piece]:
    """ "as breathless as before", "not as breathless", "hardly breathless now", "no dyspnoea any more" as courses."""
    found = []
    for piece in subjects:
        negation = next((mark for mark in negations if 0 <= piece.first - mark.last <= 2), None)
        if piece.value in ("ggo", "ct") and negation is not None and _is_left(tokens, piece):
            negations.remove(negation)
            found.append(Piece("course", "gone", piece.last, piece.last + 1, "left"))
        if piece.value not in ("breathlessness", "breathing", "symptoms"):
            continue
        before = tokens[piece.first - 1].text if piece.first else ""
        after = [token.text for token in tokens[piece.last : piece.last + 5]]
        ends = next((at for at, text in enumerate(after) if text in (",", ";", "(", ")", "but")), len(after))
        if before in ("as", "equally", "so") and (before == "equally" or "as" in after or negation is not None):
            value = "same" if negation is None else "good"
            if negation is not None and tokens[negation.first].text == "never":
                value = "bad"
        elif after[:1] == ["as"] and after[1:2] in (["ever"], ["before"], ["usual"], ["always"], ["previously"]):
            value = "same"
        elif (
            negation is not None
            and (
                set(after[:ends]) & _ENDED
                or tokens[negation.first].text in ("hardly", "barely", "scarcely", "rarely", "seldom")
            )
            and not set(after) & {"than"}
        ):
            value = "gone"
        elif before == "more" and piece.first > 1 and tokens[piece.first - 2].text == "no":
            value = (
                "same"
                if "than" in after or tokens[piece.first].text in ("breathless", "dyspnoeic", "short", "out")
                else "gone"
            )
        elif negation is not None and after[:1] == ["than"]:
            value = "same"
        elif negation is None and before in _BECAME and tokens[piece.first].text in FELT:
            value = "bad"
        else:
            continue
        if negation is not None:
            negations.remove(negation)
        found.append(Piece("course", value, piece.first, piece.last, "as"))
    return found


_BECAME = frozenset({"become", "became", "grown", "turned", "gotten"})


def _is_left(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "No ground glass left"."""
    after = [token.text for token in tokens[piece.last : piece.last + 2]]
    shown = after[:1] in (["visible"], ["seen"], ["detectable"], ["present"]) and after[1:] in (
        ["any"],
        ["anymore"],
        ["now"],
    )
    return shown or after[:1] in (["left"], ["remaining"], ["anymore"], ["remains"])


_ENDED = words("lungs", "ended")
