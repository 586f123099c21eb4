"""What one message gives, by behaviour."""

from __future__ import annotations

from typing import Any

import pytest

from bot.language import Finding, Reading, read, update


def told(*messages: str, asked: str | None = None) -> dict[str, Any]:
    """The slots after some messages; `asked` belongs to the last one."""
    slots: dict[str, Any] = {}
    for message in messages[:-1]:
        slots.update(update(slots, read(message)).slots)
    slots.update(update(slots, read(messages[-1]), asked).slots)
    return slots


def test_a_whole_case_in_one_message() -> None:
    slots = told(
        "MDA5 neg ASyS-ILD, MMF 1 g bd + pred 7.5, FVC 72 to 65 in 8 months, more breathless, CT more reticulation"
    )
    assert slots["current_therapy"] == ["glucocorticoid", "mycophenolate"]
    assert slots["goal_lung_function"] == slots["goal_ild_extent"] == slots["goal_breathlessness"] == "not_achieved"
    assert slots["ppf_symptoms"] is slots["ppf_physiology"] is slots["ppf_radiology"] is slots["fibrosis_on_ct"] is True
    assert slots["progressive_pulmonary_fibrosis"] == "yes"
    assert slots["underlying_disease"] == "iim"
    assert slots["evidence"]["goal_lung_function"] == "FVC 72 to 65 in 8 months"


@pytest.mark.parametrize(
    ("message", "now", "before"),
    [
        ("never had rituximab, stopped MMF due to diarrhoea, now on tacrolimus", ["tacrolimus"], ["mycophenolate"]),
        ("switched from CsA to tac", ["tacrolimus"], ["ciclosporin"]),
        ("s/p 6 x IV CYC, MMF since", ["mycophenolate"], ["cyclophosphamide"]),
        ("RTX x2 last year, none since", None, ["rituximab"]),
        ("should I add rituximab?", None, None),
        ("his brother is on tofa", None, None),
        ("back on MMF", ["mycophenolate"], None),
    ],
)
def test_status_of_therapy(message: str, now: list[str] | None, before: list[str] | None) -> None:
    slots = told(message)
    assert slots.get("current_therapy") == now
    assert slots.get("previous_therapy") == before


def test_a_correction_of_a_name_keeps_the_status() -> None:
    assert told("on tacrolimus and pred", "no, ciclosporin")["current_therapy"] == ["ciclosporin", "glucocorticoid"]


def test_a_bare_answer_counts_for_the_asked_slot() -> None:
    assert told("worse", asked="goal_ild_extent")["goal_ild_extent"] == "not_achieved"
    assert told("none", asked="previous_therapy")["previous_therapy"] == []
    declined = update({}, read("don't know"), "goal_lung_function")
    assert declined.answered and declined.slots["declined"] == ["goal_lung_function"]


def test_a_new_patient_inherits_nothing() -> None:
    slots = told("on MMF, FVC stable", "next patient: on tacrolimus")
    assert slots["current_therapy"] == ["tacrolimus"]
    assert slots["goal_lung_function"] is None


def test_findings_survive_json() -> None:
    reading = read("on cyclo, FVC 72 -> 66, RP-ILD?")
    assert Reading.from_dict(reading.as_dict()) == reading
    assert all(Finding.from_dict(finding.as_dict()) == finding for finding in reading.findings)
