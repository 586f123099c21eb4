"""The project's own actions run in Rasa's process: no HTTP call, no second process."""

from __future__ import annotations

import importlib
import logging
from json import dumps
from typing import Any, TypeGuard

from rasa.core.actions.action import RemoteAction
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from bot.runtime.logs import frames

logger = logging.getLogger(__name__)

CRASH_REPLY = (
    "Something went wrong inside the assistant, so I have no answer to this message. "
    "What you told me about the case is kept. Please try again, or say it in other words."
)


class InProcessActions(EndpointConfig):
    """Stands where Rasa expects the address of an action server, and runs the actions itself.

    An action that fails costs the user one honest sentence, never the case; the log names the action, the kind of
    error and the lines of code, and nothing of the conversation.
    """

    def __init__(self, package: str = "bot.actions") -> None:
        """Register the actions of `package`.

        Raises:
            ImportError: the package or one of its modules cannot be imported.
        """
        super().__init__()
        _check_results_by_shape()
        # Rasa's register_package ends the process at an ImportError; importing first lets the error be told.
        importlib.import_module(package)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    @property
    def action_names(self) -> frozenset[str]:
        """The names of the actions that can be run."""
        return frozenset(self._executor.actions)

    async def request(self, json: dict[str, Any], **_http: Any) -> dict[str, Any]:
        """Run the action of a call in Rasa's format and return its events and messages.

        Raises:
            ClientResponseError: the action declined to run (status 400), which Rasa knows how to take.
        """
        name = str(json.get("next_action"))
        try:
            return await self._executor.run(json) or _nothing()
        except ActionExecutionRejection as rejection:
            raise _declined(rejection) from rejection
        except ActionNotFoundException:
            logger.error("Action %s does not exist.", name)
            return _crash_reply()
        except Exception as error:
            logger.error("Action %s failed: %s", name, frames(error))
            return _crash_reply()


def _check_results_by_shape() -> None:
    """Let Rasa check only the shape of what an action returns.

    Its own check against a JSON schema, which it validates anew with every call of an action, is made for a server
    that could return anything; it takes three quarters of the time of a turn. Here rasa_sdk has checked the events
    already, and Rasa refuses those that it does not know.
    """
    RemoteAction._validate_action_result = _has_the_shape_of_a_result


def _has_the_shape_of_a_result(_action: RemoteAction, result: dict[str, Any]) -> bool:
    events, responses = result.get("events"), result.get("responses")
    if not (_are_dicts(events) and _are_dicts(responses) and all("event" in event for event in events)):
        raise RasaException("An action returned something else than events and responses.")
    return True


def _are_dicts(values: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(values, list) and all(isinstance(value, dict) for value in values)


def _declined(rejection: ActionExecutionRejection) -> ClientResponseError:
    body = dumps({"action_name": rejection.action_name, "error": rejection.message})
    return ClientResponseError(400, rejection.message, body)


def _crash_reply() -> dict[str, Any]:
    return {"events": [], "responses": [{"text": CRASH_REPLY}]}


def _nothing() -> dict[str, Any]:
    return {"events": [], "responses": []}
