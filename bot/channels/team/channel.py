"""A team channel: when it speaks, who said what, and what happens where two people contradict each other."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from rasa.core.channels.channel import UserMessage
from sqlalchemy.engine.url import URL

from bot.channels import texts as base_texts
from bot.channels.access import EVERYONE, Allowlist, RateLimit
from bot.channels.base import ChatChannel, with_others
from bot.channels.commands import FORGET, PASSED, is_command
from bot.channels.model import Incoming, Kind, Message
from bot.channels.store import Press
from bot.channels.team import texts
from bot.channels.team.attention import Heard, hear, is_for_assistant, spoken_command, stated_claims
from bot.channels.team.case import CaseNow, case_of
from bot.channels.team.claims import claim_words, claims, subject, topic, value_words, words_behind
from bot.channels.team.disputes import Dispute, Side, decided_by, divide
from bot.channels.team.notes import Notes, Voice
from bot.channels.team.store import TeamStore
from bot.replies.record import record
from bot.replies.words import capitalised
from bot.runtime.logs import frames

logger = logging.getLogger(__name__)

# Turns use the processor: with all threads at once, nothing that arrives could be acknowledged in time.
TURNS_AT_ONCE = 3
# So long a turn lets what arrives go before it.
YIELD_SECONDS = 1.0
# The payload of a button that decides a dispute: its id and the number of a side.
_DECIDE = "decide:"
_COMMAND_WORDS = PASSED | {FORGET}


class TeamChannel(ChatChannel):
    """A channel on which a thread is a case.

    Of an event the platform has to give in `address`: `channel`, and `addressed`, whether it is for the assistant.
    """

    store: TeamStore

    def __init__(self, source: str, limit: RateLimit) -> None:
        """Begin nothing yet; whom the platform lets in is decided before an event is received."""
        super().__init__(source, Allowlist(frozenset({EVERYONE})), limit)
        self._agent: Any = None
        self._turns = asyncio.Semaphore(TURNS_AT_ONCE)
        self._arriving = 0
        self._settled = asyncio.Event()
        self._renewed: set[str] = set()

    # What a platform writes, besides what every channel does

    @abstractmethod
    async def is_colleague(self, event: Incoming) -> bool:
        """Tell whether an event's author may use the assistant: no guest, no program."""

    @abstractmethod
    async def name_of(self, person: str) -> str:
        """Return a person's name for the record, or a mention where there is none."""

    def at_work(self, event: Incoming) -> AbstractAsyncContextManager[Any]:
        """Show that the answer to an event takes time, if it does."""
        return nullcontext()

    # What is different from other channels

    def open_store(self, url: URL) -> TeamStore:
        """Open a memory that holds notes on threads."""
        return TeamStore(url, self.source)

    def metadata(self, event: Incoming) -> dict[str, Any] | None:
        """Return who speaks."""
        return {"person": event.person}

    async def start(self, agent: Any, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> None:
        """Begin, with the agent at hand, whose trackers hold the cases."""
        self._agent = agent
        await super().start(agent, on_new_message)

    def enqueue(self, event: Incoming) -> None:
        """Serve an event after those of the same thread; talk among people does not count against the limit."""
        self.queues.put(event.place, partial(self._serve, event, None))

    async def _answer(self, event: Incoming) -> tuple[Incoming, list[Message]]:
        try:
            if not await self.is_colleague(event):
                return event, []
            return event, await (self._pressed(event) if event.kind is Kind.PRESS else self._heard(event))
        except Exception as error:
            logger.error("A message could not be answered: %s", frames(error))
            return event, [_text(base_texts.FAILED)] if event.address.get("addressed") else []

    async def _heard(self, event: Incoming) -> list[Message]:
        notes = await self.store.notes(event.place)
        addressed = bool(event.address.get("addressed"))
        if notes is None and not addressed:
            return []
        case, notes = await self._case(event), notes or Notes()
        text = event.text if event.kind is Kind.UNREADABLE else _as_command(event.text, addressed)
        heard = hear(text, case.slots, case.asked)
        to_others = bool(event.address.get("to_others"))
        if not (addressed or is_command(text) or self._concerns(heard, case, notes, to_others)):
            await self._overheard(event, case, notes, heard)
            return []
        if seconds := self.limit.wait(event.person):
            return self._too_fast(event, seconds)
        if event.kind is Kind.UNREADABLE and not text:
            return await self._unreadable(event)
        return await self._take(replace(event, text=text), case, notes, heard)

    @staticmethod
    def _concerns(heard: Heard, case: CaseNow, notes: Notes, to_others: bool) -> bool:
        if case.in_training:
            return not to_others
        if any(decided_by(dispute, heard, case.slots) is not None for dispute in notes.disputes):
            return True
        return is_for_assistant(heard, case.slots, notes.among_people or to_others)

    def _too_fast(self, event: Incoming, seconds: float) -> list[Message]:
        told = self.limit.tell(event.person)
        return [_text(base_texts.TOO_FAST.format(seconds=max(1, round(seconds))))] if told else []

    async def _overheard(self, event: Incoming, case: CaseNow, notes: Notes, heard: Heard) -> None:
        """Note who repeats what is known, and that people have begun to ask each other."""
        if case.in_training:
            return
        now = claims(case.slots)
        heard_notes = notes.with_turn(now, now, stated_claims(heard), self._voices(event.person, case.slots))
        if heard.reading.is_question:
            heard_notes = replace(heard_notes, among_people=True)
        if heard_notes != notes:
            await self._keep(event, heard_notes)

    # Taking something in

    async def _take(self, event: Incoming, case: CaseNow, notes: Notes, heard: Heard) -> list[Message]:
        if is_command(event.text) or case.in_training or heard.reading.of("new_patient"):
            return await self._turn_of(event, case, notes, heard)
        for dispute in notes.disputes:
            side = decided_by(dispute, heard, case.slots)
            if side is not None:
                return await self._settle(event, case, notes, dispute, side, heard)
        split = divide(heard, case.slots, notes.others_claims(event.person))
        if not split.contested:
            return await self._turn_of(event, case, notes, heard)
        replies = []
        if split.rest:
            rest = hear(split.rest, case.slots, case.asked)
            part = replace(event, text=split.rest, kind=Kind.TEXT, message=f"{event.message}:rest")
            replies = await self._turn_of(part, case, notes, rest)
            notes = await self.store.notes(event.place) or notes
        return [*replies, *await self._ask_which(event, notes, split.contested, heard, bool(split.rest))]

    async def _ask_which(
        self, event: Incoming, notes: Notes, contested: Mapping[str, Any], heard: Heard, rest_taken: bool
    ) -> list[Message]:
        questions = []
        topics = set(map(topic, contested))
        says_more = not rest_taken and any(topic(key) not in topics for key in stated_claims(heard))
        for key, value in contested.items():
            standing = notes.statements[key]
            people = tuple(voice.person for voice in standing.voices)
            first = Side(standing.value, people, standing.voices[0].words)
            own_words = words_behind(key, heard.change.slots) or event.text
            # An edit and its message must not be one and the same to Rasa.
            held = Side(value, (event.person,), own_words, event.text, f"{event.message}:held", says_more)
            notes, dispute = notes.with_dispute(key, [first, held])
            questions.append(_question(dispute))
        await self._keep(event, replace(notes, among_people=False))
        return questions

    async def _turn_of(self, event: Incoming, case: CaseNow, notes: Notes, heard: Heard) -> list[Message]:
        """Give a message to Rasa, and note what its author added."""
        said_before = event.kind is Kind.EDIT and event.message in case.messages
        async with self.at_work(event):
            replies = await (self._correct(event) if said_before else self._said(event))
        if event.text == f"/{FORGET}":
            return replies
        after = await self._case(event)
        if (case.in_training or after.in_training) and event.conversation not in self._renewed:
            # Nothing is said of the real case, which comes back as it was.
            await self._keep(event, notes)
            return replies
        before = claims(case.slots)
        if event.conversation in self._renewed:
            self._renewed.discard(event.conversation)
            notes, before = Notes(next_number=notes.next_number), {}
        now = claims(after.slots)
        notes = notes.with_turn(before, now, stated_claims(heard), self._voices(event.person, after.slots)).settled(now)
        await self._keep(event, replace(notes, among_people=False))
        if after.intent == "summary" and replies:
            replies = [await self._record(after, notes), *replies[1:]]
        return replies

    async def _said(self, event: Incoming) -> list[Message]:
        if event.kind is Kind.UNREADABLE:
            return await self._unreadable(event)
        return await self._read(event, event.text)

    async def _turn(
        self, conversation: str, text: str, message: str | None = None, metadata: dict[str, Any] | None = None
    ) -> list[Message]:
        async with self._turns:
            await self._let_arrive()
            said = await self.conversations.say(conversation, text, message, metadata)
        if said.new_case or said.switched:
            await self.store.retire(conversation)
        if said.new_case:
            self._renewed.add(conversation)
        return said.replies

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """Count an event as long as the platform waits to hear that it has arrived."""
        self._arriving += 1
        self._settled.clear()
        try:
            yield
        finally:
            self._arriving -= 1
            if not self._arriving:
                self._settled.set()

    async def _let_arrive(self) -> None:
        if self._arriving:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._settled.wait(), YIELD_SECONDS)

    # Pressing and deciding

    async def _pressed(self, event: Incoming) -> list[Message]:
        id, _, index = event.text.partition(":")
        choice = await self.store.press(id, int(index) if index.isdecimal() else -1, event.place, event.id)
        if choice.press is Press.USED:
            return []
        if choice.press is Press.UNKNOWN:
            return [_text(base_texts.UNKNOWN_BUTTON)]
        if choice.press is Press.STALE:
            await self.show_choice(event, choice)
            return [_text(base_texts.STALE_BUTTON)]
        chosen = replace(event, kind=Kind.TEXT, text=choice.payload, message=f"{event.message}:{event.id}")
        _, replies = await asyncio.gather(self.show_choice(event, choice), self._chosen(chosen))
        return with_others(replies, choice)

    async def _chosen(self, event: Incoming) -> list[Message]:
        case, notes = await self._case(event), await self.store.notes(event.place) or Notes()
        if not event.text.startswith(_DECIDE):
            return await self._take(event, case, notes, hear(event.text, case.slots, case.asked))
        id, _, number = event.text.removeprefix(_DECIDE).partition(":")
        dispute = next((dispute for dispute in notes.disputes if dispute.id == id), None)
        if dispute is None:
            return [_text(texts.SETTLED)]
        return await self._settle(event, case, notes, dispute, int(number), None)

    async def _settle(
        self, event: Incoming, case: CaseNow, notes: Notes, dispute: Dispute, number: int, heard: Heard | None
    ) -> list[Message]:
        """Carry out a decision; `heard` is the message that makes it, where it was no button."""
        side, notes = dispute.sides[number], notes.without_dispute(dispute.id)
        replies: list[Message] = []
        if heard and not heard.is_bare:
            replies = await self._turn_of(event, case, notes, heard)
        elif number:
            held = replace(event, kind=Kind.TEXT, text=side.text, message=side.message, person=side.people[0])
            replies = await self._turn_of(held, case, notes, hear(side.text, case.slots, case.asked))
        else:
            await self._keep(event, notes)
        now = claims((await self._case(event)).slots)
        if now.get(dispute.key) != side.value:
            return [*replies, _text(texts.NOT_TAKEN)]
        notes = (await self.store.notes(event.place) or notes).decided(dispute.key, self._voice(event.person, ""))
        await self._keep(event, notes)
        wording = texts.TAKEN if number else texts.KEPT
        claim = f"**{claim_words(dispute.key, side.value)}**"
        decision = wording.format(claim=claim, who=texts.mention(event.person))
        left = any(other.says_more for other in dispute.sides if other is not side)
        return [_text(f"{decision} {texts.NOTHING_ELSE}" if left else decision), *replies]

    # Notes

    async def _case(self, event: Incoming) -> CaseNow:
        return case_of(await self._agent.tracker_store.retrieve(event.conversation))

    async def _keep(self, event: Incoming, notes: Notes) -> None:
        await self.store.keep(event.place, event.address["channel"], notes)

    def _voices(self, person: str, slots: Mapping[str, Any]) -> dict[str, Voice]:
        return {key: self._voice(person, words_behind(key, slots)) for key in claims(slots)}

    @staticmethod
    def _voice(person: str, words: str) -> Voice:
        return Voice(person, words, time.time())

    async def summary(self, place: str) -> Message:
        """Return the summary of a thread for the record."""
        case = case_of(await self._agent.tracker_store.retrieve(f"{self.name()}:{place}"))
        return await self._record(case, await self.store.notes(place) or Notes())

    async def _record(self, case: CaseNow, notes: Notes) -> Message:
        people = {voice.person for statement in notes.statements.values() for voice in statement.voices}
        people |= {person for dispute in notes.disputes for side in dispute.sides for person in side.people}
        names = {person: await self.name_of(person) for person in people}
        known = [_known_line(key, value, notes, names) for key, value in claims(case.slots).items()]
        open_ones = [_open_line(dispute, names) for dispute in notes.disputes]
        return _text(record(case.slots, known, open_ones, datetime.now(UTC)))


