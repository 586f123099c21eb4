"""The recommendation as a message: one line that stands alone, then what applies and why; details behind buttons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.guideline import Case, Recommendation
from bot.guideline.case import GOAL_VALUES, GOALS, PPF
from bot.guideline.knowledge import KNOWLEDGE, Sentence, Statement
from bot.guideline.recommend import OptionAdvice
from bot.replies.model import COMMANDS, CRITERIA, Button, Reply
from bot.replies.understood import HOW_TO_CORRECT, understood
from bot.replies.words import (
    DISEASES,
    SLOT_NAMES,
    agent_names,
    capitalised,
    cited,
    either,
    enumerate_words,
    slot_value,
)

NOTHING_BEFORE = Button("Nothing tried before", "nothing tried before")

URGENT = "**Urgent: rapidly progressive ILD.** Contact a specialist or ICU today. This pathway is not made for it."


def answer(
    case: Case,
    recommendation: Recommendation,
    slots: Mapping[str, Any],
    changed: str | None = None,
    shown_before: Iterable[str] = (),
) -> list[Reply]:
    """Return the messages of an answer: the recommendation, then what was understood with the buttons.

    Args:
        changed: what is different from the last answer, where there was one.
        shown_before: ids of the cautions that the last answer had; they are not repeated.
    """
    parts = [URGENT] if recommendation.urgent else []
    parts += [f"**{summary(case, recommendation)}**"]
    parts += [changed] if changed else []
    parts += _SECTIONS[recommendation.status](case, recommendation)
    parts += [_cautions_that_fit(recommendation, frozenset(shown_before)), _sources_line()]
    first = Reply("\n\n".join(part for part in parts if part), custom=_payload(recommendation))
    asks_before = "previous_therapy" in recommendation.missing and "previous_therapy" not in (
        slots.get("declined") or []
    )
    buttons = (*((NOTHING_BEFORE,) if asks_before else ()), *((CRITERIA,) if PPF in recommendation.missing else ()))
    second = [understood(slots)]
    if asks_before:
        second.append("What was tried before and stopped? It can change the answer.")
    second.append(HOW_TO_CORRECT)
    return [first, Reply("\n\n".join(second), (*buttons, *COMMANDS))]


def summary(case: Case, recommendation: Recommendation) -> str:
    """Return the one line that stands alone, at most 140 characters."""
    status, nintedanib = recommendation.status, _NINTEDANIB_SHORT[recommendation.nintedanib]
    if status == "escalate":
        left = sum(option.is_open for option in recommendation.options)
        step = f"add or switch ({left} of 5 options open)" if left else "the guideline's list is exhausted"
        return f"Treatment goals not reached: {step}; {nintedanib}."
    if status == "goals_met":
        return f"Treatment goals met: no add or switch by this guideline line; {nintedanib}."
    if status == "start_immunosuppression":
        known = "No immunosuppressive treatment" + (" yet" if case.previous_therapy is not None else " that I know of")
        return f"{known}: it is recommended first; this line comes after it."
    if status == "out_of_scope":
        disease = DISEASES[case.underlying_disease or "other"]
        return f"Outside my scope: {disease}. This line is for myositis-ILD (IIM-ILD) only."
    return f"Cannot be decided yet; missing: {_missing_words(recommendation)}."


_NINTEDANIB_SHORT = {
    "add": "add nintedanib (PPF)",
    "continue": "continue nintedanib",
    "already_tried": "nintedanib: already tried",
    "not_indicated": "nintedanib not indicated (no PPF)",
    "undetermined": "nintedanib undecided",
}


def _missing_words(recommendation: Recommendation) -> str:
    return enumerate_words(SLOT_NAMES[name] for name in recommendation.missing) or "nothing"


def _payload(recommendation: Recommendation) -> dict[str, Any]:
    return {"type": "recommendation", **recommendation.as_dict()}


def _escalate(case: Case, recommendation: Recommendation) -> list[str]:
    return [
        reason(case),
        option_list(recommendation, case),
        nintedanib_line(case, recommendation),
        *_closing_remarks(case, recommendation),
    ]


def _goals_met(case: Case, recommendation: Recommendation) -> list[str]:
    return [reason(case), nintedanib_line(case, recommendation)]


def _start(case: Case, recommendation: Recommendation) -> list[str]:
    lines = [statement_line(statement) for statement in recommendation.statements]
    lines.append("Which agents to start with is outside what I cover.")
    if "nintedanib" in case.taking:
        lines.append(nintedanib_line(case, recommendation))
    return lines


def _incomplete(case: Case, recommendation: Recommendation) -> list[str]:
    return [reason(case), nintedanib_line(case, recommendation), "Tell me what is missing as soon as you know it."]


def _out_of_scope(case: Case, recommendation: Recommendation) -> list[str]:
    return [
        "I keep what you told me. If the ILD is due to myositis after all, just say so.",
    ]


_SECTIONS = {
    "escalate": _escalate,
    "goals_met": _goals_met,
    "start_immunosuppression": _start,
    "incomplete": _incomplete,
    "out_of_scope": _out_of_scope,
}


def reason(case: Case) -> str:
    """Say what applies and why: the goals by value, a mixed response by name, and the therapy they were seen on."""
    goals = [
        f"{capitalised(slot_value(goals[0], value))}: {_names(goals)}." for value, goals in _by_value(case).items()
    ]
    if not goals:
        return ""
    if "not_achieved" in case.goals and "achieved" in case.goals:
        goals.insert(0, "A mixed response.")
    if case.stability_acceptable is not None and "stable" in case.goals and "not_achieved" not in case.goals:
        goals.append(f"Stable is {'' if case.stability_acceptable else 'not '}good enough, as you decided.")
    therapy = agent_names(case.taking)
    return " ".join([*goals, f"On {therapy}." if therapy else "On no treatment now."])


def _by_value(case: Case) -> dict[str, list[str]]:
    known = {value: [goal for goal in GOALS if getattr(case, goal) == value] for value in reversed(GOAL_VALUES)}
    return {value: goals for value, goals in known.items() if goals}


def _names(slots: list[str]) -> str:
    return ", ".join(SLOT_NAMES[slot] for slot in slots)


def option_list(recommendation: Recommendation, case: Case) -> str:
    """Write the five options as they stand in the case, and what follows where none is open."""
    head = f"**Options** (the source's order, not a ranking; {_grade(KNOWLEDGE.statements['A1'])}) [G1]"
    lines = [head, *(f"{i}. {option_line(option, case)}" for i, option in enumerate(recommendation.options, start=1))]
    if not any(option.is_open for option in recommendation.options):
        lines.append(said("all_tried"))
    return "\n".join(lines)


def option_line(option: OptionAdvice, case: Case) -> str:
    """Say what becomes of one option: "Calcineurin inhibitor: switch to ciclosporin, instead of tacrolimus"."""
    label = capitalised(KNOWLEDGE.options[option.drug_class].label)
    named = f" ({either(option.agents)})" if len(KNOWLEDGE.options[option.drug_class].agents) > 1 else ""
    tried = f"; {agent_names(option.tried)} tried before" if option.tried else ""
    if option.action == "add_or_switch":
        return f"{label}: add or switch{named}{tried}"
    if option.action == "switch":
        taken = agent_names(a for a in case.taking if a in KNOWLEDGE.agents_by_class[option.drug_class])
        if option.drug_class in case.taking:
            return f"{label}: switch to the other one. Which one is taken now, {either(option.agents)}?{tried}"
        return f"{label}: switch to {either(option.agents)}, instead of {taken}{tried}"
    if option.action == "already_taking":
        what = f" ({agent_names(option.agents)})" if list(option.agents) != [option.drug_class] else ""
        return f"{label}: already taken{what}{tried}"
    return f"{label}: already tried{_tried_names(option, case)}"


def _tried_names(option: OptionAdvice, case: Case) -> str:
    members = KNOWLEDGE.agents_by_class[option.drug_class]
    now = [agent for agent in case.taking if agent in members]
    names = agent_names(option.tried)
    if now:
        return f" ({names}); {agent_names(now)} taken now"
    return f" ({names})" if list(option.tried) != [option.drug_class] else ""


def nintedanib_line(case: Case, recommendation: Recommendation) -> str:
    """Say what becomes of nintedanib and why, with what is missing for it."""
    grade = _grade(KNOWLEDGE.statements["A2"])
    if recommendation.nintedanib == "undetermined":
        return _nintedanib_undetermined(case, recommendation)
    text = {
        "add": f"add, on top of immunosuppression, because there is PPF ({grade}). It replaces nothing. [G1]",
        "continue": "already taken; continue, on top of immunosuppression. It replaces nothing. [G1]",
        "already_tried": "there is PPF, but nintedanib was tried before. [G1]",
        "not_indicated": f"not indicated: the line on it is for PPF, and there is none ({grade}). [G1]",
    }[recommendation.nintedanib]
    line = f"**Nintedanib**: {text}"
    return f"{line}\n{said('ppf_alternatives')}" if case.progressive_pulmonary_fibrosis == "yes" else line


def _nintedanib_undetermined(case: Case, recommendation: Recommendation) -> str:
    if PPF in recommendation.missing:
        return "**Nintedanib**: cannot be decided. Missing: is there PPF? Your word, or two of its three criteria. [G2]"
    return "**Nintedanib**: cannot be decided: the line is about adding it to immunosuppression. [G1]"


def _cautions_that_fit(recommendation: Recommendation, shown_before: frozenset[str]) -> str:
    """The cautions that this patient's own facts bring up; those of each option stand behind the button."""
    chosen = [c for c in all_cautions(recommendation) if c in _SHOWN_AT_ONCE and c not in shown_before]
    rest = len(all_cautions(recommendation)) - len(chosen)
    lines = [f"- {cited(KNOWLEDGE.cautions[c].text, KNOWLEDGE.cautions[c].source)}" for c in chosen]
    if rest:
        named = f"And {rest} more" if chosen else "1 caution" if rest == 1 else f"{rest} cautions"
        lines.append(f"- {named}: press Cautions.")
    return "\n".join(["**Mind**", *lines]) if lines else ""


