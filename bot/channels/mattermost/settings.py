"""What the environment says about Mattermost."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_ID = re.compile(r"[a-z0-9]{26}")


class SettingsError(ValueError):
    """A setting is missing or cannot be right; the message says which, in one line."""


@dataclass(frozen=True)
class Settings:
    """How to reach Mattermost, how it reaches us, and where the bot may speak.

    callback_url: where Mattermost finds our /webhooks/mattermost; without it there are no buttons
    slash_token: the token that Mattermost gave the slash command; without it there is none
    allowed: ids of teams and channels; none means all that the bot is a member of
    """

    url: str
    token: str = field(repr=False)
    callback_url: str = ""
    slash_token: str = field(default="", repr=False)
    allowed: frozenset[str] = frozenset()

    def allows(self, *ids: str) -> bool:
        """Tell whether a place that has one of these ids is open to the bot."""
        return not self.allowed or not self.allowed.isdisjoint(ids)

    def seal(self, text: str) -> str:
        """Return what only we can have written beside a text that comes back to us."""
        return hmac.new(self.token.encode(), b"button " + text.encode(), hashlib.sha256).hexdigest()


def read_settings(environment: Mapping[str, str]) -> Settings | None:
    """Read the settings; None where nothing of Mattermost is set.

    Raises:
        SettingsError: Mattermost is half set up, or a setting cannot be right.
    """
    url, token = (environment.get(name, "").strip() for name in ("MATTERMOST_URL", "MATTERMOST_TOKEN"))
    if not (url or token):
        return None
    if not (url and token):
        missing = "MATTERMOST_TOKEN" if url else "MATTERMOST_URL"
        raise SettingsError(f"set {missing} too (docs/mattermost.md)")
    return Settings(
        url=_address("MATTERMOST_URL", url),
        token=token,
        callback_url=_address("MATTERMOST_CALLBACK_URL", environment.get("MATTERMOST_CALLBACK_URL", "").strip()),
        slash_token=environment.get("MATTERMOST_SLASH_TOKEN", "").strip(),
        allowed=_allowed(environment.get("MATTERMOST_ALLOWED", "")),
    )


def _address(name: str, url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise SettingsError(f"{name} must be a whole address, as in https://chat.example.org")
    return url.rstrip("/")


def _allowed(setting: str) -> frozenset[str]:
    ids = [entry for entry in re.split(r"[\s,;]+", setting) if entry]
    wrong = next((entry for entry in ids if not _ID.fullmatch(entry)), None)
    if wrong:
        raise SettingsError(f"MATTERMOST_ALLOWED takes ids of 26 letters and digits, not {wrong}")
    return frozenset(ids)
