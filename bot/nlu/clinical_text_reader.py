"""Rasa NLU component that reads clinical facts from a message with `bot.language`.

Each finding becomes an entity `fact` whose value is the finding as a dict (words and offsets included); what the
message is as a whole stands in the output property `reading`: `{"is_question": bool, "truncated": bool}`.
The intent follows the facts: a message that states facts and asks nothing is `inform`, one that opens a new patient is
`new`, and one that looks like `inform` to the classifier but states no fact is not understood. One that asks for
training is `train`, and whatever it names is no fact. In a short message that is clearly a side question or a command,
only what stands before it is a fact.
"""

from __future__ import annotations

import logging
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
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language import Reading, read, update
from bot.training.commands import opens_training

logger = logging.getLogger(__name__)

EXTRACTOR = "ClinicalTextReader"
FACT = "fact"
READING = "reading"

NEW_PATIENT = "new"
NOT_UNDERSTOOD: str = DEFAULT_NLU_FALLBACK_INTENT_NAME
STATEMENTS = frozenset({"inform", "affirm", "deny", "dont_know", "out_of_scope", NOT_UNDERSTOOD})
"""Intents that are no request: what the message states decides."""

PASSING_WORDS = frozenset({"mention", "judgement"})
"""Kinds of findings that mean something only beside others, or as the answer to a question."""

NAMES = frozenset({"therapy", *PASSING_WORDS})
"""Kinds of findings that a request may consist of: "info on IVIG"."""

# Chosen on the development messages and the training questions: below, statements were taken for requests.
CLEAR_QUESTION = 0.7
CLEAR_REQUEST = 0.9
SHORT_WORDS = 12
# "/new on tacrolimus", "/NEW": the command with the new case behind it.
_NEW_COMMAND = re.compile(r"^\s*/(?:new|restart)\b[\s:,]*", re.I)
_HOLDS_ON_TO = re.compile(r"\b(about|said|last|thing|that|this one)\b", re.I)
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
            reading = Reading(()) if _is_command(text) or training else _read(text)
            asked = None if training else _clear_request(text, reading, message.get(INTENT) or {})
            if asked not in (None, NEW_PATIENT):
                reading = _before_the_request(text, reading)
            message.set(ENTITIES, [_entity(f) for f in reading.findings], add_to_output=True)
            flags = {"is_question": reading.is_question or asked is not None, "truncated": reading.truncated}
            message.set(READING, flags, add_to_output=True)
            intent = asked or _intent(text, reading, (message.get(INTENT) or {}).get(INTENT_NAME_KEY))
            if intent is not None:
                verdict = {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: 1.0}
                message.set(INTENT, verdict, add_to_output=True)
        return messages


def _clear_request(text: str, reading: Reading, verdict: Mapping[str, Any]) -> str | None:
    """Return the side question or command that a short message clearly is, or None.

    "Dose of tacrolimus" and "tell me about rituximab" name agents, and state nothing of a patient.
    """
    intent = verdict.get(INTENT_NAME_KEY)
    if intent == NEW_PATIENT and _HOLDS_ON_TO.search(text):
        return None
    if intent in STATEMENTS or _is_command(text) or len(text.split()) > SHORT_WORDS:
        return None
    names_only = all(finding.kind in NAMES for finding in reading.findings)
    if not reading.is_question and not names_only:
        return None
    needed = CLEAR_REQUEST if not reading.is_question and update({}, reading).slots else CLEAR_QUESTION
    return str(intent) if (verdict.get(PREDICTED_CONFIDENCE_KEY) or 0.0) >= needed else None


def _before_the_request(text: str, reading: Reading) -> Reading:
    """Keep what is stated before the question itself: "on MMF, what counts as PPF?" says MMF."""
    cuts = [found.end() for found in _CLAUSE_END.finditer(text.rstrip(" .?!"))]
    start = cuts[-1] if cuts else 0
    return replace(reading, findings=tuple(f for f in reading.findings if f.end <= start))


def _is_command(text: str) -> bool:
    return text.lstrip().startswith(INTENT_MESSAGE_PREFIX)


def _read(text: str) -> Reading:
    try:
        return read(text)
    except Exception as error:
        logger.error("The clinical text reader failed on a message: %s", type(error).__name__)
        return Reading(())


def _intent(text: str, reading: Reading, classified: str | None) -> str | None:
    """The intent that the facts speak for, or None where the classifier's verdict stands."""
    if _is_command(text) or not text.strip():
        return NOT_UNDERSTOOD
    if opens_training(text):
        return "train"
    if reading.of("new_patient"):
        return NEW_PATIENT
    if not reading.is_question and any(finding.kind not in PASSING_WORDS for finding in reading.findings):
        return "inform"  # also where there is only something to remark, such as an unknown medicine
    if classified == "inform" and not reading.has_facts:
        return NOT_UNDERSTOOD
    if classified == NEW_PATIENT and _HOLDS_ON_TO.search(text):
        return NOT_UNDERSTOOD  # "forget what I said about the CT" takes one thing back; the case stays
    return None


def _entity(finding: Any) -> dict[str, Any]:
    return {
        "entity": FACT,
        "value": finding.as_dict(),
        "start": finding.start,
        "end": finding.end,
        "confidence_entity": 1.0,
        "extractor": EXTRACTOR,
    }
