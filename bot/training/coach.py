"""The dialogue of training: one message in, the new state and the replies out. It knows no Rasa and no channel."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.replies.answer import summary
from bot.replies.model import Reply
from bot.training import texts
from bot.training.commands import asks_something, command, level_in, opens_training, own_record, requests_in, topic_in
from bot.training.grading import Graded, grade, grade_work_up
from bot.training.library import revealing, written_cases
from bot.training.memory import Memory, Result, last_cases
from bot.training.model import Grade, Level, Step, Topic, TrainingCase
from bot.training.progress import delete_picture, picture, progress_of, progress_text
from bot.training.reasons import GRADE_WORDS, explanation, feedback, hint
from bot.training.schedule import case_by_id, next_case
from bot.training.session import Session, Stage
from bot.training.truth import point_of, steps_of, topic_of, truth_of, what_matters

_JOIN = re.compile(r"\bjoin\s+(?:group\s+)?([A-Za-z0-9]{8})\b(?:\s+as\s+(.{1,60}))?\s*$", re.I)
_ANYWHERE = ("stop", "menu", "progress", "forget", "groups", "leave_group", "help", "team")
_IN_CASE = ("hint", "skip", "why", "repeat", *_ANYWHERE)
_IN_WORK_UP = ("decide", "skip", "hint", "repeat", *_ANYWHERE)
_IN_MENU = ("next", "resume", "repeat", *_ANYWHERE)


@dataclass(frozen=True)
class Turn:
    """What a message did: the state after it (None where training has ended) and what to say.

    understood: False where the message was no answer and no command, so that a side question may be looked for
    image: a picture to send with the first reply
    """

    session: Session | None
    said: tuple[Reply, ...] = ()
    understood: bool = True
    image: Path | None = None


@dataclass(frozen=True)
class Person:
    """Whose memory it is, and, in a team channel, who of them speaks."""

    resident: str
    voice: str


class Coach:
    """Leads residents through cases."""

    def __init__(self, memory: Memory, pictures: Path, now: Callable[[], datetime], draw: random.Random) -> None:
        """Pictures of progress are kept in a folder until they are drawn anew or deleted."""
        self._memory = memory
        self._pictures = pictures
        self._now = now
        self._draw = draw

    # The beginning and the end

    def begin(self, person: Person, text: str) -> Turn:
        """Open training: at once with a case where the message names a level or a topic."""
        left = self._left_open(person)
        if left and command(_without_train(text), "resume"):
            return Turn(left, (Reply("Here is your case again."), *self._recap(left)))
        asked = own_record(text)
        if asked:
            return self._anywhere(asked, Session(), person)
        session = Session(team="team" in text.lower() or "us" in text.lower().split())
        named, level, topic = _named_case(text), level_in(text), topic_in(text)
        if named:
            return self._open(session, person, named)
        if level or topic or session.team:
            return self._start(session, person, level, topic)
        return Turn(session)

    def _left_open(self, person: Person) -> Session | None:
        stored = self._memory.open_case(person.resident)
        if not stored:
            return None
        session = Session.from_dict(stored)
        try:
            case_by_id(session.case or "")
        except KeyError:  # the case was taken out since
            return None
        return session

    def keep(self, person: Person, session: Session | None) -> None:
        """Keep an open case for another day; a menu needs no keeping."""
        if session is not None and session.stage is Stage.CASE:
            self._memory.keep_open(person.resident, session.as_dict())

    def question(self, session: Session, person: Person) -> Reply:
        """Ask what is open."""
        if session.stage is Stage.CASE:
            return texts.question(
                _case(session), session.place, session.team, len(session.votes), bool(session.asked or session.hinted)
            )
        if session.stage is Stage.JOINING and session.group:
            return Reply(f"Join as “{session.group[1]}”?", (texts.YES, texts.NOT_NOW))
        if session.stage is Stage.DELETING:
            return Reply("Delete all your training data? This cannot be undone.", (texts.YES, texts.NOT_NOW))
        if session.fresh:
            return texts.opening((texts.RESUME,) if self._left_open(person) else ())
        return texts.after_case()

    # Messages

    def turn(self, session: Session, person: Person, text: str) -> Turn:
        """Take a message."""
        asked_to_join = _JOIN.search(text.strip())
        if asked_to_join:
            return self._ask_to_join(session, person, asked_to_join[1], asked_to_join[2])
        if session.stage in (Stage.JOINING, Stage.DELETING):
            return self._confirm(session, person, text)
        if session.stage is Stage.MENU:
            return self._in_menu(session, person, text)
        step = _step(session)
        if step is Step.WORK_UP:
            return self._in_work_up(session, person, text)
        return self._in_case(session, person, text)

    def _anywhere(self, name: str, session: Session, person: Person) -> Turn:
        does: Mapping[str, Callable[[Session, Person], Turn]] = {
            "stop": self._stop,
            "menu": self._show_menu,
            "progress": self._show_progress,
            "forget": lambda s, p: Turn(replace(s, stage=Stage.DELETING)),
            "groups": self._who_sees_what,
            "leave_group": self._leave_groups,
            "help": lambda s, p: Turn(s, (Reply(texts.HELP),)),
            "team": self._begin_team,
        }
        return does[name](session, person)

    def _show_menu(self, session: Session, person: Person) -> Turn:
        self.keep(person, session)
        return Turn(Session(team=session.team))

    def _stop(self, session: Session, person: Person) -> Turn:
        self.keep(person, session)
        waits = " Your case waits: “train me” offers it again." if session.stage is Stage.CASE else ""
        return Turn(None, (Reply(f"Training has stopped.{waits}"),))

    # The menu

    def _in_menu(self, session: Session, person: Person, text: str) -> Turn:
        name = command(text, *_IN_MENU)
        if name == "resume":
            left = self._left_open(person)
            return Turn(left, self._recap(left)) if left else Turn(session, (Reply("No case is open."),))
        if name == "next":
            level = Level(session.level) if session.level else None
            return self._start(session, person, level, Topic(session.topic) if session.topic else None)
        if name in _ANYWHERE:
            return self._anywhere(str(name), session, person)
        named, level, topic = _named_case(text), level_in(text), topic_in(text)
        if named:
            return self._open(session, person, named)
        if (level or topic) and len(text.split()) <= 6 and not asks_something(text):
            return self._start(session, person, level, topic)
        return self.begin(person, text) if opens_training(text) else Turn(session, understood=False)

    def _begin_team(self, session: Session, person: Person) -> Turn:
        return self._start(replace(session, team=True), person, None, None)

    def _start(self, session: Session, person: Person, level: Level | None, topic: Topic | None) -> Turn:
        results = self._memory.results(person.resident)
        due = self._memory.due(person.resident, self._now())
        case = next_case(last_cases(results, len(results)), due, level, topic, self._draw)
        return self._open(replace(session, level=level, topic=topic), person, case)

    def _open(self, session: Session, person: Person, case: TrainingCase) -> Turn:
        started = Session(Stage.CASE, case.id, level=session.level, topic=session.topic, team=session.team)
        self._memory.keep_open(person.resident, started.as_dict())
        return Turn(started, (Reply(texts.presentation(case)),))

    def _recap(self, session: Session) -> tuple[Reply, ...]:
        case = _case(session)
        known = _known_requests(session, case)
        parts = [texts.presentation(case), *([texts.revealed(case, known)] if known else [])]
        return (Reply("\n".join(parts)),)

    # The work-up

    def _in_work_up(self, session: Session, person: Person, text: str) -> Turn:
        name = command(text, *_IN_WORK_UP)
        if name in ("decide", "skip"):
            return self._decide(session, person)
        if name == "hint":
            return self._hint(session)
        if name == "repeat":
            return Turn(session, self._recap(session))
        if name:
            return self._anywhere(name, session, person)
        case = _case(session)
        requests = tuple(dict.fromkeys(revealing(case, request) for request in requests_in(text)))
        if not requests:
            return Turn(session, understood=False)
        asked = tuple(dict.fromkeys((*session.asked, *requests)))
        lines = "\n".join(texts.finding_line(case, request) for request in requests)
        return Turn(replace(session, asked=asked), (Reply(lines),))

    def _decide(self, session: Session, person: Person) -> Turn:
        case = _case(session)
        graded = grade_work_up(session.asked, what_matters(case))
        rest = [finding.request for finding in case.work_up if finding.request not in session.asked]
        said = feedback(case, Step.WORK_UP, graded)
        if rest:
            said += f"\nThe rest of the work-up:\n{texts.revealed(case, rest)}"
        return self._graded(session, person, graded, (Reply(said),))

    # The decisions

    def _in_case(self, session: Session, person: Person, text: str) -> Turn:
        if session.team and command(text, "reveal"):
            return self._count_votes(session, person)
        name = command(text, *_IN_CASE)
        if name == "stop" and _answers_by_stopping(_step(session), text):
            return self._answer(session, person, text)
        if name == "hint":
            return self._hint(session)
        if name == "skip":
            return self._skip(session, person)
        if name == "repeat":
            return Turn(session, self._recap(session))
        if name == "why" or (asks_something(text) and text.lower().lstrip().startswith("why")):
            return self._why(session)
        if name:
            return self._anywhere(name, session, person)
        told = _asked_for(_case(session), text)
        if told and (text.rstrip().endswith("?") or asks_something(text)):
            return Turn(session, (Reply(told),))
        if asks_something(text):
            return Turn(session, understood=False)
        return self._answer(session, person, text)

    def _answer(self, session: Session, person: Person, text: str) -> Turn:
        case, step = _case(session), _step(session)
        answer = _chosen(case, step, text) or text
        graded = grade(step, answer, truth_of(case.facts()))
        if graded is None:
            told = _asked_for(case, text)
            return Turn(session, (Reply(told),)) if told else Turn(session, understood=False)
        if session.team:
            return Turn(replace(session, votes={**session.votes, person.voice: answer}), (Reply("Vote taken."),))
        return self._graded(session, person, graded, (Reply(feedback(case, step, graded)),))

    def _hint(self, session: Session) -> Turn:
        given = hint(_case(session), _step(session), session.asked)
        return Turn(replace(session, hinted=True), (Reply(f"Hint: {given}"),))

    def _skip(self, session: Session, person: Person) -> Turn:
        graded = Graded(Grade.SKIPPED)
        return self._graded(session, person, graded, (Reply(feedback(_case(session), _step(session), graded)),))

    def _why(self, session: Session) -> Turn:
        """Explain the last decision; before there is one, the hint is all that can be said."""
        done = [step for step in steps_of(_case(session))[: session.place] if step is not Step.WORK_UP]
        if not done:
            return Turn(session, understood=False)
        return Turn(session, (Reply(explanation(_case(session), done[-1])),))

    def _graded(self, session: Session, person: Person, graded: Graded, said: tuple[Reply, ...]) -> Turn:
        """Keep the result and go on to the next decision, or close the case."""
        case, step = _case(session), _step(session)
        self._record(session, person.resident, graded.grade)
        grades = {**session.grades, str(step): str(graded.grade)}
        further = replace(session, place=session.place + 1, grades=grades, hinted=False, votes={})
        if further.place < len(steps_of(case)):
            self._memory.keep_open(person.resident, further.as_dict())
            return Turn(further, said)
        self._memory.keep_open(person.resident, None)
        over = Session(fresh=False, level=session.level, topic=session.topic, team=session.team)
        return Turn(over, (*said, Reply(_closing(case, grades))))

    def _record(self, session: Session, resident: str, grade_given: Grade) -> None:
        case, step = _case(session), _step(session)
        point = point_of(case, step)
        result = Result(case.id, step, point, topic_of(point), grade_given, session.hinted, self._now())
        self._memory.record(resident, result)

    # Team mode

    def _count_votes(self, session: Session, person: Person) -> Turn:
        """Close the vote: how the group decided, then the answer; each voter's result is kept as their own."""
        case, step = _case(session), _step(session)
        if not session.votes:
            return Turn(session, (Reply("Nobody has voted yet."),))
        truth = truth_of(case.facts())
        graded = {voice: grade(step, text, truth) or Graded(Grade.SKIPPED) for voice, text in session.votes.items()}
        for voice, given in graded.items():
            if voice != person.resident:
                self._record(session, voice, given.grade)
        counts = Counter(session.votes.values())
        lines = [f"- {count} × {text}" for text, count in counts.most_common()]
        right = sum(given.grade is Grade.RIGHT for given in graded.values())
        leading = counts.most_common(1)[0][0]
        decided = grade(step, leading, truth) or Graded(Grade.SKIPPED)
        tally = "\n".join(["**How the group decided**", *lines, f"{right} of {len(graded)} right. Most voted:"])
        return self._graded(session, person, decided, (Reply(f"{tally}\n{feedback(case, step, decided)}"),))

    # Progress, groups, deletion

    def _show_progress(self, session: Session, person: Person) -> Turn:
        now = self._now()
        results = self._memory.results(person.resident)
        progress = progress_of(results, len(self._memory.due(person.resident, now)), now.date())
        drawn = picture(progress, self._pictures, person.resident) if progress.decisions else None
        return Turn(session, (Reply(progress_text(progress)),), image=drawn)

    def _who_sees_what(self, session: Session, person: Person) -> Turn:
        names = ", ".join(group.name for group in self._memory.groups_of(person.resident))
        groups = f"Your groups: {names}. “Leave group” ends that." if names else "You are in no group."
        return Turn(session, (Reply(f"{texts.WHO_SEES_WHAT}\n{groups}"),))

    def _ask_to_join(self, session: Session, person: Person, code: str, name: str | None) -> Turn:
        group = self._memory.group(code)
        if group is None:
            return Turn(session, (Reply("There is no group with this code. Please check it with your teacher."),))
        chosen = (name or f"Resident {len(self._memory.members(code)) + 1}").strip().replace("*", "")
        text = f"The group is “{group.name}”.\n{texts.WHO_SEES_WHAT}"
        return Turn(replace(session, stage=Stage.JOINING, group=(group.code, chosen)), (Reply(text),))

    def _leave_groups(self, session: Session, person: Person) -> Turn:
        for group in self._memory.groups_of(person.resident):
            self._memory.leave(person.resident, group.code)
        return Turn(session, (Reply("You are in no group now; no teacher sees your results."),))

    def _confirm(self, session: Session, person: Person, text: str) -> Turn:
        back = replace(session, stage=Stage.CASE if session.case else Stage.MENU, group=None)
        if command(text, "yes") != "yes":
            return Turn(back, (Reply("Nothing was changed."),))
        if session.stage is Stage.JOINING and session.group:
            self._memory.join(person.resident, *session.group)
            return Turn(back, (Reply(f"You have joined as “{session.group[1]}”."),))
        count = self._memory.forget(person.resident)
        delete_picture(self._pictures, person.resident)
        return Turn(Session(), (Reply(f"Deleted: {count} results, your plan, your open case and your groups."),))


