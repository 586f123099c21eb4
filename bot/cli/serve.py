"""`python -m bot serve`."""

from __future__ import annotations

import argparse
import asyncio
import os
import time

from bot.cli.main import STARTED
from bot.cli.model import model_for
from bot.runtime.project import Project
from bot.runtime.server import Address, bind, serve
from bot.runtime.start import prepare


def run(options: argparse.Namespace, project: Project) -> int:
    """Serve until told to stop."""
    prepare(options.debug)
    address = Address(options.host, options.port, os.environ.get("RASA_TOKEN") or None)
    with bind(address) as listener:
        model = model_for(project, may_train=not options.no_train)
        asyncio.run(serve(project, model, address, listener, _say_ready))
    return 0


def _say_ready(url: str) -> None:
    print(f"Ready on {url} in {time.perf_counter() - STARTED:.1f} s", flush=True)
