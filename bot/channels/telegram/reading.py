"""What a Telegram update says, in our words; nothing here calls Telegram."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from telegram import CallbackQuery, Chat, Message, MessageEntity, Update, User

from bot.channels.model import Kind

WANTED = ["message", "edited_message", "callback_query", "my_chat_member"]
"""The kinds of update that the bot asks for."""

# Behind this account stand the administrators of a group who hide their names.
ANONYMOUS_ADMINISTRATOR = 1087968824

_UNREADABLE = {
    "voice": "voice message",
    "video_note": "video message",
    "audio": "recording",
    "video": "video",
    "animation": "animation",
    "photo": "picture",
    "document": "document",
    "sticker": "sticker",
    "contact": "contact",
    "location": "location",
    "venue": "location",
    "poll": "poll",
    "dice": "dice",
    "story": "story",
    "paid_media": "picture",
    "checklist": "checklist",
    "game": "game",
    "invoice": "invoice",
}


@dataclass(frozen=True)
class Post:
    """Something that a person did with a message: wrote, edited, or pressed a button of it (`text`: what it sends).

    addressed: it is meant for the bot as far as it can be seen from the message itself
    what: what was sent instead of text
    query: the id by which pressing a button has to be answered
    """

    kind: Kind
    message: Message
    person: str
    text: str
    addressed: bool
    what: str = ""
    query: str = ""


def read(update: Update, me: User) -> Post | None:
    """Return what a person did, or None where there is nothing for the bot in it."""
    if update.callback_query:
        return _pressed(update.callback_query)
    message = update.message or update.edited_message
    if message is None or message.is_automatic_forward:
        return None
    person = _person(message)
    if person is None:
        return None
    text = message.text if message.text is not None else message.caption
    what = _what(message)
    if text is None and (not what or update.edited_message):
        return None  # members come and go, messages are pinned, a shared location moves
    words, addressed = _addressed(message, text or "", me)
    kind = Kind.EDIT if update.edited_message else Kind.UNREADABLE if what else Kind.TEXT
    return Post(kind, message, person, words, addressed, what)


def _pressed(query: CallbackQuery) -> Post | None:
    # Telegram no longer gives the text of a very old message, only where it was.
    if query.message is None or query.data is None:
        return None
    message = (
        query.message if isinstance(query.message, Message) else _bare(query.message.chat, query.message.message_id)
    )
    return Post(Kind.PRESS, message, str(query.from_user.id), query.data, True, query=query.id)


def _bare(chat: Chat, message: int) -> Message:
    return Message(message, datetime.datetime.fromtimestamp(0, datetime.UTC), chat)


def _person(message: Message) -> str | None:
    sender = message.from_user
    if sender is None or (sender.is_bot and sender.id != ANONYMOUS_ADMINISTRATOR):
        return None
    return str(message.sender_chat.id if message.sender_chat else sender.id)


def _what(message: Message) -> str:
    return next((what for name, what in _UNREADABLE.items() if getattr(message, name, None)), "")


def _addressed(message: Message, text: str, me: User) -> tuple[str, bool]:
    """Return the text without the bot's name, and whether it is meant for the bot."""
    named = False
    for entity, part in reversed(_entities(message).items()):
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            command, _, name = part.partition("@")
            if name and name.lower() != (me.username or "").lower():
                return text, False
            text, named = command + text[len(part) :], True
        elif _names(entity, part, me):
            # Removed from the text as Telegram sent it, from the last entity to the first.
            before, _, after = text.rpartition(part)
            text, named = f"{before.rstrip()} {after.lstrip()}".strip(), True
    return text.strip(), named or message.chat.type == Chat.PRIVATE or _replies_to(message, me)


def _entities(message: Message) -> dict[MessageEntity, str]:
    found: Any = message.parse_entities() if message.text is not None else message.parse_caption_entities()
    return dict(sorted(found.items(), key=lambda item: item[0].offset))


def _names(entity: MessageEntity, part: str, me: User) -> bool:
    if entity.type == MessageEntity.MENTION:
        return part.lower() == me.name.lower()
    return entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == me.id


def _replies_to(message: Message, me: User) -> bool:
    replied = message.reply_to_message
    return bool(replied and replied.forum_topic_created is None and replied.from_user and replied.from_user.id == me.id)
