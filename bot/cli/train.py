"""`python -m bot train`."""

from __future__ import annotations

import argparse
import contextlib
import os
import time
from pathlib import Path

from bot.cli.progress import step
from bot.runtime.project import Project
from bot.runtime.start import prepare
from bot.runtime.training import current_model, train


def run(options: argparse.Namespace, project: Project) -> int:
    """Train unless the current model still fits; print where it is."""
    if not options.force and (model := current_model(project)):
        _tell(options, model, f"Nothing has changed since {os.path.relpath(model)} was trained.")
        return 0
    prepare(options.debug)
    start = time.perf_counter()
    with contextlib.nullcontext() if options.quiet else step("Training"):
        model = train(project, options.force)
    _tell(options, model, f"Trained {os.path.relpath(model)} in {time.perf_counter() - start:.1f} s.")
    return 0


def _tell(options: argparse.Namespace, model: Path, text: str) -> None:
    print(model if options.quiet else text)
