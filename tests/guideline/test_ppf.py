"""PPF: every state of word, fibrosis and criteria, against the definition written down once more."""

from __future__ import annotations

from itertools import product

import pytest

from bot.guideline import Case, ppf

STATES = (None, True, False)


def definition(stated: str | None, fibrosis: bool | None, criteria: tuple[bool | None, ...]) -> str | None:
    """Two of three, in an ILD with fibrosis; the clinician's word stands over it."""
    if stated in ("yes", "no"):
        return stated
    if fibrosis is False:
        return "no"
    met = sum(1 for criterion in criteria if criterion is True)
    not_met = sum(1 for criterion in criteria if criterion is False)
    if met >= 2:
        return "yes"
    if not_met >= 2:
        return "no"
    return None


def test_every_state() -> None:
    states = list(product((None, "yes", "no"), STATES, STATES, STATES, STATES))
    assert len(states) == 243
    for stated, fibrosis, *criteria in states:
        expected = definition(stated, fibrosis, tuple(criteria))
        assert ppf.derive(stated, fibrosis, *criteria) == expected
        slots = {
            "ppf_stated": stated,
            "fibrosis_on_ct": fibrosis,
            "ppf_symptoms": criteria[0],
            "ppf_physiology": criteria[1],
            "ppf_radiology": criteria[2],
        }
        assert Case.from_slots(slots).progressive_pulmonary_fibrosis == expected


def test_more_knowledge_never_turns_a_yes_into_a_no_but_by_fibrosis_or_word() -> None:
    """Filling in a criterion that was unknown keeps what two criteria have already decided."""
    for fibrosis, *criteria in product((None, True), STATES, STATES, STATES):
        before = ppf.by_criteria(fibrosis, *criteria)
        for position in [i for i, criterion in enumerate(criteria) if criterion is None]:
            for value in (True, False):
                later = [*criteria[:position], value, *criteria[position + 1 :]]
                if before is not None:
                    assert ppf.by_criteria(fibrosis, *later) == before


def test_undecided_means_that_one_answer_more_can_decide_it_either_way() -> None:
    for fibrosis, *criteria in product((None, True), STATES, STATES, STATES):
        if ppf.by_criteria(fibrosis, *criteria) is not None:
            continue
        filled = product(*[(True, False) if criterion is None else (criterion,) for criterion in criteria])
        assert {ppf.by_criteria(fibrosis, *full) for full in filled} == {"yes", "no"}


@pytest.mark.parametrize(("name", "value"), [("FVC", 5), ("DLCO", 10)])
def test_thresholds_are_those_of_the_source(name: str, value: int) -> None:
    assert getattr(ppf, f"{name}_DECLINE_POINTS") == value
    assert ppf.WINDOW_MONTHS == 12
