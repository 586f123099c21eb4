"""The command line itself: help, version, speed, and errors in one line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.cli.main import main
from bot.runtime.project import ROOT


def _run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", ["chat", "serve", "train", "validate"])
def test_every_command_explains_itself(command: str) -> None:
    assert command in _run("--help").stdout
    help_text = _run(command, "--help")
    assert help_text.returncode == 0
    assert "--debug" in help_text.stdout


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_answer(option: str) -> None:
    assert _run(option).returncode == 0


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, bot.cli.main; print(sorted({'rasa', 'numpy', 'rich', 'prompt_toolkit'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_unknown_command_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["dance"])
    assert raised.value.code == 2
    assert "dance" in capsys.readouterr().err
