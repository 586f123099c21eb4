"""Rasa's logistic regression over intents, for messages that may be blank.

A blank message has no tokens, hence no features, and Rasa's classifier fails on it; here it has no intent.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifierForAnyText(LogisticRegressionClassifier):
    """Classifies messages; one without words gets no intent, with confidence 0."""

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
