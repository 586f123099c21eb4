"""Remarks on a course: other causes, missing correction, suppositions, levels of effort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.language.course_words import PUTS
from bot.language.lexicon import Lexicon, Mark
from bot.language.pieces import VOCABULARY
from bot.language.text import Token
from bot.language.times import When
from bot.language.vocabulary import words

_LEADS = (
    Lexicon()
    .add_all("lead", {True: VOCABULARY["other_causes"]["lead"]})
    .add_all("beside", {True: VOCABULARY["other_causes"]["beside"]})
)
_NAMED_CAUSES = Lexicon().add_all("cause", {True: VOCABULARY["other_causes"]["causes"]})


_PLAIN = Lexicon().add_all("plain", {True: VOCABULARY["other_causes"]["plain"]})
_REACH = 14
_NO_CAUSE_BEFORE = words("remarks", "no_cause_before")
_NO_CAUSE_AFTER = words("remarks", "no_cause_after")
_UNCORRECTED = Lexicon().add_all("uncorrected", {True: VOCABULARY["uncorrected"]})


_DENIALS = words("lungs", "denials")


def _marks(tokens: Sequence[Token]) -> list[Mark]:
    """Causes and the words that lead to them; "it is the weight" has both, and they share a word."""
    named = [mark for mark in _NAMED_CAUSES.scan(tokens) if not _of_a_dose(tokens, mark)]
    return [*_LEADS.scan(tokens), *named]


def _of_a_dose(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "2 mg/kg", "1 g per kg": the weight of a dose, and not one that was gained."""
    return tokens[mark.first].text == "kg" and mark.first > 0 and tokens[mark.first - 1].text in ("/", "per", "mg")


