"""The example cases that stand beside the knowledge, run as they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.guideline import Case, Recommendation, recommend
from bot.guideline.knowledge import KNOWLEDGE
from bot.guideline.recommend import OptionAdvice

FILE = Path(__file__).parents[2] / "bot" / "guideline" / "knowledge" / "examples.yml"
GROUPS: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"]
EXAMPLES: list[dict[str, Any]] = [example for group in GROUPS for example in group["examples"]]
SLOTS = {
    *Case.__dataclass_fields__,
    "ppf_stated",
    "ppf_symptoms",
    "ppf_physiology",
    "ppf_radiology",
    "fibrosis_on_ct",
}


def in_words(option: OptionAdvice) -> str:
    """Say what becomes of an option the way the examples do; "open" where it is offered whole and nothing was tried."""
    tried = f"; tried {', '.join(option.tried)}" if option.tried else ""
    if option.action == "add_or_switch":
        whole = option.agents == KNOWLEDGE.options[option.drug_class].agents and not tried
        return "open" if whole else f"add or switch to {' or '.join(option.agents)}{tried}"
    if option.action == "switch":
        return f"switch to {' or '.join(option.agents)}{tried}"
    if option.action == "already_taking":
        return f"taking {', '.join(option.agents)}{tried}"
    return tried.removeprefix("; ")


def all_cautions(given: Recommendation) -> set[str]:
    """Return the cautions of the case and of its options."""
    return {*given.cautions, *(caution for option in given.options for caution in option.cautions)}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_example(example: dict[str, Any]) -> None:
    given, expect = recommend(Case.from_slots(example["case"])), example["expect"]
    assert given.status == expect["status"]
    assert given.nintedanib == expect["nintedanib"]
    assert given.urgent is expect.get("urgent", False)
    assert list(given.missing) == expect["missing"]
    if expect["options"] == "none":
        assert given.options == ()
    else:
        others = expect["options"].get("others")
        expected = {name: expect["options"].get(name, others) for name in KNOWLEDGE.options}
        assert {option.drug_class: in_words(option) for option in given.options} == expected
    assert set(expect.get("shown", ())) <= all_cautions(given)
    assert not set(expect.get("not_shown", ())) & all_cautions(given)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_example_says_nothing_that_is_not_checked(example: dict[str, Any]) -> None:
    """A misspelt slot or caution would make an example true for the wrong reason."""
    expect = example["expect"]
    assert set(example) == {"name", "shows", "case", "expect"}
    assert set(example["case"]) <= SLOTS
    assert {"status", "nintedanib", "options", "missing"} <= set(expect)
    assert set(expect) <= {"status", "nintedanib", "urgent", "options", "shown", "not_shown", "missing"}
    assert {*expect.get("shown", ()), *expect.get("not_shown", ())} <= set(KNOWLEDGE.cautions)
    if expect["options"] != "none":
        assert set(expect["options"]) <= {*KNOWLEDGE.options, "others"}
        assert expect["options"].get("others", "open") == "open"


def test_names_are_unique() -> None:
    names = [example["name"] for example in EXAMPLES]
    assert len(names) == len(set(names)) >= 40


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("status", ["escalate", "goals_met", "start_immunosuppression", "incomplete", "out_of_scope"]),
        ("nintedanib", ["add", "continue", "already_tried", "not_indicated", "undetermined"]),
    ],
)
def test_every_answer_has_an_example(key: str, values: list[str]) -> None:
    assert {example["expect"][key] for example in EXAMPLES} == set(values)


def test_every_caution_has_an_example_that_shows_it() -> None:
    shown = {caution for example in EXAMPLES for caution in example["expect"].get("shown", ())}
    assert shown == set(KNOWLEDGE.cautions)
