"""The pure parts of a team channel: attention, claims, disputes, notes."""

from __future__ import annotations

import json

import pytest

from bot.channels.team.attention import hear, is_for_assistant, spoken_command
from bot.channels.team.claims import claim_words, claims, contradictions
from bot.channels.team.disputes import Dispute, Side, decided_by, divide
from bot.channels.team.notes import Notes, Voice

ANNA, BERT, CORA = "U1", "U2", "U3"
CASE = {
    "current_therapy": ["mycophenolate"],
    "previous_therapy": None,
    "goal_ild_extent": "not_achieved",
    "goal_breathlessness": "not_achieved",
    "ppf_symptoms": True,
    "ppf_radiology": True,
    "fibrosis_on_ct": True,
    "progressive_pulmonary_fibrosis": "yes",
}


def voice(person: str, at: float = 1.0) -> Voice:
    return Voice(person, "words", at)


def said_by(person: str, slots: dict[str, object] = CASE) -> Notes:
    now = claims(slots)
    return Notes().with_turn({}, now, now, dict.fromkeys(now, voice(person)))


@pytest.mark.parametrize(
    "text",
    [
        "stopped the MMF in May",
        "FVC 72 to 66 over 8 months",
        "CT from Tuesday: stable",
        "CT from Tuesday: stable. Should we add rituximab?",
        "she was on rituximab until last year",
        "I looked again: no fibrosis on the CT",
    ],
)
def test_facts_are_for_the_assistant(text: str) -> None:
    assert is_for_assistant(hear(text, CASE, None), CASE, among_people=False)
    assert is_for_assistant(hear(text, CASE, None), CASE, among_people=True)


@pytest.mark.parametrize(
    "text",
    [
        "lunch at 12?",
        "can we move the meeting to 3 pm?",
        "is the CT worse, or stable?",
        "+1",
        "I will be there at 3",
        "is she still on MMF?",
        "should we add rituximab?",
        "what was the FVC?",
        "thanks, agreed",
        "yes",
        "no",
        "next patient",
        "me too",
        "on MMF",  # known already
        "CT worse",  # known in more detail
        "",
    ],
)
def test_talk_among_people_is_not(text: str) -> None:
    assert not is_for_assistant(hear(text, CASE, None), CASE, among_people=False)


def test_a_bare_answer_is_for_whoever_asked_last() -> None:
    slots = {**CASE, "goal_lung_function": None}
    heard = hear("worse", slots, "goal_lung_function")
    assert is_for_assistant(heard, slots, among_people=False)
    assert not is_for_assistant(heard, slots, among_people=True)
    assert not is_for_assistant(hear("worse", slots, None), slots, among_people=False)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Summary!", "summary"),
        ("summary, please", "summary"),
        ("why", None),
        ("the summary of the CT says stable", None),
    ],
)
def test_commands_are_spoken(text: str, command: str | None) -> None:
    assert spoken_command(text) == command


def test_a_case_as_claims() -> None:
    slots = {**CASE, "previous_therapy": [], "patient_features": ["smoker"]}
    found = claims(slots)
    assert found["agent:mycophenolate"] == "now"
    assert found["previous_therapy"] == "none"
    assert found["patient_features:smoker"] is True
    assert "progressive_pulmonary_fibrosis" not in found
    assert claim_words("agent:mycophenolate", "now") == "Mycophenolate: taken now"
    assert claim_words("goal_ild_extent", "not_achieved") == "Extent on CT: not reached"


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ({"goal_ild_extent": "stable"}, ["goal_ild_extent"]),
        ({"current_therapy": ["mycophenolate", "tacrolimus"]}, []),
        ({"current_therapy": ["tacrolimus"], "previous_therapy": ["mycophenolate"]}, ["agent:mycophenolate"]),
        ({"current_therapy": []}, ["agent:mycophenolate"]),
        ({"ppf_radiology": None}, []),
        ({"previous_therapy": ["rituximab"]}, []),
    ],
)
def test_what_contradicts_and_what_adds(later: dict[str, object], expected: list[str]) -> None:
    assert contradictions(claims(CASE), claims({**CASE, **later})) == expected


