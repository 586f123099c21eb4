"""`python -m bot training`: for teachers: groups, results, cases."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.runtime.errors import UserError
from bot.runtime.project import Project

if TYPE_CHECKING:
    from bot.training.memory import Group


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "For teachers: open a group and give its code to residents, see how they do, write and check cases."
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    create = actions.add_parser("create-group", help="open a group; prints the code that residents join with")
    create.add_argument("name", help="what residents are shown before they join")
    actions.add_parser("groups", help="list the groups")
    show = actions.add_parser("overview", help="who practised, weak topics, hardest cases")
    show.add_argument("code")
    delete = actions.add_parser("delete-group", help="delete a group; its members keep their results")
    delete.add_argument("code")
    export = actions.add_parser("export", help="results as CSV, on the screen or in a file")
    export.add_argument("code", nargs="?", help="one group; else all")
    export.add_argument("--output", type=Path, help="write to this file")
    forget = actions.add_parser("forget", help="delete everything kept of a resident")
    forget.add_argument("code", help="the group in which the resident is known by name")
    forget.add_argument("name", help="the name given to the group")
    check = actions.add_parser("check", help="check case files, and show the answers computed from them")
    check.add_argument("files", nargs="*", type=Path, help="case files; else all of bot/training/cases")


def run(options: argparse.Namespace, project: Project) -> int:
    """Do one action and return the exit code."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return _ACTIONS[options.action](options)
    except SQLAlchemyError as error:
        raise UserError(f"Cannot use the database: {str(error).splitlines()[0]}") from error


def _create(options: argparse.Namespace) -> int:
    from bot.training.database import memory

    group = memory().create_group(options.name, datetime.now(UTC))
    print(f"{group.code}")
    print(f"Residents join by saying in training: join {group.code} as NAME", file=sys.stderr)
    return 0


def _groups(options: argparse.Namespace) -> int:
    from bot.training.database import memory

    for group in memory().groups():
        print(f"{group.code}  {group.name}  {len(memory().members(group.code))} members")
    return 0


def _overview(options: argparse.Namespace) -> int:
    from bot.training.database import memory
    from bot.training.reports import overview

    print(overview(memory(), _group(options.code)))
    return 0


def _delete(options: argparse.Namespace) -> int:
    from bot.training.database import memory

    memory().delete_group(_group(options.code).code)
    print("Deleted. Its members keep their results; nobody else sees them any more.")
    return 0


def _export(options: argparse.Namespace) -> int:
    from bot.training.database import memory
    from bot.training.reports import export

    groups = [_group(options.code)] if options.code else memory().groups()
    if not options.output:
        export(memory(), groups, sys.stdout)
        return 0
    try:
        with options.output.open("w", newline="", encoding="utf-8") as out:
            count = export(memory(), groups, out)
    except OSError as error:
        raise UserError(f"Cannot write {options.output}: {error.strerror}") from error
    print(f"{count} results in {options.output}")
    return 0


def _forget(options: argparse.Namespace) -> int:
    from bot.training.database import forget, memory

    group = _group(options.code)
    found = [resident for resident, name in memory().members(group.code) if name == options.name]
    if not found:
        raise UserError(f"No member of {group.name} is called {options.name}.")
    for resident in found:
        count = forget(resident)
        print(f"Deleted {count} results of {options.name}, the plan, the open case and the memberships.")
    return 0


def _check(options: argparse.Namespace) -> int:
    from bot.training.library import FOLDER

    return check_cases(options.files or sorted(FOLDER.glob("*.yml")))


def check_cases(files: Sequence[Path]) -> int:
    """Print what is wrong with case files, or the answers computed from them; 1 when there is a finding."""
    from bot.training.library import read_case
    from bot.training.soundness import answers_shown, file_findings

    wrong = 0
    for path in files:
        found = file_findings(path)
        wrong += len(found)
        print("\n".join(found) if found else answers_shown(read_case(path)), end="\n\n")
    print("Nothing wrong found." if not wrong else f"{wrong} to put right.")
    return 1 if wrong else 0


def _group(code: str) -> Group:
    from bot.training.database import memory

    group = memory().group(code)
    if group is None:
        raise UserError(f"There is no group with the code {code}. `python -m bot training groups` lists them.")
    return group


_ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "create-group": _create,
    "groups": _groups,
    "overview": _overview,
    "delete-group": _delete,
    "export": _export,
    "forget": _forget,
    "check": _check,
}
