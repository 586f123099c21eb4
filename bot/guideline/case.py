"""A case: what is known of one patient, as the guideline logic sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.guideline import ppf
from bot.guideline.knowledge import FEATURES, KNOWLEDGE, ordered

GOALS = ("goal_lung_function", "goal_ild_extent", "goal_breathlessness")
GOAL_VALUES = ("achieved", "stable", "not_achieved")
CRITERIA = ("ppf_symptoms", "ppf_physiology", "ppf_radiology")
PPF = "progressive_pulmonary_fibrosis"
PPF_VALUES = (ppf.YES, ppf.NO)
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


class CaseError(ValueError):
    """A slot holds a value that a case cannot have; the message names slot, value and what is allowed."""


@dataclass(frozen=True, slots=True)
class Case:
    """The facts that the guideline logic rests on; None is "not told".

    Therapies are tuples of agent ids in the order of the knowledge file; an agent stands in one of the two only, and
    the unnamed member of a class ("a JAK inhibitor") stands in neither beside a named one.
    """

    current_therapy: tuple[str, ...] | None = None
    previous_therapy: tuple[str, ...] | None = None
    goal_lung_function: str | None = None
    goal_ild_extent: str | None = None
    goal_breathlessness: str | None = None
    stability_acceptable: bool | None = None
    progressive_pulmonary_fibrosis: str | None = None
    rapidly_progressive: bool | None = None
    underlying_disease: str | None = None
    patient_features: tuple[str, ...] = ()
    not_tolerated: tuple[str, ...] = ()

    @property
    def goals(self) -> tuple[str | None, str | None, str | None]:
        """Lung function, extent of ILD, breathlessness."""
        return self.goal_lung_function, self.goal_ild_extent, self.goal_breathlessness

    @property
    def taking(self) -> tuple[str, ...]:
        """The agents taken now; empty where nothing was told."""
        return self.current_therapy or ()

    @property
    def tried(self) -> tuple[str, ...]:
        """The agents taken before; empty where nothing was told."""
        return self.previous_therapy or ()

    @property
    def has_immunosuppressant(self) -> bool:
        """Whether an immunosuppressant is taken now or was taken before."""
        immunosuppressants = KNOWLEDGE.immunosuppressants
        return any(agent in immunosuppressants for agent in (*self.taking, *self.tried))

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Case:
        """Build a case from slot values; slots left out count as None, unknown slots are ignored.

        `progressive_pulmonary_fibrosis` is `ppf_stated` where that is given, else as given itself, else derived from
        the criteria.

        Raises:
            CaseError: a value is none that the slot can have.
        """
        current = _agents(slots, "current_therapy")
        previous = _agents(slots, "previous_therapy")
        if current and previous:
            previous = tuple(agent for agent in previous if agent not in current)
        return cls(
            current_therapy=current,
            previous_therapy=previous,
            goal_lung_function=_one_of(slots, "goal_lung_function", GOAL_VALUES),
            goal_ild_extent=_one_of(slots, "goal_ild_extent", GOAL_VALUES),
            goal_breathlessness=_one_of(slots, "goal_breathlessness", GOAL_VALUES),
            stability_acceptable=_boolean(slots, "stability_acceptable"),
            progressive_pulmonary_fibrosis=_ppf(slots),
            rapidly_progressive=_boolean(slots, "rapidly_progressive"),
            underlying_disease=_one_of(slots, "underlying_disease", DISEASES),
            patient_features=_members(slots, "patient_features", FEATURES) or (),
            not_tolerated=_agents(slots, "not_tolerated") or (),
        )


def _ppf(slots: Mapping[str, Any]) -> str | None:
    stated, given = (_one_of(slots, name, PPF_VALUES) for name in ("ppf_stated", PPF))
    criteria = [_boolean(slots, name) for name in CRITERIA]
    return ppf.derive(stated or given, _boolean(slots, "fibrosis_on_ct"), *criteria)


def _one_of(slots: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str | None:
    value = slots.get(name)
    if value is None or (isinstance(value, str) and value in allowed):
        return value
    raise CaseError(f"{name} is {value!r}; expected one of {', '.join(allowed)}, or null")


def _boolean(slots: Mapping[str, Any], name: str) -> bool | None:
    value = slots.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise CaseError(f"{name} is {value!r}; expected true, false, or null")


def _members(
    slots: Mapping[str, Any],
    name: str,
    allowed: tuple[str, ...] | Mapping[str, Any],
    what: Callable[[], str] | None = None,
) -> tuple[str, ...] | None:
    value = slots.get(name)
    if value is None:
        return None
    if not isinstance(value, (list, tuple, set, frozenset)):
        raise CaseError(f"{name} is {value!r}; expected a list, or null")
    for item in value:
        if not isinstance(item, str) or item not in allowed:
            known = what() if what else ", ".join(allowed)
            raise CaseError(f"{name} holds {item!r}; expected {known}")
    return tuple(item for item in allowed if item in value)


def _agents(slots: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    members = _members(slots, name, KNOWLEDGE.agents, lambda: "agent ids (agents.yml)")
    return members if members is None else ordered(_without_unnamed(members))


def _without_unnamed(agents: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the unnamed member of a class where a named one of the same class stands beside it."""
    known = KNOWLEDGE.agents
    named = {known[agent].drug_class for agent in agents if known[agent].generic_for is None}
    return tuple(agent for agent in agents if known[agent].generic_for not in named)
