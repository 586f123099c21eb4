"""Compares our understanding of text with ConText and DIET: `python -m bench.understanding`.

Needs a package index at the first run, and some minutes at every run. Messages of the development part that the others
read rightly and we do not, and the confusions of the intents, are written to var/evaluation/.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.bots import ROOT
from bench.understanding import intents, therapy
from bench.understanding.environments import ComparisonFailed
from bench.understanding.scores import Ratio, Therapies, score_therapies
from bench.understanding.therapy import Readings
from tests.language.evaluation.split import Message, read

OUTPUT = ROOT / "var" / "evaluation"
OURS = "ours"
NOTES = f"""\
Only messages that name an agent. "Takes none" and "not told" are the same here. ConText and DIET read turn by turn,
and the last turn that says now or before of an agent decides; only ours knows what had just been asked. ConText is
given the place of every agent by our lexicon; DIET finds them itself, trained on the development part (its figures
there are from {therapy.FOLDS} models, each trained without the messages that it reads).
P, R: precision and recall of agents; dangerous: messages with an agent taken now that was denied, past, planned or
somebody else's.\
"""


def main() -> int:
    """Run the comparison; 1 if something that it needs is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__)
    parser.add_argument("--only", choices=("therapies", "intents"), help="only this half")
    only = parser.parse_args().only
    OUTPUT.mkdir(parents=True, exist_ok=True)
    try:
        if only != "intents":
            compare_therapies()
        if only != "therapies":
            compare_intents()
    except ComparisonFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def compare_therapies() -> None:
    """Print the scores of the therapies for both parts, single messages and conversations apart."""
    development, test = read("development"), read("test")
    diet_development, diet_test = therapy.diet(development, test)
    print("Therapies taken now and before\n" + NOTES)
    for name, part, diet in (("development", development, diet_development), ("test", test, diet_test)):
        readings = {OURS: therapy.ours(part), "ConText": therapy.context(part), "DIET": diet}
        print("\n" + "\n".join(_therapy_table(name, part, readings)), flush=True)
        if name == "development":
            _write_where_others_are_better(part, readings)


def _therapy_table(name: str, part: Sequence[Message], readings: Mapping[str, Readings]) -> list[str]:
    naming = [message for message in part if therapy.names_an_agent(message)]
    groups = {
        "all": naming,
        "single messages": [message for message in naming if len(message.turns) == 1],
        "conversations": [message for message in naming if len(message.turns) > 1],
    }
    columns = ("both right", "now P", "now R", "before P", "before R", "dangerous", "ms a text")
    lines = [f"{name:32}" + "".join(f"{column:>11}" for column in columns)]
    for group, messages in groups.items():
        gold = therapy.gold(messages)
        for program, (found, speed) in readings.items():
            got = score_therapies(gold, found)
            ratios = (got.right, got.now_precision, got.now_recall, got.before_precision, got.before_recall)
            row = [*map(_percent, ratios), str(got.dangerous.part), f"{speed:.1f}"]
            lines.append(f"{f'{group} ({len(messages)})':24}{program:8}" + "".join(f"{cell:>11}" for cell in row))
    return lines


def _write_where_others_are_better(part: Sequence[Message], readings: Mapping[str, Readings]) -> None:
    gold, ours = therapy.gold(part), readings[OURS][0]
    for program, (found, _) in readings.items():
        better = [m for m in part if found[m.id] == gold[m.id] != ours[m.id]]
        blocks = [_block(message, gold[message.id], ours[message.id]) for message in better]
        path = OUTPUT / f"better-{program.lower()}.txt"
        if program != OURS:
            path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def _block(message: Message, gold: Therapies, ours: Therapies) -> str:
    text = " | ".join(turn.text for turn in message.turns)
    return f"{message.id}: {text}\n    expected {_as_text(gold)}\n    ours     {_as_text(ours)}"


def _as_text(therapies: Therapies) -> str:
    return f"now {sorted(therapies.now)}, before {sorted(therapies.before)}"


def compare_intents() -> None:
    """Print the scores of the intents, and write the confusions by name."""
    alone, whole = intents.ours()
    rows = {f"{OURS}, classifier": alone, f"{OURS}, with the facts": whole, "DIET": intents.diet()}
    columns = ("right", "macro F1", "no answer", "refused", "training s", "ms a text")
    print("\nIntents of questions that were written apart from the training data")
    print("no answer: questions that have an intent, but reached the fallback; refused: unknown ones that did")
    print(f"{'':24}" + "".join(f"{column:>11}" for column in columns))
    for name, classified in rows.items():
        got = intents.score(classified)
        cells = [_percent(got.right), f"{got.macro_f1:.1f} %", _percent(got.not_understood), _percent(got.refused)]
        cells += [f"{classified.training_seconds:.0f}", f"{classified.milliseconds:.1f}"]
        print(f"{name:24}" + "".join(f"{cell:>11}" for cell in cells))
        lines = [f"{count} {expected} -> {answer}" for (expected, answer), count in got.confusions]
        _confusions(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _confusions(name: str) -> Path:
    return OUTPUT / f"intents-{name.lower().replace(',', '').replace(' ', '-')}.txt"


def _percent(ratio: Ratio) -> str:
    return "-" if ratio.percent is None else f"{ratio.percent:.1f} %"


if __name__ == "__main__":
    sys.exit(main())
