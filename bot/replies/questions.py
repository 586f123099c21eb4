"""The questions of the form and their buttons, from questions.yml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.replies.model import Button, Reply

ANY_OTHER = 'How is "{words}" meant?'


@cache
def _file() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    return loaded


QUESTIONS: tuple[str, ...] = tuple(_file()["questions"])
"""The slots that there is a question for."""


def question(slot: str) -> Reply:
    """Return the question for a slot, with its buttons."""
    entry = _file()["questions"][slot]
    return Reply(entry["text"], tuple(Button(title, says) for title, says in entry["buttons"].items()))


def clarification(open_question: Mapping[str, Any]) -> Reply:
    """Write an open question of the language (`{"kind", "words", "choices": [{"label", "says"}]}`)."""
    text = _file()["clarifications"].get(open_question["kind"], ANY_OTHER)
    words = " ".join(str(open_question.get("words") or "").replace("*", "").split()).strip(" ,;.:")[:80]
    choices = open_question.get("choices") or []
    return Reply(text.replace("{words}", words), tuple(Button(choice["label"], choice["says"]) for choice in choices))
