"""Rasa featurizer over `bot.language.outline`: what a message is made of, as numbers for the intent classifier.

One column for each name of an outline and for each word that at least two training examples have.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import dump_obj_as_json_to_file, read_json_file
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from bot.language.outline import outline
from bot.nlu.reading import reading_of

_COLUMNS = "columns.json"
_WORD = 0.4
"""What a word counts beside a name: words are many, and say less."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class OutlineFeaturizer(SparseFeaturizer, GraphComponent):
    """Marks which concepts and words a message has."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: in how many examples a name or a word must be met."""
        return {**SparseFeaturizer.get_default_config(), "min_examples": 2}

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, name: str, columns: list[str]
    ) -> None:
        """Take the columns that were learnt; none before training."""
        super().__init__(name, config)
        self._min_examples = int(config["min_examples"])
        self._model_storage = model_storage
        self._resource = resource
        self._columns = {column: index for index, column in enumerate(columns)}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> OutlineFeaturizer:
        """Create the component before training."""
        return cls(config, model_storage, resource, execution_context.node_name, [])

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> OutlineFeaturizer:
        """Load the component as it was trained."""
        with model_storage.read_from(resource) as folder:
            columns = read_json_file(folder / _COLUMNS)
        return cls(config, model_storage, resource, execution_context.node_name, list(columns))

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be set that would have to be checked."""

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the columns."""
        met = Counter(column for message in training_data.training_examples for column in _weights(message))
        columns = sorted(column for column, count in met.items() if count >= self._min_examples)
        self._columns = {column: index for index, column in enumerate(columns)}
        with self._model_storage.write_to(self._resource) as folder:
            dump_obj_as_json_to_file(folder / _COLUMNS, columns)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features of the examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the features of each message."""
        for message in messages:
            known = {self._columns[name]: weight for name, weight in _weights(message).items() if name in self._columns}
            row = csr_matrix((list(known.values()), ([0] * len(known), list(known))), shape=(1, len(self._columns)))
            self.add_features_to_message(None, row.tocoo(), TEXT, message)
        return messages


def _weights(message: Message) -> dict[str, float]:
    text = message.get(TEXT) or ""
    found = outline(text, reading_of(text))
    return {**{f"word {word}": _WORD for word in found.words}, **dict.fromkeys(found.names, 1.0)}
