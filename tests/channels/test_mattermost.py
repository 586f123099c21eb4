"""Mattermost: a team in a thread, buttons, slash command, faults, breaks of the connection, who may use it."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.channels.access import RateLimit
from bot.channels.mattermost import client
from bot.channels.mattermost.channel import MattermostChannel
from bot.channels.mattermost.settings import read_settings
from tests.channels import mattermost_api
from tests.channels.assistant import Assistant, serving, until
from tests.channels.mattermost_api import SLASH_TOKEN, TEAM, TOKEN, TOWN, Fault, MattermostApi, titles

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANNA, BERT, GUEST, ROBOT = "anna".ljust(26, "0"), "bert".ljust(26, "0"), "gust".ljust(26, "0"), "robo".ljust(26, "0")
DIRECT, OTHER = "dire".ljust(26, "0"), "othe".ljust(26, "0")
FIRST = "@ild on MMF and prednisolone, CT worse with more reticulation"


@pytest_asyncio.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MattermostApi]:
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.02)
    async with mattermost_api.running() as api:
        api.add_user(ANNA, "anna", "Anna Lee")
        api.add_user(BERT, "bert", "Bert Okoro")
        api.add_user(GUEST, "gust", roles="system_guest")
        api.add_user(ROBOT, "robo", is_bot=True)
        api.add_channel(DIRECT, "D")
        yield api


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.asynccontextmanager
async def on_mattermost(api: MattermostApi, agent: Any, allowed: str = "", buttons: bool = True) -> AsyncIterator[str]:
    """The channel in a running server, as soon as it listens; the value is the server's address."""
    port = free_port()
    environment = {"MATTERMOST_URL": api.url, "MATTERMOST_TOKEN": TOKEN, "MATTERMOST_ALLOWED": allowed}
    environment |= {"MATTERMOST_SLASH_TOKEN": SLASH_TOKEN}
    environment |= {"MATTERMOST_CALLBACK_URL": f"http://127.0.0.1:{port}"} if buttons else {}
    settings = read_settings(environment)
    assert settings
    channel = MattermostChannel(settings, RateLimit(1000))
    async with serving(channel, agent, port) as address:
        await until(lambda: channel._me and api.sockets)
        await api.quiet()
        api.busy = lambda: bool(channel.queues._workers)
        yield address
        api.busy = lambda: False


async def opened(api: MattermostApi, text: str = FIRST, user: str = ANNA) -> str:
    root = api.say(user, text)
    await api.until(lambda: len(api.thread(root)) >= 2)
    await api.quiet()
    return root


async def answer(api: MattermostApi, root: str, user: str, text: str, channel: str = TOWN) -> list[dict[str, Any]]:
    seen = len(api.thread(root, channel))
    api.say(user, text, channel, root)
    await api.quiet()
    return api.thread(root, channel)[seen:]


async def test_a_case_by_two_people_with_silence_between(server: MattermostApi, agent: Any) -> None:
    async with on_mattermost(server, agent):
        root = await opened(server)
        assert "Therapy now: mycophenolate, prednisolone" in server.read(root)
        for user, text in ((BERT, "@anna lunch at 12?"), (ANNA, "yes"), (BERT, "is she still on MMF?")):
            assert not await answer(server, root, user, text)
        answers = await answer(server, root, BERT, "FVC 72 to 66 over 8 months, breathing stable")
        assert "Treatment goals not reached" in answers[0]["message"]
        (summary, *_) = await answer(server, root, ANNA, "summary")
        assert server.typed and server.typed[0]["parent_id"] == root
    assert "– Bert Okoro" in summary["message"] and "– Anna Lee" in summary["message"]


async def test_a_contradiction_is_asked_and_decided_by_a_button(server: MattermostApi, agent: Any) -> None:
    async with on_mattermost(server, agent):
        root = await opened(server)
        (question,) = await answer(server, root, BERT, "the CT is stable")
        assert "@anna: not reached" in question["message"] and "@bert: stable" in question["message"]
        assert titles(question) == ["Not reached", "Stable"]
        assert await server.press(ANNA, question["id"], "Stable") == 200
        await server.quiet()
        assert "✓ **Stable** · @anna" in question["message"] and not titles(question)
        tracker = await agent.tracker_store.retrieve(f"mattermost:{TEAM}:{TOWN}:{root}")
    assert tracker.get_slot("goal_ild_extent") == "stable"


