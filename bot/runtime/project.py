"""Where the project's files are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Project:
    """The files of a Rasa project in one folder, and the package that holds its actions."""

    root: Path = ROOT
    actions: str = "bot.actions"

    @property
    def config(self) -> Path:
        return self.root / "config.yml"

    @property
    def domain(self) -> Path:
        """The domain: one file, or a folder of several."""
        folder = self.root / "domain"
        return folder if folder.is_dir() else self.root / "domain.yml"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def endpoints(self) -> Path:
        return self.root / "endpoints.yml"

    @property
    def credentials(self) -> Path:
        return self.root / "credentials.yml"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def var(self) -> Path:
        """What the running bot writes: conversations, input history."""
        return self.root / "var"
