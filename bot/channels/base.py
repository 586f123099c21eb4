"""What every chat channel does: serve events once and in order, keep to the rules of access, reply, stop cleanly.

A platform subclasses `ChatChannel`, turns its events into `Incoming`, hands them to `receive`, and sends messages.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sqlalchemy.engine.url import URL

from bot.channels import texts
from bot.channels.access import Allowlist, RateLimit
from bot.channels.commands import FORGET, PASSED, READING, Command, is_command, read_command
from bot.channels.conversations import Conversations, Gone
from bot.channels.model import Incoming, Kind, Message
from bot.channels.queues import Queues
from bot.channels.store import ChannelStore, Choice, Forgotten, Press
from bot.runtime.logs import frames
from bot.runtime.tracker_store import conversation_store

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 20.0
# An event is begun again after a restart this often before the user is asked to say it again.
MAX_STARTS = 3
STRANGERS_REMEMBERED = 10_000


class Unusable(Exception):
    """The platform refuses the bot for good; the message says in one line what to put right."""


class ChannelOff(InputChannel):
    """Stands where a channel would be that is not set up, and does nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    def name(self) -> str:
        """Return the name of the channel that is off."""
        return self._name

    def blueprint(self, _on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return a blueprint without routes."""
        return Blueprint(f"{self._name}_off")


class ChatChannel(InputChannel):
    """The part of a chat channel that is the same on all platforms."""

    commands: Sequence[str] = sorted(PASSED | {FORGET})
    """The commands that the platform's users are told of."""

    def __init__(self, source: str, allowlist: Allowlist, limit: RateLimit) -> None:
        """Begin nothing yet; `source` names the account that the bot has on the platform."""
        self.source = source
        self.allowlist = allowlist
        self.limit = limit
        self.queues = Queues()
        self._invited: set[str] = set()
        self._refused: set[tuple[str, str]] = set()
        self._background: set[asyncio.Task[Any]] = set()
        self._main: asyncio.Task[None] | None = None
        self.store: ChannelStore
        self.conversations: Conversations

    # What a platform writes

    @abstractmethod
    async def connect(self) -> None:
        """Reach the platform, however long that takes; events left over are served when this returns."""

    @abstractmethod
    async def listen(self) -> None:
        """Take in events until cancelled; return at once where they come over HTTP."""

    @abstractmethod
    async def disconnect(self) -> None:
        """Let the platform's client go; nothing is sent after this."""

    @abstractmethod
    async def send(self, event: Incoming, message: Message) -> None:
        """Send one message as the answer to an event; the platform's passing failures are waited out in here."""

    async def show_choice(self, event: Incoming, choice: Choice) -> None:
        """Take the pressed buttons away, and show what was chosen if the press counted."""

    def metadata(self, event: Incoming) -> dict[str, Any] | None:
        """Return what Rasa should know of a message beside its text: in a group, `person`, the id of who speaks."""
        return None

    def working(self, event: Incoming) -> AbstractAsyncContextManager[Any]:
        """Show that the bot works on an event, for as long as the context lasts."""
        return nullcontext()

    def open_store(self, url: URL) -> ChannelStore:
        """Open the channel's memory in the database of the conversations."""
        return ChannelStore(url, self.source)

    def add_routes(self, blueprint: Blueprint) -> None:
        """Add the routes of a platform that sends its events over HTTP."""

    # Rasa and Sanic

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the channel's routes; with the server the channel starts and stops."""
        blueprint = Blueprint(f"{self.name()}_channel")

        async def start(app: Sanic, _loop: Any) -> None:
            await self.start(app.ctx.agent, on_new_message)

        async def stop(_app: Sanic, _loop: Any) -> None:
            await self.stop()

        blueprint.listener("after_server_start")(start)
        blueprint.listener("before_server_stop")(stop)
        self.add_routes(blueprint)
        return blueprint

    async def start(self, agent: Any, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> None:
        """Open the memory and connect in the background: a platform out of reach must not hold the server up."""
        self.conversations = Conversations(agent, on_new_message, self.name())
        self.store = self.open_store(conversation_store(agent.tracker_store).engine.url)
        self._invited = await self.store.invited(self.allowlist.code_mark)
        self._main = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Take nothing more in, finish what was begun, and let go; what is left is kept for the next start."""
        if self._main:
            self._main.cancel()
            await asyncio.gather(self._main, return_exceptions=True)
        if not await self.queues.drain(DRAIN_SECONDS):
            logger.warning(
                "%s: some answers could not be sent before the stop; they go out at the next start.", self.name()
            )
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.disconnect()
        await self.store.close()

    async def _run(self) -> None:
        try:
            await self.connect()
            for left in await self.store.unfinished():
                job = self._ask_again if left.starts > MAX_STARTS and left.replies is None else self._serve
                self.queues.put(left.event.place, partial(job, left.event, left.replies))
            await self.listen()
        except Unusable as error:
            logger.error("%s is off: %s", self.name().capitalize(), error)
        except Exception as error:
            logger.error("%s has stopped: %s", self.name(), frames(error))

    def in_background(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something that nobody waits for, until the channel stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    # Taking in

    async def receive(self, events: Sequence[Incoming]) -> list[Incoming]:
        """Keep those events that are new and permitted; what is returned is to be given to `enqueue`, in order."""
        admitted = [self._admit(event) for event in events]
        return await self.store.take_in([event for event in admitted if event])

    def enqueue(self, event: Incoming) -> None:
        """Serve an event after those of the same chat, unless its sender has sent too much."""
        seconds = 0.0 if event.waited else self.limit.wait(event.person)
        if not seconds:
            self.queues.put(event.place, partial(self._serve, event, None))
        elif self.limit.tell(event.person):
            reply = _text(texts.TOO_FAST.format(seconds=max(1, round(seconds))))
            self.queues.put(event.place, partial(self._serve, event, [reply]))
        else:
            self.queues.put(event.place, partial(self._serve, event, []))

    def _admit(self, event: Incoming) -> Incoming | None:
        """Return the event if its sender may use the bot, or has just sent the code by which one is let in."""
        known = event.place in self._invited or self.allowlist.allows(event.person, event.place)
        if event.kind is Kind.TEXT and (known or not self.limit.wait(event.person)) and self._is_code(event.text):
            return replace(event, kind=Kind.JOIN, text="")
        if known:
            return event
        self._refuse(event)
        return None

    def _is_code(self, text: str) -> bool:
        if is_command(text):
            command = read_command(text)
            text = command.words if command.name == "start" else ""
        return self.allowlist.is_code(text)

    def _refuse(self, event: Incoming) -> None:
        """Tell a stranger so, once."""
        who = (event.place, event.person)
        if who in self._refused:
            return
        if len(self._refused) >= STRANGERS_REMEMBERED:
            self._refused.clear()
        self._refused.add(who)
        self.queues.put(event.place, partial(self.send, event, _text(texts.REFUSED.format(id=event.place))))

    # Serving

    async def _serve(self, event: Incoming, replies: list[Message] | None) -> None:
        if replies is None:
            async with self.working(event):
                await self._send_all(*await self._answer(event))
        else:
            await self._send_all(event, replies)
        await self.store.finish(event)

    async def _ask_again(self, event: Incoming, _replies: list[Message] | None) -> None:
        await self._serve(event, [_text(texts.INTERRUPTED)])

    async def _send_all(self, event: Incoming, replies: list[Message]) -> None:
        if replies:
            await self.store.answered(event, replies)
        for reply in replies:
            try:
                await self.send(event, reply)
            except Exception as error:
                logger.error("A reply could not be sent: %s", frames(error))

    async def _answer(self, event: Incoming) -> tuple[Incoming, list[Message]]:
        """Return the replies, with the event in the conversation that they belong to."""
        match event.kind:
            case Kind.PRESS:
                return await self._press(event)
            case Kind.EDIT:
                return event, await self._correct(event)
            case Kind.JOIN:
                return event, await self._join(event)
            case Kind.UNREADABLE:
                return event, await self._unreadable(event)
            case Kind.TEXT:
                return event, await self._read(event, event.text)

    async def _read(self, event: Incoming, text: str) -> list[Message]:
        if not is_command(text):
            return await self._turn(event.conversation, text, event.message, self.metadata(event))
        command = read_command(text)
        if command.name == FORGET:
            return [_text(await self._forget(event))]
        if not command.is_known:
            return [_text(texts.UNKNOWN_COMMAND.format(commands=" ".join(f"/{name}" for name in self.commands)))]
        return await self._command(event, command)

    async def _command(self, event: Incoming, command: Command) -> list[Message]:
        metadata = self.metadata(event)
        if command.training_case:
            metadata = {**(metadata or {}), "training_case": command.training_case}
        # The words carry the message's id, for it is them that an edit of the message is about.
        *first, last = command.texts()
        replies = [reply for text in first for reply in await self._turn(event.conversation, text, None, metadata)]
        return replies + await self._turn(event.conversation, last, event.message, metadata)

    async def _turn(
        self, conversation: str, text: str, message: str | None = None, metadata: dict[str, Any] | None = None
    ) -> list[Message]:
        said = await self.conversations.say(conversation, text, message, metadata)
        if said.new_case or said.switched:
            await self.store.retire(conversation)
        return said.replies

    async def _press(self, event: Incoming) -> tuple[Incoming, list[Message]]:
        id, _, index = event.text.partition(":")
        number = int(index) if index.isdecimal() else -1
        choice = await self.store.press(id, number, event.place, event.id)
        if choice.press is Press.UNKNOWN:
            return event, [_text(texts.UNKNOWN_BUTTON)]
        event = replace(event, conversation=choice.conversation)
        if choice.press is Press.USED:
            return event, []
        if choice.press is Press.STALE:
            await self.show_choice(event, choice)
            return event, [_text(texts.STALE_BUTTON)]
        turn = self._turn(event.conversation, choice.payload, f"{event.message}:{event.id}", self.metadata(event))
        _, replies = await asyncio.gather(self.show_choice(event, choice), turn)
        return event, with_others(replies, choice)

    async def _correct(self, event: Incoming) -> list[Message]:
        text = event.text
        if is_command(text):
            command = read_command(text)
            if command.name != "new" or not command.words:
                return await self._read(event, text)
            text = command.words
        said = await self.conversations.correct(event.conversation, event.message, text)
        if said is None:
            return [_text(texts.CANNOT_CORRECT)]
        return [_text(texts.CORRECTED), *said.replies] if said.replies else []

    async def _unreadable(self, event: Incoming) -> list[Message]:
        what = event.address.get("what", "message")
        if not event.text:
            return [_text(texts.UNREADABLE.format(what=what))]
        return [_text(texts.UNREADABLE_WITH_WORDS.format(what=what)), *await self._read(event, event.text)]

    async def _join(self, event: Incoming) -> list[Message]:
        await self.store.invite(event.place, self.allowlist.code_mark)
        self._invited.add(event.place)
        return [_text(texts.WELCOME), *await self._turn(event.conversation, "/start", event.message)]

    async def _forget(self, event: Incoming) -> str:
        gone = await self.conversations.forget(f"{self.name()}:{event.place}")
        forgotten = await self.store.forget(event.place)
        self._invited.discard(event.place)
        self.limit.forget(event.person)
        return _what_was_deleted(gone, forgotten)

    # Buttons

    async def offer(self, event: Incoming, buttons: Sequence[dict[str, Any]]) -> list[str]:
        """Keep buttons that are about to be shown in the chat of an event; return what each has to send back."""
        id = secrets.token_urlsafe(9)
        await self.store.offer(id, event.place, event.conversation, [_button(button) for button in buttons])
        return [f"{id}:{index}" for index in range(len(buttons))]


def _text(text: str) -> Message:
    return {"text": text}


def with_others(replies: list[Message], choice: Choice) -> list[Message]:
    """Put the buttons beside one that only asked for something to read ("Why?") under what it brought."""
    asked = is_command(choice.payload) and read_command(choice.payload).name in READING
    if not asked or not replies or any(reply.get("buttons") for reply in replies):
        return replies
    return [*replies[:-1], {**replies[-1], "buttons": list(choice.others)}]


def _button(button: dict[str, Any]) -> dict[str, str]:
    title = str(button.get("title") or button.get("payload") or "?")
    return {"title": title, "payload": str(button.get("payload") or title)}


def _what_was_deleted(gone: Gone, forgotten: Forgotten) -> str:
    parts = []
    if gone.conversations:
        what = texts.counted(gone.conversations, "conversation", "conversations")
        parts.append(f"{what} with {texts.counted(gone.events, 'recorded event', 'recorded events')}")
    if gone.training:
        parts.append(texts.counted(gone.training, "training result", "training results"))
    if forgotten.keyboards:
        parts.append(texts.counted(forgotten.keyboards, "set of buttons", "sets of buttons"))
    if forgotten.threads:
        parts.append(f"the places of {texts.counted(forgotten.threads, 'message', 'messages')} in their threads")
    if forgotten.invited:
        parts.append("your access by invite code (send the code again to come back)")
    return texts.FORGOTTEN.format(what=texts.listed(parts)) if parts else texts.NOTHING_KEPT
