"""From words to claims: "FVC and breathlessness failed, not the CT" says something of three subjects.

A value ("failed", "already tried") belongs to the subjects before it, or, where there are none, to those that follow.
A negator ("not", "except") belongs to the subjects that follow it. Words such as "but" end the reach of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bot.guideline.knowledge.entry import Entry
from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Token
from bot.training.answers.figures import Figure, figures
from bot.training.answers.reading import SHARED, Verdict, read_sentences, verdicts
from bot.training.library import split_phrases
from bot.training.vocabulary import load

NOT = "not"
WHOLE = ("ppf", "ppf_met")  # a denial of the whole says nothing of what follows
NAMED = "named"  # a value that is part of a name: "improvement in lung function" says nothing of its course
SUBJECT, VALUE, NEGATOR, BREAK, FIGURE = "subject", "value", "negator", "break", "figure"
REASON = "reason"  # a break after which a reason stands
_JOINED = frozenset({",", "and", "or", "&", "+", "/", "the", "both", "as", "well"})


def table(step: str, name: str) -> Mapping[str, tuple[str, ...]]:
    """Return one table of answers.yml, its phrases split."""
    step_entry = Entry("answers.yml", step, load("answers").table(step))
    return {key: split_phrases(str(text)) for key, text in step_entry.table(name).items()}


def grammar(subjects: Mapping[str, Iterable[str]], values: Mapping[str, Iterable[str]]) -> Lexicon:
    """Return a lexicon of subjects, values, negators and the words that end their reach."""
    lexicon = Lexicon().add_all(SUBJECT, subjects).add_all(VALUE, values)
    lexicon.add_all(NEGATOR, {NOT: SHARED["negators"]}).add_all(VALUE, {NAMED: SHARED["no_break"]})
    return lexicon.add_all(BREAK, {"break": SHARED["breaks"], REASON: SHARED["reasons"]})


@dataclass
class Claims:
    """What was said of each subject: a value, `NOT`, or None where it was only named."""

    said: dict[str, str | None] = field(default_factory=dict)

    def add(self, subject: str, value: str | None) -> None:
        """Keep what was said last, last in order; naming a subject again takes nothing back."""
        if value is not None or subject not in self.said:
            self.said.pop(subject, None)
            self.said[subject] = value

    def having(self, value: str | None) -> set[str]:
        """Return the subjects of which this was said."""
        return {subject for subject, said in self.said.items() if said == value}


def claims_of(text: str, lexicon: Lexicon, judged: Callable[[Figure], tuple[str, str]] | None = None) -> Claims:
    """Return what an answer says of the lexicon's subjects; `judged` makes a subject and a value of a figure."""
    claims = Claims()
    found = read_sentences(text)
    taken = verdicts(found)
    for at, sentence in enumerate(found):
        marks = [mark for mark in lexicon.scan(sentence.tokens) if not _within(mark, at, taken)]
        if judged:
            marks = _with_figures(marks, sentence.tokens, judged)
        for clause in clauses(marks):
            read_clause(clause, sentence.tokens, claims)
    return claims


def _within(mark: Mark, sentence: int, taken: Iterable[Verdict]) -> bool:
    """Whether a mark is part of a verdict that stands alone: it says nothing of a subject."""
    return any(v.sentence == sentence and v.first <= mark.first and mark.last <= v.last for v in taken)


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
            for direction in directions:
                yield from islice(_chained(word, subjects[::direction], direction, tokens), most)


def _chained(word: Mark, subjects: Iterable[Mark], direction: int, tokens: Sequence[Token]) -> Iterator[Mark]:
    """The subjects before or behind a word, as long as nothing but links stands between."""
    edge = word
    for mark in subjects:
        before, after = (edge, mark) if direction == 1 else (mark, edge)
        if before.last <= after.first and _linked(tokens[before.last : after.first]):
            yield mark
            edge = mark


