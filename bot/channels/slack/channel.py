"""The Slack channel: slack_bolt takes events in, over Socket Mode or HTTP; answers go out by the Web API."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from slack_bolt.adapter.sanic import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import texts as base_texts
from bot.channels.access import RateLimit
from bot.channels.files import File, file_of, picture_of
from bot.channels.model import Incoming, Kind, Message
from bot.channels.slack import home, reading, writing
from bot.channels.slack.client import (
    COURTESY,
    DENIED,
    TicketedSocket,
    error_of,
    library_logger,
    make_client,
    make_session,
    patiently,
)
from bot.channels.slack.people import People
from bot.channels.slack.settings import Settings
from bot.channels.store import Choice, Press
from bot.channels.team import texts
from bot.channels.team.channel import TeamChannel

logger = logging.getLogger(__name__)

# Longer than nearly every turn takes; what is shown then takes the place of the answer.
WORKING_SECONDS = 1.5
PING_SECONDS = 5.0

_CALL_ERRORS = (SlackClientError, aiohttp.ClientError, TimeoutError)
_OPENED = "New case, opened by {who}. Everybody may add to it in this thread."
_NOT_HERE = "I cannot write in this channel. Invite me first: /invite, then my name."


class SlackChannel(TeamChannel):
    """One bot account in Slack."""

    def __init__(self, settings: Settings, limit: RateLimit | None = None) -> None:
        """Call nobody yet."""
        super().__init__(reading.NAME, limit or RateLimit())
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None
        self._socket: TicketedSocket | None = None
        self._client: AsyncWebClient
        self._app: AsyncApp
        self._people: People
        self._me = ""
        self._team = ""
        self._shown_working: dict[str, str] = {}
        # Events are kept in the order in which they arrive, however many arrive at once.
        self._in_order = asyncio.Lock()

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, with which its routes and its conversations begin."""
        return reading.NAME

    # Coming and going

    async def connect(self) -> None:
        """Ask Slack who we are."""
        self._session = make_session()
        self._client = make_client(self._settings.bot_token, self._settings.api_url, self._session)
        me = await self._permitted(self._client.auth_test, "SLACK_BOT_TOKEN")
        self._me, self._team = me["user_id"], me["team_id"]
        self._people = People(self._client, self._team, self._settings)
        self._app = self._bolt(me.get("bot_id") or "")

    async def listen(self) -> None:
        """Open the socket, or let HTTP take over."""
        if self._settings.by_socket:
            await self._open_socket()
        logger.info("Slack is on, by %s.", "Socket Mode" if self._settings.by_socket else "HTTP")

    async def stop(self) -> None:
        """Take no more events; Slack sends again what is not acknowledged."""
        self._me = ""
        if self._socket:
            await self._socket.close()  # type: ignore[no-untyped-call]
        await super().stop()

    async def disconnect(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()

    async def _permitted(self, call: Callable[[], Awaitable[Any]], setting: str) -> Any:
        try:
            return await patiently(call)
        except SlackApiError as error:
            if error_of(error) in DENIED:
                logger.error("Slack is off: %s was refused (%s). See docs/slack.md.", setting, error_of(error))
            else:
                logger.error("Slack is off: it answers %s. See docs/slack.md.", error_of(error))
            raise asyncio.CancelledError from None

    async def _open_socket(self) -> None:
        socket = TicketedSocket(self._settings.app_token, library_logger, self._client, ping_interval=PING_SECONDS)
        self._socket = socket

        async def take(client: Any, request: SocketModeRequest) -> None:
            try:
                with self.arriving():
                    async with self._in_order:
                        answer = await run_async_bolt_app(self._app, request)
                    await send_async_response(client, request, answer, 0.0)
            except Exception as error:  # Slack sends it again
                logger.warning("An event of Slack could not be acknowledged: %s", type(error).__name__)

        async def handle(client: Any, request: SocketModeRequest) -> None:
            # The library hands out the next envelope only when this returns.
            self.in_background(take(client, request))

        socket.socket_mode_request_listeners.append(handle)
        opened = partial(self._client.apps_connections_open, app_token=self._settings.app_token)
        socket.wss_uri = (await self._permitted(opened, "SLACK_APP_TOKEN"))["url"]
        await socket.connect()

    def add_routes(self, blueprint: Blueprint) -> None:
        """Add the address for events, buttons and commands; without a signing secret nobody is let in by it."""

        async def events(request: Request) -> HTTPResponse:
            if self._settings.by_socket or not self._settings.signing_secret:
                return empty(404)
            if not self._me:
                return empty(503)  # not up yet, or about to stop: Slack sends it again
            with self.arriving():
                async with self._in_order:
                    return await AsyncSlackRequestHandler(self._app).handle(request)

        blueprint.add_route(events, "/events", methods=["POST"])

    # Taking in

    def _bolt(self, bot_id: str) -> AsyncApp:
        async def authorize(**_: Any) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None,
                team_id=self._team,
                bot_user_id=self._me,
                bot_id=bot_id,
                bot_token=self._client.token,
            )

        # An event is kept first and acknowledged then, so that none is lost between the two.
        app = AsyncApp(
            client=self._client,
            authorize=authorize,
            signing_secret=self._settings.signing_secret,
            logger=library_logger,
            process_before_response=True,
        )
        app.event("app_mention")(self._on_message)
        app.event("message")(self._on_message)
        app.event("app_home_opened")(self._on_home)
        app.action(re.compile(f"^{writing.PRESS}"))(self._on_press)
        app.command(home.COMMAND)(self._on_command)
        return app

    async def _on_message(self, body: dict[str, Any]) -> None:
        event = reading.read_message(body, self._me)
        if event and self._allows(reading.author_team(body), event.address["channel"]):
            await self._keep_and_queue(event)

    async def _on_press(self, body: dict[str, Any], ack: Callable[[], Awaitable[Any]]) -> None:
        event = reading.read_press(body)
        if event and self._allows(str(body["user"].get("team_id") or self._team), event.address["channel"]):
            await self._keep_and_queue(event)
        await ack()

    async def _keep_and_queue(self, event: Incoming) -> None:
        for new in await self.receive([event]):
            self.enqueue(new)

    def _allows(self, team: str, channel: str) -> bool:
        return self._settings.allows(self._team, team, channel)

    async def _on_home(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("tab") == "home" and self._allows(str(body.get("team_id")), "D"):
            publish = partial(self._client.views_publish, user_id=event["user"], view=home.home_view())
            self.in_background(self._politely(publish))

    # The slash command

    async def _on_command(
        self, body: dict[str, Any], ack: Callable[..., Awaitable[Any]], respond: Callable[..., Awaitable[Any]]
    ) -> None:
        if not self._allows(str(body.get("team_id")), body["channel_id"]):
            await ack()
            return
        word, _, rest = str(body.get("text") or "").strip().partition(" ")
        match word.lower():
            case "new":
                await ack()
                self._in_turn(body, partial(self._open_case, body, respond, rest.strip()))
            case "train":
                await ack()
                self._in_turn(body, partial(self._open_case, body, respond, "/train"))
            case "summary":
                await ack()
                self._in_turn(body, partial(self._show_summary, body, respond))
            case _:
                await ack("\n\n".join(writing.texts_of(home.guide())))

    def _in_turn(self, body: dict[str, Any], work: Callable[[], Awaitable[None]]) -> None:
        self.queues.put(f"command:{body['channel_id']}", work)

    async def _open_case(self, body: dict[str, Any], respond: Callable[..., Awaitable[Any]], text: str) -> None:
        person, channel = body["user_id"], body["channel_id"]
        if not await self._people.is_colleague(person):
            return
        thread = ""
        if not reading.is_direct(channel):
            text, opened = text or "/start", writing.mrkdwn_of(_OPENED.format(who=texts.mention(person)))
            try:
                post = partial(self._client.chat_postMessage, channel=channel, text=opened)
                thread = (await patiently(post))["ts"]
            except SlackApiError:
                await respond(_NOT_HERE)
                return
        elif not text.startswith("/"):
            text = f"/new {text}".strip()
        place = reading.place_of(self._team, channel, thread)
        address = {"channel": channel, "thread": thread, "addressed": True}
        id = f"command:{body['trigger_id']}"
        event = Incoming(id, Kind.TEXT, place, f"{reading.NAME}:{place}", person, text, id, address)
        await self._keep_and_queue(event)

    async def _show_summary(self, body: dict[str, Any], respond: Callable[..., Awaitable[Any]]) -> None:
        if not await self._people.is_colleague(body["user_id"]):
            return
        place = await self.store.latest(body["channel_id"])
        text = (await self.summary(place))["text"] if place else texts.NO_CASE
        for part in writing.texts_of(text):
            await respond(text=part, blocks=[writing.section(part)])

    # People

    async def is_colleague(self, event: Incoming) -> bool:
        """Tell whether an event's author is a full member of a permitted workspace."""
        return await self._people.is_colleague(event.person)

    async def name_of(self, person: str) -> str:
        """Return a person's name as Slack shows it."""
        return await self._people.name(person) or texts.mention(person)

    # Sending

    async def send(self, event: Incoming, message: Message) -> None:
        """Send a reply, the buttons under the last part of its text, then its files.

        What is sent first takes the place of "Working on it".
        """
        buttons = message.get("buttons") or message.get("quick_replies") or []
        parts = writing.texts_of(str(message.get("text") or (base_texts.CHOOSE if buttons else "")))
        for number, part in enumerate(parts, start=1):
            blocks = [writing.section(part)]
            if buttons and number == len(parts):
                values = await self.offer(event, buttons)
                blocks += writing.button_blocks([str(button.get("title") or "") for button in buttons], values)
            await self._post(event, part, blocks)
        for file in filter(None, (picture_of(message), file_of(message))):
            await self._upload(event, file)

    async def _upload(self, event: Incoming, file: File) -> None:
        where = event.address
        if isinstance(file.content, bytes):
            upload = partial(self._client.files_upload_v2, channel=where["channel"], thread_ts=where["thread"] or None)
            try:
                await patiently(partial(upload, file=file.content, filename=file.name, title=file.name))
                return
            except SlackApiError as error:
                logger.warning("A file could not be sent: %s. See docs/slack.md.", error_of(error))
        text = writing.escape(base_texts.NOT_SENT.format(name=file.address))
        await self._post(event, text, [writing.section(text)])

    async def _post(self, event: Incoming, text: str, blocks: list[writing.Block]) -> None:
        where = event.address
        content: dict[str, Any] = {"text": text, "blocks": blocks}
        shown = self._shown_working.pop(event.id, None)
        if shown:
            with contextlib.suppress(SlackApiError):  # somebody has deleted it
                await patiently(partial(self._client.chat_update, channel=where["channel"], ts=shown, **content))
                return
        post = partial(self._client.chat_postMessage, channel=where["channel"], thread_ts=where["thread"] or None)
        await patiently(partial(post, unfurl_links=False, unfurl_media=False, **content))

    async def show_choice(self, event: Incoming, choice: Choice) -> None:
        """Write the choice, and whose it was, in the place of the buttons."""
        taken = choice.press is Press.TAKEN
        what = writing.escape(choice.title) if taken else "of an earlier patient"
        line = f"✓ *{what}* · <@{event.person}>" if taken else what
        blocks = writing.after_choice(event.address["blocks"], line)
        change = partial(self._client.chat_update, channel=event.address["channel"], ts=event.message)
        await self._politely(partial(change, text=event.address["text"], blocks=blocks))

    async def _politely(self, call: Callable[[], Awaitable[Any]], attempts: int = COURTESY) -> Any:
        """Make a call that may fail without harm."""
        try:
            return await patiently(call, attempts)
        except _CALL_ERRORS as error:
            logger.info("A courtesy call to Slack failed: %s", type(error).__name__)
            return None

    # "Working on it"

    async def _serve(self, event: Incoming, replies: list[Message] | None) -> None:
        await super()._serve(event, replies)
        shown = self._shown_working.pop(event.id, None)
        if shown:
            await self._politely(partial(self._client.chat_delete, channel=event.address["channel"], ts=shown))

    @contextlib.asynccontextmanager
    async def at_work(self, event: Incoming) -> AsyncIterator[None]:
        """Say in the thread that an answer takes time, if it does."""
        done = asyncio.Event()
        notice = self.in_background(self._say_working(event, done))
        try:
            yield
        finally:
            done.set()
            await notice

    async def _say_working(self, event: Incoming, done: asyncio.Event) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WORKING_SECONDS):
                await done.wait()
                return
        where = event.address
        post = partial(self._client.chat_postMessage, channel=where["channel"], thread_ts=where["thread"] or None)
        sent = await self._politely(partial(post, text=texts.WORKING), attempts=1)
        if sent:
            self._shown_working[event.id] = sent["ts"]
