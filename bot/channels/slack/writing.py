"""Texts and buttons as Slack takes them: mrkdwn that no text can break, and Block Kit within its limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.channels.markdown import Rich, parse, split
from bot.channels.team.texts import with_mentions

Block = dict[str, Any]

SECTION = 3000
# Bold stretches add their stars, and mentions grow a little.
_TEXT = SECTION - 200
_BUTTONS_IN_BLOCK = 5
_BUTTON_TEXT = 75
_MOST_BUTTONS = 100
PRESS = "press:"

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Characters that would format; Slack knows no escape for them, so each gives way to one that looks like it.
_FORMATTING = {"*": "∗", "~": "∼", "`": "ˋ", "_": "ˍ"}
_AT_A_WORD = re.compile(r"(?<!\w)[*~`_]|[*~`_](?!\w)")
_EMOJI = re.compile(r":(?=[a-z0-9_+'-]+:)")
_QUOTE = re.compile(r"^(?=&gt;)", re.MULTILINE)
_UNSEEN = "\u200b"


def escape(text: str) -> str:
    """Return a text that Slack shows as it is: no markup, no mention, no emoji, no quotation."""
    text = _AT_A_WORD.sub(lambda found: _FORMATTING[found[0]], text)
    text = _EMOJI.sub(f":{_UNSEEN}", text.translate(_ENTITIES))
    return _QUOTE.sub(_UNSEEN, text)


def mrkdwn(rich: Rich) -> str:
    """Write a text with its bold stretches and its mentions."""
    pieces, position = [], 0
    for begin, end in rich.bold:
        bold = escape(rich.text[begin:end])
        pieces += [escape(rich.text[position:begin]), f"*{bold}*" if bold.strip() else bold]
        position = end
    text = "".join([*pieces, escape(rich.text[position:])])
    return with_mentions(text, lambda person: f"<@{person}>")


def texts_of(source: str) -> list[str]:
    """Return a reply's text as mrkdwn, cut into pieces of which each fits a section."""
    return [mrkdwn(part) for part in split(parse(source), _TEXT, lambda text: len(escape(text)))]


def mrkdwn_of(source: str) -> str:
    """Return a short text as mrkdwn."""
    return mrkdwn(parse(source))


def section(text: str) -> Block:
    """Return a block of text."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:SECTION]}}


def context(text: str) -> Block:
    """Return a block of small text."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text[:SECTION]}]}


def button_blocks(titles: Sequence[str], values: Sequence[str]) -> list[Block]:
    """Return buttons in rows; `values` is what each sends back."""
    buttons = [_button(n, *pair) for n, pair in enumerate(zip(titles, values, strict=True))][:_MOST_BUTTONS]
    return [{"type": "actions", "elements": row} for row in _rows(buttons)]


def _button(number: int, title: str, value: str) -> Block:
    label = " ".join(title.split()) or "…"
    short = label if len(label) <= _BUTTON_TEXT else label[: _BUTTON_TEXT - 1].rstrip() + "…"
    text = {"type": "plain_text", "text": short, "emoji": False}
    return {"type": "button", "action_id": f"{PRESS}{number}", "text": text, "value": value}


def _rows(buttons: list[Block]) -> Iterator[list[Block]]:
    for begin in range(0, len(buttons), _BUTTONS_IN_BLOCK):
        yield buttons[begin : begin + _BUTTONS_IN_BLOCK]


def after_choice(blocks: Sequence[Block], line: str) -> list[Block]:
    """Return a message's blocks with a line on the choice in the place of the buttons."""
    return [*(dict(block) for block in blocks if block.get("type") != "actions"), context(line)]
