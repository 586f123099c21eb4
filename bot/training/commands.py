"""What a resident says besides answers: commands, levels, topics, requests of the work-up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bot.guideline.knowledge import KNOWLEDGE
from bot.guideline.knowledge.entry import Entry
from bot.language import agents
from bot.language.lexicon import Lexicon
from bot.training.answers.reading import read_sentences
from bot.training.library import requests, split_phrases
from bot.training.model import Level, Topic
from bot.training.vocabulary import load

_QUESTION_WORDS = frozenset(load("commands").texts("question_words"))


@cache
def _table(name: str) -> Mapping[str, tuple[str, ...]]:
    entry: Entry = load("commands")
    return {key: split_phrases(str(text)) for key, text in entry.table(name).items()}


@cache
def _lexicon(*commands: str) -> Lexicon:
    return Lexicon().add_all("command", {name: _table("commands")[name] for name in commands})


def command(text: str, *among: str) -> str | None:
    """Return the command that a whole message is, of those that make sense now."""
    found = read_sentences(text)
    if len(found) != 1:
        return None
    marks = _lexicon(*among).scan(found[0].tokens)
    tokens = [token.text for token in found[0].tokens]
    if len(marks) == 1 and all(
        text in (",", "?", ":") for text in (*tokens[: marks[0].first], *tokens[marks[0].last :])
    ):
        return str(marks[0].value)
    return None


def level_in(text: str) -> Level | None:
    """Return the level that a message names."""
    return next((Level(value) for value in _named(text, "levels")), None)


def topic_in(text: str) -> Topic | None:
    """Return the topic that a message names."""
    return next((Topic(value) for value in _named(text, "topics")), None)


@cache
def _words(table: str) -> Lexicon:
    return Lexicon().add_all(table, _table(table))


def _named(text: str, table: str) -> list[str]:
    return [str(mark.value) for sentence in read_sentences(text) for mark in _words(table).scan(sentence.tokens)]


@cache
def _requests() -> Lexicon:
    lexicon = Lexicon()
    for request in requests().values():
        for phrase in request.phrases:
            lexicon.add(phrase, "request", request.id)
    return lexicon


def requests_in(text: str) -> tuple[str, ...]:
    """Return what a message asks for in the work-up, each once, in its order."""
    named = [str(mark.value) for sentence in read_sentences(text) for mark in _requests().scan(sentence.tokens)]
    meant = (name for request in named for name in requests()[request].stands_for or (request,))
    return tuple(dict.fromkeys(meant))


def agents_asked_about(text: str) -> tuple[str, ...]:
    """Return the answers of the knowledge on the agents that a question names: "what are the risks of tofacitinib?"."""
    if not (asks_something(text) or text.rstrip().endswith("?")):
        return ()
    marks = (mark for sentence in read_sentences(text) for mark in agents.scan(sentence.tokens) if mark.kind == "agent")
    names = (name for mark in marks for name in (mark.value, KNOWLEDGE.agents[mark.value].drug_class))
    return tuple(dict.fromkeys(name for name in names if name in KNOWLEDGE.answers))


def asks_something(text: str) -> bool:
    """Whether a message begins as a question does; "should be added" and "has been tried" are answers."""
    found = read_sentences(text)
    if not found or not found[0].texts or found[0].texts[0] not in _QUESTION_WORDS:
        return False
    return text.rstrip().endswith("?") or not set(found[0].texts[1:2]) & _GOES_ON


_GOES_ON = frozenset({"be", "been", "not", "have", "left", "already"})
_LONGEST_OPENING = 12


def opens_training(text: str) -> bool:
    """Whether a message asks for training, perhaps on a topic: "train me on PPF" says nothing of a real patient."""
    found = read_sentences(text)
    if len(found) != 1 or len(found[0].tokens) > _LONGEST_OPENING:
        return False
    if own_record(text):
        return True
    marks = _opening().scan(found[0].tokens)
    return bool(marks) and all(token.text in _POLITE for token in found[0].tokens[: marks[0].first])


def own_record(text: str) -> str | None:
    """Return what a resident asks of the own record, outside training too: "my progress", "forget me", "my group"."""
    own = any({"my", "me"} & set(sentence.texts) for sentence in read_sentences(text))
    return command(text, "progress", "forget", "groups") if own else None


@cache
def _opening() -> Lexicon:
    return Lexicon().add_all("opening", {True: split_phrases(load("commands").text("opening"))})


_POLITE = frozenset({"hi", "hello", ",", "can", "could", "you", "please", "ok", "now", "lets", "some", "a"})
