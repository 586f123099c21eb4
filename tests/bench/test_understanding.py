"""Scores of the comparison, and what the compared programs are given; none of them is needed here."""

from __future__ import annotations

import pytest

from bench.understanding.intents import Classified
from bench.understanding.mentions import mentions
from bench.understanding.scores import FALLBACK, Status, Therapies, score_intents, score_therapies
from bench.understanding.tables import CLASSIFIER, OURS, confusions, intent_table, therapy_table
from bench.understanding.therapy import example, names_an_agent, status_of
from tests.language.evaluation.split import Message, Turn

NOW, BEFORE, NEITHER = Status.NOW, Status.BEFORE, Status.NEITHER


def _therapies(now: str = "", before: str = "") -> Therapies:
    return Therapies(frozenset(now.split()), frozenset(before.split()))


def test_the_last_mention_that_says_something_decides() -> None:
    said = [("tacrolimus", NOW), ("tacrolimus", BEFORE), ("tacrolimus", NEITHER), ("rituximab", NEITHER)]
    assert Therapies.from_mentions(said) == _therapies(before="tacrolimus")


def test_a_class_name_counts_only_where_no_agent_of_the_class_is_named() -> None:
    said = [("glucocorticoid", NOW), ("prednisone", NOW), ("jak_inhibitor", NOW), ("tofacitinib", BEFORE)]
    assert Therapies.from_mentions(said) == _therapies("prednisone jak_inhibitor", "tofacitinib")


def test_none_and_not_told_are_the_same() -> None:
    assert Therapies.from_slots({"current_therapy": []}) == Therapies.from_slots({}) == Therapies()


def test_therapies_are_scored_by_agent_and_by_message() -> None:
    gold = {"a": _therapies("tacrolimus prednisone", "rituximab"), "b": _therapies("azathioprine")}
    got = {"a": _therapies("tacrolimus rituximab"), "b": _therapies("azathioprine")}
    score = score_therapies(gold, got)
    assert score.right.percent == 50
    assert (score.now_precision.part, score.now_precision.whole) == (2, 3)
    assert (score.now_recall.part, score.now_recall.whole) == (2, 3)
    assert score.before_precision.percent is None
    assert score.before_recall.percent == 0
    assert (score.dangerous.part, score.dangerous.whole) == (1, 2)


def test_intents_are_scored_apart_from_unknown_questions() -> None:
    pairs = [("why", "why"), ("why", FALLBACK), ("help", "why"), (FALLBACK, FALLBACK), (FALLBACK, "help")]
    score = score_intents(pairs)
    assert (score.right.part, score.right.whole) == (1, 3)
    assert (score.not_understood.part, score.not_understood.whole) == (1, 3)
    assert (score.refused.part, score.refused.whole) == (1, 2)
    assert score.macro_f1 == pytest.approx(100 * (2 / 4 + 0 + 2 / 4) / 3)
    assert (("help", "why"), 1) in score.confusions


@pytest.mark.parametrize(
    ("modifiers", "status"),
    [
        ([], NOW),
        (["HISTORICAL"], BEFORE),
        (["NEGATED_EXISTENCE"], NEITHER),
        (["HISTORICAL", "NEGATED_EXISTENCE"], NEITHER),
        (["FAMILY"], NEITHER),
        (["HYPOTHETICAL"], NEITHER),
    ],
)
def test_the_modifiers_of_context_map_to_a_status(modifiers: list[str], status: Status) -> None:
    assert status_of(modifiers) is status


def test_mentions_point_at_the_words_of_the_message() -> None:
    text = "stopped tacrolimis, on MMF/pred"
    found = {text[mention.start : mention.end]: mention.agent for mention in mentions(text)}
    assert found == {"tacrolimis": "tacrolimus", "MMF": "mycophenolate", "pred": "glucocorticoid"}


def test_an_abbreviation_that_can_be_a_disease_is_a_mention_beside_a_dose_only() -> None:
    assert [mention.agent for mention in mentions("MPA 720 mg bd, pred 5 mg")] == ["mycophenolate", "glucocorticoid"]
    assert mentions("it is MPA, a vasculitis") == ()


def test_a_training_example_has_the_roles_of_the_gold() -> None:
    slots = {"current_therapy": ["azathioprine"], "previous_therapy": ["mycophenolate"]}
    entry = example(Message("id", (Turn("MMF -> AZA, rituximab planned"),), slots))
    assert {entity["value"]: entity["role"] for entity in entry["entities"]} == {
        "MMF": "before",
        "AZA": "now",
        "rituximab": "neither",
    }


def test_messages_that_name_no_agent_are_told_apart() -> None:
    assert names_an_agent(Message("id", (Turn("should I add rituximab?"),), {}))
    assert not names_an_agent(Message("id", (Turn("more breathless"),), {"ppf_symptoms": True}))


def test_the_table_counts_what_only_another_program_reads_rightly() -> None:
    part = [
        Message("single", (Turn("on MMF"),), {"current_therapy": ["mycophenolate"]}),
        Message("both", (Turn("on AZA"), Turn("stopped it")), {"previous_therapy": ["azathioprine"]}),
        Message("unnamed", (Turn("more breathless"),), {"ppf_symptoms": True}),
    ]
    right = {"single": _therapies("mycophenolate"), "both": _therapies(before="azathioprine"), "unnamed": Therapies()}
    wrong = right | {"both": _therapies("azathioprine")}
    lines = [
        " ".join(line.split()) for line in therapy_table("test", part, {OURS: (wrong, 0.5), "other": (right, 2.0)})
    ]
    assert lines[1] == "all (2) ours 50.0 % 50.0 % 100.0 % - 0.0 % 1 0 0.5"
    assert lines[-1] == "conversations (1) other 100.0 % - - 100.0 % 100.0 % 0 1 2.0"


def test_the_table_of_intents_names_no_question() -> None:
    asked = [("why", "how so"), (FALLBACK, "will it rain")]
    ours = Classified(("help", FALLBACK), 2.0, 1.0)
    other = Classified(("why", "why"), 60.0, 9.0)
    rows = [" ".join(line.split()) for line in intent_table(asked, {CLASSIFIER: ours, "DIET": other})]
    assert rows[1].endswith("0.0 % 50.0 % 0.0 % 100.0 % 0 2 1.0")
    assert rows[2] == "DIET 100.0 % 33.3 % 0.0 % 0.0 % 1 60 9.0"
    assert list(confusions(asked, ours)) == ["1 why -> help"]
