"""The written cases: enough of them, sound, and saying in words what their facts say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.guideline.knowledge.entry import KnowledgeError
from bot.training.answers.cautions import read_cautions, words
from bot.training.choices import choices
from bot.training.grading import grade
from bot.training.library import read_case, requests, traps, written_cases
from bot.training.model import Grade, Level, Step, Topic, TrainingCase
from bot.training.reasons import explanation, feedback, hint
from bot.training.soundness import comparable, slots_read
from bot.training.truth import point_of, steps_of, topics_of, truth_of, what_matters

CASES = list(written_cases().values())
DECISIONS = [(case, step) for case in CASES for step in steps_of(case)]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def test_there_are_enough_of_every_level_and_topic() -> None:
    assert len(CASES) >= 24
    for level in Level:
        assert sum(case.level is level for case in CASES) >= 6
    for topic in set(Topic) - {Topic.WORK_UP}:
        assert sum(topic in topics_of(case) for case in CASES) >= 2, topic


def test_every_trap_that_can_be_told_is_in_a_case() -> None:
    used = {trap for case in CASES for trap in case.traps}
    assert set(traps()) - used <= {"unlisted_agent"}


@every_case
def test_its_text_says_what_its_facts_say(case: TrainingCase) -> None:
    assert slots_read(case) == comparable(case.facts())


@every_case
def test_its_answers_are_determinate_unless_meant_otherwise(case: TrainingCase) -> None:
    assert set(truth_of(case.facts()).recommendation.missing) == set(case.leaves_open)


@every_case
def test_it_holds_no_dose(case: TrainingCase) -> None:
    text = " ".join([case.presentation, *(finding.says for finding in case.work_up)])
    assert not re.search(r"\d\s*(mg|g|mcg|µg)\b", text)


@every_case
def test_its_traps_wait_at_a_step_that_is_asked(case: TrainingCase) -> None:
    assert {traps()[trap].step for trap in case.traps} <= set(steps_of(case))


@pytest.mark.parametrize(("case", "step"), DECISIONS, ids=lambda item: getattr(item, "id", item))
def test_one_answer_by_button_is_right_and_the_others_are_not(case: TrainingCase, step: Step) -> None:
    offered = choices(case, step)
    if step is Step.WORK_UP:
        assert not offered
        return
    graded = [grade(step, text, truth_of(case.facts())) for text in offered]
    assert len(offered) >= 3
    assert all(graded)
    assert [given.grade for given in graded if given].count(Grade.RIGHT) == 1


@pytest.mark.parametrize(("case", "step"), DECISIONS, ids=lambda item: getattr(item, "id", item))
def test_every_reason_has_a_source_and_every_hint_keeps_the_answer(case: TrainingCase, step: Step) -> None:
    truth = truth_of(case.facts())
    right = [text for text in choices(case, step) if (g := grade(step, text, truth)) and g.grade is Grade.RIGHT]
    told = hint(case, step)
    assert told
    assert not any(text in told for text in right)
    if step not in (Step.WORK_UP, Step.RED_FLAG):
        graded = grade(step, right[0], truth)
        assert graded
        assert re.search(r"\[[GLC]\d", feedback(case, step, graded))
        assert re.search(r"\[[GLC]\d", explanation(case, step))
    assert point_of(case, step).startswith(step)


def test_what_matters_is_what_would_change_an_answer() -> None:
    assert what_matters(written_cases()["weak-muscles"]) == ("fvc", "muscle")
    assert what_matters(written_cases()["eighty-to-seventy-six"]) == ("dlco",)  # the negative cultures decide nothing


def test_every_caution_is_read_from_its_own_name() -> None:
    for caution, entry in words().items():
        answer = read_cautions(entry.name)
        assert answer
        assert any(caution in named for breath in answer.named for named in breath), caution


SOUND = """\
title: A case
level: standard
presentation: She takes mycophenolate. There was no previous treatment. Breathlessness is worse.
facts: {current_therapy: [mycophenolate], previous_therapy: [], goal_breathlessness: not_achieved, ppf_symptoms: true}
"""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (SOUND.replace("level: standard", "level: easy"), "'easy' is no level; expected one of first_steps"),
        (SOUND.replace("level: standard\n", ""), "level: expected one of first_steps"),
        (SOUND.replace("ppf_symptoms: true", "ppf: true"), "facts.ppf: unknown slot"),
        (SOUND.replace("ppf_symptoms: true", "ppf_symptoms: maybe"), "ppf_symptoms is 'maybe'; expected true, false"),
        (SOUND.replace("[mycophenolate]", "[mycophenolat]"), "current_therapy holds 'mycophenolat'"),
        (SOUND + "work_up: {fev1: {says: Low.}}\n", "work_up.fev1: expected a request of requests.yml"),
        (SOUND + "work_up: {dlco: {gives: {}}}\n", "work_up.dlco.says: expected a text"),
        (SOUND + "traps: [quicksand]\n", "'quicksand' is no trap"),
        (SOUND + "answer: escalate\n", "answer: unknown key"),
        (SOUND + "title: Twice\n", "each key once"),
        ("title: [", "expected YAML"),
    ],
)
def test_an_unusable_file_is_refused_with_the_place_and_what_was_expected(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        read_case(path)
    assert str(refused.value).startswith("mine.yml: ")
    assert complaint in str(refused.value)


def test_a_file_of_a_teacher_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(SOUND, encoding="utf-8")
    assert read_case(path).known["current_therapy"] == ["mycophenolate"]


def test_every_request_can_be_asked_for_by_its_name() -> None:
    from bot.training.commands import requests_in

    for request in requests().values():
        assert set(request.stands_for or (request.id,)) <= set(requests_in(f"{request.name}?")), request.id
