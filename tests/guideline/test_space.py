"""The complete space of cases, enumerated, against the rules written down once more in `oracle.py`.

The full product of all slots is beyond any machine, so it is cut where the rules do not meet, and the cuts are proved:

* decisions: every value of every slot but the therapies, times every kind of therapy that can matter for status,
  nintedanib and missing (435,456 cases);
* therapies: every state (now, before, neither) of every class that has a line or a caution of its own (69,984 cases),
  and those of the options and nintedanib on every way through the rules on status (15,309 cases);
* members: every state of every agent within its class, alone and beside mycophenolate (6,048 cases);
* features: every set of features of the patient, in every status (20,480 cases).

That a therapy counts for the status only by being null and by holding an immunosuppressant, and for an option only by
the members of its class, is what the tests named `test_the_cut_...` show.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any, cast

import pytest

from bot.guideline import Case, Recommendation, recommend
from bot.guideline.knowledge import FEATURES, KNOWLEDGE
from bot.guideline.recommend import advise, decide_nintedanib, decide_status
from tests.guideline import oracle

STATEMENTS = {
    "escalate": ["R1", "A1", "A2"],
    "goals_met": ["R1", "A2"],
    "start_immunosuppression": ["R1", "R2"],
    "incomplete": ["A2"],
    "out_of_scope": [],
}
"""What the guideline says in each status; R2's grade never stands beside options."""
THE_FIVE = ("calcineurin_inhibitor", "rituximab", "jak_inhibitor", "cyclophosphamide", "ivig")
GOAL = (None, "achieved", "stable", "not_achieved")
YES_NO_UNKNOWN = (None, True, False)
PPF_STATES = (None, "yes", "no")

Therapy = tuple[str, ...] | None


def slots_of(case: Case) -> dict[str, Any]:
    """Return a case as the mapping that the oracle reads."""
    return {name: getattr(case, name) for name in Case.__dataclass_fields__}


def lines(recommendation: Recommendation) -> oracle.Lines:
    """Return the options without their cautions."""
    return tuple((o.drug_class, o.action, o.agents, o.tried) for o in recommendation.options)


# What holds in every case, whatever the rules are.


def check_invariants(case: Case, given: Recommendation) -> None:
    """Check what no case may break."""
    assert [statement.id for statement in given.statements] == STATEMENTS[given.status]
    assert given.urgent is (case.rapidly_progressive is True)
    check_options(case, given)
    if given.nintedanib == "add":
        assert case.progressive_pulmonary_fibrosis == "yes"
        assert "nintedanib" not in (*case.taking, *case.tried)
        assert case.has_immunosuppressant
    for slot in given.missing:
        assert getattr(case, slot) is None
    assert all(KNOWLEDGE.cautions[caution].source for caution in given.cautions)
    for statement in given.statements:
        check_statement(statement.id, statement.strength, statement.certainty, statement.source)


def check_options(case: Case, given: Recommendation) -> None:
    """Check the five options: order, nothing taken is offered, never a second calcineurin inhibitor."""
    assert tuple(option.drug_class for option in given.options) == (THE_FIVE if given.status == "escalate" else ())
    for option in given.options:
        assert all(KNOWLEDGE.cautions[caution].source for caution in option.cautions)
        if option.action in ("add_or_switch", "switch"):
            assert option.agents
            assert not set(option.agents) & set(case.taking)
            assert not set(option.agents) & set(case.tried)
        if option.drug_class == "calcineurin_inhibitor" and set(case.taking) & set(oracle.CALCINEURIN_INHIBITORS):
            assert option.action != "add_or_switch"


def check_statement(name: str, strength: str | None, certainty: str | None, source: str) -> None:
    """Check that each statement has a source and its own grade, and that R1's grade stands at R1 alone."""
    assert source in KNOWLEDGE.sources
    grades = {"R1": ("strong", "very low"), "R2": ("conditional", "very low"), "A1": (None, None), "A2": (None, None)}
    assert (strength, certainty) == grades[name]


# Decisions: everything but the therapies, times every kind of therapy.

