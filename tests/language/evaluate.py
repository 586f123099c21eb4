"""Reads the evaluation set and says how well it is understood: `python -m tests.language.evaluate`.

Per slot: precision and recall of the values, exact match, confusions; over all: messages with every slot right, and
dangerous errors. What was misread is written to var/evaluation/errors-<part>.txt.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.language import read, update

ROOT = Path(__file__).parents[2]
SET = Path(__file__).parent / "evaluation"
PARTS = ("development", "test", "practice")
SLOTS = (
    "current_therapy",
    "previous_therapy",
    "goal_lung_function",
    "goal_ild_extent",
    "goal_breathlessness",
    "stability_acceptable",
    "ppf_symptoms",
    "ppf_physiology",
    "ppf_radiology",
    "fibrosis_on_ct",
    "ppf_stated",
    "progressive_pulmonary_fibrosis",
    "rapidly_progressive",
    "underlying_disease",
)
GOALS = ("goal_lung_function", "goal_ild_extent", "goal_breathlessness")


@dataclass
class Score:
    """Counts of one part."""

    messages: int = 0
    right: int = 0
    given: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    dangerous: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def run(turns: Iterable[Any]) -> dict[str, Any]:
    """The slots after a conversation of one or more messages."""
    slots: dict[str, Any] = {}
    for turn in turns:
        text, asked = (turn["text"], turn.get("asked")) if isinstance(turn, Mapping) else (turn, None)
        slots.update(update(slots, read(str(text)), asked).slots)
    return slots


def comparable(value: Any) -> Any:
    return tuple(sorted(value)) if isinstance(value, list) else value


def dangers(gold: Mapping[str, Any], got: Mapping[str, Any]) -> list[str]:
    """Errors that could change a treatment: see the names."""
    found = []
    extra = set(got.get("current_therapy") or []) - set(gold.get("current_therapy") or [])
    if extra:
        found.append(f"taken now, but was not: {', '.join(sorted(extra))}")
    for goal in GOALS:
        if {gold.get(goal), got.get(goal)} == {"achieved", "not_achieved"}:
            found.append(f"{goal} flipped")
    if got.get("progressive_pulmonary_fibrosis") == "yes" and gold.get("progressive_pulmonary_fibrosis") != "yes":
        found.append("PPF yes, not earned")
    return found


def score(entries: Iterable[Mapping[str, Any]]) -> Score:
    total = Score()
    for entry in entries:
        gold, got = dict(entry["slots"]), run(entry["turns"])
        total.messages += 1
        wrong = []
        for slot in SLOTS:
            expected, given = comparable(gold.get(slot)), comparable(got.get(slot))
            total.expected[slot] += expected is not None
            total.given[slot] += given is not None
            total.agreed[slot] += expected is not None and expected == given
            total.exact[slot] += expected == given
            if expected != given:
                wrong.append(f"    {slot}: expected {expected}, got {given}")
                total.confusions[(slot, str(expected), str(given))] += 1
        danger = dangers(gold, got)
        total.dangerous += [f"{entry['id']}: {item}" for item in danger]
        total.right += not wrong
        if wrong:
            text = " | ".join(str(turn) for turn in entry["turns"])
            total.errors.append(
                "\n".join([f"{entry['id']}: {text}", *wrong, *(f"    DANGEROUS: {item}" for item in danger)])
            )
    return total


def report(part: str, total: Score) -> str:
    share = _percent(total.right, total.messages)
    lines = [f"{part}: {total.right} of {total.messages} messages with every slot right ({share})"]
    lines.append(f"dangerous errors: {len(total.dangerous)}")
    lines.append(f"{'slot':32} {'precision':>10} {'recall':>8} {'exact':>8}")
    for slot in SLOTS:
        precision = _percent(total.agreed[slot], total.given[slot])
        recall = _percent(total.agreed[slot], total.expected[slot])
        lines.append(f"{slot:32} {precision:>10} {recall:>8} {_percent(total.exact[slot], total.messages):>8}")
    lines.append("confusions (expected, got):")
    shown = Counter({key: count for key, count in total.confusions.items() if not key[0].endswith("therapy")})
    lines += [f"  {count:3} {slot}: {expected} -> {given}" for (slot, expected, given), count in shown.most_common(20)]
    return "\n".join(lines)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part")
    chosen = parser.parse_args().part or PARTS[:2]
    target = ROOT / "var" / "evaluation"
    target.mkdir(parents=True, exist_ok=True)
    for part in chosen:
        path = SET / f"{part}.yml"
        if not path.exists():
            print(f"{part}: no file {path.relative_to(ROOT)}")
            continue
        total = score(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
        (target / f"errors-{part}.txt").write_text("\n\n".join(total.errors) + "\n", encoding="utf-8")
        print(report(part, total), end="\n\n")


if __name__ == "__main__":
    main()
