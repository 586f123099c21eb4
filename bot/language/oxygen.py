"""How much oxygen or ventilation is needed, and whether it went up or down: "room air to 40 % high flow"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language.facts import clause
from bot.language.lexicon import Lexicon
from bot.language.text import Token
from bot.language.vocabulary import NUMBER_WORDS, load, words

_DEVICES = Lexicon().add_all("level", load("facts")["oxygen_levels"])
_LITRES = words("oxygen", "litres")
_PERCENT = frozenset({"%", "percent"})
_TO = frozenset({"to", "->", "→", ">"})
_ABOUT_OXYGEN = words("oxygen", "about_oxygen")
_OTHER_LITRES = words("oxygen", "other_litres")
_NOW = words("oxygen", "now")
_EARLIER = words("oxygen", "earlier")
_LONG_BEFORE = words("oxygen", "long_before")
_ORDER = words("oxygen", "order")
_BREATHING = frozenset({"on", "with", "at", "in", "breathing"})
_BREAKS = frozenset({",", ";", "and", "but", "then", "→"})
_ROOM_AIR = 21
_SPOKEN = frozenset(NUMBER_WORDS) - {"a", "an", "half", "couple", "few", "several"}
_NO_VITAL_CAPACITY = 6
"""Litres from which a number without the word oxygen can be no vital capacity."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of support on a rough scale of litres a minute; tokens `first` to `last`; a device or a number."""

    amount: float
    first: int
    last: int
    device: bool = False


@dataclass(frozen=True, slots=True)
class Ramp:
    """Two levels in the order of time."""

    rising: bool
    first: int
    last: int


def ramp(tokens: Sequence[Token]) -> Ramp | None:
    """The course of the support in one sentence; None where fewer than two different levels are named."""
    levels = _merged(_levels(tokens))
    if len(levels) < 2:
        return None
    early, late = levels[0], levels[-1]
    if _told_backwards(tokens, early, late):
        early, late = late, early
    if early.amount == late.amount:
        return None
    return Ramp(late.amount > early.amount, levels[0].first, levels[-1].last)


def none_now(tokens: Sequence[Token]) -> bool:
    """ "Off oxygen since Tuesday", "room air": support that was needed before is needed no more."""
    levels = _levels(tokens)
    return bool(levels) and all(level.amount == 0 for level in levels)


def taken_off(tokens: Sequence[Token]) -> bool:
    """ "Off oxygen since the 24th", "weaned off O2": over, where "93 % on air" only tells a reading."""
    ends = {tokens[level.first].text for level in _levels(tokens) if not level.amount}
    return bool(ends & {"off", "weaned"})


def _levels(tokens: Sequence[Token]) -> list[Level]:
    texts = [token.text for token in tokens]
    if not (_ABOUT_OXYGEN | _LITRES).intersection(texts):
        return []
    devices = [Level(float(mark.value), mark.first, mark.last, True) for mark in _DEVICES.scan(tokens)]
    taken = {at for level in devices for at in range(level.first, level.last)}
    numbers = [
        level
        for at, token in enumerate(tokens)
        if (token.kind == "number" or token.text in _SPOKEN)
        and at not in taken
        and not _OTHER_LITRES & set(texts[max(0, at - 4) : at])
        for level in [_number(tokens, texts, at)]
        if level is not None
    ]
    if not devices and not _ABOUT_OXYGEN & set(texts):
        numbers = numbers if max((level.amount for level in numbers), default=0) >= _NO_VITAL_CAPACITY else []
    return sorted((*devices, *numbers), key=lambda level: level.first)


def _number(tokens: Sequence[Token], texts: Sequence[str], at: int) -> Level | None:
    """ "8 L", "40 % high flow", the first number of "1 -> 8 L"."""
    amount = tokens[at].number if tokens[at].kind == "number" else NUMBER_WORDS[texts[at]]
    unit = texts[at + 1 : at + 2]
    if unit and unit[0] in _LITRES and amount.is_integer():
        return Level(amount, at, at + 2)
    if unit and unit[0] in _PERCENT and texts[at + 2 : at + 3] and texts[at + 2] in _BREATHING:
        return None  # a saturation: "88 % on Venturi"
    if unit and unit[0] in _PERCENT and _ROOM_AIR <= amount <= 100 and _ABOUT_OXYGEN & set(texts[at + 2 : at + 5]):
        return Level((amount - _ROOM_AIR) / 4, at, at + 2)
    if unit and unit[0] in _TO and set(texts[at + 3 : at + 4]) & _LITRES and amount.is_integer():
        return Level(amount, at, at + 1)
    if at > 1 and texts[at - 1] == "from" and texts[at - 2] in ("up", "down") and amount.is_integer():
        return Level(amount, at, at + 1) if _ABOUT_OXYGEN & set(texts[:at]) else None  # "5 l of oxygen, up from 2"
    return None


def _merged(levels: Sequence[Level]) -> list[Level]:
    """ "8 L by reservoir mask" is one level: a number and a device beside each other."""
    kept: list[Level] = []
    for level in levels:
        last = kept[-1] if kept else None
        if last and last.amount and level.amount and last.device != level.device and level.first - last.last <= 2:
            kept[-1] = Level(max(last.amount, level.amount), last.first, level.last, True)
        else:
            kept.append(level)
    return kept


def _told_backwards(tokens: Sequence[Token], first: Level, last: Level) -> bool:
    """ "8 L, up from 2 L", "8 L now, 2 L last week": the level that stands last is the earlier one."""
    if last.first and tokens[last.first - 1].text in ("from", "was", "were", "previously"):
        return True
    lead = [token.text for token in tokens[first.last : last.first]]
    if "now" in lead and "," not in lead:
        return False  # "was room air now HFNC 50 L"
    early, late = _words_beside(tokens, first), _words_beside(tokens, last)
    return bool(late & _EARLIER and early & _NOW) or bool(late & _LONG_BEFORE and not early & (_EARLIER | _ORDER))


def _words_beside(tokens: Sequence[Token], level: Level) -> set[str]:
    begin, end = clause(tokens, level.first, level.last, _BREAKS)
    return {token.text for token in tokens[begin:end]}
