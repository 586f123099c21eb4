"""The comparison as text: tables to print and lists to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.understanding import therapy
from bench.understanding.intents import Classified
from bench.understanding.scores import Ratio, Therapies, score_intents, score_therapies
from bench.understanding.therapy import Readings
from tests.language.evaluation.split import Message

OURS = "ours"
CLASSIFIER = f"{OURS}, classifier"
WITH_FACTS = f"{OURS}, with the facts"

THERAPY_NOTES = f"""\
Therapies taken now and before
Only messages that name an agent. "Takes none" and "not told" are the same here. ConText and DIET read turn by turn,
and the last turn that says now or before of an agent decides; only ours knows what had just been asked. ConText is
given the place of every agent by our lexicon; DIET finds them itself, trained on the development part (its figures
there are from {therapy.FOLDS} models, each trained without the messages that it reads).
P, R: precision and recall of agents; dangerous: messages with an agent taken now that was denied, past, planned or
somebody else's; not ours: messages with both lists right that we misread.\
"""
INTENT_NOTES = f"""\
Intents of questions that were written apart from the training data
no answer: questions that have an intent, but reached the fallback; refused: unknown ones that did; not ours: right here
and wrong in the row "{CLASSIFIER}". With the facts, a bare answer ("nope") is `inform` on purpose: it is read as one.
training s: little where Rasa still holds what it trained on the same examples before.\
"""
_THERAPY_COLUMNS = ("both right", "now P", "now R", "before P", "before R", "dangerous", "not ours", "ms a text")
_INTENT_COLUMNS = ("right", "macro F1", "no answer", "refused", "not ours", "training s", "ms a text")


def therapy_table(name: str, part: Sequence[Message], readings: Mapping[str, Readings]) -> Iterator[str]:
    """Yield the lines of one part: all messages, single ones and conversations, each as every program reads it."""
    naming = [message for message in part if therapy.names_an_agent(message)]
    groups = {
        "all": naming,
        "single messages": [message for message in naming if len(message.turns) == 1],
        "conversations": [message for message in naming if len(message.turns) > 1],
    }
    yield _row(name, _THERAPY_COLUMNS)
    for group, messages in groups.items():
        for program, (found, speed) in readings.items():
            got = score_therapies(therapy.gold(messages), found)
            ratios = (got.right, got.now_precision, got.now_recall, got.before_precision, got.before_recall)
            counts = (got.dangerous.part, len(only_right(messages, found, readings[OURS][0])))
            label = f"{f'{group} ({len(messages)})':23} {program}"
            yield _row(label, (*map(_percent, ratios), *map(str, counts), f"{speed:.1f}"))


def intent_table(asked: Sequence[tuple[str, str]], programs: Mapping[str, Classified]) -> Iterator[str]:
    """Yield a line for each program; `asked` is (intent, text) of every question."""
    expected = [intent for intent, _ in asked]
    yield _row(f"{len(expected)} questions", _INTENT_COLUMNS)
    for name, program in programs.items():
        got = score_intents(list(zip(expected, program.intents, strict=True)))
        ours = programs[CLASSIFIER].intents
        better = sum(a == right != b for right, a, b in zip(expected, program.intents, ours, strict=True))
        ratios = (_percent(got.right), f"{got.macro_f1:.1f} %", _percent(got.not_understood), _percent(got.refused))
        yield _row(name, (*ratios, str(better), f"{program.training_seconds:.0f}", f"{program.milliseconds:.1f}"))


def confusions(asked: Sequence[tuple[str, str]], program: Classified) -> Iterator[str]:
    """Yield what was taken for what, by intent, without the words of the questions."""
    expected = [intent for intent, _ in asked]
    for (intent, answer), count in score_intents(list(zip(expected, program.intents, strict=True))).confusions:
        yield f"{count} {intent} -> {answer}"


def only_right(
    messages: Sequence[Message], found: Mapping[str, Therapies], ours: Mapping[str, Therapies]
) -> list[Message]:
    """Return the messages that are right in `found` and wrong in ours."""
    gold = therapy.gold(messages)
    return [message for message in messages if found[message.id] == gold[message.id] != ours[message.id]]


def misread(messages: Sequence[Message], ours: Mapping[str, Therapies]) -> Iterator[str]:
    """Yield each message with what it says and what we read."""
    for message in messages:
        text = " | ".join(turn.text for turn in message.turns)
        expected = therapy.gold([message])[message.id]
        yield f"{message.id}: {text}\n    expected {_as_text(expected)}\n    ours     {_as_text(ours[message.id])}\n"


def _as_text(therapies: Therapies) -> str:
    return f"now {sorted(therapies.now)}, before {sorted(therapies.before)}"


def _row(label: str, cells: Sequence[str]) -> str:
    return f"{label:32}" + "".join(f"{cell:>11}" for cell in cells)


def _percent(ratio: Ratio) -> str:
    return "-" if ratio.percent is None else f"{ratio.percent:.1f} %"
