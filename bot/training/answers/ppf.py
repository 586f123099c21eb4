"""Whether a resident says PPF, and by which criteria."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.guideline.case import CRITERIA
from bot.language.lexicon import Lexicon
from bot.training.answers.claims import claims_of, grammar, named_alone, named_by_itself, table
from bot.training.answers.clause import BREAK, NOT, REASON, Claims
from bot.training.answers.figures import Figure
from bot.training.answers.parts import LESS, MORE, whole
from bot.training.answers.reading import SHARED, begins_with, read_sentences, verdict_of

_PPF = grammar(table("ppf", "subjects"), table("ppf", "values"))
_PPF.add(", as", BREAK, REASON)
_COUNTS = Lexicon().add_all("count", table("ppf", "counts"))
_UNDECIDED = Lexicon().add_all("undecided", {True: SHARED["undecided"]})
_BARE = Lexicon().add_all("verdict", table("ppf", "bare"))
_NUMBERS = re.compile(r"(?<![\d.,/])\b([123](?:\s*(?:,|&|\+|and|\s)\s*[123]){1,2})\s*[).!]*\s*$")
_PAIRS = {
    "first_two": CRITERIA[:2],
    "last_two": CRITERIA[1:],
    "outer_two": (CRITERIA[0], CRITERIA[2]),
}
_NO_SIGN_ALONE = {"ppf_radiology.ground_glass"}
_PPF_POINTS = {"fvc": 5, "dlco": 10}
_WITHIN_MONTHS = 12
_NEEDED = 2


@dataclass(frozen=True)
class PpfAnswer:
    """The verdict ("yes", "no", "undecided" or None where it was left out) and what was said of each criterion."""

    verdict: str | None
    criteria: Mapping[str, str] = field(default_factory=dict)  # met, not_met, open
    count: int | None = None


def read_ppf(text: str) -> PpfAnswer | None:
    """Read whether there is PPF, and by which criteria."""
    told = claims_of(text, _PPF, _criterion_by_figure)
    count = _count(text)
    verdict = _ppf_verdict(text, told, count)
    if verdict in ("no", "undecided"):
        told = Claims({name: value for name, value in told.said.items() if not _only_told(name, value)})
    for criterion in _by_number(text):
        told.add(criterion, None)
    claims = _without_pairs(whole(told, ("met", "worse", "open", "not_met", NOT)))
    by_itself = {name.partition(".")[0] for name in named_by_itself(text, _PPF) - _NO_SIGN_ALONE}
    alone = {name.partition(".")[0] for name in named_alone(text, _PPF) - _NO_SIGN_ALONE}
    named = {name for name, value in claims.said.items() if name in CRITERIA and value is None}
    alone |= named if count == 1 and len(named) == 1 else set()  # "one of three: symptoms"
    said = {name: _criterion(value, verdict, name in alone) for name, value in claims.said.items() if name in CRITERIA}
    criteria = {name: value for name, value in said.items() if value}
    criteria |= dict.fromkeys(by_itself & set(CRITERIA), "met")
    if count == len(CRITERIA):
        criteria = {**dict.fromkeys(CRITERIA, "met"), **criteria}
    criteria = {**_of_groups(claims, verdict), **criteria}
    if verdict == "yes" and "others" in claims.said and len(criteria) == 1:
        others = "not_met" if claims.said["others"] in ("not_met", NOT) else "met"
        criteria = {**dict.fromkeys(CRITERIA, others), **criteria}
    if verdict is None:
        verdict = _verdict_of_criteria(claims, criteria, count) or begins_with(text)
    return PpfAnswer(verdict, criteria, count) if verdict or criteria else None


def _by_number(text: str) -> list[str]:
    """The criteria that a bare list of numbers at the end stands for: "PPF: 1, 3"."""
    listed = _NUMBERS.search(text)
    return [CRITERIA[int(digit) - 1] for digit in re.findall(r"[123]", listed[1])] if listed else []


def _of_groups(claims: Claims, verdict: str | None) -> dict[str, str]:
    """ "Everything is stable", "nothing has progressed", said of all criteria."""
    said = claims.said
    if "nothing" in said and said["nothing"] not in ("not_met", NOT, "open"):
        return dict.fromkeys(CRITERIA, "not_met")
    value = said.get("everything", NOT) or ("met" if verdict != "no" else NOT)
    return {} if value == NOT else dict.fromkeys(CRITERIA, {MORE: "met", LESS: "met", "worse": "met"}.get(value, value))


def _only_told(name: str, value: str | None) -> bool:
    """ "No, the fall in FVC comes from the muscles": a fall is told, and no criterion called met."""
    criterion, _, sign = name.partition(".")
    return value in ("worse", MORE, LESS) and (criterion == "ppf_physiology" or sign == "ground_glass")


def _count(text: str) -> int | None:
    """How many criteria are met, in so many words; "two are needed" counts none."""
    marks = (mark for sentence in read_sentences(text) for mark in _COUNTS.scan(sentence.tokens))
    return next((int(mark.value) for mark in marks if mark.value != "demanded"), None)


def _without_pairs(claims: Claims) -> Claims:
    flat = Claims()
    for subject, value in claims.said.items():
        for name in _PAIRS.get(subject, (subject,)):
            flat.add(name, value)
    return flat


def _ppf_verdict(text: str, claims: Claims, count: int | None) -> str | None:
    bare = verdict_of(text)
    undecided = any(_UNDECIDED.scan(sentence.tokens) for sentence in read_sentences(text))
    if undecided and bare is None:
        return "undecided"
    if bare:
        return bare
    for subject in ("ppf", "ppf_met"):
        if count is not None and claims.said.get(subject, NOT) is None:
            return "yes" if count >= _NEEDED else "no"  # "zero criteria"
        if subject in claims.said:
            return "no" if claims.said[subject] in (NOT, "not_met") else "yes"
    if claims.said.get("ppf_fibrosis") in (NOT, "not_met"):
        return "no"
    first = next((mark for sentence in read_sentences(text)[:1] for mark in _BARE.scan(sentence.tokens)), None)
    return str(first.value) if first and first.first == 0 else None


def _criterion(value: str | None, verdict: str | None, alone: bool) -> str | None:
    """What was said of a criterion; only named, it is met where the answer is yes, or where it is the only one."""
    if value == NOT:
        return "not_met"
    if value is None:
        return "met" if verdict in ("yes", None) or alone else None
    return "met" if value in ("worse", MORE, LESS) else value


def _verdict_of_criteria(claims: Claims, criteria: Mapping[str, str], count: int | None) -> str | None:
    """ "Symptoms and CT" says PPF; "only symptoms" and "one of three" say the contrary."""
    met = count if count is not None else sum(value == "met" for value in criteria.values())
    if not criteria and count is None:
        return None
    return "yes" if met >= _NEEDED else "no"


def _criterion_by_figure(figure: Figure) -> tuple[str, str]:
    met = figure.fall >= _PPF_POINTS[figure.measure] and figure.months <= _WITHIN_MONTHS
    return f"ppf_physiology.{figure.measure}", "worse" if met else "not_met"
