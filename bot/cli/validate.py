"""`python -m bot validate`."""

from __future__ import annotations

import argparse

from bot.cli.training import check_cases
from bot.runtime.project import Project
from bot.runtime.start import prepare
from bot.runtime.validation import check_all


def run(options: argparse.Namespace, project: Project) -> int:
    """Print what was checked and what was found; 1 when there is a finding."""
    if options.cases:
        return check_cases(options.cases)
    prepare(options.debug)
    found = 0
    for check in check_all(project):
        print(f"{'wrong' if check.findings else 'ok':<6} {check.subject}", flush=True)
        for finding in check.findings:
            print(f"       {finding}")
        found += len(check.findings)
    print("Nothing wrong found." if not found else f"{found} to put right.")
    return 1 if found else 0
