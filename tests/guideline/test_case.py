"""From slots to a case: what is taken over, what is put right, and what is refused."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guideline import Case, CaseError, recommend
from bot.guideline.knowledge import FEATURES
from tests.guideline import oracle

VALUES: dict[str, tuple[Any, ...]] = {
    "goal_lung_function": ("achieved", "stable", "not_achieved"),
    "goal_ild_extent": ("achieved", "stable", "not_achieved"),
    "goal_breathlessness": ("achieved", "stable", "not_achieved"),
    "stability_acceptable": (True, False),
    "progressive_pulmonary_fibrosis": ("yes", "no"),
    "rapidly_progressive": (True, False),
    "underlying_disease": oracle.DISEASES,
}


@pytest.mark.parametrize(("slot", "value"), [(slot, value) for slot, values in VALUES.items() for value in values])
def test_every_value_of_a_slot_is_taken_over_as_it_stands(slot: str, value: Any) -> None:
    assert getattr(Case.from_slots({slot: value}), slot) is value


def test_what_is_left_out_is_not_told() -> None:
    assert Case.from_slots({}) == Case() == Case.from_slots(dict.fromkeys(Case.__dataclass_fields__))
    assert Case().current_therapy is None


@pytest.mark.parametrize("slot", ["current_therapy", "previous_therapy"])
def test_no_treatment_is_something_else_than_not_told(slot: str) -> None:
    assert getattr(Case.from_slots({slot: []}), slot) == ()
    assert getattr(Case.from_slots({slot: None}), slot) is None


@pytest.mark.parametrize("agent", oracle.AGENTS)
def test_every_agent_is_known_and_is_an_immunosuppressant_or_not(agent: str) -> None:
    for slot in ("current_therapy", "previous_therapy"):
        case = Case.from_slots({slot: [agent]})
        assert getattr(case, slot) == (agent,)
        assert case.has_immunosuppressant is (agent in oracle.IMMUNOSUPPRESSANTS)


def test_slots_that_are_none_of_a_case_are_ignored() -> None:
    assert Case.from_slots({"requested_slot": "x", "session_started_metadata": {}, "recommendation": {}}) == Case()


def test_an_agent_in_both_lists_counts_as_taken_now() -> None:
    case = Case.from_slots({"current_therapy": ["rituximab"], "previous_therapy": ["rituximab", "ivig"]})
    assert (case.current_therapy, case.previous_therapy) == (("rituximab",), ("ivig",))


def test_an_unnamed_member_adds_nothing_beside_a_named_one() -> None:
    case = Case.from_slots({"current_therapy": ["glucocorticoid", "prednisolone", "calcineurin_inhibitor"]})
    assert case.current_therapy == ("prednisolone", "calcineurin_inhibitor")


def test_a_given_ppf_stands_over_its_criteria() -> None:
    slots = {"progressive_pulmonary_fibrosis": "no", "ppf_symptoms": True, "ppf_physiology": True}
    assert Case.from_slots(slots).progressive_pulmonary_fibrosis == "no"


def test_the_clinicians_word_stands_over_a_given_ppf() -> None:
    slots = {"progressive_pulmonary_fibrosis": "no", "ppf_stated": "yes"}
    assert Case.from_slots(slots).progressive_pulmonary_fibrosis == "yes"


def test_a_case_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Case().current_therapy = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("slot", "value", "expected"),
    [
        ("goal_lung_function", "improved", "achieved, stable, not_achieved, or null"),
        ("goal_ild_extent", True, "achieved, stable, not_achieved, or null"),
        ("goal_breathlessness", ["stable"], "achieved, stable, not_achieved, or null"),
        ("stability_acceptable", "yes", "true, false, or null"),
        ("rapidly_progressive", 1, "true, false, or null"),
        ("progressive_pulmonary_fibrosis", True, "yes, no, or null"),
        ("ppf_stated", "maybe", "yes, no, or null"),
        ("ppf_symptoms", "yes", "true, false, or null"),
        ("fibrosis_on_ct", 0, "true, false, or null"),
        ("underlying_disease", "asthma", "iim, systemic_sclerosis"),
        ("current_therapy", "tacrolimus", "a list, or null"),
        ("current_therapy", {"tacrolimus": 1}, "a list, or null"),
        ("current_therapy", ["Prograf"], "agent ids (agents.yml)"),
        ("previous_therapy", ["tacrolimus", None], "agent ids (agents.yml)"),
        ("previous_therapy", [["tacrolimus"]], "agent ids (agents.yml)"),
        ("not_tolerated", [{}], "agent ids (agents.yml)"),
        ("patient_features", ["tall"], "age_65_or_more"),
    ],
)
def test_a_value_that_cannot_be_names_slot_value_and_what_is_allowed(slot: str, value: Any, expected: str) -> None:
    with pytest.raises(CaseError) as error:
        Case.from_slots({slot: value})
    message = str(error.value)
    assert message.startswith(f"{slot} ")
    assert expected in message
    assert repr(value) in message or any(repr(item) in message for item in value)


# A shared machine is slow now and then; that is no defect of a case.
patient = settings(deadline=None, max_examples=150)

therapies = st.none() | st.lists(st.sampled_from(oracle.AGENTS), max_size=8)
cases = st.fixed_dictionaries(
    {
        "current_therapy": therapies,
        "previous_therapy": therapies,
        "patient_features": st.none() | st.lists(st.sampled_from(FEATURES)),
        **{slot: st.none() | st.sampled_from(values) for slot, values in VALUES.items()},
    }
)


@patient
@given(cases)
def test_order_and_repetition_in_a_list_do_not_matter(slots: dict[str, Any]) -> None:
    shuffled = {
        slot: list(reversed(value)) + value[:2] if isinstance(value, list) else value for slot, value in slots.items()
    }
    assert recommend(Case.from_slots(slots)) == recommend(Case.from_slots(shuffled))


@patient
@given(cases)
def test_an_agent_stands_in_one_list_only(slots: dict[str, Any]) -> None:
    case = Case.from_slots(slots)
    assert not set(case.taking) & set(case.tried)
    assert set(case.taking) <= set(slots["current_therapy"] or ())


anything = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 2.5, "", "yes", "stable", "iim", "smoker", *oracle.AGENTS[:12]]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["", "stable"]), inner),
    max_leaves=4,
)


@patient
@given(st.dictionaries(st.sampled_from([*Case.__dataclass_fields__, "ppf_stated", "ppf_symptoms"]), anything))
def test_whatever_a_slot_holds_it_becomes_a_case_or_a_case_error(slots: dict[str, Any]) -> None:
    try:
        case = Case.from_slots(slots)
    except CaseError:
        return
    assert recommend(case).status
