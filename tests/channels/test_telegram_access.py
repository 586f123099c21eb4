"""Who may use the bot on Telegram, and what its settings say."""

from __future__ import annotations

import logging
import re

import pytest

from bot.channels import texts
from bot.channels.access import Allowlist, RateLimit
from bot.channels.base import ChannelOff
from bot.channels.telegram import Telegram
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import SettingsError, read_settings
from tests.channels.assistant import Assistant
from tests.channels.telegram_api import TOKEN, TelegramApi
from tests.channels.telegram_bot import polling

ANNA, BERT, STRANGER = 501, 502, 666
GROUP = -100777


async def test_strangers_get_one_polite_line_and_reach_nothing(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant, allowed=f"{ANNA}, {GROUP}"):
        for text in ("hello", "/start", "/forget", "on MMF"):
            api.say(STRANGER, text)
        api.say(ANNA, "in private")
        api.say(STRANGER, "@ild_test_bot in the group", GROUP)
        await api.replies(ANNA, 1)
        await api.replies(GROUP, 1)
    assert api.texts(STRANGER) == [texts.REFUSED.format(id=STRANGER)]
    assert sorted(text for _, text in assistant.heard) == ["in private", "in the group"]


async def test_a_stranger_cannot_press_buttons_nor_edit(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant, allowed=str(ANNA)):
        said = api.say(ANNA, "@ild_test_bot ask A", GROUP)
        (question,) = await api.replies(GROUP, 1)
        query = api.press(STRANGER, question, "A")
        await api.until(lambda: api.queries[query])
        api.push({"edited_message": {**said, "from": api.person(STRANGER), "text": "@ild_test_bot other"}})
        await api.replies(GROUP, 2)
        api.press(ANNA, question, "A")
        await api.replies(GROUP, 3)
    assert [text for _, text in assistant.heard] == ["ask A", "A"]
    assert api.texts(GROUP)[1] == texts.REFUSED.format(id=GROUP)


async def test_nobody_is_let_in_where_nothing_is_set(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant, allowed=""):
        api.say(ANNA, "hello")
        await api.replies(ANNA, 1)
    assert assistant.heard == []


@pytest.mark.parametrize("text", ["open-sesame", "/start open-sesame"])
async def test_an_invite_code_lets_in_for_good(text: str, api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant, allowed="invite:open-sesame"):
        api.say(BERT, "hello")
        await api.replies(BERT, 1)
        api.say(BERT, "open-sesam")
        api.say(BERT, text)
        welcome = await api.replies(BERT, 3)
    assert [message["text"] for message in welcome[:2]] == [texts.REFUSED.format(id=BERT), texts.WELCOME]
    async with polling(api, assistant, allowed="invite:open-sesame"):
        api.say(BERT, "on MMF")
        await api.replies(BERT, 4)
    async with polling(api, assistant, allowed="invite:another-code"):
        api.say(BERT, "still here?")
        *_, refusal = await api.replies(BERT, 5)
    assert refusal["text"] == texts.REFUSED.format(id=BERT)
    assert [said for _, said in assistant.heard] == ["/start", "on MMF"]


async def test_a_code_cannot_be_guessed_at_speed(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant, allowed="invite:7", limit=RateLimit(5, 60)):
        for number in range(10):
            api.say(BERT, str(number))
        api.say(ANNA, "7")
        await api.replies(ANNA, 2)
    assert api.texts(BERT) == [texts.REFUSED.format(id=BERT)]


async def test_forget_takes_the_invitation_too(api: TelegramApi, assistant: Assistant) -> None:
    async with polling(api, assistant, allowed="invite:sesame"):
        api.say(BERT, "sesame")
        await api.replies(BERT, 2)
        api.say(BERT, "/forget")
        *_, forgotten = await api.replies(BERT, 3)
        api.say(BERT, "hello")
        *_, refusal = await api.replies(BERT, 4)
    assert "your access by invite code" in forgotten["text"]
    assert refusal["text"] == texts.REFUSED.format(id=BERT)


def test_the_allowlist_is_read_as_people_write_it() -> None:
    allowlist = Allowlist.parse(" 12, -100777\n34 ;invite:abc ")
    assert allowlist.allows("12") and allowlist.allows("0", "-100777") and allowlist.is_code(" abc ")
    assert not allowlist.allows("1") and not allowlist.is_code("abcd") and not Allowlist.parse("").is_code("")
    assert Allowlist.parse("*").allows("anybody")


async def test_without_a_token_one_line_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    with caplog.at_level(logging.INFO):
        channel = Telegram.from_credentials(None)
    assert isinstance(channel, ChannelOff)
    (record,) = caplog.records
    assert "TELEGRAM_BOT_TOKEN" in record.getMessage() and "@BotFather" in record.getMessage()


async def test_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_ALLOWED", "1,2")
    monkeypatch.setenv("TELEGRAM_API_URL", "http://bots.hospital.example:8081/")
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", "https://bot.hospital.example/")
    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", "abc_DEF-123")
    channel = Telegram.from_credentials(None)
    assert isinstance(channel, TelegramChannel)
    settings = channel._settings
    assert settings.webhook_url == "https://bot.hospital.example/webhooks/telegram/webhook"
    assert settings.api_url == "http://bots.hospital.example:8081"
    assert settings.allowlist.allows("2")
    assert re.fullmatch(r"telegram:\d+", settings.source), "the secret half of the token is kept nowhere"


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"TELEGRAM_WEBHOOK_URL": "https://x.example"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"TELEGRAM_WEBHOOK_URL": "https://x.example", "TELEGRAM_WEBHOOK_SECRET": "no spaces"}, "WEBHOOK_SECRET"),
        ({"TELEGRAM_WEBHOOK_URL": "x.example", "TELEGRAM_WEBHOOK_SECRET": "s"}, "TELEGRAM_WEBHOOK_URL"),
        ({"TELEGRAM_API_URL": "bots.example"}, "TELEGRAM_API_URL"),
        ({"TELEGRAM_BOT_TOKEN": " "}, "TELEGRAM_BOT_TOKEN"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(environment: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as error:
        read_settings({"TELEGRAM_BOT_TOKEN": TOKEN, **environment})
    assert "\n" not in str(error.value)


async def test_a_refused_token_is_told_without_showing_it(
    api: TelegramApi, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    from tests.channels.assistant import serving, until
    from tests.channels.telegram_bot import make_channel

    api.token_valid = False
    async with serving(make_channel(api), assistant):
        await until(lambda: "TELEGRAM_BOT_TOKEN was refused" in caplog.text)
    assert TOKEN.partition(":")[2] not in caplog.text
