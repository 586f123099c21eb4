"""The rules once more, naively: what `recommend` must answer, written from the specification and not from the code.

A case is a mapping of slots; what is left out is null. Nothing of `bot.guideline` is used here, on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Slots = Mapping[str, Any]
Lines = tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...]
"""The options: class, action, agents, tried."""

GLUCOCORTICOIDS = (
    "prednisone",
    "prednisolone",
    "methylprednisolone",
    "dexamethasone",
    "hydrocortisone",
    "glucocorticoid",
)
CALCINEURIN_INHIBITORS = ("ciclosporin", "tacrolimus", "voclosporin", "calcineurin_inhibitor")
JAK_INHIBITORS = ("tofacitinib", "baricitinib", "upadacitinib", "filgotinib", "ruxolitinib", "jak_inhibitor")
OTHERS = ("rituximab", "cyclophosphamide", "ivig", "mycophenolate", "azathioprine", "methotrexate")
ANTIFIBROTICS = ("nintedanib", "pirfenidone", "nerandomilast")
BIOLOGICS = ("tocilizumab", "abatacept", "basiliximab")
NOT_LISTED = (*BIOLOGICS, "leflunomide", "hydroxychloroquine", "plasma_exchange")

AGENTS = (*GLUCOCORTICOIDS, *CALCINEURIN_INHIBITORS, *JAK_INHIBITORS, *OTHERS, *ANTIFIBROTICS, *NOT_LISTED)
NO_IMMUNOSUPPRESSANTS = (*ANTIFIBROTICS, "hydroxychloroquine", "plasma_exchange")
IMMUNOSUPPRESSANTS = tuple(agent for agent in AGENTS if agent not in NO_IMMUNOSUPPRESSANTS)

DISEASES = (
    "iim",
    "systemic_sclerosis",
    "rheumatoid_arthritis",
    "sjogren",
    "sle",
    "mctd",
    "ipf",
    "sarcoidosis",
    "hypersensitivity_pneumonitis",
    "vasculitis",
    "other",
)
GOALS = ("goal_lung_function", "goal_ild_extent", "goal_breathlessness")
PPF = "progressive_pulmonary_fibrosis"


def status(case: Slots) -> str:
    """Return the status; the first rule that fits holds."""
    now = case.get("current_therapy")
    before = case.get("previous_therapy") or []
    goals = [case.get(goal) for goal in GOALS]
    # 1. another disease
    if case.get("underlying_disease") not in (None, "iim"):
        return "out_of_scope"
    # 2. the present treatment is not known
    if now is None:
        return "incomplete"
    # 3. no immunosuppressant, now or before
    if not any(agent in IMMUNOSUPPRESSANTS for agent in [*now, *before]):
        return "start_immunosuppression"
    # 4. one goal that was not reached is enough
    if any(goal == "not_achieved" for goal in goals):
        return "escalate"
    # 5. a goal is not known
    if any(goal is None for goal in goals):
        return "incomplete"
    # 6. a goal is stable: the clinician decides
    if any(goal == "stable" for goal in goals):
        if case.get("stability_acceptable") is None:
            return "incomplete"
        return "goals_met" if case["stability_acceptable"] else "escalate"
    # 7. all three achieved
    return "goals_met"


def options(case: Slots) -> Lines:
    """Return the five options in the order of the source; none unless the status is `escalate`."""
    if status(case) != "escalate":
        return ()
    return (
        calcineurin_inhibitor(case),
        one_agent(case, "rituximab"),
        jak_inhibitor(case),
        one_agent(case, "cyclophosphamide"),
        one_agent(case, "ivig"),
    )


def calcineurin_inhibitor(case: Slots) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """On two: a warning. On one: the other one instead. On none: those not tried."""
    taken = chosen(case.get("current_therapy"), CALCINEURIN_INHIBITORS)
    tried = chosen(case.get("previous_therapy"), CALCINEURIN_INHIBITORS)
    left = tuple(agent for agent in ("ciclosporin", "tacrolimus") if agent not in taken and agent not in tried)
    if len(taken) >= 2:
        return "calcineurin_inhibitor", "already_taking", taken, tried
    if not left:
        return "calcineurin_inhibitor", "already_tried", (), tried
    if len(taken) == 1:
        return "calcineurin_inhibitor", "switch", left, tried
    return "calcineurin_inhibitor", "add_or_switch", left, tried


def jak_inhibitor(case: Slots) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """Any of the class now, any of the class before, or open."""
    taken = chosen(case.get("current_therapy"), JAK_INHIBITORS)
    tried = chosen(case.get("previous_therapy"), JAK_INHIBITORS)
    if taken:
        return "jak_inhibitor", "already_taking", taken, tried
    if tried:
        return "jak_inhibitor", "already_tried", (), tried
    return "jak_inhibitor", "add_or_switch", ("tofacitinib", "baricitinib"), ()


def one_agent(case: Slots, agent: str) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """Return the line of a class of one agent."""
    if agent in (case.get("current_therapy") or []):
        return agent, "already_taking", (agent,), ()
    if agent in (case.get("previous_therapy") or []):
        return agent, "already_tried", (), (agent,)
    return agent, "add_or_switch", (agent,), ()


def chosen(therapy: Any, members: tuple[str, ...]) -> tuple[str, ...]:
    """Return the members of a class that stand in a therapy.

    The unnamed one ("a CNI") adds nothing beside a named one: it is taken for the same drug, said less precisely.
    """
    found = tuple(agent for agent in members if agent in (therapy or []))
    named = tuple(agent for agent in found if agent not in ("calcineurin_inhibitor", "jak_inhibitor"))
    return named or found


def nintedanib(case: Slots) -> str:
    """Return the answer on nintedanib; the first rule that fits holds."""
    now = case.get("current_therapy")
    before = case.get("previous_therapy") or []
    # 1. taken now
    if now is not None and "nintedanib" in now:
        return "continue"
    # 2. nothing to add it to
    if status(case) in ("out_of_scope", "start_immunosuppression") or now is None:
        return "undetermined"
    # 3. PPF not known, or none
    if case.get(PPF) is None:
        return "undetermined"
    if case[PPF] == "no":
        return "not_indicated"
    # 4. PPF
    return "already_tried" if "nintedanib" in before else "add"


def answer(case: Slots) -> tuple[str, Lines, str]:
    """Return what a missing slot could change: status, options, nintedanib."""
    return status(case), options(case), nintedanib(case)


ASKED: dict[str, tuple[Any, ...]] = {
    # A therapy is a list of agents; single agents and none show every change that a longer list shows.
    "current_therapy": ((), *((agent,) for agent in AGENTS)),
    "goal_lung_function": ("achieved", "stable", "not_achieved"),
    "goal_ild_extent": ("achieved", "stable", "not_achieved"),
    "goal_breathlessness": ("achieved", "stable", "not_achieved"),
    "stability_acceptable": (True, False),
    PPF: ("yes", "no"),
    "previous_therapy": ((), *((agent,) for agent in AGENTS)),
}
"""Every slot that may be missing, in asking order, with the values that it can have."""


def missing(case: Slots) -> tuple[str, ...]:
    """Return the slots that are null and of which some value would change the answer, by trying every value."""
    if status(case) == "out_of_scope":
        return ()
    before = answer(case)
    return tuple(
        slot
        for slot, values in ASKED.items()
        if case.get(slot) is None and any(answer({**case, slot: value}) != before for value in values)
    )


def completions(case: Slots, slots: tuple[str, ...]) -> Iterator[Slots]:
    """Yield the case with every combination of values of these slots."""
    if not slots:
        yield case
        return
    for value in ASKED[slots[0]]:
        yield from completions({**case, slots[0]: value}, slots[1:])


def cautions_at_option(case: Slots, line: tuple[str, str, tuple[str, ...], tuple[str, ...]]) -> set[str]:
    """Return the cautions of one option, from the table of cautions."""
    drug_class, action, agents, _ = line
    now = set(case.get("current_therapy") or ())
    features = set(case.get("patient_features") or ())
    is_open = action in ("add_or_switch", "switch")
    offered_or_taken = is_open or action == "already_taking"
    cni_of_the_label = set(chosen(list(now), CALCINEURIN_INHIBITORS)) & {
        "ciclosporin",
        "tacrolimus",
        "calcineurin_inhibitor",
    }
    if drug_class == "calcineurin_inhibitor":
        conditions = {
            "two-cni": bool(cni_of_the_label),
            "cni-renal": is_open,
            "cni-mmf": action == "switch" and "mycophenolate" in now,
            "jaki-cni": offered_or_taken and bool(now & set(JAK_INHIBITORS)),
            "nin-ciclosporin": is_open and "ciclosporin" in agents and nintedanib(case) in ("add", "continue"),
        }
    elif drug_class == "jak_inhibitor":
        risk = {"age_65_or_more", "smoker", "cardiovascular_risk", "thromboembolism", "malignancy"}
        conditions = {
            "jaki-boxed": is_open,
            "jaki-older": is_open and bool(features & risk),
            "jaki-cni": offered_or_taken and bool(now & set(CALCINEURIN_INHIBITORS)),
            "jaki-aza": offered_or_taken and "azathioprine" in now,
            "jaki-biologic": offered_or_taken and bool(now & {"rituximab", *BIOLOGICS}),
        }
    elif drug_class == "rituximab":
        conditions = {
            "rtx-hbv": is_open,
            "jaki-biologic": offered_or_taken and bool(now & set(JAK_INHIBITORS)),
        }
    elif drug_class == "cyclophosphamide":
        besides = set(IMMUNOSUPPRESSANTS) - set(GLUCOCORTICOIDS)
        conditions = {"cyc-toxicity": is_open, "cyc-combination": is_open and bool(now & besides)}
    else:
        conditions = {"ivig-thrombosis": is_open, "ivig-dm": is_open and "dermatomyositis" in features}
    return {caution for caution, holds in conditions.items() if holds}


def cautions_of_case(case: Slots) -> set[str]:
    """Return the cautions of the case as a whole and of nintedanib, from the table of cautions."""
    now = set(case.get("current_therapy") or ())
    features = set(case.get("patient_features") or ())
    here, on_nintedanib = status(case), nintedanib(case)
    in_use = on_nintedanib in ("add", "continue")
    rituximab_open = any(line[0] == "rituximab" and line[1] == "add_or_switch" for line in options(case))
    treated = here in ("escalate", "goals_met", "incomplete")
    conditions = {
        "nin-liver": in_use,
        "nin-pregnancy": in_use,
        "nin-bleeding": in_use and "anticoagulant" in features,
        "nin-rapid": on_nintedanib == "add" and case.get("rapidly_progressive") is True,
        "nin-antifibrotic": on_nintedanib == "add" and bool(now & {"pirfenidone", "nerandomilast"}),
        "nin-ciclosporin": in_use and "ciclosporin" in now,
        "pregnancy": here != "out_of_scope" and "pregnancy" in features,
        "infection": here == "escalate",
        "pjp": rituximab_open or (here in ("escalate", "goals_met") and "rituximab" in now),
        "intolerance": treated and bool(case.get("not_tolerated")),
        "two-cni": here in ("incomplete", "goals_met") and len(chosen(list(now), CALCINEURIN_INHIBITORS)) > 1,
    }
    return {caution for caution, holds in conditions.items() if holds}
