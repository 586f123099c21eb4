"""New cases without end, from clinical building blocks: the same seed and level make the same case.

A block is a sentence with the slots that it states. Values lie around the thresholds, where the decisions are. A draft
that leaves something undecided which is not meant to be is thrown away and drawn again.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from bot.guideline import ppf
from bot.guideline.case import PPF
from bot.guideline.knowledge import FEATURES, ordered
from bot.replies.words import agent_names, capitalised, enumerate_words
from bot.training.model import Finding, Level, TrainingCase
from bot.training.truth import truth_of
from bot.training.vocabulary import load

FVC_GOAL_POINTS, DLCO_GOAL_POINTS = 3, 5
"""Points of % predicted that this assistant reads as a change; a convention of the assistant."""
_DRAFTS = 200
_COURSES = {
    # Falls of FVC, falls of DLCO, and the weights of symptoms that are worse, unchanged, better.
    "failing": ((1, 3, 4, 4, 5, 5, 6, 8), (0, 2, 6, 8, 9, 10, 11, 13), (6, 3, 1)),
    "holding": ((-1, 0, 1, 2), (-2, 0, 1, 3), (0, 6, 1)),
    "responding": ((-9, -6, -4), (-11, -8, -6), (0, 1, 6)),
    "mixed": ((-6, -4, 0, 4, 5), (-6, 0, 6, 10), (3, 3, 3)),
}
_LEFT_OPEN_BY = frozenset({"litres_only", "uncorrected_dlco", "muscle_weakness"})
_HIDDEN = {Level.FIRST_STEPS: 0, Level.STANDARD: 2, Level.HARD: 4}


@dataclass(frozen=True)
class Block:
    """A sentence, what reveals it, and the slots that it states."""

    request: str
    text: str
    gives: Mapping[str, Any] = field(default_factory=dict)
    trap: str | None = None
    hidden: bool = False


@cache
def _blocks() -> Mapping[str, Any]:
    return dict(load("blocks").values)


def generate(seed: int, level: Level = Level.STANDARD) -> TrainingCase:
    """Make a case.

    Raises:
        RuntimeError: no sound draft was found, which the tests exclude.
    """
    draw = random.Random(f"{level}:{seed}")
    for _ in range(_DRAFTS):
        case = _draft(draw, f"made-{level}-{seed}", level)
        if _is_determinate(case):
            return case
    raise RuntimeError(f"no sound case for seed {seed} at level {level}")


def _is_determinate(case: TrainingCase) -> bool:
    truth = truth_of(case.facts())
    return set(truth.recommendation.missing) == set(case.leaves_open)


def _draft(draw: random.Random, case_id: str, level: Level) -> TrainingCase:
    woman = draw.random() < 0.6
    age = draw.randint(27, 79)
    disease = draw.choice(_blocks()["people"]["diseases"])
    months = draw.randint(5, 12)
    course = draw.choices(tuple(_COURSES), (6, 2, 1, 2))[0]
    blocks = [
        *_therapy(draw, level),
        *_lungs(draw, level, months, course),
        _symptoms(draw, course),
        _ct(draw, course),
        *_extras(draw, level, woman and age < 46),
    ]
    blocks += _stability(draw, blocks, level)
    features = [*disease.get("features", ()), *(["age_65_or_more"] if age >= 65 else [])]
    blocks = _with_features(blocks, features)
    person = f"A {age}-year-old {'woman' if woman else 'man'} with {disease['text']} and ILD"
    return _case(draw, case_id, level, person, woman, features, blocks)


def _case(
    draw: random.Random,
    case_id: str,
    level: Level,
    person: str,
    woman: bool,
    features: Sequence[str],
    blocks: Sequence[Block],
) -> TrainingCase:
    hideable = [block for block in blocks[1:] if not block.hidden]
    chosen = draw.sample(hideable, min(_HIDDEN[level], len(hideable)))
    hidden = {block.request for block in (*chosen, *(b for b in blocks if b.hidden))}
    # What DLCO makes of the goal rests on FVC, so it is never told before it.
    hidden |= {"dlco"} & {block.request for block in blocks} if "fvc" in hidden else set()
    shown = [block for block in blocks if block.request not in hidden]
    known: dict[str, Any] = {"underlying_disease": "iim", **({"patient_features": list(features)} if features else {})}
    for block in shown:
        known.update(block.gives)
    words = {"She": "She" if woman else "He", "her": "her" if woman else "his"}
    work_up = _work_up([block for block in blocks if block.request in hidden], words)
    traps = tuple(dict.fromkeys(block.trap for block in blocks if block.trap))
    case = TrainingCase(
        id=case_id,
        title="A made-up case",
        level=level,
        presentation=" ".join([f"{person} {shown[0].text}", *(_said(block.text, words) for block in shown[1:])]),
        known=known,
        work_up=work_up,
    )
    return _with_traps(case, traps)


def _work_up(blocks: Iterable[Block], words: Mapping[str, str]) -> tuple[Finding, ...]:
    """One finding for each request; sentences that answer the same request are said together."""
    texts: dict[str, list[str]] = {}
    gives: dict[str, dict[str, Any]] = {}
    for block in blocks:
        texts.setdefault(block.request, []).append(_said(block.text, words))
        gives.setdefault(block.request, {}).update(block.gives)
    return tuple(Finding(request, " ".join(said), gives[request]) for request, said in texts.items())


def _said(text: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text


def _with_traps(case: TrainingCase, traps: Sequence[str]) -> TrainingCase:
    """Name the traps that hold, and what they leave open on purpose."""
    truth = truth_of(case.facts())
    status = truth.recommendation.status
    found = [trap for trap in traps if _holds(trap, truth.ppf, truth.slots)]
    if status == "incomplete" and "stable" in truth.goals.values():
        found.append("stable_disease")
    if truth.options and truth.options["calcineurin_inhibitor"].action == "switch":
        found.append("cni_on_board")
    if status == "escalate" and not truth.open_options:
        found.append("all_tried")
    if truth.recommendation.nintedanib == "not_indicated" and status == "escalate":
        found.append("failure_is_not_ppf")
    leaves_open = tuple(
        slot
        for slot in truth.recommendation.missing
        if (slot == PPF and _LEFT_OPEN_BY & set(found))
        or (slot == "stability_acceptable" and "stable_disease" in found)
    )
    return replace(case, traps=tuple(dict.fromkeys(found)), leaves_open=leaves_open)


def _holds(trap: str, verdict: str | None, slots: Mapping[str, Any]) -> bool:
    """A trap is one only where a misreading would change something."""
    if trap == "just_below":
        return slots.get("ppf_physiology") is False
    if trap == "just_reached":
        return slots.get("ppf_physiology") is True
    if trap == "no_fibrosis":
        return verdict == ppf.NO
    return True


# Blocks


def _therapy(draw: random.Random, level: Level) -> list[Block]:
    treatments = _blocks()["treatments"]
    now = list(draw.choices([t["agents"] for t in treatments], [t["weight"] for t in treatments])[0])
    if level is not Level.FIRST_STEPS and draw.random() < 0.12:
        now.append("nintedanib")
    if level is Level.HARD and "nintedanib" not in now and draw.random() < 0.1:
        now.append("pirfenidone")
    taking = f"takes {enumerate_words(agent_names([agent]) for agent in now)}."
    first = Block("current_therapy", taking, {"current_therapy": list(ordered(tuple(now)))})
    return [first, _before(draw, level, now)]


def _before(draw: random.Random, level: Level, now: Sequence[str]) -> Block:
    words = _blocks()["before"]
    possible = [agent for agent in words["agents"] if agent not in now]
    count = draw.choice({Level.FIRST_STEPS: (0,), Level.STANDARD: (0, 0, 1, 2), Level.HARD: (0, 1, 2, 3)}[level])
    if not count:
        return Block("previous_therapy", words["none"], {"previous_therapy": []})
    tried = list(ordered(tuple(draw.sample(possible, count))))
    intolerant = count == 1 and draw.random() < 0.4
    text = words["intolerant" if intolerant else "failed"]
    names = capitalised(enumerate_words(agent_names([agent]) for agent in tried))
    text = text.replace("{Agents}", names).replace("{was}", "was" if count == 1 else "were")
    gives: dict[str, Any] = {"previous_therapy": tried}
    if intolerant:
        return Block("previous_therapy", text, {**gives, "not_tolerated": tried}, "intolerance")
    return Block("previous_therapy", text, gives)


def _lungs(draw: random.Random, level: Level, months: int, course: str) -> list[Block]:
    """FVC and DLCO with what corrects them; the block that settles criterion 2 is the one that gives it."""
    fvc_fall, dlco_fall = draw.choice(_COURSES[course][0]), draw.choice(_COURSES[course][1])
    if level is Level.HARD and fvc_fall >= ppf.FVC_DECLINE_POINTS and draw.random() < 0.25:
        return _weak_muscles(draw, months, fvc_fall)
    fvc, percent_known = _fvc(draw, level, months, fvc_fall)
    uncorrected = level is not Level.FIRST_STEPS and dlco_fall >= ppf.DLCO_DECLINE_POINTS and draw.random() < 0.4
    dlco, counting_fall = _dlco(draw, months, dlco_fall, uncorrected)
    goal = {"goal_lung_function": _goal_of_both(fvc_fall, dlco_fall)}
    dlco[0] = replace(dlco[0], gives=goal)
    settled = _physiology(fvc_fall if percent_known else None, counting_fall)
    blocks = [fvc[0], *dlco, *fvc[1:]]
    if settled is not None and blocks[0].gives.get("ppf_physiology") is None:
        by_dlco = settled and counting_fall is not None and counting_fall >= ppf.DLCO_DECLINE_POINTS
        last = dlco[-1] if by_dlco or len(fvc) == 1 else fvc[-1]
        blocks[blocks.index(last)] = replace(last, gives={**last.gives, "ppf_physiology": settled})
    return blocks


def _dlco(draw: random.Random, months: int, fall: int, uncorrected: bool) -> tuple[list[Block], int | None]:
    """DLCO, perhaps uncorrected and then corrected, with the fall that counts; None where that is never known."""
    before = draw.randint(46, 70)
    told = _course("DLCO" if uncorrected else "Hb-corrected DLCO", before, fall, months)
    if not uncorrected:
        return [Block("dlco", f"{told}.")], fall
    first = Block("dlco", f"{told}, uncorrected for Hb.", trap="uncorrected_dlco")
    if draw.random() < 0.25:
        return [first], None
    real = draw.choice((6, 8, 10, 12))
    corrected = f"Corrected for Hb, DLCO went from {before} to {before - real} % predicted in {months} months."
    return [first, Block("hb_correction", corrected, hidden=True)], real


def _weak_muscles(draw: random.Random, months: int, fall: int) -> list[Block]:
    before = draw.randint(58, 86)
    fell = f"{_course('FVC', before, fall, months)}."
    because = "The fall in FVC is due to respiratory muscle weakness."
    return [
        Block("fvc", fell, {"goal_lung_function": "not_achieved", "ppf_physiology": True}),
        Block("muscle", because, {"ppf_physiology": None}, "muscle_weakness", hidden=True),
    ]


def _fvc(draw: random.Random, level: Level, months: int, fall: int) -> tuple[list[Block], bool]:
    """FVC, perhaps in litres first, and whether its % predicted is ever known."""
    before = draw.randint(58, 86)
    goal = _goal(fall, FVC_GOAL_POINTS)
    physiology = {"ppf_physiology": True} if fall >= ppf.FVC_DECLINE_POINTS else {}
    trap = {4: "just_below", 5: "just_reached"}.get(fall)
    if level is not Level.FIRST_STEPS and fall >= 4 and draw.random() < 0.25:
        litres = before * 0.033
        text = (
            f"FVC went from {litres:.2f} to {litres * (before - fall) / before * 0.97:.2f} litres in {months} months."
        )
        percent = f"FVC was {before} % predicted {months} months ago and is {before - fall} % predicted now."
        first = Block("fvc", text, {"goal_lung_function": goal}, "litres_only")
        if draw.random() < 0.25:
            return [first], False
        return [first, Block("percent_predicted", percent, physiology, hidden=True)], True
    gives = {"goal_lung_function": goal, **physiology}
    return [Block("fvc", f"{_course('FVC', before, fall, months)}.", gives, trap)], True


def _course(what: str, before: int, fall: int, months: int) -> str:
    verb = "fell" if fall >= 3 else "rose" if fall <= -3 else "went"
    return f"{what} {verb} from {before} to {before - fall} % predicted in {months} months"


def _goal(fall: int, points: int) -> str:
    return "not_achieved" if fall >= points else "achieved" if fall <= -points else "stable"


def _goal_of_both(fvc_fall: int, dlco_fall: int) -> str:
    both = {_goal(fvc_fall, FVC_GOAL_POINTS), _goal(dlco_fall, DLCO_GOAL_POINTS)}
    return next(value for value in ("not_achieved", "stable", "achieved") if value in both)


def _physiology(fvc_fall: int | None, dlco_fall: int | None) -> bool | None:
    """Criterion 2 of the two falls; None where one is below the threshold and the other is not known."""
    by_fvc = None if fvc_fall is None else fvc_fall >= ppf.FVC_DECLINE_POINTS
    by_dlco = None if dlco_fall is None else dlco_fall >= ppf.DLCO_DECLINE_POINTS
    if by_fvc or by_dlco:
        return True
    return False if by_fvc is False and by_dlco is False else None


def _symptoms(draw: random.Random, course: str) -> Block:
    how = draw.choices(("worse", "unchanged", "better"), _COURSES[course][2])[0]
    goal = {"worse": "not_achieved", "unchanged": "stable", "better": "achieved"}[how]
    gives = {"goal_breathlessness": goal, "ppf_symptoms": how == "worse"}
    return Block("symptoms", draw.choice(_blocks()["symptoms"][how]), gives)


def _ct(draw: random.Random, course: str) -> Block:
    weights = {"failing": (4, 5, 1, 0), "holding": (8, 1, 0, 0), "responding": (1, 0, 0, 6), "mixed": (4, 3, 1, 2)}
    kind = draw.choices(("stable", "worse", "no_fibrosis", "better"), weights[course])[0]
    entry = draw.choice(_blocks()["ct"][kind])
    gives = {"goal_ild_extent": entry["goal"], "fibrosis_on_ct": entry["fibrosis"]}
    if "progression" in entry:
        gives["ppf_radiology"] = entry["progression"]
    return Block("ct", entry["text"], gives, entry.get("trap"))


def _extras(draw: random.Random, level: Level, may_be_pregnant: bool) -> list[Block]:
    blocks = []
    if level is not Level.FIRST_STEPS and draw.random() < 0.35:
        risks = [risk for risk in _blocks()["risks"] if may_be_pregnant or risk["feature"] != "pregnancy"]
        risk = draw.choice(risks)
        blocks.append(Block(risk["request"], risk["text"], {"patient_features": [risk["feature"]]}))
    if level is Level.HARD and draw.random() < 0.12:
        blocks.append(Block("oxygen", draw.choice(_blocks()["rapid"]), {"rapidly_progressive": True}, "rapid"))
    return blocks


def _stability(draw: random.Random, blocks: Sequence[Block], level: Level) -> list[Block]:
    """Where no goal failed but some are stable, the clinician's decision may be known."""
    slots: dict[str, Any] = {}
    for block in blocks:
        slots.update(block.gives)
    goals = {value for name, value in slots.items() if name.startswith("goal_")}
    if "not_achieved" in goals or "stable" not in goals or draw.random() < 0.3:
        return []
    accepted = draw.random() < 0.5
    text = _blocks()["stability"]["yes" if accepted else "no"]
    return [Block("stability", text, {"stability_acceptable": accepted}, "stable_disease")]


def _with_features(blocks: Sequence[Block], features: Sequence[str]) -> list[Block]:
    """A feature that is told adds to those that the person and the disease bring."""
    return [
        replace(b, gives={**b.gives, "patient_features": _features([*features, *b.gives["patient_features"]])})
        if "patient_features" in b.gives
        else b
        for b in blocks
    ]


def _features(names: Iterable[str]) -> list[str]:
    chosen = set(names)
    return [name for name in FEATURES if name in chosen]
