"""The outline of a message: what its intent shows in, as a set of names.

A message touches concepts (`vocabulary/questions.yml`), names agents and diseases, asks or tells, and has words that
belong to none of that. Which names make which intent is not said here: the classifier learns it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.language import agents, facts, unknown_drugs
from bot.language.agents import CLASS_OF
from bot.language.lexicon import Lexicon, expand
from bot.language.model import Reading
from bot.language.replies import opens_question
from bot.language.text import Token, tokens
from bot.language.vocabulary import load

_QUESTIONS = load("questions")
_PLAIN = frozenset(_QUESTIONS["plain"])
_LEADS = frozenset(_QUESTIONS["leads"])
_QUESTION_WORDS = frozenset(_QUESTIONS["question_words"])
_ASKING = frozenset(_QUESTIONS["asking"])
_ASPECTS = frozenset(_QUESTIONS["aspects"])
_REQUESTS = frozenset(_QUESTIONS["requests"])
_TELLING = frozenset(_QUESTIONS["telling"])
_SUBJECTS = frozenset(_QUESTIONS["subjects"])
_INSTEAD: dict[str, list[str]] = _QUESTIONS["instead"]
_ELSEWHERE = frozenset(_QUESTIONS["elsewhere"])
_CLINICAL = ("lungs", "imaging", "facts", "therapy", "dosing", "times", "numbers")
_REFERRING = frozenset({"it", "this", "that", "one"})
_THINKING = frozenset({"considering", "thinking"})
_MARKS = frozenset("?,.!;:-")
_CLAUSE_MARKS = frozenset(",;.:-")
_ANTIFIBROTICS = frozenset({"@nintedanib", "@pirfenidone", "@nerandomilast"})
_NO_ANSWERS = frozenset({"bye", "all_tried", "the_tool"})
"""What has the words of an answer in it: "talk to you later", "no idea how it works"."""
_SHORTEST = 5
_PASSING = frozenset({"mention", "judgement", "correction", "other_quantity", "possible_cause", "weaned", "likewise"})
"""Kinds of findings that state nothing by themselves, and that questions have as often as statements."""
_OWN_NAME = "antifibrotic"
"""The class whose agents are told apart: each has an answer of its own."""


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all phrases of a concept, over tokens joined by single spaces."""
    wordings = {
        " ".join(r"[^ ]*".join(re.escape(part) for part in word.split("*")) for word in words)
        for phrase in phrases
        for words in expand(phrase)
        if words
    }
    return re.compile(rf"(?<![^ ])(?:{'|'.join(sorted(wordings, key=len, reverse=True))})(?![^ ])")


_MORE_AGENTS = Lexicon().add_all("agent", _QUESTIONS["more_agents"])
_ASKED_AS = {drug_class: name for name, classes in _QUESTIONS["asked_as"].items() for drug_class in classes}
_CONCEPTS = [(name, _pattern(phrases)) for name, phrases in _QUESTIONS["concepts"].items()]
_PATTERNS = [
    (f"{name}/{number}", name, re.compile(pattern, re.I | re.M))
    for name, patterns in _QUESTIONS["patterns"].items()
    for number, pattern in enumerate(patterns)
]


@cache
def _clinical_words() -> frozenset[str]:
    """Every word of the clinical vocabulary: not foreign, whatever it says."""
    found: set[str] = set()

    def collect(entry: object) -> None:
        if isinstance(entry, str):
            found.update(re.findall(r"[a-z]+", entry.lower()))
        elif isinstance(entry, dict):
            for value in entry.values():
                collect(value)
        elif isinstance(entry, list):
            for value in entry:
                collect(value)

    for name in _CLINICAL:
        collect(load(name))
    return frozenset(found)


@dataclass(frozen=True)
class Outline:
    """`names`: what the message is made of; `words`: its words, agents and diseases left out."""

    names: frozenset[str]
    words: frozenset[str]


