"""From the knowledge files to `Knowledge`: what each file may hold, and how the files hang together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from bot.guideline.knowledge.entry import Entry, KnowledgeError, read
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

FOLDER = Path(__file__).parent
STATUSES = ("escalate", "goals_met", "start_immunosuppression", "incomplete", "out_of_scope")
ACTIONS = ("add_or_switch", "switch", "already_taking", "already_tried")
NINTEDANIB = ("add", "continue", "already_tried", "not_indicated", "undetermined")
STRENGTHS = ("strong", "conditional")
CERTAINTIES = ("very low", "low", "moderate", "high")
FEATURES = (
    "age_65_or_more",
    "smoker",
    "cardiovascular_risk",
    "thromboembolism",
    "malignancy",
    "pregnancy",
    "anticoagulant",
    "dermatomyositis",
    "anti_mda5",
    "iga_deficiency",
    "liver_disease",
)
"""Features of a patient that a caution may ask for."""

T = TypeVar("T")


def load(folder: Path = FOLDER) -> Knowledge:
    """Load all knowledge files of a folder.

    Raises:
        KnowledgeError: a file is missing, is no YAML, or holds something unexpected.
    """
    sources = _table(folder, "sources", _source)
    agents_file = read(folder, "agents.yml")
    agents_file.only("agents", "ambiguous", "context_dependent", "other_meanings")
    agents = {key: _agent(key, entry) for key, entry in agents_file.entries("agents").items()}
    ambiguous = _ambiguous(agents_file, agents)
    _unique_names(agents, ambiguous)
    options = _table(folder, "options", lambda key, entry: _option(key, entry, agents))
    return Knowledge(
        guideline=_guideline(read(folder, "guideline.yml")),
        sources=sources,
        agents=agents,
        ambiguous=ambiguous,
        context_dependent=_context_dependent(agents_file, agents),
        other_meanings={key: str(value) for key, value in agents_file.table("other_meanings").items()},
        statements=_table(folder, "statements", lambda key, entry: _statement(key, entry, sources)),
        options=options,
        cautions=_table(folder, "cautions", lambda key, entry: _caution(key, entry, sources, agents, options)),
        answers=_table(folder, "answers", lambda key, entry: _answer(key, entry, sources)),
    )


def _table(folder: Path, name: str, build: Callable[[str, Entry], T]) -> dict[str, T]:
    file = read(folder, f"{name}.yml")
    file.only(name)
    return {key: build(key, entry) for key, entry in file.entries(name).items()}


def _guideline(entry: Entry) -> Guideline:
    entry.only("id", "title", "citation", "doi", "version")
    return Guideline(*(entry.text(name) for name in ("id", "title", "citation", "doi", "version")))


def _source(key: str, entry: Entry) -> Source:
    entry.only("name", "citation", "doi", "verified")
    return Source(
        id=key,
        name=entry.text("name"),
        citation=entry.optional_text("citation"),
        doi=entry.optional_text("doi"),
        verified=entry.flag("verified", True),
    )


def _agent(key: str, entry: Entry) -> Agent:
    entry.only("name", "class", "immunosuppressant", "generic_for", "brands", "abbreviations", "spellings")
    drug_class = entry.text("class")
    return Agent(
        id=key,
        name=entry.text("name"),
        drug_class=drug_class,
        immunosuppressant=entry.flag("immunosuppressant", True),
        generic_for=entry.choice("generic_for", (drug_class,), "class of this agent"),
        brands=entry.texts("brands"),
        abbreviations=entry.texts("abbreviations"),
        spellings=entry.texts("spellings"),
    )


def _unique_names(agents: Mapping[str, Agent], ambiguous: Mapping[str, Any]) -> None:
    seen = {name.lower(): "several (ambiguous)" for name in ambiguous}
    for agent in agents.values():
        for name in {n.lower() for n in (agent.id, *agent.brands, *agent.abbreviations, *agent.spellings)}:
            if seen.setdefault(name, agent.id) != agent.id:
                raise KnowledgeError("agents.yml", f"agents.{agent.id}", f"'{name}' already stands for {seen[name]}")


def _agent_id(file: Entry, key: str, value: Any, agents: Mapping[str, Agent]) -> str:
    if not isinstance(value, str) or value not in agents:
        raise file.fail(key, f"expected an agent of this file, found {value!r}")
    return value


def _context_dependent(file: Entry, agents: Mapping[str, Agent]) -> dict[str, str]:
    table = file.table("context_dependent")
    return {key: _agent_id(file, f"context_dependent.{key}", value, agents) for key, value in table.items()}


def _ambiguous(file: Entry, agents: Mapping[str, Agent]) -> dict[str, tuple[str | None, ...]]:
    table = {}
    for key, value in file.table("ambiguous").items():
        if not isinstance(value, list) or len(value) < 2:
            raise file.fail(f"ambiguous.{key}", "expected a list of at least two agents (or null)")
        table[key] = tuple(v if v is None else _agent_id(file, f"ambiguous.{key}", v, agents) for v in value)
    return table


def _statement(key: str, entry: Entry, sources: Mapping[str, Source]) -> Statement:
    entry.only("text", "strength", "certainty", "source", "status", "verified")
    source = entry.text("source")
    entry.choice("source", sources, "source of sources.yml")
    strength, certainty = (
        entry.choice("strength", STRENGTHS, "strength"),
        entry.choice("certainty", CERTAINTIES, "certainty"),
    )
    if (strength is None) != (certainty is None):
        raise entry.fail("certainty", "expected strength and certainty both, or null for both")
    return Statement(
        id=key,
        text=entry.text("text"),
        strength=strength,
        certainty=certainty,
        source=source,
        status=frozenset(entry.members("status", STATUSES, "status")),
        verified=entry.flag("verified", True),
    )


def _option(key: str, entry: Entry, agents: Mapping[str, Agent]) -> Option:
    entry.only("label", "agents")
    members = [agent.id for agent in agents.values() if agent.drug_class == key]
    if not members:
        raise KnowledgeError(entry.file, entry.key, "expected a class of agents.yml")
    offered = entry.members("agents", members, f"agent of the class {key}")
    if not offered:
        raise entry.fail("agents", "expected at least one agent")
    return Option(key, entry.text("label"), offered)


def _sourced(entry: Entry, sources: Mapping[str, Source]) -> tuple[str, ...]:
    found = entry.members("source", sources, "source of sources.yml")
    if not found:
        raise entry.fail("source", "expected at least one source: no clinical sentence stands without one")
    return found


def _caution(
    key: str,
    entry: Entry,
    sources: Mapping[str, Source],
    agents: Mapping[str, Agent],
    options: Mapping[str, Option],
) -> Caution:
    entry.only("text", "source", "applies")
    places = tuple(_place(place, agents, options) for place in entry.listed("applies"))
    return Caution(key, entry.text("text"), _sourced(entry, sources), places)


_PLACES = ("option", "nintedanib", "case")
_ANYWHERE = ("taking", "taking_class", "taking_two_of", "features")
_FLAGS = ("rapidly_progressive", "not_tolerated", "other_immunosuppressant")
_AT_OPTION_ONLY = ("action", "offers", "beside_nintedanib")
_AT_CASE_ONLY = ("option_open",)


def _place(entry: Entry, agents: Mapping[str, Agent], options: Mapping[str, Option]) -> Place:
    _one_place(entry)
    classes = tuple({agent.drug_class: None for agent in agents.values()})
    return Place(
        option=entry.choice("option", options, "option of options.yml"),
        action=_actions(entry),
        nintedanib=_set(entry.members("nintedanib", NINTEDANIB, "answer on nintedanib")),
        case=_set(entry.members("case", STATUSES, "status")),
        taking=_set((*entry.members("taking", agents, "agent of agents.yml"), *_of_classes(entry, agents, classes))),
        taking_two_of=entry.choice("taking_two_of", classes, "class of agents.yml"),
        features=_set(entry.members("features", FEATURES, "feature of a patient")),
        offers=entry.choice("offers", agents, "agent of agents.yml"),
        option_open=entry.choice("option_open", options, "option of options.yml"),
        beside_nintedanib=entry.flag("beside_nintedanib", False),
        **{flag: entry.flag(flag, False) for flag in _FLAGS},
    )


def _one_place(entry: Entry) -> None:
    """One place, and only conditions that are read there: any other would be lost without a word."""
    if sum(name in entry.values for name in _PLACES) != 1:
        raise entry.fail("option", "expected exactly one of option, nintedanib, case")
    here = _AT_OPTION_ONLY if "option" in entry.values else _AT_CASE_ONLY
    entry.only(*_PLACES, *_ANYWHERE, *_FLAGS, *here)


def _actions(entry: Entry) -> frozenset[str] | None:
    if "option" not in entry.values:
        return None
    return _set(entry.members("action", ACTIONS, "action")) or frozenset({"add_or_switch", "switch"})


def _set(values: tuple[str, ...]) -> frozenset[str] | None:
    return frozenset(values) if values else None


def _of_classes(entry: Entry, agents: Mapping[str, Agent], classes: tuple[str, ...]) -> tuple[str, ...]:
    wanted = entry.members("taking_class", classes, "class of agents.yml")
    return tuple(agent.id for agent in agents.values() if agent.drug_class in wanted)


def _answer(key: str, entry: Entry, sources: Mapping[str, Source]) -> Answer:
    entry.only("title", "sentences")
    return Answer(key, entry.text("title"), tuple(_sentence(e, sources) for e in entry.listed("sentences")))


def _sentence(entry: Entry, sources: Mapping[str, Source]) -> Sentence:
    entry.only("text", "source", "about_the_assistant")
    if not entry.flag("about_the_assistant", False):
        return Sentence(entry.text("text"), _sourced(entry, sources))
    if "source" in entry.values:
        raise entry.fail("source", "expected none: a sentence about the assistant is no clinical statement")
    return Sentence(entry.text("text"), ())