def new_cautions(recommendation: Recommendation, shown_before: Iterable[str]) -> str:
    """List the cautions that the last answer did not have."""
    new = [c for c in all_cautions(recommendation) if c not in frozenset(shown_before)]
    return "\n".join(f"- {cited(KNOWLEDGE.cautions[c].text, KNOWLEDGE.cautions[c].source)}" for c in new)


_ALWAYS_BEHIND_THE_BUTTON = frozenset(
    {"cni-renal", "rtx-hbv", "jaki-boxed", "cyc-toxicity", "ivig-thrombosis", "nin-liver", "nin-pregnancy", "pjp"}
)
_SHOWN_AT_ONCE = frozenset(KNOWLEDGE.cautions) - _ALWAYS_BEHIND_THE_BUTTON


def all_cautions(recommendation: Recommendation) -> list[str]:
    """The ids of all cautions of a recommendation, those of the case first, each once."""
    at_options = (caution for option in recommendation.options for caution in option.cautions)
    return list(dict.fromkeys((*recommendation.cautions, *at_options)))


def _closing_remarks(case: Case, recommendation: Recommendation) -> list[str]:
    if case.previous_therapy is not None and "mycophenolate" not in (*case.taking, *case.tried):
        return [said("acr_chest_mycophenolate")]
    return []


def _grade(statement: Statement) -> str:
    if statement.strength is None:
        return "no grade given"
    return f"{statement.strength}, {statement.certainty} certainty"


def statement_line(statement: Statement) -> str:
    """Write a statement with its own grade, source, and whether it is still to be verified."""
    unverified = "" if statement.verified else "; secondary copy, to be verified"
    return f"{statement.id}: {statement.text} ({_grade(statement)}{unverified}) [{statement.source}]"


def _sources_line() -> str:
    return f"Source: ERS/EULAR 2025 [G1], doi {KNOWLEDGE.guideline.doi}"


def said(answer_id: str) -> str:
    """Write an answer of the knowledge as sentences, each with its source."""
    return " ".join(sentence_line(sentence) for sentence in KNOWLEDGE.answers[answer_id].sentences)


def sentence_line(sentence: Sentence) -> str:
    """Write a sentence with its source."""
    return cited(sentence.text, sentence.source)
