"""An answer held against the facts: right, partly or wrong, with what was right, missed and wrong about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.guideline.case import CRITERIA, GOALS
from bot.training.answers.cautions import CautionsAnswer, read_cautions
from bot.training.answers.goals import FAILED, NO_GAIN, REACHED, STABLE, GoalsAnswer, read_goals
from bot.training.answers.options import OPEN, OptionsAnswer, read_options
from bot.training.answers.ppf import PpfAnswer, read_ppf
from bot.training.answers.red_flag import RedFlagAnswer, read_red_flag
from bot.training.answers.verdicts import denies_ppf, read_nintedanib, read_trigger
from bot.training.model import Grade, Step
from bot.training.truth import Truth

ENOUGH_CAUTIONS, ENOUGH_OWN = 3, 2
"""So many cautions make an answer right, so many of them the patient's own, where there are more."""
ENOUGH_LABEL_CAUTIONS = 2
"""So many cautions of the labels make an answer right, where the patient brings up none."""


@dataclass(frozen=True)
class Graded:
    """A grade, and what it rests on: ids of goals, criteria, options or cautions."""

    grade: Grade
    missed: tuple[str, ...] = ()
    false: tuple[str, ...] = ()


def grade(step: Step, text: str, truth: Truth) -> Graded | None:
    """Grade a free-text answer; None where no answer could be read from it."""
    return _GRADERS[step](text, truth)


def _judged(hits: int, missed: tuple[str, ...], false: tuple[str, ...]) -> Graded:
    """Right without a flaw, partly right where something was right, else wrong."""
    if not missed and not false:
        return Graded(Grade.RIGHT)
    return Graded(Grade.PARTLY if hits else Grade.WRONG, missed, false)


def _goals(text: str, truth: Truth) -> Graded | None:
    answer = read_goals(text)
    return None if answer is None else judge_goals(answer, truth)


def judge_goals(answer: GoalsAnswer, truth: Truth) -> Graded:
    """All goals that failed must be named, and none that did not."""
    failed = {goal for goal, value in truth.goals.items() if value == "not_achieved"}
    named = {goal for goal, said in answer.said.items() if said == FAILED or (said == NO_GAIN and goal in failed)}
    missed = tuple(goal for goal in GOALS if goal in failed - named)
    false = tuple(goal for goal in GOALS if _contradicts(answer.said.get(goal), truth.goals[goal]))
    if answer.elsewhere or (not failed and any(answer.said.get(goal) == FAILED for goal in GOALS)):
        return Graded(Grade.WRONG, missed, false)
    return _judged(len(named & failed), missed, false)


def _contradicts(said: str | None, value: str | None) -> bool:
    allowed: Mapping[str, tuple[str | None, ...]] = {
        FAILED: ("not_achieved",),
        STABLE: ("stable",),
        REACHED: ("achieved",),
        NO_GAIN: ("not_achieved", "stable"),
    }
    return said is not None and said in allowed and value not in allowed[said]


def _ppf(text: str, truth: Truth) -> Graded | None:
    answer = read_ppf(text)
    return None if answer is None or answer.verdict is None else judge_ppf(answer, truth)


def judge_ppf(answer: PpfAnswer, truth: Truth) -> Graded:
    """The verdict must be right, with all criteria where there is PPF, and without a false one."""
    verdict = truth.ppf or "undecided"
    if answer.verdict != verdict:
        return Graded(Grade.WRONG, false=("verdict",))
    met = {name for name, value in truth.criteria.items() if value is True}
    false = tuple(n for n in CRITERIA if n in answer.criteria and not _fits(answer.criteria[n], truth.criteria[n]))
    if answer.count is not None and verdict == "no" and answer.count != len(met):
        false = (*false, "count")
    told = {name for name, said in answer.criteria.items() if said == "met"}
    # Where the meeting's word stands, no criterion carries the verdict.
    expected = met if verdict == "yes" and not truth.slots.get("ppf_stated") else set()
    return _judged(1, tuple(name for name in CRITERIA if name in expected - told), false)


def _fits(said: str, value: bool | None) -> bool:
    """A criterion that is open may be called open, or not met so far."""
    return {"met": value is True, "not_met": value is not True, "open": value is None}[said]


def _trigger(text: str, truth: Truth) -> Graded | None:
    verdict = read_trigger(text)
    return None if verdict is None else _exactly(verdict, truth.trigger)


def _exactly(said: str, value: str) -> Graded:
    return Graded(Grade.RIGHT) if said == value else Graded(Grade.WRONG, false=(said,))


