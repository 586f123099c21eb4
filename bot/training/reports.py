"""What a teacher sees of a group: who practised, weak topics, hardest cases; and all results as a table."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TextIO

from bot.training.memory import Group, Memory, Result
from bot.training.progress import POINTS, TOPIC_NAMES, progress_of

HARDEST = 5
FIELDS = ("group", "name", "at", "case", "step", "point", "topic", "grade", "hinted")


def overview(memory: Memory, group: Group) -> str:
    """Write the overview of a group."""
    results = {name: memory.results(resident) for resident, name in memory.members(group.code)}
    everything = [result for own in results.values() for result in own]
    lines = [f"{group.name} (code {group.code}), {len(results)} members", "", "Who practised:"]
    lines += [f"  {_member(name, own)}" for name, own in results.items()] or ["  nobody has joined yet"]
    if not everything:
        return "\n".join(lines)
    last = max(result.at for result in everything).date()
    scores = sorted(progress_of(everything, 0, last).scores, key=lambda score: score.share)
    lines += ["", "Topics, the weakest first:"]
    lines += [f"  {TOPIC_NAMES[score.topic]}: {score.share:.0%} of {score.count} decisions" for score in scores]
    lines += ["", "Hardest cases:"]
    lines += [f"  {case_id}: {share:.0%} of {count} decisions" for case_id, share, count in hardest(everything)]
    return "\n".join(lines)


def _member(name: str, results: Sequence[Result]) -> str:
    if not results:
        return f"{name}: not yet"
    share = sum(POINTS[result.grade] for result in results) / len(results)
    cases = len({result.case_id for result in results})
    return f"{name}: {cases} cases, {len(results)} decisions, {share:.0%}, last on {results[-1].at.date()}"


def hardest(results: Iterable[Result]) -> list[tuple[str, float, int]]:
    """Return the cases with the lowest share of points, each with that share and its number of decisions."""
    won: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for result in results:
        counts[result.case_id] += 1
        won[result.case_id] += POINTS[result.grade]  # type: ignore[assignment]
    shares = [(case_id, won[case_id] / count, count) for case_id, count in counts.items()]
    return sorted(shares, key=lambda entry: (entry[1], -entry[2]))[:HARDEST]


def export(memory: Memory, groups: Iterable[Group], out: TextIO) -> int:
    """Write every result of the groups' members as CSV and return their number."""
    writer = csv.writer(out)
    writer.writerow(FIELDS)
    count = 0
    for group in groups:
        for resident, name in memory.members(group.code):
            for result in memory.results(resident):
                writer.writerow([_harmless(cell) for cell in _row(group, name, result)])
                count += 1
    return count


def _row(group: Group, name: str, r: Result) -> tuple[str, ...]:
    at = r.at.isoformat(timespec="seconds")
    return group.name, name, at, r.case_id, str(r.step), r.point, r.topic, str(r.grade), str(r.hinted).lower()


def _harmless(cell: str) -> str:
    """A name that begins like a formula would be run by a spreadsheet."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
