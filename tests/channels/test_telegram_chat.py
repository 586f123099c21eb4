"""Telegram in a private chat: texts, buttons, commands, edits, and what cannot be read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels import texts
from bot.channels.access import RateLimit
from bot.channels.telegram.channel import MENU
from tests.channels.assistant import Assistant, until
from tests.channels.telegram_api import TelegramApi
from tests.channels.telegram_bot import polling

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


async def test_the_menu_shows_the_commands(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        pass
    assert [command["command"] for command in api.commands] == [
        *("start", "new", "summary", "why", "sources", "train", "help", "privacy", "forget")
    ]


@pytest.mark.parametrize("command", ["/summary", "/WHY", "  /help ", "/sources@ild_test_bot"])
async def test_a_command_of_the_assistant_passes(command: str, api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, command)
        await api.replies(ANNA, 1)
    assert assistant.heard == [("telegram:501", command.strip().lower().removesuffix("@ild_test_bot"))]


@pytest.mark.parametrize(
    "text",
    [
        '/inform{"ppf_stated": "yes"}',
        '/summary{"x": 1}',
        "/session_start",
        "/back",
        "  /nlu_fallback",
        "/",
        "//",
        '\u00a0/inform{"a": "b"}',
        '/new /inform{"ppf_stated": "yes"}',
    ],
)
async def test_nothing_else_that_begins_with_a_slash_reaches_rasa(
    text: str, api: TelegramApi, assistant: Assistant
) -> None:
    async with polling(api, assistant):
        api.say(ANNA, text)
        await api.replies(ANNA, 1)
    assert {said for _, said in assistant.heard} <= {"/new"}


async def test_an_unknown_command_is_answered_with_those_that_exist(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "/quit")
        (reply,) = await api.replies(ANNA, 1)
    assert all(f"/{name}" in reply["text"] for name in MENU)


async def test_words_behind_a_command_are_read(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "/new on MMF")
        api.say(ANNA, "/why rituximab")
        await api.replies(ANNA, 3)
    assert [text for _, text in assistant.heard] == ["/new", "on MMF", "why rituximab"]


async def test_a_deep_link_opens_a_training_case(api: TelegramApi, assistant: Assistant) -> None:
    said: list[Any] = []
    inner = assistant.handle_message

    async def listen(message: Any) -> None:
        said.append((message.text, message.metadata))
        await inner(message)

    assistant.handle_message = listen  # type: ignore[method-assign]
    async with polling(api, assistant):
        for count, link in enumerate(("case7", "case-old-honeycombing", "something"), start=1):
            api.say(ANNA, f"/start {link}")
            await until(lambda wanted=count: len({text for text, _ in said}) > wanted - 1)
        await api.replies(ANNA, 4)
    named = {"training_case": "old-honeycombing"}
    assert said == [
        ("/train", {"training_case": "7"}),
        *[("/train", named), ("old-honeycombing", named)],
        ("/start", None),
    ]


async def test_a_pressed_keyboard_shows_the_choice_and_goes_away(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "ask Stable=lung function stable, Worse=lung function worse")
        (question,) = await api.replies(ANNA, 1)
        query = api.press(ANNA, question, "Stable")
        question, _ = await api.replies(ANNA, 2)
    assert assistant.heard[-1] == ("telegram:501", "lung function stable")
    assert "reply_markup" not in question
    assert question["text"] == "Which?\n\n→ Stable"
    assert api.queries[query]


async def test_a_long_payload_fits_its_button(api: TelegramApi, assistant: Assistant) -> None:
    payload = "äußerst lange Antwort " * 10
    async with polling(api, assistant):
        api.say(ANNA, f"ask Long={payload}")
        (question,) = await api.replies(ANNA, 1)
        api.press(ANNA, question, "Long")
        await api.replies(ANNA, 2)
    assert assistant.heard[-1][1] == payload.strip()


async def test_a_press_is_answered_at_once_even_when_the_turn_is_slow(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "ask A, B")
        (question,) = await api.replies(ANNA, 1)
        assistant.delay = 0.5
        query = api.press(ANNA, question, "A")
        await api.until(lambda: api.queries[query], 0.4)
        assert len(api.sent(ANNA)) == 1
        await api.replies(ANNA, 2)


async def test_a_second_press_on_the_same_keyboard_changes_nothing(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "ask A, B")
        (question,) = await api.replies(ANNA, 1)
        first, second = api.press(ANNA, question, "A"), api.press(ANNA, question, "B")
        await api.until(lambda: api.queries[first] and api.queries[second])
        api.say(ANNA, "end")
        await api.replies(ANNA, 3)
    assert [text for _, text in assistant.heard] == ["ask A, B", "A", "end"]


async def test_a_button_of_an_earlier_patient_says_so(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "ask A, B")
        (question,) = await api.replies(ANNA, 1)
        api.say(ANNA, "/new")
        await api.replies(ANNA, 2)
        query = api.press(ANNA, question, "A")
        *_, reply = await api.replies(ANNA, 3)
        assert api.queries[query]
    assert reply["text"] == texts.STALE_BUTTON
    assert "reply_markup" not in api.sent(ANNA)[0]
    assert [text for _, text in assistant.heard] == ["ask A, B", "/new"]


async def test_a_button_of_the_same_patient_can_be_pressed_later(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "/new")
        await api.replies(ANNA, 1)
        api.say(ANNA, "ask A, B")
        *_, question = await api.replies(ANNA, 2)
        api.say(ANNA, "meanwhile")
        await api.replies(ANNA, 3)
        api.press(ANNA, question, "B")
        await api.replies(ANNA, 4)
    assert assistant.heard[-1][1] == "B"


async def test_only_what_was_offered_in_this_chat_is_accepted(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "ask A")
        (question,) = await api.replies(ANNA, 1)
        data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        api.say(BERT, "ask C")
        (other,) = await api.replies(BERT, 1)
        for forged in (
            data,
            "A",
            '/inform{"a": "b"}',
            data.replace(":0", ":7"),
            data.replace(":0", ":-1"),
            ":",
            "x" * 64,
        ):
            api.press_data(BERT, other, forged)
        replies = await api.replies(BERT, 8)
    assert {reply["text"] for reply in replies[1:]} == {texts.UNKNOWN_BUTTON}
    assert len(assistant.heard) == 2


async def test_an_edit_takes_the_place_of_what_was_said(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        said = api.say(ANNA, "FVC up")
        api.say(ANNA, "CT the same")
        await api.replies(ANNA, 2)
        api.edit(said, "FVC down")
        *_, note, reply = await api.replies(ANNA, 4)
        assert note["text"] == texts.CORRECTED
        assert reply["text"] == "telegram:501 said: FVC down | CT the same"
        api.edit(said, "FVC flat")
        *_, reply = await api.replies(ANNA, 6)
    assert reply["text"] == "telegram:501 said: FVC flat | CT the same"


async def test_an_edit_that_changes_no_word_is_not_answered(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        said = api.say(ANNA, "FVC up")
        await api.replies(ANNA, 1)
        api.edit(said, "FVC up")
        api.say(ANNA, "end")
        await api.replies(ANNA, 2)
    assert [text for _, text in assistant.heard] == ["FVC up", "end"]


async def test_an_edit_of_an_earlier_patients_message_changes_nothing(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        said = api.say(ANNA, "FVC up")
        api.say(ANNA, "/new")
        await api.replies(ANNA, 2)
        api.edit(said, "FVC down")
        *_, reply = await api.replies(ANNA, 3)
        api.say(ANNA, "on MMF")
        *_, state = await api.replies(ANNA, 4)
    assert reply["text"] == texts.CANNOT_CORRECT
    assert state["text"] == "telegram:501 said: on MMF"


UNREADABLE: dict[str, dict[str, Any]] = {
    "voice message": {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}},
    "sticker": {
        "sticker": {
            **{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9, "type": "regular"},
            **{"is_animated": False, "is_video": False},
        }
    },
    "picture": {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}]},
    "document": {"document": {"file_id": "f", "file_unique_id": "u", "file_name": "letter.pdf"}},
    "contact": {"contact": {"phone_number": "0123", "first_name": "X"}},
    "location": {"location": {"longitude": 1.0, "latitude": 2.0}},
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_what_is_no_text_gets_a_kind_line_and_is_not_fetched(
    what: str, api: TelegramApi, assistant: Assistant
) -> None:
    async with polling(api, assistant):
        api.say(ANNA, None, **UNREADABLE[what])
        (reply,) = await api.replies(ANNA, 1)
    assert reply["text"] == texts.UNREADABLE.format(what=what)
    assert assistant.heard == []
    assert not api.called("getFile")


async def test_words_under_a_picture_are_read_and_an_album_is_answered_once(
    api: TelegramApi, assistant: Assistant
) -> None:
    async with polling(api, assistant):
        api.say(ANNA, None, caption="on MMF", media_group_id="g", **UNREADABLE["picture"])
        api.say(ANNA, None, media_group_id="g", **UNREADABLE["picture"])
        api.say(ANNA, "end")
        note, *_ = await api.replies(ANNA, 3)
        await asyncio.sleep(0.1)
    assert note["text"] == texts.UNREADABLE_WITH_WORDS.format(what="picture")
    assert [text for _, text in assistant.heard] == ["on MMF", "end"]
    assert len(api.sent(ANNA)) == 3


async def test_forget_deletes_everything_of_the_chat_and_nothing_else(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant) as channel:
        for person in (ANNA, BERT):
            api.say(person, "ask A")
            await api.replies(person, 1)
        api.say(ANNA, "/forget")
        *_, reply = await api.replies(ANNA, 2)
        assert "1 conversation with" in reply["text"]
        assert "1 set of buttons" in reply["text"]
        assert list(await assistant.tracker_store.keys()) == ["telegram:502"]
        with channel.store._engine.connect() as connection:
            for table in ("channel_events", "channel_keyboards", "channel_invited", "channel_threads"):
                rows = connection.exec_driver_sql(f"SELECT * FROM {table} WHERE place = '501'").all()
                assert rows == [], table
        api.say(ANNA, "/forget")
        *_, reply = await api.replies(ANNA, 3)
        assert reply["text"] == texts.NOTHING_KEPT


async def test_what_was_said_is_not_kept_beside_the_conversation(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant) as channel:
        api.say(ANNA, "a very private word")
        await api.replies(ANNA, 1)
        await until(lambda: str(ANNA) not in channel.queues)
        with channel.store._engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT body, replies, place FROM channel_events").all()
    assert rows == [(None, None, "")]


async def test_too_much_at_once_is_told_once_and_not_read(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant, limit=RateLimit(3, 60)):
        api.say(ANNA, "first of all")  # what waited while the bot was down does not count
        await api.replies(ANNA, 1)
        for number in range(6):
            api.say(ANNA, str(number))
        await api.replies(ANNA, 5)
        api.say(BERT, "me too")
        await api.replies(BERT, 1)
    assert [text for sender, text in assistant.heard if sender == "telegram:501"] == ["first of all", "0", "1", "2"]
    assert [text for text in api.texts(ANNA) if "Please send it again in" in text] == [api.texts(ANNA)[-1]]
    assert len(api.sent(ANNA)) == 5


async def test_a_turn_that_breaks_is_answered_with_an_apology(
    api: TelegramApi, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    assistant.broken = True
    async with polling(api, assistant):
        api.say(ANNA, "the patient's secret")
        (reply,) = await api.replies(ANNA, 1)
    assert reply["text"] == texts.FAILED
    assert "secret" not in caplog.text


async def test_buttons_beside_one_that_asked_for_something_to_read_move_under_it(
    api: TelegramApi, assistant: Assistant
) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "ask Why?=/why, Sources=/sources, New patient=/new")
        (answer,) = await api.replies(ANNA, 1)
        api.press(ANNA, answer, "Why?")
        answer, why = await api.replies(ANNA, 2)
        assert "reply_markup" not in answer
        (row,) = why["reply_markup"]["inline_keyboard"]
        assert [button["text"] for button in row] == ["Sources", "New patient"]
        api.press(ANNA, why, "Sources")
        *_, sources = await api.replies(ANNA, 3)
        api.press(ANNA, sources, "New patient")
        *_, new = await api.replies(ANNA, 4)
    assert new["text"] == "New patient."
    assert "reply_markup" not in new
    assert [text for _, text in assistant.heard][1:] == ["/why", "/sources", "/new"]
