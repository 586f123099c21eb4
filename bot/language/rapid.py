"""Rapid progression: the word itself, or oxygen and ventilation beside a worsening within weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language import oxygen
from bot.language.facts import clause, cues, near, of_family
from bot.language.lexicon import Mark
from bot.language.text import Token
from bot.language.times import When, today_in_months
from bot.language.vocabulary import load, words

_FACTS = load("facts")["rapid"]
_RAPID = cues(**{name: _FACTS[name] for name in ("stated", "support", "need")})
_CUES = cues(**{name: _FACTS[name] for name in ("denied", "doubted")})
_TIME = cues(**{name: _FACTS[name] for name in ("acute", "worsening")})
_RAPID_OXYGEN = cues(since=_FACTS["oxygen_since"])
_NAMES = frozenset({"progressive", "progression", "rpild", "rp"})
_RISING = words("facts", "rising")
_RECOVERED = words("facts", "recovered")
_MONTHS = 3.1


@dataclass(frozen=True)
class Rapid:
    """Signs of rapid progression in one sentence: the word itself, oxygen or ventilation, worsening, a recent time."""

    stated: bool | None
    said: Mark | None
    support: Mark | None
    worsening: bool
    recent: bool
    old: bool = False
    weaned: bool = False


def marks(tokens: Sequence[Token]) -> list[Mark]:
    """ "Rapidly progressive" as a name of the state, which tells no course of its own."""
    return [
        mark
        for mark in _RAPID.scan(tokens)
        if mark.value == "stated" and _NAMES & {token.text for token in tokens[mark.first : mark.last]}
    ]


def told(tokens: Sequence[Token], whens: Sequence[When], asks: bool, opens_question: bool) -> Rapid:
    """What one sentence says towards rapid progression; doubts, worries and past episodes give nothing."""
    found = list(_RAPID.scan(tokens))
    times = _TIME.scan(tokens)
    recent = any(0 < when.months <= _MONTHS for when in whens if when.kind in ("window", "ago"))
    recent = recent or any(mark.value == "acute" for mark in times) or _within_a_month(tokens)
    old = any(when.kind == "date" and when.lead != "since" and _months_since(when) > _MONTHS for when in whens)
    old = old or any(when.kind == "ago" and when.months > _MONTHS for when in whens)
    stated: bool | None = None
    said: Mark | None = None
    support: Mark | None = None
    for mark in found:
        if of_family(tokens, mark.first):
            continue
        begin, end = clause(tokens, mark.first, mark.last)
        before, after = tokens[begin : mark.first], tokens[mark.last : end]
        if _not_before(after):
            after = after[:0]
        cue = near(before, _CUES, 6) or _after_cue(after)
        if mark.value == "stated":
            if cue == "denied" and not opens_question:
                stated, said = stated or False, mark
            elif cue is None and not asks and not old and not any(token.text == "was" for token in before[-3:]):
                stated, said = True, mark
        elif cue is None and not opens_question and not (old and not recent) and not _recovered(after):
            support = mark
    course = oxygen.ramp(tokens)
    if course is not None and course.rising and not opens_question and not (old and not recent):
        support = support or Mark("cue", "need", course.first, course.last)
    fresh = _oxygen_since(tokens, whens)
    support = support or fresh
    weaned = (course is not None and not course.rising) or (course is None and oxygen.none_now(tokens))
    worsening = any(mark.value == "worsening" for mark in times) or (course is not None and course.rising)
    worsening = worsening or fresh is not None
    worsening = worsening or any(
        _rising(tokens[mark.first : mark.last]) for mark in found if mark.value in ("need", "support")
    )
    return Rapid(stated, said, None if weaned else support, worsening, recent, old, weaned)


def _not_before(after: Sequence[Token]) -> bool:
    """ "Now needs oxygen, which was not necessary in September": what is denied is the time before."""
    texts = [token.text for token in after]
    for at, text in enumerate(texts[:_PER_MINUTE]):
        if text in ("which", "that"):
            return bool({"was", "wasnt", "did", "didnt", "had"} & set(texts[at + 1 : at + 4]))
    return False


_PER_MINUTE = 4
"""Tokens that may still belong to the oxygen: "3 L / min which ..."."""


def _rising(tokens: Sequence[Token]) -> bool:
    """True for oxygen that is new or rising and for failure of breathing; not for "2 L O2" or a stay on the ICU."""
    return any(token.text in _RISING for token in tokens)


def _recovered(after: Sequence[Token]) -> bool:
    """ "Was on high flow last month and is now better": support that is over."""
    texts = [token.text for token in after]
    return any(
        text in _RECOVERED and not {"not", "no", "without", "until", "if"} & set(texts[max(0, at - 2) : at])
        for at, text in enumerate(texts)
    )


def _after_cue(after: Sequence[Token]) -> str | None:
    return next((str(mark.value) for mark in _CUES.scan(after[:5])), None)


def _oxygen_since(tokens: Sequence[Token], whens: Sequence[When]) -> Mark | None:
    """ "On oxygen since last week": new, where the time is recent; "since 2021" is long-standing."""
    for mark in _RAPID_OXYGEN.scan(tokens):
        for when in whens:
            near_by = -1 <= when.first - mark.last <= 2
            recent = when.kind in ("ago", "window") and 0 < when.months <= _MONTHS
            if near_by and (recent or (when.kind == "date" and 0 <= _months_since(when) <= _MONTHS)):
                return Mark("cue", "need", mark.first, when.last)
    return None


def _within_a_month(tokens: Sequence[Token]) -> bool:
    """ "On the 2nd ... by the 12th": two days of one month."""
    days = [
        at
        for at, token in enumerate(tokens[1:], start=1)
        if token.kind == "number"
        and token.text.isdigit()
        and 1 <= int(token.text) <= 31
        and tokens[at - 1].text == "the"
    ]
    return len(days) >= 2


def _months_since(when: When) -> float:
    return today_in_months() - when.months
