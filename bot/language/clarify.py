"""Questions that a message leaves open: what they are called, which choices they offer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.language.agents import AMBIGUOUS, NAME_OF

LABEL_LENGTH = 24


def _entry(
    kind: str, key: str, words: str, choices: Sequence[tuple[str, str]], slot: str | None, **more: Any
) -> dict[str, Any]:
    return {
        "id": f"{kind}:{key}" if key else kind,
        "kind": kind,
        "words": words,
        "choices": [{"label": label[:LABEL_LENGTH], "says": says} for label, says in choices],
        "slot": slot,
        **more,
    }


def ambiguous_agent(word: str, words: str, status: str, slot: str) -> dict[str, Any]:
    choices = [
        (NAME_OF[agent], NAME_OF[agent]) if agent else ("Neither of these", "none of these")
        for agent in AMBIGUOUS[word]
    ]
    if all(agent for agent in AMBIGUOUS[word]):
        choices.append(("Neither of these", "none of these"))
    agents = [agent for agent in AMBIGUOUS[word] if agent]
    return _entry("ambiguous_agent", word, words, choices, slot, status=status, agents=agents)


def contradiction(agent: str, words: str) -> dict[str, Any]:
    name = NAME_OF[agent]
    choices = [
        ("Taken now", f"on {name} now"),
        ("Taken before", f"{name} was stopped"),
        ("Never taken", f"never had {name}"),
    ]
    return _entry("contradiction", agent, words, choices, "current_therapy", agent=agent)


def contradictory_goal(slot: str, words: str, subject: str) -> dict[str, Any]:
    choices = [("Improved", f"{subject} improved"), ("Stable", f"{subject} stable"), ("Worse", f"{subject} worse")]
    return _entry("contradiction", slot, words, choices, slot)


def contradictory_label(words: str) -> dict[str, Any]:
    choices = [("PPF", "PPF present"), ("No PPF", "no PPF"), ("Not decided", "PPF not decided")]
    return _entry("contradiction", "ppf_stated", words, choices, "progressive_pulmonary_fibrosis")


def which_goal(words: str, value: str) -> dict[str, Any]:
    says = {"worse": "worse", "better": "improved", "stable": "stable", "not_better": "not improved"}.get(
        value, "worse"
    )
    choices = [
        ("Lung function", f"lung function {says}"),
        ("Extent on CT", f"CT {says}"),
        ("Breathlessness", f"breathlessness {says}"),
        ("All three", f"lung function, CT and breathlessness {says}"),
    ]
    return _entry("which_goal", "", words, choices, None, value=value)


def percent_predicted(words: str, measure: str) -> dict[str, Any]:
    limit = "5" if measure == "fvc" else "10"
    choices = [
        (f"{limit} points or more", f"yes, {limit} points or more"),
        (f"Less than {limit} points", f"no, less than {limit} points"),
        ("Don't know", "don't know"),
    ]
    return _entry("percent_predicted", measure, words, choices, "ppf_physiology", measure=measure)


def time_window(words: str, slot: str, measure: str | None, fall: float | None) -> dict[str, Any]:
    choices = [
        ("Within 12 months", "within 12 months"),
        ("Longer", "more than 12 months"),
        ("Don't know", "don't know"),
    ]
    return _entry("time_window", measure or slot, words, choices, slot, measure=measure, fall=fall)


def absolute_or_relative(words: str, measure: str, fall: float, months: float | None) -> dict[str, Any]:
    choices = [("Points of % predicted", "absolute points"), ("Relative", "relative"), ("Don't know", "don't know")]
    return _entry(
        "absolute_or_relative", measure, words, choices, "ppf_physiology", measure=measure, fall=fall, months=months
    )
