"""Rasa NLU component that reads clinical facts from a message with `bot.language`.

Each finding becomes an entity `fact` whose value is the finding as a dict (words and offsets included); what the
message is as a whole stands in the output property `reading`: `{"is_question": bool, "truncated": bool}`.
The intent follows the facts: a message that states facts and asks nothing is `inform`, one that opens a new patient is
`new`, and one that looks like `inform` to the classifier but states no fact is not understood. One that asks for
training is `train`, and whatever it names is no fact. In a short message that is clearly a side question or a command,
only what stands before it is a fact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME, INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.language import Reading, means_the_whole_case, update
from bot.language.outline import outline
from bot.nlu.reading import reading_of
from bot.training.commands import opens_training

EXTRACTOR = "ClinicalTextReader"
FACT = "fact"
READING = "reading"

NEW_PATIENT = "new"
NOT_UNDERSTOOD: str = DEFAULT_NLU_FALLBACK_INTENT_NAME
STATEMENTS = frozenset({None, "inform", "affirm", "deny", "dont_know", NOT_UNDERSTOOD})
"""Intents that are no request: what the message states decides."""

PASSING_WORDS = frozenset({"mention", "judgement"})
"""Kinds of findings that mean something only beside others, or as the answer to a question."""

BARE_WORDS = frozenset({"answer", "correction", "declined", *PASSING_WORDS})
"""Kinds of findings that state nothing of the patient by themselves: "no", "sorry"."""

ANSWERS = {
    "yes": "affirm",
    "no": "deny",
    "none": "deny",
    "unknown": "dont_know",
    "not_done": "dont_know",
    "pending": "dont_know",
}
"""The intents of bare answers. The conversation treats them as it treats `inform`."""

NAMES = frozenset({"therapy", "feature", *PASSING_WORDS})
"""Kinds of findings that a request may consist of: "IVIG in renal failure"."""

# Chosen on the development messages and the training questions: below, statements were taken for requests.
CLEAR_WITHOUT_FACTS = 0.5
CLEAR_QUESTION = 0.7
CLEAR_REQUEST = 0.9
SHORT_WORDS = 12
LONG_WORDS = 25
"""A message longer than that which states facts is a case, whatever it asks beside them."""
# "/new on tacrolimus", "/NEW": the command with the new case behind it.
_NEW_COMMAND = re.compile(r"^\s*/(?:new|restart)\b[\s:,]*", re.I)
_CLAUSE_END = re.compile(r"[.,;:?!]\s|\s-\s")


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER],
    is_trainable=False,
)
class ClinicalTextReader(GraphComponent):
    """Adds the facts of a message as entities and lets them decide the intent."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The classifier whose verdict the facts correct stands before this component."""
        return [IntentClassifier]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ClinicalTextReader:
        """Create the component; it has neither settings nor a state."""
        return cls()

    def process_training_data(self, training_data: Any) -> Any:
        """Leave the training data as they are."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message; typed commands ("/...") hold no clinical text."""
        for message in messages:
            text = _NEW_COMMAND.sub("next patient. ", message.get(TEXT) or "")
            training = opens_training(text)  # whatever it names, "train me on rituximab" is no other question
            reading = Reading(()) if _is_command(text) or training else reading_of(text)
            verdict = _without_new(message.get(INTENT) or {}, text, reading)
            asked = None if training else _clear_request(text, reading, verdict)
            if asked not in (None, NEW_PATIENT):
                reading = _before_the_request(text, reading)
            message.set(ENTITIES, [_entity(f) for f in reading.findings], add_to_output=True)
            flags = {"is_question": reading.is_question or asked is not None, "truncated": reading.truncated}
            message.set(READING, flags, add_to_output=True)
            intent = "train" if training else asked or _intent(text, reading, verdict.get(INTENT_NAME_KEY))
            _set_intent(message, intent)
        return messages


