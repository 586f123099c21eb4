"""A stand-in for Rasa's agent that keeps real trackers and answers by simple rules, and the server around a channel."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage, register
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic

from bot.runtime.lock_store import AwakeningLockStore
from bot.runtime.tracker_store import ConversationStore

Message = dict[str, Any]
_names = itertools.count()
Sanic.test_mode = True


class Assistant:
    """Answers every text with all that was said in the case so far; "/new" begins a new case.

    "ask LABEL=PAYLOAD, ..." is answered with buttons, "say ..." with the very text, "send KEY VALUE" with that key.
    """

    def __init__(self) -> None:
        self.tracker_store = ConversationStore(Domain.empty())
        self.lock_store = AwakeningLockStore()
        self.heard: list[tuple[str, str]] = []
        self.delay = 0.0
        self.at_work: dict[str, int] = {}
        self.messages: dict[str, list[Message]] = {}
        self.broken = False

    async def handle_message(self, message: UserMessage) -> None:
        async with self.lock_store.lock(message.sender_id):
            self.heard.append((message.sender_id, message.text))
            assert not self.at_work.get(message.sender_id), "two turns of a conversation at once"
            self.at_work[message.sender_id] = 1
            try:
                await asyncio.sleep(self.delay)
                await self._turn(message)
            finally:
                self.at_work[message.sender_id] = 0

    async def _turn(self, message: UserMessage) -> None:
        if self.broken:
            raise RuntimeError(message.text)
        tracker = await self.tracker_store.retrieve(message.sender_id)
        if tracker is None:
            tracker = DialogueStateTracker(message.sender_id, [])
            tracker.update(SessionStarted())
            tracker.update(ActionExecuted("action_listen"))
        tracker.update(UserUttered(message.text, message_id=message.message_id, metadata=message.metadata))
        if message.text == "/new":
            tracker.update(SessionStarted())
        for reply in self._replies(message, tracker):
            await message.output_channel.send_response(message.sender_id, reply)
        tracker.update(ActionExecuted("action_listen"))
        await self.tracker_store.save(tracker)

    def _replies(self, message: UserMessage, tracker: DialogueStateTracker) -> list[Message]:
        word, _, rest = message.text.partition(" ")
        if message.text in self.messages:
            return [dict(reply) for reply in self.messages[message.text]]
        if word == "ask":
            pairs = [pair.partition("=") for pair in rest.split(", ")]
            return [
                {"text": "Which?", "buttons": [{"title": label, "payload": load or label} for label, _, load in pairs]}
            ]
        if word == "say":
            return [{"text": rest}]
        if word == "/new":
            return [{"text": "New patient."}]
        said = [event.text for event in tracker.events if isinstance(event, UserUttered)]
        return [{"text": f"{message.sender_id} said: {' | '.join(said)}"}]

    async def close(self) -> None:
        await self.tracker_store.close()


@contextlib.asynccontextmanager
async def serving(channel: InputChannel, agent: Any, port: int = 0) -> AsyncIterator[str]:
    """Run a channel in a server as `serve` does; the value is the server's address."""
    app = Sanic(f"channel-test-{next(_names)}", configure_logging=False)
    app.ctx.agent = agent
    register([channel], app, "/webhooks/")
    # Sanic takes port 0 for its own 8000.
    listener = socket.create_server(("127.0.0.1", port))
    server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.before_start()
    await server.after_start()
    try:
        yield "http://{}:{}".format(*listener.getsockname())
    finally:
        server.close()
        await server.before_stop()
        for connection in list(server.connections):
            connection.close_if_idle()
        await server.after_stop()


async def until(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Wait until the condition holds and return its value."""
    async with asyncio.timeout(seconds):
        while not (value := condition()):
            await asyncio.sleep(0.01)
        return value
