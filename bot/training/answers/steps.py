"""One reader for each decision: what was answered, as claims that grading can hold against the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.guideline.case import CRITERIA, GOALS
from bot.language.lexicon import Lexicon
from bot.training.answers.claims import claims_of, grammar, named_alone, named_by_itself, table
from bot.training.answers.clause import NOT, Claims
from bot.training.answers.figures import Figure
from bot.training.answers.reading import SHARED, read_sentences, verdict_of
from bot.training.library import split_phrases
from bot.training.vocabulary import load

FAILED, STABLE, REACHED, NO_GAIN = "failed", "stable", "reached", "no_gain"
_ANSWERS = load("answers")


@dataclass(frozen=True)
class GoalsAnswer:
    """What was said of each goal: failed, stable, reached, no_gain ("not improved") or not ("not that one")."""

    said: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False  # only what is no goal was named


MORE, LESS = "more", "less"
"""What these words mean depends on what there is more or less of."""
_MORE_OR_LESS = {
    "goal_lung_function": {MORE: REACHED, LESS: FAILED},
    "goal_ild_extent": {MORE: FAILED, LESS: REACHED},
    "goal_breathlessness": {MORE: FAILED, LESS: REACHED},
    "all": {MORE: FAILED, LESS: FAILED},
    "ppf_symptoms": {MORE: "worse", LESS: "not_met"},
    "ppf_physiology": {MORE: "not_met", LESS: "worse"},
    "ppf_radiology": {MORE: "worse", LESS: "not_met"},
}


def _resolved(subject: str, value: str | None) -> str | None:
    """ "Less" lung function is a loss, less breathlessness a gain."""
    return _MORE_OR_LESS.get(subject, {}).get(value or "", value)


_GOALS = grammar(table("goals", "subjects"), table("goals", "values"))


def _whole(claims: Claims, strongest_first: tuple[str, ...]) -> Claims:
    """Parts made one: "lung_function.fvc" speaks for lung function. Said of the whole after its parts, that holds."""
    whole = Claims()
    for subject, value in claims.said.items():
        name, _, part = subject.partition(".")
        plain = _resolved(name, value)
        before = whole.said.get(name)
        if (
            part
            and before in strongest_first
            and (plain not in strongest_first or _weaker(plain, before, strongest_first))
        ):
            continue
        whole.add(name, plain)
    return whole


def _weaker(value: str | None, other: str | None, strongest_first: tuple[str, ...]) -> bool:
    return strongest_first.index(str(value)) > strongest_first.index(str(other))


_GOAL_POINTS = {"fvc": 3, "dlco": 5}
"""So many points of % predicted, down or up, are a change; less is stable."""


def _goal_by_figure(figure: Figure) -> tuple[str, str]:
    points = _GOAL_POINTS[figure.measure]
    value = FAILED if figure.fall >= points else REACHED if figure.fall <= -points else STABLE
    return f"goal_lung_function.{figure.measure}", value


def read_goals(text: str) -> GoalsAnswer | None:
    """Read which goals failed; a goal that is only named is named as failed."""
    told = claims_of(text, _GOALS, _goal_by_figure)
    known = Claims({subject: value for subject, value in told.said.items() if value != "unknown"})
    claims = _whole(known, (FAILED, NO_GAIN, STABLE, REACHED, NOT))
    said = {goal: value or FAILED for goal, value in claims.said.items() if goal in GOALS}
    for group in ("all", "none"):
        if group in claims.said:
            value = _of_group(group, claims.said[group])
            said = {**dict.fromkeys(GOALS, value), **said}
    if "rest" in claims.said and (others := _of_rest(claims.said["rest"], said)):
        said = {**dict.fromkeys(GOALS, others), **said}
    if not claims.said and verdict_of(text) == "no":
        said = dict.fromkeys(GOALS, NOT)
    elsewhere = not said and "elsewhere" in claims.said
    return GoalsAnswer(said, elsewhere) if said or elsewhere else None


def _of_group(group: str, value: str | None) -> str:
    """ "All" and "none" of the goals, with what was said of them: "none improved" leaves open what is stable."""
    if group == "all":
        return value or FAILED
    return {REACHED: NO_GAIN, NO_GAIN: REACHED}.get(value or "", NOT)


def _of_rest(value: str | None, said: Mapping[str, str]) -> str | None:
    """ "The CT did not fail, the other two did"; after a goal that failed, "the rest" alone says nothing."""
    return value or (None if FAILED in said.values() else FAILED)


@dataclass(frozen=True)
class PpfAnswer:
    """The verdict ("yes", "no", "undecided" or None where it was left out) and what was said of each criterion."""

    verdict: str | None
    criteria: Mapping[str, str] = field(default_factory=dict)  # met, not_met, open
    count: int | None = None


_PPF = grammar(table("ppf", "subjects"), table("ppf", "values"))
_COUNTS = Lexicon().add_all("count", table("ppf", "counts"))
_UNDECIDED = Lexicon().add_all("undecided", {True: SHARED["undecided"]})
_BARE = Lexicon().add_all("verdict", table("ppf", "bare"))
_PAIRS = {
    "first_two": CRITERIA[:2],
    "last_two": CRITERIA[1:],
    "outer_two": (CRITERIA[0], CRITERIA[2]),
}


_NO_SIGN_ALONE = {"ppf_radiology.ground_glass"}
_PPF_POINTS = {"fvc": 5, "dlco": 10}
_WITHIN_MONTHS = 12


def _criterion_by_figure(figure: Figure) -> tuple[str, str]:
    met = figure.fall >= _PPF_POINTS[figure.measure] and figure.months <= _WITHIN_MONTHS
    return f"ppf_physiology.{figure.measure}", "worse" if met else "not_met"


def read_ppf(text: str) -> PpfAnswer | None:
    """Read whether there is PPF, and by which criteria."""
    told = claims_of(text, _PPF, _criterion_by_figure)
    count = _count(text)
    verdict = _ppf_verdict(text, told, count)
    if verdict in ("no", "undecided"):
        told = Claims({name: value for name, value in told.said.items() if not _only_told(name, value)})
    claims = _without_pairs(_whole(told, ("met", "worse", "open", "not_met", NOT)))
    by_itself = {name.partition(".")[0] for name in named_by_itself(text, _PPF) - _NO_SIGN_ALONE}
    alone = {name.partition(".")[0] for name in named_alone(text, _PPF) - _NO_SIGN_ALONE}
    said = {name: _criterion(value, verdict, name in alone) for name, value in claims.said.items() if name in CRITERIA}
    criteria = {name: value for name, value in said.items() if value}
    criteria |= dict.fromkeys(by_itself & set(CRITERIA), "met")
    if count == len(CRITERIA):
        criteria = {**dict.fromkeys(CRITERIA, "met"), **criteria}
    criteria = {**_of_groups(claims, verdict), **criteria}
    if verdict is None:
        verdict = _verdict_of_criteria(claims, criteria, count)
    return PpfAnswer(verdict, criteria, count) if verdict or criteria else None


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
    return "met" if value == "worse" else value


def _verdict_of_criteria(claims: Claims, criteria: Mapping[str, str], count: int | None) -> str | None:
    """ "Symptoms and CT" says PPF; "only symptoms" and "one of three" say the contrary."""
    met = count if count is not None else sum(value == "met" for value in criteria.values())
    if not criteria and count is None:
        return None
    return "yes" if met >= 2 else "no"


_TRIGGER_ORDER = ("depends", "no", "yes")
_NINTEDANIB_ORDER = ("instead", "undetermined", "already_tried", "continue", "not_indicated", "add", "named")


_OPEN_VERDICT = {"trigger": "depends", "nintedanib": "undetermined"}


def _verdicts(step: str) -> Lexicon:
    entries = _ANSWERS.table(step)
    lexicon = Lexicon().add_all("verdict", {name: split_phrases(str(text)) for name, text in entries.items()})
    return lexicon.add_all("verdict", {_OPEN_VERDICT[step]: SHARED["undecided"]})


_TRIGGER = _verdicts("trigger")
_NINTEDANIB = _verdicts("nintedanib")


def _first_of(text: str, lexicon: Lexicon, order: tuple[str, ...]) -> str | None:
    found = {str(mark.value) for sentence in read_sentences(text) for mark in lexicon.scan(sentence.tokens)}
    return next((value for value in order if value in found), None)


def read_trigger(text: str) -> str | None:
    """Read whether the trigger is met: "yes", "no" or "depends"."""
    bare, named = verdict_of(text), _first_of(text, _TRIGGER, _TRIGGER_ORDER)
    if named == "depends" and bare is None:
        return named
    return bare or _first_said(text, _TRIGGER)


def _first_said(text: str, lexicon: Lexicon) -> str | None:
    """The verdict that stands first: "goals not reached, so escalate", "responding, no switch"."""
    said = (str(mark.value) for sentence in read_sentences(text) for mark in lexicon.scan(sentence.tokens))
    return next((value for value in said if value != "named"), None)


def read_nintedanib(text: str) -> str | None:
    """Read what should become of nintedanib: a value of the recommendation, or None."""
    named = _first_of(text, _NINTEDANIB, _NINTEDANIB_ORDER)
    if named not in (None, "named", "add", "not_indicated"):
        return named
    if bare := verdict_of(text):
        return {"yes": "add", "no": "not_indicated"}[bare]
    return _first_said(text, _NINTEDANIB) or ("add" if named else None)


@dataclass(frozen=True)
class RedFlagAnswer:
    """The red flags that were named; `unnamed` is a plain "yes"."""

    named: frozenset[str]
    unnamed: bool = False


_FLAGS = grammar(table("red_flag", "subjects"), {"none": split_phrases(_ANSWERS.table("red_flag")["none"])})


_WEAK = {"disease": "other_disease", "marker": "rapid"}
"""What names a flag only where nothing else is said."""


def read_red_flag(text: str) -> RedFlagAnswer | None:
    """Read which red flags were named; an empty set is "none"."""
    claims = claims_of(text, _FLAGS)
    bare = verdict_of(text)
    # After a "yes", "oxygen from nothing to high flow" denies nothing.
    named = {flag for flag, said in claims.said.items() if said is None or (bare == "yes" and said != NOT)}
    if claims.said.get("myositis") == NOT:
        named.add("other_disease")
    flags = {"rapid", "other_disease"} if "both" in named else named & {"rapid", "other_disease"}
    if not flags and bare != "no" and set(claims.said) <= set(_WEAK):
        flags = {_WEAK[name] for name in named}
    if flags:
        return RedFlagAnswer(frozenset(flags))
    if "elsewhere" in named and bare != "no":
        return RedFlagAnswer(frozenset({"elsewhere"}))
    if bare == "yes":
        return RedFlagAnswer(frozenset(), unnamed=True)
    denied = bare == "no" or bool(claims.said) or _first_said(text, _FLAGS) is not None
    return RedFlagAnswer(frozenset()) if denied else None