def _linked(gap: Sequence[Token]) -> bool:
    return all(token.text in _LINKS for token in gap)


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
    """Cut the marks of a sentence at its breaks; a clause that gives a reason begins with its break."""
    clause: list[Mark] = []
    for mark in marks:
        if mark.kind != BREAK:
            clause.append(mark)
        elif clause and clause[-1].value == "all" and clause[-1].last == mark.first:  # "all but the CT"
            clause.append(Mark(NEGATOR, NOT, mark.first, mark.last))
        elif clause and clause[-1].value == "none" and clause[-1].last == mark.first:  # "nothing but the CT"
            clause.pop()
        else:
            yield clause
            clause = [mark] if mark.value == REASON else []
    yield clause


def read_clause(clause: Sequence[Mark], tokens: Sequence[Token], claims: Claims) -> None:
    """Add what a clause says of its subjects."""
    pending: list[Mark] = []  # named, nothing said of them yet
    settled: list[Mark] = []  # the last ones of which something was said
    reach: str | None = None  # what holds for the subjects to come
    denied = -1  # where a negation of what stands before ended
    for at, mark in enumerate(clause):
        value = NOT if mark.kind == NEGATOR else str(mark.value)
        if value in (NAMED, REASON):
            continue
        if mark.kind == FIGURE:
            subject, judged = mark.value
            claims.add(subject, judged)
            settled, reach = [Mark(SUBJECT, subject, mark.first, mark.last)], None
            continue
        if mark.value == "rest":  # "not rituximab, the rest is open"
            _close(pending, None, claims)
            pending, settled, reach = [mark], [], None
        elif mark.kind == SUBJECT and reach == NOT and _ends_negation(clause[at - 1], mark, tokens):
            pending, settled, reach = [mark], [], None
        elif mark.kind == SUBJECT and reach is None:
            pending.append(mark)
            settled = []
        elif mark.kind == SUBJECT:
            claims.add(str(mark.value), reach)
            settled = [mark] if reach == NOT or _says_more(clause[at + 1 :], tokens) else []
            if mark.value in WHOLE and reach == NOT:  # "not PPF, symptoms only"
                reach, settled = None, []
        elif (
            mark.kind == NEGATOR and pending and _denies_what_stands_before(mark, pending[-1], clause[at + 1 :], tokens)
        ):
            settled = _governed(pending, tokens)
            _close([item for item in pending if item not in settled], None, claims)
            _close(settled, NOT, claims)
            pending, reach, denied = [], None, mark.last
        elif mark.kind == VALUE and mark.first == denied:
            continue  # "hasn't progressed"
        elif mark.kind == NEGATOR and pending and _denies_something_else(pending[-1], mark, clause[at + 1 :], tokens):
            _close(pending, None, claims)  # "criteria 1 and 3, not 2"
            pending = []
        elif mark.kind == NEGATOR and any(other.kind == SUBJECT for other in clause[at + 1 :]):
            if not _answers_the_question(mark, tokens):
                _close(pending, None, claims)
                pending, settled, reach = [], [], NOT
        elif pending and pending[-1].value == "none" and _comma_between(pending[-1], mark, tokens):
            _close(pending, None, claims)  # "none, good response"
            pending = []
        elif pending and _begins_the_next(pending[-1], mark, clause[at + 1 :], tokens):
            _close(pending, None, claims)  # "FVC, more traction bronchiectasis"
            pending, reach = [], value
        elif pending:
            settled = _governed(pending, tokens)
            _close([item for item in pending if item not in settled], None, claims)
            _close(settled, value, claims)
            pending, reach = [], None
        elif settled and not _belongs_to_the_next(mark, clause[at + 1 :], tokens):
            # "Not rituximab, already tried" gives a reason; "FVC drop too small" corrects itself.
            if reach != NOT and not _comma_between(settled[-1], mark, tokens):
                _close(settled, value, claims)
            reach, settled = None, []
        elif mark.kind == VALUE and not (mark.first == 0 and tokens[0].text in SHARED["affirm"]):
            reach = value
    _close(pending, None, claims)


