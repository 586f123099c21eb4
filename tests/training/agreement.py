"""How far free-text answers are graded as a teacher would, counted: `python -m tests.training.agreement`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from bot.training.grading import grade
from bot.training.library import written_cases
from bot.training.model import Step
from bot.training.truth import truth_of

FOLDER = Path(__file__).parent
FLOORS = {
    "answers.yml": 0.97,
    "answers_2.yml": 0.97,
    "answers_3.yml": 0.95,
    "answers_4.yml": 0.99,
    "answers_5.yml": 0.94,
    "answers_6.yml": 0.98,
    "wordings_2.yml": 0.99,
}
"""The share of each set that must be graded alike."""


def entries(name: str) -> list[dict[str, Any]]:
    """Read a set of answers with their grades."""
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


def graded(entry: dict[str, Any]) -> str | None:
    """Return the grade that the code gives; None where it could read no answer."""
    given = grade(Step(entry["step"]), entry["answer"], truth_of(written_cases()[entry["case"]].facts()))
    return str(given.grade) if given else None


def main() -> None:
    """Print the share that is graded alike, of each set and by step."""
    for name in FLOORS:
        answers = entries(name)
        alike = Counter(entry["step"] for entry in answers if graded(entry) == entry["grade"])
        steps = Counter(entry["step"] for entry in answers)
        print(f"{name}: {alike.total()} of {len(answers)} ({alike.total() / len(answers):.1%})")
        print("  " + ", ".join(f"{step} {alike[step]}/{count}" for step, count in steps.items()))


if __name__ == "__main__":
    main()
