"""Texts and buttons as Mattermost takes them: Markdown that no text can break or use to call everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from bot.channels.markdown import Rich, parse, split
from bot.channels.team.texts import with_mentions

POST = 16_383
# Every character could need an escape.
_TEXT = 8_000
_SPECIAL = re.compile(r"([\\`*_~\[\]|<>$#])")
_AT = re.compile(r"@(?=\w)")
_EMOJI = re.compile(r":(?=[a-z0-9_+-]+:)")
_LINK = re.compile(r"(https?|ftp)(?=://)", re.IGNORECASE)
_UNSEEN = "\u200b"
_LABEL = 75


def escape(text: str) -> str:
    """Return a text that Mattermost shows as it is: no markup, no mention, no emoji, no link."""
    text = _LINK.sub(rf"\1{_UNSEEN}", _EMOJI.sub(f":{_UNSEEN}", text))
    return _AT.sub(f"@{_UNSEEN}", _SPECIAL.sub(r"\\\1", text))


def markdown(rich: Rich) -> str:
    """Write a text with its bold stretches; mentions are left to `with_names`."""
    pieces, position = [], 0
    for begin, end in rich.bold:
        bold = escape(rich.text[begin:end])
        pieces += [escape(rich.text[position:begin]), f"**{bold}**" if bold.strip() else bold]
        position = end
    return "".join([*pieces, escape(rich.text[position:])])


def texts_of(source: str) -> list[str]:
    """Return a reply's text as Markdown, cut into pieces of which each fits a post."""
    return [markdown(part) for part in split(parse(source), _TEXT)]


def with_names(text: str, username: Callable[[str], str]) -> str:
    """Put the people's user names, which call them, in their places."""
    return with_mentions(text, lambda person: f"@{username(person)}")[:POST]


def buttons(choices: Sequence[tuple[str, str]], url: str, context: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Return the properties of a post with buttons.

    Args:
        choices: the label of each, and the value that it sends back
        url: where Mattermost sends it
        context: what is sent with a value; Mattermost keeps it from its users
    """
    actions = [
        {
            "id": f"choice{number}",
            "name": " ".join(title.split())[:_LABEL] or "…",
            "type": "button",
            "integration": {"url": url, "context": context(value)},
        }
        for number, (title, value) in enumerate(choices)
    ]
    return {"attachments": [{"actions": actions}]}
