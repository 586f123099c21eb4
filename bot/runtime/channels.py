"""The channels that a server opens: what credentials.yml names, and the REST channel in any case."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import InputChannel
from rasa.core.channels.rest import RestInput
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.common import class_from_module_path
from rasa.shared.utils.io import read_config_file

from bot.runtime.errors import UserError
from bot.runtime.project import Project

REST = RestInput.name()


def input_channels(project: Project) -> list[InputChannel]:
    """Return the channels of credentials.yml: `rest`, or the dotted name of a class with its settings.

    Raises:
        UserError: a channel is unknown, or its settings are wrong.
    """
    credentials = read_config_file(str(project.credentials)) if project.credentials.is_file() else {}
    return [_channel(name, settings) for name, settings in {REST: None, **credentials}.items()]


def _channel(name: str, settings: dict[str, Any] | None) -> InputChannel:
    if name == REST:
        return RestInput()
    try:
        return class_from_module_path(name).from_credentials(settings)
    except (AttributeError, ImportError) as error:
        raise UserError(f"credentials.yml: there is no channel {name} ({error})") from error
    except (RasaException, KeyError, ValueError, TypeError) as error:
        raise UserError(f"credentials.yml, {name}: {error}") from error
