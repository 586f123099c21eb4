"""Telegram in a private chat: texts, buttons, commands, edits, and what cannot be read."""

from __future__ import annotations

import pytest

from tests.channels.assistant import Assistant
from tests.channels.telegram_api import TelegramApi
from tests.channels.telegram_bot import polling

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANNA, BERT = 501, 502


async def test_a_text_is_answered_in_its_chat(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "on MMF")
        (reply,) = await api.replies(ANNA, 1)
    assert reply["text"] == "telegram:501 said: on MMF"
    assert assistant.heard == [("telegram:501", "on MMF")]


async def test_typing_is_shown_while_it_works(api: TelegramApi, assistant: Assistant) -> None:
    assistant.delay = 0.2
    async with polling(api, assistant):
        api.say(ANNA, "hello")
        await api.replies(ANNA, 1)
    methods = [call.method for call in api.calls if call.method in {"sendChatAction", "sendMessage"}]
    assert methods == ["sendChatAction", "sendMessage"]
