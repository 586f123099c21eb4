"""Rasa custom actions: from slots to a case, from a case to replies.

Thin: the rules are in `bot.guideline`, the words in `bot.replies`, the reading of messages in `bot.language`.
"""

from bot.actions.case_form import ActionAskClarifications, ValidateCaseForm
from bot.actions.details import (
    ActionCautions,
    ActionChange,
    ActionHelp,
    ActionOptions,
    ActionSources,
    ActionSummary,
    ActionWhy,
)
from bot.actions.not_understood import ActionBack, ActionNotUnderstood
from bot.actions.questions import ActionAnswerQuestion, ActionCheckCriteria
from bot.actions.read_message import ActionReadMessage
from bot.actions.recommend import ActionRecommend
from bot.actions.session import ActionNewPatient, ActionRestart, ActionSessionStart, ActionStart

__all__ = [
    "ActionAnswerQuestion",
    "ActionAskClarifications",
    "ActionBack",
    "ActionCautions",
    "ActionChange",
    "ActionCheckCriteria",
    "ActionHelp",
    "ActionNewPatient",
    "ActionNotUnderstood",
    "ActionOptions",
    "ActionReadMessage",
    "ActionRecommend",
    "ActionRestart",
    "ActionSessionStart",
    "ActionSources",
    "ActionStart",
    "ActionSummary",
    "ActionWhy",
    "ValidateCaseForm",
]
