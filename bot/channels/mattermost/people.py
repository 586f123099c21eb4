"""Who somebody is: a member, a guest, a program; and the names. Kept in memory only."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from bot.channels.mattermost.client import Client, Refused
from bot.channels.mattermost.reading import DIRECT, Channel
from bot.channels.mattermost.settings import Settings

REMEMBER_SECONDS = 600.0
_MOST = 10_000


@dataclass(frozen=True)
class Person:
    """What is known of an account; `asked` is when, in monotonic seconds."""

    is_colleague: bool
    username: str
    name: str
    asked: float


class People:
    """The accounts of the server, asked for one by one."""

    def __init__(self, client: Client, settings: Settings) -> None:
        """Ask nobody yet."""
        self._client = client
        self._settings = settings
        self._known: dict[str, Person] = {}
        self._members: dict[str, float] = {}

    async def get(self, person: str) -> Person:
        """Return what is known of somebody; a stranger where Mattermost does not tell."""
        known = self._known.get(person)
        if known and time.monotonic() - known.asked < REMEMBER_SECONDS:
            return known
        if len(self._known) >= _MOST:
            self._known.clear()
        try:
            self._known[person] = _person(await self._client.get(f"/users/{person}"))
        except Refused:
            self._known[person] = Person(False, "", "", time.monotonic())
        return self._known[person]

    def username(self, person: str) -> str:
        """Return the user name of somebody who was asked for before."""
        known = self._known.get(person)
        return known.username if known and known.username else person

    async def may_use(self, person: str, channel: Channel) -> bool:
        """Tell whether somebody may use the bot in a channel.

        The allowlist names teams and channels; in a direct message it asks for a member of one of them.
        """
        if not (await self.get(person)).is_colleague:
            return False
        if channel.kind != DIRECT or self._settings.allows(channel.id):
            return self._settings.allows(channel.id, channel.team)
        return await self._is_member(person)

    async def _is_member(self, person: str) -> bool:
        if time.monotonic() - self._members.get(person, -REMEMBER_SECONDS) < REMEMBER_SECONDS:
            return True
        for id in sorted(self._settings.allowed):
            for kind in ("teams", "channels"):
                try:
                    await self._client.get(f"/{kind}/{id}/members/{person}")
                except Refused:
                    continue
                self._members[person] = time.monotonic()
                return True
        return False


def _person(user: dict[str, Any]) -> Person:
    guest = "system_guest" in str(user.get("roles") or "").split()
    shut_out = guest or bool(user.get("is_bot")) or bool(user.get("delete_at"))
    full = f"{user.get('first_name') or ''} {user.get('last_name') or ''}".strip()
    username = str(user.get("username") or "")
    return Person(not shut_out, username, full or str(user.get("nickname") or "") or username, time.monotonic())