KINDS_NOW: tuple[Therapy, ...] = (
    None,
    (),
    ("nintedanib",),
    ("mycophenolate",),
    ("mycophenolate", "nintedanib"),
)
KINDS_BEFORE: tuple[Therapy, ...] = (
    None,
    (),
    ("nintedanib",),
    ("azathioprine",),
    ("azathioprine", "nintedanib"),
)
KINDS = [
    (now, before)
    for now, before in product(KINDS_NOW, KINDS_BEFORE)
    if not ("nintedanib" in (now or ()) and "nintedanib" in (before or ()))
]


def decisions() -> Iterator[Case]:
    """Yield every combination of goals, stability, PPF and kind of therapy; disease and urgency are left open."""
    for goals in product(GOAL, repeat=3):
        for stability, ppf, (now, before) in product(YES_NO_UNKNOWN, PPF_STATES, KINDS):
            yield Case(
                current_therapy=now,
                previous_therapy=before,
                goal_lung_function=goals[0],
                goal_ild_extent=goals[1],
                goal_breathlessness=goals[2],
                stability_acceptable=stability,
                progressive_pulmonary_fibrosis=ppf,
            )


DISEASES = (None, *oracle.DISEASES)


def test_the_decisions_are_the_435456_that_they_are_said_to_be() -> None:
    assert len(KINDS) * len(GOAL) ** 3 * 3 * 3 * 3 * len(DISEASES) == 435_456


@pytest.mark.parametrize("disease", DISEASES)
def test_every_decision_is_the_one_of_the_rules(disease: str | None) -> None:
    for open_case in decisions():
        slots = {**slots_of(open_case), "underlying_disease": disease}
        expected = (*oracle.answer(slots), oracle_missing(slots))
        calm = oracle.cautions_of_case(slots)
        urgent = oracle.cautions_of_case({**slots, "rapidly_progressive": True})
        for rapid in YES_NO_UNKNOWN:
            case = replace(open_case, underlying_disease=disease, rapidly_progressive=rapid)
            given = recommend(case)
            assert (given.status, lines(given), given.nintedanib, given.missing) == expected, case
            assert set(given.cautions) == (urgent if rapid else calm), case
            check_invariants(case, given)


_MISSING: dict[tuple[Any, ...], tuple[str, ...]] = {}


def oracle_missing(slots: dict[str, Any]) -> tuple[str, ...]:
    """Return the brute force over completions, once for each case of myositis: null and `iim` are one disease."""
    key = (*(slots[name] for name in oracle.ASKED), slots["underlying_disease"] in (None, "iim"))
    if key not in _MISSING:
        _MISSING[key] = oracle.missing(slots)
    return _MISSING[key]


def test_when_nothing_is_missing_no_completion_changes_the_answer() -> None:
    complete = 0
    for case in decisions():
        given = recommend(case)
        if given.missing:
            continue
        complete += 1
        unknown = tuple(slot for slot in oracle.ASKED if getattr(case, slot) is None)
        for filled in oracle.completions(slots_of(case), unknown):
            later = recommend(Case.from_slots(filled))
            assert (later.status, later.nintedanib) == (given.status, given.nintedanib), (case, filled)
            assert lines(later) == lines(given), (case, filled)
    assert complete > 1000


def test_what_is_missing_is_worth_asking() -> None:
    """Answering the missing slots one after the other ends, and ends with nothing missing."""
    for case in decisions():
        slots, asked = slots_of(case), 0
        while still := recommend(Case.from_slots(slots)).missing:
            slots[still[0]] = oracle.ASKED[still[0]][-1]
            asked += 1
            assert asked <= len(oracle.ASKED)


# Therapies: every state of every class with a line or a caution of its own.

THREE_STATES = ("neither", "now", "before")
BACKGROUND = ("prednisolone", "mycophenolate", "azathioprine", "abatacept", "pirfenidone")
"""Counted for cautions while taken now; before, they count for the status alone."""
STATED = ("ciclosporin", "tacrolimus", "tofacitinib", "rituximab", "cyclophosphamide", "ivig", "nintedanib")


def in_order(agents: list[str]) -> tuple[str, ...]:
    return tuple(sorted(agents, key=KNOWLEDGE.agent_order.__getitem__))


