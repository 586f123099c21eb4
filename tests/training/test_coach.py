"""The dialogue of training without Rasa: commands, grading on the way, groups, team mode, what comes next."""

from __future__ import annotations

import pytest

from bot.training.coach import Coach, Person
from bot.training.commands import asks_something, opens_training, requests_in
from bot.training.library import written_cases
from bot.training.memory import Memory
from bot.training.model import Grade, Step
from bot.training.session import Session, Stage
from bot.training.texts import WHO_SEES_WHAT
from bot.training.truth import steps_of
from tests.training.conftest import ANNA, Clock, in_case, said

TEAM = Person("thread", "anna")


def play(coach: Coach, session: Session, *messages: str, person: Person = ANNA) -> Session:
    """Say things, and return the state after them."""
    for message in messages:
        turn = coach.turn(session, person, message)
        assert turn.session, message
        session = turn.session
    return session


def test_a_level_a_topic_or_a_case_opens_one_at_once(coach: Coach) -> None:
    for text in ["train me", "/train", "training please"]:
        assert coach.begin(ANNA, text).session == Session()
    for text in ["train me on PPF", "hard training", "train me weak-muscles", "train us"]:
        opened = coach.begin(ANNA, text).session
        assert opened
        assert opened.stage is Stage.CASE


def test_the_menu_takes_levels_and_topics_by_word_or_button(coach: Coach) -> None:
    for button in coach.question(Session(), ANNA).buttons:
        turn = coach.turn(Session(), ANNA, button.payload)
        assert turn.understood, button.payload
    session = coach.turn(Session(), ANNA, "something hard").session
    assert session
    assert written_cases()[str(session.case)].level == "hard"


def test_a_topic_chosen_is_what_the_case_trains(coach: Coach) -> None:
    from bot.training.schedule import case_by_id
    from bot.training.truth import topics_of

    for topic in ["goals", "ppf", "options", "calcineurin switch", "nintedanib", "cautions", "red flags"]:
        session = coach.begin(ANNA, f"train me on {topic}").session
        assert session
        assert topic.replace(" ", "_") in topics_of(case_by_id(str(session.case)))


def test_a_finding_is_revealed_once_it_is_asked_for(coach: Coach) -> None:
    session = in_case("dlco-and-anaemia")
    turn = coach.turn(session, ANNA, "what was the DLCO, and is there an older CT to compare?")
    assert "62 to 50" in said(turn)
    assert "reticulation as before" in said(turn)
    assert turn.session
    assert turn.session.asked == ("dlco", "previous_ct")


def test_what_the_record_does_not_hold_is_said_so(coach: Coach) -> None:
    assert "nothing beyond what the case says" in said(coach.turn(in_case("weak-muscles"), ANNA, "creatinine?"))


@pytest.mark.parametrize(
    ("asked", "grade"), [((), Grade.WRONG), (("fvc",), Grade.PARTLY), (("fvc", "muscle"), Grade.RIGHT)]
)
def test_asking_for_what_matters_counts(coach: Coach, memory: Memory, asked: tuple[str, ...], grade: Grade) -> None:
    turn = coach.turn(in_case("weak-muscles", asked=asked), ANNA, "ready")
    assert turn.session
    assert turn.session.place == 1
    assert [result.grade for result in memory.results("anna")] == [grade]


def test_a_finding_is_still_told_during_the_decisions(coach: Coach) -> None:
    session = in_case("weak-muscles", place=1)
    assert "70 to 61" in said(coach.turn(session, ANNA, "FVC?"))


def test_what_cannot_be_read_is_neither_graded_nor_counted(coach: Coach, memory: Memory) -> None:
    session = in_case("mycophenolate-failing")
    for text in ["hmm", "xyz", "what is that?", "Why should I know?", "?"]:
        turn = coach.turn(session, ANNA, text)
        assert not turn.understood, text
        assert turn.session == session
    assert memory.results("anna") == []


def test_a_hint_is_remembered_with_the_result(coach: Coach, memory: Memory) -> None:
    play(coach, in_case("mycophenolate-failing"), "hint", "only lung function")
    (result,) = memory.results("anna")
    assert result.hinted
    assert result.grade is Grade.RIGHT
    assert result.point == "goals:failed"


