"""What a Slack event says, in our words; nothing here calls Slack."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.model import Incoming, Kind
from bot.channels.team.texts import plain

Body = Mapping[str, Any]

NAME = "slack"
_WRITTEN = frozenset({None, "thread_broadcast", "me_message", "file_share"})
_MENTION = re.compile(r"<@([UW]\w+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<(?:[^|<>]*\|)?([^<>]*)>")
_STRUCK = re.compile(r"(?<![\w~])~(?=\S)[^~\n]*(?<=\S)~(?![\w~])")
_STYLED = re.compile(r"(?<!\w)([*_`])(?=\S)([^\n]*?)(?<=\S)\1(?!\w)")


@dataclass(frozen=True)
class Words:
    """A text without Slack's markup, and whom it mentions."""

    text: str
    to_bot: bool
    to_others: bool


def words(raw: str, bot: str) -> Words:
    """Read a text: mentions go, links show their label, what is struck out was not said."""
    people = _MENTION.findall(raw)
    text = _LINK.sub(r"\1", _MENTION.sub(" ", raw))
    text = _STYLED.sub(r"\2", _STYLED.sub(r"\2", _STRUCK.sub(" ", text)))
    lines = (" ".join(line.split()) for line in plain(html.unescape(text)).splitlines())
    return Words("\n".join(lines).strip(" ,:\n"), bot in people, any(person != bot for person in people))


def author_team(body: Body) -> str:
    """Return the workspace of an event's author, who may belong to another than the channel does."""
    event = body["event"]
    event = event.get("message") or event
    return str(event.get("user_team") or event.get("source_team") or event.get("team") or body.get("team_id") or "")


def is_direct(channel: str) -> bool:
    """Tell whether a channel is a direct message with the bot."""
    return channel.startswith("D")


def place_of(team: str, channel: str, thread: str) -> str:
    """Return the place of a case: a direct message as a whole, else a thread."""
    return f"{team}:{channel}" if is_direct(channel) else f"{team}:{channel}:{thread}"


def read_message(body: Body, bot: str) -> Incoming | None:
    """Return what a `message` or `app_mention` event says, or None where there is nothing for the bot in it."""
    event = body["event"]
    if event.get("subtype") == "message_changed":
        return _edited(body, event, bot)
    if event.get("subtype") not in _WRITTEN or not _is_person(event, bot):
        return None
    kind = Kind.UNREADABLE if event.get("files") else Kind.TEXT
    return _incoming(body, event, event["channel"], bot, kind, str(event["ts"]))


def _edited(body: Body, event: Body, bot: str) -> Incoming | None:
    now, before = event.get("message") or {}, event.get("previous_message") or {}
    # Slack also sends this when it adds the preview of a link, or the first reply.
    if now.get("text") == before.get("text") or now.get("subtype") not in _WRITTEN or not _is_person(now, bot):
        return None
    stamp = (now.get("edited") or {}).get("ts") or event.get("ts")
    return _incoming(body, now, event["channel"], bot, Kind.EDIT, f"{now['ts']}:{stamp}")


def _is_person(message: Body, bot: str) -> bool:
    return bool(message.get("user")) and message["user"] != bot and not message.get("bot_id")


def _incoming(body: Body, message: Body, channel: str, bot: str, kind: Kind, id: str) -> Incoming | None:
    said, ts = words(str(message.get("text") or ""), bot), str(message["ts"])
    thread, direct = str(message.get("thread_ts") or ""), is_direct(channel)
    if not (direct or thread or said.to_bot):
        return None
    place = place_of(str(body.get("team_id")), channel, thread or ts)
    address: dict[str, Any] = {
        "channel": channel,
        # In a direct message the answer goes where the question stands.
        "thread": thread if direct else thread or ts,
        "addressed": said.to_bot or direct,
        "to_others": said.to_others,
        "what": "file",
    }
    # The same message comes as a mention and as a message, and again where Slack was not sure that it arrived.
    return Incoming(f"{channel}:{id}", kind, place, f"{NAME}:{place}", str(message["user"]), said.text, ts, address)


def read_press(body: Body) -> Incoming | None:
    """Return the pressing of a button of ours."""
    action, container = body["actions"][0], body.get("container") or {}
    channel = str(container.get("channel_id") or (body.get("channel") or {}).get("id") or "")
    message = body.get("message") or {}
    ts = str(container.get("message_ts") or message.get("ts") or "")
    if not channel or not ts:
        return None
    thread = str(container.get("thread_ts") or message.get("thread_ts") or "")
    team = str((body.get("team") or {}).get("id") or "")
    place = place_of(team, channel, thread or ts)
    value, user = str(action.get("value") or ""), str(body["user"]["id"])
    address = {
        "channel": channel,
        "thread": thread if is_direct(channel) else thread or ts,
        "addressed": True,
        "blocks": message.get("blocks") or [],
        "text": str(message.get("text") or ""),
    }
    id = f"{channel}:{ts}:{action.get('action_id')}:{action.get('action_ts')}:{user}"
    return Incoming(id, Kind.PRESS, place, f"{NAME}:{place}", user, value, ts, address)
