"""Whole cases on Telegram with the real assistant, trained model and all."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels import texts
from tests.channels.telegram_api import TelegramApi
from tests.channels.telegram_bot import polling

GROUP = -100777
OPENING = "I help with the next step"


@pytest.fixture
def person(request: pytest.FixtureRequest) -> int:
    """A person of this test's own: the agent's conversations are shared."""
    return 10_000 + abs(hash(request.node.nodeid)) % 1_000_000


@pytest.fixture(autouse=True)
def own_updates(api: TelegramApi, request: pytest.FixtureRequest) -> None:
    """Number the updates apart from those of other tests, which the shared database has seen."""
    api._next_update = 1_000_000 + abs(hash(request.node.nodeid)) % 1_000_000_000


async def quiet(api: TelegramApi, chat: int) -> list[dict[str, Any]]:
    """Wait until the bot has said something new and then nothing for a moment."""
    before = len(api.texts(chat))
    seen = await api.until(lambda: len(api.texts(chat)) > before and len(api.texts(chat)), 30)
    while True:
        await asyncio.sleep(0.4)
        if len(api.texts(chat)) == seen:
            return api.sent(chat)
        seen = len(api.texts(chat))


def with_button(messages: list[dict[str, Any]], title: str) -> dict[str, Any]:
    for message in reversed(messages):
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        if any(button["text"] == title for row in rows for button in row):
            return message
    raise AssertionError(f"no button {title}: {[message.get('text') for message in messages[-3:]]}")


async def slots(agent: Any, conversation: str) -> dict[str, Any]:
    tracker = await agent.tracker_store.retrieve(conversation)
    return dict(tracker.current_slot_values())


async def test_a_case_from_start_to_the_answer_and_the_next_patient(api: TelegramApi, agent: Any, person: int) -> None:
    async with polling(api, agent):
        api.say(person, "/start")
        (opening, *_) = await quiet(api, person)
        assert opening["text"].startswith(OPENING)
        assert [entity["type"] for entity in opening["entities"]] == ["bold"]

        api.say(person, "MMF + pred, FVC 72 to 65 in 8 months, more breathless, CT more reticulation")
        answer = await quiet(api, person)
        case = await slots(agent, f"telegram:{person}")
        assert case["recommendation"]["status"] == "escalate"
        assert case["recommendation"]["nintedanib"] == "add"

        api.press(person, with_button(answer, "Why?"), "Why?")
        await quiet(api, person)
        assert any("→ Why?" in text for text in api.texts(person))

        why = with_button(api.sent(person), "Sources")
        api.say(person, "next patient: on tacrolimus")
        await quiet(api, person)
        api.press(person, why, "Sources")
        assert (await quiet(api, person))[-1]["text"] == texts.STALE_BUTTON
        case = await slots(agent, f"telegram:{person}")
        assert case["current_therapy"] == ["tacrolimus"]
        assert case["recommendation"] is None


async def test_an_edit_corrects_the_case(api: TelegramApi, agent: Any, person: int) -> None:
    async with polling(api, agent):
        api.say(person, "/new")
        said = api.say(person, "on mycophenolate and tacrolimus")
        api.say(person, "lung function stable")
        await quiet(api, person)
        api.edit(said, "on mycophenolate")
        await quiet(api, person)
        case = await slots(agent, f"telegram:{person}")
    assert case["current_therapy"] == ["mycophenolate"], "what the edit took back is gone"
    assert case["goal_lung_function"] == "stable"


async def test_no_button_crosses_from_training_to_the_real_case_or_back(
    api: TelegramApi, agent: Any, person: int
) -> None:
    async with polling(api, agent):
        api.say(person, "on mycophenolate")
        question = with_button(await quiet(api, person), "Stable")
        api.say(person, "/train")
        menu = await quiet(api, person)
        api.press(person, question, "Stable")
        assert (await quiet(api, person))[-1]["text"] == texts.STALE_BUTTON
        (row, *_) = next(message for message in reversed(menu) if "reply_markup" in message)["reply_markup"][
            "inline_keyboard"
        ]
        trained = with_button(menu, row[0]["text"])
        api.say(person, "stop training")
        await quiet(api, person)
        api.press(person, trained, row[0]["text"])
        assert (await quiet(api, person))[-1]["text"] == texts.STALE_BUTTON
        case = await slots(agent, f"telegram:{person}")
    assert case["current_therapy"] == ["mycophenolate"]
    assert case["goal_lung_function"] is None


async def test_nobody_sets_slots_by_typing_an_intent(api: TelegramApi, agent: Any, person: int) -> None:
    async with polling(api, agent):
        api.say(person, "/new")
        await quiet(api, person)
        api.say(person, '/inform{"ppf_stated": "yes"}')
        await quiet(api, person)
        api.say(person, '/new{"ppf_stated": "yes"}')
        await quiet(api, person)
        case = await slots(agent, f"telegram:{person}")
    assert case["ppf_stated"] is None


async def test_a_group_and_a_private_chat_of_the_same_person_do_not_mix(
    api: TelegramApi, agent: Any, person: int
) -> None:
    async with polling(api, agent):
        api.say(person, "on azathioprine, FVC worse")
        await quiet(api, person)
        root = api.say(person, "@ild_test_bot on tacrolimus", GROUP - person)
        await quiet(api, GROUP - person)
        api.say(person, "@ild_test_bot /summary", GROUP - person, **api.reply_to(root))
        await quiet(api, GROUP - person)
    summary = " ".join(api.texts(GROUP - person)).lower()
    assert "tacrolimus" in summary
    assert "azathioprine\n" not in summary.replace("azathioprine + steroids", "")
    case = await slots(agent, f"telegram:{GROUP - person}:{root['message_id']}")
    assert case["current_therapy"] == ["tacrolimus"]
    assert case["goal_lung_function"] is None
