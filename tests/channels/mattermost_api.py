"""A Mattermost server on loopback: REST v4, WebSocket, buttons and slash commands; refuses what Mattermost refuses."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientTimeout, WSMsgType, web

TOKEN = "q1w2e3r4t5y6u7i8o9p0a1s2d3"
SLASH_TOKEN = "slashtokenslashtokenslasht"
BOT = "botbotbotbotbotbotbotbot00"
TEAM = "teamteamteamteamteamteam00"
TOWN = "towntowntowntowntowntown00"
MAX_POST = 16_383

JSON = dict[str, Any]
# No two servers of a test run give the same number twice: what has been seen is remembered.
_numbers = itertools.count(1)


class Refused(Exception):
    """What Mattermost answers with an error."""

    def __init__(self, status: int, id: str) -> None:
        super().__init__(id)
        self.status, self.id = status, id


@dataclass
class Fault:
    """What happens to the next call: an HTTP status, a 429 with its seconds, a dropped or slow connection."""

    status: int = 0
    retry_after: int = 0
    drop: bool = False
    delay: float = 0.0


class MattermostApi:
    """The server, and the people on it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, int]] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.users: dict[str, JSON] = {}
        self.channels: dict[str, JSON] = {}
        self.posts: dict[str, JSON] = {}
        self._said: dict[tuple[str, str], list[JSON]] = defaultdict(list)
        self.members: set[tuple[str, str]] = set()
        self.sockets: list[web.WebSocketResponse] = []
        self.connections = 0
        self.typed: list[JSON] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.busy: Callable[[], bool] = lambda: False
        self.url = ""
        self._token = TOKEN
        self._runner: web.AppRunner | None = None
        self._client: ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.add_user(BOT, "ild", is_bot=True)
        self.add_channel(TOWN)

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/api/v4/websocket", self._socket)
        app.router.add_route("*", "/api/v4/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._client = ClientSession(timeout=ClientTimeout(total=10))

    async def stop(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in list(self.sockets):
            await socket.close()
        if self._client:
            await self._client.close()
        if self._runner:
            await self._runner.cleanup()

    def refuse_tokens(self) -> None:
        self._token = "another"

    # --- REST -----------------------------------------------------------------------------------------------------

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        kind = f"{request.method} {path.partition('/')[0]}"
        fault = self.faults[kind].popleft() if self.faults[kind] else None
        if fault:
            await asyncio.sleep(fault.delay)
            if fault.drop:
                self._note(kind, path, 499)
                if request.transport:
                    request.transport.abort()
                return web.Response(status=499)
            if fault.status or fault.retry_after:
                status = fault.status or 429
                self._note(kind, path, status)
                return web.Response(status=status, text="busy", headers={"Retry-After": str(fault.retry_after or "")})
        try:
            if request.headers.get("Authorization") != f"Bearer {self._token}":
                raise Refused(401, "api.context.session_expired.app_error")
            if path == "files":
                body: JSON = {"content": await request.read()}
            else:
                body = await request.json() if request.can_read_body else {}
            answer, status = self._answer(request.method, path.split("/"), body, request.query), 200
        except Refused as refused:
            answer, status = {"id": refused.id, "message": "", "status_code": refused.status}, refused.status
        self._note(kind, path, status)
        return web.json_response(answer, status=201 if status == 200 and request.method == "POST" else status)

    def _note(self, kind: str, path: str, status: int) -> None:
        self.calls.append((kind, path, status))

    def _answer(self, method: str, path: list[str], body: JSON, query: Any) -> Any:
        match method, path:
            case "GET", ["users", "me"]:
                return self.users[BOT]
            case "GET", ["users", id, "channels"] if id in (BOT, "me"):
                return list(self.channels.values())
            case "GET", ["users", id]:
                return _found(self.users, id)
            case "GET", ["channels", id]:
                return _found(self.channels, id)
            case "GET", ["channels", id, "posts"]:
                _found(self.channels, id)
                since = int(query.get("since", 0))
                found = [p for p in self.posts.values() if p["channel_id"] == id and p["update_at"] > since]
                return {"order": [post["id"] for post in found][::-1], "posts": {p["id"]: _public(p) for p in found}}
            case "GET", ["teams" | "channels", id, "members", user]:
                if (id, user) not in self.members:
                    raise Refused(404, "app.team.get_member.missing.app_error")
                return {"user_id": user}
            case "GET", ["posts", id]:
                return _public(_found(self.posts, id))
            case "POST", ["files"]:
                _found(self.channels, query["channel_id"])
                id = _id("f")
                self.files[id] = (query["filename"], body["content"])
                return {"file_infos": [{"id": id}]}
            case "POST", ["posts"]:
                return _public(self._post(BOT, body))
            case "PUT", ["posts", id, "patch"]:
                return self._patch(id, body)
        raise Refused(404, "api.context.404.app_error")

    def _post(self, user: str, body: JSON) -> JSON:
        channel, root = body.get("channel_id", ""), body.get("root_id") or ""
        if channel not in self.channels:
            raise Refused(403, "api.context.permissions.app_error")
        if root and (root not in self.posts or self.posts[root]["root_id"]):
            raise Refused(400, "api.post.create_post.root_id.app_error")
        if not body.get("file_ids"):
            _check(body)
        now = int(time.time() * 1000)
        post = {
            "file_ids": body.get("file_ids") or [],
            "id": _id("p"),
            "channel_id": channel,
            "root_id": root,
            "user_id": user,
            "type": "",
        }
        post |= {"message": body.get("message", ""), "props": body.get("props") or {}}
        post |= {"create_at": now, "update_at": now, "edit_at": 0, "delete_at": 0, **body.get("extra", {})}
        self.posts[post["id"]] = post
        if user == BOT:
            self._said[channel, root].append(post)
        self.channels[channel]["last_post_at"] = now
        self._broadcast("posted", post)
        return post

    def _patch(self, id: str, body: JSON) -> JSON:
        post = _found(self.posts, id)
        if post["user_id"] != BOT:
            raise Refused(403, "api.context.permissions.app_error")
        _check(body)
        now = int(time.time() * 1000)
        post.update({key: body[key] for key in ("message", "props") if key in body}, update_at=now, edit_at=now)
        self._broadcast("post_edited", post)
        return _public(post)

    # --- WebSocket ------------------------------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._act(socket, json.loads(message.data))
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)
        return socket

    async def _act(self, socket: web.WebSocketResponse, data: JSON) -> None:
        if data["action"] == "authentication_challenge":
            if data["data"]["token"] != self._token:
                await socket.close()
                return
            await socket.send_json({"status": "OK", "seq_reply": data["seq"]})
            await socket.send_json({"event": "hello", "data": {}, "broadcast": {}, "seq": 0})
            self.sockets.append(socket)
        elif data["action"] == "user_typing":
            self.typed.append(data["data"])

    def _broadcast(self, event: str, post: JSON) -> None:
        data = {"post": json.dumps(_public(post)), "channel_type": self.channels[post["channel_id"]]["type"]}
        for socket in self.sockets:
            message = {"event": event, "data": data, "broadcast": {"channel_id": post["channel_id"]}, "seq": 1}
            task = asyncio.ensure_future(_quietly(socket, message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drop_sockets(self) -> None:
        for socket in list(self.sockets):
            self.sockets.remove(socket)
            transport = socket._req.transport if socket._req else None
            if transport:
                transport.abort()

    # --- people ---------------------------------------------------------------------------------------------------

    def add_user(self, id: str, username: str, name: str = "", **properties: Any) -> str:
        first, _, last = name.partition(" ")
        base = {"id": id, "username": username, "first_name": first, "last_name": last, "roles": "system_user"}
        self.users[id] = {**base, "nickname": "", "delete_at": 0, **properties}
        return id

    def add_channel(self, id: str, kind: str = "O", team: str = TEAM) -> str:
        team = "" if kind in ("D", "G") else team
        self.channels[id] = {"id": id, "type": kind, "team_id": team, "name": id, "last_post_at": 0}
        return id

    def say(self, user: str, text: str, channel: str = TOWN, root: str = "", **extra: Any) -> str:
        body = {"channel_id": channel, "root_id": root, "message": text, "extra": extra}
        return str(self._post(user, body)["id"])

    def edit(self, post: str, text: str) -> None:
        now = int(time.time() * 1000)
        self.posts[post].update(message=text, update_at=now, edit_at=now)
        self._broadcast("post_edited", self.posts[post])

    async def press(self, user: str, post: str, title: str, **changes: Any) -> int:
        """Somebody presses a button; returns the HTTP status of the bot's answer."""
        action = next(action for action in actions_of(self.posts[post]) if action["name"] == title)
        body = {"user_id": user, "post_id": post, "channel_id": self.posts[post]["channel_id"], "trigger_id": "t"}
        body |= {"team_id": TEAM, "type": "button", "context": action["integration"]["context"], **changes}
        assert self._client
        async with self._client.post(action["integration"]["url"], json=body) as response:
            return response.status

    async def slash(
        self, address: str, user: str, text: str, token: str = SLASH_TOKEN, **extra: str
    ) -> tuple[int, str]:
        form = {"token": token, "user_id": user, "channel_id": TOWN, "team_id": TEAM, "command": "/ild", "text": text}
        form |= {"trigger_id": f"t{next(_numbers)}", "user_name": "x", **extra}
        assert self._client
        async with self._client.post(f"{address}/webhooks/mattermost/command", data=form) as response:
            return response.status, (await response.json())["text"] if response.status == 200 else ""

    def thread(self, root: str, channel: str = TOWN) -> list[JSON]:
        """The bot's posts in a thread; without a root, those of the channel outside of threads."""
        return list(self._said[channel, root])

    def read(self, root: str, channel: str = TOWN) -> str:
        return "\n".join(post["message"] for post in self.thread(root, channel))

    async def until(self, condition: Callable[[], Any], seconds: float = 10.0) -> Any:
        async with asyncio.timeout(seconds):
            while not (value := condition()):
                await asyncio.sleep(0.01)
            return value

    async def quiet(self, seconds: float = 10.0) -> None:
        """Wait until all that was sent has arrived, and the bot has nothing left to do."""
        async with asyncio.timeout(seconds):
            await asyncio.sleep(0.15)
            while self.busy() or self._tasks:
                await asyncio.sleep(0.01)


def actions_of(post: JSON) -> list[JSON]:
    return [action for attachment in post["props"].get("attachments") or [] for action in attachment["actions"]]


def titles(post: JSON) -> list[str]:
    return [action["name"] for action in actions_of(post)]


async def _quietly(socket: web.WebSocketResponse, message: JSON) -> None:
    with contextlib.suppress(ConnectionError):
        await socket.send_json(message)


def _check(body: JSON) -> None:
    if len(body.get("message", "")) > MAX_POST:
        raise Refused(400, "model.post.is_valid.message_length.app_error")
    if not body.get("message", "").strip() and not actions_of({"props": body.get("props") or {}}):
        raise Refused(400, "api.context.invalid_body_param.app_error")
    for action in actions_of({"props": body.get("props") or {}}):
        if not action["id"].isalnum() or not action["name"] or not action["integration"]["url"].startswith("http"):
            raise Refused(400, "api.post.do_action.action_id.app_error")


def _public(post: JSON) -> JSON:
    """A post as clients get it: without what the buttons send."""
    copied: JSON = json.loads(json.dumps(post))
    for action in actions_of(copied):
        action.pop("integration", None)
    return copied


def _found(things: dict[str, JSON], id: str) -> JSON:
    if id not in things:
        raise Refused(404, "store.sql.missing.app_error")
    return things[id]


def _id(letter: str) -> str:
    return f"{letter}{next(_numbers):025d}"


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[MattermostApi]:
    server = MattermostApi()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