def test_why_explains_the_decision_just_made_and_none_to_come(coach: Coach) -> None:
    session = in_case("ciclosporin-and-ppf", place=1)
    assert not coach.turn(session, ANNA, "why?").understood
    session = play(coach, session, "all three", "yes, all three", "yes")
    assert "add, or switch to" in said(coach.turn(session, ANNA, "why?"))
    session = play(coach, session, "all five")
    assert "switch to tacrolimus, instead of ciclosporin" in said(coach.turn(session, ANNA, "why not ciclosporin?"))


def test_stop_keeps_the_case_for_another_day(coach: Coach, clock: Clock) -> None:
    session = play(coach, in_case("rituximab-behind"), "DLCO?", "ready", "FVC and breathlessness")
    assert coach.turn(session, ANNA, "stop training").session is None
    clock.pass_days(5)
    resumed = coach.begin(ANNA, "resume training")
    assert resumed.session == session
    assert "54-year-old woman" in said(resumed)


def test_a_finished_case_is_not_offered_again(coach: Coach, memory: Memory) -> None:
    session = in_case("stable-everything")
    for answer in ["none", "no", "it depends on whether stable is enough", "not indicated"]:
        session = play(coach, session, answer)
    assert session.stage is Stage.MENU
    assert memory.open_case("anna") is None
    assert {result.grade for result in memory.results("anna")} == {Grade.RIGHT}


def test_skipping_every_step_ends_the_case(coach: Coach, memory: Memory) -> None:
    session = in_case("whole-list-tried")
    for step in steps_of(written_cases()["whole-list-tried"]):
        session = play(coach, session, "ready" if step is Step.WORK_UP else "skip")
    assert not session.fresh
    assert [result.grade for result in memory.results("anna")][1:] == [Grade.SKIPPED] * 6


# Groups and what others see


def test_a_resident_sees_who_sees_what_before_joining(coach: Coach, memory: Memory, clock: Clock) -> None:
    group = memory.create_group("Ward 5", clock())
    turn = coach.turn(Session(), ANNA, f"join {group.code.lower()} as Anna")
    assert WHO_SEES_WHAT in said(turn)
    assert "Ward 5" in said(turn)
    assert memory.members(group.code) == []
    assert turn.session
    play(coach, turn.session, "yes")
    assert memory.members(group.code) == [("anna", "Anna")]


def test_joining_can_be_declined_ended_and_needs_a_code_that_exists(coach: Coach, memory: Memory, clock: Clock) -> None:
    group = memory.create_group("Ward 5", clock())
    play(coach, in_case("mycophenolate-failing"), f"join {group.code}", "not now")
    assert memory.members(group.code) == []
    assert "no group with this code" in said(coach.turn(Session(), ANNA, "join ABCDEFGH"))
    play(coach, Session(), f"join {group.code}", "yes")
    assert memory.members(group.code) == [("anna", "Resident 1")]
    play(coach, Session(), "leave group")
    assert memory.members(group.code) == []


def test_joining_in_the_middle_of_a_case_goes_back_to_it(coach: Coach, memory: Memory, clock: Clock) -> None:
    group = memory.create_group("Ward 5", clock())
    session = in_case("mycophenolate-failing")
    assert play(coach, session, f"join {group.code}", "yes") == session


def test_deletion_asks_once_and_leaves_nothing(coach: Coach, memory: Memory, clock: Clock) -> None:
    group = memory.create_group("Ward 5", clock())
    session = play(coach, in_case("mycophenolate-failing"), f"join {group.code}", "yes", "lung function", "my progress")
    assert play(coach, session, "delete my training data", "no") == session
    assert memory.results("anna")
    play(coach, session, "delete my training data", "yes")
    assert memory.results("anna") == []
    assert memory.members(group.code) == []
    assert memory.open_case("anna") is None


# Team mode


