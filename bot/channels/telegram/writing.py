"""Texts and buttons as Telegram takes them; formatting goes as entities, which no text can break."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.constants import InlineKeyboardMarkupLimit, MessageLimit

from bot.channels.markdown import Rich, parse, split

TEXT_UNITS = int(MessageLimit.MAX_TEXT_LENGTH)
# Under a message with buttons there must be room for the choice, which is added when one is pressed.
CHOICE_UNITS = 200
# How many characters a label may have when so many buttons share a row, on a narrow phone.
_LABEL_IN_ROW_OF = {3: 9, 2: 15, 1: 34}
_MOST_BUTTONS = int(InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER)


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def rich_parts(text: str, with_buttons: bool) -> list[Rich]:
    """Return a reply's text as one or more messages."""
    return split(parse(text), TEXT_UNITS - (CHOICE_UNITS if with_buttons else 0), units)


def entities(rich: Rich) -> list[MessageEntity]:
    """Return the bold stretches, with positions in UTF-16 units."""
    return [
        MessageEntity(MessageEntity.BOLD, offset=units(rich.text[:begin]), length=units(rich.text[begin:end]))
        for begin, end in rich.bold
    ]


def keyboard(titles: Sequence[str], data: Sequence[str]) -> InlineKeyboardMarkup:
    """Return buttons in rows that fit a phone; `data` is what each sends back (at most 64 bytes)."""
    labels = [_label(title) for title in titles[:_MOST_BUTTONS]]
    buttons = [
        InlineKeyboardButton(label, callback_data=value)
        for label, value in zip(labels, data[:_MOST_BUTTONS], strict=True)
    ]
    markup = []
    for count in row_lengths(labels):
        markup.append(buttons[:count])
        buttons = buttons[count:]
    return InlineKeyboardMarkup(markup)


def row_lengths(labels: Sequence[str]) -> list[int]:
    """Return how many buttons stand in each row: as many as fit, at most three, and no single one left over."""
    lengths: list[int] = []
    rest = list(labels)
    while rest:
        count = next(count for count, room in _LABEL_IN_ROW_OF.items() if _fits(rest[:count], count, room))
        if count == 3 and len(rest) == 4 and _fits(rest[2:], 2, _LABEL_IN_ROW_OF[2]):
            count = 2
        lengths.append(count)
        rest = rest[count:]
    return lengths


def _fits(labels: Sequence[str], count: int, room: int) -> bool:
    return count == 1 or (len(labels) == count and all(len(label) <= room for label in labels))


def _label(title: str) -> str:
    line = " ".join(title.split()) or "…"
    longest = _LABEL_IN_ROW_OF[1]
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