def therapies(background: bool = True) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield current and previous therapy for every combination of class states."""
    for states in product(THREE_STATES, repeat=len(STATED)):
        now = [agent for agent, state in zip(STATED, states, strict=True) if state == "now"]
        before = in_order([agent for agent, state in zip(STATED, states, strict=True) if state == "before"])
        for size in range(len(BACKGROUND) + 1 if background else 1):
            for extra in combinations(BACKGROUND, size):
                yield in_order([*now, *extra]), before


GOALS_MISSED = Case(
    goal_lung_function="not_achieved",
    goal_ild_extent="stable",
    goal_breathlessness="achieved",
    progressive_pulmonary_fibrosis="yes",
    rapidly_progressive=True,
)


def test_every_combination_of_therapies_gets_the_lines_and_cautions_of_the_rules() -> None:
    cases = 0
    for now, before in therapies():
        case = replace(GOALS_MISSED, current_therapy=now, previous_therapy=before)
        given, slots = recommend(case), slots_of(case)
        assert (given.status, lines(given), given.nintedanib) == oracle.answer(slots), case
        assert given.missing == (), case
        assert set(given.cautions) == oracle.cautions_of_case(slots), case
        for option, line in zip(given.options, lines(given), strict=True):
            assert set(option.cautions) == oracle.cautions_at_option(slots, line), (case, option)
        check_invariants(case, given)
        cases += 1
    assert cases == 69_984


def test_an_agent_that_is_no_option_changes_nothing_once_it_was_stopped_beside_another() -> None:
    """What was taken before and is no option is worth as much as any other immunosuppressant before: one is enough."""
    silent = [
        a for a in oracle.AGENTS if a not in ("nintedanib", *oracle.CALCINEURIN_INHIBITORS, *oracle.JAK_INHIBITORS)
    ]
    silent = [agent for agent in silent if agent not in ("rituximab", "cyclophosphamide", "ivig", "methotrexate")]
    for now, before in therapies(background=False):
        known = replace(GOALS_MISSED, current_therapy=now, previous_therapy=in_order([*before, "methotrexate"]))
        expected = recommend(known)
        for agent in silent:
            more = replace(known, previous_therapy=in_order([*before, "methotrexate", agent]))
            assert recommend(more) == expected, more


BRANCHES = (
    GOALS_MISSED,
    replace(GOALS_MISSED, goal_lung_function=None),
    replace(GOALS_MISSED, goal_lung_function="stable"),
    replace(GOALS_MISSED, goal_lung_function="stable", stability_acceptable=True),
    replace(GOALS_MISSED, goal_lung_function="stable", stability_acceptable=False),
    replace(GOALS_MISSED, goal_lung_function="achieved", goal_ild_extent="achieved"),
    replace(GOALS_MISSED, underlying_disease="systemic_sclerosis"),
)
"""One case for every way through the rules on status."""


def test_every_combination_of_options_gets_its_answer_in_every_status() -> None:
    for branch, (now, before) in product(BRANCHES, list(therapies(background=False))):
        case = replace(branch, current_therapy=now, previous_therapy=before)
        given, slots = recommend(case), slots_of(case)
        assert (given.status, lines(given), given.nintedanib) == oracle.answer(slots), case
        assert set(given.cautions) == oracle.cautions_of_case(slots), case
        check_invariants(case, given)


def kind(agents: tuple[str, ...], immunosuppressant: str) -> tuple[str, ...]:
    """Return the therapy that stands for these agents among the decisions."""
    suppressed = (immunosuppressant,) if set(agents) & set(oracle.IMMUNOSUPPRESSANTS) else ()
    return (*suppressed, *(("nintedanib",) if "nintedanib" in agents else ()))


def test_the_cut_between_therapies_and_decisions_is_clean() -> None:
    """Status and nintedanib see of any therapy just what its kind among the decisions shows."""
    branches = (GOALS_MISSED, BRANCHES[3])  # With every branch, but fewer therapies, the test above.
    expected = {}
    for branch, (now, before) in product(branches, KINDS):
        simple = replace(branch, current_therapy=now, previous_therapy=before)
        expected[branch, now, before] = (decide_status(simple), decide_nintedanib(simple, decide_status(simple)))
    for now, before in therapies():
        stand_in = (kind(now, "mycophenolate"), kind(before, "azathioprine"))
        for branch in branches:
            case = replace(branch, current_therapy=now, previous_therapy=before)
            status = decide_status(case)
            assert (status, decide_nintedanib(case, status)) == expected[branch, *stand_in], case


class Watched:
    """A case that remembers which of its facts were read."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self.case, name)


