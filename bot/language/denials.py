"""Denials in a row of subjects and courses: "not improved", "no honeycombing or traction", "nothing to suggest"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Mark
from bot.language.pieces import Piece, divides
from bot.language.text import Token
from bot.language.vocabulary import words

_TURNED = {
    "good": "not_good",
    "bad": "same",
    "easier": "same",
    "same": "not_same",
    "gone": "not_good",
    "new": "denied",
    "still": "same",
    "vary": "same",
}


def turned(value: str) -> str:
    """The course that a denial makes of another: "not better"."""
    return {"up": "not_up", "down": "not_down"}.get(value) or _TURNED.get(value, "still")


def shared_negation(tokens: Sequence[Token], mark: Mark, found: Sequence[Piece]) -> Mark | None:
    """ "No new or increased honeycombing": a denial holds for both words that "or" joins."""
    before = found[-1] if found and found[-1].role == "course" else None
    if before is None or not 1 <= mark.first - before.last <= 3 or before.value not in _DENIED:
        return None
    gap = [token.text for token in tokens[before.last : mark.first]]
    if not {"or", "nor"} & set(gap) or not set(gap) <= _OR_ANY:
        return None
    return Mark("negation", True, before.first, before.first + 1)


_DENIED = frozenset({*_TURNED.values(), "not_up", "not_down"})
_OR_ANY = frozenset({"or", "nor", ",", "and", "/", "any", "an", "a", "other"})


def restates(tokens: Sequence[Token], negation: Mark, found: Sequence[Piece]) -> bool:
    """ "better, not the same": what is denied right after a verdict only underlines it."""
    before = found[-1] if found and found[-1].role == "course" else None
    return (
        before is not None
        and tokens[negation.first].text == "not"
        and not before.value.startswith("not_")
        and [token.text for token in tokens[before.last : negation.first]] in ([","], ["and"], ["-"], ["("])
    )


def only_a_little(tokens: Sequence[Token], negation: Mark, mark: Mark) -> bool:
    """ "Little worse than in spring": a little, where something is compared; "little change" denies."""
    compared = any(token.text in ("than", "since") for token in tokens[mark.last : mark.last + 2])
    return tokens[negation.first].text == "little" and compared and negation.last == mark.first


def negation_of(tokens: Sequence[Token], mark: Mark, negations: Sequence[Mark], taken: set[int]) -> Mark | None:
    for negation in reversed(negations):
        gap = range(negation.last, mark.first)
        if tokens[negation.first].text == "neither" and all(
            at in taken or tokens[at].text in _NEITHER_NOR for at in gap
        ):
            return negation
        raised = negation.last < len(tokens) and tokens[negation.last].text in _OPINIONS
        raised = raised or any(tokens[index].text in _EVIDENCE for index in gap)
        if len(gap) > (8 if raised else 5):
            return None
        turning = _TURNING - {"as"} if _counts_as(tokens, negation) else _TURNING
        if any(divides(tokens, index) or tokens[index].text in turning for index in gap):
            return None
        if tokens[negation.first].text in ("little", "no") and any(tokens[index].text in ("i", "we") for index in gap):
            return None  # "with so little reserve I consider this a deterioration"
        if gap and tokens[gap.start].text in _DONE:
            return None  # "DLCO not done machine down"
        if _of_another_thing(tokens, negation, gap, taken):
            return None
        if any(index in taken for index in gap) and len(gap) > 3 and not raised:
            return None
        return negation
    return None


def _of_another_thing(tokens: Sequence[Token], negation: Mark, gap: range, taken: set[int]) -> bool:
    """ "No oxygen and breathing steady": what is denied stands before "and", behind it another subject begins."""
    if tokens[negation.first].text not in ("no", "without"):
        return False
    joint = next((at for at in gap if tokens[at].text in ("and", "&")), None)
    if joint is None or joint + 1 not in gap or joint + 1 not in taken or joint == gap.start:
        return False
    return not any(at in taken for at in range(gap.start, joint))


_TURNING = frozenset({"(", "because", "since", "as", "even", "despite", "if"})
_EVIDENCE = words("lungs", "evidence")
"""And so do these: "nothing on CT to suggest progression"."""
_OPINIONS = words("lungs", "opinions")
"""After a negation these hand it on: "she does not feel that her breathing has improved"."""

_DONE = frozenset({"done", "available", "performed", "measured", "possible", "tested", "repeated", "recorded"})
_NEITHER_NOR = frozenset(
    {"nor", "or", "and", "of", "the", "has", "have", "is", "are", "was", "were", "did", "does", "any"}
)


def _counts_as(tokens: Sequence[Token], negation: Mark | Piece) -> bool:
    """ "Don't count the honeycombing as new": what is denied is not the sign, only that it is new."""
    behind = {token.text for token in tokens[negation.last : negation.last + _COUNTED_AS]}
    verbs = {token.text for token in tokens[negation.first : negation.last + 1]}
    return bool(verbs & _COUNTING) and bool(behind & {"as", "new", "progression"})


_COUNTING = frozenset({"count", "consider", "call", "regard", "take", "score", "label", "treat", "report"})
_COUNTED_AS = 8


def _of_another_noun(gap: Sequence[Token]) -> bool:
    """ "No oxygen and ...": what is denied stands before the "and"."""
    texts = [token.text for token in gap]
    return len(texts) > 1 and bool({"and", "&"} & set(texts[1:]))


def _has_its_own_course(tokens: Sequence[Token], row: Sequence[Piece], subject: Piece) -> bool:
    """ "No fibrosis on CT, dyspnoea worse": the course behind a subject shows that the list of denials is over."""
    behind = next((piece for piece in row if piece.first >= subject.last), None)
    if behind is None or behind.role != "course":
        return False
    gap = [token.text for token in tokens[subject.last : behind.first]]
    return len(gap) <= _NEAR and not {",", "or", "nor", "and", "(", "with"} & set(gap)


_NEAR = 3


_ALONE = frozenset({"only", "alone", "purely", "pure", "solely"})


def negated_subjects(tokens: Sequence[Token], row: Sequence[Piece]) -> list[Piece]:
    """Subjects after "no", also in a list: "no honeycombing or traction bronchiectasis"."""
    found: list[Piece] = []
    for negation in (piece for piece in row if piece.role == "negation"):
        if tokens[negation.first].text == "little":
            continue
        if _counts_as(tokens, negation):
            continue
        at, first = negation.last, True
        for piece in row:
            if piece.first < at or piece.role == "negation":
                continue
            gap = tokens[at : piece.first]
            stops = (
                ("but", "however", "with", "though", "although", ",", ":", ")", "repeated", "done", "available", "back")
                if first
                else ("but", "however", "with", "though", "although", "yet", "available", "done", ")", "just", "only")
            )
            stopped = any(token.text in stops for token in gap) or any(
                tokens[index].text == "/" and divides(tokens, index) for index in range(at, piece.first)
            )
            if piece.role != "subject" or len(gap) > 3 or stopped:
                break
            if not first and _ALONE & {token.text for token in (*gap, *tokens[piece.first : piece.last + 1])}:
                break  # "no fibrosis, ground glass only"
            separate = ("," in [token.text for token in gap] and not first) or (first and _of_another_noun(gap))
            if separate and _has_its_own_course(tokens, row, piece):
                break
            found.append(piece)
            at, first = piece.last, False
    return found
