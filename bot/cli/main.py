"""Which command, with which settings; everything heavy is imported by the command itself."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.runtime.errors import UserError
from bot.runtime.project import ROOT, Project

STARTED = time.perf_counter()

DESCRIPTION = """\
Guideline assistant for the next step when the first immunosuppressive treatment
of myositis-associated interstitial lung disease fails. It supports a clinician's
judgement and does not replace it. Do not type identifying patient data.
"""

EPILOG = """\
examples:
  python -m bot chat                    talk to it in this terminal
  python -m bot serve --port 5005       answer programs and channels on 127.0.0.1:5005
  python -m bot validate                check the knowledge and Rasa's files

environment:
  TRACKER_DB_URL   where conversations are kept (default sqlite:///var/conversations.db)
  RASA_TOKEN       opens the whole HTTP API of `serve` to those who send it
  TELEGRAM_..., SLACK_..., MATTERMOST_...   switch a channel on: docs/telegram.md, docs/slack.md, docs/mattermost.md

exit codes: 0 done, 1 findings, 2 something to put right, told in one line
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    command = importlib.import_module(f"bot.cli.{options.command}")
    try:
        return int(command.run(options, Project(options.project.resolve(), options.actions)))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _add_chat(commands.add_parser("chat", help="talk to the assistant in this terminal"))
    _add_serve(commands.add_parser("serve", help="answer over HTTP: Rasa's API, the REST channel, other channels"))
    _add_train(commands.add_parser("train", help="train the model, if anything that goes into it has changed"))
    _add_validate(commands.add_parser("validate", help="check the knowledge, Rasa's files and the training cases"))
    _add_training(commands.add_parser("training", help="for teachers: groups, results, cases"))
    return parser


def _add_chat(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "A conversation in this terminal. A number presses the button of that number; anything else is taken as said. "
        "Ctrl-C clears the line, on an empty line it ends; so does Ctrl-D. Lines from a pipe are answered one by one."
    )
    parser.add_argument("--conversation", metavar="ID", help="resume this conversation (its id is shown at the end)")
    parser.add_argument("--no-history", action="store_true", help="keep no history of what was typed in var/history")
    parser.add_argument("--no-train", action="store_true", help="fail when there is no current model")
    _add_common(parser)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Answers until SIGTERM or Ctrl-C, and finishes the turns under way. Without RASA_TOKEN only reading and the "
        "channels' webhooks are open, on this computer alone."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=5005, help="port to listen on, 0 for any free one (%(default)s)")
    parser.add_argument("--no-train", action="store_true", help="fail when there is no current model")
    _add_common(parser)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="train even when nothing has changed")
    parser.add_argument("--quiet", action="store_true", help="print nothing but the path of the model")
    _add_common(parser)


def _add_validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "cases",
        nargs="*",
        type=Path,
        metavar="CASE_FILE",
        help="check these training cases alone, and show the answers computed from them",
    )
    _add_common(parser)


def _add_training(parser: argparse.ArgumentParser) -> None:
    from bot.cli.training import add_arguments

    add_arguments(parser)
    _add_common(parser)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--debug", action="store_true", help="log what happens, never what is said")
    parser.add_argument("--project", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--actions", default="bot.actions", help=argparse.SUPPRESS)


def _version() -> str:
    try:
        return version("iim-ild-assistant")
    except PackageNotFoundError:
        return _version_in_pyproject()


def _version_in_pyproject() -> str:
    import tomllib

    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
