"""Checks the documentation: links between files lead somewhere, and the commands that it names exist."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)\s]*)?\)")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.S)
_MAKE = re.compile(r"\bmake ([a-z]+)\b")
_BOT = re.compile(r"python -m bot ([a-z]+)\b")
_MODULE = re.compile(r"python -m ((?:bot|bench|tests)(?:\.\w+)*)")


def findings() -> Iterator[str]:
    """Yield a line for each broken link and each command that does not exist."""
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    commands = _bot_commands()
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        code = "\n".join(_CODE.findall(text))
        name = page.relative_to(ROOT)
        yield from (f"{name}: no file {link}" for link in _LINK.findall(text) if not (page.parent / link).exists())
        yield from (f"{name}: no target `make {target}`" for target in set(_MAKE.findall(code)) - targets)
        yield from (f"{name}: no command `python -m bot {command}`" for command in set(_BOT.findall(code)) - commands)
        yield from (f"{name}: no module {module}" for module in set(_MODULE.findall(code)) if not _exists(module))


def _bot_commands() -> set[str]:
    command = [sys.executable, "-m", "bot", "--help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"^ {4}([a-z]+)  ", shown.stdout, re.M))


def _exists(module: str) -> bool:
    path = ROOT.joinpath(*module.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


if __name__ == "__main__":
    found = sorted(findings())
    print("\n".join(found) or "The links and commands of the documentation exist.")
    sys.exit(1 if found else 0)
