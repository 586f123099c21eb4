"""Environments of the compared programs: made below `.bench/` from lock files, each used by a worker process.

A worker is a script that reads one JSON object from stdin and writes one to stdout.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".bench" / "understanding"
WORKERS = Path(__file__).parent / "workers"


class ComparisonFailed(Exception):
    """Something that the comparison needs is missing or failed; the text says what, and what to do."""


@dataclass(frozen=True)
class Environment:
    """A Python environment that holds exactly what a lock file names."""

    name: str
    lock: Path

    @property
    def python(self) -> Path:
        """The interpreter of the environment."""
        return FOLDER / self.name / "bin" / "python"

    def make(self) -> None:
        """Install the lock file, unless that was done before.

        Raises:
            ComparisonFailed: there is no uv, or it could not install.
        """
        stamp = FOLDER / self.name / ".lock-installed"
        wanted = hashlib.sha256(self.lock.read_bytes()).hexdigest()
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return
        print(f"installing {self.lock.relative_to(ROOT)} in {(FOLDER / self.name).relative_to(ROOT)}", flush=True)
        uv = _uv()
        base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
        _run([uv, "venv", "-q", "--clear", "--no-python-downloads", "--python", str(base), str(FOLDER / self.name)])
        sync = [uv, "pip", "sync", "-q", "--no-config", "--require-hashes", str(self.lock)]
        _run(sync, VIRTUAL_ENV=str(FOLDER / self.name))
        stamp.write_text(wanted, encoding="utf-8")


# Rasa with the real TensorFlow: the same packages as `make setup TENSORFLOW=1`, beside the default environment.
TENSORFLOW = Environment("tensorflow", ROOT / "requirements-tensorflow.lock")
MEDSPACY = Environment("medspacy", Path(__file__).parent / "requirements-medspacy.lock")


def ask(worker: str, request: dict[str, Any], environment: Environment | None = None) -> dict[str, Any]:
    """Send a request to a worker and return its answer; without an environment it runs in our own.

    What the worker's libraries say goes to `.bench/understanding/WORKER.log`.

    Raises:
        ComparisonFailed: the environment cannot be made, or the worker ended with an error.
    """
    if environment:
        environment.make()
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / f"{worker}.log"
    settings = {"PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with log.open("wb") as said:
        child = subprocess.run(
            [str(environment.python) if environment else sys.executable, str(WORKERS / f"{worker}.py")],
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
    ours = ROOT / ".uv" / "bin" / "uv"
    found = str(ours) if ours.is_file() else shutil.which("uv")
    if not found:
        raise ComparisonFailed("The comparison needs uv to make its environments: run `make setup` first.")
    return found


def _run(command: list[str], **settings: str) -> None:
    child = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False)
    if child.returncode:
        raise ComparisonFailed(f"`{' '.join(command[:3])}` failed: {child.stderr.strip()}")
