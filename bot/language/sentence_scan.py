"""One sentence with all that is found in it, and what earlier sentences hand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.language import (
    agents,
    anaphora,
    exertion,
    pieces,
    ppf_word,
    rapid,
    remarks,
    self_asked,
    sentence_row,
    stability,
    tables,
    times,
    verb_groups,
)
from bot.language.lexicon import Mark
from bot.language.model import Finding
from bot.language.pieces import Piece
from bot.language.sections import Section
from bot.language.text import Sentence, Token
from bot.language.times import When


@dataclass
class Context:
    """What earlier sentences of the same message hand on."""

    heading: str | None = None
    fresh_heading: bool = False
    inline_heading: bool = False
    starts_line: bool = True
    last_end: str = ""
    patient: str | None = None
    agents: tuple[str, ...] = ()
    named_last: list[Scan] = field(default_factory=list)  # the last sentence that names an agent, and those behind it
    last_status: str | None = None
    untreated: bool = False
    lacks_cortisol: bool = False  # "adrenal insufficiency": hydrocortisone replaces it
    of_the_lungs: bool = False
    names_agents: bool = False
    all_agents: list[str] = field(default_factory=list)
    subjects: tuple[Piece, ...] = ()
    rapid: rapid.Rapid | None = None
    steady: bool = False
    section: Section = field(default_factory=Section)
    question: self_asked.Topic | None = None
    asked_disease: str | None = None  # "you asked whether she has a myositis"
    table: tables.Head | None = None
    topic: str | None = None
    window: float | None = None
    span: float | None = None
    course: str | None = None
    effort: Sequence[Token] = ()
    findings: list[Finding] = field(default_factory=list)


_PLACED = frozenset({"latter", "former", "first", "second", "third", "last"})


class Scan:
    """One sentence with all that is found in it, before it is interpreted."""

    def __init__(self, text: str, sentence: Sentence, earlier: Sequence[str] = (), listed: Sequence[str] = ()) -> None:
        self.text = text
        self.sentence = sentence
        self.tokens = sentence.tokens
        self.whens: list[When] = times.scan(sentence.tokens)
        self.agents: list[Mark] = agents.scan(sentence.tokens)
        if not _PLACED.isdisjoint(sentence.texts):
            of_lungs = any(mark.value not in ("overall", "other") for mark in pieces.SUBJECTS.scan(sentence.tokens))
            meant = anaphora.scan(sentence.tokens, self.agents, earlier, () if of_lungs else listed)
            self.agents = sorted([*self.agents, *meant], key=lambda mark: mark.first)
        inside = {index for mark in self.agents for index in range(mark.first, mark.last)}
        named = {index for mark in ppf_word.marks(sentence.tokens) for index in range(mark.first, mark.last)}
        for mark in rapid.marks(sentence.tokens):
            named.update(range(mark.first, mark.last))
        self.stability = stability.told(sentence)
        self.treatment_words = frozenset(
            index
            for mark in (verb_groups.scan(sentence.tokens, inside) if self.agents else ())
            if mark.act not in ("help", "plan", "respond")
            for index in range(mark.first, mark.last)
        )
        self.causes = remarks.causes(sentence.tokens)
        self.uncorrected = remarks.is_uncorrected(sentence.tokens)
        self.plain_causes = remarks.plain_causes(sentence.tokens)
        named |= remarks.lead_tokens(sentence.tokens)
        self.effort = exertion.course(sentence.tokens, self.whens, frozenset(inside))
        named |= self.effort.tokens if self.effort is not None and self.effort.breath else set()
        self.row = sentence_row.pieces(sentence.tokens, frozenset(inside | named))
        self.agent_walls = frozenset(inside)
        self.lung_walls = frozenset(
            index
            for piece in self.row
            if piece.role == "subject" and piece.value not in ("overall", "other")
            for index in range(piece.first, piece.last)
        )

    def finding(
        self, kind: str, subject: str | None, value: object, first: int, last: int, **detail: object
    ) -> Finding:
        first, last = max(first, 0), min(max(last, first + 1), len(self.tokens))
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        return Finding(kind, subject, value, self.text[start:end].strip(), start, end, dict(detail))
