"""Open questions: what opens them, and that every offered choice settles them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.language import read, update

OPENING = {
    "ambiguous_agent": "on cyclo and pred",
    "contradiction": "on MMF, not on MMF",
    "which_goal": "ILD progressing on MMF",
    "percent_predicted": "FVC 2.4 to 2.1 L over 8 months",
    "time_window": "FVC 72 to 66",
    "absolute_or_relative": "FVC down 6% in 6 months",
}


def after(message: str, slots: dict[str, Any] | None = None, asked: str | None = None) -> dict[str, Any]:
    slots = dict(slots or {})
    slots.update(update(slots, read(message), asked).slots)
    return slots


@pytest.mark.parametrize(("kind", "message"), OPENING.items())
def test_a_message_opens_its_question(kind: str, message: str) -> None:
    (entry,) = after(message)["clarifications"]
    assert entry["kind"] == kind
    assert entry["words"] and all(len(choice["label"]) <= 24 for choice in entry["choices"])


@pytest.mark.parametrize(("kind", "message"), OPENING.items())
def test_every_choice_settles_the_question(kind: str, message: str) -> None:
    slots = after(message)
    (entry,) = slots["clarifications"]
    for choice in entry["choices"]:
        reading = read(choice["says"])
        assert reading.has_facts, choice
        done = update(slots, reading, entry["id"])
        assert done.answered, choice
        assert done.slots["clarifications"] == [], choice


def test_the_clear_agents_are_kept_at_once_and_the_status_is_remembered() -> None:
    slots = after("previously cyclo, now MMF")
    assert slots["current_therapy"] == ["mycophenolate"]
    slots = after("cyclophosphamide", slots, slots["clarifications"][0]["id"])
    assert slots["previous_therapy"] == ["cyclophosphamide"]


def test_a_contradiction_keeps_the_old_value_until_it_is_answered() -> None:
    slots = after("on MMF, not on MMF", {"current_therapy": ["mycophenolate"]})
    assert slots["current_therapy"] == ["mycophenolate"]
    slots = after("mycophenolate was stopped", slots, slots["clarifications"][0]["id"])
    assert (slots["current_therapy"], slots["previous_therapy"]) == ([], ["mycophenolate"])


def test_litres_alone_do_not_answer_criterion_two_until_percent_are_told() -> None:
    slots = after("FVC 2.4 to 2.1 L over 8 months")
    assert slots.get("ppf_physiology") is None
    slots = after("72 to 65 %", slots, "percent_predicted:fvc")
    assert slots["ppf_physiology"] is True
    assert slots["clarifications"] == []


def test_less_than_the_threshold_never_earns_the_criterion() -> None:
    slots = after("FVC 2.4 to 2.1 L over 8 months")
    assert after("no, less than 5 points", slots, "percent_predicted:fvc").get("ppf_physiology") is None


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("on sirolimus and pred", "unknown_drug"),
        ("FVC 900 %", "out_of_range"),
        ("FVC -5 %", "out_of_range"),
        ("mMRC 7", "out_of_range"),
        ("dyspnoea worse due to anaemia", "other_cause"),
        ("DLCO 55 to 42 in 8 months, not corrected for Hb", "uncorrected_dlco"),
        ("6MWD is worse", "walk_or_saturation"),
        ("FVC 72 %", "single_reading"),
        ("PPF diagnosed 3 years ago", "past_label"),
        ("plan to start rituximab", "planned"),
        ("PPF. FVC and DLCO stable, CT stable, breathing stable", "word_and_criteria_disagree"),
    ],
)
def test_a_remark_is_made(message: str, kind: str) -> None:
    assert kind in [note.kind for note in update({}, read(message)).notes]


@pytest.mark.parametrize("message", ["FVC 900 %", "FVC -5 %", "mMRC 7", "FVC 72 %", "6MWD is worse"])
def test_what_is_remarked_on_sets_nothing(message: str) -> None:
    goals = ("goal_lung_function", "goal_breathlessness", "ppf_physiology", "ppf_symptoms")
    assert not any(name in update({}, read(message)).slots for name in goals)


@pytest.mark.parametrize("message", ["hello", "thanks", "what counts as PPF?", "which drug is a JAK inhibitor"])
def test_small_talk_and_questions_carry_no_fact(message: str) -> None:
    assert not update({}, read(message)).slots
