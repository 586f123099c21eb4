"""Slack: a team in a thread, with the real assistant behind the real channel, in Socket Mode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.channels import slack_api
from tests.channels.slack_api import SlackApi, broadcasts, mention, shown, titles
from tests.channels.slack_bot import on_slack

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANNA, BERT, CORA, GUEST = "U0ANNA", "U0BERT", "U0CORA", "U0GUEST"
ROOM, OTHER_ROOM, DIRECT = "C0001", "C0002", "D0001"
FIRST = mention("on MMF and prednisolone, CT worse with more reticulation")


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackApi]:
    async with slack_api.running() as api:
        for user, name in ((ANNA, "Anna Lee"), (BERT, "Bert Okoro"), (CORA, "Cora Diaz")):
            api.add_user(user, name)
        api.add_user(GUEST, "Gus Guest", is_restricted=True)
        yield api


class Thread:
    """A thread as its members use it."""

    def __init__(self, api: SlackApi, channel: str, ts: str) -> None:
        self.api, self.channel, self.ts = api, channel, ts
        self.seen = 0

    async def answers(self, count: int) -> list[dict[str, Any]]:
        """Wait for at least so many new messages of the bot, and return them."""
        await self.api.until(lambda: self._new(count))
        await self.api.quiet()
        found = self._new(count) or []
        self.seen += len(found)
        return found

    async def silence(self) -> None:
        await self.api.quiet()
        assert not self._new(1), self.text()
        assert all(delivery.acknowledged for delivery in self.api.deliveries)

    async def say(self, user: str, text: str, answers: int = 1, **extra: Any) -> list[dict[str, Any]]:
        self.api.say(user, text, self.channel, self.ts, **extra)
        return await self.answers(answers)

    async def press(self, user: str, message: dict[str, Any], title: str, answers: int = 1) -> list[dict[str, Any]]:
        self.api.press(user, self.channel, message["ts"], title)
        return await self.answers(answers)

    def text(self) -> str:
        return self.api.read(self.channel, self.ts)

    def _new(self, count: int) -> list[dict[str, Any]] | None:
        messages = self.api.thread(self.channel, self.ts)[self.seen :]
        return messages if len(messages) >= count else None


async def opened(api: SlackApi, text: str = FIRST, user: str = ANNA, channel: str = ROOM) -> Thread:
    thread = Thread(api, channel, api.say(user, text, channel))
    await thread.answers(2)  # who I am, and the first answer
    return thread


def joined(messages: list[dict[str, Any]]) -> str:
    return "\n".join(map(shown, messages))


async def test_a_mention_opens_a_thread_and_everybody_adds_to_it(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        assert "Therapy now: mycophenolate, prednisolone" in thread.text()
        answer = await thread.say(BERT, "FVC 72 to 66 over 8 months, breathing stable", 2)
        assert "Treatment goals not reached" in shown(answer[0])
        assert "Cautions" in titles(answer[1])
        tracker = await agent.tracker_store.retrieve(f"slack:T0001:{ROOM}:{thread.ts}")
    assert tracker.get_slot("goal_lung_function") == "not_achieved"
    assert tracker.get_slot("current_therapy") == ["mycophenolate", "prednisolone"]
    assert {message["thread_ts"] for message in slack.thread(ROOM, "")} == {thread.ts}


async def test_it_is_quiet_when_people_talk_to_each_other(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        for user, text in (
            (BERT, "Anna, lunch at 12?"),
            (ANNA, "yes"),
            (BERT, "is she still on MMF?"),
            (ANNA, f"<@{BERT}> yes, worse"),
            (CORA, "next patient"),
            (CORA, "no idea, ask the radiologist"),
        ):
            slack.say(user, text, ROOM, thread.ts)
        await thread.silence()
        await thread.say(ANNA, mention("thanks"))


async def test_talk_outside_of_a_case_is_not_its_business(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        slack.say(ANNA, "on MMF, FVC 72 to 66")
        root = slack.say(BERT, "another topic")
        slack.say(ANNA, "CT worse", ROOM, root)
        await slack.quiet()
    assert not slack.thread(ROOM, "")


async def test_two_threads_and_a_direct_message_never_mix(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        one = await opened(slack, mention("on MMF"))
        two = await opened(slack, mention("on azathioprine"), BERT)
        slack.say(ANNA, "on tacrolimus", DIRECT)
        await slack.until(lambda: len(slack.thread(DIRECT, "")) == 2)
        await one.say(BERT, "CT stable")
        await two.say(ANNA, "CT better")
    assert "mycophenolate" in one.text() and "stable" in one.text()
    assert "azathioprine" in two.text() and "Extent on CT: reached" in two.text()
    assert "azathioprine" not in one.text() and "mycophenolate" not in two.text()
    assert "tacrolimus" in slack.read(DIRECT) and "tacrolimus" not in one.text() + two.text()
    assert not any("thread_ts" in message for message in slack.thread(DIRECT, ""))


async def test_a_question_is_answered_by_a_button_that_gives_way_to_the_choice(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        question = slack.thread(ROOM, thread.ts)[-1]
        title = titles(question)[0]
        await thread.press(BERT, question, title)
        changed = await slack.until(lambda: _without_buttons(slack, question))
        assert f"✓ *{title}* · <@{BERT}>" in shown(changed)
        assert shown(question) in shown(changed)


def _without_buttons(slack: SlackApi, message: dict[str, Any]) -> dict[str, Any] | None:
    now = slack.messages[ROOM, message["ts"]]
    return None if titles(now) else now


async def test_only_the_first_of_two_presses_counts(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        question = slack.thread(ROOM, thread.ts)[-1]
        assert titles(question)[:2] == ["Worse", "Not worse"]
        slack.press(BERT, ROOM, question["ts"], "Worse")
        slack.press(ANNA, ROOM, question["ts"], "Not worse")
        await slack.quiet()
        tracker = await agent.tracker_store.retrieve(f"slack:T0001:{ROOM}:{thread.ts}")
    assert tracker.get_slot("ppf_symptoms") is True


async def test_what_only_shows_something_brings_the_other_buttons_again(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        answer = await thread.say(BERT, "FVC 72 to 66 over 8 months, breathing stable", 2)
        why = await thread.press(ANNA, answer[1], "Why?")
        changed = slack.messages[ROOM, answer[1]["ts"]]
        assert not titles(changed) and f"✓ *Why?* · <@{ANNA}>" in shown(changed)
        assert {"Nothing tried before", "Cautions", "Sources"} <= set(titles(why[-1]))
        sources = await thread.press(BERT, why[-1], "Sources")
        assert "10.1183/13993003.02533-2024" in joined(sources)
        await thread.press(CORA, sources[-1], "Nothing tried before")
        tracker = await agent.tracker_store.retrieve(f"slack:T0001:{ROOM}:{thread.ts}")
    assert tracker.get_slot("previous_therapy") == []


async def test_contradictions_are_named_and_asked(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        (question,) = await thread.say(BERT, "the CT is stable")
        assert f"<@{ANNA}>: not reached" in shown(question) and f"<@{BERT}>: stable" in shown(question)
        assert titles(question) == ["Not reached", "Stable"]
        conversation = f"slack:T0001:{ROOM}:{thread.ts}"
        tracker = await agent.tracker_store.retrieve(conversation)
        assert tracker.get_slot("goal_ild_extent") == "not_achieved"
        (summary, *_) = await thread.say(CORA, "summary")
        assert "In dispute" in shown(summary) and "Anna Lee" in shown(summary) and "Bert Okoro" in shown(summary)
        decision, *_ = await thread.press(CORA, question, "Stable", 2)
        assert f"stable*, as <@{CORA}> decided" in shown(decision)
        tracker = await agent.tracker_store.retrieve(conversation)
        assert tracker.get_slot("goal_ild_extent") == "stable"
        (summary, *_) = await thread.say(CORA, "summary")
    assert "In dispute" not in shown(summary)
    assert 'Extent on CT: stable ("CT is stable") – Bert Okoro, Cora Diaz (decided)' in shown(summary)


async def test_a_contradiction_is_settled_in_words(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        await thread.say(BERT, "the CT is stable")
        (decision, *_) = await thread.say(CORA, "worse")
        assert f"not reached*: kept, as <@{CORA}> decided" in shown(decision)
        tracker = await agent.tracker_store.retrieve(f"slack:T0001:{ROOM}:{thread.ts}")
    assert tracker.get_slot("goal_ild_extent") == "not_achieved"


async def test_a_contradiction_on_an_agent_keeps_the_rest_of_the_message(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        answers = await thread.say(BERT, "MMF was stopped. FVC 72 to 66 over 8 months.", 3)
        assert "Not reached: lung function" in shown(answers[0])
        assert "You differ on mycophenolate" in shown(answers[-1])
        await thread.press(ANNA, answers[-1], "Taken before", 2)
        tracker = await agent.tracker_store.retrieve(f"slack:T0001:{ROOM}:{thread.ts}")
    assert tracker.get_slot("previous_therapy") == ["mycophenolate"]
    assert tracker.get_slot("current_therapy") == ["prednisolone"]


async def test_who_corrects_himself_is_not_asked(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack, mention("on MMF, CT worse"))
        (answer,) = await thread.say(ANNA, "sorry, the CT is stable")
    assert "differ" not in shown(answer)


async def test_the_summary_for_the_record(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        await thread.say(BERT, "FVC 72 to 66 over 8 months, breathing stable", 2)
        slack.say(CORA, "FVC 72 to 66", ROOM, thread.ts)
        await thread.silence()
        (summary, *_) = await thread.say(CORA, "Summary, please")
    text = shown(summary)
    for line in (
        'Lung function: not reached ("FVC 72 to 66 over 8 months") – Bert Okoro, Cora Diaz',
        "Mycophenolate: taken now",
        "– Anna Lee",
        "*Missing*",
        "Therapy before",
        "Treatment goals not reached",
        "Rituximab: add or switch",
        "ERS/EULAR CTD-ILD guideline 2025",
    ):
        assert line in text, text


@pytest.mark.parametrize("words", ["new: on azathioprine", "next patient. On azathioprine."])
async def test_new_in_a_thread_begins_an_empty_case(slack: SlackApi, agent: Any, words: str) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        old = slack.thread(ROOM, thread.ts)[-1]
        begun = await thread.say(BERT, mention(words), 2)
        assert "differ" not in joined(begun)
        (stale,) = await thread.press(ANNA, old, titles(old)[0])
        assert "earlier patient" in shown(stale)
        (summary, *_) = await thread.say(CORA, "summary")
    assert "Azathioprine" in shown(summary) and "Mycophenolate" not in shown(summary)
    assert "Anna Lee" not in shown(summary)


async def test_an_edit_corrects_what_was_said(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack, mention("on MMF"))
        slack.say(ANNA, "CT worse", ROOM, thread.ts)
        await thread.answers(1)
        said = max(ts for (_, ts), message in slack.messages.items() if message["text"] == "CT worse")
        slack.edit(ANNA, ROOM, said, "CT stable")
        await thread.answers(1)
        tracker = await agent.tracker_store.retrieve(f"slack:T0001:{ROOM}:{thread.ts}")
    assert tracker.get_slot("goal_ild_extent") == "stable"


async def test_forget_deletes_the_thread(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent) as channel:
        thread = await opened(slack)
        (answer,) = await thread.say(ANNA, mention("forget"))
        assert shown(answer).startswith("Deleted: 1 conversation")
        assert not await agent.tracker_store.exists(f"slack:T0001:{ROOM}:{thread.ts}")
        assert await channel.store.notes(f"T0001:{ROOM}:{thread.ts}") is None
        slack.say(ANNA, "on azathioprine", ROOM, thread.ts)
        await thread.silence()


HOSTILE = (
    "on MMF <!channel> <!here> @channel <@U0CORA> *b* _i_ ~s~ `c` > q & <http://x.test|y> :skull: **x** \ue000U1\ue001"
)


async def test_no_text_breaks_the_reply_or_calls_everybody(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack, mention("CT worse &lt;!channel&gt; more reticulation"))
        slack.say(BERT, HOSTILE.replace("&", "&amp;"), ROOM, thread.ts)
        slack.say(BERT, mention("banana &lt;!channel&gt; &lt;@U0CORA&gt; *b* `c` &amp;lt;"), ROOM, thread.ts)
        await slack.quiet()
        await thread.say(CORA, "summary")
    sent = slack.thread(ROOM, thread.ts)
    assert len(sent) >= 4
    assert not any(map(broadcasts, sent))
    assert not [call for call in slack.calls if call.error]


async def test_guests_programs_and_strangers_are_ignored(slack: SlackApi, agent: Any) -> None:
    slack.add_user("U0ROBOT", is_bot=True)
    slack.add_user("U0ALIEN", team_id="T9999")
    async with on_slack(slack, agent):
        thread = await opened(slack, mention("on MMF"))
        slack.say(GUEST, mention("CT worse"))
        slack.say(GUEST, "CT worse", ROOM, thread.ts)
        slack.say("U0ROBOT", mention("CT worse"))
        slack.say(ANNA, mention("CT worse"), bot_id="B0002", subtype="bot_message")
        slack.say("U0ALIEN", mention("CT worse"), user_team="T9999")
        slack.say("U0ALIEN", mention("CT worse"))
        question = slack.thread(ROOM, thread.ts)[-1]
        slack.press(GUEST, ROOM, question["ts"], titles(question)[0])
        await thread.silence()
    assert {message["thread_ts"] for message in slack.thread(ROOM, "")} == {thread.ts}


async def test_nobody_sets_slots_by_typing_them(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack, mention("on MMF"))
        (answer,) = await thread.say(ANNA, mention('/inform{"goal_ild_extent": "stable"}'))
        assert "I do not know that command" in shown(answer)
        tracker = await agent.tracker_store.retrieve(f"slack:T0001:{ROOM}:{thread.ts}")
    assert tracker.get_slot("goal_ild_extent") is None


async def test_who_sends_too_much_is_told_once_and_talk_does_not_count(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent, limit=3):
        thread = await opened(slack, mention("on MMF"))
        for _ in range(5):
            slack.say(ANNA, "lunch at 12?", ROOM, thread.ts)
        await thread.say(ANNA, "CT worse")
        await thread.say(ANNA, "CT stable")
        (told,) = await thread.say(ANNA, "CT better")
        assert "That was a lot at once" in shown(told)
        slack.say(ANNA, "CT worse", ROOM, thread.ts)
        await thread.silence()
        await thread.say(BERT, "FVC 72 to 66")


async def test_a_file_is_not_read_but_its_words_are(slack: SlackApi, agent: Any) -> None:
    files = [{"id": "F1", "name": "letter.pdf"}]
    async with on_slack(slack, agent):
        thread = await opened(slack, mention("on MMF"))
        slack.say(BERT, "", ROOM, thread.ts, subtype="file_share", files=files)
        await thread.silence()
        answers = await thread.say(BERT, "CT worse", subtype="file_share", files=files)
    assert "I can read typed text only" in shown(answers[0]) and "Extent on CT: not reached" in joined(answers)


async def test_what_is_said_at_once_is_taken_in_its_order(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack, mention("on MMF"))
        slack.say(ANNA, "CT worse", ROOM, thread.ts)
        slack.say(ANNA, mention("sorry, the CT is stable"), ROOM, thread.ts)
        slack.say(ANNA, "no, CT better", ROOM, thread.ts)
        await slack.quiet()
        tracker = await agent.tracker_store.retrieve(f"slack:T0001:{ROOM}:{thread.ts}")
    assert tracker.get_slot("goal_ild_extent") == "achieved"


async def test_the_allowlist_of_channels_and_workspaces(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent, allowed=f"T0001, {OTHER_ROOM}"):
        slack.say(ANNA, mention("on MMF"), ROOM)
        await opened(slack, mention("on MMF"), channel=OTHER_ROOM)
        await slack.quiet()
    assert not slack.thread(ROOM, "")
    async with on_slack(slack, agent, allowed="T7777"):
        slack.say(ANNA, mention("on MMF"), "C0003")
        await slack.quiet()
    assert not slack.thread("C0003", "")


async def test_the_slash_command(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        help_ = slack.slash(BERT, "help")
        await slack.until(lambda: help_.acknowledged)
        assert "A thread is a case" in help_.answer["text"]
        nothing = slack.slash(BERT, "summary", "C0009")
        await slack.until(lambda: slack.ephemeral)
        assert nothing.acknowledged and "no case here yet" in shown(slack.ephemeral[0])
        slack.slash(ANNA, "new on azathioprine, CT worse")
        root = await slack.until(lambda: next(iter(slack.thread(ROOM, "")), None))
        assert shown(root) == f"New case, opened by <@{ANNA}>. Everybody may add to it in this thread."
        thread = Thread(slack, ROOM, root["ts"])
        await thread.answers(2)
        assert "azathioprine" in thread.text()
        slack.slash(BERT, "summary")
        await slack.until(lambda: len(slack.ephemeral) > 1)
        assert "Azathioprine: taken now" in shown(slack.ephemeral[1]) and slack.ephemeral[1]["user"] == BERT
        slack.slash(CORA, "train")
        await slack.until(lambda: len([m for m in slack.thread(ROOM, "") if "thread_ts" not in m]) == 2)
        slack.channels["C0008"] = {"id": "C0008", "kind": "channel", "is_member": False, "is_archived": False}
        slack.slash(ANNA, "new", "C0008")
        await slack.until(lambda: "Invite me" in joined(slack.ephemeral))
        await slack.quiet()


async def test_training_in_a_thread_leaves_the_case_alone(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        thread = await opened(slack)
        await thread.say(BERT, mention("train"))
        await thread.say(CORA, "B")
        slack.say(ANNA, f"<@{BERT}> what would you take?", ROOM, thread.ts)
        await thread.silence()
        await thread.say(BERT, "stop training")
        (summary, *_) = await thread.say(BERT, "summary")
    assert "Prednisolone: taken now" in shown(summary)
    assert "Anna Lee" in shown(summary) and "Bert Okoro" not in shown(summary)


async def test_the_home_tab_has_a_short_guide(slack: SlackApi, agent: Any) -> None:
    async with on_slack(slack, agent):
        slack.open_home(ANNA)
        view = await slack.until(lambda: slack.homes.get(ANNA))
    assert "A thread is a case" in shown(view)
