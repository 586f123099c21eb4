"""Whether the clinician accepts "stable" as a goal met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language.facts import clause
from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Sentence, Token
from bot.language.vocabulary import load, words

_FACTS = load("facts")["stability"]
_WORDS = (
    Lexicon()
    .add_all("steady", {True: _FACTS["steady"]})
    .add_all("refused", {True: _FACTS["refused"]})
    .add_all("accepted", {True: _FACTS["accepted"]})
)
_UNDECIDED = words("facts", "undecided")
_WEAK = words("facts", "weak")
_LINKING = words("facts", "linking")
_VAGUE = words("facts", "vague")
_NOT = words("facts", "not")
_POINTS_BACK = frozenset({"that", "this", "it", "which", "us", "me"})
_LONGEST_ANAPHOR = 14
_REACH = 5
_BREAKS = frozenset({":", ";", ",", "but"})

Verdict = tuple[Mark, bool]


@dataclass(frozen=True, slots=True)
class Stability:
    """What one sentence says: a word for stability, a judgement on it, a judgement alone, and one that points back."""

    steady: bool = False
    stated: Verdict | None = None
    alone: Verdict | None = None
    pointing_back: Verdict | None = None


def told(sentence: Sentence) -> Stability:
    """Stability and judgements of one sentence; a question or an open decision judges nothing."""
    stated_part = _before_the_question(sentence) if sentence.asks else len(sentence.tokens)
    marks = [mark for mark in _WORDS.scan(sentence.tokens) if not stated_part or mark.last <= stated_part]
    steady = any(mark.kind == "steady" or _names_it(sentence.tokens, mark) for mark in marks)
    judged = [mark for mark in marks if mark.kind != "steady" and not _not_wanted(sentence.tokens, mark)]
    judged = [mark for mark in judged if not _feels(sentence.tokens, mark)]
    if not judged or not stated_part or _UNDECIDED & set(sentence.texts):
        return Stability(steady)
    strong = [mark for mark in judged if _judges(sentence.tokens, mark, marks)] if steady else []
    stated = (strong[-1], _accepts(sentence.tokens, strong)) if strong else None
    alone = (judged[-1], _accepts(sentence.tokens, judged))
    return Stability(steady, stated, alone, alone if _points_back(sentence, judged[-1]) else None)


def _before_the_question(sentence: Sentence) -> int:
    """ "I'm comfortable with stable, are you?": where the statement ends; 0 where all of it is asked."""
    texts = sentence.texts
    comma = next((at for at in range(len(texts) - 1, 0, -1) if texts[at] == ","), 0)
    opens = (texts[0] in _QUESTIONS and texts[1:2] != ("like",)) or "?" in texts[:comma]
    confirms = bool(_CONFIRMING & set(texts[comma + 1 : comma + 2])) or texts[comma + 1 : comma + 3] == ("is", "it")
    return 0 if opens or confirms or len(texts) - comma > _SHORT_QUESTION else comma


_SHORT_QUESTION = 8
_CONFIRMING = frozenset({"or", "isnt", "arent", "doesnt", "wouldnt", "right", "correct", "yes", "no", "ok", "agree"})
_QUESTIONS = words("lungs", "asking")


def _names_it(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "I take stable any day", "happy if it holds": the judgement holds the word for stability."""
    return any(
        token.text.startswith("stab")
        or (token.text in _HOLDS and "if" in {before.text for before in tokens[mark.first : mark.last]})
        for token in tokens[mark.first : mark.last]
    )


_HOLDS = frozenset({"holds", "hold", "stays", "lasts"})


