"""What must be read rightly whatever was asked: not knowing, criteria by name, questions, lists with one verb."""

from __future__ import annotations

from typing import Any

import pytest

from bot.language import read, update

ASKED = (
    "current_therapy",
    "previous_therapy",
    "goal_lung_function",
    "goal_ild_extent",
    "goal_breathlessness",
    "stability_acceptable",
    "progressive_pulmonary_fibrosis",
    "fibrosis_on_ct",
    "ppf_symptoms",
    "ppf_physiology",
    "ppf_radiology",
)


def told(text: str, asked: str | None = None, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a message changes, without the words behind it."""
    changed = update(known or {}, read(text), asked).slots
    return {name: value for name, value in changed.items() if name not in ("evidence", "measurements", "last_change")}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize(
    "text",
    ["I do not know", "I don't know", "sorry, I really don't know", "we don't know that", "I'm not sure", "no idea"],
)
def test_not_knowing_declines_whatever_was_asked(text: str, asked: str) -> None:
    assert told(text, asked) == {"declined": [asked]}


def test_not_knowing_takes_back_a_goal_that_was_asked_again() -> None:
    assert told("don't know", "goal_breathlessness", {"goal_breathlessness": "not_achieved"}) == {
        "goal_breathlessness": None,
        "declined": ["goal_breathlessness"],
    }


def test_nothing_more_keeps_what_was_told_of_earlier_treatment() -> None:
    assert told("no", "previous_therapy", {"previous_therapy": ["rituximab"]}) == {}


@pytest.mark.parametrize("asked", [None, "ppf_physiology", "ppf_radiology", "progressive_pulmonary_fibrosis"])
@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("PPF physiology criterion met", "ppf_physiology", True),
        ("PPF physiology criterion not met", "ppf_physiology", False),
        ("PPF CT criterion met", "ppf_radiology", True),
        ("PPF CT criterion not met", "ppf_radiology", False),
        ("meets the physiological criterion of PPF", "ppf_physiology", True),
        ("does not meet the CT criterion for PPF", "ppf_radiology", False),
        ("stable is good enough", "stability_acceptable", True),
        ("stable is not good enough", "stability_acceptable", False),
    ],
)
def test_names_its_slot_itself(text: str, slot: str, value: bool, asked: str | None) -> None:
    assert told(text, asked) == {slot: value}


@pytest.mark.parametrize("asked", [None, *ASKED])
@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("fibrosis on CT not known", "fibrosis_on_ct"),
        ("PPF not known", "progressive_pulmonary_fibrosis"),
        ("previous treatment not known", "previous_therapy"),
    ],
)
def test_says_itself_what_is_not_known(text: str, slot: str, asked: str | None) -> None:
    assert told(text, asked) == {"declined": [slot]}


@pytest.mark.parametrize("asked", [None, "previous_therapy"])
@pytest.mark.parametrize(
    "text",
    [
        "side effects of rituximab?",
        "what are the side effects of tofacitinib",
        "please prescribe rituximab for her",
        "order IVIG",
        "should MMF be stopped?",
        "thinking of a switch from MMF to tacrolimus",
        "sarcoidosis?",
        "do you cover scleroderma?",
        "PPF was considered but not confirmed",
        "only one PPF criterion met",
        "change lung function",
    ],
)
def test_a_topic_a_request_and_a_question_set_nothing(text: str, asked: str | None) -> None:
    assert told(text, asked) == {}


@pytest.mark.parametrize(
    ("text", "current", "previous"),
    [
        ("on MMF, rituximab is planned", ["mycophenolate"], None),
        ("on MMF, nintedanib stopped for diarrhoea", ["mycophenolate"], ["nintedanib"]),
        ("taking azathioprine, methotrexate had to be stopped", ["azathioprine"], ["methotrexate"]),
        ("takes MMF and tac, rituximab was never given", ["mycophenolate", "tacrolimus"], None),
        ("on tac, s/p 6x IV CYC, RTX never", ["tacrolimus"], ["cyclophosphamide"]),
        ("MMF, tac and AZA were all discontinued", [], ["azathioprine", "mycophenolate", "tacrolimus"]),
        ("First MTX, then AZA, now MMF", ["mycophenolate"], ["azathioprine", "methotrexate"]),
        ("after MMF and CYC, she is now treated with RTX", ["rituximab"], ["cyclophosphamide", "mycophenolate"]),
        ("Intolerant to AZA, MMF since then", ["mycophenolate"], ["azathioprine"]),
        ("She did well on rituximab two years ago. Now AZA only.", ["azathioprine"], ["rituximab"]),
        ("6 cycles of CYC, then MMF for 2 years, then nothing", None, ["cyclophosphamide", "mycophenolate"]),
        ("AZA was not tolerated, nor was MTX", None, ["azathioprine", "methotrexate"]),
        ("She is on tacrolimus, what should I add?", ["tacrolimus"], None),
        ("does it matter that she is on methotrexate?", ["methotrexate"], None),
        ("**on MMF** <b>and tac</b>", ["mycophenolate", "tacrolimus"], None),
        ("on mycofenolat", ["mycophenolate"], None),
    ],
)
def test_each_agent_has_its_own_word(text: str, current: list[str] | None, previous: list[str] | None) -> None:
    changed = told(text)
    assert changed.get("current_therapy") == current or (current == [] and not changed.get("current_therapy"))
    assert changed.get("previous_therapy") == previous


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("FVC improved and FVC worse", "goal_lung_function"),
        ("CT is better and worse", "goal_ild_extent"),
        ("breathlessness improved and breathlessness worse", "goal_breathlessness"),
    ],
)
def test_a_contradiction_keeps_the_old_value_and_asks(text: str, slot: str) -> None:
    changed = told(text, known={slot: "stable"})
    assert slot not in changed
    (question,) = changed["clarifications"]
    assert question["kind"] == "contradiction"
    for choice, value in zip(question["choices"], ("achieved", "stable", "not_achieved"), strict=True):
        answer = update({slot: "stable", **changed}, read(choice["says"]), question["id"])
        assert {slot: "stable", **answer.slots}[slot] == value
        assert answer.slots["clarifications"] == []


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("neither FVC nor DLCO has improved", "goal_lung_function", "not_achieved"),
        ("neither FVC nor DLCO has worsened", "goal_lung_function", "stable"),
        ("no longer losing lung function", "goal_lung_function", "stable"),
        ("CT: no progression, no regression", "goal_ild_extent", "stable"),
        ("mMRC 3 after 2", "goal_breathlessness", "not_achieved"),
    ],
)
def test_denials_and_orders(text: str, slot: str, value: str) -> None:
    assert told(text)[slot] == value


@pytest.mark.parametrize("text", ["not rapidly progressive", "rapid progression has been ruled out"])
def test_rapid_progression_denied_tells_no_course(text: str) -> None:
    assert told(text) == {"rapidly_progressive": False}


def test_a_fall_over_years_is_no_criterion_though_the_last_year_is_named() -> None:
    assert (
        told("FVC dropped from 80 to 70 over five years, stable at 70 for the last year").get("ppf_physiology") is None
    )


@pytest.mark.parametrize(
    ("text", "disease"),
    [
        ("RA-ILD. You asked whether the positive Ro-52 meant a myositis. It does not: CK 66.", "rheumatoid_arthritis"),
        ("RA-ILD. The question was whether she has myositis. This is not the case.", "rheumatoid_arthritis"),
        ("You asked whether this could be an antisynthetase syndrome. It is: Jo-1 is positive.", "iim"),
        (
            'You asked about a possible "myositis lung". We are confident that the ILD is due to sarcoidosis.',
            "sarcoidosis",
        ),
        ("You asked whether we should treat the myositis with rituximab. We should.", "iim"),
        ("A short question about a scleroderma ILD (no myositis).", "systemic_sclerosis"),
    ],
)
def test_a_disease_that_was_asked_about_is_the_one_only_if_the_answer_says_so(text: str, disease: str) -> None:
    assert told(text).get("underlying_disease") == disease
