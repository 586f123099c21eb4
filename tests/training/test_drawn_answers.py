"""Answers put together from many pieces, right and not: whatever the order and the joints, the grade is the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.training.grading import grade
from bot.training.library import written_cases
from bot.training.model import Grade, Step, TrainingCase
from bot.training.truth import Truth, steps_of, truth_of

PIECES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "phrases.yml").read_text(encoding="utf-8"))
JOINTS = (", ", " and ", " + ", " & ")
CNI = {"ciclosporin": ("ciclosporin", "CsA", "Neoral"), "tacrolimus": ("tacrolimus", "tac", "Prograf")}
ROUNDS = 12
Drawn = tuple[Step, str, Grade]


class Draw:
    """Draws answers to one case."""

    def __init__(self, case: TrainingCase) -> None:
        self.truth: Truth = truth_of(case.facts())
        self.random = random.Random(case.id)

    def piece(self, table: str, of: str = "") -> str:
        return str(self.random.choice(PIECES[table][of] if of else PIECES[table]))

    def joined(self, parts: Iterable[str], joints: tuple[str, ...] = JOINTS) -> str:
        return self.random.choice(joints).join(parts)

    def shuffled(self, names: Iterable[str]) -> list[str]:
        found = list(names)
        self.random.shuffle(found)
        return found

    def goals(self) -> Iterable[Drawn]:
        by_value = {
            value: [goal for goal, v in self.truth.goals.items() if v == value] for value in ("stable", "achieved")
        }
        failed = self.shuffled(goal for goal, value in self.truth.goals.items() if value == "not_achieved")
        if not failed:
            return
        told = [self.piece("failed").format(x=self.piece("goals", goal)) for goal in failed]
        rest = [self.piece(v).format(x=self.piece("goals", goal)) for v, found in by_value.items() for goal in found]
        text = self.joined(told, (", ", "; "))
        yield Step.GOALS, self.joined([text, *rest], ("; ", ". ", ", but ")) if rest else text, Grade.RIGHT
        if len(failed) > 1:
            yield Step.GOALS, self.joined(self.piece("goals", goal) for goal in failed[1:]), Grade.PARTLY

    def ppf(self) -> Iterable[Drawn]:
        met = self.shuffled(name for name, value in self.truth.criteria.items() if value)
        unmet = self.shuffled(name for name, value in self.truth.criteria.items() if value is False)
        if self.truth.ppf == "yes" and met:
            text = self.piece("yes") + self.joined(self.piece("met", name) for name in met)
            yield Step.PPF, text + "".join(f"; {self.piece('not_met', name)}" for name in unmet), Grade.RIGHT
            yield Step.PPF, self.piece("yes") + self.piece("met", met[0]), Grade.PARTLY
        if self.truth.ppf == "no" and unmet:
            yield Step.PPF, self.piece("no") + self.joined(self.piece("not_met", name) for name in unmet), Grade.RIGHT
            only = self.piece("only").format(x=self.piece("plain", unmet[0]))
            yield Step.PPF, self.piece("no") + only, Grade.PARTLY
        if self.truth.ppf == "no" and len(met) == 1:
            only = self.piece("only").format(x=self.piece("plain", met[0]))
            yield Step.PPF, self.piece("no") + only, Grade.RIGHT

    def options(self) -> Iterable[Drawn]:
        names = self.shuffled(self.truth.open_options)
        if not names:
            return
        before, behind = self.piece("before"), self.piece("behind")
        named = [self.option(name, "instead") for name in names]
        yield Step.OPTIONS, before + self.joined(named, (", ", " / ")) + behind, Grade.RIGHT
        yield Step.OPTIONS, before + self.joined(named[1:], (", ", " / ")) + behind, Grade.PARTLY
        if self.truth.options["calcineurin_inhibitor"].action == "switch":
            yield Step.OPTIONS, ", ".join(self.option(name, "added") for name in names), Grade.PARTLY
        if len(names) == len(self.truth.options):
            left_out = self.piece("options", names[0]).removeprefix("a ")
            yield Step.OPTIONS, self.piece("all_but").format(x=left_out), Grade.PARTLY

    def option(self, name: str, way: str) -> str:
        advice = self.truth.options[name]
        if name != "calcineurin_inhibitor" or len(advice.agents) > 1:
            return self.piece("options", name)
        new = self.random.choice(CNI[advice.agents[0]])
        old = next((agent for agent in self.truth.case.taking if agent in CNI), None)
        return self.piece(way).format(new=new, old=self.random.choice(CNI[old])) if old else new


DRAWS: dict[Step, Callable[[Draw], Iterable[Drawn]]] = {
    Step.GOALS: Draw.goals,
    Step.PPF: Draw.ppf,
    Step.OPTIONS: Draw.options,
}


@pytest.mark.parametrize("case", written_cases().values(), ids=lambda case: case.id)
def test_what_is_put_together_from_pieces_gets_its_grade(case: TrainingCase) -> None:
    draw = Draw(case)
    drawn = [answer for step in steps_of(case) if step in DRAWS for _ in range(ROUNDS) for answer in DRAWS[step](draw)]
    graded = [(step, text, wanted, grade(step, text, draw.truth)) for step, text, wanted in drawn]
    assert not [(step, text, wanted) for step, text, wanted, given in graded if given is None or given.grade != wanted]
