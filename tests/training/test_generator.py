"""Generated cases: sound, without end, the same for the same seed, and saying in words what their facts say."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

from bot.training.choices import choices
from bot.training.generator import generate
from bot.training.grading import grade
from bot.training.library import requests, traps
from bot.training.model import Grade, Level, Step
from bot.training.schedule import case_by_id
from bot.training.soundness import comparable, slots_read
from bot.training.truth import steps_of, truth_of

MANY = 10_000


def test_ten_thousand_cases_are_sound_and_differ() -> None:
    statuses: Counter[str] = Counter()
    told, presentations = set(), set()
    for seed in range(MANY):
        case = generate(seed, list(Level)[seed % 3])
        truth = truth_of(case.facts())
        assert set(truth.recommendation.missing) == set(case.leaves_open), case
        assert set(case.traps) <= set(traps()), case
        assert {finding.request for finding in case.work_up} <= set(requests()), case
        assert "{" not in case.presentation + "".join(finding.says for finding in case.work_up), case
        assert Step.TRIGGER in steps_of(case)
        statuses[truth.recommendation.status] += 1
        told.update(case.traps)
        presentations.add(case.presentation)
    assert statuses["escalate"] > statuses["goals_met"] > 0
    assert statuses["incomplete"] > 0
    assert len(presentations) > 0.95 * MANY
    assert {
        "litres_only",
        "uncorrected_dlco",
        "old_honeycombing",
        "stable_disease",
        "cni_on_board",
        "intolerance",
        "muscle_weakness",
        "just_below",
        "just_reached",
    } <= told


@pytest.mark.parametrize(("level", "seed"), product(Level, range(150)))
def test_its_text_says_what_its_facts_say(level: Level, seed: int) -> None:
    case = generate(seed, level)
    assert slots_read(case) == comparable(case.facts())


@pytest.mark.parametrize(("level", "seed"), product(Level, range(0, 1500, 25)))
def test_one_answer_by_button_is_right_and_the_others_are_not(level: Level, seed: int) -> None:
    case = generate(seed, level)
    truth = truth_of(case.facts())
    for step in steps_of(case):
        graded = [grade(step, text, truth) for text in choices(case, step)]
        assert all(graded)
        assert not graded or [given.grade for given in graded if given].count(Grade.RIGHT) == 1, (
            step,
            choices(case, step),
        )


def test_the_same_id_is_the_same_case() -> None:
    case = generate(4711, Level.HARD)
    assert case_by_id(case.id) == case
    assert generate(4711, Level.STANDARD) != case


@pytest.mark.parametrize("case_id", ["made-hard-x", "made-easy-1", "made-", "no-such-case"])
def test_an_id_of_no_case_is_an_error(case_id: str) -> None:
    with pytest.raises(KeyError):
        case_by_id(case_id)


def test_a_case_at_first_steps_hides_nothing() -> None:
    assert all(not generate(seed, Level.FIRST_STEPS).work_up for seed in range(50))
