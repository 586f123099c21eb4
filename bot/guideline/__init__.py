"""What the guideline says, and what follows from a case. Pure Python: no Rasa, no text, no channels."""

from bot.guideline.case import Case, CaseError
from bot.guideline.recommend import Recommendation, recommend

__all__ = ["Case", "CaseError", "Recommendation", "recommend"]
