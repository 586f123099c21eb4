"""Grading of free text: answers in many wordings get the grade that a teacher would give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.training.grading import grade
from bot.training.library import written_cases
from bot.training.model import Grade, Step
from bot.training.truth import truth_of

FOLDER = Path(__file__).parent
AGREEMENT = 0.97


def entries(name: str) -> list[dict[str, Any]]:
    path = FOLDER / name
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else []


def graded(entry: dict[str, Any]) -> str | None:
    truth = truth_of(written_cases()[entry["case"]].facts())
    given_grade = grade(Step(entry["step"]), entry["answer"], truth)
    return str(given_grade.grade) if given_grade else None


@pytest.mark.parametrize("entry", entries("wordings.yml"), ids=lambda e: f"{e['case']}-{e['step']}-{e['answer'][:40]}")
def test_wording(entry: dict[str, Any]) -> None:
    assert graded(entry) == entry["grade"]


@pytest.mark.skipif(not entries("answers.yml"), reason="no answers graded by a teacher yet")
def test_answers_written_apart_from_the_code_are_graded_as_a_teacher_would() -> None:
    answers = entries("answers.yml")
    off = [(e["case"], e["step"], e["answer"], e["grade"], got) for e in answers if (got := graded(e)) != e["grade"]]
    assert len(answers) >= 150
    assert 1 - len(off) / len(answers) >= AGREEMENT, off


STEPS = [step for step in Step if step is not Step.WORK_UP]


@given(text=st.text(max_size=300), case=st.sampled_from(list(written_cases().values())), step=st.sampled_from(STEPS))
def test_no_text_breaks_grading(text: str, case: Any, step: Step) -> None:
    truth = truth_of(case.facts())
    if step is Step.OPTIONS and not truth.options:
        return
    answer = grade(step, text, truth)
    assert answer is None or answer.grade in Grade