def test_the_group_votes_and_hears_how_it_decided(coach: Coach, memory: Memory) -> None:
    session = in_case("mycophenolate-failing", team=True)
    for voice, vote in [
        ("anna", "all three"),
        ("ben", "lung function"),
        ("cem", "A"),
        ("anna", "Lung function failed"),
        ("ben", "Lung function failed"),
    ]:
        turn = coach.turn(session, Person("thread", voice), vote)
        assert said(turn) == "Vote taken."
        assert turn.session
        session = turn.session
    assert "Votes so far: 3" in coach.question(session, TEAM).text
    told = said(coach.turn(session, TEAM, "reveal"))
    assert "- 2 × Lung function failed" in told
    assert "2 of 3 right" in told
    assert "**Right.**" in told
    assert [result.grade for result in memory.results("ben")] == [Grade.RIGHT]
    assert [result.grade for result in memory.results("cem")] != [Grade.RIGHT]


def test_no_answer_is_told_before_somebody_has_voted(coach: Coach) -> None:
    session = in_case("mycophenolate-failing", team=True)
    turn = coach.turn(session, TEAM, "reveal")
    assert said(turn) == "Nobody has voted yet."
    assert turn.session == session


# Words


@pytest.mark.parametrize(
    "text", ["train me", "Train me on PPF, please", "quiz us", "teach me PPF criteria", "resume training", "training"]
)
def test_a_message_that_asks_for_training_is_told_apart(text: str) -> None:
    assert opens_training(text)


@pytest.mark.parametrize(
    "text",
    [
        "on MMF, exercise training twice a week",
        "physiotherapy and training of the respiratory muscles, FVC 72 to 66 in 8 months",
        "she was in pulmonary rehab training and is on tacrolimus",
        "what is PPF?",
    ],
)
def test_training_of_a_patient_is_no_such_message(text: str) -> None:
    assert not opens_training(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("DLCO?", ("dlco",)),
        ("Hb-corrected?", ("hb_correction",)),
        ("previous CT?", ("previous_ct",)),
        ("how about PFTs", ("fvc", "dlco")),
        ("Any fever or positive cultures? Echo?", ("infection", "heart")),
        ("does she smoke, is she pregnant", ("risks", "pregnancy")),
        ("what did he get before, and why was it stopped", ("tolerance",)),
        ("MIP/MEP", ("muscle",)),
        ("is a stable course acceptable", ("stability",)),
        ("thank you", ()),
    ],
)
def test_requests_of_the_work_up_are_understood(text: str, wanted: tuple[str, ...]) -> None:
    assert set(wanted) <= set(requests_in(text))
    assert bool(wanted) == bool(requests_in(text))


@pytest.mark.parametrize(
    "text", ["Should be added, there is PPF", "has been tried", "does not apply", "what's left is a CNI"]
)
def test_an_answer_that_begins_like_a_question_is_an_answer(text: str) -> None:
    assert not asks_something(text)
    assert asks_something(f"{text}?")


def test_to_stop_nintedanib_does_not_stop_training(coach: Coach) -> None:
    place = steps_of(written_cases()["nintedanib-running"]).index(Step.NINTEDANIB)
    asked = in_case("nintedanib-running", place)
    assert "Not right" in said(coach.turn(asked, ANNA, "stop it"))
    assert "has stopped" in said(coach.turn(asked, ANNA, "stop training"))


def test_the_own_record_is_shown_outside_training_too(coach: Coach) -> None:
    assert opens_training("my progress")
    assert "not decided anything yet" in said(coach.begin(ANNA, "my progress"))
    deleting = coach.begin(ANNA, "forget me").session
    assert deleting
    assert deleting.stage is Stage.DELETING
    for text in ["progress", "results", "my patient is progressing"]:
        assert not opens_training(text)


def test_a_decision_before_the_work_up_is_shown_is_not_graded(coach: Coach, memory: Memory) -> None:
    turn = coach.turn(in_case("mda5-rapid"), ANNA, "no red flag, not another disease")
    assert not turn.understood
    assert turn.session == in_case("mda5-rapid")
    assert memory.results(ANNA.resident) == []


def test_train_me_in_the_menu_offers_it_again(coach: Coach) -> None:
    assert coach.turn(Session(), ANNA, "train me").understood