def _ends_negation(before: Mark, mark: Mark, tokens: Sequence[Token]) -> bool:
    """ "No PPF: only symptoms" negates no symptoms."""
    return any(token.text in _REASONS for token in tokens[before.last : mark.first])


_REASONS = frozenset({":", "only", "because", "since", "as", "is", "are", "it", "this"})


def _says_more(following: Sequence[Mark], tokens: Sequence[Token]) -> bool:
    """ "More breathless, CT stable": the value behind the CT is its own, unless another subject claims it."""
    if not following or following[0].kind != VALUE:
        return False
    after = following[1] if len(following) > 1 else None
    return after is None or after.kind != SUBJECT or _comma_between(following[0], after, tokens)


def _belongs_to_the_next(mark: Mark, following: Sequence[Mark], tokens: Sequence[Token]) -> bool:
    """ "FVC fell and she is more breathless": "more" says nothing of FVC."""
    near = following[0] if following else None
    if near is None or near.kind != SUBJECT:
        return False
    return not any(token.text in (",", "and", "or", "-", ":", "with") for token in tokens[mark.last : near.first])


def _begins_the_next(subject: Mark, mark: Mark, following: Sequence[Mark], tokens: Sequence[Token]) -> bool:
    """ "Breathlessness and a fall in FVC": the value stands apart from what was named before it."""
    apart = any(token.text in _APART for token in tokens[subject.last : mark.first])
    return apart and _belongs_to_the_next(mark, following, tokens)


_APART = frozenset({",", "and", "plus", "+", "&", "with", "-", ":"})


def _denies_what_stands_before(mark: Mark, subject: Mark, following: Sequence[Mark], tokens: Sequence[Token]) -> bool:
    """ "The CT hasn't changed", but not "FVC, not the CT"."""
    near = following[0] if following else None
    names_another = (
        near is not None
        and near.kind == SUBJECT
        and near.first - mark.last <= _NEAR
        and not _comma_between(mark, near, tokens)
    )
    return not names_another and all(token.text in _AUXILIARIES for token in tokens[subject.last : mark.first])


def _denies_something_else(subject: Mark, mark: Mark, following: Sequence[Mark], tokens: Sequence[Token]) -> bool:
    names_a_subject = any(other.kind == SUBJECT for other in following)
    return not names_a_subject and mark.last < len(tokens) and _comma_between(subject, mark, tokens)


_NEAR = 3
_AUXILIARIES = frozenset({"has", "have", "had", "is", "are", "was", "were", "did", "does", "do", "goal", "criterion"})


def _answers_the_question(mark: Mark, tokens: Sequence[Token]) -> bool:
    """ "No, only the CT": a "no" before a comma negates nothing."""
    after = tokens[mark.last].text if mark.last < len(tokens) else ""
    return after in (",", ":", "-") or after in _REASONS


def _comma_between(first: Mark, second: Mark, tokens: Sequence[Token]) -> bool:
    return any(token.text in (",", "-", ":") for token in tokens[first.last : second.first])


def _close(pending: Iterable[Mark], value: str | None, claims: Claims) -> None:
    for mark in pending:
        claims.add(str(mark.value), value)


def _governed(pending: Sequence[Mark], tokens: Sequence[Token]) -> list[Mark]:
    """The subjects that a value after them speaks of: back to the last comma, or the list that "and" closes."""
    first = len(pending) - 1
    joined_by_and = False
    while first > 0:
        gap = [token.text for token in tokens[pending[first - 1].last : pending[first].first]]
        if any(text not in _JOINED for text in gap):
            break
        if "," in gap and not ({"and", "or", "&"} & set(gap) or joined_by_and):
            break
        joined_by_and = joined_by_and or bool({"and", "or", "&"} & set(gap))
        first -= 1
    return list(pending[first:])
