"""How a resident is doing: score by topic, days in a row, what is due; as words and as a picture for a phone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.training.memory import Result
from bot.training.model import Grade, Topic

PICTURES = "var/training"
"""Where pictures are kept, from the project's folder."""
POINTS = {Grade.RIGHT: 1.0, Grade.PARTLY: 0.5, Grade.WRONG: 0.0, Grade.SKIPPED: 0.0}
TOPIC_NAMES = {
    Topic.GOALS: "Treatment goals",
    Topic.PPF: "PPF",
    Topic.OPTIONS: "Options",
    Topic.CALCINEURIN_SWITCH: "Calcineurin switch",
    Topic.NINTEDANIB: "Nintedanib",
    Topic.CAUTIONS: "Cautions",
    Topic.RED_FLAGS: "Red flags",
    Topic.WORK_UP: "Work-up",
}


@dataclass(frozen=True, slots=True)
class Score:
    """The share of points won in one topic, between 0 and 1, and from how many decisions."""

    topic: Topic
    share: float
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What is shown to a resident."""

    scores: tuple[Score, ...]
    cases: int
    decisions: int
    streak: int
    due: int


def progress_of(results: Sequence[Result], due: int, today: date) -> Progress:
    """Sum up results."""
    return Progress(
        scores=tuple(score for topic in Topic if (score := _score(topic, results))),
        cases=len({result.case_id for result in results}),
        decisions=len(results),
        streak=_streak({result.at.date() for result in results}, today),
        due=due,
    )


def _score(topic: Topic, results: Sequence[Result]) -> Score | None:
    won = [POINTS[result.grade] for result in results if result.topic == topic]
    return Score(topic, sum(won) / len(won), len(won)) if won else None


def _streak(days: set[date], today: date) -> int:
    """Days in a row up to today, or up to yesterday where today is still to come."""
    day = today if today in days else today - timedelta(days=1)
    count = 0
    while day in days:
        count, day = count + 1, day - timedelta(days=1)
    return count


def progress_text(progress: Progress) -> str:
    """Write the progress as words."""
    if not progress.decisions:
        return "You have not decided anything yet."
    lines = [
        f"**My progress**: {_plural(progress.cases, 'case')}, {_plural(progress.decisions, 'decision')}, "
        f"{_plural(progress.streak, 'day')} in a row, {_plural(progress.due, 'decision point')} due."
    ]
    lines += [f"- {TOPIC_NAMES[s.topic]}: {s.share:.0%} of {s.count}" for s in progress.scores]
    return "\n".join(lines)


def _plural(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def picture(progress: Progress, folder: Path, resident: str) -> Path:
    """Draw the scores as bars and return the file; its name tells nobody whose it is."""
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    scores = progress.scores[::-1]
    figure = Figure(figsize=(6, 1.6 + 0.75 * len(scores)), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    names = [TOPIC_NAMES[score.topic] for score in scores]
    bars = axes.barh(names, [100 * score.share for score in scores], color=[_colour(s.share) for s in scores])
    axes.bar_label(bars, [f"{score.share:.0%} of {score.count}" for score in scores], padding=5, fontsize=15)
    axes.set_xlim(0, 135)
    axes.set_xticks([])
    axes.tick_params(axis="y", labelsize=16, length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(f"{_plural(progress.streak, 'day')} in a row · {progress.due} due", fontsize=17, loc="left", pad=14)
    path = folder / f"{file_stem(resident)}.png"
    figure.savefig(path)
    return path


def _colour(share: float) -> str:
    """Blue, ochre, red: told apart by those who do not see red and green."""
    return "#0072b2" if share >= 0.8 else "#e69f00" if share >= 0.5 else "#d55e00"


def file_stem(resident: str) -> str:
    """Return a name for a resident's files that does not show who it is."""
    return hashlib.sha256(resident.encode()).hexdigest()[:20]


def delete_picture(folder: Path, resident: str) -> None:
    """Delete a resident's picture."""
    (folder / f"{file_stem(resident)}.png").unlink(missing_ok=True)
