"""What stands behind the buttons of an answer: why, cautions, sources, options, and how to change something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.guideline import Case, Recommendation
from bot.guideline.case import CRITERIA, GOALS, PPF
from bot.guideline.knowledge import KNOWLEDGE, Source
from bot.replies.answer import all_cautions, nintedanib_line, option_list, reason, said, statement_line, summary
from bot.replies.model import Button, Reply
from bot.replies.words import SLOT_NAMES, capitalised, cited

NO_ANSWER_YET = "There is no recommendation yet. Tell me about the patient, or answer the question."


def why(case: Case, recommendation: Recommendation) -> Reply:
    """Explain the answer: the rule that applied, and the statements behind it, each with its own grade."""
    parts = [f"**Why: {summary(case, recommendation)}**", reason(case), _RULES[recommendation.status]]
    if recommendation.status != "out_of_scope":
        parts.append(nintedanib_line(case, recommendation))
    statements = [f"- {statement_line(statement)}" for statement in recommendation.statements]
    if statements:
        parts.append("\n".join(["**What the guideline says**", *statements]))
    if recommendation.status == "escalate" and "mycophenolate" not in (*case.taking, *case.tried):
        parts.append(said("acr_chest_mycophenolate"))
    return Reply("\n\n".join(part for part in parts if part))


_RULES: Mapping[str, str] = {
    "escalate": "At least one goal was not reached under immunosuppression: the add/switch line applies. [G1]",
    "goals_met": "No goal was missed under immunosuppression: the add/switch line does not apply. [G1]",
    "start_immunosuppression": "No immunosuppressant is taken or was tried: the add/switch line comes later. [G1]",
    "incomplete": "What is known does not yet decide whether the goals were reached.",
    "out_of_scope": "The line behind my answer is for myositis-associated ILD only. [G1]",
}


def cautions(recommendation: Recommendation) -> Reply:
    """List the cautions that fit this patient, each with its source: of the case first, then option by option."""
    if not all_cautions(recommendation):
        return Reply("No cautions of my list apply to what I know so far.")
    groups = [("This patient", recommendation.cautions)] if recommendation.cautions else []
    groups += [
        (capitalised(KNOWLEDGE.options[option.drug_class].label), option.cautions)
        for option in recommendation.options
        if option.cautions
    ]
    parts = ["**Cautions** (they flag, they remove no option)"]
    shown: set[str] = set()
    for title, ids in groups:
        lines = [f"- {_caution(caution)}" for caution in ids if caution not in shown]
        shown.update(ids)
        if lines:
            parts.append("\n".join([f"**{title}**", *lines]))
    return Reply("\n\n".join(parts))


def _caution(caution_id: str) -> str:
    caution = KNOWLEDGE.cautions[caution_id]
    return cited(caution.text, caution.source)


def sources(recommendation: Recommendation | None) -> Reply:
    """List the sources behind the answer, with DOI, statement grades, and what is still to be verified."""
    guideline = KNOWLEDGE.guideline
    parts = [
        f"**Guideline**\n{guideline.title}. {guideline.citation}. doi {guideline.doi}. Version {guideline.version}."
    ]
    if recommendation is not None and recommendation.statements:
        lines = [f"- {statement_line(statement)}" for statement in recommendation.statements]
        parts.append("\n".join(["**Statements, each with its own grade**", *lines]))
    used = _sources_used(recommendation)
    parts.append("\n".join(["**Sources**", *(f"- {source_line(KNOWLEDGE.sources[source])}" for source in used)]))
    return Reply("\n\n".join(parts))


def _sources_used(recommendation: Recommendation | None) -> list[str]:
    used = {"G1", "G2"}
    if recommendation is not None:
        for caution in all_cautions(recommendation):
            used.update(KNOWLEDGE.cautions[caution].source)
    return [source for source in KNOWLEDGE.sources if source in used]


def source_line(source: Source) -> str:
    """Write a source: "G1: name. citation. doi ..."."""
    parts = [source.name, source.citation or "", f"doi {source.doi}" if source.doi else ""]
    unverified = " (to be verified by a clinician against the primary text)" if not source.verified else ""
    return f"{source.id}: {'. '.join(part for part in parts if part)}{unverified}"


def options(case: Case, recommendation: Recommendation | None) -> Reply:
    """Show the add/switch options as they stand in this case, or the guideline's list where none apply."""
    if recommendation is None or recommendation.status != "escalate":
        text = said("options")
        if recommendation is not None:
            text += f"\n\nIn this case: {summary(case, recommendation)}"
        return Reply(text)
    return Reply(option_list(recommendation, case))


CHANGEABLE = ("current_therapy", "previous_therapy", *GOALS, PPF)
"""What the buttons under "Change something" ask for once more."""


def change() -> Reply:
    """Say how to correct something, with buttons for what is most often corrected."""
    buttons = tuple(Button(capitalised(SLOT_NAMES[name]), f'/change{{"fact": "{name}"}}') for name in CHANGEABLE)
    return Reply(
        'What should change? Just say it, e.g. "ciclosporin, not tacrolimus", "the CT is stable", '
        '"never had rituximab", or "scratch the CT".',
        buttons,
    )


def answers_about(agents: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of the answers on these agents, or on their classes, each once."""
    ids = (name for agent in agents for name in (agent, KNOWLEDGE.agents[agent].drug_class))
    return tuple(dict.fromkeys(name for name in ids if name in KNOWLEDGE.answers))


def titled_answer(answer_ids: Iterable[str]) -> Reply:
    """Answer a side question from the knowledge, each sentence with its source."""
    parts = []
    for answer_id in answer_ids:
        answer = KNOWLEDGE.answers[answer_id]
        parts.append("\n".join([f"**{answer.title}**", *(cited(s.text, s.source) for s in answer.sentences)]))
    return Reply("\n\n".join(parts))


def why_asked(slot: str | None) -> Reply:
    """Say why a question is asked."""
    return Reply(_WHY_ASKED.get(slot or "", _WHY_ASKED[""]))


_WHY_ASKED: Mapping[str, str] = {
    "": "I ask only for what can still change the answer: therapy, the three goals, fibrosis progression.",
    "current_therapy": "The line is about adding to, or switching from, what is taken now. [G1]",
    "previous_therapy": "What was tried before is not offered as new; it also shows that treatment has begun. [G1]",
    "goal_lung_function": "Improvement in lung function is one of the three treatment goals. [G1]",
    "goal_ild_extent": "Reduction in the extent of ILD is one of the three treatment goals. [G1]",
    "goal_breathlessness": "Relief of breathlessness is one of the three treatment goals. [G1]",
    "stability_acceptable": (
        "The goals say improvement, while published cohorts often count stabilisation as success; so you decide. [G1]"
    ),
    PPF: "Nintedanib is added in progressive pulmonary fibrosis (PPF) only. [G1]",
    "fibrosis_on_ct": "PPF needs fibrosis on imaging. [G2]",
    **dict.fromkeys(CRITERIA, "PPF needs two of three criteria within the past year: symptoms, physiology, CT. [G2]"),
    "clarifications": "What you wrote can be read in more than one way, and I do not guess.",
}
