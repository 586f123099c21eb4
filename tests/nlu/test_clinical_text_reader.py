"""How the facts of a message correct the intent of the classifier, whose verdict is given here."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.clinical_text_reader import ClinicalTextReader

FALLBACK = "nlu_fallback"


def _read(text: str, intent: str, confidence: float = 0.95) -> Message:
    verdict = {"name": intent, "confidence": confidence}
    message = Message({"text": text, "intent": verdict, "intent_ranking": [verdict]})
    return ClinicalTextReader().process([message])[0]


@pytest.mark.parametrize(
    "text", ["forget that", "scrap it", "forget the CT", "delete the last one", "drop azathioprine"]
)
def test_taking_one_thing_back_never_opens_a_new_case(text: str) -> None:
    assert _read(text, "new").get("intent")["name"] != "new"


@pytest.mark.parametrize("text", ["forget this patient", "clear everything", "wipe the case", "someone else now"])
def test_the_whole_case_is_left_where_it_is_meant(text: str) -> None:
    assert _read(text, "new").get("intent")["name"] == "new"


@pytest.mark.parametrize(("text", "intent"), [("nope", "deny"), ("yes", "affirm"), ("not done", "dont_know")])
@pytest.mark.parametrize("classified", ["inform", FALLBACK])
def test_a_bare_answer_has_the_intent_of_what_it_says(text: str, intent: str, classified: str) -> None:
    assert _read(text, classified).get("intent")["name"] == intent


def test_a_question_beside_facts_is_answered_and_the_facts_are_kept() -> None:
    message = _read("on tac, what about rituximab", "ask_rituximab")
    assert message.get("intent")["name"] == "ask_rituximab"
    assert [entity["value"]["subject"] for entity in message.get("entities")] == ["tacrolimus"]


@pytest.mark.parametrize("text", ["was changed over from tac to ciclosporin", "did not tolerate MMF, now on AZA"])
def test_a_statement_that_leaves_out_who_is_no_question(text: str) -> None:
    message = _read(text, "ask_combination", 0.85)
    assert message.get("intent")["name"] == "inform"
    assert message.get("entities")


def test_the_intent_is_first_in_the_ranking() -> None:
    message = _read("on MMF", "ask_mycophenolate", 0.6)
    assert [entry["name"] for entry in message.get("intent_ranking")] == ["inform", "ask_mycophenolate"]
