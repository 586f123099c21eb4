"""What is wrong with a case, said so that a teacher can mend it; and what the assistant answers to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.guideline.knowledge.entry import KnowledgeError
from bot.language import read, update
from bot.training.choices import choices
from bot.training.grading import grade
from bot.training.library import FOLDER, SLOTS, read_case, traps
from bot.training.model import Grade, Step, TrainingCase
from bot.training.reasons import reason_for
from bot.training.texts import QUESTIONS
from bot.training.truth import steps_of, truth_of, what_matters

LONGEST_PRESENTATION = 900
"""Characters; a case is read on a phone."""
_DOSE = re.compile(r"\d\s*(?:mg|g|mcg|µg)\b", re.I)
_THERAPIES = ("current_therapy", "previous_therapy")


def all_findings(folder: Path = FOLDER) -> list[str]:
    """Check every case file of a folder and return what is wrong, a line each."""
    return [finding for path in sorted(folder.glob("*.yml")) for finding in file_findings(path)]


def file_findings(path: Path) -> list[str]:
    """Check one case file."""
    try:
        case = read_case(path)
    except KnowledgeError as error:
        return [str(error)]
    return [f"{path.name}: {finding}" for finding in findings(case)]


def findings(case: TrainingCase) -> Iterator[str]:
    """Say what is wrong with a case, a line each with its place."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", case.id):
        yield "file name: expected lower-case letters, digits and hyphens"
    if len(case.presentation) > LONGEST_PRESENTATION:
        yield f"presentation: expected at most {LONGEST_PRESENTATION} characters, found {len(case.presentation)}"
    if _DOSE.search(" ".join((case.presentation, *(finding.says for finding in case.work_up)))):
        yield "presentation or work_up: expected no dose; training gives none"
    yield from _undecided(case)
    yield from _unread(case)
    asked = steps_of(case)
    for trap in case.traps:
        if traps()[trap].step not in asked:
            yield f"traps: {trap} waits at {traps()[trap].step}; this case asks {', '.join(asked)}"
    yield from _buttons(case)


def _undecided(case: TrainingCase) -> Iterator[str]:
    missing = set(truth_of(case.facts()).recommendation.missing)
    for slot in sorted(missing - set(case.leaves_open)):
        yield f"facts: {slot} is missing, so that an answer stays open; add it, or name it under leaves_open"
    for slot in sorted(set(case.leaves_open) - missing):
        yield f"leaves_open: {slot} is not open: the facts decide it, or it decides nothing"


def _unread(case: TrainingCase) -> Iterator[str]:
    """Where the words of a case are understood to say something else than its facts."""
    told, known = slots_read(case), comparable(case.facts())
    for slot in SLOTS:
        if told.get(slot) != known.get(slot):
            yield f"{slot}: the facts say {_shown(known.get(slot))}, but the text reads as {_shown(told.get(slot))}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, frozenset):
        return f"[{', '.join(sorted(value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def slots_read(case: TrainingCase) -> dict[str, Any]:
    """Read the presentation and every finding, one after the other, as a clinician's messages are read."""
    slots: dict[str, Any] = {}
    for text in (case.presentation, *(finding.says for finding in case.work_up)):
        slots.update(update(slots, read(text)).slots)
    return comparable({name: slots.get(name) for name in SLOTS})


def comparable(slots: dict[str, Any]) -> dict[str, Any]:
    """Return slots without what is not known; lists without their order, no features the same as none."""
    return {
        name: frozenset(value) if isinstance(value, (list, tuple)) else value
        for name, value in slots.items()
        if value is not None and (value != [] or name in _THERAPIES)
    }


def _buttons(case: TrainingCase) -> Iterator[str]:
    truth = truth_of(case.facts())
    for step in steps_of(case):
        if step is Step.WORK_UP:
            continue
        grades = [grade(step, text, truth) for text in choices(case, step)]
        right = sum(given is not None and given.grade is Grade.RIGHT for given in grades)
        if right != 1 or None in grades:
            yield f"{step}: {right} of the answers by button are right; expected one"


def answers_shown(case: TrainingCase) -> str:
    """Write the computed answers of a case, decision by decision."""
    truth = truth_of(case.facts())
    lines = [f"{case.id} ({case.level}): {case.title}", "", case.presentation, ""]
    if case.work_up:
        lines += [f"  {finding.request}: {finding.says}" for finding in case.work_up]
        lines += [f"  What decides: {', '.join(what_matters(case)) or 'nothing of it'}", ""]
    for step in steps_of(case):
        if step is not Step.WORK_UP:
            offered = [text for text in choices(case, step) if _is_right(step, text, case)]
            lines += [f"{step}: {QUESTIONS[step]}", f"  {offered[0] if offered else '?'}"]
            lines += [f"    {line}" for line in reason_for(case, step, truth).splitlines()]
    return "\n".join(lines)


def _is_right(step: Step, text: str, case: TrainingCase) -> bool:
    given = grade(step, text, truth_of(case.facts()))
    return given is not None and given.grade is Grade.RIGHT