def _nintedanib(text: str, truth: Truth) -> Graded | None:
    said, value = read_nintedanib(text), truth.recommendation.nintedanib
    if said is None:
        return None
    # "No" where it was tried before, "yes" where it is taken: the direction is right, the reason is missing.
    plain = not (truth.ppf == "yes" and denies_ppf(text))
    if (value, said) in (("already_tried", "not_indicated"), ("continue", "add")) and plain:
        return Graded(Grade.PARTLY, missed=(value,))
    return _exactly(said, value)


def _red_flag(text: str, truth: Truth) -> Graded | None:
    answer = read_red_flag(text)
    return None if answer is None else judge_red_flag(answer, truth)


def judge_red_flag(answer: RedFlagAnswer, truth: Truth) -> Graded:
    """Every flag must be named, and none that is not there."""
    if answer.unnamed:
        grade = Grade.PARTLY if truth.red_flags else Grade.WRONG
        return Graded(grade, missed=tuple(sorted(truth.red_flags)))
    hits = truth.red_flags & answer.named
    missed = tuple(sorted(truth.red_flags - answer.named))
    return _judged(len(hits), missed, tuple(sorted(answer.named - truth.red_flags)))


def _options(text: str, truth: Truth) -> Graded | None:
    answer = read_options(text)
    return None if answer is None else judge_options(answer, truth)


def judge_options(answer: OptionsAnswer, truth: Truth) -> Graded:
    """All open options must be named, none that is closed, and a calcineurin inhibitor only in the way that is open."""
    named = {name for name, said in answer.said.items() if said == OPEN}
    still_open = set(truth.open_options)
    false = {name for name in named - still_open if name in truth.options} | set(answer.unlisted)
    if "calcineurin_inhibitor" in named & still_open and _wrong_cni(answer, truth):
        named, false = named - {"calcineurin_inhibitor"}, false | {"calcineurin_inhibitor"}
    missed = tuple(name for name in truth.open_options if name not in named and name not in false)
    return _judged(len(named & still_open), missed, tuple(sorted(false)))


def _wrong_cni(answer: OptionsAnswer, truth: Truth) -> bool:
    advice = truth.options["calcineurin_inhibitor"]
    if answer.cni_added and advice.action == "switch":
        return True
    return not answer.cni_agents <= set(advice.agents)


def _cautions(text: str, truth: Truth) -> Graded | None:
    answer = read_cautions(text)
    return None if answer is None else judge_cautions(answer, truth)


def judge_cautions(answer: CautionsAnswer, truth: Truth) -> Graded:
    """The patient's own cautions must be named, or enough of them; one that does not apply costs the full grade."""
    applying, own = set(truth.cautions), set(truth.own_cautions)
    named = _named_cautions(answer, truth)
    strange = (breath for breath in answer.named if not applying & frozenset[str]().union(*breath))
    false = tuple(sorted({min(breath[0]) for breath in strange}))
    wanted = own or applying
    missed = tuple(caution for caution in truth.cautions if caution in wanted - named)
    return _judged(len(named), () if _enough(named, own, applying) else missed, false)


def _named_cautions(answer: CautionsAnswer, truth: Truth) -> set[str]:
    """Each thing that was named counts for one caution, the patient's own first: "clots" is not four of them."""
    counted: set[str] = set()
    for meant in (cautions for breath in answer.named for cautions in breath):
        ordered = (*truth.own_cautions, *truth.cautions)
        counted.update([caution for caution in ordered if caution in meant and caution not in counted][:1])
    return counted


def _enough(named: set[str], own: set[str], applying: set[str]) -> bool:
    """All that the patient brings up, or three cautions, two of them the patient's own; else two of the labels."""
    if not own:
        return len(named) >= min(ENOUGH_LABEL_CAUTIONS, len(applying))
    return own <= named or (len(named & own) >= ENOUGH_OWN and len(named) >= ENOUGH_CAUTIONS)


def grade_work_up(asked: tuple[str, ...], matters: tuple[str, ...]) -> Graded:
    """Asking for what matters counts; asking for more costs nothing."""
    missed = tuple(request for request in matters if request not in asked)
    return _judged(len(matters) - len(missed), missed, ())


_GRADERS: Mapping[Step, Callable[[str, Truth], Graded | None]] = {
    Step.RED_FLAG: _red_flag,
    Step.GOALS: _goals,
    Step.PPF: _ppf,
    Step.TRIGGER: _trigger,
    Step.OPTIONS: _options,
    Step.NINTEDANIB: _nintedanib,
    Step.CAUTIONS: _cautions,
}
