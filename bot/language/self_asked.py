"""Questions that a message puts to itself and answers: "Rapidly progressive? No."."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language import criteria, ppf_word, rapid, stability
from bot.language.lexicon import Mark
from bot.language.pieces import Piece
from bot.language.text import Sentence

_SHORT = 3
"""Tokens of a question such as "MMF?", which asks whether an agent is or was taken."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What was asked: the finding that a plain yes or no in the next sentence makes."""

    kind: str
    subject: str | None
    yes: object
    no: object


def topic(sentence: Sentence, row: Sequence[Piece], agents: Sequence[Mark]) -> Topic | None:
    """The fact that a sentence asks for; None where it asks for none, or is no question."""
    if not sentence.asks:
        return None
    if len(agents) == 1 and len(sentence.tokens) <= _SHORT:
        return Topic("therapy", str(agents[0].value), "bare", "never")
    if rapid.marks(sentence.tokens):
        return Topic("rapid", None, True, False)
    if ppf_word.marks(sentence.tokens):
        return Topic("ppf", None, "yes", "no")
    asked = criteria.named(sentence.tokens)
    if asked is not None:
        return Topic("criterion", asked, True, False)
    if stability.accepting(sentence.tokens):
        return Topic("stability", None, True, False)
    subjects = {piece.value for piece in row if piece.role == "subject"}
    if "fibrosis" in subjects and not any(piece.role == "course" for piece in row):
        return Topic("criterion", "fibrosis_on_ct", True, False)
    return None
