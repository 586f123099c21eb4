"""The answers that are offered by button: one right, the others those that a trap leads to. All are plain words, graded
by the same code as anything that is typed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations, pairwise

from bot.guideline.case import CRITERIA, GOALS
from bot.guideline.knowledge import KNOWLEDGE
from bot.replies.words import agent_names, either, enumerate_words
from bot.training.answers.cautions import words
from bot.training.grading import grade
from bot.training.model import Grade, Step, TrainingCase
from bot.training.truth import CONDITIONAL, Truth, truth_of

MOST = 4
GOAL_WORDS = {
    "goal_lung_function": "lung function",
    "goal_ild_extent": "extent on CT",
    "goal_breathlessness": "breathlessness",
}
CRITERION_WORDS = {"ppf_symptoms": "symptoms", "ppf_physiology": "physiology", "ppf_radiology": "CT"}


def choices(case: TrainingCase, step: Step) -> tuple[str, ...]:
    """Return the answers to offer, in an order that the case decides; empty for the work-up."""
    if step is Step.WORK_UP:
        return ()
    truth = truth_of(case.facts())
    right = _RIGHT[step](truth)
    others = [
        text for text in dict.fromkeys(_OTHERS[step](truth)) if _is_not_right(step, text, truth) and text != right
    ]
    shuffler = random.Random(f"{case.id}:{step}")
    offered = [right, *_spread(others, shuffler)]
    shuffler.shuffle(offered)
    return tuple(offered)


def _spread(others: Sequence[str], shuffler: random.Random) -> list[str]:
    """The likeliest errors stand first in a list; one of the rest is drawn."""
    if len(others) < MOST:
        return list(others)
    return [*others[: MOST - 2], shuffler.choice(others[MOST - 2 :])]


def _is_not_right(step: Step, text: str, truth: Truth) -> bool:
    graded = grade(step, text, truth)
    return graded is not None and graded.grade is not Grade.RIGHT


def _goals_text(goals: Iterable[str]) -> str:
    named = [GOAL_WORDS[goal] for goal in GOALS if goal in set(goals)]
    return _sentence(enumerate_words(named)) + " failed" if named else "No goal failed"


def _failed(truth: Truth) -> set[str]:
    return {goal for goal, value in truth.goals.items() if value == "not_achieved"}


def _other_goals(truth: Truth) -> list[str]:
    subsets = [set(chosen) for size in range(len(GOALS) + 1) for chosen in combinations(GOALS, size)]
    nearest = sorted(subsets, key=lambda chosen: len(chosen ^ _failed(truth)))
    return [_goals_text(chosen) for chosen in nearest]


def _ppf_text(truth: Truth) -> str:
    if truth.ppf is None:
        return "It cannot be decided yet"
    met = [name for name in CRITERIA if truth.criteria[name]]
    if truth.ppf == "yes":
        return "Yes, the ILD meeting says so" if truth.slots.get("ppf_stated") else _by(met)
    if truth.slots.get("fibrosis_on_ct") is False:
        return "No, there is no fibrosis"
    return f"No, {CRITERION_WORDS[met[0]]} only" if len(met) == 1 else "No"


def _by(criteria: Iterable[str]) -> str:
    return f"Yes, by {enumerate_words(CRITERION_WORDS[name] for name in criteria)}"


def _other_ppf(truth: Truth) -> list[str]:
    met = [name for name in CRITERIA if truth.criteria[name]]
    pairs = [_by(pair) for pair in combinations(CRITERIA, 2) if set(met) & set(pair)]
    wrong_way = ["No"] if truth.ppf == "yes" else []
    undecided = ["It cannot be decided yet"] if truth.ppf else ["No", "Yes"]
    return [*wrong_way, *pairs, *undecided, _by(CRITERIA), "Yes", "No"]


def _open_text(truth: Truth, without: str = "", added: bool = False, besides: str = "") -> str:
    names = [_option_text(name, truth, added) for name in truth.open_options if name != without]
    names += [KNOWLEDGE.options[besides].label] if besides else []
    return _sentence("; ".join(names)) if names else "None, the whole list has been tried"


def _changed_cni(truth: Truth) -> str:
    """The calcineurin inhibitor that would be replaced; empty where none is taken."""
    if truth.options["calcineurin_inhibitor"].action != "switch":
        return ""
    return agent_names(sorted(KNOWLEDGE.agents_by_class["calcineurin_inhibitor"] & set(truth.case.taking)))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _option_text(name: str, truth: Truth, added: bool = False) -> str:
    advice = truth.options[name]
    if name != "calcineurin_inhibitor":
        return KNOWLEDGE.options[name].label
    new, changed = either(advice.agents), _changed_cni(truth)
    return f"{new} {'on top of' if added else 'instead of'} {changed}" if changed else new


def _other_options(truth: Truth) -> list[str]:
    texts = []
    if truth.options["calcineurin_inhibitor"].action == "switch":
        texts.append(_open_text(truth, added=True))
    if len(truth.open_options) < len(truth.options):
        texts.append("All five")
    texts += [_open_text(truth, without=name) for name in reversed(truth.open_options) if len(truth.open_options) > 1]
    used = [name for name in truth.options if name not in truth.open_options]
    texts += [_open_text(truth, besides=name) for name in used if truth.open_options]
    return [*texts, "Mycophenolate", "None, the whole list has been tried"]


_NINTEDANIB_TEXTS = {
    "add": "Add it, on top of immunosuppression",
    "not_indicated": "Not indicated",
    "continue": "Continue it",
    "already_tried": "Already tried before",
    "undetermined": "Cannot be decided until PPF is",
}
_TRIGGER_TEXTS = {
    "yes": "Yes, add or switch",
    "no": "No, not met",
    "depends": "It depends on whether stable is good enough",
}
_RED_FLAG_TEXTS = {
    "rapid": "Rapid progression",
    "other_disease": "Another disease than myositis",
    "": "None",
}


def _cautions_text(cautions: Iterable[str]) -> str:
    return _sentence("; ".join(words()[caution].name for caution in cautions))


def _right_cautions(truth: Truth) -> str:
    own = truth.own_cautions or truth.cautions
    return _cautions_text(own[:3] if truth.own_cautions else own[:2])


def _other_cautions(truth: Truth) -> list[str]:
    strangers = [caution for caution in KNOWLEDGE.cautions if caution in CONDITIONAL and caution not in truth.cautions]
    own = truth.own_cautions or truth.cautions
    pairs = [_cautions_text(pair) for pair in pairwise(strangers)]
    return [_cautions_text((strangers[0],)), _cautions_text((own[0], strangers[-1])), *pairs]


_RIGHT: Mapping[Step, Callable[[Truth], str]] = {
    Step.RED_FLAG: lambda truth: _RED_FLAG_TEXTS[next(iter(sorted(truth.red_flags)), "")],
    Step.GOALS: lambda truth: _goals_text(_failed(truth)),
    Step.PPF: _ppf_text,
    Step.TRIGGER: lambda truth: _TRIGGER_TEXTS[truth.trigger],
    Step.OPTIONS: _open_text,
    Step.NINTEDANIB: lambda truth: _NINTEDANIB_TEXTS[truth.recommendation.nintedanib],
    Step.CAUTIONS: _right_cautions,
}
_OTHERS: Mapping[Step, Callable[[Truth], list[str]]] = {
    Step.RED_FLAG: lambda truth: list(_RED_FLAG_TEXTS.values()),
    Step.GOALS: _other_goals,
    Step.PPF: _other_ppf,
    Step.TRIGGER: lambda truth: list(_TRIGGER_TEXTS.values()),
    Step.OPTIONS: _other_options,
    Step.NINTEDANIB: lambda truth: list(_NINTEDANIB_TEXTS.values()),
    Step.CAUTIONS: _other_cautions,
}
