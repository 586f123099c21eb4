"""Whole training dialogues on real Rasa: right, partly right and wrong at each step, stopped, resumed, and a real case
put aside meanwhile.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from bot.actions.training import BACK, KEPT
from bot.training.choices import choices
from bot.training.grading import grade
from bot.training.library import written_cases
from bot.training.model import Grade, Step
from bot.training.texts import MARK
from bot.training.truth import steps_of, truth_of
from tests.conftest import talk

on_rasa = pytest.mark.asyncio(loop_scope="session")

CASE_SLOTS = [
    "current_therapy",
    "previous_therapy",
    "goal_lung_function",
    "goal_ild_extent",
    "goal_breathlessness",
    "stability_acceptable",
    "fibrosis_on_ct",
    "ppf_symptoms",
    "ppf_physiology",
    "ppf_radiology",
    "ppf_stated",
    "progressive_pulmonary_fibrosis",
    "rapidly_progressive",
    "underlying_disease",
    "patient_features",
    "not_tolerated",
    "recommendation",
]
_numbers = itertools.count()


class Talk:
    """A conversation that remembers what was said in it."""

    def __init__(self, agent: Any) -> None:
        self.agent = agent
        self.sender = f"training-{next(_numbers)}"
        self.replies: list[dict[str, Any]] = []

    async def say(self, text: str) -> str:
        """Say something and return the replies as one text."""
        self.replies = await talk(self.agent, self.sender, text)
        assert self.replies, f"silence after {text!r}"
        return "\n".join(reply["text"] for reply in self.replies if reply.get("text"))

    async def slots(self) -> dict[str, Any]:
        tracker = await self.agent.tracker_store.retrieve(self.sender)
        return {name: tracker.get_slot(name) for name in CASE_SLOTS}

    async def loop(self) -> str | None:
        tracker = await self.agent.tracker_store.retrieve(self.sender)
        name: str | None = tracker.active_loop_name
        return name

    @property
    def buttons(self) -> dict[str, str]:
        """The buttons offered last, by label."""
        return {b["title"]: b["payload"] for reply in self.replies for b in reply.get("buttons") or []}


@pytest.fixture
def chat(agent: Any) -> Talk:
    return Talk(agent)


def answers(case_id: str, step: Step) -> dict[Grade, str]:
    """An answer by button of each grade that is offered."""
    truth = truth_of(written_cases()[case_id].facts())
    graded = ((grade(step, text, truth), text) for text in choices(written_cases()[case_id], step))
    return {given.grade: text for given, text in graded if given}


WORDS = {Grade.RIGHT: "**Right.**", Grade.PARTLY: "**Partly right.**", Grade.WRONG: "**Not right.**"}


@on_rasa
@pytest.mark.parametrize("wanted", [Grade.RIGHT, Grade.PARTLY, Grade.WRONG])
@pytest.mark.parametrize("case_id", ["ciclosporin-and-ppf", "mda5-rapid", "stopped-for-diarrhoea"])
async def test_a_whole_case_with_answers_of_one_grade(chat: Talk, case_id: str, wanted: Grade) -> None:
    await chat.say(f"train me {case_id}")
    case = written_cases()[case_id]
    for step in steps_of(case):
        if step is Step.WORK_UP:
            if wanted is Grade.RIGHT:
                await chat.say("previous treatment? CT compared? oxygen? why was it stopped? FVC?")
            text = await chat.say("ready")
            assert WORDS[Grade.RIGHT if wanted is Grade.RIGHT else Grade.WRONG] in text
            continue
        offered = answers(case_id, step)
        given = wanted if wanted in offered else Grade.RIGHT
        text = await chat.say(offered[given])
        assert WORDS[given] in text, (step, offered[given], text)
    assert "The case is finished" in text
    assert await chat.slots() == dict.fromkeys(CASE_SLOTS)


@on_rasa
async def test_every_message_of_training_says_that_it_is_fictional(chat: Talk) -> None:
    await chat.say("hello")
    for text in [
        "train me",
        "my progress",
        "who sees what",
        "topic ppf",
        "hint",
        "what counts as PPF?",
        "asdf",
        "help",
        "the case",
        "skip",
        "skip",
        "thanks",
        "stop training",
    ]:
        await chat.say(text)
        training = chat.replies[:1] if text == "stop training" else chat.replies
        unmarked = [reply["text"] for reply in training if reply.get("text") and not reply["text"].startswith(MARK)]
        assert not unmarked, text


@on_rasa
async def test_facts_have_to_be_asked_for_and_the_right_ones_count(chat: Talk) -> None:
    first = await chat.say("train me dlco-and-anaemia")
    assert "62 to 50" not in first
    assert "62 to 50" in await chat.say("DLCO?")
    assert "62 to 56" in await chat.say("Is that Hb-corrected?")
    text = await chat.say("ready")
    assert "**Partly right.** Missed: comparison with the earlier CT." in text
    assert "CT is stable" in text  # the rest is told before the decisions


@on_rasa
async def test_several_answers_at_once_in_plain_words(chat: Talk) -> None:
    await chat.say("train me tacrolimus-on-board")
    await chat.say("DLCO and previous CT?")
    await chat.say("ready")
    assert WORDS[Grade.RIGHT] in await chat.say("only the FVC got worse")
    assert WORDS[Grade.RIGHT] in await chat.say("no, stable CT and symptoms")
    assert WORDS[Grade.RIGHT] in await chat.say("yes")
    text = await chat.say("RTX, CYC and switch tac to CsA")
    assert WORDS[Grade.PARTLY] in text
    assert "JAK inhibitor and IVIG" in text
    assert "switch to ciclosporin, instead of tacrolimus" in text


@on_rasa
async def test_a_letter_is_an_answer(chat: Talk) -> None:
    text = await chat.say("train me mycophenolate-failing")
    letter = next(line[0] for line in text.splitlines() if line.endswith(") Lung function failed"))
    assert chat.buttons[letter] == "Lung function failed"
    assert WORDS[Grade.RIGHT] in await chat.say(letter.lower())


@on_rasa
async def test_hint_skip_and_why(chat: Talk) -> None:
    await chat.say("train me tacrolimus-on-board")
    assert "Hint: 2 more findings" in await chat.say("hint")
    await chat.say("ready")
    assert "Skipped." in await chat.say("I don't know")
    assert "The treatment goals" in await chat.say("why?")
    text = await chat.say("what counts as PPF?")
    assert "at least two of three" in text
    assert "Step 3 of" in text  # the decision is asked again


@on_rasa
async def test_words_of_a_fictional_case_never_reach_the_real_one(chat: Talk) -> None:
    await chat.say("train me on PPF")
    assert await chat.loop() == "training_form"
    for text in ["on rituximab, FVC worse", "PPF present", "she is on tacrolimus and pred", "rapidly progressive"]:
        await chat.say(text)
        assert await chat.slots() == dict.fromkeys(CASE_SLOTS)
    await chat.say("stop training")
    assert await chat.slots() == dict.fromkeys(CASE_SLOTS)
    assert await chat.loop() is None


@on_rasa
async def test_a_real_case_is_put_aside_and_comes_back_with_its_answer(chat: Talk) -> None:
    await chat.say("on MMF and pred, nothing tried before, FVC 72 to 65 in 8 months, more breathless, CT stable")
    await chat.say("fibrosis on CT")
    before = await chat.slots()
    assert before["recommendation"]
    assert KEPT in await chat.say("train me")
    assert await chat.slots() == dict.fromkeys(CASE_SLOTS)
    await chat.say("case rituximab-behind")
    await chat.say("ready")
    await chat.say("lung function and breathlessness")
    assert BACK in await chat.say("stop")
    assert await chat.slots() == before
    assert "goals" in (await chat.say("why")).lower()  # the answer that was given explains itself again


@on_rasa
async def test_a_question_that_was_open_is_asked_again_afterwards(chat: Talk) -> None:
    asked = await chat.say("on tacrolimus")
    await chat.say("quiz me")
    text = await chat.say("stop training")
    assert "How did lung function" in asked
    assert "How did lung function" in text
    assert await chat.loop() == "case_form"
    await chat.say("worse")
    slots = await chat.slots()
    assert slots["goal_lung_function"] == "not_achieved"
    assert slots["current_therapy"] == ["tacrolimus"]


@on_rasa
async def test_a_new_real_patient_begins_clean_and_the_training_case_waits(chat: Talk) -> None:
    await chat.say("on azathioprine, lungs worse")
    await chat.say("train me rituximab-behind")
    await chat.say("/new")
    assert await chat.slots() == dict.fromkeys(CASE_SLOTS)
    assert await chat.loop() == "case_form"
    await chat.say("train me")
    assert "Resume my case" in chat.buttons
    assert "54-year-old woman" in await chat.say("resume my case")


@on_rasa
async def test_next_case_within_training_stays_in_training(chat: Talk) -> None:
    await chat.say("train me")
    await chat.say("next case")
    assert await chat.loop() == "training_form"


@on_rasa
async def test_a_case_goes_on_after_a_restart(chat: Talk, trained_model: Any) -> None:
    from bot.runtime.agent import close_stores, load_agent, open_endpoints
    from bot.runtime.project import Project
    from bot.training import database

    await chat.say("train me old-honeycombing")
    await chat.say("previous CT?")
    database._memory.cache_clear()
    endpoints = await open_endpoints(Project())
    chat.agent = load_agent(trained_model, endpoints)
    text = await chat.say("the case")
    assert "honeycombing is unchanged" in text  # what was asked for is still on the table
    await chat.say("stop training")
    database._memory.cache_clear()
    text = await chat.say("resume training")
    assert "honeycombing is unchanged" in text
    assert "Step 1 of" in text
    assert WORDS[Grade.RIGHT] in await chat.say("ready")
    await close_stores(endpoints)


@on_rasa
async def test_questions_on_the_way_are_answered_and_graded_by_nobody(chat: Talk) -> None:
    await chat.say("train me mycophenolate-failing")
    for question, words in [
        ("what are the risks of tofacitinib?", "tuberculosis"),
        ("Why not rituximab?", "hepatitis B"),
        ("sources?", "10.1183/13993003.02533-2024"),
    ]:
        text = await chat.say(question)
        assert words in text, text
        assert "Step 1 of 6" in text
    assert "not decided anything yet" in await chat.say("my progress")


@on_rasa
async def test_a_team_votes_and_each_voice_counts_once(chat: Talk) -> None:
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

    async def vote(person: str, text: str) -> str:
        message = UserMessage(text, CollectingOutputChannel(), chat.sender, metadata={"person": person})
        chat.replies = await chat.agent.handle_message(message) or []
        return "\n".join(reply["text"] for reply in chat.replies if reply.get("text"))

    await vote("anna", "team training")
    await vote("anna", "menu")
    await vote("anna", "mycophenolate-failing")
    await vote("anna", "all three")
    await vote("ben", "breathlessness")
    text = await vote("anna", "lung function")
    assert "Votes so far: 2" in text
    assert "Show the answer" in chat.buttons
    text = await vote("ben", "reveal")
    assert "How the group decided" in text
    assert "1 of 2 right" in text


@on_rasa
async def test_progress_comes_with_a_picture(chat: Talk) -> None:
    await chat.say("train me mycophenolate-failing")
    await chat.say("lung function")
    text = await chat.say("my progress")
    assert "1 case, 1 decision, 1 day in a row" in text
    image = next(reply["image"] for reply in chat.replies if reply.get("image"))
    assert image.endswith(".png")
    await chat.say("delete my training data")
    assert "Deleted: 1 results" in await chat.say("yes")
    assert "not decided anything yet" in await chat.say("my progress")
    assert not Path(image).exists()
