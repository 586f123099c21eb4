"""Courses of lung function, imaging and breathlessness: each file of `courses/` shows one kind of statement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.language import read, update

_FILES = sorted((Path(__file__).parent / "courses").glob("*.yml"))
_SLOTS = (
    "goal_lung_function",
    "goal_ild_extent",
    "goal_breathlessness",
    "ppf_symptoms",
    "ppf_physiology",
    "ppf_radiology",
    "fibrosis_on_ct",
)


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['text'][:60]}")
        for file in _FILES
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("case", _cases())
def test_a_course_is_read(case: dict[str, Any]) -> None:
    found = update({}, read(case["text"]), case.get("asked")).slots
    assert {name: found[name] for name in _SLOTS if found.get(name) is not None} == case["slots"]
