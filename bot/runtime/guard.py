"""What a request must be before Rasa sees it."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.runtime.logs import frames

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1_000_000
MAX_ID_CHARACTERS = 255  # the width of the column that Rasa keeps it in
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

_WEBHOOKS = "/webhooks/"
_REST_MESSAGE = re.compile(r"^/webhooks/rest/webhook/?$")
_READING = re.compile(r"^/(status|version|conversations/.+/tracker)?/?$")


def protect(app: Sanic, token: str | None) -> None:
    """Bound the size of requests, check REST messages and, without a token, refuse all that changes something."""
    app.config.REQUEST_MAX_SIZE = MAX_BODY_BYTES

    async def check(request: Request) -> HTTPResponse | None:
        if not token and not is_open(request.method, request.path, request.host):
            return _refusal(
                401,
                "NotAuthenticated",
                "Without a token only /, /status, /version, a conversation's tracker (each from this computer) and the "
                "channels' webhooks are open. Start the server with RASA_TOKEN set, and add ?token=... to the address.",
            )
        # Sanic stops reading at the limit, and asks here for the answer.
        if _length(request) > MAX_BODY_BYTES:
            return _refusal(413, "PayloadTooLarge", f"A request may have {MAX_BODY_BYTES} bytes.")
        if request.method == "POST" and _REST_MESSAGE.match(request.path):
            problem = rest_problem(request.body)
            return _refusal(400, "BadRequest", problem) if problem else None
        return None

    app.register_middleware(check, "request")
    app.error_handler.add(Exception, _answer_error)


def is_open(method: str, path: str, host: str) -> bool:
    """Tell whether a server without a token answers this.

    Reading is for this computer only: a web page that points its own name at this address is refused by the name.
    """
    if path.startswith(_WEBHOOKS):
        return True
    return method in {"GET", "HEAD"} and bool(_READING.match(path)) and _host_name(host) in LOOPBACK_NAMES


def rest_problem(body: bytes) -> str | None:
    """Say what is wrong with a message to the REST channel, or return None."""
    try:
        message = json.loads(body)
    except ValueError:
        return "The body must be JSON."
    if not isinstance(message, dict):
        return 'The body must be a JSON object: {"sender": "...", "message": "..."}.'
    if not isinstance(message.get("message"), str):
        return '"message" must be a text.'
    if not _is_id(message.get("sender")):
        return f'"sender", the id of the conversation, must be a text of 1 to {MAX_ID_CHARACTERS} characters.'
    if not isinstance(message.get("metadata") or {}, dict):
        return '"metadata" must be an object.'
    return None


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARACTERS


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _length(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _answer_error(_request: Request, error: Exception) -> HTTPResponse:
    """Tell a client what kind of error it met; the log gets the lines of code, neither gets what was said."""
    if isinstance(error, SanicException):
        return _refusal(error.status_code, type(error).__name__, str(error))
    logger.error("A request failed: %s", frames(error))
    return _refusal(500, "InternalError", "Something went wrong inside the assistant; see its log.")


def _refusal(code: int, reason: str, message: str) -> HTTPResponse:
    return json_response({"status": "failure", "code": code, "reason": reason, "message": message}, status=code)
