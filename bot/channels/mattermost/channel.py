"""The Mattermost channel: events come over its WebSocket, answers go out by its REST API."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response

from bot.channels import texts as base_texts
from bot.channels.access import RateLimit
from bot.channels.files import File, file_of, picture_of
from bot.channels.mattermost import reading, writing
from bot.channels.mattermost.client import COURTESY, Client, OutOfReach, Refused, pauses
from bot.channels.mattermost.people import People
from bot.channels.mattermost.reading import Channel, Me
from bot.channels.mattermost.settings import Settings
from bot.channels.model import Incoming, Kind, Message
from bot.channels.store import Choice, Press
from bot.channels.team import texts
from bot.channels.team.channel import TeamChannel
from bot.runtime.logs import frames

logger = logging.getLogger(__name__)

ROUTE = "/webhooks/mattermost"
# Posts that were made while two servers' clocks differ, or just before the last one that was seen.
OVERLAP_MS = 60_000
# So far back goes the first look after a long time away.
LONGEST_ABSENCE_MS = 24 * 3600 * 1000
TYPING_SECONDS = 4.0

_OPENED = "New case, opened by {who}. Everybody may add to it in this thread."
_CHOICES = "You can answer: {titles}."
_HELP = """\
**A thread is a case.** Mention me in a channel with what you know: I answer in a thread. There everybody may add \
facts, without mentioning me. I keep quiet when you talk to each other, note who said what, and ask where two of you \
differ. A direct message to me is a case of your own.
- "summary" in the thread: what is known, who said it, what is missing, the recommendation, for the record
- `{command} new` and what you know: a new case in a thread of its own
- `{command} summary`: the case of this thread, or the latest of the channel, shown to you alone
- `{command} train`: practise with fictional cases
Please type nothing that identifies a patient."""


class MattermostChannel(TeamChannel):
    """One bot account of a Mattermost server."""

    def __init__(self, settings: Settings, limit: RateLimit | None = None) -> None:
        """Call nobody yet."""
        super().__init__(reading.NAME, limit or RateLimit())
        self._settings = settings
        self._client: Client | None = None
        self._people: People
        self._me: Me | None = None
        self._channels: dict[str, Channel] = {}

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, with which its routes and its conversations begin."""
        return reading.NAME

    @property
    def client(self) -> Client:
        """The connection to the server, once there is one."""
        assert self._client is not None
        return self._client

    # Coming and going

    async def connect(self) -> None:
        """Ask Mattermost who we are."""
        self._client = Client(self._settings.url, self._settings.token)
        self._people = People(self._client, self._settings)
        try:
            me = await self._client.get("/users/me")
        except Refused as refused:
            name = "MATTERMOST_TOKEN was refused" if refused.status == 401 else f"it answers {refused}"
            logger.error("Mattermost is off: %s. See docs/mattermost.md.", name)
            raise asyncio.CancelledError from None
        self._me = Me(me["id"], me["username"])
        if not self._settings.callback_url:
            logger.warning("Mattermost shows no buttons: set MATTERMOST_CALLBACK_URL (docs/mattermost.md).")

    async def listen(self) -> None:
        """Stay connected, and after each break read what was missed."""
        waiting, started = pauses(), False
        while True:
            async for event in self.client.events():
                if event.get("event") == "hello":
                    waiting = pauses()
                    await self._catch_up()
                    if not started:
                        logger.info("Mattermost is on, as @%s.", self._me.username if self._me else "")
                    started = True
                elif event.get("event") in ("posted", "post_edited"):
                    await self._take_in(json.loads(event["data"]["post"]), event["event"] == "post_edited")
            if not started:
                logger.warning("Mattermost's WebSocket does not open; trying again.")
            await asyncio.sleep(next(waiting))

    async def stop(self) -> None:
        """Take no more events; Mattermost keeps the posts."""
        self._me = None
        await super().stop()

    async def disconnect(self) -> None:
        """Close the connections."""
        if self._client:
            await self._client.close()

    # Taking in

    async def _catch_up(self) -> None:
        """Read the posts since the last one that was seen, oldest first; those that were served are known."""
        now = int(time.time() * 1000)
        since = await self.store.mark()
        if since is None:
            await self.store.set_mark(now)
            return
        since = max(since - OVERLAP_MS, now - LONGEST_ABSENCE_MS)
        missed: list[dict[str, Any]] = []
        for channel in await self.client.get(f"/users/{self._me.id if self._me else 'me'}/channels"):
            self._channels[channel["id"]] = _channel(channel)
            if int(channel.get("last_post_at") or 0) >= since:
                found = await self.client.get(f"/channels/{channel['id']}/posts", since=since)
                missed += [post for post in found["posts"].values() if not post.get("delete_at")]
        for post in sorted(missed, key=lambda post: int(post["create_at"])):
            if int(post["create_at"]) >= since:
                await self._take_in(post, edited=False)

    async def _take_in(self, post: dict[str, Any], edited: bool) -> None:
        try:
            if not self._me or not reading.is_persons(post, self._me):
                return
            channel = await self._channel(post["channel_id"])
            event = reading.read_post(post, channel, self._me, edited)
            if event:
                await self._keep_and_queue(event)
            await self.store.set_mark(int(post["create_at"]))
        except (Refused, KeyError, ValueError, TypeError) as error:
            # A post of a kind that did not exist when this was written, or of a channel just left.
            logger.warning("A post was not understood: %s", frames(error))

    async def _keep_and_queue(self, event: Incoming) -> None:
        for new in await self.receive([event]):
            self.enqueue(new)

    async def _channel(self, id: str) -> Channel:
        if id not in self._channels:
            self._channels[id] = _channel(await self.client.get(f"/channels/{id}"))
        return self._channels[id]

    # What Mattermost sends over HTTP: pressed buttons and the slash command

    def add_routes(self, blueprint: Blueprint) -> None:
        """Add the addresses for buttons and for the slash command."""

        async def action(request: Request) -> HTTPResponse:
            return await self._when_up(request, self._on_action)

        async def command(request: Request) -> HTTPResponse:
            return await self._when_up(request, self._on_command)

        blueprint.add_route(action, "/action", methods=["POST"])
        blueprint.add_route(command, "/command", methods=["POST"])

    async def _when_up(self, request: Request, handle: Callable[[Request], Awaitable[HTTPResponse]]) -> HTTPResponse:
        if self._me is None:
            return empty(503)
        with self.arriving():
            return await handle(request)

    async def _on_action(self, request: Request) -> HTTPResponse:
        body = _json(request)
        context = body.get("context")
        if not isinstance(context, dict) or not self._is_ours(context, str(body.get("channel_id"))):
            return empty(401)
        person, post, value = str(body.get("user_id")), str(body.get("post_id")), str(context["value"])
        channel = await self._channel(str(body["channel_id"]))
        place = channel.place(str(context["thread"]))
        address = {
            "channel": channel.id,
            "thread": str(context["thread"]),
            "addressed": True,
        }
        id = f"{post}:{value}:{person}"
        await self._keep_and_queue(
            Incoming(id, Kind.PRESS, place, f"{reading.NAME}:{place}", person, value, post, address)
        )
        return json_response({})

    def _is_ours(self, context: dict[str, Any], channel: str) -> bool:
        expected = self._settings.seal(f"{context.get('value')} {channel} {context.get('thread')}")
        return hmac.compare_digest(str(context.get("seal") or "").encode(), expected.encode())

    async def _on_command(self, request: Request) -> HTTPResponse:
        form = {key: str(values[0]) for key, values in (request.form or {}).items() if values}
        expected = self._settings.slash_token
        if not expected or not hmac.compare_digest(form.get("token", "").encode(), expected.encode()):
            return empty(401)
        channel, person = await self._channel(form.get("channel_id", "")), form.get("user_id", "")
        if not await self._people.may_use(person, channel):
            return _ephemeral("I may not answer you here.")
        word, _, rest = form.get("text", "").strip().partition(" ")
        match word.lower():
            case "new":
                self._in_turn(channel, person, form, rest.strip())
                return _ephemeral("A new case is on its way.")
            case "train":
                self._in_turn(channel, person, form, "/train")
                return _ephemeral("A thread for practice is on its way.")
            case "summary":
                return _ephemeral(await self._summary(channel, form.get("root_id", "")))
            case _:
                return _ephemeral(_HELP.format(command=form.get("command") or "/ild"))

    def _in_turn(self, channel: Channel, person: str, form: dict[str, str], text: str) -> None:
        async def work() -> None:
            await self._open_case(channel, person, form.get("trigger_id", ""), text)

        self.queues.put(f"command:{channel.id}", work)

    async def _open_case(self, channel: Channel, person: str, trigger: str, text: str) -> None:
        thread = ""
        if channel.kind != reading.DIRECT:
            text = text or "/start"
            opened = writing.with_names(_OPENED.format(who=texts.mention(person)), self._people.username)
            thread = (await self.client.call("POST", "/posts", json={"channel_id": channel.id, "message": opened}))[
                "id"
            ]
        elif not text.startswith("/"):
            text = f"/new {text}".strip()
        place, id = channel.place(thread), f"command:{trigger or thread}"
        address = {"channel": channel.id, "thread": thread, "addressed": True}
        await self._keep_and_queue(Incoming(id, Kind.TEXT, place, f"{reading.NAME}:{place}", person, text, id, address))

    async def _summary(self, channel: Channel, thread: str) -> str:
        place = channel.place(thread) if thread else await self.store.latest(channel.id)
        if not place or await self.store.notes(place) is None:
            return texts.NO_CASE
        return writing.with_names(
            "\n".join(writing.texts_of((await self.summary(place))["text"])), self._people.username
        )

    # People

    async def is_colleague(self, event: Incoming) -> bool:
        """Tell whether an event's author is a member who may use the bot there."""
        return await self._people.may_use(event.person, await self._channel(event.address["channel"]))

    async def name_of(self, person: str) -> str:
        """Return a person's name as Mattermost shows it."""
        return (await self._people.get(person)).name or person

    # Sending

    async def send(self, event: Incoming, message: Message) -> None:
        """Send a reply, the buttons under the last part of its text, then its files."""
        buttons = message.get("buttons") or message.get("quick_replies") or []
        titles = [str(button.get("title") or "") for button in buttons]
        text = str(message.get("text") or (base_texts.CHOOSE if buttons else ""))
        if buttons and not self._settings.callback_url:
            text, buttons = f"{text}\n\n{_CHOICES.format(titles=', '.join(titles))}", []
        parts = writing.texts_of(text)
        for number, part in enumerate(parts, start=1):
            shown = buttons if number == len(parts) else []
            properties = await self._properties(event, titles, shown) if shown else {}
            await self._post(event, part, properties)
        for file in filter(None, (picture_of(message), file_of(message))):
            await self._upload(event, file)

    async def _properties(self, event: Incoming, titles: list[str], buttons: list[dict[str, Any]]) -> dict[str, Any]:
        channel, thread = event.address["channel"], event.address["thread"]

        def context(value: str) -> dict[str, Any]:
            return {"value": value, "thread": thread, "seal": self._settings.seal(f"{value} {channel} {thread}")}

        choices = list(zip(titles, await self.offer(event, buttons), strict=True))
        return writing.buttons(choices, f"{self._settings.callback_url}{ROUTE}/action", context)

    async def _upload(self, event: Incoming, file: File) -> None:
        if isinstance(file.content, bytes):
            query = {"channel_id": event.address["channel"], "filename": file.name}
            try:
                found = await self.client.call("POST", "/files", params=query, data=file.content)
                await self._post(event, "", {}, [info["id"] for info in found["file_infos"]])
                return
            except Refused as refused:
                logger.warning("A file could not be sent: %s", refused)
        await self._post(event, writing.escape(base_texts.NOT_SENT.format(name=file.address)), {})

    async def _post(self, event: Incoming, text: str, properties: dict[str, Any], files: Sequence[str] = ()) -> None:
        for person in texts.mentioned(text):
            await self._people.get(person)
        body = {
            "channel_id": event.address["channel"],
            "root_id": event.address["thread"],
            "message": writing.with_names(text, self._people.username),
            "props": properties,
            "file_ids": list(files),
        }
        await self.client.call("POST", "/posts", json=body)

    async def show_choice(self, event: Incoming, choice: Choice) -> None:
        """Write the choice, and whose it was, under the post, and take the buttons away."""
        taken = choice.press is Press.TAKEN
        what = writing.escape(choice.title) if taken else "of an earlier patient"
        line = f"✓ **{what}** · @{self._people.username(event.person)}" if taken else what
        try:
            post = await self.client.call("GET", f"/posts/{event.message}", COURTESY)
            change = {"message": f"{post['message']}\n\n{line}"[: writing.POST], "props": {"attachments": []}}
            await self.client.call("PUT", f"/posts/{event.message}/patch", COURTESY, json=change)
        except (Refused, OutOfReach) as error:
            logger.info("Buttons could not be taken away: %s", type(error).__name__)

    @contextlib.asynccontextmanager
    async def at_work(self, event: Incoming) -> AsyncIterator[None]:
        """Show "typing" as long as it takes."""
        shown = self.in_background(self._type(event))
        try:
            yield
        finally:
            shown.cancel()

    async def _type(self, event: Incoming) -> None:
        while True:
            await self.client.typing(event.address["channel"], event.address["thread"])
            await asyncio.sleep(TYPING_SECONDS)


def _channel(found: dict[str, Any]) -> Channel:
    return Channel(found["id"], str(found.get("team_id") or ""), str(found.get("type") or ""))


def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _ephemeral(text: str) -> HTTPResponse:
    return json_response({"response_type": "ephemeral", "text": text})
