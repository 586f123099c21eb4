"""Mattermost. Nothing is loaded unless it is set up."""

from __future__ import annotations

import logging
import os
from typing import Any

from rasa.core.channels.channel import InputChannel

from bot.channels.base import ChannelOff
from bot.channels.mattermost.settings import SettingsError, read_settings

logger = logging.getLogger(__name__)

NAME = "mattermost"


class Mattermost(InputChannel):
    """The entry of credentials.yml; what it stands for is decided by the environment."""

    @classmethod
    def from_credentials(cls, _credentials: dict[str, Any] | None) -> InputChannel:
        """Return the channel if it is set up; else one that is off, with a line on what is missing where it is half."""
        try:
            settings = read_settings(os.environ)
        except SettingsError as error:
            logger.warning("Mattermost is off: %s.", error)
            return ChannelOff(NAME)
        if settings is None:
            return ChannelOff(NAME)
        from bot.channels.mattermost.channel import MattermostChannel

        return MattermostChannel(settings)
