"""Pictures and documents that a reply carries."""

from __future__ import annotations

import base64
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.channels.model import Message

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class File:
    """A file's name, and what is in it or the web address where it is."""

    name: str
    content: bytes | str

    @property
    def address(self) -> str:
        """What to tell somebody who cannot be sent the file."""
        return self.content if isinstance(self.content, str) else self.name


def picture_of(message: Message) -> File | None:
    """Return the picture of a reply: `image` is a web address or the path of a file."""
    image = message.get("image")
    return _at(str(image)) if image else None


def file_of(message: Message) -> File | None:
    """Return the document of a reply.

    Either `custom` is {"type": "document", "filename": ..., "content": a text, or Base64 with "encoding": "base64"},
    or `attachment` is a web address or the path of a file.
    """
    custom = message.get("custom")
    if isinstance(custom, dict) and custom.get("type") == "document":
        return File(_name(str(custom.get("filename") or "document.txt")), _content(custom))
    attachment = message.get("attachment")
    return _at(attachment) if isinstance(attachment, str) and attachment else None


def _content(custom: dict[str, Any]) -> bytes:
    content = str(custom.get("content") or "")
    return base64.b64decode(content) if custom.get("encoding") == "base64" else content.encode()


def _at(address: str) -> File | None:
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"}:
        return File(_name(parts.path), address)
    try:
        return File(_name(address), Path(address).read_bytes())
    except OSError as error:
        logger.error("A file of a reply cannot be read: %s", error.strerror)
        return None


def _name(path: str) -> str:
    return Path(path).name or "file"
