"""Compares our understanding of text with ConText and DIET: `python -m bench.understanding`.

Needs a package index at the first run, and some minutes at every run. Messages of the development part that the others
read rightly and we do not, and the confusions of the intents, are written to var/evaluation/.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from bench.bots import ROOT
from bench.understanding import intents, tables, therapy
from bench.understanding.environments import ComparisonFailed
from tests.language.evaluation.split import read


def main() -> int:
    """Run the comparison; 1 if something that it needs is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__)
    parser.add_argument("--only", choices=("therapies", "intents"), help="only this half")
    only = parser.parse_args().only
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
    print(tables.THERAPY_NOTES)
    for name, part, diet in (("development", development, diet_development), ("test", test, diet_test)):
        ours = therapy.ours(part)
        others = {"ConText": therapy.context(part), "DIET": diet}
        print("", *tables.therapy_table(name, part, {tables.OURS: ours, **others}), sep="\n", flush=True)
        if name == "development":
            for program, (found, _) in others.items():
                better = tables.only_right(part, found, ours[0])
                _write(f"better-{program.lower()}.txt", tables.misread(better, ours[0]))


def compare_intents() -> None:
    """Print the scores of the intents, and write the confusions by name."""
    asked = intents.questions()
    alone, whole = intents.ours()
    programs = {tables.CLASSIFIER: alone, tables.WITH_FACTS: whole, "DIET": intents.diet()}
    print("\n" + tables.INTENT_NOTES, "", *tables.intent_table(asked, programs), sep="\n", flush=True)
    for name, program in programs.items():
        _write(f"intents-{name.split()[-1].lower()}.txt", tables.confusions(asked, program))


def _write(name: str, lines: Iterable[str]) -> None:
    folder = ROOT / "var" / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
