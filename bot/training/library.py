"""The written cases: one YAML file each under cases/, read and checked.

An error names the file, the key and what was expected there, so that a teacher can mend a case alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.guideline import Case, CaseError
from bot.guideline.case import CRITERIA, GOALS, PPF
from bot.guideline.knowledge import KNOWLEDGE
from bot.guideline.knowledge.entry import Entry, KnowledgeError, read
from bot.training.model import Finding, Level, Step, TrainingCase
from bot.training.vocabulary import load

FOLDER = Path(__file__).parent / "cases"
SLOTS = (
    "current_therapy",
    "previous_therapy",
    *GOALS,
    "stability_acceptable",
    "fibrosis_on_ct",
    *CRITERIA,
    "ppf_stated",
    "rapidly_progressive",
    "underlying_disease",
    "patient_features",
    "not_tolerated",
)
"""The slots that a case may hold; whether there is PPF is always derived."""


@dataclass(frozen=True, slots=True)
class Trap:
    """Something that cases are made to be misread by, and what is said of it."""

    id: str
    step: Step
    text: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """Something that can be asked for during the work-up."""

    id: str
    name: str
    phrases: tuple[str, ...]
    instead: tuple[str, ...] = ()
    stands_for: tuple[str, ...] = ()


@cache
def traps() -> Mapping[str, Trap]:
    """The traps of traps.yml by id."""
    return {name: _trap(name, entry) for name, entry in load("traps").entries("traps").items()}


def _trap(name: str, entry: Entry) -> Trap:
    entry.only("step", "text", "source", "about_the_assistant")
    source = entry.members("source", KNOWLEDGE.sources, "source")
    if not source and not entry.flag("about_the_assistant", False):
        raise entry.fail("source", "expected the source of a clinical sentence")
    return Trap(name, Step(entry.choice("step", tuple(Step), "step") or Step.PPF), entry.text("text"), source)


@cache
def requests() -> Mapping[str, Request]:
    """The requests of requests.yml by id."""
    entries = load("requests").entries("requests")
    return {name: _request(name, entry, tuple(entries)) for name, entry in entries.items()}


def _request(name: str, entry: Entry, known: tuple[str, ...]) -> Request:
    entry.only("name", "phrases", "instead", "stands_for")
    instead = entry.members("instead", known, "request")
    stands_for = entry.members("stands_for", known, "request")
    return Request(name, entry.text("name"), split_phrases(entry.text("phrases")), instead, stands_for)


def revealing(case: TrainingCase, request: str) -> str:
    """Return the request under which a case holds what is asked for: the same, or one that is as good."""
    near = requests()[request].instead if request in requests() else ()
    return next((name for name in (request, *near) if case.reveals(name)), request)


def split_phrases(text: str) -> tuple[str, ...]:
    """Split the phrases of a vocabulary file at their commas."""
    return tuple(phrase.strip() for phrase in text.split(",") if phrase.strip())


@cache
def written_cases() -> Mapping[str, TrainingCase]:
    """Every case of cases/ by id.

    Raises:
        KnowledgeError: a file cannot be used.
    """
    return {path.stem: read_case(path) for path in sorted(FOLDER.glob("*.yml"))}


def read_case(path: Path) -> TrainingCase:
    """Read one case file.

    Raises:
        KnowledgeError: the file, the key and what was expected there.
    """
    entry = read(path.parent, path.name)
    entry.only("title", "level", "presentation", "facts", "work_up", "traps", "leaves_open", "inspired_by")
    level = entry.choice("level", tuple(Level), "level")
    if level is None:
        raise entry.fail("level", f"expected one of {', '.join(Level)}")
    known = _slots(entry, "facts")
    work_up = tuple(_finding(name, item) for name, item in _work_up(entry).items())
    case = TrainingCase(
        id=path.stem,
        title=entry.text("title"),
        level=Level(level),
        presentation=entry.text("presentation"),
        known=known,
        work_up=work_up,
        traps=entry.members("traps", traps(), "trap (traps.yml)"),
        leaves_open=entry.members("leaves_open", (*SLOTS, PPF), "slot"),
        inspired_by=entry.choice("inspired_by", KNOWLEDGE.sources, "source (sources.yml)"),
    )
    _check_values(entry, case)
    return case


def _work_up(entry: Entry) -> Mapping[str, Entry]:
    return entry.entries("work_up") if "work_up" in entry.values else {}


def _finding(name: str, entry: Entry) -> Finding:
    if name not in requests():
        raise KnowledgeError(entry.file, entry.key, f"expected a request of requests.yml: {', '.join(requests())}")
    entry.only("says", "gives")
    return Finding(name, entry.text("says"), _slots(entry, "gives") if "gives" in entry.values else {})


def _slots(entry: Entry, name: str) -> Mapping[str, Any]:
    slots = entry.table(name)
    for slot in slots:
        if slot not in SLOTS:
            raise entry.fail(f"{name}.{slot}", f"unknown slot; expected one of {', '.join(SLOTS)}")
    return slots


def _check_values(entry: Entry, case: TrainingCase) -> None:
    """Refuse values that a case cannot have."""
    try:
        Case.from_slots(case.facts())
    except CaseError as error:
        raise entry.fail("facts", f"expected values that a case can have; {error}") from None