async def test_a_forged_callback_is_refused(server: MattermostApi, assistant: Assistant) -> None:
    async with on_mattermost(server, assistant):
        server.say(ANNA, "@ild ask Yes=say yes, No=say no")
        question = (await server.until(lambda: [p for p in server.posts.values() if titles(p)]))[0]
        context = question["props"]["attachments"][0]["actions"][0]["integration"]["context"]
        for forged in (
            {**context, "value": "x:0"},
            {**context, "seal": "0" * 64},
            {**context, "thread": "t"},
            {},
            None,
        ):
            assert await server.press(ANNA, question["id"], "Yes", context=forged) == 401
        assert await server.press(ANNA, question["id"], "Yes", channel_id=DIRECT) == 401
        assert await server.press(ANNA, question["id"], "Yes") == 200
        await server.quiet()
    assert [text for _, text in assistant.heard] == ["ask Yes=say yes, No=say no", "say yes"]


async def test_what_only_shows_something_brings_the_other_buttons_again(
    server: MattermostApi, assistant: Assistant
) -> None:
    assistant.messages["go"] = [
        {"text": "Done", "buttons": [{"title": "Why?", "payload": "/why"}, {"title": "Sources", "payload": "/sources"}]}
    ]
    async with on_mattermost(server, assistant):
        server.say(ANNA, "@ild go")
        post = (await server.until(lambda: [p for p in server.posts.values() if titles(p)]))[0]
        await server.press(BERT, post["id"], "Why?")
        await server.quiet()
        assert not titles(post) and "✓ **Why?** · @bert" in post["message"]
        (left,) = [p for p in server.posts.values() if titles(p)]
        assert titles(left) == ["Sources"]
        await server.press(ANNA, left["id"], "Sources")
        await server.quiet()
    assert [text for _, text in assistant.heard] == ["go", "/why", "/sources"]


async def test_without_a_callback_address_the_choices_are_written(server: MattermostApi, assistant: Assistant) -> None:
    async with on_mattermost(server, assistant, buttons=False):
        root = server.say(ANNA, "@ild ask Yes, No")
        (post,) = await server.until(lambda: server.thread(root))
    assert "You can answer: Yes, No." in post["message"] and not titles(post)


async def test_the_slash_command_and_its_token(server: MattermostApi, agent: Any) -> None:
    async with on_mattermost(server, agent) as address:
        for token in ("", "wrong", SLASH_TOKEN + "x"):
            assert (await server.slash(address, ANNA, "help", token))[0] == 401
        assert "A thread is a case" in (await server.slash(address, ANNA, "help"))[1]
        server.add_channel(OTHER)
        assert "no case here yet" in (await server.slash(address, ANNA, "summary", channel_id=OTHER))[1]
        assert "may not answer" in (await server.slash(address, GUEST, "new on MMF"))[1]
        await server.slash(address, ANNA, "new on azathioprine")
        root = (await server.until(lambda: server.thread("")))[0]
        assert root["message"].startswith("New case, opened by @anna.")
        await server.until(lambda: len(server.thread(root["id"])) == 2)
        await server.quiet()
        for extra in ({}, {"root_id": root["id"]}):
            assert "Azathioprine: taken now" in (await server.slash(address, BERT, "summary", **extra))[1]


async def test_what_was_missed_is_answered(server: MattermostApi, assistant: Assistant) -> None:
    async with on_mattermost(server, assistant):
        first = server.say(ANNA, "@ild say one")
        await server.until(lambda: server.thread(first))
        await server.drop_sockets()
        second = server.say(ANNA, "@ild say two")
        await server.until(lambda: server.connections == 2)
        await server.until(lambda: server.thread(second))
    third = server.say(BERT, "@ild say three")
    async with on_mattermost(server, assistant):
        await server.until(lambda: server.thread(third))
        await server.quiet()
    assert [text for _, text in assistant.heard] == ["say one", "say two", "say three"]
    assert [server.read(root) for root in (first, second, third)] == ["one", "two", "three"]


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=503), Fault(retry_after=1), Fault(drop=True), Fault(delay=0.3)]
)
async def test_a_fault_at_each_call_loses_no_reply(server: MattermostApi, assistant: Assistant, fault: Fault) -> None:
    for kind in ("GET users", "GET channels", "GET posts", "POST posts", "PUT posts"):
        # A second for each call would only make the test slow: a 429 is met where most are.
        if not fault.retry_after or kind == "POST posts":
            server.faults[kind].append(fault)
    async with on_mattermost(server, assistant):
        root = server.say(ANNA, "@ild ask Yes=say yes")
        (question,) = await server.until(lambda: server.thread(root))
        await server.press(ANNA, question["id"], "Yes")
        await server.until(lambda: len(server.thread(root)) == 2)
        await server.until(lambda: not titles(question))
    assert server.thread(root)[1]["message"] == "yes"


