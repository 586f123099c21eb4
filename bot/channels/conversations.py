"""Rasa as the channels need it: say something, correct something said, forget everything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import ActiveLoop, Event, SessionStarted, UserUttered

from bot.channels import texts
from bot.channels.model import Message
from bot.runtime.logs import frames
from bot.runtime.tracker_store import conversation_store
from bot.training.database import forget as forget_training

logger = logging.getLogger(__name__)

TURN_SECONDS = 60.0
# The name that the domain gives it.
TRAINING_LOOP = "training_form"


class Collector(OutputChannel):
    """Collects the messages of a turn as Rasa makes them, to be sent when the turn is over and saved."""

    def __init__(self, channel: str) -> None:
        self.messages: list[Message] = []
        self._channel = channel

    def name(self) -> str:
        """Return the name of the platform's channel."""
        return self._channel

    async def send_response(self, recipient_id: str, message: Message) -> None:
        """Collect a message."""
        self.messages.append(dict(message))


@dataclass(frozen=True)
class Said:
    """What the bot answered, whether a new case began, and whether training began or ended (the real case waits)."""

    replies: list[Message]
    new_case: bool = False
    switched: bool = False


@dataclass(frozen=True)
class Gone:
    """What was deleted: conversations, the events in them, results of training."""

    conversations: int
    events: int
    training: int


class Conversations:
    """The conversations of one channel."""

    def __init__(self, agent: Any, say: Callable[[UserMessage], Awaitable[Any]], channel: str) -> None:
        """Take Rasa's agent, and the function by which it is given a message."""
        self._agent = agent
        self._say = say
        self._channel = channel

    async def say(
        self, conversation: str, text: str, message: str | None = None, metadata: dict[str, Any] | None = None
    ) -> Said:
        """Send a text; a turn that fails or never ends is answered with an apology."""
        output = Collector(self._channel)
        rasa_message = UserMessage(text, output, conversation, None, self._channel, message, metadata)
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._say(rasa_message)
        except Exception as error:
            logger.error("A turn failed: %s", frames(error))
            return Said([{"text": texts.FAILED}])
        tracker = await self._agent.tracker_store.retrieve(conversation)
        events = list(tracker.events) if tracker else []
        return Said(output.messages, _opened_session(events), _switched(events))

    async def correct(self, conversation: str, message: str, text: str) -> Said | None:
        """Put `text` in the place of an earlier message and read what came after it again.

        Returns None if the message is not part of the present case. Its former answers stay on the screen; only what
        the bot answers to the last message now is returned.
        """
        async with self._agent.lock_store.lock(conversation):
            tracker = await self._agent.tracker_store.retrieve(conversation)
            events = list(tracker.events) if tracker else []
            place = _place_of(message, events)
            if place is None:
                return None
            if events[place].text == text:
                return Said([])
            # A session of the events before the message is the state in which it was said. Rasa's own way back,
            # UserUtteranceReverted, goes too far within a form.
            tracker.update(SessionStarted())
            for event in events[:place]:
                if not isinstance(event, SessionStarted):
                    tracker.update(event)
            await self._agent.tracker_store.save(tracker)
        said = await self.say(conversation, text, message, events[place].metadata)
        for event in events[place + 1 :]:
            if isinstance(event, UserUttered):
                said = await self.say(conversation, event.text, event.message_id, event.metadata)
        return said

    async def forget(self, place: str) -> Gone:
        """Delete all conversations of a chat, with what training remembers of them."""
        store = conversation_store(self._agent.tracker_store)
        mine = [key for key in await store.keys() if key == place or key.startswith(f"{place}:")]
        deletions = [await store.delete(key) for key in mine]
        training = [await asyncio.to_thread(forget_training, key) for key in mine]
        return Gone(len(deletions), sum(deletion.events for deletion in deletions), sum(training))


def _opened_session(events: Sequence[Event]) -> bool:
    """Tell whether the turn just over began a new case: then no message of the user is in its session yet."""
    return bool(events) and not any(isinstance(event, UserUttered) for event in events)


def _switched(events: Sequence[Event]) -> bool:
    """Tell whether the turn just over led into training, or out of it."""
    begun = max((place for place, event in enumerate(events) if isinstance(event, UserUttered)), default=0)
    return _in_training(events[:begun]) != _in_training(events)


def _in_training(events: Sequence[Event]) -> bool:
    loops = [event.name for event in events if isinstance(event, ActiveLoop)]
    return bool(loops) and loops[-1] == TRAINING_LOOP


def _place_of(message: str, events: Sequence[Event]) -> int | None:
    """Return where among the events the user said a message."""
    said = (place for place, event in enumerate(events) if isinstance(event, UserUttered))
    return next((place for place in said if events[place].message_id == message), None)
