"""Dictation without punctuation: where one clause ends and the next begins, told by pronouns before a finite verb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.language.vocabulary import words


class _Token(Protocol):
    @property
    def text(self) -> str: ...


_SHORTEST = 18
"""Tokens below which a sentence is taken as it is."""
_WORDS_PER_MARK = 25
_REACH = 5
_LEAST = 3
_TIME_PHRASE = 8

_MARKS = frozenset({",", ":", "(", ")", "-", "/", "|", "→"})
_SUBJECTS = words("run_on", "subjects")
_OWNERS = words("run_on", "owners")
_VERBS = words("run_on", "verbs")
_BINDERS = words("run_on", "binders")
_SUBORDINATORS = words("run_on", "subordinators")
_TIME_PREPOSITIONS = words("run_on", "time_prepositions")
_APART = _SUBJECTS | _SUBORDINATORS
_JOINTS = frozenset({"and", "but", "so"})


def starts(tokens: Sequence[_Token]) -> list[int]:
    """The tokens at which a new clause of an unpunctuated sentence begins; none where it is punctuated."""
    texts = [token.text for token in tokens]
    if len(texts) < _SHORTEST or sum(text in _MARKS for text in texts) * _WORDS_PER_MARK > len(texts):
        return []
    found: list[int] = []
    for at in range(_LEAST, len(texts) - 1):
        if not _opens(texts, at):
            continue
        begin = _with_its_time(texts, at - 1 if texts[at - 1] in _JOINTS else at)
        last = found[-1] if found else 0
        if begin - last >= _LEAST and texts[begin - 1] not in _BINDERS and _is_whole(texts[last:begin]):
            found.append(begin)
    return found


def _is_whole(texts: Sequence[str]) -> bool:
    """True where the words so far have a verb of their own: "in ten months" and "that the breathlessness" have none."""
    opened = max((at for at, text in enumerate(texts) if text in _SUBORDINATORS), default=-1)
    return any(text in _VERBS for text in texts[opened + 1 :])


def _with_its_time(texts: Sequence[str], begin: int) -> int:
    """ "... and over the same months the DLCO went": the time belongs to what follows the "and"."""
    for at in range(begin - 2, max(0, begin - _TIME_PHRASE), -1):
        if texts[at] in _JOINTS and texts[at + 1] in _TIME_PREPOSITIONS:
            return at
    return begin


def _opens(texts: Sequence[str], at: int) -> bool:
    """ "She is ...", "her breathing has ...", "the CT from last week shows ..."."""
    if texts[at] in _SUBJECTS:
        return texts[at + 1] in _VERBS
    if texts[at] not in _OWNERS:
        return False
    return any(texts[verb] in _VERBS and not _APART & set(texts[at + 1 : verb]) for verb in _verbs(texts, at))


def _verbs(texts: Sequence[str], at: int) -> range:
    return range(at + 2, min(at + 2 + _REACH, len(texts)))
