"""Grading of free text: answers in many wordings get the grade that a teacher would give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.training.grading import grade
from bot.training.library import written_cases
from bot.training.model import Grade, Step
from bot.training.truth import truth_of
from tests.training.agreement import FLOORS, entries, graded


@pytest.mark.parametrize("entry", entries("wordings.yml"), ids=lambda e: f"{e['case']}-{e['step']}-{e['answer'][:40]}")
def test_wording(entry: dict[str, Any]) -> None:
    assert graded(entry) == entry["grade"]


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_answers_are_graded_as_a_teacher_would(name: str, floor: float) -> None:
    answers = entries(name)
    alike = sum(graded(entry) == entry["grade"] for entry in answers)
    assert len(answers) >= 150
    assert alike / len(answers) >= floor, f"{alike} of {len(answers)}"


STEPS = [step for step in Step if step is not Step.WORK_UP]


@given(text=st.text(max_size=300), case=st.sampled_from(list(written_cases().values())), step=st.sampled_from(STEPS))
def test_no_text_breaks_grading(text: str, case: Any, step: Step) -> None:
    truth = truth_of(case.facts())
    if step is Step.OPTIONS and not truth.options:
        return
    answer = grade(step, text, truth)
    assert answer is None or answer.grade in Grade
