"""What a resident says of the trigger and of nintedanib: one verdict each."""

from __future__ import annotations

import re

from bot.language.lexicon import Lexicon
from bot.training.answers.reading import SHARED, begins_with, concluded, read_sentences, verdict_of
from bot.training.library import split_phrases
from bot.training.vocabulary import load

_TRIGGER_ORDER = ("depends", "no", "yes")
_NINTEDANIB_ORDER = ("instead", "undetermined", "already_tried", "continue", "not_indicated", "add", "named")


_OPEN_VERDICT = {"trigger": "depends", "nintedanib": "undetermined"}


def _verdicts(step: str) -> Lexicon:
    entries = load("answers").table(step)
    lexicon = Lexicon().add_all("verdict", {name: split_phrases(str(text)) for name, text in entries.items()})
    return lexicon.add_all("verdict", {_OPEN_VERDICT[step]: SHARED["undecided"]})


_TRIGGER = _verdicts("trigger")
_NINTEDANIB = _verdicts("nintedanib")
_CONDITIONAL = re.compile(r"\b(?:yes|no)\b,? (?:but )?(?:only )?(?:if|provided|unless)\b", re.I)
_IF_STABLE = re.compile(r"^\W*(?:so |well |only )?if\b.*\bstab(?:le|ility)\b", re.I | re.S)
_PPF_APART = re.compile(r"\bppf[ :=]+(?:yes|no)\b,?(?=.*\w)", re.I)  # "PPF yes, trigger no"
_NO_PPF = Lexicon().add_all("reason", {True: SHARED["no_ppf"]})


def _first_of(text: str, lexicon: Lexicon, order: tuple[str, ...]) -> str | None:
    found = {str(mark.value) for sentence in read_sentences(text) for mark in lexicon.scan(sentence.tokens)}
    return next((value for value in order if value in found), None)


def read_trigger(text: str) -> str | None:
    """Read whether the trigger is met: "yes", "no" or "depends"."""
    text = _PPF_APART.sub("", text)
    bare, named = verdict_of(text), _first_of(text, _TRIGGER, _TRIGGER_ORDER)
    if _IF_STABLE.search(text) and not concluded(text):
        return "depends"
    if named == "depends" and (bare is None or _CONDITIONAL.search(text)):
        return named
    return bare or _first_said(text, _TRIGGER) or begins_with(text)


def _first_said(text: str, lexicon: Lexicon) -> str | None:
    """The verdict that stands first: "goals not reached, so escalate", "responding, no switch"."""
    said = (str(mark.value) for sentence in read_sentences(text) for mark in lexicon.scan(sentence.tokens))
    return next((value for value in said if value != "named"), None)


def read_nintedanib(text: str) -> str | None:
    """Read what should become of nintedanib: a value of the recommendation, or None."""
    text = _PPF_APART.sub("", text)
    named = _first_of(text, _NINTEDANIB, _NINTEDANIB_ORDER)
    if named not in (None, "named", "add", "not_indicated"):
        return named
    if bare := verdict_of(text):
        return {"yes": "add", "no": "not_indicated"}[bare]
    return _first_said(text, _NINTEDANIB) or ("add" if named else None)


def denies_ppf(text: str) -> bool:
    """Whether "there is no PPF" is given as the reason."""
    return any(_NO_PPF.scan(sentence.tokens) for sentence in read_sentences(text))
