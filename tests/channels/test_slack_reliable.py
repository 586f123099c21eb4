"""Slack: settings, both modes, signatures, retries, faults at each call, restarts, many threads at once."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.channels.slack import channel as slack_channel
from bot.channels.slack import client
from tests.channels import slack_api
from tests.channels.assistant import Assistant, serving, until
from tests.channels.slack_api import ACK_SECONDS, TEAM, Fault, SlackApi, mention, shown, sign, titles
from tests.channels.slack_bot import make_channel, on_slack

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOM = "C0001"


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackApi]:
    async with slack_api.running() as api:
        yield api


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.02)


# Delivery


@pytest.mark.parametrize("http", [False, True])
async def test_a_case_in_both_modes(slack: SlackApi, assistant: Assistant, http: bool) -> None:
    async with on_slack(slack, assistant, http=http):
        root = slack.say("U1", mention("ask MMF=on MMF, Aza=on azathioprine"))
        await slack.until(lambda: slack.thread(ROOM, root))
        question = slack.thread(ROOM, root)[0]
        assert titles(question) == ["MMF", "Aza"]
        slack.press("U2", ROOM, question["ts"], "MMF")
        await slack.until(lambda: len(slack.thread(ROOM, root)) == 2)
        await slack.quiet()
        assert "✓ *MMF* · <@U2>" in shown(slack.messages[ROOM, question["ts"]])
        command = slack.slash("U1", "help")
        await slack.until(lambda: command.acknowledged)
        slack.open_home("U1")
        await slack.until(lambda: slack.homes)
    assert [text for _, text in assistant.heard] == ["ask MMF=on MMF, Aza=on azathioprine", "on MMF"]


@pytest.mark.parametrize("http", [False, True])
async def test_what_comes_again_is_handled_once(slack: SlackApi, assistant: Assistant, http: bool) -> None:
    async with on_slack(slack, assistant, http=http):
        root = slack.say("U1", mention("say hello"), times=3)
        await slack.until(lambda: slack.thread(ROOM, root))
        await slack.quiet()
    # The mention comes as two events, each of them three times.
    assert sum(len(delivery.attempts) for delivery in slack.deliveries) == 6
    assert len(assistant.heard) == 1 and len(slack.thread(ROOM, root)) == 1


async def test_a_retry_after_a_restart_is_known(slack: SlackApi, assistant: Assistant) -> None:
    async with on_slack(slack, assistant):
        root = slack.say("U1", mention("say hello"))
        await slack.until(lambda: slack.thread(ROOM, root))
        await slack.quiet()
    async with on_slack(slack, assistant):
        slack.deliver("events_api", slack.deliveries[0].body)
        await slack.quiet()
    assert len(assistant.heard) == 1


async def test_forged_and_replayed_requests_are_refused(
    slack: SlackApi, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    event = {"type": "message", "channel": "D0001", "channel_type": "im", "user": "U1", "text": "say hi", "ts": "1.1"}
    raw = json.dumps({"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event})
    kind = {"Content-Type": "application/json"}
    slack.add_user("U1")
    slack.add_channel("D0001")
    caplog.set_level(logging.DEBUG)
    async with on_slack(slack, assistant, http=True):
        for headers in (
            {},
            sign(raw, secret="another"),
            sign(raw + " "),
            sign(raw, at=time.time() - 600),
            sign(raw, at=time.time() + 600),
            {**sign(raw), "X-Slack-Signature": ""},
        ):
            status, _ = await slack.post(raw, {**kind, **headers})
            assert status == 401, headers
        assert not slack.thread("D0001", "")
        genuine = {**kind, **sign(raw)}
        assert (await slack.post(raw, genuine))[0] == 200
        await slack.until(lambda: slack.thread("D0001", ""))
        # The same request, caught on the way and sent again in time, changes nothing.
        assert (await slack.post(raw, genuine))[0] == 200
        await slack.quiet()
        challenge = json.dumps({"type": "url_verification", "challenge": "c123", "token": "z"})
        status, body = await slack.post(challenge, {**kind, **sign(challenge)})
        assert status == 200 and "c123" in body
    assert len(assistant.heard) == 1
    assert "say hi" not in caplog.text


async def test_in_socket_mode_the_http_address_is_closed(slack: SlackApi, assistant: Assistant) -> None:
    raw = json.dumps({"type": "url_verification", "challenge": "c123", "token": "z"})
    async with serving(make_channel(slack), assistant) as address:
        slack.request_url = f"{address}/webhooks/slack/events"
        status, _ = await slack.post(raw, {"Content-Type": "application/json", **sign(raw)})
        slack.request_url = ""
    assert status == 404


# Faults


@pytest.mark.parametrize("http", [False, True])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=503),
        Fault(retry_after=1),
        Fault(drop=True),
        Fault(error="internal_error"),
        Fault(error="ratelimited"),
        Fault(delay=0.3),
    ],
    ids=lambda fault: next(iter(k for k, v in vars(fault).items() if v)),
)
async def test_a_fault_at_each_call_loses_no_reply(
    slack: SlackApi, assistant: Assistant, fault: Fault, http: bool
) -> None:
    for method in ("auth.test", "apps.connections.open", "users.info", "chat.postMessage", "chat.update"):
        # A second for each call would only make the test slow: a 429 is met where most are.
        if not fault.retry_after or method == "chat.postMessage":
            slack.fail(method, fault)
    async with on_slack(slack, assistant, http=http):
        root = slack.say("U1", mention("ask Yes=say yes"))
        question = (await slack.until(lambda: slack.thread(ROOM, root)))[0]
        slack.press("U1", ROOM, question["ts"], "Yes")
        await slack.until(lambda: len(slack.thread(ROOM, root)) == 2)
        await slack.until(lambda: not titles(slack.messages[ROOM, question["ts"]]))
        await slack.quiet()
    assert [shown(message) for message in slack.thread(ROOM, root)][1] == "yes"
    assert all(delivery.acknowledged for delivery in slack.deliveries)


NOTE = {"text": "Here", "custom": {"type": "document", "filename": "note.txt", "content": "For the record"}}


async def test_documents_go_into_the_thread(slack: SlackApi, assistant: Assistant) -> None:
    assistant.messages["go"] = [NOTE]
    for method in ("files.getUploadURLExternal", "files.completeUploadExternal"):
        slack.fail(method, Fault(status=503))
    async with on_slack(slack, assistant):
        root = slack.say("U1", mention("go"))
        await slack.until(lambda: any("thread" in file for file in slack.files.values()))
        (file,) = [file for file in slack.files.values() if "thread" in file]
        slack.fail("files.getUploadURLExternal", Fault(error="missing_scope"))
        slack.say("U1", mention("go"), ROOM, root)
        await slack.until(lambda: "note.txt" in slack.read(ROOM, root))
    assert (file["filename"], file["content"], file["thread"]) == ("note.txt", b"For the record", root)


async def test_a_token_that_is_refused_is_told_in_one_line(
    slack: SlackApi, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    slack.tokens_valid = False
    async with serving(make_channel(slack), assistant):
        await until(lambda: "SLACK_BOT_TOKEN was refused (invalid_auth)" in caplog.text)


@pytest.mark.parametrize("how", ["asked", "cut"])
async def test_it_connects_again(
    slack: SlackApi, assistant: Assistant, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_channel, "PING_SECONDS", 0.2)
    async with on_slack(slack, assistant):
        await (slack.disconnect() if how == "asked" else slack.drop_sockets())
        await slack.until(lambda: slack.connections == 2)
        root = slack.say("U1", mention("say hello"))
        await slack.until(lambda: slack.thread(ROOM, root))


async def test_slow_answers_are_announced(
    slack: SlackApi, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_channel, "WORKING_SECONDS", 0.1)
    assistant.delay = 0.4
    async with on_slack(slack, assistant):
        root = slack.say("U1", mention("say done"))
        notice = (await slack.until(lambda: slack.thread(ROOM, root)))[0]
        assert shown(notice) == "_Working on it …_"
        await slack.until(lambda: shown(slack.messages[ROOM, notice["ts"]]) == "done")
        await slack.quiet()
    assert len(slack.thread(ROOM, root)) == 1


async def test_replies_that_could_not_be_sent_go_out_at_the_next_start(
    slack: SlackApi, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.channels import base

    monkeypatch.setattr(base, "DRAIN_SECONDS", 0.2)
    slack.fail("chat.postMessage", *[Fault(status=503)] * 50)
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.1)
    async with on_slack(slack, assistant):
        root = slack.say("U1", mention("say hello"))
        await slack.until(lambda: any(call.method == "chat.postMessage" for call in slack.calls))
    slack.faults.clear()
    async with on_slack(slack, assistant):
        await slack.until(lambda: slack.thread(ROOM, root))
        await slack.quiet()
    assert slack.read(ROOM, root) == "hello" and len(assistant.heard) == 1


async def test_logs_hold_neither_words_nor_tokens(
    slack: SlackApi, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slack.fail("chat.postMessage", Fault(error="channel_not_found"))
    async with on_slack(slack, assistant):
        slack.say("U1", mention("say Mrs-Secret"))
        await slack.until(lambda: any(call.error == "channel_not_found" for call in slack.calls))
        await slack.quiet()
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("bot", "slack")))
    assert "Slack is on" in ours
    assert not any(secret in ours for secret in ("Mrs-Secret", "xoxb", "xapp", "ticket="))


# Load


@pytest.mark.parametrize("http", [False, True])
async def test_a_hundred_threads_at_once(slack: SlackApi, agent: Any, http: bool) -> None:
    agents = ["mycophenolate", "azathioprine", "tacrolimus", "methotrexate"]
    async with on_slack(slack, agent, http=http):
        roots = [slack.say(f"U{n}", mention(f"on {agents[n % 4]}, CT worse")) for n in range(100)]
        await slack.quiet(40)
        texts = [slack.read(ROOM, root) for root in roots]
    for number, text in enumerate(texts):
        assert f"Therapy now: {agents[number % 4]}; extent on CT" in text
        assert not any(other in text for other in agents if other != agents[number % 4])
    attempts = [seconds for delivery in slack.deliveries for seconds in delivery.attempts]
    assert len(attempts) == 200 and all(seconds is not None and seconds < ACK_SECONDS for seconds in attempts)
