"""Telegram when things go wrong: faults at every call, duplicates, restarts, stops, and many chats at once."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any

import pytest

from bot.channels import texts
from bot.channels.telegram import client
from tests.channels.assistant import Assistant, serving, until
from tests.channels.telegram_api import Fault, TelegramApi
from tests.channels.telegram_bot import SECRET, by_webhook, make_channel, polling

ANNA, BERT = 501, 502
CHATS = 200


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.02)


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.5)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


FAULTS = {
    "429": Fault(retry_after=1),
    "500": Fault(status=500),
    "bad gateway": Fault(garbage=True),
    "dropped connection": Fault(drop=True),
    "time-out": Fault(delay=1.0),
    "dropped after it was done": Fault(drop=True, after=True),
}
METHODS = (
    *("getMe", "setMyCommands", "deleteWebhook", "getUpdates"),
    *("sendChatAction", "sendMessage", "answerCallbackQuery", "editMessageText"),
)


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("methods", [METHODS[:4], *((method,) for method in METHODS[4:])], ids="-".join)
async def test_a_fault_at_any_call_costs_no_reply(
    methods: tuple[str, ...], fault: str, api: TelegramApi, assistant: Assistant
) -> None:
    for method in methods:
        api.fail(method, FAULTS[fault])
    async with polling(api, assistant):
        api.say(ANNA, "ask A, B")
        question, *_ = await api.replies(ANNA, 1)
        api.press(ANNA, question, "A")
        await until(lambda: "telegram:501 said: ask A, B | A" in api.texts(ANNA))
        await until(lambda: "→ A" in api.texts(ANNA)[0])
    assert not any(api.faults[method] for method in methods)
    assert [text for _, text in assistant.heard] == ["ask A, B", "A"]


async def test_faults_in_a_row_at_every_call(api: TelegramApi, assistant: Assistant) -> None:
    for method in METHODS:
        api.fail(method, Fault(status=500), Fault(drop=True), Fault(garbage=True))
    async with polling(api, assistant):
        for number in range(5):
            api.say(ANNA, f"say {number}")
        await until(lambda: len(api.texts(ANNA)) >= 5)
    assert api.texts(ANNA) == [str(number) for number in range(5)]


async def test_a_429_is_waited_for_as_long_as_telegram_says(api: TelegramApi, assistant: Assistant) -> None:
    api.fail("sendMessage", Fault(retry_after=1))
    async with polling(api, assistant):
        api.say(ANNA, "hello")
        await api.replies(ANNA, 1)
    first, second = api.called("sendMessage")
    assert second.at - first.at >= 1


async def test_telegrams_own_rates_are_kept() -> None:
    made = client.make_client(make_channel(TelegramApi())._settings)
    limiter: Any = made.rate_limiter
    assert (limiter._base_limiter.max_rate, limiter._base_limiter.time_period) == (30, 1)
    assert (limiter._group_max_rate, limiter._group_time_period) == (20, 60)


async def test_a_person_who_blocked_the_bot_holds_nobody_up(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "hello")
        await api.replies(ANNA, 1)
        api.say(ANNA, "bye")
        api.chats[ANNA].blocked = True
        blocked = {"chat": api.chats[ANNA].as_dict(), "from": api.person(ANNA), "date": int(time.time())}
        member = {"user": api.person(1)}
        change = {"old_chat_member": {**member, "status": "member"}, "new_chat_member": {**member, "status": "left"}}
        api.push({"my_chat_member": {**blocked, **change}})
        api.say(BERT, "hello")
        await api.replies(BERT, 1)
        await until(lambda: len(assistant.heard) == 3)


STRANGE: list[dict[str, Any]] = [
    {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "channel", "title": "x"}, "text": "hi"}},
    {"edited_channel_post": {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "channel", "title": "x"}}},
    {"inline_query": {"id": "1", "from": {"id": 1, "is_bot": False, "first_name": "x"}, "query": "", "offset": ""}},
    {"poll_answer": {"poll_id": "1", "option_ids": [0], "user": {"id": 1, "is_bot": False, "first_name": "x"}}},
    {"chat_join_request": {"nothing": "expected"}},
    {"message_reaction": {"broken": True}},
    {"purchased_paid_media": {}},
    {"a_kind_of_the_future": {"x": [1, 2, {"y": None}]}},
    {"message": {"message_id": 5}},
    {"message": None},
    {"message": "text"},
    {"callback_query": {"id": "1", "from": {"id": 1, "is_bot": False, "first_name": "x"}, "chat_instance": "1"}},
    {
        "callback_query": {
            "id": "1",
            "from": {"id": 501, "is_bot": False, "first_name": "x"},
            "inline_message_id": "1",
            "chat_instance": "1",
            "data": "x",
        }
    },
    {"message": {"message_id": 9, "date": 1, "chat": {"id": 501, "type": "private"}, "text": "no sender"}},
    {
        "message": {
            "message_id": 9,
            "date": 1,
            "chat": {"id": 501, "type": "private"},
            "from": {"id": 501, "is_bot": False, "first_name": "x"},
            "pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 501, "type": "private"}},
        }
    },
    {
        "edited_message": {
            "message_id": 9,
            "date": 1,
            "chat": {"id": 501, "type": "private"},
            "from": {"id": 501, "is_bot": False, "first_name": "x"},
            "location": {"longitude": 1.0, "latitude": 1.0},
        }
    },
    {},
]


async def test_every_kind_of_update_is_survived_by_polling(
    api: TelegramApi, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    async with polling(api, assistant):
        for update in STRANGE:
            api.push(update)
        api.say(ANNA, "still there?")
        await api.replies(ANNA, 1)
    assert [text for _, text in assistant.heard] == ["still there?"]
    assert "hi" not in caplog.text.split()


async def test_an_old_message_whose_text_telegram_no_longer_gives(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "ask A, B")
        (question,) = await api.replies(ANNA, 1)
        data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        old = {"message_id": question["message_id"], "chat": question["chat"], "date": 0}
        api.press_data(ANNA, old, data)
        await api.replies(ANNA, 2)
        await until(lambda: "reply_markup" not in api.sent(ANNA)[0])
    assert assistant.heard[-1][1] == "A"


async def test_an_update_that_comes_again_is_served_once(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        message = api.compose(ANNA, "on MMF")
        update = api.push({"message": message})
        await api.replies(ANNA, 1)
    async with polling(api, assistant):
        api.push(update)
        api.pending.appendleft(update)
        api.say(ANNA, "end")
        await api.replies(ANNA, 2)
    assert [text for _, text in assistant.heard] == ["on MMF", "end"]


async def test_what_was_sent_while_the_bot_was_down_is_answered(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        pass
    for number in range(150):
        api.say(ANNA, f"say {number}")
    async with polling(api, assistant, limit=None):
        await api.replies(ANNA, 150)
    assert api.texts(ANNA) == [str(number) for number in range(150)]


async def test_a_stop_finishes_what_it_began(api: TelegramApi, assistant: Assistant) -> None:
    assistant.delay = 0.3
    async with polling(api, assistant):
        for person in range(600, 610):
            api.say(person, "one")
            api.say(person, "two")
        await until(lambda: len(assistant.heard) >= 10)
    assert all(len(api.sent(person)) == 2 for person in range(600, 610))


async def test_a_reply_that_could_not_be_sent_before_the_stop_is_sent_after_it(
    api: TelegramApi, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.base.DRAIN_SECONDS", 0.1)
    api.fail("sendMessage", *[Fault(status=500)] * 100)
    async with polling(api, assistant):
        api.say(ANNA, "on MMF")
        await until(lambda: len(api.called("sendMessage")) >= 2)
    api.faults.clear()
    async with polling(api, assistant):
        (reply,) = await api.replies(ANNA, 1)
    assert reply["text"] == "telegram:501 said: on MMF"
    assert len(assistant.heard) == 1, "the turn itself does not run again"


async def test_a_turn_that_was_cut_off_runs_after_the_restart(
    api: TelegramApi, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.base.DRAIN_SECONDS", 0.05)
    assistant.delay = 5
    async with polling(api, assistant):
        api.say(ANNA, "on MMF")
        await until(lambda: assistant.heard)
    assistant.delay = 0
    async with polling(api, assistant):
        (reply,) = await api.replies(ANNA, 1)
    assert reply["text"] == "telegram:501 said: on MMF"


async def test_an_event_that_never_ends_well_is_given_up_with_a_word(
    api: TelegramApi, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.base.DRAIN_SECONDS", 0.05)
    assistant.delay = 5
    for start in range(3):
        async with polling(api, assistant):
            if not start:
                api.say(ANNA, "on MMF")
            await until(lambda wanted=start + 1: len(assistant.heard) == wanted)
    async with polling(api, assistant):
        (reply,) = await api.replies(ANNA, 1)
    assert reply["text"] == texts.INTERRUPTED


async def test_two_hundred_chats_at_once_are_not_mixed_up(api: TelegramApi, assistant: Assistant) -> None:
    assistant.delay = 0.01
    people = range(1000, 1000 + CHATS)
    async with polling(api, assistant):
        for turn in range(2):
            for person in people:
                api.say(person, f"{turn} of {person}")
        for person in people:
            await api.replies(person, 2, 60)
    for person in people:
        said = [f"{turn} of {person}" for turn in range(2)]
        assert api.texts(person) == [f"telegram:{person} said: {' | '.join(said[: n + 1])}" for n in range(2)]


async def test_a_slow_chat_does_not_hold_up_another(api: TelegramApi, assistant: Assistant) -> None:
    inner = assistant.handle_message

    async def slow_for_anna(message: Any) -> None:
        await asyncio.sleep(1 if message.sender_id == "telegram:501" else 0)
        await inner(message)

    assistant.handle_message = slow_for_anna  # type: ignore[method-assign]
    async with polling(api, assistant):
        api.say(ANNA, "slow")
        api.say(BERT, "quick")
        await api.replies(BERT, 1, 0.8)
        assert api.sent(ANNA) == []
        await api.replies(ANNA, 1)


async def test_another_program_that_polls_is_told_and_waited_out(
    api: TelegramApi, assistant: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.channels.telegram.channel.CONFLICT_SECONDS", 0.05)
    api.fail("getUpdates", Fault(status=409))
    async with polling(api, assistant):
        api.say(ANNA, "hello")
        await api.replies(ANNA, 1)
    assert "Another program" in caplog.text


# The webhook


async def test_a_webhook_is_answered_before_the_turn_runs(api: TelegramApi, assistant: Assistant, port: int) -> None:
    assistant.delay = 0.5
    async with by_webhook(api, assistant, port):
        assert api.webhook["secret_token"] == SECRET
        update = api.update({"message": api.compose(ANNA, "hello")})
        begun = time.monotonic()
        assert await api.post(update, SECRET) == 200
        assert time.monotonic() - begun < 0.3
        await api.replies(ANNA, 1)


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", "ü"])
async def test_a_wrong_or_missing_secret_is_refused(
    secret: str | None, api: TelegramApi, assistant: Assistant, port: int
) -> None:
    async with by_webhook(api, assistant, port):
        assert await api.post(api.update({"message": api.compose(ANNA, "forged")}), secret) == 403
        api.say(BERT, "real")
        await api.replies(BERT, 1)
    assert [text for _, text in assistant.heard] == ["real"]


async def test_polling_has_no_open_webhook(api: TelegramApi, assistant: Assistant) -> None:
    async with serving(make_channel(api), assistant) as url:
        await api.until(lambda: api.called("deleteWebhook"))
        api.webhook = {"url": f"{url}/webhooks/telegram/webhook"}
        for secret in ("", SECRET, None):
            assert await api.post(api.update({"message": api.compose(ANNA, "forged")}), secret) == 403
    assert assistant.heard == []


async def test_the_webhook_survives_every_body(api: TelegramApi, assistant: Assistant, port: int) -> None:
    async with by_webhook(api, assistant, port):
        for body in ("", "{", "[]", '"x"', "{}", '{"update_id": "x"}', "null"):
            assert await api.post(body, SECRET) == 400
        for update in STRANGE:
            assert await api.post(api.update(update), SECRET) == 200
        api.say(ANNA, "still there?")
        await api.replies(ANNA, 1)


async def test_duplicates_and_disorder_on_the_webhook(api: TelegramApi, assistant: Assistant, port: int) -> None:
    async with by_webhook(api, assistant, port):
        updates = [api.update({"message": api.compose(ANNA, f"say {number}")}) for number in range(6)]
        shuffled = [updates[index] for index in (1, 0, 0, 3, 5, 2, 1, 4, 5)]
        assert await asyncio.gather(*(api.post(update, SECRET) for update in shuffled)) == [200] * 9
        await api.replies(ANNA, 6)
        await asyncio.sleep(0.1)
    assert api.texts(ANNA) == [str(number) for number in range(6)]


async def test_the_webhook_keeps_what_comes_while_the_bot_is_down(
    api: TelegramApi, assistant: Assistant, port: int
) -> None:
    async with by_webhook(api, assistant, port):
        api.say(ANNA, "say before")
        await api.replies(ANNA, 1)
    api.say(ANNA, "say meanwhile")
    await asyncio.sleep(0.2)
    assert api.webhook["url"], "it stays set"
    async with by_webhook(api, assistant, port):
        await api.replies(ANNA, 2)
    assert api.texts(ANNA) == ["before", "meanwhile"]


async def test_two_hundred_chats_over_the_webhook(api: TelegramApi, assistant: Assistant, port: int) -> None:
    people = range(1000, 1000 + CHATS)
    async with by_webhook(api, assistant, port):
        for person in people:
            api.say(person, f"I am {person}")
        for person in people:
            await api.replies(person, 1, 60)
    assert all(api.texts(person) == [f"telegram:{person} said: I am {person}"] for person in people)


async def test_a_database_that_is_busy_costs_no_message(
    api: TelegramApi, assistant: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with polling(api, assistant) as channel:
        inner, failures = channel.store.take_in, iter([True, True])

        async def fails_twice(events: Any) -> Any:
            if events and next(failures, False):
                raise RuntimeError("the words of a message")
            return await inner(events)

        monkeypatch.setattr(channel.store, "take_in", fails_twice)
        api.say(ANNA, "on MMF")
        await api.replies(ANNA, 1)
    assert "could not be kept" in caplog.text and "the words" not in caplog.text
    assert len(assistant.heard) == 1


async def test_a_menu_that_is_refused_stops_nothing(api: TelegramApi, assistant: Assistant) -> None:
    api.fail("setMyCommands", Fault(status=400))
    async with serving(make_channel(api), assistant):
        api.say(ANNA, "hello")
        await api.replies(ANNA, 1)


async def test_a_webhook_address_that_telegram_refuses_is_told(
    api: TelegramApi, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(make_channel(api, webhook="http://bot.example"), assistant):
        await until(lambda: "Telegram is off" in caplog.text)
    assert "an https url must be provided" in caplog.text