def outline(text: str, reading: Reading) -> Outline:
    """Return the outline of a message that was read before."""
    line = _named(tokens(text))
    touched, foreign = _touched(line)
    meant = {word: near for word in foreign if (near := _meant(word))}
    if meant:
        line = [meant.get(word, word) for word in line]
        touched, foreign = _touched(line)
    patterns = {(name, group) for name, group, pattern in _PATTERNS if pattern.search(text)}
    touched |= {group for _, group in patterns}
    outdone = {other for concept in touched & _INSTEAD.keys() for other in _INSTEAD[concept]}
    touched -= outdone
    patterns = {(name, group) for name, group in patterns if group not in outdone}
    words = [word for word in line if word not in _MARKS]
    first = next((word for word in words if word not in _LEADS), "")

    states = not reading.is_question and any(finding.kind not in _PASSING for finding in reading.findings)
    clause_asks = any(_opens_question(clause) for clause in _clauses(line))
    asks = "?" in line or reading.is_question or clause_asks or bool(touched & _ASKING)
    requests = bool(touched & (_ASPECTS | _REQUESTS)) and not touched & _TELLING
    told = states and not asks and not requests
    elsewhere = bool(foreign or touched & _ELSEWHERE) and not told

    names = {("told " if told and concept in _SUBJECTS else "") + concept for concept in touched}
    names |= {("told " if told and group in _SUBJECTS else "") + name for name, group in patterns}
    names |= set(_about(line, told, touched))
    names |= set(_findings(reading, requests or bool(touched & _NO_ANSWERS)))
    names |= {f"{name} & elsewhere" for name in touched} if elsewhere else set()
    names.add(f"opens with {first if first in _QUESTION_WORDS else 'another word'}")
    names.add(f"words: {_about_how_many(len(words))}")
    names.add(f"foreign words: {min(len(foreign), 3)}")
    names |= {
        name
        for name, holds in {
            "?": "?" in line,
            "asks": asks,
            "told": told,
            "states": states,
            "elsewhere": elsewhere,
        }.items()
        if holds
    }
    return Outline(
        frozenset(names), frozenset(word for word in line if word[0] != "@" and (not told or word in _PLAIN))
    )


def _named(read: Sequence[Token]) -> list[str]:
    """The words of a message, each agent and disease as `@` and its class, each number as 0."""
    found: dict[int, tuple[int, str]] = {}
    marks = agents.scan(read)
    for mark in marks:
        kind = "ambiguous" if mark.kind == "ambiguous" else CLASS_OF[mark.value]
        found[mark.first] = (mark.last, mark.value if kind == _OWN_NAME else kind)
    for mark in unknown_drugs.scan(read, marks):
        found.setdefault(mark.first, (mark.last, "unknown"))
    for mark in _MORE_AGENTS.scan(read):
        found[mark.first] = (mark.last, mark.value)
    for mark, _ in facts.diseases(read):
        found.setdefault(mark.first, (mark.last, "myositis" if mark.value == "iim" else "disease"))
    line, at = [], 0
    while at < len(read):
        if at in found:
            at, name = found[at]
            line.append(f"@{_ASKED_AS.get(name, name)}")
        else:
            line.append("0" if read[at].kind == "number" else read[at].text)
            at += 1
    return line


def _touched(line: Sequence[str]) -> tuple[set[str], list[str]]:
    """The concepts of a line, and its words that are foreign to the assistant."""
    joined = f"< {' '.join(line)} >"
    starts, at = [], 2
    for word in line:
        starts.append(at)
        at += len(word) + 1
    touched, covered = set(), [word.startswith("@") for word in line]
    for name, pattern in _CONCEPTS:
        for found in pattern.finditer(joined):
            touched.add(name)
            for index in range(bisect_left(starts, found.start()), bisect_left(starts, found.end())):
                covered[index] = True
    foreign = [
        word
        for word, known in zip(line, covered, strict=True)
        if not known and word[0].isalpha() and word not in _PLAIN and word not in _clinical_words()
    ]
    return touched, foreign


