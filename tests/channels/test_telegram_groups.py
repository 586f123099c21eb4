"""Telegram in groups: when it answers, what a case is there, and that chats do not mix."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.channels.assistant import Assistant
from tests.channels.telegram_api import BOT, GROUP_ANONYMOUS_BOT, TelegramApi
from tests.channels.telegram_bot import polling

ANNA, BERT = 501, 502
GROUP, FORUM = -100777, -100888


async def settle(api: TelegramApi) -> None:
    """Wait until the bot has taken everything that waits, and a little longer."""
    await api.until(lambda: not api.pending or api.pending[-1]["update_id"] < _offset(api))
    await asyncio.sleep(0.1)


def _offset(api: TelegramApi) -> int:
    return max([call.parameters["offset"] for call in api.called("getUpdates")], default=0)


async def test_people_who_talk_to_each_other_are_left_alone(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant) as channel:
        message = api.say(ANNA, "what do you think of MMF", GROUP)
        api.say(BERT, "mail me at bert@ild_test_bot.org, not @somebody", GROUP, **api.reply_to(message))
        api.say(BERT, "/why@another_bot", GROUP)
        api.push({"message": api.compose(BERT, None, GROUP, new_chat_members=[api.person(3)])})
        api.say(ANNA, "end")
        await api.replies(ANNA, 1)
        await settle(api)
        with channel.store._engine.connect() as connection:
            assert not connection.exec_driver_sql("SELECT * FROM channel_threads").all()
    assert [text for _, text in assistant.heard] == ["end"]
    assert api.sent(GROUP) == []


async def test_a_mention_is_answered_as_a_reply_without_the_name(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        message = api.say(ANNA, "@ILD_test_bot on MMF 🫁 and pred", GROUP)
        (reply,) = await api.replies(GROUP, 1)
    assert assistant.heard == [(f"telegram:{GROUP}:{message['message_id']}", "on MMF 🫁 and pred")]
    assert reply["reply_to_message"]["message_id"] == message["message_id"]


async def test_a_mention_of_the_name_alone_without_username(api: TelegramApi, assistant: Assistant) -> None:
    entity = {"type": "text_mention", "offset": 4, "length": 3, "user": BOT}
    async with polling(api, assistant):
        api.say(ANNA, "hey ILD on MMF", GROUP, entities=[entity])
        await api.replies(GROUP, 1)
    assert [text for _, text in assistant.heard] == ["hey on MMF"]


async def test_replies_hang_a_case_together_and_two_mentions_are_two_cases(
    api: TelegramApi, assistant: Assistant
) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "@ild_test_bot on MMF", GROUP)
        (first,) = await api.replies(GROUP, 1)
        api.say(BERT, "@ild_test_bot on tacrolimus", GROUP)
        _, second = await api.replies(GROUP, 2)
        reply = api.say(BERT, "FVC worse", GROUP, **api.reply_to(first))
        *_, third = await api.replies(GROUP, 3)
        api.say(ANNA, "@ild_test_bot CT better", GROUP, **api.reply_to(second))
        *_, fourth = await api.replies(GROUP, 4)
        api.say(ANNA, "@ild_test_bot and breathless", GROUP, **api.reply_to(reply))
        *_, fifth = await api.replies(GROUP, 5)
    assert third["text"].endswith("said: on MMF | FVC worse")
    assert fourth["text"].endswith("said: on tacrolimus | CT better")
    assert fifth["text"].endswith("said: on MMF | FVC worse | and breathless")


async def test_a_mention_in_reply_to_a_colleague_makes_their_thread_the_case(
    api: TelegramApi, assistant: Assistant
) -> None:
    async with polling(api, assistant):
        root = api.say(ANNA, "we have a patient", GROUP)
        api.say(BERT, "@ild_test_bot on MMF", GROUP, **api.reply_to(root))
        api.say(ANNA, "@ild_test_bot FVC worse", GROUP, **api.reply_to(root))
        await api.replies(GROUP, 2)
    assert {conversation for conversation, _ in assistant.heard} == {f"telegram:{GROUP}:{root['message_id']}"}


async def test_a_bare_command_about_a_case_means_the_last_one_of_the_sender(
    api: TelegramApi, assistant: Assistant
) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "@ild_test_bot on MMF", GROUP)
        api.say(BERT, "@ild_test_bot on tacrolimus", GROUP)
        await api.replies(GROUP, 2)
        api.say(ANNA, "/summary", GROUP)
        *_, reply = await api.replies(GROUP, 3)
    assert reply["text"].endswith("said: on MMF | /summary")


async def test_a_topic_of_a_forum_is_a_case(api: TelegramApi, assistant: Assistant) -> None:
    api.add_chat(FORUM, "supergroup", is_forum=True, topics={7, 9})
    created = {
        "reply_to_message": {**api.compose(ANNA, None, FORUM), "forum_topic_created": {"name": "x", "icon_color": 1}}
    }

    def topic(number: int) -> dict[str, Any]:
        return {"message_thread_id": number, "is_topic_message": True, **created}

    async with polling(api, assistant):
        api.say(ANNA, "@ild_test_bot on MMF", FORUM, **topic(7))
        api.say(BERT, "@ild_test_bot on tacrolimus", FORUM, **topic(9))
        api.say(BERT, "/summary@ild_test_bot", FORUM, **topic(7))
        api.say(BERT, "nobody asked", FORUM, **topic(7))
        api.say(BERT, "@ild_test_bot in general", FORUM)
        replies = await api.replies(FORUM, 4)
    assert [(reply.get("message_thread_id"), reply["text"].partition("said: ")[2]) for reply in replies] == [
        (7, "on MMF"),
        (9, "on tacrolimus"),
        (7, "on MMF | /summary"),
        (None, "in general"),
    ]
    assert {conversation for conversation, _ in assistant.heard} == {
        f"telegram:{FORUM}:7",
        f"telegram:{FORUM}:9",
        f"telegram:{FORUM}",
    }


async def test_a_private_case_never_shows_in_a_group(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "a private word")
        await api.replies(ANNA, 1)
        api.say(ANNA, "/summary@ild_test_bot", GROUP)
        await api.replies(GROUP, 1)
        api.say(ANNA, "@ild_test_bot hello", GROUP)
        await api.replies(GROUP, 2)
    assert not any("private word" in text for text in api.texts(GROUP))


async def test_buttons_work_in_their_thread_for_everybody(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        message = api.say(ANNA, "@ild_test_bot ask A, B", GROUP)
        (question,) = await api.replies(GROUP, 1)
        api.press(BERT, question, "B")
        _, reply = await api.replies(GROUP, 2)
        api.say(BERT, "more", GROUP, **api.reply_to(reply))
        *_, last = await api.replies(GROUP, 3)
    conversation = f"telegram:{GROUP}:{message['message_id']}"
    assert last["text"] == f"{conversation} said: ask A, B | B | more"


async def test_an_edit_in_a_group_corrects_even_without_the_mention(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        message = api.say(ANNA, "@ild_test_bot FVC up", GROUP)
        await api.replies(GROUP, 1)
        api.edit(message, "FVC down")
        *_, reply = await api.replies(GROUP, 3)
        other = api.say(ANNA, "not for the bot", GROUP)
        api.edit(other, "still not")
        await settle(api)
    assert reply["text"].endswith("said: FVC down")
    assert len(api.sent(GROUP)) == 3


async def test_an_administrator_who_hides_may_ask_and_other_bots_may_not(
    api: TelegramApi, assistant: Assistant
) -> None:
    hidden = {"from": GROUP_ANONYMOUS_BOT, "sender_chat": {"id": GROUP, "type": "supergroup", "title": "A group"}}
    async with polling(api, assistant, allowed=str(GROUP)):
        api.say(ANNA, "@ild_test_bot I am a bot", GROUP, **{"from": {**BOT, "id": 5, "username": "other_bot"}})
        api.say(ANNA, "@ild_test_bot on MMF", GROUP, **hidden)
        await api.replies(GROUP, 1)
        await settle(api)
    assert [text for _, text in assistant.heard] == ["on MMF"]


async def test_a_group_that_became_a_supergroup_gets_its_reply(api: TelegramApi, assistant: Assistant) -> None:
    new = -100999
    api.add_chat(new, "supergroup")
    async with polling(api, assistant):
        api.say(ANNA, "@ild_test_bot on MMF", -4242)
        await api.replies(-4242, 1)
        assistant.delay = 0.1
        api.say(ANNA, "@ild_test_bot on tac", -4242)
        api.chats[-4242].migrated_to = new
        (reply,) = await api.replies(new, 1)
    assert reply["text"].endswith("said: on tac")


async def test_forget_in_a_group_takes_all_its_cases(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant):
        api.say(ANNA, "@ild_test_bot on MMF", GROUP)
        api.say(BERT, "@ild_test_bot on tac", GROUP)
        api.say(ANNA, "my own case")
        await api.replies(GROUP, 2)
        await api.replies(ANNA, 1)
        api.say(BERT, "/forget@ild_test_bot", GROUP)
        *_, reply = await api.replies(GROUP, 3)
        assert list(await assistant.tracker_store.keys()) == [f"telegram:{ANNA}"]
    assert "2 conversations" in reply["text"]
