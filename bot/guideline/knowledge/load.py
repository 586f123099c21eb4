"""Loading and validating the knowledge files.

An error names the file, the key and what was expected there, so that whoever edits a file can mend it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

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

T = TypeVar("T")


class KnowledgeError(ValueError):
    """A knowledge file cannot be used. The message names file, key and what was expected."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: {expected}")
        self.file, self.key, self.expected = file, key, expected


class _Entry:
    """A mapping of a knowledge file that knows where it stands, for errors that can be acted on."""

    def __init__(self, file: str, key: str, values: Any) -> None:
        if not isinstance(values, dict):
            raise KnowledgeError(file, key or "top level", f"expected a mapping, found {_kind(values)}")
        self.file, self.key, self.values = file, key, values

    def fail(self, name: str, expected: str) -> KnowledgeError:
        return KnowledgeError(self.file, f"{self.key}.{name}" if self.key else name, expected)

    def only(self, *names: str) -> None:
        for name in self.values:
            if name not in names:
                raise self.fail(str(name), f"unknown key; expected one of {', '.join(names)}")

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(name, f"expected a text, found {_kind(value)}")
        return value.strip()

    def optional_text(self, name: str) -> str | None:
        return None if self.values.get(name) is None else self.text(name)

    def flag(self, name: str, default: bool) -> bool:
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise self.fail(name, f"expected true or false, found {_kind(value)}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.fail(name, f"expected a list of texts, found {_kind(value)}")
        return tuple(value)

    def members(self, name: str, allowed: Mapping[str, Any] | tuple[str, ...], what: str) -> tuple[str, ...]:
        for item in (values := self.texts(name)):
            if item not in allowed:
                raise self.fail(name, f"'{item}' is no {what}; expected one of {', '.join(allowed)}")
        return values

    def choice(self, name: str, allowed: Mapping[str, Any] | tuple[str, ...], what: str) -> str | None:
        value = self.optional_text(name)
        if value is not None and value not in allowed:
            raise self.fail(name, f"'{value}' is no {what}; expected one of {', '.join(allowed)}")
        return value

    def entries(self, name: str) -> Mapping[str, _Entry]:
        inner = _Entry(self.file, f"{self.key}.{name}" if self.key else name, self.values.get(name))
        return {str(key): _Entry(self.file, f"{inner.key}.{key}", value) for key, value in inner.values.items()}

    def listed(self, name: str) -> list[_Entry]:
        value = self.values.get(name)
        if not isinstance(value, list) or not value:
            raise self.fail(name, f"expected a list with at least one entry, found {_kind(value)}")
        return [_Entry(self.file, f"{self.key}.{name}[{i}]", item) for i, item in enumerate(value, start=1)]


def load(folder: Path = FOLDER) -> Knowledge:
    """Load all knowledge files of a folder.

    Raises:
        KnowledgeError: a file is missing, is no YAML, or holds something unexpected.
    """
    sources = _table(_read(folder, "sources.yml"), "sources", _source)
    agents_file = _read(folder, "agents.yml")
    agents_file.only("agents", "ambiguous", "context_dependent", "other_meanings")
    agents = _table(agents_file, "agents", _agent)
    _unique_names(agents)
    options = _table(_read(folder, "options.yml"), "options", lambda key, e: _option(key, e, agents))
    return Knowledge(
        guideline=_guideline(_read(folder, "guideline.yml")),
        sources=sources,
        agents=agents,
        ambiguous=_ambiguous(agents_file, agents),
        context_dependent={k: _agent_id(agents_file, "context_dependent", k, v, agents) for k, v in _plain(agents_file, "context_dependent").items()},
        other_meanings={str(k): str(v) for k, v in _plain(agents_file, "other_meanings").items()},
        statements=_table(_read(folder, "statements.yml"), "statements", lambda key, e: _statement(key, e, sources)),
        options=options,
        cautions=_table(_read(folder, "cautions.yml"), "cautions", lambda k, e: _caution(k, e, sources, agents, options)),
        answers=_table(_read(folder, "answers.yml"), "answers", lambda key, e: _answer(key, e, sources)),
    )


def _read(folder: Path, file: str) -> _Entry:
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except OSError as error:
        raise KnowledgeError(file, "file", f"expected a readable file ({error.strerror})") from None
    try:
        return _Entry(file, "", yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "file"
        raise KnowledgeError(file, where, f"expected YAML ({getattr(error, 'problem', None) or error})") from None


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {value!r}"


def _table(file: _Entry, name: str, build: Callable[[str, _Entry], T]) -> dict[str, T]:
    return {key: build(key, entry) for key, entry in file.entries(name).items()}


def _plain(file: _Entry, name: str) -> dict[str, Any]:
    return _Entry(file.file, name, file.values.get(name, {})).values


def _guideline(entry: _Entry) -> Guideline:
    entry.only("id", "title", "citation", "doi", "version")
    return Guideline(*(entry.text(name) for name in ("id", "title", "citation", "doi", "version")))


def _source(key: str, entry: _Entry) -> Source:
    entry.only("name", "citation", "doi", "verified")
    return Source(
        key, entry.text("name"), entry.optional_text("citation"), entry.optional_text("doi"), entry.flag("verified", True)
    )


def _agent(key: str, entry: _Entry) -> Agent:
    entry.only("name", "class", "immunosuppressant", "generic_for", "brands", "abbreviations", "spellings")
    return Agent(
        id=key,
        name=entry.text("name"),
        drug_class=entry.text("class"),
        immunosuppressant=entry.flag("immunosuppressant", True),
        generic_for=entry.optional_text("generic_for"),
        brands=entry.texts("brands"),
        abbreviations=entry.texts("abbreviations"),
        spellings=entry.texts("spellings"),
    )


def _unique_names(agents: Mapping[str, Agent]) -> None:
    seen: dict[str, str] = {}
    for agent in agents.values():
        for name in {n.lower() for n in (agent.id, *agent.brands, *agent.abbreviations, *agent.spellings)}:
            if seen.setdefault(name, agent.id) != agent.id:
                raise KnowledgeError("agents.yml", f"agents.{agent.id}", f"'{name}' already stands for {seen[name]}")


def _agent_id(file: _Entry, table: str, key: str, value: Any, agents: Mapping[str, Agent]) -> str:
    if value not in agents:
        raise KnowledgeError(file.file, f"{table}.{key}", f"'{value}' is no agent of this file")
    return str(value)


def _ambiguous(file: _Entry, agents: Mapping[str, Agent]) -> dict[str, tuple[str | None, ...]]:
    table = {}
    for key, value in _plain(file, "ambiguous").items():
        if not isinstance(value, list) or len(value) < 2:
            raise KnowledgeError(file.file, f"ambiguous.{key}", "expected a list of at least two agents (or null)")
        table[key] = tuple(v if v is None else _agent_id(file, "ambiguous", key, v, agents) for v in value)
    return table


def _statement(key: str, entry: _Entry, sources: Mapping[str, Source]) -> Statement:
    entry.only("text", "strength", "certainty", "source", "status", "verified")
    source = entry.text("source")
    entry.choice("source", sources, "source of sources.yml")
    return Statement(
        id=key,
        text=entry.text("text"),
        strength=entry.optional_text("strength"),
        certainty=entry.optional_text("certainty"),
        source=source,
        status=frozenset(entry.members("status", STATUSES, "status")),
        verified=entry.flag("verified", True),
    )


def _option(key: str, entry: _Entry, agents: Mapping[str, Agent]) -> Option:
    entry.only("label", "agents")
    if key not in {agent.drug_class for agent in agents.values()}:
        raise KnowledgeError(entry.file, entry.key, "expected a class of agents.yml")
    return Option(key, entry.text("label"), entry.members("agents", agents, "agent of agents.yml"))


def _sourced(entry: _Entry, sources: Mapping[str, Source]) -> tuple[str, ...]:
    found = entry.members("source", sources, "source of sources.yml")
    if not found:
        raise entry.fail("source", "expected at least one source: no clinical sentence stands without one")
    return found


def _caution(
    key: str,
    entry: _Entry,
    sources: Mapping[str, Source],
    agents: Mapping[str, Agent],
    options: Mapping[str, Option],
) -> Caution:
    entry.only("text", "source", "applies")
    places = tuple(_place(place, agents, options) for place in entry.listed("applies"))
    return Caution(key, entry.text("text"), _sourced(entry, sources), places)


def _place(entry: _Entry, agents: Mapping[str, Agent], options: Mapping[str, Option]) -> Place:
    conditions = ("taking", "taking_class", "features", "offers", "option_open")
    flags = ("rapidly_progressive", "not_tolerated", "other_immunosuppressant")
    entry.only("option", "action", "nintedanib", "case", *conditions, *flags)
    if sum(name in entry.values for name in ("option", "nintedanib", "case")) != 1:
        raise entry.fail("option", "expected exactly one of option, nintedanib, case")
    option = entry.choice("option", options, "option of options.yml")
    action = frozenset(entry.members("action", ACTIONS, "action"))
    return Place(
        option=option,
        action=(action or frozenset({"add_or_switch", "switch"})) if option else None,
        nintedanib=_set(entry.members("nintedanib", NINTEDANIB, "answer on nintedanib")),
        case=_set(entry.members("case", STATUSES, "status")),
        taking=_set((*entry.members("taking", agents, "agent of agents.yml"), *_agents_of_classes(entry, agents))),
        features=_set(entry.texts("features")),
        offers=entry.choice("offers", agents, "agent of agents.yml"),
        option_open=entry.choice("option_open", options, "option of options.yml"),
        **{flag: entry.flag(flag, False) for flag in flags},
    )


def _set(values: tuple[str, ...]) -> frozenset[str] | None:
    return frozenset(values) if values else None


def _agents_of_classes(entry: _Entry, agents: Mapping[str, Agent]) -> tuple[str, ...]:
    classes = {agent.drug_class: None for agent in agents.values()}
    wanted = entry.members("taking_class", classes, "class of agents.yml")
    return tuple(agent.id for agent in agents.values() if agent.drug_class in wanted)


def _answer(key: str, entry: _Entry, sources: Mapping[str, Source]) -> Answer:
    entry.only("title", "sentences")
    return Answer(key, entry.text("title"), tuple(_sentence(e, sources) for e in entry.listed("sentences")))


def _sentence(entry: _Entry, sources: Mapping[str, Source]) -> Sentence:
    entry.only("text", "source", "about_the_assistant")
    about_us = entry.flag("about_the_assistant", False)
    return Sentence(entry.text("text"), () if about_us else _sourced(entry, sources))
