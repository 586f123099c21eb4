"""The messages of the evaluation set, and the rule that puts each into its part.

`python -m tests.language.evaluation.split` moves every message into the file of the part it belongs to, after new ones
were written into either file.
"""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PARTS = ("development", "test")
PRACTICE = "practice"
"""Messages that were counted once, then read in full: they belong to no part, and prove nothing."""

_FOLDER = Path(__file__).parent
_HEADING = "# Messages as clinicians type them, and the slots that they give. See README.md.\n"


@dataclass(frozen=True)
class Turn:
    """One text of the clinician; `asked` is the slot that the assistant had just asked for, if it had."""

    text: str
    asked: str | None = None


@dataclass(frozen=True)
class Message:
    """One entry of the set: the turns, and every slot that is not null after the last of them."""

    id: str
    turns: tuple[Turn, ...]
    slots: Mapping[str, Any]
    note: str | None = None


def part_of(message_id: str) -> str:
    """Return the part a message belongs to: the SHA-256 of its id, as a number, modulo the number of parts."""
    digest = hashlib.sha256(message_id.encode()).hexdigest()
    return PARTS[int(digest, 16) % len(PARTS)]


def path_of(part: str) -> Path:
    """Return the file that holds a part."""
    return _FOLDER / f"{part}.yml"


def read(part: str) -> tuple[Message, ...]:
    """Read the messages of one part, in the order of the file."""
    entries = yaml.safe_load(path_of(part).read_text(encoding="utf-8"))
    return tuple(_message(entry) for entry in entries or ())


def write(part: str, messages: Iterable[Message]) -> None:
    """Write the messages of one part, replacing its file."""
    path_of(part).write_text(_HEADING + "".join(_as_yaml(message) for message in messages), encoding="utf-8")


def _message(entry: Mapping[str, Any]) -> Message:
    turns = tuple(Turn(turn) if isinstance(turn, str) else Turn(turn["text"], turn["asked"]) for turn in entry["turns"])
    return Message(entry["id"], turns, entry["slots"], entry.get("note"))


def _as_yaml(message: Message) -> str:
    lines = [f"\n- id: {message.id}", "  turns:"]
    lines += [_turn_as_yaml(turn) for turn in message.turns]
    lines.append(f"  slots: {_flow(message.slots)}")
    if message.note:
        lines.append(f"  note: {_quoted(message.note)}")
    return "\n".join(lines) + "\n"


def _turn_as_yaml(turn: Turn) -> str:
    if "\n" in turn.text and not turn.text[0].isspace():
        indent = "        " if turn.asked else "      "
        text = f"|-\n{textwrap.indent(turn.text, indent)}"
    else:
        text = _quoted(turn.text)
    return f"    - asked: {turn.asked}\n      text: {text}" if turn.asked else f"    - {text}"


def _flow(slots: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {_value(value)}" for name, value in slots.items()) + "}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    # YAML 1.1 reads a bare yes or no as a boolean.
    return _quoted(value) if value in ("yes", "no") else str(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def main() -> None:
    """Put every message into the file of its part, keeping the order within and between the files."""
    messages = [message for part in PARTS for message in read(part)]
    for part in PARTS:
        write(part, (message for message in messages if part_of(message.id) == part))


if __name__ == "__main__":
    main()