@lru_cache(maxsize=2_000)
def _meant(word: str) -> str | None:
    """The word that a foreign word is one typing error away from; of a short word only two letters may be swapped."""
    if len(word) < _SHORTEST:
        return next(
            (known for known in _PLAIN if sorted(known) == sorted(word) and OSA.distance(known, word) == 1), None
        )
    near = [known for known in _words_of_concepts() if known[0] == word[0] and abs(len(known) - len(word)) < 2]
    hit = extractOne(word, near, scorer=OSA.distance, score_cutoff=1)
    return hit[0] if hit else None


@cache
def _words_of_concepts() -> tuple[str, ...]:
    phrases = (
        word
        for phrases in _QUESTIONS["concepts"].values()
        for phrase in phrases
        for words in expand(phrase)
        for word in words
    )
    return tuple(sorted({word for word in phrases if len(word) >= _SHORTEST and word.isalpha()}))


def _opens_question(clause: Sequence[str]) -> bool:
    return clause[0] in _QUESTION_WORDS and (len(clause) == 1 or opens_question(clause))


def _clauses(line: Sequence[str]) -> list[list[str]]:
    """The parts between commas, dashes and the like, without leading words such as "and"."""
    clauses: list[list[str]] = [[]]
    for word in line:
        if word in _CLAUSE_MARKS:
            clauses.append([])
        elif clauses[-1] or word not in _LEADS:
            clauses[-1].append(word)
    return [clause for clause in clauses if clause]


def _about(line: Sequence[str], told: bool, touched: Collection[str]) -> Iterable[str]:
    """What is said or asked of agents and diseases.

    The agent that a question is about is the first one of the last clause. Beside an aspect (risk, dose, ...) it does
    not matter which agent it is, nor in what is told.
    """
    clauses = _clauses(line)
    named = [
        [word for word in clause if word[0] == "@" and word not in ("@myositis", "@disease")] for clause in clauses
    ]
    all_named = list(chain.from_iterable(named))
    for disease in ("@myositis", "@disease"):
        if disease in line:
            yield f"told {disease}" if told else disease
    if not all_named:
        return
    yield "@agent"
    if len(set(all_named)) > 1:
        yield "@agents"
    elif len(all_named) > 1:
        yield "@agents of a class"
    if told:
        yield "told @agent"
    elif antifibrotics := [word for word in named[-1] or all_named if word in _ANTIFIBROTICS]:
        yield antifibrotics[0]
        if len(set(all_named)) > 1:
            yield "beside an antifibrotic"
    elif _ASPECTS & set(touched) - ({"added_to"} if len(all_named) > 1 else set()):
        yield "aspect of @agent"
    elif named[-1] and len(set(all_named)) > 1 and "agents_or" in touched:
        yield f"either {named[-1][0]}"
    elif named[-1] and len(set(all_named)) > 1 and "agents_with" in touched:
        yield f"joined {named[-1][0]}"
    elif named[-1]:
        yield named[-1][0]
    elif (
        _REFERRING & set(clauses[-1])
        or _THINKING & set(line)
        or (sum(word not in _MARKS for word in clauses[-1]) < 3 and clauses[-1][0] not in _QUESTION_WORDS)
    ):
        yield all_named[-1]
    else:
        yield "before: @agent"
        yield f"before: {all_named[0]}"


def _findings(reading: Reading, asked: bool) -> Iterable[str]:
    for finding in reading.findings:
        if finding.kind not in _PASSING:
            yield f"reads {finding.kind}"
        if finding.kind == "answer":
            yield f"answers {finding.value}{' beside a request' if asked else ''}"
    if not reading.findings:
        yield "reads nothing"


def _about_how_many(count: int) -> str:
    return str(count) if count < 4 else "4 to 6" if count < 7 else "7 to 12" if count < 13 else "more"


def concepts() -> frozenset[str]:
    """The names of all concepts and patterns that a message may touch."""
    return frozenset({name for name, _ in _CONCEPTS} | {name for name, _, _ in _PATTERNS})