def _not_wanted(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "The family does not want more tests": no wish for more of the lung."""
    refused = mark.kind == "refused" and tokens[mark.first].text in ("want", "wants", "need", "needs", "expect")
    return refused and any(token.text in _NOT for token in tokens[max(0, mark.first - 2) : mark.first])


def _feels(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Mrs A, who is delighted": how the patient feels, and no judgement on a goal."""
    lead = [token.text for token in tokens[max(0, mark.first - 2) : mark.first]]
    behind = tokens[mark.last].text if mark.last < len(tokens) else ""
    return lead[:1] in (["who"], ["she"], ["he"]) and lead[1:] in (["is"], ["was"]) and behind not in ("with", "to")


def accepting(tokens: Sequence[Token]) -> bool:
    """True where a sentence holds a word of acceptance: "is that good enough?"."""
    return any(mark.kind == "accepted" for mark in _WORDS.scan(tokens))


def _points_back(sentence: Sentence, mark: Mark) -> bool:
    """ "I can live with that", said right after stability: a plain judgement on a pronoun."""
    if len(sentence.tokens) > _LONGEST_ANAPHOR or not _POINTS_BACK & set(sentence.texts):
        return False
    vague = " ".join(sentence.texts[mark.first : mark.last]) in _VAGUE
    speaks = bool(_SPEAKERS & set(sentence.texts[max(0, mark.first - 2) : mark.first]))
    return not vague or (speaks and sentence.texts[mark.last : mark.last + 1] == ("with",))


def _accepts(tokens: Sequence[Token], judged: Sequence[Mark]) -> bool:
    """A refusal stays one; "not" before a word of acceptance turns it round."""
    if any(mark.kind == "refused" for mark in judged):
        return False
    last = judged[-1]
    begin, _ = clause(tokens, last.first, last.last, _BREAKS)
    return not any(token.text in _NOT for token in tokens[max(begin, last.first - 6) : last.first])


def _judges(tokens: Sequence[Token], mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "ok" and the like judge only behind a verb whose subject is stability or a pronoun: "stable is ok"."""
    text = " ".join(token.text for token in tokens[mark.first : mark.last])
    if text not in _WEAK:
        return True
    if _content_with(tokens, mark, marks) or _found_so(tokens, mark, marks) or _in_short(tokens, mark, marks):
        return True
    if mark.first == 0 or tokens[mark.first - 1].text not in _LINKING:
        return False
    reach = range(mark.first - _REACH, mark.first)
    return any(other.kind == "steady" and other.last - 1 in reach for other in marks) or any(
        tokens[at].text in _POINTS_BACK for at in reach if at >= 0
    )


def _content_with(tokens: Sequence[Token], mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "I'm fine with stable", "we are ok with no change": the clinician on the course, not the patient's state."""
    lead = {token.text for token in tokens[max(0, mark.first - 3) : mark.first]}
    opens = not mark.first or tokens[mark.first - 1].kind == "mark"
    if not (lead & _SPEAKERS or opens) or mark.last >= len(tokens) or tokens[mark.last].text not in ("with", "by"):
        return False
    return any(
        other.kind == "steady" and 0 < other.first - mark.last <= 4 and not _of_a_dose(tokens, other) for other in marks
    )


def _in_short(tokens: Sequence[Token], mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "Stable okay", "stability ok with us"."""
    before = next((other for other in marks if other.kind == "steady" and other.last == mark.first), None)
    behind = [token.text for token in tokens[mark.last : mark.last + 2]]
    plain = not behind or behind[0] in (",", "-") or (behind[0] in _FOR and behind[1:] and behind[1] in _JUDGES)
    named = before is not None and any(
        token.text[:4] in ("stab", "stea") for token in tokens[before.first : before.last]
    )
    return before is not None and named and before.first <= 1 and bool(plain)


_FOR = frozenset({"for", "with", "to", "by"})
_JUDGES = frozenset({"us", "me", "him", "her", "them", "everyone", "everybody", "both", "the", "all", "now"})


def _of_a_dose(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Stable doses", "the same regimen"."""
    return mark.last < len(tokens) and tokens[mark.last].text in _DOSES


_DOSES = frozenset({"dose", "doses", "dosing", "regimen", "treatment", "therapy", "medication", "drugs", "plan"})


_SPEAKERS = frozenset({"i", "im", "we", "id", "were", "me", "us"})


def _found_so(tokens: Sequence[Token], mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "Professor finds stabilisation sufficient", "I consider stable good enough"."""
    before = next((other for other in marks if other.kind == "steady" and other.last == mark.first), None)
    return before is not None and any(token.text in _FINDS for token in tokens[max(0, before.first - 3) : before.first])


_FINDS = frozenset(
    {"find", "finds", "found", "consider", "considers", "deem", "deems", "call", "calls", "think", "thinks"}
)
