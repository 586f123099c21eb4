"""Why an answer was right or wrong, what would help, and what stands behind it: from the facts and the knowledge files.

Clinical sentences come from the guideline knowledge or from traps.yml, each with its source; the rest says what is in
the case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.guideline.case import CRITERIA
from bot.guideline.knowledge import KNOWLEDGE
from bot.replies import details
from bot.replies.answer import nintedanib_line, option_line, reason, sentence_line
from bot.replies.words import agent_names, cited, enumerate_words
from bot.training.choices import CRITERION_WORDS, GOAL_WORDS
from bot.training.grading import Graded
from bot.training.library import requests, traps
from bot.training.model import Grade, Step, TrainingCase
from bot.training.truth import Truth, truth_of, what_matters

GRADE_WORDS = {
    Grade.RIGHT: "Right.",
    Grade.PARTLY: "Partly right.",
    Grade.WRONG: "Not right.",
    Grade.SKIPPED: "Skipped.",
}


def feedback(case: TrainingCase, step: Step, graded: Graded) -> str:
    """Say what an answer was: the grade, what was missed or wrong about it, and the reason with its source."""
    truth = truth_of(case.facts())
    parts = [f"**{GRADE_WORDS[graded.grade]}**", *_flaws(step, graded), reason_for(case, step, truth)]
    return " ".join(part for part in parts if part)


def _flaws(step: Step, graded: Graded) -> list[str]:
    name = _NAMES.get(step)
    if name is None:
        return []
    missed = [name(item) for item in graded.missed]
    false = [name(item) for item in graded.false if item not in ("verdict", "count", "elsewhere")]
    lines = [f"Missed: {enumerate_words(missed)}."] if missed and not _said_by_the_reason(step, graded) else []
    return lines + ([f"Not so: {enumerate_words(false)}."] if false else [])


def _said_by_the_reason(step: Step, graded: Graded) -> bool:
    """Whether the reason names what was missed, and nothing else."""
    return step in (Step.CAUTIONS, Step.RED_FLAG) or (step is Step.WORK_UP and graded.grade is Grade.WRONG)


_FLAG_WORDS = {
    "rapid": "rapid progression",
    "other_disease": "another disease than myositis",
}
_NAMES: Mapping[Step, Callable[[str], str]] = {
    Step.GOALS: lambda goal: GOAL_WORDS[goal],
    Step.PPF: lambda criterion: CRITERION_WORDS[criterion],
    Step.OPTIONS: lambda option: KNOWLEDGE.options[option].label if option in KNOWLEDGE.options else option,
    Step.CAUTIONS: lambda caution: _caution_name(caution),
    Step.RED_FLAG: lambda flag: _FLAG_WORDS[flag],
    Step.WORK_UP: lambda request: requests()[request].name,
}


def _caution_name(caution: str) -> str:
    from bot.training.answers.cautions import words

    return words()[caution].name


def reason_for(case: TrainingCase, step: Step, truth: Truth) -> str:
    """Return the reason of the right answer: what is in the case, and the sentence that decides it, with its source."""
    own = [trap_line(trap) for trap in case.traps if traps()[trap].step == step]
    return "\n".join([_REASONS[step](case, truth), *own])


def trap_line(trap: str) -> str:
    """Write what is said of a trap, with its source."""
    return cited(traps()[trap].text, traps()[trap].source)


def _goals(_case: TrainingCase, truth: Truth) -> str:
    return f"{reason(truth.case)} {sentence_line(KNOWLEDGE.answers['goals'].sentences[0])}"


def _ppf(_case: TrainingCase, truth: Truth) -> str:
    verdict = {"yes": "There is PPF.", "no": "There is no PPF.", None: "PPF cannot be decided."}[truth.ppf]
    if truth.slots.get("ppf_stated"):
        verdict += " That is the word of the ILD meeting."
    if truth.slots.get("fibrosis_on_ct") is False:
        verdict += " The CT shows no fibrosis."
    met = [(CRITERION_WORDS[name], truth.criteria[name]) for name in CRITERIA]
    marks = ", ".join(f"{name} {({True: 'met', False: 'not met', None: 'open'})[value]}" for name, value in met)
    return f"{verdict} Criteria: {marks}. {sentence_line(KNOWLEDGE.answers['ppf'].sentences[0])}"


def _trigger(_case: TrainingCase, truth: Truth) -> str:
    status = truth.recommendation.status
    if status == "escalate":
        line = KNOWLEDGE.statements["A1"]
        return f"The trigger is met. {reason(truth.case)} {cited(line.text, (line.source,))}"
    if status == "goals_met":
        return f"The trigger is not met. {reason(truth.case)} The add/switch line does not apply. [G1]"
    if status == "incomplete":
        return f"It depends. {reason(truth.case)} {sentence_line(KNOWLEDGE.answers['stable'].sentences[0])}"
    if status == "start_immunosuppression":
        return "Not met: no immunosuppressant is taken, and none was tried: the add/switch line comes later. [G1]"
    return "Not met: the disease is not myositis, so the line does not apply. [G1]"


def _options(_case: TrainingCase, truth: Truth) -> str:
    """The options in two sentences, those that are used up with the reason."""
    special = [o for o in truth.recommendation.options if not o.is_open or o.action == "switch"]
    plain = [KNOWLEDGE.options[o.drug_class].label for o in truth.recommendation.options if o not in special]
    lines = [f"{option_line(option, truth.case)}." for option in special]
    lines += [f"Open: {enumerate_words(plain)}."] if plain else []
    return " ".join(lines) + " A list, not a ranking. [G1]"


def _nintedanib(_case: TrainingCase, truth: Truth) -> str:
    line = nintedanib_line(truth.case, truth.recommendation).replace("**", "").splitlines()[0]
    line = line.replace("Nintedanib: not indicated:", "Nintedanib is not indicated:")
    # What is taken goes on without a word of the guideline; the line on it says when it is added.
    return line if "[" in line else f"{line} {sentence_line(KNOWLEDGE.answers['nintedanib'].sentences[0])}"


def _cautions(_case: TrainingCase, truth: Truth) -> str:
    shown = truth.own_cautions or truth.cautions[:2]
    lines = [f"- {cited(KNOWLEDGE.cautions[c].text, KNOWLEDGE.cautions[c].source)}" for c in shown]
    rest = len(truth.cautions) - len(shown)
    head = "What this patient brings up:" if truth.own_cautions else "From the labels, for example:"
    return "\n".join([head, *lines, *([f'And {rest} more of the labels: "why" lists them.'] if rest else [])])


def _red_flag(case: TrainingCase, truth: Truth) -> str:
    if not truth.red_flags:
        return "No rapid progression is told, and the disease is myositis."
    found = enumerate_words(_FLAG_WORDS[flag] for flag in sorted(truth.red_flags))
    lines = [f"The red flag here: {found}."]
    if "rapid" in truth.red_flags and "rapid" not in case.traps:
        lines.append(trap_line("rapid"))
    return " ".join(lines)


def _work_up(case: TrainingCase, truth: Truth) -> str:
    matters = [requests()[request].name for request in what_matters(case)]
    return f"What decides here: {enumerate_words(matters)}." if matters else "The presentation held what decides here."


_REASONS: Mapping[Step, Callable[[TrainingCase, Truth], str]] = {
    Step.WORK_UP: _work_up,
    Step.RED_FLAG: _red_flag,
    Step.GOALS: _goals,
    Step.PPF: _ppf,
    Step.TRIGGER: _trigger,
    Step.OPTIONS: _options,
    Step.NINTEDANIB: _nintedanib,
    Step.CAUTIONS: _cautions,
}


def hint(case: TrainingCase, step: Step, asked: Iterable[str] = ()) -> str:
    """Return a hint: the rule that decides, not the decision."""
    truth = truth_of(case.facts())
    if step is Step.WORK_UP:
        left = len(set(what_matters(case)) - set(asked))
        return f"{left} more finding{'s' if left != 1 else ''} of the work-up would change an answer."
    if step is Step.CAUTIONS:
        return (
            f"{len(truth.cautions)} cautions of my list apply. Look at each open option, at what is taken now "
            f"({agent_names(truth.case.taking)}), and at the patient."
        )
    if step is Step.OPTIONS and truth.options["calcineurin_inhibitor"].action == "switch":
        return sentence_line(KNOWLEDGE.answers["calcineurin_inhibitor"].sentences[0])
    answer, count = _HINTS[step]
    return " ".join(sentence_line(sentence) for sentence in KNOWLEDGE.answers[answer].sentences[:count])


_HINTS: Mapping[Step, tuple[str, int]] = {
    Step.RED_FLAG: ("rapidly_progressive", 1),
    Step.GOALS: ("goals", 1),
    Step.PPF: ("ppf", 5),
    Step.TRIGGER: ("options", 1),
    Step.OPTIONS: ("options", 1),
    Step.NINTEDANIB: ("nintedanib", 2),
}


def explanation(case: TrainingCase, step: Step) -> str:
    """Return what stands behind a decision, at length."""
    truth = truth_of(case.facts())
    parts = [reason_for(case, step, truth)]
    if step is Step.CAUTIONS:
        parts = [details.cautions(truth.recommendation).text]
    elif step is Step.OPTIONS:
        parts = [details.options(truth.case, truth.recommendation).text, *parts[1:]]
    elif step is Step.TRIGGER:
        parts.append(details.why(truth.case, truth.recommendation).text)
    answers = _BEHIND.get(step)
    return "\n\n".join([*parts, *([details.titled_answer(answers).text] if answers else [])])


_BEHIND: Mapping[Step, tuple[str, ...]] = {
    Step.RED_FLAG: ("rapidly_progressive",),
    Step.GOALS: ("goals", "stable"),
    Step.PPF: ("ppf", "ppf_alternatives"),
    Step.NINTEDANIB: ("nintedanib",),
}
