"""Measure both bots one after the other and print the table."""

from __future__ import annotations

import shutil
import sys

from bench.bots import FOLDER, Bot, ours, stock
from bench.figures import Figures, measure, recommend_microseconds
from bench.stock import STOCK_VENV, prepare_environment, prepare_projects
from bench.table import table


def main() -> int:
    """Print the table on stdout and the progress on stderr; 1 when a target is missed."""
    for name in ("ours", "stock"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    prepare_environment(_say)
    prepare_projects()
    text, met = table(_measured(ours()), _measured(stock(STOCK_VENV)), recommend_microseconds())
    print(text)
    return 0 if met else 1


def _measured(bot: Bot) -> Figures:
    _say(f"Measuring {bot.name}")
    return measure(bot, _say)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
