"""What must hold for any message: nothing raises, and what carries no fact changes no slot."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.language import Reading, read, update

SLOTS = (
    "current_therapy",
    "previous_therapy",
    "goal_lung_function",
    "goal_ild_extent",
    "goal_breathlessness",
    "ppf_symptoms",
    "ppf_physiology",
    "ppf_radiology",
    "fibrosis_on_ct",
    "ppf_stated",
    "rapidly_progressive",
    "underlying_disease",
)

CLAUSES = (
    ("on MMF and pred", "stopped azathioprine", "FVC 72 -> 65 in 8 months", "more breathless", "CT stable"),
    (
        "antisynthetase syndrome",
        "currently on tacrolimus",
        "never had rituximab",
        "PFTs unchanged",
        "CT: more reticulation",
    ),
    ("failed MMF", "now on ciclosporin", "dyspnoea better", "CT improved", "DLCO 50 -> 38 in 7 months"),
    ("PPF confirmed", "takes MMF", "lung function worse", "breathlessness unchanged"),
    ("RP-ILD", "on tac and prednisolone", "previously cyclophosphamide"),
)
POLITE = ("please", "kindly", "thank you", "Dear colleague")
DOSES = ((" MMF", " MMF 1 g bd"), ("tacrolimus", "tacrolimus 2 mg bd"), ("ciclosporin", "ciclosporin 75 mg"))


def slots_of(text: str) -> dict[str, Any]:
    found = update({}, read(text)).slots
    return {name: found.get(name) for name in SLOTS}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400))
def test_no_text_raises(text: str) -> None:
    reading = read(text)
    update({}, reading)
    assert Reading.from_dict(reading.as_dict()) == reading


WORDS = [
    "MMF",
    "on",
    "stopped",
    "FVC",
    "72",
    "->",
    "66",
    "%",
    "CT",
    "no",
    "not",
    "worse",
    "(",
    ")",
    ",",
    ".",
    "?",
    "PPF",
    "in",
    "8",
    "months",
]
WORDS += [
    "cyclo",
    "sorry",
    "next",
    "patient",
    "ago",
    "mMRC",
    "2",
    "to",
    "breathless",
    "scratch",
    "the",
    "2024",
    "L",
    "new",
    "reticulation",
    "none",
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=30), st.sampled_from([None, *SLOTS[:8], "stability_acceptable"]))
def test_no_order_of_clinical_words_raises(words: list[str], asked: str | None) -> None:
    first = update({}, read(" ".join(words)), asked).slots
    update(first, read(" ".join(reversed(words))), asked)


ODD = {
    "empty": "",
    "control": "\x00\x07\x1b",
    "emoji": "👍🫁",
    "one long word": "a" * 20_000,
    "one agent 5,000 times": "MMF " * 5_000,
    "question marks": "?" * 500,
    "brackets": "((((((",
    "lines": "\n\n\n",
    "code": "SELECT * FROM x;",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_messages_are_read(text: str) -> None:
    update({}, read(text))


@pytest.mark.parametrize("clauses", CLAUSES, ids=lambda clauses: clauses[0])
def test_case_and_spaces_do_not_matter(clauses: tuple[str, ...]) -> None:
    text = ". ".join(clauses)
    expected = slots_of(text)
    assert slots_of(text.upper()) == expected
    assert slots_of(text.lower()) == expected
    assert slots_of(text.replace(" ", "   ")) == expected
    assert slots_of(f"  {text}\n") == expected


@pytest.mark.parametrize("clauses", CLAUSES, ids=lambda clauses: clauses[0])
def test_the_order_of_sentences_does_not_matter(clauses: tuple[str, ...]) -> None:
    expected = slots_of(". ".join(clauses))
    for order in itertools.islice(itertools.permutations(clauses), 0, 120, 7):
        assert slots_of(". ".join(order)) == expected, order


@pytest.mark.parametrize("clauses", CLAUSES, ids=lambda clauses: clauses[0])
@pytest.mark.parametrize("polite", POLITE)
def test_polite_words_do_not_matter(clauses: tuple[str, ...], polite: str) -> None:
    expected = slots_of(". ".join(clauses))
    assert slots_of(f"{polite}, {'. '.join(clauses)}") == expected
    assert slots_of(f"{'. '.join(clauses)}. {polite}!") == expected


@pytest.mark.parametrize("clauses", CLAUSES, ids=lambda clauses: clauses[0])
@pytest.mark.parametrize(("plain", "dosed"), DOSES)
def test_doses_do_not_matter(clauses: tuple[str, ...], plain: str, dosed: str) -> None:
    text = ". ".join(clauses)
    assert slots_of(text.replace(plain, dosed)) == slots_of(text)


def test_what_exceeds_the_limit_is_not_read() -> None:
    reading = read("word " * 20_001 + ". on MMF")
    assert reading.truncated
    assert not reading.of("therapy")
    assert not read("on MMF").truncated