def _without_new(verdict: Mapping[str, Any], text: str, reading: Reading) -> Mapping[str, Any]:
    """The classifier's verdict, but for a new patient where only one thing may be meant: then the case stays."""
    if verdict.get(INTENT_NAME_KEY) != NEW_PATIENT or reading.of("new_patient") or means_the_whole_case(text):
        return verdict
    return {INTENT_NAME_KEY: NOT_UNDERSTOOD, PREDICTED_CONFIDENCE_KEY: 1.0}


def _set_intent(message: Message, name: str) -> None:
    """Put the intent where the classifier's verdict was, and first in the ranking."""
    if name == (message.get(INTENT) or {}).get(INTENT_NAME_KEY):
        return
    verdict = {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: 1.0}
    others = [entry for entry in message.get(INTENT_RANKING_KEY) or [] if entry[INTENT_NAME_KEY] != name]
    message.set(INTENT, verdict, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [verdict, *others], add_to_output=True)


def _clear_request(text: str, reading: Reading, verdict: Mapping[str, Any]) -> str | None:
    """Return the side question or command that a short message clearly is, or None.

    It is one where it asks at the end ("on MMF, what counts as PPF?"), where nothing is stated that would change a case
    ("sum it up"), and, with more certainty, where only agents are named ("tacrolimus monitoring").
    """
    intent = verdict.get(INTENT_NAME_KEY)
    if intent in STATEMENTS or _is_command(text) or len(text.split()) > SHORT_WORDS:
        return None
    if reading.of("undo") and intent != NEW_PATIENT:
        return None  # "undo that" needs no answer to "what should change?"
    asks = "asks" in outline(text[_last_clause(text) :], Reading(())).names
    if not update({}, reading).slots:
        needed = CLEAR_WITHOUT_FACTS
    elif asks:
        needed = CLEAR_QUESTION
    elif all(finding.kind in NAMES for finding in reading.findings):
        needed = CLEAR_REQUEST
    else:
        return None
    return str(intent) if (verdict.get(PREDICTED_CONFIDENCE_KEY) or 0.0) >= needed else None


def _before_the_request(text: str, reading: Reading) -> Reading:
    """Keep what is stated before the question itself: "on MMF, what counts as PPF?" says MMF."""
    start = _last_clause(text)
    return replace(reading, findings=tuple(f for f in reading.findings if f.end <= start))


def _last_clause(text: str) -> int:
    return max((found.end() for found in _CLAUSE_END.finditer(text.rstrip(" .?!"))), default=0)


def _is_command(text: str) -> bool:
    return text.lstrip().startswith(INTENT_MESSAGE_PREFIX)


def _intent(text: str, reading: Reading, classified: str | None) -> str:
    """The intent that the facts speak for, or the classifier's verdict."""
    if _is_command(text) or not text.strip():
        return NOT_UNDERSTOOD
    if reading.of("new_patient"):
        return NEW_PATIENT
    stated = {finding.kind for finding in reading.findings} - PASSING_WORDS
    if stated and (not reading.is_question or len(text.split()) > LONG_WORDS):
        return _told(reading, stated, classified)
    if classified is None or (classified == "inform" and not reading.has_facts):
        return NOT_UNDERSTOOD
    return classified


def _told(reading: Reading, stated: set[str], classified: str | None) -> str:
    """What a message tells: an answer where it is nothing else, or facts, be it only an unknown medicine."""
    if stated <= BARE_WORDS:
        if classified in ANSWERS.values():
            return str(classified)
        said = [ANSWERS[f.value] for f in reading.of("answer") if f.value in ANSWERS]
        if said:
            return said[0]
    return "inform"


def _entity(finding: Any) -> dict[str, Any]:
    return {
        "entity": FACT,
        "value": finding.as_dict(),
        "start": finding.start,
        "end": finding.end,
        "confidence_entity": 1.0,
        "extractor": EXTRACTOR,
    }
