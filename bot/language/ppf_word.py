"""PPF as a word: the clinician's own, or the verdict of the ILD meeting."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from bot.language.facts import clause, cues
from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Sentence, Token
from bot.language.times import UNITS, YEAR, When, today_in_months
from bot.language.vocabulary import NUMBER_WORDS, load, words

_FACTS = load("facts")["ppf"]
_PPF = Lexicon().add_all("ppf", {True: _FACTS["named"]})
_CUES = cues(**{name: _FACTS[name] for name in ("by_criteria", "denied", "withdrawn", "asserted", "doubted")})
_CONTESTED = cues(contested=_FACTS["contested"])
_BREAKS = frozenset({",", "but", "however", ";"})
_MONTHS_OF_A_YEAR = 12.5

_CRITERION_WORDS = words("ppf", "criterion_words")
_LISTS = words("ppf", "lists")
_GUIDELINE = words("ppf", "guideline")
_MEETING = words("ppf", "meeting")
_QUESTION_VERBS = words("ppf", "question_verbs")
_QUESTION_SUBJECTS = words("ppf", "question_subjects")
_TURNS = words("ppf", "turns")


def marks(tokens: Sequence[Token]) -> list[Mark]:
    """Every place where PPF is named."""
    return _PPF.scan(tokens)


def stated(
    sentence: Sentence, whens: Sequence[When], criteria: Sequence[Mark] = (), taken_back: bool = False
) -> list[tuple[Mark, str]]:
    """PPF with what is said of it: yes, no, or past (a label more than a year old); doubts are left out.

    `criteria` are criteria with a verdict of their own; `taken_back` marks a sentence such as "forget the PPF label".
    """
    if taken_back or _CONTESTED.scan(sentence.tokens):
        return []
    found = []
    for mark in _PPF.scan(sentence.tokens):
        if any(_names_it(sentence.texts, name, mark) for name in criteria):
            continue
        value = _said(sentence, mark, whens)
        if value is not None:
            found.append((mark, value))
    return found


def _names_it(texts: Sequence[str], criterion: Mark, mark: Mark) -> bool:
    """ "The symptom criterion of PPF is met" speaks of the criterion; "fibrosis yes, PPF no" of both."""
    if criterion.first - 1 <= mark.last <= criterion.first:
        return True
    beside = criterion.first < mark.first <= criterion.last + 2
    return beside and not _BREAKS & set(texts[criterion.last : mark.first])


def _said(sentence: Sentence, mark: Mark, whens: Sequence[When]) -> str | None:
    tokens = sentence.tokens
    begin, end = clause(tokens, mark.first, mark.last, _BREAKS)
    begin = _behind_a_colon(tokens, begin, mark.first)
    before, after = _behind_a_dash(tokens, begin, mark.first), tokens[mark.last : end]
    stated = any(token.text in _STATING for token in before)
    if (
        _only_criteria(before, after)
        or _undiscussed(before, after)
        or _names_something_else(after)
        or (_heading(after) and not stated)
        or _of_somebody_else(before, after)
        or _required(before)
    ):
        return None
    asks = (sentence.asks and end == len(tokens)) or _opens_question(before)
    if _one_criterion(before):
        return None
    later = [cue for cue in _CUES.scan(after) if after[cue.first].text != "nobody" and not _only_a_dash(after, cue)]
    lead = {token.text for token in before}
    if any(pair in _STILL_TO_DO for pair in itertools.pairwise(token.text for token in before[-_NEAR:])):
        return None  # "we need to check PPF by the criteria"
    decided = any(cue.value == "asserted" for cue in later) and not {"will", "ll"} & {token.text for token in after}
    if {"if", "unless"} & lead or ("whether" in lead and not decided):
        return None  # "if it shows more traction I'd call it PPF", "whether this is PPF will be discussed"
    value = _verdict([str(cue.value) for cue in (*_CUES.scan(before), *later)], asks, after)
    if value == "yes" and (_old(tokens, whens, begin, end) or (begin == 0 and tokens[0].text in _FORMERLY)):
        return "past"
    return value


def _behind_a_colon(tokens: Sequence[Token], begin: int, end: int) -> int:
    """ "The MDT has withdrawn that: no PPF": a denial behind a colon is the whole of what is said."""
    colon = next((at for at in range(end - 1, begin - 1, -1) if tokens[at].text == ":"), None)
    denied = colon is not None and any(cue.value == "denied" for cue in _CUES.scan(tokens[colon + 1 : end]))
    return colon + 1 if denied and colon is not None else begin


_NEAR = 4
_STILL_TO_DO = frozenset(("to", verb) for verb in ("check", "verify", "assess", "evaluate", "clarify", "discuss"))
_FORMERLY = words("ppf", "formerly")


def _one_criterion(before: Sequence[Token]) -> bool:
    """ "One criterion of PPF is met": too little to be the label."""
    lead = {token.text for token in before[-5:]}
    return bool(lead & {"criterion", "criteria"}) and bool(lead & {"one", "1", "single", "first", "second", "third"})


def _opens_question(before: Sequence[Token]) -> bool:
    """ "Does she have PPF", "he asks is it PPF", without a question mark; "has PPF" states it."""
    texts = [token.text for token in before]
    begins = [0, *(at + 1 for at, text in enumerate(texts) if text in _ASKS)]
    return any(
        texts[at] in _QUESTION_VERBS and texts[at + 1] in _QUESTION_SUBJECTS for at in begins if at + 1 < len(texts)
    )


_ASKS = frozenset({"asks", "asked", "asking", "wonders", "wondering", "ask", "query"})


def _verdict(said: Sequence[str], asks: bool, after: Sequence[Token]) -> str | None:
    """Denial before doubt, doubt before assertion; a withdrawal that is itself denied leaves the label."""
    if asks:
        return None
    if "withdrawn" in said:
        return "yes" if "denied" in said else "no"
    if "denied" in said:
        return "no"
    if "doubted" in said and ("asserted" not in said or any(token.text in ("whether", "if", "?") for token in after)):
        return None
    return "yes"


def contradicted(values: Sequence[str], texts: Sequence[str]) -> bool:
    """ "PPF yes, no PPF": both, without a word that one replaces the other."""
    return {"yes", "no"} <= set(values) and not _TURNS & set(texts)


def _heading(after: Sequence[Token]) -> bool:
    """ "PPF: symptoms worse" says a criterion under a heading; "PPF: yes" says PPF."""
    return len(after) > 1 and after[0].text == ":" and after[1].text in _CRITERION_WORDS


def _only_criteria(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """ "PPF criteria: ..." opens a list, "one PPF criterion met" says too little; "meets PPF criteria" counts."""
    if not after or after[0].text not in _LISTS:
        return False
    if any(token.text in ("one", "1", "single") for token in before[-4:]):
        return True
    return not any(token.text in _MEETING for token in (*before[-6:], *after[1:4]))


def _behind_a_dash(tokens: Sequence[Token], begin: int, end: int) -> Sequence[Token]:
    """ "No emphysema - PPF agreed": what stands before a dash is another remark."""
    dash = next((at for at in range(end - 1, begin - 1, -1) if tokens[at].text == "-"), None)
    spaced = dash is not None and tokens[dash].end < tokens[dash + 1].start
    return tokens[dash + 1 : end] if dash is not None and spaced else tokens[begin:end]


def _only_a_dash(after: Sequence[Token], cue: Mark) -> bool:
    """ "PPF - antifibrotic started": a dash denies only where nothing but a mark follows ("PPF -", "PPF (-)")."""
    dash = cue.last - cue.first == 1 and after[cue.first].text == "-"
    return dash and cue.last < len(after) and after[cue.last].kind != "mark" and after[cue.last].text != "ve"


def _of_somebody_else(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """ "The trainee ticked PPF", "the fellow wrote that he meets PPF criteria": not the clinician's own word."""
    texts, behind = [token.text for token in before], [token.text for token in after]
    if "according" in behind and _OTHERS & set(behind[behind.index("according") :]):
        return True
    people = [at for at, text in enumerate(texts) if text in _OTHERS]
    if not people or not _TELL & set(texts[people[-1] :]):
        return False
    return not {"i", "we", "rightly", "agree", "agreed", "confirmed"} & {
        *texts[people[-1] :],
        *behind,
    }


