"""Which case comes next: what is due first, then what is new; what was seen last does not come at once again."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from bot.training.generator import generate
from bot.training.library import written_cases
from bot.training.model import Level, Topic, TrainingCase
from bot.training.truth import point_of, steps_of, topic_of, topics_of

GENERATED = "made-"
NOT_AGAIN = 4
"""So many of the last cases are not repeated at once."""
DRAWS = 120
"""So many generated cases are looked at for one that holds what is due."""


def case_by_id(case_id: str) -> TrainingCase:
    """Return a written case, or make the generated one of that id again.

    Raises:
        KeyError: there is no such case.
    """
    if not case_id.startswith(GENERATED):
        return written_cases()[case_id]
    level, _, seed = case_id.removeprefix(GENERATED).rpartition("-")
    if level not in tuple(Level) or not seed.isdigit():
        raise KeyError(case_id)
    return generate(int(seed), Level(level))


def next_case(
    seen: Sequence[str],
    due: Sequence[str],
    level: Level | None,
    topic: Topic | None,
    draw: random.Random,
) -> TrainingCase:
    """Choose a case.

    Args:
        seen: ids of the cases played, newest first.
        due: decision points that are due, the most overdue first.
    """
    fits = _filter(level, topic)
    wanted = [point for point in due if topic is None or topic_of(point) == topic]
    fresh = [case for case in written_cases().values() if case.id not in seen and fits(case)]
    rested = [case for case in written_cases().values() if case.id not in seen[:NOT_AGAIN] and fits(case)]
    if wanted:
        return max((*fresh, *_made_for(wanted[0], level, draw), *rested), key=lambda case: _covered(case, wanted))
    if fresh:
        return draw.choice(fresh)
    return _made(level, fits, draw)


def _filter(level: Level | None, topic: Topic | None) -> Callable[[TrainingCase], bool]:
    return lambda case: (level is None or case.level == level) and (topic is None or topic in topics_of(case))


def _covered(case: TrainingCase, wanted: Sequence[str]) -> float:
    """How much of what is due a case holds; the most overdue counts most."""
    points = {point_of(case, step) for step in steps_of(case)}
    return sum(1.0 / (1 + place) for place, point in enumerate(wanted) if point in points)


def _made_for(point: str, level: Level | None, draw: random.Random) -> list[TrainingCase]:
    """Generated cases, up to the first that holds a decision point."""
    made = []
    for _ in range(DRAWS):
        made.append(generate(draw.randrange(10**9), level or draw.choice((Level.STANDARD, Level.HARD))))
        if point in {point_of(made[-1], step) for step in steps_of(made[-1])}:
            break
    return made


def _made(level: Level | None, fits: Callable[[TrainingCase], bool], draw: random.Random) -> TrainingCase:
    """A generated case; after so many draws, the last one made, whether or not it holds the topic."""
    for _ in range(DRAWS):
        case = generate(draw.randrange(10**9), level or Level.STANDARD)
        if fits(case):
            return case
    return case
