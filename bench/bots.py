"""The two bots: how each is trained and started, and what is said to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".bench"
PORT = 5995


@dataclass(frozen=True)
class Bot:
    """Commands and messages of one bot; the messages are said in a circle."""

    name: str
    folder: Path
    train: tuple[str, ...]
    serve: tuple[str, ...]
    messages: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def full_environment(self) -> dict[str, str]:
        return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", **self.environment}


def ours() -> Bot:
    """This project: every turn runs custom actions and is kept in SQLite."""
    project = FOLDER / "ours"
    command = (sys.executable, "-m", "bot")
    return Bot(
        "this bot",
        ROOT,
        (*command, "train", "--force", "--project", str(project)),
        (*command, "serve", "--no-train", "--port", str(PORT), "--project", str(project)),
        (
            "on MMF and prednisolone",
            "FVC 72 to 65 in 8 months",
            "the CT is stable",
            "more breathless",
            "why?",
            "traction bronchiectasis on CT",
            "the CT is worse, more reticulation",
            "what counts as PPF?",
        ),
        {"TRACKER_DB_URL": f"sqlite:///{project}/conversations.db"},
    )


def stock(venv: Path) -> Bot:
    """A bot as `rasa init` configures it, on the same data: plain responses, conversations in memory."""
    project = FOLDER / "stock"
    rasa = str(venv / "bin/rasa")
    return Bot(
        "stock Rasa",
        project,
        (rasa, "train", "--fixed-model-name", "stock"),
        (rasa, "run", "--interface", "127.0.0.1", "--port", str(PORT), "--model", "models/stock.tar.gz"),
        ("thanks", "are you a robot?", "thank you", "what about privacy?"),
    )