_OTHERS = words("ppf", "others")
_TELL = words("ppf", "tell")


def _required(before: Sequence[Token]) -> bool:
    """ "The insurer requires PPF", "paid for in PPF only": a condition, said of nobody."""
    return any(token.text in _REQUIRE for token in before[-3:])


_REQUIRE = frozenset({"requires", "require", "required", "demands", "presupposes", "reimbursed", "funded", "licensed"})
_LEADING = 2


def _undiscussed(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """ "No PPF discussion yet": nobody has decided anything."""
    denied = any(token.text in ("no", "not", "without", "never", "awaiting") for token in before[-3:])
    return denied and bool(after) and after[0].text in _DECISIONS


def _names_something_else(after: Sequence[Token]) -> bool:
    """ "A candidate for a PPF study", "ticked the PPF box"."""
    return bool(after) and after[0].text in _OF_PPF


_OF_PPF = words("ppf", "of_ppf")
_DECISIONS = frozenset(
    {"discussion", "decision", "evaluation", "review", "verdict", "assessment", "question", "statement"}
)
_STATING = frozenset({"is", "was", "has", "have", "agreed", "agrees", "says", "said", "calls", "called", "confirmed"})


def _ages(tokens: Sequence[Token], begin: int, end: int) -> Iterator[float]:
    """ "The PPF label is two years old": ages in months; those of a person ("62 years old") are too high to count."""
    for at in range(begin, min(end, len(tokens) - 2)):
        amount = tokens[at].number if tokens[at].kind == "number" else NUMBER_WORDS.get(tokens[at].text)
        if amount is not None and amount <= _OLDEST_LABEL and tokens[at + 2].text == "old":
            yield amount * UNITS.get(tokens[at + 1].text, 0.0)


_OLDEST_LABEL = 10
_LABELS = frozenset({"label", "labelled", "called", "wrote", "had", "stated"})


def _old(tokens: Sequence[Token], whens: Sequence[When], begin: int, end: int) -> bool:
    if any(months > YEAR for months in _ages(tokens, begin, end)):
        return True
    own = [when for when in whens if begin <= when.first < end]
    if not own and any(token.text in ("was", "were", "then") for token in tokens[begin:end]):
        led = [when for when in whens if when.first <= _LEADING and when.lead in ("in", "during", "at")]
        begin, end = (0, begin) if led else (begin, end)
    elif not own and _LABELS & {token.text for token in tokens[begin:end]}:
        begin = 0  # "the letter, from 2022, had the label PPF"
    for when in whens:
        of_guideline = any(token.text in _GUIDELINE for token in tokens[when.last : when.last + 3])
        if not begin <= when.first < end or when.lead == "since" or of_guideline:
            continue
        aged = when.kind == "window" and when.last < len(tokens) and tokens[when.last].text == "old"
        if (when.kind == "ago" or aged) and when.months > 12:
            return True  # "the label is two years old"
        if when.kind == "date" and today_in_months() - when.months > _MONTHS_OF_A_YEAR:
            return True
    return False
