"""Who somebody is: a full member, a guest, a program; and the name for the record. Kept in memory only."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.client import error_of, patiently
from bot.channels.slack.settings import Settings

logger = logging.getLogger(__name__)

REMEMBER_SECONDS = 600.0
_MOST = 10_000


@dataclass(frozen=True)
class Person:
    """What is known of a member; `asked` is when, in monotonic seconds."""

    is_colleague: bool
    name: str
    asked: float


class People:
    """The members of the workspace, asked for one by one."""

    def __init__(self, client: AsyncWebClient, own_team: str, settings: Settings) -> None:
        """Ask nobody yet."""
        self._client = client
        self._teams = settings.teams | {own_team}
        self._known: dict[str, Person] = {}
        self._scope_missing = False

    async def is_colleague(self, person: str) -> bool:
        """Tell whether somebody is a full member of a permitted workspace, not a guest and not a program."""
        return (await self._get(person)).is_colleague

    async def name(self, person: str) -> str:
        """Return somebody's name; empty where it is not known."""
        return (await self._get(person)).name

    async def _get(self, person: str) -> Person:
        known = self._known.get(person)
        if known and time.monotonic() - known.asked < REMEMBER_SECONDS:
            return known
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[person] = await self._ask(person)
        return self._known[person]

    async def _ask(self, person: str) -> Person:
        try:
            answer = await patiently(partial(self._client.users_info, user=person))
        except SlackApiError as error:
            return self._unknown(error_of(error))
        return _person(answer.get("user") or {}, self._teams)

    def _unknown(self, error: str) -> Person:
        """Shut out whom Slack does not tell us about; a server without the method has no guests either."""
        if error != "unknown_method" and not self._scope_missing:
            self._scope_missing = error == "missing_scope"
            logger.error("Slack does not say who somebody is (%s), so I do not answer. See docs/slack.md.", error)
        return Person(error == "unknown_method", "", time.monotonic())


def _person(user: dict[str, Any], teams: frozenset[str] | set[str]) -> Person:
    shut_out = ("is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_workflow_bot")
    at_home = not user.get("team_id") or user["team_id"] in teams or bool(user.get("enterprise_user"))
    profile = user.get("profile") or {}
    name = profile.get("real_name") or user.get("real_name") or profile.get("display_name") or user.get("name") or ""
    return Person(at_home and not any(user.get(flag) for flag in shut_out), str(name), time.monotonic())
