"""Rasa's logistic regression over intents, with its strength of regularisation as a setting, for any message.

A blank message has no intent.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifierForAnyText(LogisticRegressionClassifier):
    """Classifies messages; one without words gets no intent, with confidence 0."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return Rasa's settings, and `C` and `class_weight` as scikit-learn names them."""
        rasa: dict[str, Any] = LogisticRegressionClassifier.get_default_config()
        return {**rasa, "C": 1.0, "class_weight": None}

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        """Construct a classifier before training."""
        super().__init__(config, name, model_storage, resource)
        self.clf.set_params(C=self.config["C"], class_weight=self.config["class_weight"])

    def process(self, messages: list[Message]) -> list[Message]:
        """Classify the messages that have words."""
        worded = [message for message in messages if (message.get(TEXT) or "").strip()]
        if worded:
            super().process(worded)
        for message in messages:
            if message not in worded:
                nothing: dict[str, Any] = {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}
                message.set(INTENT, nothing, add_to_output=True)
        return messages