def test_none_is_contradicted_by_some() -> None:
    none = {**CASE, "previous_therapy": []}
    assert contradictions(claims(none), claims({**CASE, "previous_therapy": ["rituximab"]})) == ["previous_therapy"]


def test_another_person_is_contradicted_oneself_is_corrected() -> None:
    heard = hear("CT stable", CASE, None)
    notes = said_by(ANNA)
    assert divide(heard, CASE, notes.others_claims(BERT)).contested == {"goal_ild_extent": "stable"}
    assert not divide(heard, CASE, notes.others_claims(ANNA)).contested


def test_what_does_not_contradict_is_taken_in_at_once() -> None:
    heard = hear("CT stable, and tacrolimus was started", CASE, None)
    split = divide(heard, CASE, said_by(ANNA).others_claims(BERT))
    assert dict(split.contested) == {"goal_ild_extent": "stable"}
    assert claims(hear(split.rest, {}, None).change.slots) == {"agent:tacrolimus": "now"}


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("stable", 1),
        ("the CT is stable", 1),
        ("worse", 0),
        ("CT worse, I have seen it", 0),
        ("yes", None),
        ("on MMF", None),
    ],
)
def test_a_message_takes_a_side(text: str, side: int | None) -> None:
    heard = hear("CT stable", CASE, None)
    contested = divide(heard, CASE, said_by(ANNA).others_claims(BERT)).contested
    sides = (Side("not_achieved", (ANNA,), "worse"), Side(contested["goal_ild_extent"], (BERT,), "stable", "CT stable"))
    dispute = Dispute("1", "goal_ild_extent", sides)
    assert decided_by(dispute, hear(text, CASE, None), CASE) == side


def test_who_repeats_a_claim_stands_for_it_too() -> None:
    notes, now = said_by(ANNA), claims(CASE)
    again = notes.with_turn(now, now, {"goal_ild_extent": "not_achieved"}, dict.fromkeys(now, voice(BERT)))
    assert [known.person for known in again.statements["goal_ild_extent"].voices] == [ANNA, BERT]
    assert [known.person for known in again.statements["goal_breathlessness"].voices] == [ANNA]
    # Now that two stand for it, either of them who changes it contradicts the other.
    assert "goal_ild_extent" in again.others_claims(ANNA)
    assert "goal_breathlessness" not in again.others_claims(ANNA)


def test_notes_survive_storage() -> None:
    notes, _ = said_by(ANNA).with_dispute(
        "goal_ild_extent", [Side("not_achieved", (ANNA,), "worse"), Side("stable", (BERT,), "stable", "CT stable", "7")]
    )
    assert Notes.from_dict(json.loads(json.dumps(notes.as_dict()))) == notes


def test_a_third_voice_joins_a_dispute() -> None:
    first, second = Side("not_achieved", (ANNA,), "worse"), Side("stable", (BERT,), "stable", "CT stable")
    notes, dispute = said_by(ANNA).with_dispute("goal_ild_extent", [first, second])
    notes, dispute = notes.with_dispute("goal_ild_extent", [first, Side("achieved", (CORA,), "better", "CT better")])
    assert [side.value for side in dispute.sides] == ["not_achieved", "stable", "achieved"]
    assert notes.disputes == (dispute,)


def test_a_dispute_ends_when_the_case_moves_on() -> None:
    sides = [Side("not_achieved", (ANNA,), "worse"), Side("stable", (BERT,), "stable", "CT stable")]
    notes, _ = said_by(ANNA).with_dispute("goal_ild_extent", sides)
    assert notes.settled(claims(CASE)).disputes
    assert not notes.settled(claims({**CASE, "goal_ild_extent": "stable"})).disputes