def _text(text: str) -> Message:
    return {"text": text}


def _as_command(text: str, addressed: bool) -> str:
    """Return what is meant: a bare mention opens, and a command may be said without its "/"."""
    if not text.strip() and addressed:
        return "/start"
    command = spoken_command(text)
    if command:
        return f"/{command}"
    if not addressed:
        return text
    name, colon, rest = text.partition(":")
    word = name.strip(" .!?").lower()
    if word == "new" and colon:
        return f"/new {rest.strip()}"
    return f"/{word}" if word in _COMMAND_WORDS and not rest else text


def _question(dispute: Dispute) -> Message:
    lines = [
        texts.SIDE.format(
            who=_mentions(side.people), value=value_words(dispute.key, side.value), words=texts.quoted(side.words)
        )
        for side in dispute.sides
    ]
    text = texts.DIFFER.format(subject=subject(dispute.key), sides="\n".join(lines))
    buttons = [
        {"title": capitalised(value_words(dispute.key, side.value)), "payload": f"{_DECIDE}{dispute.id}:{number}"}
        for number, side in enumerate(dispute.sides)
    ]
    return {"text": f"{text}\n{texts.STILL_HELD}" if dispute.sides[-1].says_more else text, "buttons": buttons}


def _mentions(people: tuple[str, ...]) -> str:
    return base_texts.listed([texts.mention(person) for person in people])


def _known_line(key: str, value: Any, notes: Notes, names: Mapping[str, str]) -> str:
    statement = notes.statements.get(key)
    if statement is None:
        return claim_words(key, value)
    who = ", ".join(names[voice.person] + (" (decided)" if voice.decided else "") for voice in statement.voices)
    return f"{claim_words(key, value)}{texts.quoted(statement.voices[0].words)} – {who}"


def _open_line(dispute: Dispute, names: Mapping[str, str]) -> str:
    sides = [
        f"{value_words(dispute.key, side.value)}{texts.quoted(side.words)} – {', '.join(names[p] for p in side.people)}"
        for side in dispute.sides
    ]
    return f"{capitalised(subject(dispute.key))}: {'; or '.join(sides)}"
