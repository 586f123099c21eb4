"""Actions in process: their events arrive, and a crash costs one sentence and no secret."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError
from rasa_sdk import Action
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.runtime.actions import CRASH_REPLY, InProcessActions
from tests.conftest import talk
from tests.tiny.actions import SECRET

TINY_ACTIONS = "tests.tiny.actions"


class Declining(Action):
    def name(self) -> str:
        return "action_declining"

    def run(self, _dispatcher: Any, _tracker: Any, _domain: Any) -> list[Any]:
        raise ActionExecutionRejection(self.name())


def _call(action: str) -> dict[str, Any]:
    return {"next_action": action, "sender_id": "anna", "tracker": {"sender_id": "anna", "slots": {}, "events": []}}


async def test_an_action_sees_the_slots_and_sets_them(tiny_agent: Any) -> None:
    assert [await talk(tiny_agent, "anna", "count") for _ in range(2)][-1][0]["text"] == "Counted 2."


async def test_a_crash_is_told_and_the_case_kept(tiny_agent: Any) -> None:
    await talk(tiny_agent, "anna", "count")
    assert [message["text"] for message in await talk(tiny_agent, "anna", "break")] == [CRASH_REPLY]
    assert (await talk(tiny_agent, "anna", "count"))[0]["text"] == "Counted 2."


async def test_a_failure_outside_the_actions_is_told_too_and_the_case_kept(
    tiny_agent: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await talk(tiny_agent, "anna", "count")

    async def broken(*_arguments: Any) -> None:
        raise ValueError(SECRET)

    with monkeypatch.context() as patch:
        patch.setattr(tiny_agent.processor, "parse_message", broken)
        assert [message["text"] for message in await talk(tiny_agent, "anna", "count")] == [CRASH_REPLY]
    assert "A turn failed: ValueError" in caplog.text
    assert SECRET not in caplog.text
    assert (await talk(tiny_agent, "anna", "count"))[0]["text"] == "Counted 2."


async def test_the_log_of_a_crash_names_action_error_and_line_but_quotes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        await InProcessActions(TINY_ACTIONS).request(json=_call("action_break"))
    line = next(record.getMessage() for record in caplog.records if record.levelno == logging.ERROR)
    assert "action_break failed: KeyError" in line
    assert "tiny/actions.py:" in line
    assert SECRET not in caplog.text


async def test_an_unknown_action_is_told_too() -> None:
    answer = await InProcessActions(TINY_ACTIONS).request(json=_call("action_unheard_of"))
    assert answer == {"events": [], "responses": [{"text": CRASH_REPLY}]}


@pytest.mark.parametrize("events", [[{"name": "count", "value": 1}], ["slot"], "none", None])
def test_a_result_that_is_no_result_is_still_refused(events: Any) -> None:
    action = RemoteAction("action_count", InProcessActions(TINY_ACTIONS))
    assert action._validate_action_result({"events": [], "responses": []})
    with pytest.raises(RasaException):
        action._validate_action_result({"events": events, "responses": []})


async def test_an_action_that_declines_tells_rasa_so() -> None:
    with pytest.raises(ClientResponseError) as raised:
        await InProcessActions(TINY_ACTIONS).request(json=_call("action_declining"))
    assert raised.value.status == 400
    assert '"action_name": "action_declining"' in raised.value.text
