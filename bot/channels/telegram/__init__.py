"""Telegram. The library is loaded only where a token is set."""

from __future__ import annotations

import logging
import os
from typing import Any

from rasa.core.channels.channel import InputChannel

from bot.channels.base import ChannelOff
from bot.channels.telegram.settings import SettingsError, read_settings

logger = logging.getLogger(__name__)

NAME = "telegram"


class Telegram(InputChannel):
    """The entry of credentials.yml; what it stands for is decided by the environment."""

    @classmethod
    def from_credentials(cls, _credentials: dict[str, Any] | None) -> InputChannel:
        """Return the channel if it is set up; else say in one line what is missing, and return one that is off."""
        try:
            settings = read_settings(os.environ)
        except SettingsError as error:
            logger.log(
                logging.WARNING if os.environ.get("TELEGRAM_BOT_TOKEN") else logging.INFO, "Telegram is off: %s.", error
            )
            return ChannelOff(NAME)
        from bot.channels.telegram.channel import TelegramChannel

        if settings.allowlist.is_empty:
            logger.warning(
                "Telegram answers nobody yet: set TELEGRAM_ALLOWED to ids of users or chats, or to invite:CODE "
                "(docs/telegram.md)."
            )
        return TelegramChannel(settings)
