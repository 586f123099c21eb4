"""From words to claims: "FVC and breathlessness failed, not the CT" says something of three subjects.

A sentence is cut into clauses at words such as "but"; what a clause says of its subjects stands in clause.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from bot.guideline.knowledge.entry import Entry
from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Token
from bot.training.answers.clause import (
    BREAK,
    BUT,
    COMMENT,
    FIGURE,
    NEGATOR,
    NOT,
    REASON,
    SKIPPED,
    SUBJECT,
    VALUE,
    Claims,
    read_clause,
)
from bot.training.answers.figures import Figure, figures
from bot.training.answers.reading import SHARED, Verdict, read_sentences, verdicts
from bot.training.library import split_phrases
from bot.training.vocabulary import load


def table(step: str, name: str) -> Mapping[str, tuple[str, ...]]:
    """Return one table of answers.yml, its phrases split."""
    step_entry = Entry("answers.yml", step, load("answers").table(step))
    return {key: split_phrases(str(text)) for key, text in step_entry.table(name).items()}


def grammar(subjects: Mapping[str, Iterable[str]], values: Mapping[str, Iterable[str]]) -> Lexicon:
    """Return a lexicon of subjects, values, negators and the words that end their reach."""
    lexicon = Lexicon().add_all(SUBJECT, subjects).add_all(VALUE, values)
    lexicon.add_all(NEGATOR, {NOT: SHARED["negators"]}).add_all(VALUE, {SKIPPED: SHARED["no_break"]})
    return lexicon.add_all(
        BREAK, {"break": SHARED["breaks"], REASON: SHARED["reasons"], COMMENT: ("(",), BUT: ("but",)}
    )


def claims_of(text: str, lexicon: Lexicon, judged: Callable[[Figure], tuple[str, str]] | None = None) -> Claims:
    """Return what an answer says of the lexicon's subjects; `judged` makes a subject and a value of a figure."""
    claims = Claims()
    found = read_sentences(text)
    taken = verdicts(found)
    for at, sentence in enumerate(found):
        marks = [mark for mark in lexicon.scan(sentence.tokens) if not _within(mark, at, taken)]
        marks = _without_each(without_conditions(marks, sentence.tokens), sentence.tokens)
        if judged:
            marks = _with_figures(marks, sentence.tokens, judged)
        for clause in clauses(marks):
            if not _explains_none(clause, claims):
                read_clause(clause, sentence.tokens, claims)
    return claims


def _without_each(marks: Sequence[Mark], tokens: Sequence[Token]) -> list[Mark]:
    """ "FVC and DLCO each down 3": of those that are named."""
    kept: list[Mark] = []
    for mark in marks:
        behind_one = bool(kept) and kept[-1].kind == SUBJECT and kept[-1].last == mark.first
        if not (behind_one and mark.kind == SUBJECT and tokens[mark.first].text == "each"):
            kept.append(mark)
    return kept


def _explains_none(clause: Sequence[Mark], claims: Claims) -> bool:
    """ "No goal failed, as the fall in FVC comes from the muscles": the reason takes nothing back."""
    return bool(clause) and clause[0].value == REASON and claims.said.get("none", NOT) in (None, "failed")


def _within(mark: Mark, sentence: int, taken: Iterable[Verdict]) -> bool:
    """Whether a mark is part of a verdict that stands alone: it says nothing of a subject."""
    return any(v.sentence == sentence and v.first <= mark.first and mark.last <= v.last for v in taken)


def without_conditions(marks: Sequence[Mark], tokens: Sequence[Token]) -> list[Mark]:
    """Leave out what stands in a condition: "JAKi if there is no alternative, CYC"."""
    spans = [(mark.first, _end(tokens, mark.last)) for mark in _CONDITIONS.scan(tokens)]
    return [mark for mark in marks if not any(first <= mark.first < last for first, last in spans)]


def _end(tokens: Sequence[Token], start: int) -> int:
    stops = (at for at in range(start, len(tokens)) if tokens[at].text in (",", ")", ":"))
    return next(stops, len(tokens))


def named_alone(text: str, lexicon: Lexicon) -> set[str]:
    """Return the subjects that are named as the only ones: "only symptoms and CT"."""
    return {str(mark.value) for mark in _beside(_SOLE, text, lexicon)}


def named_by_itself(text: str, lexicon: Lexicon) -> set[str]:
    """Return the subjects of which one is named by itself: "the CT alone is not enough"."""
    return {str(mark.value) for mark in _beside(_BY_ITSELF, text, lexicon, (-1,), 1)}


def _beside(
    words: Lexicon, text: str, lexicon: Lexicon, directions: Sequence[int] = (1, -1), most: int = 9
) -> Iterator[Mark]:
    for sentence in read_sentences(text):
        tokens = sentence.tokens
        subjects = [mark for mark in lexicon.scan(tokens) if mark.kind == SUBJECT]
        for word in words.scan(tokens):
            if word.first and tokens[word.first - 1].text in ("not", "isnt", "arent"):
                continue
            if (
                word.last < len(tokens) and tokens[word.last].text == "without"
            ):  # "honeycombing alone without progression"
                continue
            for direction in directions:
                yield from islice(_chained(word, subjects[::direction], direction, tokens), most)


def _chained(word: Mark, subjects: Iterable[Mark], direction: int, tokens: Sequence[Token]) -> Iterator[Mark]:
    """The subjects before or behind a word, as long as nothing but links stands between."""
    edge = word
    for mark in subjects:
        before, after = (edge, mark) if direction == 1 else (mark, edge)
        gap = tokens[before.last : after.first]
        if before.last <= after.first and (gap or edge is word) and _linked(gap):
            yield mark
            edge = mark


def _linked(gap: Sequence[Token]) -> bool:
    return all(token.text in _LINKS for token in gap)


_CONDITIONS = Lexicon().add_all("condition", {True: SHARED["conditions"]})
_SOLE = Lexicon().add_all("sole", {True: SHARED["sole"]})
_BY_ITSELF = Lexicon().add_all("sole", {True: SHARED["by_itself"]})
_LINKS = frozenset(SHARED["links"]) | {",", ":", "-", "(", "&", "+"}


def _with_figures(
    marks: Sequence[Mark], tokens: Sequence[Token], judged: Callable[[Figure], tuple[str, str]]
) -> list[Mark]:
    """Figures among the marks; "fell" in "fell 4 points" is part of the figure."""
    told = [Mark(FIGURE, judged(figure), figure.first, figure.last) for figure in figures(tokens)]
    apart = [m for m in marks if not any(m.first < figure.last and figure.first < m.last for figure in told)]
    return sorted((*apart, *told), key=lambda mark: mark.first)


def clauses(marks: Sequence[Mark]) -> Iterator[list[Mark]]:
    """Cut the marks of a sentence at its breaks; a reason, a bracket and a "but" begin with their break."""
    clause: list[Mark] = []
    for mark in marks:
        if mark.kind != BREAK:
            clause.append(mark)
        elif _follows(clause, "all", mark):  # "all but the CT", "all but not the CT"
            if not any(other.kind == NEGATOR and other.first == mark.last for other in marks):
                clause.append(Mark(NEGATOR, NOT, mark.first, mark.last))
        elif _follows(clause, "none", mark):  # "nothing but the CT"
            clause.pop()
        else:
            yield clause
            clause = [mark] if mark.value in (COMMENT, BUT) or (mark.value == REASON and mark.first) else []
    yield clause


def _follows(clause: Sequence[Mark], value: str, mark: Mark) -> bool:
    return mark.value == BUT and bool(clause) and clause[-1].value == value and clause[-1].last == mark.first
