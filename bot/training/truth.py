"""The right answers of a case, computed from its facts by the guideline logic; none is written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.guideline import Case, Recommendation, recommend
from bot.guideline.case import CRITERIA, GOALS
from bot.guideline.knowledge import KNOWLEDGE
from bot.guideline.recommend import OptionAdvice
from bot.replies.answer import all_cautions
from bot.training.library import traps
from bot.training.model import Step, Topic, TrainingCase

_TRIGGER = {"escalate": "yes", "incomplete": "depends"}


@dataclass(frozen=True)
class Truth:
    """What follows from the facts of a case."""

    slots: Mapping[str, Any]
    case: Case
    recommendation: Recommendation

    @property
    def goals(self) -> Mapping[str, str | None]:
        """The three goals with their values."""
        return {goal: getattr(self.case, goal) for goal in GOALS}

    @property
    def criteria(self) -> Mapping[str, bool | None]:
        """The three PPF criteria: met, not met, or open."""
        return {name: self.slots.get(name) for name in CRITERIA}

    @property
    def ppf(self) -> str | None:
        """Whether there is PPF: "yes", "no", or None where the facts leave it open."""
        return self.case.progressive_pulmonary_fibrosis

    @property
    def trigger(self) -> str:
        """Whether the add/switch line applies: "yes", "no", or "depends" (on whether stable is good enough)."""
        return _TRIGGER.get(self.recommendation.status, "no")

    @property
    def options(self) -> Mapping[str, OptionAdvice]:
        """What becomes of the five options; empty where the line does not apply."""
        return {option.drug_class: option for option in self.recommendation.options}

    @property
    def open_options(self) -> tuple[str, ...]:
        """The options that can be added or switched to."""
        return tuple(name for name, option in self.options.items() if option.is_open)

    @property
    def red_flags(self) -> frozenset[str]:
        """ "rapid" and "other_disease", where they hold."""
        found = {"rapid"} if self.recommendation.urgent else set()
        return frozenset(found | ({"other_disease"} if self.recommendation.status == "out_of_scope" else set()))

    @property
    def cautions(self) -> tuple[str, ...]:
        """Every caution that applies."""
        return tuple(all_cautions(self.recommendation))

    @property
    def own_cautions(self) -> tuple[str, ...]:
        """The cautions that this patient or the present treatment brings up, as distinct from those of the labels."""
        return tuple(caution for caution in self.cautions if caution in CONDITIONAL and self._brings_up(caution))

    def _brings_up(self, caution: str) -> bool:
        """Of two drugs that the answer offers, neither taken yet, the patient brings up nothing."""
        places = KNOWLEDGE.cautions[caution].applies
        involved = {"nintedanib"}.union(*(place.taking or () for place in places))
        return not any(place.beside_nintedanib for place in places) or bool(involved & set(self.case.taking))


def _is_conditional(caution: str) -> bool:
    """Whether a caution depends on the patient or the treatment, not on the option alone."""
    return all(
        place.taking
        or place.taking_two_of
        or place.features
        or place.beside_nintedanib
        or place.rapidly_progressive
        or place.not_tolerated
        or place.other_immunosuppressant
        for place in KNOWLEDGE.cautions[caution].applies
    )


CONDITIONAL = frozenset(caution for caution in KNOWLEDGE.cautions if _is_conditional(caution))


def truth_of(slots: Mapping[str, Any]) -> Truth:
    """Compute what follows from slots.

    Raises:
        CaseError: a slot holds a value that a case cannot have.
    """
    case = Case.from_slots(slots)
    return Truth(dict(slots), case, recommend(case))


def steps_of(case: TrainingCase) -> tuple[Step, ...]:
    """Return the decisions that a case asks for, in their order."""
    truth = truth_of(case.facts())
    status = truth.recommendation.status
    steps = [Step.WORK_UP] if case.work_up else []
    if "rapidly_progressive" in truth.slots or truth.red_flags:
        steps.append(Step.RED_FLAG)
    if status in ("out_of_scope", "start_immunosuppression"):
        return (*steps, Step.TRIGGER)
    steps += [Step.GOALS, Step.PPF, Step.TRIGGER]
    steps += [Step.OPTIONS] if status == "escalate" else []
    steps.append(Step.NINTEDANIB)
    return (*steps, *([Step.CAUTIONS] if truth.cautions else []))


def what_matters(case: TrainingCase) -> tuple[str, ...]:
    """Return the requests without whose findings some answer of the case would be another one."""
    whole = _answers(case.facts())
    return tuple(f.request for f in case.work_up if _answers(case.facts(without=(f.request,))) != whole)


def _answers(slots: Mapping[str, Any]) -> tuple[Any, ...]:
    truth = truth_of(slots)
    return truth.goals, truth.criteria, truth.ppf, truth.recommendation.as_dict()


def point_of(case: TrainingCase, step: Step) -> str:
    """Name the decision point: the trap that waits at this step, else what the decision comes to.

    The same point returns in other cases, so that what was missed once can be met again.
    """
    for trap in case.traps:
        if traps()[trap].step == step:
            return f"{step}:{trap}"
    return f"{step}:{_ASPECTS[step](truth_of(case.facts()))}"


def topic_of(point: str) -> Topic:
    """Return the topic that a decision point belongs to."""
    step, _, aspect = point.partition(":")
    if aspect in ("cni_on_board", "cni_switch"):
        return Topic.CALCINEURIN_SWITCH
    if aspect in ("rapid", "other_disease", "not_started", "nin-rapid", "first_line", "other_line"):
        return Topic.RED_FLAGS
    return _TOPICS[Step(step)]


_TOPICS = {
    Step.WORK_UP: Topic.WORK_UP,
    Step.RED_FLAG: Topic.RED_FLAGS,
    Step.GOALS: Topic.GOALS,
    Step.PPF: Topic.PPF,
    Step.TRIGGER: Topic.GOALS,
    Step.OPTIONS: Topic.OPTIONS,
    Step.NINTEDANIB: Topic.NINTEDANIB,
    Step.CAUTIONS: Topic.CAUTIONS,
}


def topics_of(case: TrainingCase) -> frozenset[Topic]:
    """Return the topics that a case trains by a trap or by what is special in it."""
    plain = ("plain", "failed", "reached", "yes", "no", "not_met", "not_indicated", "label", "none")
    points = [point_of(case, step) for step in steps_of(case)]
    return frozenset(topic_of(point) for point in points if point.partition(":")[2] not in plain)


def _goals(truth: Truth) -> str:
    values = set(truth.goals.values())
    if {"achieved", "not_achieved"} <= values:
        return "mixed"
    if "not_achieved" in values:
        return "failed"
    return "stable" if "stable" in values else "reached"


def _ppf(truth: Truth) -> str:
    if truth.slots.get("fibrosis_on_ct") is False:
        return "no_fibrosis"
    return {"yes": "met", "no": "not_met", None: "undecided"}[truth.ppf]


def _trigger(truth: Truth) -> str:
    status = truth.recommendation.status
    return {"out_of_scope": "other_line", "start_immunosuppression": "first_line"}.get(status, truth.trigger)


def _options(truth: Truth) -> str:
    cni = truth.options.get("calcineurin_inhibitor")
    if cni is not None and cni.action == "switch":
        return "cni_switch"
    return "plain" if len(truth.open_options) == len(truth.options) else "some_used"


def _cautions(truth: Truth) -> str:
    return truth.own_cautions[0] if truth.own_cautions else "label"


_ASPECTS = {
    Step.WORK_UP: lambda truth: "plain",
    Step.RED_FLAG: lambda truth: "+".join(sorted(truth.red_flags)) or "none",
    Step.GOALS: _goals,
    Step.PPF: _ppf,
    Step.TRIGGER: _trigger,
    Step.OPTIONS: _options,
    Step.NINTEDANIB: lambda truth: truth.recommendation.nintedanib,
    Step.CAUTIONS: _cautions,
}