def causes(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """Other causes that something is put down to ("due to an infection"), with the token where the remark starts."""
    marks = _marks(tokens)
    leads = [mark for mark in marks if mark.kind == "lead"]
    found = [
        (0, " ".join(token.text for token in tokens[mark.first : mark.last]))
        for mark in marks
        if mark.kind == "cause" and 0 < mark.first <= 6 and _points_to(tokens[: mark.first])
    ]
    found += [] if any(mark.kind == "cause" for mark in marks) else _blamed(tokens)
    found += [] if found else _pointed_at(tokens)
    for cause in (mark for mark in marks if mark.kind == "cause"):
        near = [lead for lead in leads if -9 <= lead.first - cause.last <= 8 and -10 <= cause.first - lead.last <= 9]
        near += [mark for mark in marks if mark.kind == "beside" and 0 <= cause.first - mark.last <= _BESIDE]
        if near and not _denied(tokens, cause) and not _no_cause(tokens, cause):
            first = min(cause.first, near[0].first)
            found.append((first, " ".join(token.text for token in tokens[cause.first : cause.last])))
    return found


def _blamed(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """ "She puts that down to her knee": whatever is blamed, unless it is the lung disease itself."""
    found = []
    for mark in [*_BLAME.scan(tokens), *_put_down(tokens)]:
        blamed = [token.text for token in tokens[mark.last : mark.last + _BLAMED_LENGTH]]
        before = {token.text for token in tokens[max(0, mark.first - 3) : mark.first]}
        if _LUNG_DISEASE & set(blamed):
            return []
        if blamed and not before & _DENIALS:
            found.append((mark.first, " ".join(blamed)))
    return found


def _pointed_at(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """ "Hb 7.1 from a bleeding ulcer, that explains it for me": the cause stands before the words that point at it."""
    for mark in _EXPLAINS_IT.scan(tokens):
        before = [token.text for token in tokens[: mark.first] if token.kind == "word"]
        if before and not _LUNG_DISEASE & set(before) and not _DENIALS & set(before[-_BLAMED_LENGTH:]):
            return [(0, " ".join(before[:_BLAMED_LENGTH]))]
    return []


_EXPLAINS_IT = Lexicon().add_all("explains", {True: VOCABULARY["other_causes"]["explains_it"]})


def _put_down(tokens: Sequence[Token]) -> Iterator[Mark]:
    """ "I put the breathlessness down to that": what is put down may be named."""
    for at in range(1, len(tokens) - 1):
        if tokens[at].text != "down" or tokens[at + 1].text != "to":
            continue
        puts = next((back for back in range(at - 1, max(at - _PUT_REACH, -1), -1) if tokens[back].text in PUTS), None)
        if puts is not None and at + 2 < len(tokens) and tokens[at + 2].kind == "word":
            yield Mark("blame", True, puts, at + 2)


_PUT_REACH = 7
_BLAME = Lexicon().add_all("blame", {True: VOCABULARY["other_causes"]["blame"]})
_LUNG_DISEASE = words("remarks", "lung_disease")
_BLAMED_LENGTH = 4


def of_all(texts: Sequence[str]) -> bool:
    """ "We put both down to anaemia", "all of it due to": the cause explains everything told before."""
    return any(
        text in _ALL and {texts[at - 1] if at else "", *texts[at + 1 : at + 4]} & _BLAMING
        for at, text in enumerate(texts)
    )


_ALL = frozenset({"both", "all", "everything"})
_BLAMING = words("remarks", "blaming")


def _points_to(before: Sequence[Token]) -> bool:
    """ "That is probably the ...", "it must be her ...": a pronoun and nothing but small words."""
    return before[0].text in _PRONOUNS and all(token.text in _PRONOUNS | _SMALL for token in before)


_PRONOUNS = words("remarks", "pronouns")
_SMALL = words("remarks", "small")


def named_cause(tokens: Sequence[Token]) -> Mark | None:
    """A cause without words of blame ("heart failure"), which only an answer makes an explanation."""
    for mark in _marks(tokens):
        before = [token.text for token in tokens[max(0, mark.first - 5) : mark.first]]
        after = [token.text for token in tokens[mark.last : mark.last + 3]]
        no_infection = before[-1:] and before[-1] in _OF_AN_ILD  # "organising pneumonia"
        denied = bool(_DENIALS & {*before, *after[:1]} or _RULED_OUT & set(after))
        if mark.kind == "cause" and not denied and not no_infection:
            return Mark(
                "cause", " ".join(token.text for token in tokens[mark.first : mark.last]), mark.first, mark.last
            )
    return None


_OF_AN_ILD = frozenset({"interstitial", "organising", "lymphoid", "desquamative", "eosinophilic"})
_RULED_OUT = frozenset({"excluded", "ruled", "unlikely", "negative", "absent", "no"})


def plain_causes(tokens: Sequence[Token]) -> list[Mark]:
    """Causes that need no word of explanation, as far as they are not denied."""
    return [mark for mark in _PLAIN.scan(tokens) if not _denied(tokens, mark) and not _no_cause(tokens, mark)]


def beside(tokens: Sequence[Token], plain: Sequence[Mark], at: int, end: int) -> str | None:
    """ "More breathless, on antibiotics for an infection": a cause that stands behind a course without more words."""
    near = [mark for mark in plain if at <= mark.first < min(at + _REACH, end)]
    return " ".join(token.text for token in tokens[near[0].first : near[0].last]) if near else None


def _no_cause(tokens: Sequence[Token], cause: Mark) -> bool:
    """ "Organising pneumonia", "PJP prophylaxis", "known asthma": a disease, a precaution, nothing new."""
    before = tokens[cause.first - 1].text if cause.first else ""
    after = {token.text for token in tokens[cause.last : cause.last + 2]}
    if {"positive", "pos", "+"} & {token.text for token in tokens[cause.last : cause.last + 4]}:
        return False  # "PJP (PCR positive)"
    return before in _NO_CAUSE_BEFORE or bool(after & _NO_CAUSE_AFTER)


_BESIDE = 4
"""Tokens between "since", "but" and the cause: they explain only what stands right behind them."""


def _denied(tokens: Sequence[Token], cause: Mark) -> bool:
    """ "No infection", "anaemia excluded"; "diaphragm, not lung" denies the lung and not the cause."""
    after = tokens[cause.last : cause.last + 3]
    if any(token.text in _DISMISSED for token in tokens[cause.last : cause.last + 7]):
        return True
    if after and after[0].text in _LINKS:
        after = tokens[cause.last + 1 : cause.last + 4]
    if any(token.text in _SOUND for token in after[:2]) and not {token.text for token in after} & _DENIALS:
        return True  # "diaphragm normal", "muscle strength is fine"
    if any(token.text in _DISMISSES for token in tokens[max(0, cause.first - 3) : cause.first]):
        return True  # "the cardiologist discards heart failure"
    lungs = any(token.text in _LUNGS for token in tokens[cause.last : cause.last + 5])
    return any(token.text in _DENIALS for token in tokens[max(0, cause.first - 4) : cause.first]) or (
        not lungs and any(token.text in _DENIALS for token in after)
    )


_SOUND = frozenset({"normal", "intact", "unremarkable", "fine", "ok", "preserved", "unaffected", "strong"})
_LINKS = frozenset({"is", "are", "was", "were", "looks", "strength", "function", "test", "tests"})
_DISMISSED = frozenset({"excluded", "dismissed", "ruled", "rejected", "discarded"})
_DISMISSES = frozenset({"discards", "discard", "dismisses", "excludes", "exclude", "rules", "rejects"})
_LUNGS = frozenset({"lung", "lungs", "ild", "pulmonary", "parenchyma", "parenchymal", "fibrosis"})


def lead_tokens(tokens: Sequence[Token]) -> set[int]:
    """Tokens of "put it down to" and the like, which tell no course."""
    return {
        index
        for mark in _marks(tokens)
        if mark.kind == "lead" and mark.last - mark.first > 2
        for index in range(mark.first, mark.last)
    }


def is_uncorrected(tokens: Sequence[Token]) -> bool:
    return bool(_UNCORRECTED.scan(tokens))


def supposed(tokens: Sequence[Token]) -> bool:
    """ "If the DLCO fell by ten points": nothing that happened."""
    return any(
        token.text in ("if", "suppose", "supposing", "imagine", "would", "should", "unless") for token in tokens[:3]
    )


def is_muscular(cause: str) -> bool:
    return any(
        word in cause
        for word in ("weak", "muscle", "muscular", "diaphragm", "phrenic", "effort", "technique", "cooperation")
    )


_EFFORT = Lexicon().add_all("effort", {True: VOCABULARY["efforts"]})
_MUSCLES = words("remarks", "muscles")


def of_effort(tokens: Sequence[Token]) -> bool:
    """ "She is no worse on the stairs": what is felt on effort is breathlessness, unless the muscles are spoken of."""
    return bool(_EFFORT.scan(tokens)) and not any(token.text in _MUSCLES for token in tokens)


_LAPSED = Lexicon().add_all("lapsed", {True: VOCABULARY["lapsed"]})


def lapsed(tokens: Sequence[Token]) -> Mark | None:
    """ "That has gone", "the effect has worn off", "it didn't last": an improvement told before is lost again."""
    return next(iter(_LAPSED.scan(tokens)), None)


_LEVELS = Lexicon().add_all("level", VOCABULARY["levels"])


_EARLIER = words("lungs", "earlier")
_LEADS_TO = frozenset({"now", "→", "->", "-->", "to", "then"})


def levels(tokens: Sequence[Token], whens: Sequence[When]) -> list[float] | None:
    """Two levels of effort that make breathless, early and late: "used to be on the flat, now only on hills"."""
    marks = _LEVELS.scan(tokens)
    if len(marks) != 2 or marks[0].value == marks[1].value:
        return None
    first = {token.text for token in tokens[: marks[1].first - 1]}
    second = {token.text for token in tokens[marks[0].last : marks[1].first]}
    values = [float(mark.value) for mark in marks]
    back = [when.first for when in whens if when.kind == "date" or (when.kind == "ago" and when.months >= 1)]
    if second & _EARLIER or any(marks[0].last <= at < marks[1].first for at in back):
        return values[::-1]
    return values if second & _LEADS_TO or first & _EARLIER or any(at < marks[0].first for at in back) else None


def is_walk_or_saturation(tokens: Sequence[Token]) -> bool:
    """Quantities that clinicians follow and that set no goal: walk distance, saturation, KCO."""
    return any(token.text in WALK_WORDS for token in tokens)


WALK_WORDS = words("remarks", "walk_words")
