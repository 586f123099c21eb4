"""Environments of the compared programs, made below `.bench/` from lock files, and the workers that run in them.

A worker is a script that reads one JSON object from stdin and writes one to stdout.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.bots import FOLDER as BENCH
from bench.bots import ROOT
from bench.stock import STOCK_VENV, UV, prepare_environment

FOLDER = BENCH / "understanding"
WORKERS = Path(__file__).parent / "workers"
LOCK = Path(__file__).with_name("requirements-medspacy.lock")


class ComparisonFailed(Exception):
    """Something that the comparison needs is missing or failed; the text says what, and what to do."""


def medspacy() -> Path:
    """Return the Python of the environment of medspaCy, made anew when its lock file has changed.

    Raises:
        ComparisonFailed: it could not be made.
    """
    folder = FOLDER / "medspacy"
    python = folder / "bin" / "python"
    stamp = folder / ".installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        say(f"Installing medspaCy in {folder.relative_to(ROOT)} (0.2 GB, once)")
        uv = _uv()
        _run([uv, "venv", "-q", "--clear", "--no-python-downloads", "--python", sys.executable, str(folder)])
        _run([uv, "pip", "sync", "-q", "--no-config", "--require-hashes", str(LOCK), "--python", str(python)])
        stamp.write_text(wanted, encoding="utf-8")
    return python


def stock_rasa() -> Path:
    """Return the Python of stock Rasa with the real TensorFlow, the environment of `make bench`.

    Raises:
        ComparisonFailed: it could not be made.
    """
    try:
        prepare_environment(say)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise ComparisonFailed(f"Stock Rasa could not be installed: {error}") from error
    return STOCK_VENV / "bin" / "python"


def own() -> Path:
    """Return the Python of this process."""
    return Path(sys.executable)


def say(text: str) -> None:
    """Tell on stderr what takes its time."""
    print(text, file=sys.stderr, flush=True)


def ask(worker: str, request: dict[str, Any], python: Path) -> dict[str, Any]:
    """Send a request to a worker in the environment of a Python and return its answer.

    What the worker's libraries say goes to `.bench/understanding/WORKER.log`.

    Raises:
        ComparisonFailed: the worker ended with an error.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / f"{worker}.log"
    settings = {
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        # What was trained on the same examples before is used again; each environment can read only its own.
        "RASA_CACHE_DIRECTORY": str(FOLDER / f"cache{python.parents[1].name}"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    with log.open("wb") as said:
        child = subprocess.run(
            [str(python), str(WORKERS / f"{worker}.py")],
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=said,
            env=os.environ | settings,
            cwd=ROOT,
            check=False,
        )
    if child.returncode:
        raise ComparisonFailed(f"{worker} ended with an error: see {log.relative_to(ROOT)}")
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer


def _uv() -> str:
    found = str(UV) if UV.is_file() else shutil.which("uv")
    if not found:
        raise ComparisonFailed("The comparison needs uv to make its environments: run `make setup` first.")
    return found


def _run(command: list[str]) -> None:
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    if child.returncode:
        raise ComparisonFailed(f"`{' '.join(command[:3])}` failed: {child.stderr.strip()}")
