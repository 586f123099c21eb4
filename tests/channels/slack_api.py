"""A Slack server on loopback: Web API, Events API over HTTP, Socket Mode; refuses what Slack refuses, fails on demand.

Errors carry the codes of Slack's own server. An event that is not acknowledged is delivered again, as Slack does it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import itertools
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, WSMsgType, web

BOT_TOKEN = "xoxb-1-test"
APP_TOKEN = "xapp-1-test"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM = "T0001"
BOT_USER = "UBOT"
BOT_ID = "B0001"
ACK_SECONDS = 3.0
# No two servers of a test run give the same number twice: what has been seen is remembered.
_numbers = itertools.count(1)

JSON = dict[str, Any]


class Refused(Exception):
    """What Slack answers with `ok: false`."""

    def __init__(self, error: str, *details: str) -> None:
        super().__init__(error)
        self.error = error
        self.details = details


@dataclass(frozen=True)
class Call:
    """One request of the bot: method, decoded parameters, when it came, HTTP status and error code of the answer."""

    method: str
    parameters: JSON
    at: float
    status: int
    error: str = ""


@dataclass
class Fault:
    """What happens to the next call of a method: an HTTP status, a 429, a Slack error, a dropped or slow connection.

    With `after` the call is carried out before it fails.
    """

    status: int = 0
    retry_after: int = 0
    error: str = ""
    drop: bool = False
    delay: float = 0.0
    after: bool = False

    @property
    def fails(self) -> bool:
        return bool(self.status or self.retry_after or self.error or self.drop)


@dataclass
class Delivery:
    """One event as it went to the bot: each attempt with the seconds until it was acknowledged (None: it was not)."""

    body: JSON
    attempts: list[float | None] = field(default_factory=list)
    answer: Any = None

    @property
    def acknowledged(self) -> bool:
        return bool(self.attempts) and self.attempts[-1] is not None


class SlackApi:
    """The server, and the people of its workspace."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.users: dict[str, JSON] = {}
        self.channels: dict[str, JSON] = {}
        self.messages: dict[tuple[str, str], JSON] = {}
        self.deleted: set[tuple[str, str]] = set()
        self._said: dict[tuple[str, str], list[JSON]] = defaultdict(list)
        self.ephemeral: list[JSON] = []
        self.homes: dict[str, JSON] = {}
        self.files: dict[str, JSON] = {}
        self.deliveries: list[Delivery] = []
        self.request_url = ""
        self.busy: Callable[[], bool] = lambda: False
        self.tokens_valid = True
        self.connections = 0
        self.sockets: list[web.WebSocketResponse] = []
        self.url = ""
        self._tickets: set[str] = set()
        self._acks: dict[str, asyncio.Future[Any]] = {}
        self._changed = asyncio.Condition()
        self._connected = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._runner: web.AppRunner | None = None
        self._client: ClientSession | None = None
        self.add_user(BOT_USER, is_bot=True)

    # --- the server -----------------------------------------------------------------------------------------------

    async def start(self) -> None:
        app = web.Application(client_max_size=5 * 2**20)
        app.router.add_route("*", "/api/{method}", self._handle)
        app.router.add_get("/link", self._socket)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_post("/response/{channel}/{user}", self._response_url)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/api/"
        self._link = f"ws://{host}:{port}/link"
        self._response = f"http://{host}:{port}/response"
        self._uploads = f"http://{host}:{port}/upload"
        self._client = ClientSession(timeout=ClientTimeout(total=10))

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in self.sockets:
            await socket.close()
        if self._client:
            await self._client.close()
        if self._runner:
            await self._runner.cleanup()

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method meet these faults, one each."""
        self.faults[method].extend(faults)

    async def until(self, condition: Callable[[], Any], seconds: float = 10.0) -> Any:
        """Wait until the condition holds, looking again after every call and acknowledgement, and return its value."""
        async with asyncio.timeout(seconds), self._changed:
            while not (value := condition()):
                await self._changed.wait()
            return value

    async def quiet(self, seconds: float = 10.0) -> None:
        """Wait until every delivery is settled and the bot has nothing left to do."""
        async with asyncio.timeout(seconds):
            while self.busy() or not all(delivery.attempts for delivery in self.deliveries):
                await asyncio.sleep(0.01)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        parameters, token = await _parameters(request)
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault:
            await asyncio.sleep(fault.delay)
        if not fault or not fault.fails:
            return self._carry_out(method, parameters, token)
        if fault.after:
            self._carry_out(method, parameters, token)
        return self._fail(request, method, parameters, fault)

    def _carry_out(self, method: str, parameters: JSON, token: str) -> web.Response:
        action = getattr(self, "_do_" + method.replace(".", "_"), None)
        try:
            if action is None:
                raise Refused("unknown_method")
            expected = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
            if token != expected or not self.tokens_valid:
                raise Refused("invalid_auth")
            result = {"ok": True, **action(parameters)}
        except Refused as refused:
            result = {"ok": False, "error": refused.error}
            if refused.details:
                result["response_metadata"] = {"messages": list(refused.details)}
            return self._reply(method, parameters, 200, result, refused.error)
        return self._reply(method, parameters, 200, result)

    def _fail(self, request: web.Request, method: str, parameters: JSON, fault: Fault) -> web.Response:
        if fault.drop:
            self._note(Call(method, parameters, time.monotonic(), 499))
            if request.transport:
                request.transport.abort()
            return web.Response(status=499)
        if fault.retry_after:
            self._note(Call(method, parameters, time.monotonic(), 429, "ratelimited"))
            headers = {"Retry-After": str(fault.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault.error:
            return self._reply(method, parameters, 200, {"ok": False, "error": fault.error}, fault.error)
        self._note(Call(method, parameters, time.monotonic(), fault.status))
        return web.Response(status=fault.status, text="<html>Bad gateway</html>", content_type="text/html")

    def _reply(self, method: str, parameters: JSON, status: int, body: JSON, error: str = "") -> web.Response:
        self._note(Call(method, parameters, time.monotonic(), status, error))
        return web.json_response(body, status=status)

    def _note(self, call: Call) -> None:
        self.calls.append(call)
        self._spawn(self._notify())

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- Socket Mode ----------------------------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0001"}})
        self.sockets.append(socket)
        self._connected.set()
        await self._notify()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(json.loads(message.data))
        finally:
            self.sockets.remove(socket)
            if not self.sockets:
                self._connected.clear()
        return socket

    def _acknowledge(self, data: JSON) -> None:
        future = self._acks.pop(data.get("envelope_id", ""), None)
        if future and not future.done():
            future.set_result(data.get("payload"))

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the client to reconnect, as Slack does every few hours, and close."""
        for socket in list(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
            await socket.close()

    async def drop_sockets(self) -> None:
        """Cut the connections without a word."""
        for socket in list(self.sockets):
            transport = socket._req.transport if socket._req else None
            if transport:
                transport.abort()

    # --- delivery -------------------------------------------------------------------------------------------------

    def deliver(self, kind: str, body: JSON, times: int = 1) -> Delivery:
        """Send an envelope to the bot; `times` above 1 sends it again although it was acknowledged."""
        delivery = Delivery(body)
        self.deliveries.append(delivery)
        self._spawn(self._deliver(kind, delivery, times))
        return delivery

    async def _deliver(self, kind: str, delivery: Delivery, times: int) -> None:
        for attempt in range(max(times, 4)):
            began = time.monotonic()
            try:
                async with asyncio.timeout(ACK_SECONDS):
                    send = self._post if self.request_url else self._send
                    delivery.answer = await send(kind, delivery.body, attempt)
                delivery.attempts.append(time.monotonic() - began)
            except (TimeoutError, OSError, ClientError):
                delivery.attempts.append(None)
            await self._notify()
            if delivery.attempts[-1] is not None and attempt + 1 >= times:
                return

    async def _send(self, kind: str, body: JSON, attempt: int) -> Any:
        await self._connected.wait()
        envelope = f"e{next(_numbers)}"
        self._acks[envelope] = asyncio.get_running_loop().create_future()
        accepts = kind == "slash_commands"
        message = {"envelope_id": envelope, "type": kind, "payload": body, "accepts_response_payload": accepts}
        if kind == "events_api":
            message |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        await self.sockets[-1].send_json(message)
        return await self._acks[envelope]

    async def _post(self, kind: str, body: JSON, attempt: int) -> Any:
        if kind == "events_api":
            raw, content = json.dumps(body), "application/json"
        else:
            fields = body if kind == "slash_commands" else {"payload": json.dumps(body)}
            raw, content = urlencode(fields), "application/x-www-form-urlencoded"
        headers = {"Content-Type": content, **sign(raw)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"}
        status, answer = await self.post(raw, headers)
        if status != 200:
            raise OSError(f"HTTP {status}")
        return answer

    async def post(self, raw: str, headers: dict[str, str]) -> tuple[int, str]:
        """Send a request to the bot as it is, and return status and body of the answer."""
        assert self._client
        async with self._client.post(self.request_url, data=raw.encode(), headers=headers) as response:
            return response.status, await response.text()

    async def _response_url(self, request: web.Request) -> web.Response:
        body = await request.json()
        check_message(body)
        self.ephemeral.append({**body, "channel": request.match_info["channel"], "user": request.match_info["user"]})
        self._note(Call("response_url", body, time.monotonic(), 200))
        return web.json_response({"ok": True})

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.files[request.match_info["file"]]
        content = await request.read()
        if len(content) != file["length"]:
            return web.Response(status=400)
        file["content"] = content
        return web.Response(text=f"OK - {len(content)}")

    # --- what the bot calls ---------------------------------------------------------------------------------------

    def _do_auth_test(self, _: JSON) -> JSON:
        team = {"url": "https://test.slack.com/", "team": "Test", "team_id": TEAM}
        return {**team, "user": "ild", "user_id": BOT_USER, "bot_id": BOT_ID}

    def _do_apps_connections_open(self, _: JSON) -> JSON:
        ticket = f"t{next(_numbers)}"
        self._tickets.add(ticket)
        return {"url": f"{self._link}?ticket={ticket}"}

    def _do_users_info(self, parameters: JSON) -> JSON:
        user = self.users.get(parameters.get("user", ""))
        if user is None:
            raise Refused("user_not_found")
        return {"user": user}

    def _do_chat_postMessage(self, parameters: JSON) -> JSON:
        channel = self._channel(parameters)
        check_message(parameters)
        thread = parameters.get("thread_ts")
        if thread and (channel, thread) not in self.messages:
            raise Refused("thread_not_found")
        message = {"type": "message", "user": BOT_USER, "bot_id": BOT_ID, "ts": self._stamp(), **_content(parameters)}
        if thread:
            message["thread_ts"] = thread
        self.messages[channel, message["ts"]] = message
        for place in {thread or "", ""}:
            self._said[channel, place].append(message)
        return {"channel": channel, "ts": message["ts"], "message": message}

    def _do_chat_update(self, parameters: JSON) -> JSON:
        channel, ts = self._channel(parameters), parameters.get("ts", "")
        message = self._own(channel, ts, "cant_update_message")
        check_message(parameters)
        content = _content(parameters)
        if "blocks" not in parameters and "text" in parameters:
            message.pop("blocks", None)
        message.update(content, edited={"user": BOT_USER, "ts": self._stamp()})
        return {"channel": channel, "ts": ts, "text": message.get("text", ""), "message": message}

    def _do_chat_delete(self, parameters: JSON) -> JSON:
        channel, ts = self._channel(parameters), parameters.get("ts", "")
        self._own(channel, ts, "cant_delete_message")
        message = self.messages.pop((channel, ts))
        self.deleted.add((channel, ts))
        for place in {message.get("thread_ts", ""), ""}:
            self._said[channel, place].remove(message)
        return {"channel": channel, "ts": ts}

    def _do_chat_postEphemeral(self, parameters: JSON) -> JSON:
        self._channel(parameters)
        check_message(parameters)
        if parameters.get("user") not in self.users:
            raise Refused("user_not_in_channel")
        self.ephemeral.append(parameters)
        return {"message_ts": self._stamp()}

    def _do_files_getUploadURLExternal(self, parameters: JSON) -> JSON:
        id = f"F{next(_numbers)}"
        self.files[id] = {"filename": parameters["filename"], "length": int(parameters["length"])}
        return {"upload_url": f"{self._uploads}/{id}", "file_id": id}

    def _do_files_completeUploadExternal(self, parameters: JSON) -> JSON:
        given = parameters["files"]
        ids = [entry["id"] for entry in (json.loads(given) if isinstance(given, str) else given)]
        if not all("content" in self.files.get(id, {}) for id in ids):
            raise Refused("file_not_found")
        channel = self._channel({"channel": parameters.get("channel_id")})
        for id in ids:
            self.files[id] |= {"channel": channel, "thread": parameters.get("thread_ts", "")}
        return {"files": [{"id": id} for id in ids]}

    def _do_views_publish(self, parameters: JSON) -> JSON:
        view = parameters.get("view")
        view = json.loads(view) if isinstance(view, str) else view
        if not isinstance(view, dict) or view.get("type") != "home":
            raise Refused("invalid_arguments")
        check_blocks(view.get("blocks"), 100)
        self.homes[parameters["user_id"]] = view
        return {"view": view}

    def _own(self, channel: str, ts: str, error: str) -> JSON:
        message = self.messages.get((channel, ts))
        if message is None:
            raise Refused("message_not_found")
        if message.get("user") != BOT_USER:
            raise Refused(error)
        return message

    def _channel(self, parameters: JSON) -> str:
        channel = parameters.get("channel", "")
        known = self.channels.get(channel)
        if known is None:
            raise Refused("channel_not_found")
        if not known["is_member"]:
            raise Refused("not_in_channel")
        if known["is_archived"]:
            raise Refused("is_archived")
        return str(channel)

    def _stamp(self) -> str:
        return f"1767225600.{next(_numbers):06d}"

    # --- what people do -------------------------------------------------------------------------------------------

    def add_user(self, user: str, name: str = "", **properties: Any) -> str:
        name = name or f"Name {user}"
        profile = {"real_name": name, "display_name": name.split()[-1].lower()}
        base = {"id": user, "team_id": TEAM, "name": user.lower(), "real_name": name, "profile": profile}
        flags = {"deleted": False, "is_bot": False, "is_restricted": False, "is_ultra_restricted": False}
        self.users[user] = {**base, **flags, **properties}
        return user

    def add_channel(self, channel: str, is_member: bool = True) -> str:
        kind = {"D": "im", "G": "mpim"}.get(channel[0], "channel")
        self.channels.setdefault(channel, {"id": channel, "kind": kind, "is_member": is_member, "is_archived": False})
        return channel

    def say(self, user: str, text: str, channel: str = "C0001", thread: str = "", times: int = 1, **extra: Any) -> str:
        """Somebody writes; the bot gets what Slack sends for it. Returns the message's ts."""
        self.users.get(user) or self.add_user(user)
        self.add_channel(channel)
        message: JSON = {"type": "message", "user": user, "text": text, "ts": self._stamp(), "team": TEAM, **extra}
        if thread:
            message["thread_ts"] = thread
        self.messages[channel, message["ts"]] = message
        kind = self.channels[channel]["kind"]
        if kind != "im" and f"<@{BOT_USER}>" in text:
            mention = {key: value for key, value in message.items() if key != "subtype"}
            self.event({**mention, "type": "app_mention", "channel": channel}, times)
        self.event({**message, "channel": channel, "channel_type": kind}, times)
        return str(message["ts"])

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """The author changes a message."""
        before = dict(self.messages[channel, ts])
        message = {**before, "text": text, "edited": {"user": user, "ts": self._stamp()}}
        self.messages[channel, ts] = message
        change = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": self._stamp()}
        kind = self.channels[channel]["kind"]
        self.event({**change, "channel": channel, "channel_type": kind, "message": message, "previous_message": before})

    def event(self, event: JSON, times: int = 1, team: str = TEAM) -> Delivery:
        number = next(_numbers)
        authorised = [{"team_id": team, "user_id": BOT_USER, "is_bot": True}]
        body = {
            "token": "z",
            "team_id": team,
            "api_app_id": "A0001",
            "type": "event_callback",
            "event_id": f"Ev{number}",
            "event_time": int(time.time()),
            "event": {**event, "event_ts": event.get("ts") or self._stamp()},
            "authorizations": authorised,
        }
        return self.deliver("events_api", body, times)

    def press(self, user: str, channel: str, ts: str, title: str) -> Delivery:
        """Somebody presses a button of a message as it stands now."""
        self.users.get(user) or self.add_user(user)
        message = self.messages[channel, ts]
        buttons = {button["text"]["text"]: (block, button) for block, button in buttons_of(message)}
        assert title in buttons, f"no button {title!r}, only {list(buttons)}"
        return self.deliver("interactive", self.press_body(user, channel, message, *buttons[title]))

    def press_body(self, user: str, channel: str, message: JSON, block: JSON, button: JSON) -> JSON:
        action = {**button, "block_id": block.get("block_id", "b1"), "action_ts": self._stamp()}
        container = {"type": "message", "message_ts": message["ts"], "channel_id": channel}
        if "thread_ts" in message:
            container["thread_ts"] = message["thread_ts"]
        return {
            "type": "block_actions",
            "user": {"id": user, "username": user.lower(), "team_id": TEAM},
            "api_app_id": "A0001",
            "token": "z",
            "container": container,
            "trigger_id": f"tr{next(_numbers)}",
            "team": {"id": TEAM, "domain": "test"},
            "channel": {"id": channel, "name": "ild"},
            "message": json.loads(json.dumps(message)),
            "response_url": f"{self._response}/{channel}/{user}",
            "actions": [action],
        }

    def slash(self, user: str, text: str, channel: str = "C0001", command: str = "/ild") -> Delivery:
        self.users.get(user) or self.add_user(user)
        self.add_channel(channel)
        body = {
            "token": "z",
            "team_id": TEAM,
            "channel_id": channel,
            "channel_name": "ild",
            "user_id": user,
            "user_name": user.lower(),
            "command": command,
            "text": text,
            "api_app_id": "A0001",
            "response_url": f"{self._response}/{channel}/{user}",
            "trigger_id": f"tr{next(_numbers)}",
        }
        return self.deliver("slash_commands", body)

    def open_home(self, user: str) -> Delivery:
        self.users.get(user) or self.add_user(user)
        return self.event({"type": "app_home_opened", "user": user, "channel": "D0001", "tab": "home"})

    # --- what people see ------------------------------------------------------------------------------------------

    def thread(self, channel: str, ts: str) -> list[JSON]:
        """The bot's messages in a thread, without one all of a channel, oldest first."""
        return list(self._said[channel, ts])

    def read(self, channel: str, ts: str = "") -> str:
        """All that the bot says in a thread, as one text."""
        return "\n".join(shown(message) for message in self.thread(channel, ts))


def sign(raw: str, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    """Return the headers by which Slack signs a request."""
    stamp = str(int(at or time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{raw}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def buttons_of(message: JSON) -> list[tuple[JSON, JSON]]:
    """The buttons of a message, each with its block."""
    blocks = message.get("blocks") or []
    return [(block, element) for block in blocks if block["type"] == "actions" for element in block["elements"]]


def titles(message: JSON) -> list[str]:
    return [button["text"]["text"] for _, button in buttons_of(message)]


def shown(message: JSON) -> str:
    """What a reader sees of a message: its blocks, or its text where there are none; entities decoded."""
    parts = []
    for block in message.get("blocks") or []:
        texts = [block["text"]] if "text" in block else block.get("elements", []) if block["type"] == "context" else []
        parts += [text["text"] for text in texts]
    text = "\n".join(parts) or message.get("text", "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def broadcasts(message: JSON) -> list[str]:
    """The mentions of everybody that Slack would carry out for a message."""
    return re.findall(r"<!(?:channel|here|everyone|subteam)[^>]*>", json.dumps(message, ensure_ascii=False))


# --- what Slack refuses -----------------------------------------------------------------------------------------------


def check_message(parameters: JSON) -> None:
    text, blocks = parameters.get("text") or "", parameters.get("blocks")
    blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    if not text.strip() and not blocks:
        raise Refused("no_text")
    if len(text) > 40_000:
        raise Refused("msg_too_long")
    if blocks is not None:
        check_blocks(blocks, 50)
    _check_entities(text)


def check_blocks(blocks: Any, limit: int) -> None:
    if not isinstance(blocks, list) or len(blocks) > limit:
        raise Refused("invalid_blocks", f"no more than {limit} items allowed")
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    buttons = [element for block in blocks if block.get("type") == "actions" for element in block["elements"]]
    actions = [button.get("action_id") for button in buttons]
    if len(ids) != len(set(ids)):
        raise Refused("invalid_blocks", "block_id is already in use")
    if len(actions) != len(set(actions)):
        raise Refused("invalid_blocks", "action_id is already in use")
    for block in blocks:
        if len(block.get("block_id", "")) > 255:
            raise Refused("invalid_blocks", "block_id: must be less than 256 characters")
        _check_block(block)


def _check_block(block: JSON) -> None:
    match block.get("type"):
        case "section":
            _check_section(block)
        case "actions":
            _check_actions(block)
        case "context":
            _check_context(block)
        case "header":
            _check_header(block)
        case "divider":
            pass
        case kind:
            raise Refused("invalid_blocks", f"unsupported type: {kind}")


def _check_section(block: JSON) -> None:
    if "text" not in block and "fields" not in block:
        raise Refused("invalid_blocks", "section needs text or fields")
    if "text" in block:
        _check_text(block["text"], 3000)
    for entry in block.get("fields", []):
        _check_text(entry, 2000)


def _check_header(block: JSON) -> None:
    if block["text"]["type"] != "plain_text":
        raise Refused("invalid_blocks", "header must be plain_text")
    _check_text(block["text"], 150)


def _check_context(block: JSON) -> None:
    if not 1 <= len(block.get("elements", [])) <= 10:
        raise Refused("invalid_blocks", "context needs 1 to 10 elements")
    for element in block["elements"]:
        _check_text(element, 3000)


def _check_actions(block: JSON) -> None:
    if not 1 <= len(block.get("elements", [])) <= 25:
        raise Refused("invalid_blocks", "actions needs 1 to 25 elements")
    for button in block["elements"]:
        if button.get("type") != "button" or button["text"]["type"] != "plain_text":
            raise Refused("invalid_blocks", "button needs a plain_text")
        _check_text(button["text"], 75)
        if len(button.get("value", "")) > 2000 or not 0 < len(button.get("action_id", "")) <= 255:
            raise Refused("invalid_blocks", "button value or action_id too long")
        if button.get("style") not in (None, "primary", "danger"):
            raise Refused("invalid_blocks", "style")


def _check_text(text: JSON, limit: int) -> None:
    if text.get("type") not in ("mrkdwn", "plain_text") or not isinstance(text.get("text"), str):
        raise Refused("invalid_blocks", "text object")
    if not 0 < len(text["text"]) <= limit:
        raise Refused("invalid_blocks", f"must be less than {limit + 1} characters")
    if text["type"] == "mrkdwn":
        _check_entities(text["text"])


def _check_entities(text: str) -> None:
    """A stricter reader than Slack: every `<`, `>` and `&` has to be markup that Slack knows."""
    known = r"<@[UW]\w+>|<https?://[^|>]+(\|[^>]*)?>|<!date\^[^>]*>|&(amp|lt|gt);"
    if re.search(r"[<>&]", re.sub(known, "", text)):
        raise Refused("invalid_blocks", "unescaped characters")


def _content(parameters: JSON) -> JSON:
    content = {key: parameters[key] for key in ("text", "blocks", "metadata") if key in parameters}
    if isinstance(content.get("blocks"), str):
        content["blocks"] = json.loads(content["blocks"])
    for number, block in enumerate(content.get("blocks") or []):
        block.setdefault("block_id", f"b{number}")
    return content


async def _parameters(request: web.Request) -> tuple[JSON, str]:
    """Slack takes parameters from the address and from the body, as JSON or as a form."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    parameters: JSON = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        parameters |= await request.json()
    elif request.method == "POST":
        parameters |= dict(await request.post())
    return parameters, str(parameters.pop("token", "") or token)


@contextlib.asynccontextmanager
async def running() -> Any:
    """A server for the length of a block."""
    server = SlackApi()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def mention(text: str) -> str:
    return f"<@{BOT_USER}> {text}"


def all_texts(messages: Iterable[JSON]) -> str:
    return "\n".join(map(shown, messages))
