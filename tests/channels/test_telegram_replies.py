"""What replies look like on Telegram: formatting, long texts, buttons, pictures, documents."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.channels import texts
from tests.channels.assistant import Assistant
from tests.channels.telegram_api import TelegramApi
from tests.channels.telegram_bot import polling

ANNA = 501


def bold(message: dict[str, Any]) -> list[str]:
    """The bold words, by Telegram's own count."""
    data = message["text"].encode("utf-16-le")
    return [
        data[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        for entity in message.get("entities", [])
    ]


async def reply_to(api: TelegramApi, assistant: Assistant, *replies: dict[str, Any], count: int = 1) -> list[Any]:
    """Let the bot answer with these replies and return what Telegram got."""
    assistant.messages["go"] = list(replies)
    async with polling(api, assistant):
        api.say(ANNA, "go")
        return list(await api.replies(ANNA, count))


async def test_heads_are_bold_and_lists_have_bullets(api: TelegramApi, assistant: Assistant) -> None:
    text = "🫁 **Answer** [G1]\n- **Rituximab**: tried\n- ciclosporin"
    (message,) = await reply_to(api, assistant, {"text": text})
    assert message["text"] == "🫁 Answer [G1]\n• Rituximab: tried\n• ciclosporin"
    assert bold(message) == ["Answer", "Rituximab"]


HOSTILE = [
    "<b>not html</b> <script> &amp; &lt; </b>",
    "*a* _b_ `c` [d](http://e) ~f~ ||g|| \\ # + = { } . !",
    "```\ncode",
    "**unclosed and _more",
    "**a **b** c**",
    "**  ** ****",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿 **👩‍⚕️ x** \u202e rtl \u0000 nul",
    "@channel @everyone /start tg://user?id=1 https://example.org",
    "{'json': [1, 2]}",
    "75",
    "true",
    "[1, 2]",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_text_breaks_the_markup(text: str, api: TelegramApi, assistant: Assistant) -> None:
    (message,) = await reply_to(api, assistant, {"text": f"You said: **“{text}”**"})
    assert message["text"].replace("**", "") == f"You said: “{text}”".replace("**", "")
    (call,) = api.called("sendMessage")
    assert call.status == 200
    assert call.parameters["link_preview_options"] == {"is_disabled": True}


async def test_a_text_of_blanks_is_not_sent(api: TelegramApi, assistant: Assistant) -> None:
    messages = await reply_to(api, assistant, {"text": " \n "}, {"text": None}, {"text": "end"})
    assert [message["text"] for message in messages] == ["end"]
    assert len(api.called("sendMessage")) == 1


async def test_a_long_reply_is_split_between_paragraphs_with_the_buttons_at_its_end(
    api: TelegramApi, assistant: Assistant
) -> None:
    paragraph = "**Head** " + "🫁 word " * 120
    text = "\n\n".join([paragraph] * 15)
    buttons = [{"title": "Why?", "payload": "/why"}]
    async with polling(api, assistant):
        assistant.messages["go"] = [{"text": text, "buttons": buttons}]
        api.say(ANNA, "go")
        parts = await api.replies(ANNA, 4)
        assert ["reply_markup" in part for part in parts] == [False, False, False, True]
        assert all(part["text"].startswith("Head ") and part["text"].endswith("word") for part in parts)
        assert sum(len(bold(part)) for part in parts) == 15
        api.press(ANNA, parts[-1], "Why?")
        await api.replies(ANNA, 5)
    assert api.sent(ANNA)[3]["text"].endswith("→ Why?")


async def test_buttons_stand_in_rows_that_fit(api: TelegramApi, assistant: Assistant) -> None:
    titles = ["PPF", "No PPF", "Not known", "Go by the criteria of the guideline, one after the other"]
    buttons = [{"title": title, "payload": title} for title in titles]
    (message,) = await reply_to(api, assistant, {"text": "Which?", "buttons": buttons})
    rows = [[button["text"] for button in row] for row in message["reply_markup"]["inline_keyboard"]]
    assert rows == [["PPF", "No PPF", "Not known"], ["Go by the criteria of the guideli…"]]


async def test_buttons_without_text_and_too_many_of_them(api: TelegramApi, assistant: Assistant) -> None:
    buttons = [{"title": str(number), "payload": str(number)} for number in range(120)]
    (message,) = await reply_to(api, assistant, {"buttons": buttons})
    assert message["text"] == texts.CHOOSE
    assert sum(len(row) for row in message["reply_markup"]["inline_keyboard"]) == 100


async def test_the_object_beside_an_answer_is_not_shown(api: TelegramApi, assistant: Assistant) -> None:
    messages = await reply_to(api, assistant, {"text": "Answer", "custom": {"type": "recommendation", "status": "x"}})
    assert [message["text"] for message in messages] == ["Answer"]


def png(width: int = 4, height: int = 4) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height)).save(data, "PNG")
    return data.getvalue()


async def test_a_picture_of_a_file_follows_its_text(api: TelegramApi, assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "curve.png").write_bytes(png())
    text, picture = await reply_to(
        api, assistant, {"text": "Your progress", "image": str(tmp_path / "curve.png")}, count=2
    )
    assert text["text"] == "Your progress"
    assert api.files[ANNA, picture["message_id"]] == png()


async def test_a_picture_of_the_web_is_passed_on(api: TelegramApi, assistant: Assistant) -> None:
    (picture,) = await reply_to(api, assistant, {"image": "https://example.org/a.png"})
    assert "photo" in picture


async def test_what_telegram_does_not_take_as_a_picture_goes_as_a_file(
    api: TelegramApi, assistant: Assistant, tmp_path: Path
) -> None:
    (tmp_path / "drawing.svg").write_text("<svg/>")
    (message,) = await reply_to(api, assistant, {"image": str(tmp_path / "drawing.svg")})
    assert message["document"]["file_name"] == "drawing.svg"


async def test_a_picture_that_cannot_be_sent_is_named(
    api: TelegramApi, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    messages = await reply_to(
        api, assistant, {"image": "http://internal/a.png"}, {"image": "/no/such/file.png"}, {"text": "end"}, count=2
    )
    assert [message["text"] for message in messages] == [texts.NOT_SENT.format(name="http://internal/a.png"), "end"]
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("encoding", ["", "base64"])
async def test_a_document_is_sent_with_its_name(encoding: str, api: TelegramApi, assistant: Assistant) -> None:
    content = "A note: FVC 72 → 65"
    custom = {"type": "document", "filename": "../note.txt", "content": content}
    if encoding:
        custom |= {"encoding": encoding, "content": base64.b64encode(content.encode()).decode()}
    text, note = await reply_to(api, assistant, {"text": "Here is the note.", "custom": custom}, count=2)
    assert text["text"] == "Here is the note."
    assert note["document"]["file_name"] == "note.txt"
    assert api.files[ANNA, note["message_id"]].decode() == content
