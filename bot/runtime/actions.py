"""The project's own actions run in Rasa's process: no HTTP call, no second process."""

from __future__ import annotations

import importlib
import logging
from json import dumps
from typing import Any

from jsonschema import Draft202012Validator
from rasa.core.actions.action import RemoteAction
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
        _compile_result_check()
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


def _compile_result_check() -> None:
    """Let Rasa check the result of an action with a compiled schema.

    Its own check first checks the schema, which never changes, against the schema of schemas, with every call of an
    action: three quarters of the time of a turn. The result is still checked in full.
    """
    check = Draft202012Validator(RemoteAction.action_response_format_spec()).validate

    def validate(_action: RemoteAction, result: dict[str, Any]) -> bool:
        check(result)
        return True

    RemoteAction._validate_action_result = validate


def _declined(rejection: ActionExecutionRejection) -> ClientResponseError:
    body = dumps({"action_name": rejection.action_name, "error": rejection.message})
    return ClientResponseError(400, rejection.message, body)


def _crash_reply() -> dict[str, Any]:
    return {"events": [], "responses": [{"text": CRASH_REPLY}]}


def _nothing() -> dict[str, Any]:
    return {"events": [], "responses": []}
