"""The messages of training around the cases: menu, help, who sees what. Every one is marked as fictional."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.replies.model import Button, Reply
from bot.training.choices import choices
from bot.training.library import requests
from bot.training.model import Step, TrainingCase
from bot.training.progress import TOPIC_NAMES
from bot.training.truth import steps_of

MARK = "**Training, fictional case**"

STOP = Button("Stop training", "stop training")
NEXT = Button("Next case", "next case")
MENU = Button("Topics and levels", "menu")
PROGRESS = Button("My progress", "my progress")
RESUME = Button("Resume my case", "resume my case")
HINT = Button("Hint", "hint")
SKIP = Button("Skip", "skip")
DECIDE = Button("Ready to decide", "ready")
REVEAL = Button("Show the answer", "reveal")
YES = Button("Yes", "yes")
NOT_NOW = Button("Not now", "not now")

LEVEL_NAMES = {"first_steps": "First steps", "standard": "Standard", "hard": "Hard"}
SELECTABLE = tuple(topic for topic in TOPIC_NAMES if topic != "work_up")

HELP = """\
I show a made-up patient and ask for one decision after the other; answer in your own words or by button, several \
things at once if you like.
- "hint", "skip", "why", "the case" help on the way; "stop training" stops, and the case waits for you.
- "my progress" shows how you are doing; "menu" offers topics and levels.
- "join CODE as NAME" joins a teacher's group; "who sees what" says what is kept;
- "delete my training data" deletes it."""

WHO_SEES_WHAT = """\
Kept of you: which decision of which case you made when, how it was graded, and whether you took a hint. Nothing that \
you type is kept there. You see it under "my progress". A teacher sees it only of the members of the teacher's group, \
under the name that they gave when joining. Whoever runs this assistant can read its database. \
"Delete my training data" deletes all of it."""

QUESTIONS = {
    Step.WORK_UP: "What else do you need to know? Ask, e.g. “DLCO?”, “previous CT?”; then say that you are ready.",
    Step.RED_FLAG: "Is there a red flag that comes before this pathway: rapid progression, or another disease?",
    Step.GOALS: "Which treatment goals failed: lung function, extent on CT, breathlessness?",
    Step.PPF: "Is this PPF (progressive pulmonary fibrosis), and by which criteria: symptoms, physiology, CT?",
    Step.TRIGGER: "Is the trigger of the add/switch line met?",
    Step.OPTIONS: "Which options are open: calcineurin inhibitor, rituximab, JAK inhibitor, cyclophosphamide, IVIG?",
    Step.NINTEDANIB: "And nintedanib?",
    Step.CAUTIONS: "Which cautions would you mind in this patient?",
}
"""What each decision asks."""
ASK_ON = "What else? Say “ready” when you want to decide."
NOT_READ = (
    "I could not read an answer in that. Say it in other words, choose a letter, or say “hint”, “skip” or “help”."
)
NOTHING_TO_LOOK_UP = "I know of nothing to look up under that name. Ask, e.g. “DLCO?”, “previous CT?”, or say “ready”."


def marked(reply: Reply) -> Reply:
    """Return a reply with the mark before its text.

    Channels send what an empty line divides as messages of their own; the mark belongs to each, so there is none.
    """
    return replace(reply, text=f"{MARK}\n{reply.text}".replace("\n\n", "\n"))


def opening(first: Sequence[Button] = ()) -> Reply:
    """Offer levels and topics."""
    levels = tuple(Button(name, f"level {name.lower()}") for name in LEVEL_NAMES.values())
    topics = tuple(Button(TOPIC_NAMES[topic], f"topic {TOPIC_NAMES[topic].lower()}") for topic in SELECTABLE)
    text = "Learn the next step by deciding it, on made-up patients. Choose a level or a topic."
    return Reply(text, (*first, NEXT, *levels, *topics, PROGRESS, STOP))


def after_case() -> Reply:
    """Ask how to go on after a case."""
    return Reply("How would you like to go on?", (NEXT, MENU, PROGRESS, STOP))


def presentation(case: TrainingCase) -> str:
    """The patient as first seen."""
    return f"**The case**\n{case.presentation}"


def revealed(case: TrainingCase, asked: Sequence[str]) -> str:
    """What was asked for so far, each under its name."""
    return "\n".join(finding_line(case, request) for request in asked if case.reveals(request))


def finding_line(case: TrainingCase, request: str) -> str:
    """One finding of the work-up, or that the record holds none."""
    finding = case.reveals(request)
    name = requests()[request].name
    said = finding.says if finding else "nothing beyond what the case says."
    return f"- {name}: {said}"


def question(case: TrainingCase, place: int, team: bool, votes: int, again: bool = False) -> Reply:
    """Ask for the decision at a place of the case, with its answers to choose from; the work-up is asked for at length
    once.
    """
    steps = steps_of(case)
    step = steps[place]
    asked = ASK_ON if again and step is Step.WORK_UP else QUESTIONS[step]
    lines = [f"**Step {place + 1} of {len(steps)}.** {asked}"]
    offered = lettered(case, step)
    lines += [f"{letter}) {text}" for letter, text in offered]
    buttons = tuple(Button(letter, text) for letter, text in offered)
    if step is Step.WORK_UP:
        return Reply("\n".join(lines), (DECIDE, HINT, STOP))
    if team:
        lines.append(f"Everybody votes, and may vote again. Votes so far: {votes}.")
        return Reply("\n".join(lines), (*buttons, REVEAL, HINT, STOP))
    return Reply("\n".join(lines), (*buttons, HINT, SKIP, STOP))


def lettered(case: TrainingCase, step: Step) -> list[tuple[str, str]]:
    """The answers to choose from, with their letters."""
    return list(zip("ABCDEF", choices(case, step), strict=False))
