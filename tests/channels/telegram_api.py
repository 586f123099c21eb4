"""A Bot API server on loopback that refuses what Telegram refuses, fails on demand, and remembers every call.

The errors carry the descriptions of Telegram's own server. Positions and lengths are counted in UTF-16 units, as
Telegram counts them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT = {"id": 110201543, "is_bot": True, "first_name": "ILD", "username": "ild_test_bot"}
GROUP_ANONYMOUS_BOT = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_BYTES = 64
MAX_BUTTONS = 100
MAX_BUTTONS_IN_ROW = 8

# Parameters that are texts, whatever they look like.
_TEXTS = frozenset({"text", "caption", "callback_query_id", "url", "secret_token"})

JSON = dict[str, Any]


class Refused(Exception):
    """What Telegram answers with `ok: false`."""

    def __init__(self, description: str, code: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters


@dataclass(frozen=True)
class Call:
    """One request of the bot: method, decoded parameters, when it came, and what it was answered (HTTP status)."""

    method: str
    parameters: JSON
    at: float
    status: int


@dataclass
class Fault:
    """What happens to the next call of a method instead of, or (`after`) in spite of, its being carried out.

    `status` answers with an error, `retry_after` with a 429, `drop` closes the connection, `delay` (seconds) waits
    first, `garbage` answers with a proxy's page of HTML. With `after` the call is carried out before it fails.
    """

    status: int = 0
    retry_after: int = 0
    drop: bool = False
    garbage: bool = False
    delay: float = 0.0
    after: bool = False


@dataclass
class Chat:
    """A chat that the bot may write to; `topics` only in a forum."""

    id: int
    type: str = "private"
    is_forum: bool = False
    topics: set[int] = field(default_factory=set)
    blocked: bool = False
    migrated_to: int | None = None

    def as_dict(self) -> JSON:
        chat: JSON = {"id": self.id, "type": self.type}
        if self.type == "private":
            return {**chat, "first_name": f"Name{self.id}"}
        return {**chat, "title": "A group", **({"is_forum": True} if self.is_forum else {})}


class TelegramApi:
    """The server, and the people who write to the bot."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], JSON] = {}
        self.files: dict[tuple[int, int], bytes] = {}
        self.commands: list[JSON] = []
        self.webhook: JSON = {"url": ""}
        self.webhook_statuses: list[int] = []
        self.queries: dict[str, bool] = {}
        self.pending: deque[JSON] = deque()
        self.token_valid = True
        self._next_update = 1000
        self._next_message = Counter[int]()
        self._sent: dict[int, list[int]] = defaultdict(list)
        self._arrived = asyncio.Event()
        self._poller: asyncio.Task[Any] | None = None
        self._runner: web.AppRunner | None = None
        self._client: ClientSession | None = None
        self._deliveries: set[asyncio.Task[None]] = set()
        self.url = ""

    # --- the server -----------------------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=60 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._client = ClientSession(timeout=ClientTimeout(total=10))

    async def stop(self) -> None:
        if self._poller:
            self._poller.cancel()
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)
        if self._client:
            await self._client.close()
        if self._runner:
            await self._runner.cleanup()

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method meet these faults, one each."""
        self.faults[method].extend(faults)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method, token = request.match_info["method"], request.match_info["token"]
        parameters = await _parameters(request)
        if token != TOKEN or not self.token_valid:
            return self._reply(method, parameters, _refusal(Refused("Unauthorized", 401)))
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault and not fault.after:
            return await self._fail(request, method, parameters, fault)
        response = await self._carry_out(method, parameters)
        if fault:
            return await self._fail(request, method, parameters, fault)
        return self._reply(method, parameters, response)

    async def _carry_out(self, method: str, parameters: JSON) -> web.Response:
        action: Callable[[JSON], Any] | None = getattr(self, f"_do_{method}", None)
        if action is None:
            return _refusal(Refused("Not Found: method not found", 404))
        try:
            result = action(parameters)
            if asyncio.iscoroutine(result):
                result = await result
        except Refused as refused:
            return _refusal(refused)
        return web.json_response({"ok": True, "result": result})

    async def _fail(self, request: web.Request, method: str, parameters: JSON, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.delay)
        if fault.drop:
            self._reply(method, parameters, web.Response(status=499))
            if request.transport:
                request.transport.abort()
            return web.Response(status=499)
        if fault.garbage:
            return self._reply(method, parameters, web.Response(status=502, text="<html>Bad gateway</html>"))
        if fault.retry_after:
            refused = Refused(f"Too Many Requests: retry after {fault.retry_after}", 429, retry_after=fault.retry_after)
            return self._reply(method, parameters, _refusal(refused))
        if fault.status:
            return self._reply(method, parameters, _refusal(Refused("Internal Server Error", fault.status)))
        return self._reply(method, parameters, await self._carry_out(method, parameters))

    def _reply(self, method: str, parameters: JSON, response: web.Response) -> web.Response:
        self.calls.append(Call(method, parameters, time.monotonic(), response.status))
        return response

    async def until(self, condition: Callable[[], Any], seconds: float = 10.0) -> Any:
        """Wait until the condition holds and return its value."""
        async with asyncio.timeout(seconds):
            while not (value := condition()):
                await asyncio.sleep(0.005)
            return value

    # --- what the bot calls ---------------------------------------------------------------------------------------

    def _do_getMe(self, _: JSON) -> JSON:
        return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    def _do_setMyCommands(self, parameters: JSON) -> bool:
        commands = parameters["commands"]
        for command in commands:
            name = command["command"]
            if not 1 <= len(name) <= 32 or not name.replace("_", "").isalnum() or name != name.lower():
                raise Refused("Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise Refused("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands = commands
        return True

    def _do_getWebhookInfo(self, _: JSON) -> JSON:
        return {"has_custom_certificate": False, "pending_update_count": len(self.pending), **self.webhook}

    def _do_setWebhook(self, parameters: JSON) -> bool:
        url, secret = parameters.get("url", ""), parameters.get("secret_token", "")
        if url and not url.startswith(("https://", "http://127.0.0.1:")):
            raise Refused("Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if secret and (len(secret) > 256 or not secret.replace("_", "").replace("-", "").isalnum()):
            raise Refused("Bad Request: secret token contains unallowed characters")
        self.webhook = {"url": url, "secret_token": secret, "allowed_updates": parameters.get("allowed_updates", [])}
        self._dispatch()
        return True

    def _do_deleteWebhook(self, parameters: JSON) -> bool:
        self.webhook = {"url": ""}
        if parameters.get("drop_pending_updates"):
            self.pending.clear()
        return True

    async def _do_getUpdates(self, parameters: JSON) -> list[JSON]:
        if self.webhook["url"]:
            raise Refused("Conflict: can't use getUpdates method while webhook is active; use deleteWebhook", 409)
        if self._poller and not self._poller.done():
            self._poller.cancel()
        self._poller = asyncio.ensure_future(self._poll(parameters))
        try:
            return await asyncio.shield(self._poller)
        except asyncio.CancelledError:
            if self._poller.cancelled():
                raise
            raise Refused("Conflict: terminated by other getUpdates request", 409) from None

    async def _poll(self, parameters: JSON) -> list[JSON]:
        offset = int(parameters.get("offset", 0))
        while self.pending and offset > 0 and self.pending[0]["update_id"] < offset:
            self.pending.popleft()
        deadline = time.monotonic() + float(parameters.get("timeout", 0))
        while not self.pending and time.monotonic() < deadline:
            self._arrived.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(deadline - time.monotonic()):
                    await self._arrived.wait()
        return list(self.pending)[: int(parameters.get("limit", 100))]

    def _do_sendMessage(self, parameters: JSON) -> JSON:
        text = parameters.get("text") or ""
        if not text.strip():
            raise Refused("Bad Request: message text is empty")
        if _units(text) > MAX_TEXT:
            raise Refused("Bad Request: message is too long")
        _check_entities(text, parameters.get("entities", []), parameters.get("parse_mode"))
        return self._post(parameters, {"text": text, "entities": parameters.get("entities", [])})

    def _do_sendPhoto(self, parameters: JSON) -> JSON:
        photo = parameters.get("photo")
        if isinstance(photo, bytes):
            if not photo.startswith((b"\x89PNG", b"\xff\xd8")):
                raise Refused("Bad Request: IMAGE_PROCESS_FAILED")
        elif not str(photo).startswith("https://"):
            raise Refused("Bad Request: wrong file identifier/HTTP URL specified")
        message = self._post(parameters, {"photo": [], **_caption(parameters)})
        self._keep_file(message, photo)
        return message

    def _do_sendDocument(self, parameters: JSON) -> JSON:
        document = parameters.get("document")
        if isinstance(document, bytes) and not document:
            raise Refused("Bad Request: file must be non-empty")
        if not isinstance(document, bytes) and not str(document).startswith("https://"):
            raise Refused("Bad Request: wrong file identifier/HTTP URL specified")
        name = parameters.get("document_filename", "")
        message = self._post(parameters, {"document": {"file_name": name, "file_id": "f", "file_unique_id": "u"}})
        self._keep_file(message, document)
        return message

    def _do_sendChatAction(self, parameters: JSON) -> bool:
        self._chat(parameters)
        if parameters.get("action") != "typing":
            raise Refused("Bad Request: wrong parameter action in request")
        return True

    def _do_editMessageText(self, parameters: JSON) -> JSON:
        message = self._own_message(parameters)
        text = parameters.get("text") or ""
        if not text.strip():
            raise Refused("Bad Request: message text is empty")
        if _units(text) > MAX_TEXT:
            raise Refused("Bad Request: MESSAGE_TOO_LONG")
        _check_entities(text, parameters.get("entities", []), parameters.get("parse_mode"))
        changed = {**message, "text": text, "entities": parameters.get("entities", [])}
        return self._edit(message, changed, parameters)

    def _do_editMessageReplyMarkup(self, parameters: JSON) -> JSON:
        message = self._own_message(parameters)
        return self._edit(message, dict(message), parameters)

    def _do_answerCallbackQuery(self, parameters: JSON) -> bool:
        query = parameters.get("callback_query_id")
        if query not in self.queries or self.queries[query]:
            raise Refused("Bad Request: query is too old and response timeout expired or query ID is invalid")
        if _units(parameters.get("text", "")) > 200:
            raise Refused("Bad Request: MESSAGE_TOO_LONG")
        self.queries[query] = True
        return True

    # --- messages and chats ---------------------------------------------------------------------------------------

    def _post(self, parameters: JSON, content: JSON) -> JSON:
        chat = self._chat(parameters)
        markup = parameters.get("reply_markup")
        if markup:
            _check_keyboard(markup)
        thread = parameters.get("message_thread_id")
        if thread is not None and chat.is_forum and thread not in chat.topics:
            raise Refused("Bad Request: message thread not found")
        reply = parameters.get("reply_parameters")
        message = {**self._head(chat, BOT), **content}
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": chat.is_forum}
        if reply:
            replied = self.messages.get((chat.id, reply["message_id"]))
            if replied:
                message["reply_to_message"] = _without_reply(replied)
            elif not reply.get("allow_sending_without_reply"):
                raise Refused("Bad Request: message to be replied not found")
        if markup:
            message["reply_markup"] = markup
        self.messages[chat.id, message["message_id"]] = message
        self._sent[chat.id].append(message["message_id"])
        return message

    def _edit(self, message: JSON, changed: JSON, parameters: JSON) -> JSON:
        changed.pop("reply_markup", None)
        markup = parameters.get("reply_markup")
        if markup and markup.get("inline_keyboard"):
            _check_keyboard(markup)
            changed["reply_markup"] = markup
        if changed == message:
            raise Refused(
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message"
            )
        self.messages[message["chat"]["id"], message["message_id"]] = changed
        return changed

    def _own_message(self, parameters: JSON) -> JSON:
        chat = self._chat(parameters)
        message = self.messages.get((chat.id, int(parameters.get("message_id", 0))))
        if message is None:
            raise Refused("Bad Request: message to edit not found")
        if message["from"]["id"] != BOT["id"]:
            raise Refused("Bad Request: message can't be edited")
        return message

    def _keep_file(self, message: JSON, content: Any) -> None:
        if isinstance(content, bytes):
            self.files[message["chat"]["id"], message["message_id"]] = content

    def _chat(self, parameters: JSON) -> Chat:
        chat = self.chats.get(int(parameters["chat_id"]))
        if chat is None:
            raise Refused("Bad Request: chat not found")
        if chat.blocked:
            raise Refused("Forbidden: bot was blocked by the user", 403)
        if chat.migrated_to:
            raise Refused(
                "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
            )
        return chat

    def _head(self, chat: Chat, sender: JSON) -> JSON:
        self._next_message[chat.id] += 1
        return {
            "message_id": self._next_message[chat.id],
            "date": int(time.time()),
            "chat": chat.as_dict(),
            "from": sender,
        }

    # --- what people do -------------------------------------------------------------------------------------------

    def person(self, user: int) -> JSON:
        return {"id": user, "is_bot": False, "first_name": f"Name{user}", "language_code": "en"}

    def add_chat(self, chat: int, kind: str = "private", **properties: Any) -> Chat:
        return self.chats.setdefault(chat, Chat(chat, kind, **properties))

    def compose(self, user: int, text: str | None, chat: int | None = None, **extra: Any) -> JSON:
        """Make a message of a person, as the server would keep it; nothing is delivered yet."""
        place = self.add_chat(chat or user, "private" if (chat or user) > 0 else "supergroup")
        message = {**self._head(place, self.person(user)), **extra}
        if text is not None:
            message |= {"text": text, "entities": [*_found_entities(text), *extra.get("entities", [])]}
        self.messages[place.id, message["message_id"]] = message
        return message

    def say(self, user: int, text: str | None, chat: int | None = None, **extra: Any) -> JSON:
        """A person writes; returns the message."""
        message = self.compose(user, text, chat, **extra)
        self.push({"message": message})
        return message

    def reply_to(self, message: JSON) -> JSON:
        """The part of a message that makes it a reply to another one."""
        return {"reply_to_message": _without_reply(message)}

    def edit(self, message: JSON, text: str) -> JSON:
        """The author changes a message."""
        changed = {**message, "text": text, "entities": _found_entities(text), "edit_date": int(time.time())}
        self.messages[message["chat"]["id"], message["message_id"]] = changed
        self.push({"edited_message": changed})
        return changed

    def press(self, user: int, message: JSON, title: str) -> str:
        """A person presses the button with this label; returns the id of the callback query."""
        current = self.messages[message["chat"]["id"], message["message_id"]]
        keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
        (data,) = [button["callback_data"] for row in keyboard for button in row if button["text"] == title]
        return self.press_data(user, current, data)

    def press_data(self, user: int, message: JSON, data: str) -> str:
        query = f"q{len(self.queries)}"
        self.queries[query] = False
        callback = {"id": query, "from": self.person(user), "chat_instance": "1", "data": data, "message": message}
        self.push({"callback_query": callback})
        return query

    def update(self, content: JSON) -> JSON:
        """Give an update its number."""
        self._next_update += 1
        return {"update_id": self._next_update, **content}

    def push(self, content: JSON) -> JSON:
        """Deliver an update: keep it for the next poll, or send it to the webhook until that takes it."""
        update = content if "update_id" in content else self.update(content)
        self.pending.append(update)
        self._arrived.set()
        self._dispatch()
        return update

    def _dispatch(self) -> None:
        while self.webhook["url"] and self.pending:
            task = asyncio.ensure_future(self._deliver(self.pending.popleft()))
            self._deliveries.add(task)
            task.add_done_callback(self._deliveries.discard)

    async def _deliver(self, update: JSON) -> None:
        while True:
            with contextlib.suppress(ClientError, OSError, TimeoutError):
                if await self.post(update, self.webhook["secret_token"]) == 200:
                    return
            await asyncio.sleep(0.1)

    async def post(self, update: Any, secret: str | None) -> int:
        """Post to the webhook and return the status."""
        assert self._client
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
        body = update if isinstance(update, str) else json.dumps(update)
        headers["Content-Type"] = "application/json"
        async with self._client.post(self.webhook["url"], data=body, headers=headers) as response:
            self.webhook_statuses.append(response.status)
            return response.status

    # --- what can be seen -----------------------------------------------------------------------------------------

    def sent(self, chat: int) -> list[JSON]:
        """What the bot sent to a chat and was accepted, as it stands now, oldest first."""
        return [self.messages[chat, number] for number in self._sent[chat]]

    def texts(self, chat: int) -> list[str]:
        return [message["text"] for message in self.sent(chat) if "text" in message]

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def replies(self, chat: int, count: int, seconds: float = 10.0) -> list[JSON]:
        """Wait until the bot has sent this many messages to the chat, and return all."""
        return await self.until(lambda: len(self.sent(chat)) >= count and self.sent(chat), seconds)  # type: ignore[no-any-return]


@contextlib.asynccontextmanager
async def telegram_api() -> AsyncIterator[TelegramApi]:
    """A running server."""
    api = TelegramApi()
    await api.start()
    try:
        yield api
    finally:
        await api.stop()


async def _parameters(request: web.Request) -> JSON:
    if request.content_type == "application/json":
        return dict(await request.json())
    parameters: JSON = {key: _decoded(value) for key, value in request.query.items()}
    form = await request.post()
    for key, value in form.items():
        if isinstance(value, web.FileField):
            parameters[key] = value.file.read()
            parameters[f"{key}_filename"] = value.filename
        else:
            parameters[key] = value if key in _TEXTS else _decoded(str(value))
    # An uploaded file may stand under a name of its own, as attach://name.
    for key, value in list(parameters.items()):
        if isinstance(value, str) and value.startswith("attach://"):
            part = value.removeprefix("attach://")
            parameters[key], parameters[f"{key}_filename"] = parameters[part], parameters[f"{part}_filename"]
    return parameters


def _decoded(value: str) -> Any:
    """Objects, lists, numbers and truth values come as JSON; a text comes as it is."""
    if value[:1] in "[{" or value in {"true", "false"} or value.lstrip("-").isdigit():
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value


def _refusal(refused: Refused) -> web.Response:
    body: JSON = {"ok": False, "error_code": refused.code, "description": str(refused)}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _check_entities(text: str, entities: Iterable[JSON], parse_mode: str | None) -> None:
    if parse_mode:
        raise Refused("Bad Request: unsupported parse_mode")
    data = text.encode("utf-16-le")
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if start < 0 or entity["length"] <= 0 or end > len(data) // 2:
            raise Refused("Bad Request: entity beyond the end of the text")
        try:
            data[2 * start : 2 * end].decode("utf-16-le")
        except UnicodeDecodeError:
            raise Refused("Bad Request: entity begins in the middle of a UTF-16 symbol") from None


def _check_keyboard(markup: JSON) -> None:
    rows = markup["inline_keyboard"]
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > MAX_BUTTONS_IN_ROW for row in rows):
        raise Refused("Bad Request: reply markup is too long")
    for button in (button for row in rows for button in row):
        if not button.get("text", "").strip():
            raise Refused("Bad Request: inline keyboard button text must be non-empty")
        if not 1 <= len(button.get("callback_data", "").encode()) <= MAX_CALLBACK_BYTES:
            raise Refused("Bad Request: BUTTON_DATA_INVALID")


def _caption(parameters: JSON) -> JSON:
    caption = parameters.get("caption", "")
    if _units(caption) > MAX_CAPTION:
        raise Refused("Bad Request: message caption is too long")
    return {"caption": caption} if caption else {}


def _without_reply(message: JSON) -> JSON:
    return {key: value for key, value in message.items() if key != "reply_to_message"}


def _found_entities(text: str) -> list[JSON]:
    """Mark commands and mentions, as Telegram does when a message is sent."""
    entities = []
    position = 0
    for word in text.split(" "):
        bare = word.rstrip(".,:;!?")
        kind = {"/": "bot_command", "@": "mention"}.get(bare[:1]) if len(bare) > 1 else None
        if kind:
            entities.append({"type": kind, "offset": position, "length": _units(bare)})
        position += _units(word) + 1
    return entities
