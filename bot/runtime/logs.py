"""Logs that help to find a fault and never hold what was said: no user text, no slot value, at any level."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

# Loggers of libraries that report what is normal, or whole requests.
_QUIET = ("apscheduler", "asyncio", "matplotlib", "rasa_sdk")
_SAFE_KEYS = frozenset({"event", "action_name", "filename", "policy_name", "len_extraction_events"})


class _Formatter(logging.Formatter):
    """Prints an exception as its type and the lines of code, for its message may quote the conversation."""

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        kind, _, trace = ei
        frames = "".join(traceback.format_tb(trace))
        return f"{frames}{kind.__name__ if kind else 'no exception'}"


def configure(debug: bool = False) -> None:
    """Send warnings and errors to stderr, with `debug` also information; silence what is noise."""
    # Rasa reads these when it is imported.
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("LOG_LEVEL_LIBRARIES", "ERROR")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)-7s %(name)s  %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # Below INFO the loggers of Rasa print messages and slots.
    logging.getLogger("rasa").setLevel(logging.INFO if debug else logging.WARNING)
    # What libraries have to say about each other goes to this logger, and no further.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.WARNING if debug else logging.ERROR)
    logging.getLogger("bot").setLevel(logging.DEBUG if debug else logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)

    _configure_structlog(debug)


def frames(error: BaseException) -> str:
    """Describe an error by its type and the lines of code it passed, without its message, which may quote the case."""
    lines = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    return " < ".join([type(error).__name__, *reversed(lines)])


def silence_sanic() -> None:
    """Undo the logging that Sanic sets up with an app: it prints addresses, and with them ids and tokens."""
    for name in ("sanic.root", "sanic.error", "sanic.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _configure_structlog(debug: bool) -> None:
    import structlog

    structlog.configure(
        processors=[_only_safe, structlog.processors.KeyValueRenderer(key_order=["event"])],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO if debug else logging.WARNING),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _only_safe(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop all that Rasa adds to an event but what is known to be harmless."""
    return {key: value for key, value in event.items() if key in _SAFE_KEYS}
