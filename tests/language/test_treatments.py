"""Treatments taken now and before: `treatments.yml` shows the ways of telling that the grammar knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.language import read, update

_CASES = yaml.safe_load((Path(__file__).parent / "treatments.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["text"][:60])
def test_what_became_of_a_treatment(case: dict[str, Any]) -> None:
    found = update({}, read(case["text"])).slots
    assert (found.get("current_therapy"), found.get("previous_therapy")) == (case["now"], case["before"])
