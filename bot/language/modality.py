"""Sentences that state no fact of the patient: definitions, advice for later, fears, questions in telegram style."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Lexicon
from bot.language.text import Sentence, Token
from bot.language.vocabulary import load, words

_MODALITY = load("modality")
_GENERAL = Lexicon().add_all("general", {True: _MODALITY["general"]})
_ADVICE = Lexicon().add_all("advice", {True: _MODALITY["advice"]})
_PERSONS = words("modality", "persons")
_MEETING = words("ppf", "meeting")
"""Somebody meets a definition, even where nobody is named: "does not meet the definition of PPF"."""
_ASKING = words("modality", "asking")


def is_general(sentence: Sentence) -> bool:
    """ "PPF is defined by ...", "in the trial FVC fell less": knowledge, in which nobody is named."""
    marks = _GENERAL.scan(sentence.tokens)
    covered = {at for mark in marks for at in range(mark.first, mark.last)}  # "no particular patient" names nobody
    rest = {text for at, text in enumerate(sentence.texts) if at not in covered}
    return bool(marks) and not (_PERSONS | _MEETING) & rest


def advised(tokens: Sequence[Token]) -> bool:
    """ "Worsening breathlessness should prompt admission": what is to be done if it comes to that."""
    return bool(_ADVICE.scan(tokens))


def only_queried(sentence: Sentence) -> bool:
    """ "CT: progression?", "FVC stable?": a question without a word of asking puts its course in question."""
    return sentence.asks and not _ASKING & set(sentence.texts)
