"""A Rasa agent in this process, with the stores of endpoints.yml and the actions beside it."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path
from typing import Any, cast

from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import ConnectionException, RasaException

from bot.runtime.actions import CRASH_REPLY, InProcessActions
from bot.runtime.errors import UserError
from bot.runtime.lock_store import AwakeningLockStore
from bot.runtime.logs import frames
from bot.runtime.project import Project
from bot.runtime.tracker_store import ConversationStore

logger = logging.getLogger(__name__)


class CarefulAgent(Agent):
    """An agent that answers even when a turn breaks outside the actions, for Rasa's channels would say nothing."""

    async def handle_message(self, message: UserMessage) -> list[dict[str, Any]] | None:
        """Handle a message; a failure is logged without what was said, and told to the user, whose case is kept."""
        try:
            return cast(list[dict[str, Any]] | None, await super().handle_message(message))
        except Exception as error:
            logger.error("A turn failed: %s", frames(error))
        await message.output_channel.send_text_message(message.sender_id, CRASH_REPLY)
        return getattr(message.output_channel, "messages", None)


async def open_endpoints(project: Project) -> AvailableEndpoints:
    """Open what endpoints.yml names, with the actions in process in place of an action server.

    Raises:
        UserError: an entry cannot be used, or the actions cannot be imported.
    """
    try:
        endpoints = AvailableEndpoints.read_endpoints(str(project.endpoints) if project.endpoints.is_file() else "")
        endpoints.event_broker = await EventBroker.create(endpoints.event_broker)
        endpoints.tracker_store = _tracker_store(endpoints.tracker_store, endpoints.event_broker)
        endpoints.lock_store = LockStore.create(endpoints.lock_store) if endpoints.lock_store else AwakeningLockStore()
        endpoints.action = InProcessActions(project.actions)
    except ImportError as error:
        raise UserError(f"The actions cannot be imported: {error}") from error
    except ConnectionException as error:
        raise UserError(str(error)) from error
    except (RasaException, ValueError, TypeError) as error:
        raise UserError(f"{project.endpoints.name}: {error}") from error
    return endpoints


def load_agent(model: Path, endpoints: AvailableEndpoints) -> Agent:
    """Load a model into an agent that uses the opened endpoints.

    Raises:
        UserError: the file is no model that this Rasa can load.
    """
    agent = CarefulAgent(
        generator=endpoints.nlg,
        tracker_store=endpoints.tracker_store,
        lock_store=endpoints.lock_store,
        action_endpoint=endpoints.action,
    )
    try:
        agent.load_model(str(model))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise UserError(f"Cannot load {model} ({reason}). Train a new one: python -m bot train --force") from error
    return agent


async def close_stores(endpoints: AvailableEndpoints) -> None:
    """Close what `open_endpoints` opened."""
    if isinstance(endpoints.tracker_store, ConversationStore):
        await endpoints.tracker_store.close()
    if endpoints.event_broker:
        await endpoints.event_broker.close()


def _tracker_store(entry: Any, broker: EventBroker | None) -> TrackerStore:
    if entry is None:
        return ConversationStore(event_broker=broker)
    store = TrackerStore.create(entry, event_broker=broker)
    if isinstance(store, InMemoryTrackerStore) and entry.type not in {None, "in_memory"}:
        # Rasa goes on in memory when it does not find the class: conversations would be lost without a word.
        raise ValueError(f"tracker_store: no class {entry.type} found")
    return store


class Conversation:
    """One conversation with an agent in this process."""

    def __init__(self, agent: Agent, conversation_id: str) -> None:
        """Begin nothing yet; `conversation_id` may be that of an earlier conversation."""
        self.id = conversation_id
        self._agent = agent

    async def begin(self) -> list[dict[str, Any]]:
        """Return the opening of a new conversation, or what the bot said last in one that is taken up again."""
        channel = CollectingOutputChannel()
        async with self._agent.lock_store.lock(self.id):
            known = await self._agent.tracker_store.exists(self.id)
            tracker = await self._agent.processor.fetch_tracker_and_update_session(self.id, channel)
            await self._agent.tracker_store.save(tracker)
        return channel.messages or (_said_last(tracker) if known else [])

    async def say(self, text: str) -> list[dict[str, Any]]:
        """Send a message and return the bot's messages."""
        return await self._agent.handle_message(UserMessage(text, CollectingOutputChannel(), self.id)) or []


def _said_last(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    said = itertools.takewhile(lambda event: not isinstance(event, UserUttered), reversed(tracker.events))
    return [{"text": event.text, **event.data} for event in said if isinstance(event, BotUttered)][::-1]
