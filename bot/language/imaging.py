"""What the CT shows: signs that are present or absent, as far as no course was told of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.language import expectations, facts
from bot.language.denials import negated_subjects
from bot.language.lexicon import Lexicon, Mark
from bot.language.lungs import SIGNS
from bot.language.model import Finding
from bot.language.pieces import Piece
from bot.language.replies import ANSWERS
from bot.language.subject_words import OTHER_ORGANS, of_another_organ
from bot.language.text import Token
from bot.language.vocabulary import load

_PURE = Lexicon().add_all("pure", {True: load("imaging")["no_fibrosis"]})
_DOUBT = frozenset({"?", "possible", "query", "maybe", "perhaps", "possibly"})
_DOUBTED = frozenset({"suspected", "questionable", "uncertain", "equivocal", "doubtful", "possible", "?", "unclear"})
_FIBROTIC = SIGNS - {"volume_loss"} | {"fibrosis"}


def presence(
    finding: Callable[..., Finding], tokens: Sequence[Token], row: Sequence[Piece], asks: bool
) -> Iterator[Finding]:
    """`fibrosis` findings of a sentence: True where a fibrotic sign is named as present, False where it is denied."""
    for mark in _PURE.scan(tokens):
        if _of_a_change(tokens, row, mark) or _goes_on(row, mark) or of_another_organ(tokens, mark):
            continue
        yield finding("fibrosis", None, False, mark.first, mark.last)
    if asks:
        return
    negated = negated_subjects(tokens, row)
    unknown = [mark for mark in ANSWERS.scan(tokens) if mark.value == "unknown"]
    for piece in row:
        if piece.role != "subject" or piece.value not in _FIBROTIC | {"ggo"}:
            continue
        if (
            _other_organ(tokens, piece)
            or facts.of_family(tokens, piece.first)
            or any(token.text in _DOUBT for token in tokens[max(0, piece.first - 2) : piece.first])
        ):
            continue
        if (
            any(mark.first - piece.last in range(4) for mark in unknown)
            or _supposed(tokens, piece)
            or expectations.looked_for(tokens, piece.first)
        ):
            continue
        if any(token.text in _DOUBTED for token in tokens[piece.last : piece.last + 3]) or _only_called(tokens, piece):
            continue
        if piece in negated or _listed_as_absent(tokens, piece):
            yield finding("sign", piece.value, "absent", piece.first, piece.last)
            if piece.value == "fibrosis" and piece.first and tokens[piece.first - 1].text == "other":
                yield finding("fibrosis", None, False, piece.first, piece.last)  # "no reticulation or other fibrosis"
            continue
        new_denied = any(
            other.value in ("denied", "not_new", "not_up") and 0 <= piece.first - other.last <= 6 for other in row
        )
        gone = any(other.value == "gone" and 0 <= other.first - piece.last <= 3 for other in row)
        if not new_denied and not gone:
            yield finding("sign", piece.value, "present", piece.first, piece.last)


def _listed_as_absent(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "Traction bronchiectasis: none", "honeycombing - no": a line of a checklist."""
    behind = [token.text for token in tokens[piece.last : piece.last + 3]]
    ends = behind[2:] in ([], [","], [";"], [")"], ["/"], ["."])
    return ends and len(behind) > 1 and behind[0] in (":", "-", "=") and behind[1] in _NONE


_NONE = frozenset({"none", "no", "absent", "nil", "negative", "0", "n", "not", "-"})


def _only_called(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "What was called traction bronchiectasis is a normal variant"."""
    lead = [token.text for token in tokens[max(0, piece.first - 6) : piece.first]]
    return "what" in lead and bool(_CALLED & set(lead)) and any(token.text == "is" for token in tokens[piece.last :])


_CALLED = frozenset({"called", "labelled", "labeled", "described", "reported", "read", "taken", "named", "thought"})


def _supposed(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "If it shows more traction": nothing that was seen."""
    if tokens[0].text in _SUPPOSING:
        return True
    lead = [token.text for token in tokens[max(0, piece.first - 8) : piece.first]]
    opened = [at for at, text in enumerate(lead) if text in _SUPPOSING]
    return bool(opened) and not {",", ";", ":"} & set(lead[opened[-1] :])


_SUPPOSING = frozenset({"if", "unless", "should", "whether"})


def _of_a_change(tokens: Sequence[Token], row: Sequence[Piece], mark: Mark) -> bool:
    """ "the change consisting of new ground glass only": what is new is pure, what was there before may not be."""
    if tokens[mark.first].text in (
        "no",
        "not",
        "without",
        "non",
        "isnt",
        "nonfibrotic",
        "free",
        "lack",
        "absence",
        "nil",
        "fibrosis",
    ):
        return False
    if any(piece.value == "new" and 0 <= piece.first - mark.last <= 2 for piece in row):
        return True
    before = [piece for piece in row if piece.role == "course" and piece.first <= mark.first]
    return (
        bool(before)
        and before[-1].value in ("new", "up", "bad")
        and (
            before[-1].last >= mark.first
            or any(token.text in _CHANGES for token in tokens[before[-1].last - 1 : mark.first])
        )
    )


def _goes_on(row: Sequence[Piece], mark: Mark) -> bool:
    """ "No fibrosis progression": a course is denied, not the sign."""
    return any(piece.role == "course" and piece.last > mark.last and piece.first <= mark.last for piece in row)


_CHANGES = frozenset(
    {
        "change",
        "changes",
        "consisting",
        "consists",
        "consist",
        "due",
        "of",
        "from",
        "progression",
        "is",
        "being",
        "new",
        "increase",
    }
)


def _other_organ(tokens: Sequence[Token], piece: Piece) -> bool:
    around = {token.text for token in tokens[max(0, piece.first - 2) : piece.last + 1]}
    return bool(around & (OTHER_ORGANS | {"idiopathic", "progressive"}))
