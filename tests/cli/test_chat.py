"""`python -m bot chat`, with lines from a pipe and with a person's keys at a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.runtime.project import ROOT
from tests.tiny import TINY

COMMAND = [sys.executable, "-m", "bot", "chat", "--project", str(TINY.root), "--actions", TINY.actions]

# The terminal is told to bracket what is pasted as soon as a line can be typed.
PROMPT_SHOWN = "\x1b[?2004h"

pytestmark = pytest.mark.usefixtures("tiny_model")


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "TRACKER_DB_URL": f"sqlite:///{folder}/chat.db", "PROMPT_TOOLKIT_NO_CPR": "1"}


def _pipe(lines: str, folder: Path, *options: str) -> list[str]:
    """Chat through a pipe and return the lines that were printed."""
    done = subprocess.run(
        [*COMMAND, *options],
        cwd=ROOT,
        env=_environment(folder),
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in done.stderr
    return [line.rstrip() for line in done.stdout.splitlines() if line.strip()]


def test_piped_lines_are_answered_a_number_presses_its_button_and_the_conversation_can_be_resumed(
    tmp_path: Path,
) -> None:
    printed = _pipe("count\n1\n\n9\n", tmp_path)
    assert printed[:4] == ["Counted 1.", "   1 Again", "Counted 2.", "   1 Again"]
    assert "Counted 3." not in printed  # there is no ninth button: the 9 was taken as a text
    match = re.search(r"--conversation (chat-\w+)$", printed[-1])
    assert match and printed[-1].startswith("Goodbye.")
    again = _pipe("count\n", tmp_path, "--conversation", match[1])
    assert "Counted 3." in again


class Terminal:
    """A chat on a pseudo-terminal."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *options], cwd=ROOT, env=_environment(folder), stdin=slave, stdout=slave, stderr=slave
        )
        os.close(slave)
        self.seen = ""

    def wait_for(self, text: str, seconds: float = 120) -> None:
        """Read until `text` was printed since the last wait."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < end, f"no {text!r} in {self.seen[-300:]!r}"
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 65536).decode(errors="replace")
                except OSError:
                    break
        assert text in self.seen
        self.seen = self.seen.partition(text)[2]

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())


def test_a_terminal_has_buttons_a_pasted_letter_and_a_clean_end(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "--no-history")
    for keys, answer in {
        "count\r": "Counted 1.",
        "1\r": "Counted 2.",
        "\x1b[200~Dear colleague,\n\nplease count\x1b[201~\r": "Counted 3.",
        "thrown away\x03count\r": "Counted 4.",
        "\x03": "Goodbye.",
    }.items():
        terminal.wait_for(PROMPT_SHOWN)
        terminal.type(keys)
        terminal.wait_for(answer)
    assert terminal.process.wait(20) == 0


def test_ctrl_d_ends_it_and_only_the_owner_can_read_the_history(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    for keys, answer in {"count\r": "Counted 1.", "\x04": "Goodbye."}.items():
        terminal.wait_for(PROMPT_SHOWN)
        terminal.type(keys)
        terminal.wait_for(answer)
    assert terminal.process.wait(20) == 0
    history = TINY.var / "history"
    assert "count" in history.read_text(encoding="utf-8")
    assert history.stat().st_mode & 0o077 == 0
