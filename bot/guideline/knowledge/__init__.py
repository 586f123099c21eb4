"""The knowledge of the guideline: YAML files that a clinician can review, loaded once and validated.

`KNOWLEDGE` holds it. Every file states its own format in its first lines.
"""

from bot.guideline.knowledge.entry import KnowledgeError
from bot.guideline.knowledge.load import FEATURES, load
from bot.guideline.knowledge.model import (
    Agent,
    Answer,
    Caution,
    Guideline,
    Knowledge,
    Option,
    Place,
    Sentence,
    Source,
    Statement,
)

KNOWLEDGE = load()


def ordered(agents: tuple[str, ...]) -> tuple[str, ...]:
    """Return agent ids in the order of agents.yml, each once."""
    order = KNOWLEDGE.agent_order
    return tuple(sorted(set(agents), key=order.__getitem__))


__all__ = [
    "FEATURES",
    "KNOWLEDGE",
    "Agent",
    "Answer",
    "Caution",
    "Guideline",
    "Knowledge",
    "KnowledgeError",
    "Option",
    "Place",
    "Sentence",
    "Source",
    "Statement",
    "load",
    "ordered",
]