def not_read(session: Session) -> Reply:
    """Say that a message was not understood, and what would be."""
    in_work_up = session.stage is Stage.CASE and _step(session) is Step.WORK_UP
    return Reply(texts.NOTHING_TO_LOOK_UP if in_work_up else texts.NOT_READ)


def _case(session: Session) -> TrainingCase:
    return case_by_id(session.case or "")


def _step(session: Session) -> Step:
    return steps_of(_case(session))[session.place]


def _asked_for(case: TrainingCase, text: str) -> str:
    """The findings that a message asks for once more; empty where it asks for none that the case holds."""
    named = dict.fromkeys(revealing(case, request) for request in requests_in(text))
    return "\n".join(texts.finding_line(case, request) for request in named if case.reveals(request))


def _known_requests(session: Session, case: TrainingCase) -> tuple[str, ...]:
    """What is on the table: what was asked for, and everything once the work-up is over."""
    if _step(session) is Step.WORK_UP:
        return session.asked
    return tuple(finding.request for finding in case.work_up)


_STOP_IT = re.compile(r"(?:stop|pause)(?: (?:it|nintedanib|ofev))?[.!]?", re.I)


def _answers_by_stopping(step: Step, text: str) -> bool:
    """ "Stop it" may speak of nintedanib; "stop training" never does."""
    return step is Step.NINTEDANIB and _STOP_IT.fullmatch(text.strip()) is not None


def _chosen(case: TrainingCase, step: Step, text: str) -> str | None:
    """The answer of a letter: "B", "b)", "answer b"."""
    letter = re.fullmatch(r"(?:answer|option)?\s*([a-f])\s*[).]?", text.strip(), re.I)
    return dict(texts.lettered(case, step)).get(letter[1].upper()) if letter else None


def _named_case(text: str) -> TrainingCase | None:
    """The written case that a message names by its id, as a teacher may give it out."""
    words = text.lower().split()
    return next((case for case in written_cases().values() if case.id in words), None)


def _without_train(text: str) -> str:
    return re.sub(r"/?train(ing)?", "", text, flags=re.I).strip()


def _closing(case: TrainingCase, grades: Mapping[str, str]) -> str:
    """Sum up a case: how the decisions went, and what the assistant itself would have answered."""
    counts = Counter(grades.values())
    parts = [f"{counts[given]} {GRADE_WORDS[given].rstrip('.').lower()}" for given in Grade if counts[given]]
    truth = truth_of(case.facts())
    return f"**The case is finished**: {', '.join(parts)}.\nIn one line: {summary(truth.case, truth.recommendation)}"
