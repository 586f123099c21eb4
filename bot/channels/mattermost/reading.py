"""What a post in Mattermost says, in our words; nothing here calls Mattermost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.model import Incoming, Kind
from bot.channels.team.texts import plain

NAME = "mattermost"
DIRECT = "D"
_MENTION = re.compile(r"(?<![\w@.])@([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)
_STRUCK = re.compile(r"~~(?=\S).+?(?<=\S)~~", re.DOTALL)
_MARKS = re.compile(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True)
class Me:
    """The bot's own account."""

    id: str
    username: str


@dataclass(frozen=True)
class Channel:
    """A channel: `team` is empty, `kind` is "D", for direct messages."""

    id: str
    team: str
    kind: str

    def place(self, thread: str) -> str:
        """Return the place of a case: a direct message as a whole, else a thread."""
        return f"direct:{self.id}" if self.kind == DIRECT else f"{self.team or 'group'}:{self.id}:{thread}"


def is_persons(post: Mapping[str, Any], me: Me) -> bool:
    """Tell whether a person wrote a post: no program, no webhook, not the server, not we."""
    properties = post.get("props") or {}
    program = any(str(properties.get(flag)).lower() == "true" for flag in ("from_bot", "from_webhook", "from_plugin"))
    return not program and not post.get("type") and post.get("user_id") not in (None, "", me.id)


def read_post(post: Mapping[str, Any], channel: Channel, me: Me, edited: bool = False) -> Incoming | None:
    """Return what a post says, or None where there is nothing for the bot in it."""
    if not is_persons(post, me):
        return None
    raw = str(post.get("message") or "")
    named = {_name(found) for found in _MENTION.findall(raw)}
    to_bot = me.username.lower() in named
    id, root, direct = str(post["id"]), str(post.get("root_id") or ""), channel.kind == DIRECT
    if not (direct or root or to_bot):
        return None
    place = channel.place(root or id)
    address = {
        "channel": channel.id,
        "thread": root if direct else root or id,
        "addressed": to_bot or direct,
        "to_others": bool(named - {me.username.lower()}),
        "what": "file",
    }
    kind = Kind.EDIT if edited else Kind.UNREADABLE if post.get("file_ids") else Kind.TEXT
    event = f"{id}:{post.get('edit_at')}" if edited else id
    return Incoming(event, kind, place, f"{NAME}:{place}", str(post["user_id"]), _words(raw), id, address)


def _words(raw: str) -> str:
    text = _MARKS.sub(r"\2", _STRUCK.sub(" ", _MENTION.sub(" ", raw)))
    lines = (" ".join(line.split()) for line in plain(text).splitlines())
    return "\n".join(lines).strip(" ,:\n")


def _name(found: str) -> str:
    return found.lower().rstrip("._-")
