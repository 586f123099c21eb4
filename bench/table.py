"""The table of the figures, with the targets beside them."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import FIVE, Figures
from bench.stock import STOCK_VENV

RECOMMEND_US = 100.0


def table(ours: Figures, stock: Figures, recommend_us: float) -> tuple[str, bool]:
    """Return the table in Markdown, and whether every target is met."""
    rows = [
        _against("start to first answer", "s", ours.start_s, stock.start_s, 1 / 4),
        _against("memory of all processes", "MB", ours.memory_mb, stock.memory_mb, 1 / 4),
        _against("training", "s", ours.training_s, stock.training_s, 1 / 5),
        _against("REST turn, median", "ms", ours.turn_ms, stock.turn_ms, 1 / 2),
        _against("REST turn, 95th percentile", "ms", ours.turn_p95_ms, stock.turn_p95_ms, None),
        _within(
            f"{FIVE} messages at once, in turns",
            ours.five_at_once_ms / ours.turn_ms,
            stock.five_at_once_ms / stock.turn_ms,
            10,
        ),
        _within(
            "turn at message 200, in turns at message 5",
            ours.turn_at_200_ms / ours.turn_at_5_ms,
            stock.turn_at_200_ms / stock.turn_at_5_ms,
            1.5,
        ),
        _row(
            "`recommend()`, a case",
            f"{recommend_us:.0f} µs",
            "",
            "",
            f"≤ {RECOMMEND_US:.0f} µs",
            recommend_us,
            RECOMMEND_US,
        ),
    ]
    head = ["| | this bot | stock Rasa | ratio | target | |", "|---|---|---|---|---|---|"]
    text = "\n".join([_machine(), "", *head, *(line for line, _ in rows), "", _notes(ours, stock)])
    return text, all(met for _, met in rows)


def _against(name: str, unit: str, ours: float, stock: float, target: float | None) -> tuple[str, bool]:
    digits = 0 if unit == "MB" else 1
    shown = (f"{ours:.{digits}f} {unit}", f"{stock:.{digits}f} {unit}", f"{ours / stock:.2f}")
    return _row(name, *shown, f"≤ {target:.2f}" if target else "", ours / stock, target)


def _within(name: str, ours: float, stock: float, target: float) -> tuple[str, bool]:
    return _row(name, f"{ours:.1f}", f"{stock:.1f}", "", f"≤ {target}", ours, target)


def _row(
    name: str, ours: str, stock: str, ratio: str, shown: str, value: float, target: float | None
) -> tuple[str, bool]:
    met = target is None or value <= target
    verdict = "" if target is None else "met" if met else "**missed**"
    return f"| {name} | {ours} | {stock} | {ratio} | {shown} | {verdict} |", met


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    stock = [str(STOCK_VENV / "bin/python"), "--version"]
    version = subprocess.run(stock, capture_output=True, text=True, check=True).stdout.strip()
    system = f"{platform.system()} {platform.machine()}, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {system}. This bot on Python {platform.python_version()} without TensorFlow, "
        f"stock Rasa on {version} with it."
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _notes(ours: Figures, stock: Figures) -> str:
    return (
        "A turn of this bot runs its custom actions and writes to SQLite; one of stock Rasa is a plain response with "
        f"conversations in memory. Turns without an answer: {ours.silent_turns} and {stock.silent_turns}."
    )
