"""The environment of stock Rasa in .bench/, and the two projects that are measured."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from bench.bots import FOLDER, ROOT

STOCK_VENV = FOLDER / "venv"
UV = ROOT / ".uv/bin/uv"
# What stock Rasa would run in an action server, which it does not have here.
RASA_ACTIONS = ("action_session_start", "action_restart", "action_back")


def prepare_environment(say: Callable[[str], None]) -> None:
    """Install stock Rasa with the real TensorFlow: on Python 3.10, which it was made for, else on 3.11."""
    stamp = STOCK_VENV / ".ready"
    if stamp.exists():
        return
    say("Installing stock Rasa in .bench/venv (2.5 GB, once)")
    python, lock = _python_and_lock()
    uv = [str(UV) if UV.exists() else shutil.which("uv") or "uv"]
    subprocess.run([*uv, "venv", "-q", "--clear", "--python", python, str(STOCK_VENV)], check=True)
    sync = [
        *uv,
        "pip",
        "sync",
        "-q",
        "--no-config",
        "--require-hashes",
        str(lock),
        "--python",
        f"{STOCK_VENV}/bin/python",
    ]
    subprocess.run(sync, check=True)
    stamp.touch()


def prepare_projects() -> None:
    """Copy this project's data for both; stock Rasa gets the config of `rasa init`."""
    ours, stock = FOLDER / "ours", FOLDER / "stock"
    for project in (ours, stock):
        project.mkdir(parents=True)
        shutil.copytree(ROOT / "data", project / "data")
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, ours)
    _write(stock / "domain.yml", without_our_code(_read(ROOT / "domain.yml")))
    shutil.copy(next(STOCK_VENV.glob("lib/python3.*/site-packages/rasa/cli/initial_project/config.yml")), stock)
    _write(stock / "credentials.yml", {"rest": None})


def without_our_code(domain: dict[str, Any]) -> dict[str, Any]:
    """Leave out of the domain what would call custom actions in every turn."""
    slots = {
        name: {**slot, "mappings": [{"type": mapping["type"]} for mapping in slot["mappings"]]}
        for name, slot in domain["slots"].items()
    }
    actions = [name for name in domain["actions"] if name not in RASA_ACTIONS]
    return {**domain, "slots": slots, "actions": actions}


def _python_and_lock() -> tuple[str, Path]:
    for python in (
        shutil.which("python3.10"),
        *sorted(map(str, Path.home().glob(".pyenv/versions/3.10.*/bin/python"))),
    ):
        if python and _runs(python, (3, 10)):
            return python, ROOT / "bench/requirements-stock.lock"
    return sys.executable, ROOT / "requirements-tensorflow.lock"


def _runs(python: str, version: tuple[int, int]) -> bool:
    """Tell whether this is a working Python of that version; a version manager's stand-in may not be."""
    check = [python, "-c", f"import sys; sys.exit(sys.version_info[:2] != {version})"]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
