"""Which treatment goals a resident calls failed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.guideline.case import GOALS
from bot.training.answers.claims import claims_of, grammar, table
from bot.training.answers.clause import BREAK, NOT, REASON, UNLIKE, Claims
from bot.training.answers.figures import Figure
from bot.training.answers.parts import LESS, whole
from bot.training.answers.reading import verdict_of

FAILED, STABLE, REACHED, NO_GAIN = "failed", "stable", "reached", "no_gain"
_GOALS = grammar(table("goals", "subjects"), table("goals", "values"))
_GOALS.add(", as", BREAK, REASON)
_LISTED = re.compile(r"\W*(?:goals? |numbers? )?([123](?:(?:\s|,|&|\+|and)+[123]){1,2})\W*(?:failed)?\W*")
_GOAL_POINTS = {"fvc": 3, "dlco": 5}
"""So many points of % predicted, down or up, are a change; less is stable."""


@dataclass(frozen=True)
class GoalsAnswer:
    """What was said of each goal: failed, stable, reached, no_gain ("not improved") or not ("not that one")."""

    said: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False  # only what is no goal was named


def read_goals(text: str) -> GoalsAnswer | None:
    """Read which goals failed; a goal that is only named is named as failed."""
    if listed := _LISTED.fullmatch(text.lower()):  # "1 and 3", in the order in which they are asked
        return GoalsAnswer({GOALS[int(digit) - 1]: FAILED for digit in re.findall(r"[123]", listed[1])})
    told = _without_what_explains_none(claims_of(text, _GOALS, _goal_by_figure))
    said_of = {subject: FAILED if value == UNLIKE else value for subject, value in told.said.items()}
    # A part that is only named is named as failed: "FVC, DLCO stable".
    parts = {subject: FAILED if value is None and "." in subject else value for subject, value in said_of.items()}
    known = Claims({subject: value for subject, value in parts.items() if value != "unknown"})
    claims = whole(known, (FAILED, NO_GAIN, STABLE, REACHED, NOT))
    said = {goal: value or FAILED for goal, value in claims.said.items() if goal in GOALS}
    if "sole" in said.values() or ("some" in claims.said and said and FAILED not in said.values()):
        said = {**dict.fromkeys(GOALS, FAILED), **{g: NOT if v == "sole" else v for g, v in said.items()}}
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


def _without_what_explains_none(told: Claims) -> Claims:
    """ "None, the drop in FVC is muscular": a fall that is told after "none" takes nothing back."""
    if told.said.get("none", NOT) not in (None, FAILED):
        return told
    names = list(told.said)
    behind = names[names.index("none") + 1 :]
    explained = {name for name in behind if name.startswith("goal_lung_function") and told.said[name] == LESS}
    return Claims({name: value for name, value in told.said.items() if name not in explained})


def _of_group(group: str, value: str | None) -> str:
    """ "All" and "none" of the goals, with what was said of them: "none improved" leaves open what is stable."""
    if group == "all":
        return value or FAILED
    return {REACHED: NO_GAIN, NO_GAIN: REACHED}.get(value or "", NOT)


def _of_rest(value: str | None, said: Mapping[str, str]) -> str | None:
    """ "The CT did not fail, the other two did"; after a goal that failed, "the rest" alone says nothing."""
    return value or (None if FAILED in said.values() else FAILED)


def _goal_by_figure(figure: Figure) -> tuple[str, str]:
    points = _GOAL_POINTS[figure.measure]
    value = FAILED if figure.fall >= points else REACHED if figure.fall <= -points else STABLE
    return f"goal_lung_function.{figure.measure}", value
