"""What the environment says about Slack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

DEFAULT_API = "https://slack.com/api/"
EVENTS_PATH = "/webhooks/slack/events"
_ID = re.compile(r"[TECDG][A-Z0-9]+")


class SettingsError(ValueError):
    """A setting is missing or cannot be right; the message says which, in one line."""


@dataclass(frozen=True)
class Settings:
    """How to reach Slack, and where the bot may speak.

    app_token: for Socket Mode, which goes before HTTP where both are set up
    signing_secret: for HTTP mode
    teams, channels: the ids of the allowlist; none means the bot's own workspace, all its channels
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    api_url: str = DEFAULT_API
    teams: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    @property
    def by_socket(self) -> bool:
        """Tell whether Slack is reached by Socket Mode; else Slack reaches us over HTTP."""
        return bool(self.app_token)

    def allows(self, own_team: str, team: str, channel: str) -> bool:
        """Tell whether a member of a workspace may use the bot in a channel.

        A list of channels says nothing about direct messages; those are open to all of the permitted workspaces.
        """
        if team not in (self.teams or {own_team}):
            return False
        return not self.channels or channel in self.channels or channel.startswith("D")


def read_settings(environment: Mapping[str, str]) -> Settings | None:
    """Read the settings; None where nothing of Slack is set.

    Raises:
        SettingsError: Slack is half set up, or a setting cannot be right.
    """
    bot_token, app_token, secret = (
        environment.get(name, "").strip() for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
    )
    if not (bot_token or app_token or secret):
        return None
    if not bot_token:
        raise SettingsError("set SLACK_BOT_TOKEN too; it begins with xoxb- (docs/slack.md)")
    if not (app_token or secret):
        raise SettingsError(
            "set SLACK_APP_TOKEN (it begins with xapp-, for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) beside "
            "SLACK_BOT_TOKEN (docs/slack.md)"
        )
    teams, channels = _allowed(environment.get("SLACK_ALLOWED", ""))
    return Settings(
        bot_token, app_token, secret, _api_url(environment.get("SLACK_API_URL", "").strip()), teams, channels
    )


def _allowed(setting: str) -> tuple[frozenset[str], frozenset[str]]:
    ids = [entry for entry in re.split(r"[\s,;]+", setting) if entry]
    wrong = next((entry for entry in ids if not _ID.fullmatch(entry)), None)
    if wrong:
        raise SettingsError(f"SLACK_ALLOWED takes ids such as T0123456 or C0123456, not {wrong}")
    teams = frozenset(entry for entry in ids if entry[0] in "TE")
    return teams, frozenset(ids) - teams


def _api_url(url: str) -> str:
    if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc):
        raise SettingsError(f"SLACK_API_URL must be a whole address, as in {DEFAULT_API}")
    return f"{url.rstrip('/')}/" if url else DEFAULT_API