def test_the_cut_between_options_and_goals_is_clean() -> None:
    """An option reads therapies, and its cautions features of the patient: no goal, no PPF, no disease."""
    for now, before in therapies(background=False):
        now = in_order([*now, *BACKGROUND])
        watched = Watched(replace(GOALS_MISSED, current_therapy=now, previous_therapy=before))
        for option in KNOWLEDGE.options.values():
            advise(option, cast(Case, watched), "add")
        assert watched.read <= {"taking", "tried", "patient_features"}, watched.read


# Members: every state of every agent within its class, as slots.

CLASSES = (
    oracle.CALCINEURIN_INHIBITORS,
    oracle.JAK_INHIBITORS,
    oracle.GLUCOCORTICOIDS,
    oracle.OTHERS,
    (*oracle.NOT_LISTED,),
    oracle.ANTIFIBROTICS,
)


@pytest.mark.parametrize("members", CLASSES, ids=lambda members: members[0])
@pytest.mark.parametrize("beside", [(), ("mycophenolate",)], ids=["alone", "beside mycophenolate"])
def test_every_member_of_a_class_counts(members: tuple[str, ...], beside: tuple[str, ...]) -> None:
    for states in product(THREE_STATES, repeat=len(members)):
        now = [agent for agent, state in zip(members, states, strict=True) if state == "now"]
        before = [agent for agent, state in zip(members, states, strict=True) if state == "before"]
        now += [agent for agent in beside if agent not in [*now, *before]]
        slots = {
            "current_therapy": now,
            "previous_therapy": before,
            "goal_breathlessness": "not_achieved",
            "ppf_stated": "yes",
            oracle.PPF: "yes",
        }
        case = Case.from_slots(slots)
        given = recommend(case)
        assert (given.status, lines(given), given.nintedanib) == oracle.answer(slots), slots
        assert set(given.cautions) == oracle.cautions_of_case(slots), slots
        for option, line in zip(given.options, lines(given), strict=True):
            assert set(option.cautions) == oracle.cautions_at_option(slots, line), (slots, option)
        check_invariants(case, given)


# Features: every set of them, in every status.


@pytest.mark.parametrize("not_tolerated", [(), ("azathioprine",)], ids=["tolerated", "not tolerated"])
@pytest.mark.parametrize(
    "case",
    [
        replace(GOALS_MISSED, current_therapy=("mycophenolate",), previous_therapy=("azathioprine",)),
        replace(GOALS_MISSED, current_therapy=("mycophenolate",), goal_lung_function=None),
        replace(BRANCHES[3], current_therapy=("rituximab",), previous_therapy=("azathioprine",)),
        replace(GOALS_MISSED, current_therapy=("nintedanib",), previous_therapy=()),
        replace(BRANCHES[6], current_therapy=("mycophenolate",)),
    ],
    ids=lambda case: decide_status(case),
)
def test_every_set_of_features_brings_its_cautions(case: Case, not_tolerated: tuple[str, ...]) -> None:
    for size in range(len(FEATURES) + 1):
        for features in combinations(FEATURES, size):
            featured = replace(case, patient_features=features, not_tolerated=not_tolerated)
            given, slots = recommend(featured), slots_of(featured)
            assert set(given.cautions) == oracle.cautions_of_case(slots), featured
            for option, line in zip(given.options, lines(given), strict=True):
                assert set(option.cautions) == oracle.cautions_at_option(slots, line), (featured, option)
            assert (given.status, lines(given), given.nintedanib) == oracle.answer(slots), featured


# The object that leaves the house.


def test_the_object_has_the_keys_that_others_rely_on_and_is_the_same_for_the_same_case() -> None:
    keys = {"status", "options", "nintedanib", "urgent", "missing", "cautions", "statements", "guideline"}
    for branch, (now, before) in product(BRANCHES, KINDS):
        case = replace(branch, current_therapy=now, previous_therapy=before)
        given = recommend(case).as_dict()
        assert set(given) == keys
        assert json.loads(json.dumps(given)) == given == recommend(case).as_dict()
        assert all(set(line) == {"class", "action", "agents", "tried", "cautions"} for line in given["options"])
        assert all(set(s) == {"id", "text", "strength", "certainty", "source"} for s in given["statements"])
        assert given["guideline"] == {
            "id": KNOWLEDGE.guideline.id,
            "doi": "10.1183/13993003.02533-2024",
            "version": KNOWLEDGE.guideline.version,
        }
