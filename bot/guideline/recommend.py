"""From a case to the next step: the rules of the guideline line, in the order in which they are read.

The line (ERS/EULAR 2025, treatment algorithm for IIM-ILD [G1]): where initial immunosuppressive therapy did not reach
its goals, add or switch to one of five options; where there is progressive pulmonary fibrosis, add nintedanib.
Nothing here knows text, channels or Rasa, and nothing is guessed: what is None was not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.guideline import ppf
from bot.guideline.case import GOALS, PPF, Case
from bot.guideline.knowledge import KNOWLEDGE, Option, Place, Statement, ordered

OPEN_ACTIONS = frozenset({"add_or_switch", "switch"})


@dataclass(frozen=True, slots=True)
class OptionAdvice:
    """What becomes of one of the five options in this case."""

    drug_class: str
    action: str  # add_or_switch, switch, already_taking, already_tried
    agents: tuple[str, ...]
    tried: tuple[str, ...]
    cautions: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether the option can be added or switched to."""
        return self.action in OPEN_ACTIONS

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of the recommendation object."""
        return {
            "class": self.drug_class,
            "action": self.action,
            "agents": list(self.agents),
            "tried": list(self.tried),
            "cautions": list(self.cautions),
        }


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answer to a case."""

    status: str  # escalate, goals_met, start_immunosuppression, incomplete, out_of_scope
    options: tuple[OptionAdvice, ...]
    nintedanib: str  # add, continue, already_tried, not_indicated, undetermined
    urgent: bool
    missing: tuple[str, ...]
    cautions: tuple[str, ...]
    statements: tuple[Statement, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the recommendation object: JSON-able, the same for the same case."""
        guideline = KNOWLEDGE.guideline
        return {
            "status": self.status,
            "options": [option.as_dict() for option in self.options],
            "nintedanib": self.nintedanib,
            "urgent": self.urgent,
            "missing": list(self.missing),
            "cautions": list(self.cautions),
            "statements": [
                {"id": s.id, "text": s.text, "strength": s.strength, "certainty": s.certainty, "source": s.source}
                for s in self.statements
            ],
            "guideline": {"id": guideline.id, "doi": guideline.doi, "version": guideline.version},
        }


def recommend(case: Case) -> Recommendation:
    """Apply the guideline line to a case [G1, G2]."""
    status = decide_status(case)
    nintedanib = decide_nintedanib(case, status)
    escalates = status == "escalate"
    options = tuple(advise(option, case, nintedanib) for option in KNOWLEDGE.options.values() if escalates)
    return Recommendation(
        status=status,
        options=options,
        nintedanib=nintedanib,
        urgent=case.rapidly_progressive is True,
        missing=find_missing(case, status),
        cautions=_cautions_of_case(case, status, nintedanib, options),
        statements=tuple(s for s in KNOWLEDGE.statements.values() if status in s.status),
    )


def decide_status(case: Case) -> str:
    """Say where the patient stands in the algorithm; the first rule that fits holds [G1]."""
    if case.underlying_disease not in (None, "iim"):
        return "out_of_scope"
    if case.current_therapy is None:
        return "incomplete"
    if not case.has_immunosuppressant:
        return "start_immunosuppression"
    if "not_achieved" in case.goals:
        return "escalate"
    if None in case.goals:
        return "incomplete"
    if "stable" in case.goals:
        # The goals say improvement; whether stable counts is the clinician's decision.
        return {True: "goals_met", False: "escalate", None: "incomplete"}[case.stability_acceptable]
    return "goals_met"


def decide_nintedanib(case: Case, status: str) -> str:
    """Say what the algorithm makes of nintedanib: on top of immunosuppression, in PPF only [G1, A2]."""
    if "nintedanib" in case.taking:
        return "continue"
    if status in ("out_of_scope", "start_immunosuppression") or case.current_therapy is None:
        return "undetermined"
    if case.progressive_pulmonary_fibrosis is None:
        return "undetermined"
    if case.progressive_pulmonary_fibrosis == ppf.NO:
        return "not_indicated"
    return "already_tried" if "nintedanib" in case.tried else "add"


def find_missing(case: Case, status: str) -> tuple[str, ...]:
    """List the unknown slots that could still change status, options or nintedanib, in asking order."""
    if status == "out_of_scope":
        return ()
    if case.current_therapy is None:
        return ("current_therapy",)
    if status == "start_immunosuppression":
        return ("previous_therapy",) if case.previous_therapy is None else ()
    missing = []
    if status == "incomplete":
        missing = [goal for goal in GOALS if getattr(case, goal) is None] or ["stability_acceptable"]
    if "nintedanib" not in case.taking and case.progressive_pulmonary_fibrosis is None:
        missing.append(PPF)
    if case.previous_therapy is None and _previous_therapy_matters(case, status):
        missing.append("previous_therapy")
    return tuple(missing)


def _previous_therapy_matters(case: Case, status: str) -> bool:
    """What was tried changes the options, and turns "add nintedanib" into "already tried"."""
    return status == "escalate" or decide_nintedanib(case, status) == "add"


def advise(option: Option, case: Case, nintedanib: str) -> OptionAdvice:
    """Say what becomes of one option; it rests on the therapies of its class, its cautions on the patient too [G1]."""
    members = KNOWLEDGE.agents_by_class[option.id]
    taken = tuple(agent for agent in case.taking if agent in members)
    tried = tuple(agent for agent in case.tried if agent in members)
    rule = _calcineurin_inhibitor if option.id == "calcineurin_inhibitor" else _add_or_switch
    action, agents = rule(option, taken, tried)
    cautions = _unique(
        caution
        for caution, place in KNOWLEDGE.cautions_at_option[option.id]
        if (place.action is not None and action in place.action)
        and (place.offers is None or place.offers in agents)
        and (not place.beside_nintedanib or nintedanib in ("add", "continue"))
        and _holds(place, case)
    )
    return OptionAdvice(option.id, action, agents, tried, cautions)


def _add_or_switch(option: Option, taken: tuple[str, ...], tried: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Taken now, tried before, or open."""
    if taken:
        return "already_taking", taken
    if tried:
        return "already_tried", ()
    return "add_or_switch", option.agents


def _calcineurin_inhibitor(
    option: Option, taken: tuple[str, ...], tried: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """ "Other CNI": on none, one may be added; on one, the other one instead; two are never combined [G1, L2]."""
    if len(taken) > 1:
        return "already_taking", ordered(taken)
    left = tuple(agent for agent in option.agents if agent not in taken and agent not in tried)
    if not left:
        return "already_tried", ()
    return ("switch" if taken else "add_or_switch"), left


def _cautions_of_case(case: Case, status: str, nintedanib: str, options: tuple[OptionAdvice, ...]) -> tuple[str, ...]:
    open_options = frozenset(option.drug_class for option in options if option.is_open)
    return _unique(
        caution
        for caution, place in KNOWLEDGE.cautions_at_case
        if (place.nintedanib is None or nintedanib in place.nintedanib)
        and (place.case is None or status in place.case)
        and (place.option_open is None or place.option_open in open_options)
        and _holds(place, case)
    )


def _holds(place: Place, case: Case) -> bool:
    """Whether the conditions of a caution that concern the patient hold."""
    return (
        (place.taking is None or not place.taking.isdisjoint(case.taking))
        and (place.features is None or not place.features.isdisjoint(case.patient_features))
        and (place.taking_two_of is None or _takes_two_of(place.taking_two_of, case))
        and (not place.rapidly_progressive or case.rapidly_progressive is True)
        and (not place.not_tolerated or bool(case.not_tolerated))
        and (not place.other_immunosuppressant or _on_other_immunosuppressant(case))
    )


def _takes_two_of(drug_class: str, case: Case) -> bool:
    members = KNOWLEDGE.agents_by_class[drug_class]
    return sum(agent in members for agent in case.taking) > 1


def _on_other_immunosuppressant(case: Case) -> bool:
    """An immunosuppressant besides glucocorticoids is taken now."""
    glucocorticoids = KNOWLEDGE.agents_by_class["glucocorticoid"]
    return any(agent in KNOWLEDGE.immunosuppressants and agent not in glucocorticoids for agent in case.taking)


def _unique(items: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
