"""The Telegram channel: updates in by polling or webhook, replies out."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sqlalchemy.exc import SQLAlchemyError
from telegram import (
    BotCommand,
    Chat,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    Update,
    User,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels import texts
from bot.channels.access import RateLimit
from bot.channels.base import ChatChannel, Unusable
from bot.channels.files import File, file_of, picture_of
from bot.channels.model import Incoming, Kind
from bot.channels.model import Message as Reply
from bot.channels.store import Choice, Press
from bot.channels.telegram.client import PatientLimiter, make_client, pauses
from bot.channels.telegram.reading import WANTED, Post, read
from bot.channels.telegram.sequence import InOrder
from bot.channels.telegram.settings import Settings
from bot.channels.telegram.writing import TEXT_UNITS, entities, keyboard, rich_parts, units
from bot.runtime.logs import frames

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
# Telegram shows "typing" for five seconds.
TYPING_SECONDS = 4.5
FULL_BATCH = 100
CONFLICT_SECONDS = 5.0

MENU = {
    "start": "Begin, or go on with the case",
    "new": "New patient",
    "summary": "What I understood",
    "why": "Why this answer",
    "sources": "Sources",
    "train": "Training with fictional cases",
    "help": "What I can do",
    "privacy": "What is kept",
    "forget": "Delete all that is kept about this chat",
}
# Commands that say something about a case; in a group it must be clear which one.
_ABOUT_A_CASE = ("/summary", "/why", "/sources", "/cautions", "/options", "/change", "/criteria")


class TelegramChannel(ChatChannel):
    """One bot account on Telegram."""

    commands = tuple(MENU)

    def __init__(
        self, settings: Settings, limiter: PatientLimiter | None = None, limit: RateLimit | None = None
    ) -> None:
        """Call nobody yet; the limits are Telegram's and ours unless others are given."""
        super().__init__(settings.source, settings.allowlist, limit or RateLimit())
        self._settings = settings
        self._client = make_client(settings, limiter)
        self._me: User | None = None
        self._intake = asyncio.Lock()
        self._in_order = InOrder(self.enqueue)
        self._started = 0.0
        self._own_case: dict[tuple[str, str], str] = {}
        self._moved: dict[int, int] = {}

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, with which its routes and its conversations begin."""
        return "telegram"

    # Coming and going

    async def connect(self) -> None:
        """Ask Telegram who we are, and tell it our commands and how updates are to come."""
        self._started = time.time()
        try:
            await self._client.initialize()
            await self._register_commands()
            await self._choose_way()
        except InvalidToken:
            raise Unusable("TELEGRAM_BOT_TOKEN was refused. Take the token from @BotFather again.") from None
        except BadRequest as error:
            raise Unusable(f"Telegram refuses the settings: {error.message}") from None

    async def _register_commands(self) -> None:
        try:
            await self._client.set_my_commands([BotCommand(*entry) for entry in MENU.items()])
        except TelegramError as error:
            logger.warning("Telegram did not take the menu of commands: %s", type(error).__name__)

    async def _choose_way(self) -> None:
        if not self._settings.webhook_url:
            await self._client.delete_webhook(drop_pending_updates=False)
            return
        await self._client.set_webhook(
            self._settings.webhook_url, allowed_updates=WANTED, secret_token=self._settings.webhook_secret
        )

    async def listen(self) -> None:
        """Poll, or let the webhook take over."""
        self._me = self._client.bot
        way = "webhook" if self._settings.webhook_url else "polling"
        logger.info("Telegram is on, as @%s, by %s.", self._me.username, way)
        if not self._settings.webhook_url:
            await self._poll()

    async def stop(self) -> None:
        """Refuse updates from now on; Telegram keeps them until the next start."""
        self._me = None
        self._in_order.release()
        await super().stop()

    async def disconnect(self) -> None:
        """Close the connections; a webhook stays set, so that Telegram keeps what comes meanwhile."""
        await self._client.shutdown()

    async def _poll(self) -> None:
        offset, waited, waiting = 0, True, pauses()
        while True:
            try:
                updates = await self._client.updates(offset, WANTED)
                for event in await self._take_in(updates, waited):
                    self.enqueue(event)
            except InvalidToken:
                raise Unusable("TELEGRAM_BOT_TOKEN is no longer accepted.") from None
            except Conflict:
                logger.error("Another program takes the updates of this bot from Telegram; only one may. Trying again.")
                await asyncio.sleep(CONFLICT_SECONDS)
            except RetryAfter as error:
                await asyncio.sleep(_seconds(error))
            except TelegramError as error:
                logger.warning("Telegram is out of reach (%s); trying again.", type(error).__name__)
                await asyncio.sleep(next(waiting))
            except Exception as error:
                # The database, most likely. What was not kept comes again.
                logger.error("Updates could not be kept: %s", frames(error))
                await asyncio.sleep(next(waiting))
            else:
                waiting = pauses()
                # What the first batches bring was sent before we came up.
                waited = waited and len(updates) == FULL_BATCH
                offset = max([offset, *(update["update_id"] + 1 for update in updates)])

    def add_routes(self, blueprint: Blueprint) -> None:
        """Add the webhook; without one set up it knows no secret and refuses everything."""

        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request)

        for path, name in (("/webhook", "webhook"), ("/", "root")):
            blueprint.add_route(webhook, path, methods=["POST"], name=name)

    async def _webhook(self, request: Request) -> HTTPResponse:
        """Keep an update and answer at once; the turn runs later."""
        given = request.headers.get(SECRET_HEADER, "")
        secret = self._settings.webhook_secret if self._settings.webhook_url else ""
        if not secret or not hmac.compare_digest(given.encode(errors="surrogateescape"), secret.encode()):
            return empty(403)
        if self._me is None:
            return empty(503)  # not up yet, or about to stop: Telegram sends it again
        update = _json(request)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return empty(400)
        events = await self._take_in([update], waited=_date(update) < self._started)
        self._in_order.put(update["update_id"], events)
        return empty(200)

    # Taking in

    async def _take_in(self, updates: Sequence[dict[str, Any]], waited: bool) -> list[Incoming]:
        """Keep what is for the bot, one batch after the other, and return it."""
        async with self._intake:
            events = []
            for update in updates:
                post = self._read_update(update)
                event = await self._incoming(str(update["update_id"]), post, waited) if post else None
                events += [event] if event else []
            taken = await self.receive(events)
            for event in taken:
                await self._remember_case(event, event.message)
            return taken

    def _read_update(self, raw: dict[str, Any]) -> Post | None:
        try:
            return read(Update.de_json(raw, self._client), self._client.bot)
        except Exception as error:
            # A kind of update, or a part of one, that did not exist when this was written.
            logger.warning("An update of Telegram was not understood: %s", frames(error))
            return None

    async def _remember_case(self, event: Incoming, message: str) -> None:
        """Note to which case a message belongs; an event must not be lost because that failed."""
        if not event.address["case"]:
            return
        try:
            await self.store.link(event.place, [message], event.address["case"])
        except SQLAlchemyError as error:
            logger.error("A message's case could not be noted: %s", frames(error))

    async def _incoming(self, id: str, post: Post, waited: bool) -> Incoming | None:
        message, place = post.message, str(post.message.chat.id)
        if post.query:
            self.in_background(self._answer_query(post.query))
        in_replies = message.chat.type != Chat.PRIVATE and not message.chat.is_forum
        case = await self._case(post, place) if in_replies else ""
        if case is None or not (post.addressed or in_replies):
            return None
        if message.media_group_id and post.kind is Kind.UNREADABLE:
            id = f"album {message.media_group_id}"  # one line for all its pictures
        topic = str(message.message_thread_id) if message.is_topic_message else ""
        return Incoming(
            id=id,
            kind=post.kind,
            place=place,
            conversation=":".join(filter(None, (self.name(), place, case or topic))),
            person=post.person,
            text=post.text,
            message=str(message.message_id),
            address=_address(post, case),
            waited=waited,
        )

    async def _case(self, post: Post, place: str) -> str | None:
        """Return the case that a post belongs to, named by its first message, or None if the bot is not meant.

        In a group without topics a case is what hangs together by replies.
        """
        message, own = post.message, str(post.message.message_id)
        case = await self.store.thread(place, own)
        if not post.addressed and not case:
            return None
        if not case and message.reply_to_message:
            replied = str(message.reply_to_message.message_id)
            case = await self.store.thread(place, replied) or str(message.message_thread_id or replied)
        if not case and post.text.startswith(_ABOUT_A_CASE):
            case = self._own_case.get((place, post.person))
        self._own_case[place, post.person] = case or own
        return case or own

    async def _answer_query(self, query: str) -> None:
        with contextlib.suppress(TelegramError):  # too old: nobody waits for it any more
            await self._client.answer_callback_query(query)

    # Sending

    async def send(self, event: Incoming, message: Reply) -> None:
        """Send a reply: its text with the buttons under it, then its picture, then its document."""
        buttons = message.get("buttons") or message.get("quick_replies") or []
        text = str(message.get("text") or (texts.CHOOSE if buttons else ""))
        try:
            await self._send_text(event, text, buttons)
            if picture := picture_of(message):
                await self._send_picture(event, picture)
            if file := file_of(message):
                await self._send_file(event, file)
        except Forbidden:
            logger.info("A chat takes no messages from the bot; a reply was dropped.")

    async def _send_text(self, event: Incoming, text: str, buttons: list[dict[str, Any]]) -> None:
        parts = rich_parts(text, bool(buttons))
        for number, part in enumerate(parts, start=1):
            await self._post(
                event,
                self._client.send_message,
                text=part.text,
                entities=entities(part),
                reply_markup=await self._keyboard(event, buttons) if number == len(parts) else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )

    async def _keyboard(self, event: Incoming, buttons: list[dict[str, Any]]) -> InlineKeyboardMarkup | None:
        if not buttons:
            return None
        data = await self.offer(event, buttons)
        return keyboard([str(button.get("title") or "") for button in buttons], data)

    async def _send_picture(self, event: Incoming, picture: File) -> None:
        try:
            await self._post(event, self._client.send_photo, photo=picture.content, filename=picture.name)
        except BadRequest:  # not an image that Telegram shows, or too large a one
            await self._send_file(event, picture)

    async def _send_file(self, event: Incoming, file: File) -> None:
        try:
            await self._post(event, self._client.send_document, document=file.content, filename=file.name)
        except BadRequest:
            await self._send_text(event, texts.NOT_SENT.format(name=file.address), [])

    async def _post(self, event: Incoming, method: Callable[..., Awaitable[Message]], **content: Any) -> None:
        """Send something to where the event came from; a group that became a supergroup has a new number."""
        chat = int(event.address["chat"])
        where = {"message_thread_id": event.address["topic"], "reply_parameters": _reply(event)}
        try:
            sent = await method(chat_id=self._moved.get(chat, chat), **where, **content)
        except ChatMigrated as moved:
            self._moved[chat] = moved.new_chat_id
            sent = await method(chat_id=moved.new_chat_id, **where, **content)
        await self._remember_case(event, str(sent.message_id))

    async def show_choice(self, event: Incoming, choice: Choice) -> None:
        """Take the buttons away, and write the choice under the text."""
        message = {"chat_id": event.address["chat"], "message_id": int(event.message)}
        shown = event.address.get("shown") if choice.press is Press.TAKEN else None
        text = f"{shown}\n\n{texts.CHOSEN.format(title=choice.title)}"
        try:
            if shown and units(text) <= TEXT_UNITS:
                bold = [MessageEntity(MessageEntity.BOLD, *stretch) for stretch in event.address["bold"]]
                await self._client.edit_message_text(text, entities=bold, **message)
            else:
                await self._client.edit_message_reply_markup(reply_markup=None, **message)
        except TelegramError as error:
            logger.info("Buttons could not be taken away: %s", type(error).__name__)

    def metadata(self, event: Incoming) -> dict[str, Any] | None:
        """Return who speaks, where it can be more than one."""
        return {"person": event.person} if event.place.startswith("-") else None

    def working(self, event: Incoming) -> AbstractAsyncContextManager[Any]:
        """Show "typing" until the reply is sent."""
        return self._typing(event)

    @contextlib.asynccontextmanager
    async def _typing(self, event: Incoming) -> AsyncIterator[None]:
        done = asyncio.Event()
        self.in_background(self._type(event, done))
        try:
            yield
        finally:
            done.set()

    async def _type(self, event: Incoming, done: asyncio.Event) -> None:
        where = {"message_thread_id": event.address["topic"]}
        while not done.is_set():
            with contextlib.suppress(TelegramError):
                await self._client.send_chat_action(event.address["chat"], ChatAction.TYPING, **where)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), TYPING_SECONDS)


def _address(post: Post, case: str | None) -> dict[str, Any]:
    """Return where the answer to a post goes, and what else is needed for it."""
    message = post.message
    address: dict[str, Any] = {
        "chat": message.chat.id,
        "topic": message.message_thread_id if message.is_topic_message else None,
        "case": case,
        "what": post.what,
    }
    if post.query and message.text:
        bold = [entity for entity in message.entities if entity.type == MessageEntity.BOLD]
        address |= {"shown": message.text, "bold": [[entity.offset, entity.length] for entity in bold]}
    return address


def _reply(event: Incoming) -> ReplyParameters | None:
    """In a group without topics the answer replies to the message, which keeps the case together."""
    if not event.address["case"]:
        return None
    return ReplyParameters(int(event.message), allow_sending_without_reply=True)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait if isinstance(wait, int | float) else wait.total_seconds()


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def _date(update: dict[str, Any]) -> float:
    """Return when a message was sent, in seconds since 1970; for other updates, now."""
    message = update.get("message") or update.get("edited_message")
    date = message.get("edit_date") or message.get("date") if isinstance(message, dict) else None
    return float(date) if isinstance(date, int | float) else time.time()
