"""What a question is about: our intent classifier and DIET, trained on the same examples, on the same questions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.bots import ROOT
from bench.understanding.environments import ask, own, stock_rasa
from bench.understanding.scores import FALLBACK

QUESTIONS = ROOT / "tests" / "nlu" / "questions.yml"
TRAINING = ROOT / "data" / "nlu.yml"
CONFIG = ROOT / "config.yml"

READER = "bot.nlu.clinical_text_reader.ClinicalTextReader"

# All that the user is told "not understood" for.
NOT_UNDERSTOOD = (None, FALLBACK, "out_of_scope")

_PIPELINES = Path(__file__).with_name("pipelines.yml")


@dataclass(frozen=True)
class Classified:
    """The answers of one classifier to all questions, and what they cost."""

    intents: tuple[str, ...]
    training_seconds: float
    milliseconds: float


def questions() -> list[tuple[str, str]]:
    """Return every question that was written apart from the training data, as (intent, text)."""
    by_intent = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    return [(intent, text) for intent, texts in by_intent.items() for text in texts]


def ours() -> tuple[Classified, Classified]:
    """Ask our classifier alone, and the whole pipeline, in which the facts of a message correct it."""
    whole = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["pipeline"]
    alone = [component for component in whole if component["name"] != READER]
    answers = ask("rasa_nlu", {"jobs": [_job(alone), _job(whole)]}, own())["answers"]
    return _classified(answers[0]), _classified(answers[1])


def diet() -> Classified:
    """Ask DIET.

    Raises:
        ComparisonFailed: its environment cannot be made or used.
    """
    pipeline = yaml.safe_load(_PIPELINES.read_text(encoding="utf-8"))["intents"]
    return _classified(ask("rasa_nlu", {"jobs": [_job(pipeline)]}, stock_rasa())["answers"][0])


def _job(pipeline: list[dict[str, Any]]) -> dict[str, Any]:
    return {"pipeline": pipeline, "training": str(TRAINING), "messages": [text for _, text in questions()]}


def _classified(answer: dict[str, Any]) -> Classified:
    intents = (parsed["intent"] for parsed in answer["parsed"])
    understood = tuple(FALLBACK if intent in NOT_UNDERSTOOD else intent for intent in intents)
    return Classified(understood, answer["training_seconds"], answer["milliseconds"])