async def test_programs_guests_and_we_ourselves_are_ignored(server: MattermostApi, assistant: Assistant) -> None:
    async with on_mattermost(server, assistant):
        server.say(GUEST, "@ild say x")
        server.say(ROBOT, "@ild say x")
        server.say(ANNA, "@ild say x", props={"from_webhook": "true"})
        server.say(ANNA, "@ild say x", props={"from_bot": "true"})
        server.say(ANNA, "joined @ild", type="system_join_channel")
        server.say(ANNA, "say it to someone@ild.example, not to @ildefons")
        root = server.say(ANNA, "@ild say @ild say x")
        await server.until(lambda: server.thread(root))
        await server.quiet()
    assert len(assistant.heard) == 1


async def test_the_allowlist(server: MattermostApi, assistant: Assistant) -> None:
    server.add_channel(OTHER)
    server.members.add((OTHER, ANNA))
    async with on_mattermost(server, assistant, allowed=OTHER):
        server.say(ANNA, "@ild say town")
        server.say(BERT, "say direct", DIRECT)
        server.say(ANNA, "say direct", DIRECT)
        root = server.say(BERT, "@ild say other", OTHER)
        await server.until(lambda: server.thread(root, OTHER) and server.thread("", DIRECT))
        await server.quiet()
    assert sorted(conversation for conversation, _ in assistant.heard) == [
        f"mattermost:direct:{DIRECT}",
        f"mattermost:{TEAM}:{OTHER}:{root}",
    ]


async def test_no_text_breaks_the_reply_or_calls_everybody(server: MattermostApi, assistant: Assistant) -> None:
    assistant.messages["go"] = [{"text": "**Head** @channel @all *s* `c` ~x~ [l](http://x.test) :skull: <b> # h"}]
    async with on_mattermost(server, assistant):
        root = server.say(ANNA, "@ild go")
        (post,) = await server.until(lambda: server.thread(root))
    visible = post["message"].replace("\u200b", "·")
    assert visible == (
        "**Head** @·channel @·all \\*s\\* \\`c\\` \\~x\\~ \\[l\\](http·://x.test) :·skull: \\<b\\> \\# h"
    )


async def test_an_edit_corrects_what_was_said(server: MattermostApi, agent: Any) -> None:
    async with on_mattermost(server, agent):
        root = await opened(server, "@ild on MMF")
        said = server.say(ANNA, "CT worse", root=root)
        await server.quiet()
        server.edit(said, "CT stable")
        await server.quiet()
        tracker = await agent.tracker_store.retrieve(f"mattermost:{TEAM}:{TOWN}:{root}")
    assert tracker.get_slot("goal_ild_extent") == "stable"


async def test_documents_go_into_the_thread(server: MattermostApi, assistant: Assistant) -> None:
    note = {"type": "document", "filename": "note.txt", "content": "For the record"}
    assistant.messages["go"] = [{"text": "Here", "custom": note}]
    async with on_mattermost(server, assistant):
        root = server.say(ANNA, "@ild go")
        await server.until(lambda: len(server.thread(root)) == 2)
    (file,) = server.thread(root)[1]["file_ids"]
    assert server.files[file] == ("note.txt", b"For the record")


async def test_fifty_threads_at_once(server: MattermostApi, agent: Any) -> None:
    agents = ["mycophenolate", "azathioprine", "tacrolimus", "methotrexate"]
    async with on_mattermost(server, agent):
        roots = [server.say(ANNA, f"@ild on {agents[n % 4]}, CT worse") for n in range(50)]
        await server.quiet(30)
        texts = [server.read(root) for root in roots]
    for number, text in enumerate(texts):
        assert f"Therapy now: {agents[number % 4]}; extent on CT" in text
        assert not any(other in text for other in agents if other != agents[number % 4])


async def test_a_token_that_is_refused_is_told_in_one_line(
    server: MattermostApi, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    server.refuse_tokens()
    settings = read_settings({"MATTERMOST_URL": server.url, "MATTERMOST_TOKEN": TOKEN})
    assert settings
    async with serving(MattermostChannel(settings), assistant):
        await until(lambda: "MATTERMOST_TOKEN was refused" in caplog.text)
    assert TOKEN not in caplog.text


async def test_logs_hold_neither_words_nor_tokens(
    server: MattermostApi, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with on_mattermost(server, assistant):
        root = server.say(ANNA, "@ild say Mrs-Secret")
        await server.until(lambda: server.thread(root))
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    assert "Mattermost is on, as @ild." in ours
    assert not any(secret in ours for secret in ("Mrs-Secret", TOKEN, SLASH_TOKEN))
