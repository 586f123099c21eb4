"""What the environment says about Telegram."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.channels.access import Allowlist

DEFAULT_API = "https://api.telegram.org"
WEBHOOK_PATH = "/webhooks/telegram/webhook"
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class SettingsError(ValueError):
    """A setting is missing or cannot be right; the message says which, in one line."""


@dataclass(frozen=True)
class Settings:
    """How to reach Telegram, and who may use the bot there; with `webhook_url` Telegram calls, without it we poll."""

    token: str
    api_url: str = DEFAULT_API
    webhook_url: str = ""
    webhook_secret: str = ""
    allowlist: Allowlist = field(default_factory=Allowlist)

    @property
    def source(self) -> str:
        """A name for the bot's account: the public half of the token."""
        return f"telegram:{self.token.partition(':')[0][:20]}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: there is no token, or a setting cannot be right.
    """

    def value(name: str) -> str:
        return environment.get(name, "").strip()

    if not value("TELEGRAM_BOT_TOKEN"):
        raise SettingsError("set TELEGRAM_BOT_TOKEN; @BotFather in Telegram gives you one (docs/telegram.md)")
    return Settings(
        token=value("TELEGRAM_BOT_TOKEN"),
        api_url=_api_url(value("TELEGRAM_API_URL") or DEFAULT_API),
        webhook_url=_webhook_url(value("TELEGRAM_WEBHOOK_URL"), value("TELEGRAM_WEBHOOK_SECRET")),
        webhook_secret=value("TELEGRAM_WEBHOOK_SECRET"),
        allowlist=Allowlist.parse(value("TELEGRAM_ALLOWED")),
    )


def _api_url(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise SettingsError(f"TELEGRAM_API_URL must begin with https:// or http://, as in {DEFAULT_API}")
    return url.rstrip("/")


def _webhook_url(url: str, secret: str) -> str:
    if not url:
        return ""
    if not _SECRET.fullmatch(secret):
        raise SettingsError(
            "TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET: up to 256 letters, digits, _ and - of your own making"
        )
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise SettingsError("TELEGRAM_WEBHOOK_URL must be a whole address, as in https://bot.example.org")
    return url if parts.path.strip("/") else url.rstrip("/") + WEBHOOK_PATH
