"""The shapes of the knowledge files, as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Agent:
    """A drug or procedure, by its international non-proprietary name."""

    id: str
    name: str
    drug_class: str
    immunosuppressant: bool = True
    generic_for: str | None = None
    brands: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a clinical sentence comes from."""

    id: str
    name: str
    citation: str | None = None
    doi: str | None = None
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Guideline:
    """The guideline that the rules follow."""

    id: str
    title: str
    citation: str
    doi: str
    version: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of the guideline with its own grade; strength and certainty are None where none is given."""

    id: str
    text: str
    strength: str | None
    certainty: str | None
    source: str
    status: frozenset[str]
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """One add/switch option of statement A1."""

    id: str
    label: str
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a caution stands, and the conditions that must all hold there; None is "no condition"."""

    option: str | None = None
    action: frozenset[str] | None = None
    nintedanib: frozenset[str] | None = None
    case: frozenset[str] | None = None
    taking: frozenset[str] | None = None
    taking_two_of: str | None = None
    features: frozenset[str] | None = None
    offers: str | None = None
    option_open: str | None = None
    beside_nintedanib: bool = False
    rapidly_progressive: bool = False
    not_tolerated: bool = False
    other_immunosuppressant: bool = False


@dataclass(frozen=True, slots=True)
class Caution:
    """A caution: it flags, it never removes an option."""

    id: str
    text: str
    source: tuple[str, ...]
    applies: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A clinical sentence with its source; the source is empty only where the sentence is about the assistant."""

    text: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a side question, one sentence after the other."""

    id: str
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Knowledge:
    """All knowledge files together."""

    guideline: Guideline
    sources: Mapping[str, Source]
    agents: Mapping[str, Agent]
    ambiguous: Mapping[str, tuple[str | None, ...]]
    context_dependent: Mapping[str, str]
    other_meanings: Mapping[str, str]
    statements: Mapping[str, Statement]
    options: Mapping[str, Option]
    cautions: Mapping[str, Caution]
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @cached_property
    def immunosuppressants(self) -> frozenset[str]:
        """Agent ids that count as immunosuppressants."""
        return frozenset(agent.id for agent in self.agents.values() if agent.immunosuppressant)

    @cached_property
    def agent_order(self) -> Mapping[str, int]:
        """Position of each agent in agents.yml."""
        return {agent: position for position, agent in enumerate(self.agents)}

    @cached_property
    def agents_by_class(self) -> Mapping[str, frozenset[str]]:
        """Agent ids of each class, the unnamed one included."""
        classes = {agent.drug_class for agent in self.agents.values()}
        return {name: frozenset(a.id for a in self.agents.values() if a.drug_class == name) for name in classes}

    @cached_property
    def cautions_at_option(self) -> Mapping[str, tuple[tuple[str, Place], ...]]:
        """For each option, the cautions that may stand there, in the order of cautions.yml."""
        return {
            option: tuple((c.id, p) for c in self.cautions.values() for p in c.applies if p.option == option)
            for option in self.options
        }

    @cached_property
    def cautions_at_case(self) -> tuple[tuple[str, Place], ...]:
        """The cautions that may stand at the case as a whole or at nintedanib, in the order of cautions.yml."""
        return tuple((c.id, place) for c in self.cautions.values() for place in c.applies if place.option is None)
