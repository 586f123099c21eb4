"""What surrounds a list of agents: headings, endings told afterwards, corrected names."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Mark
from bot.language.text import Sentence, Token
from bot.language.therapy_cues import CUES, has_dose
from bot.language.vocabulary import words


def ended(sentence: Sentence) -> Mark | None:
    """ "It was stopped", "was never prescribed": what became of what the sentence before spoke of."""
    for cue in CUES.scan(sentence.tokens):
        if (
            cue.kind == "never"
            and cue.value in ("either", "back")
            and cue.last - cue.first > 1
            and len(sentence.tokens) <= 14
        ):
            return cue
        if (
            cue.kind == "failed"
            and cue.first <= 2
            and sentence.tokens[0].text in ("all", "both", "neither", "none", "it", "which")
        ):
            return cue
        if cue.kind == "before" and cue.value in ("either", "back") and len(sentence.tokens) <= 14:
            words = {token.text for token in sentence.tokens[cue.first : cue.last]}
            if words & _ENDS:
                return cue
    return None


_ENDS = words("therapy", "ends")


def heading(sentence: Sentence, marks: Sequence[Mark]) -> str | None:
    """The status that a line such as "Previous treatment:" gives to what follows; "" where another heading begins."""
    tokens = sentence.tokens
    colon = next((index for index, token in enumerate(tokens[:8]) if token.text == ":"), None)
    if (
        colon is None
        and not marks
        and len(tokens) <= 7
        and sentence.end_mark in ("\n", "\n\n")
        and not any(token.text in (",", ".") for token in tokens)
    ):
        colon = len(tokens)
    if colon is None or any(mark.first < colon for mark in marks):
        return None
    words = {token.text for token in tokens[:colon]}
    statuses = [cue.kind for cue in CUES.scan(tokens[:colon])]
    if marks and words & {"question", "questions", "next", "discussion"}:
        return None
    if words & {"answer", "answers", "answering", "reply"}:
        return ""
    if words & _OTHER_PEOPLE:
        return "other_person"
    if words & _PLANS:
        return "planned"
    for status in ("never", "planned", "before", "now"):
        if status in statuses:
            return status
    if words & _REGIMENS:
        return (
            "before" if words & {"past", "previous", "prior", "former", "far", "history", "given", "course"} else "now"
        )
    return ""


_PLANS = words("therapy", "plans")


_OTHER_PEOPLE = frozenset({"family", "fhx", "fh"})


_REGIMENS = words("therapy", "regimens")


def beside_drugs(tokens: Sequence[Token], mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "MPA" is mycophenolate beside a dose, a status word or another agent; else it names a disease."""
    if has_dose(tokens, mark):
        return True
    if any(
        token.text in ("anca", "vasculitis", "ild", "mpo", "diagnosis", "diagnosed", "with")
        for token in tokens[max(0, mark.first - 2) : mark.last + 2]
    ):
        return False
    return any(other.first != mark.first and -6 <= other.first - mark.first <= 6 for other in marks) or any(
        cue.last == mark.first and cue.kind in ("now", "before", "failed", "never") for cue in CUES.scan(tokens)
    )


def swap(tokens: Sequence[Token], marks: Sequence[Mark]) -> tuple[Mark | None, Mark] | None:
    """A corrected name: "ciclosporin, not tacrolimus", "not tac but ciclosporin", "no, ciclosporin", "I meant MMF"."""
    named = [mark for mark in marks if mark.kind == "agent"]
    words = [token.text for token in tokens]
    if len(tokens) > 14 or not named:
        return None
    if len(named) == 2:
        first, second = named
        between = [word for word in words[first.last : second.first] if word != ","]
        lead = [word for word in words[: first.first] if word != ","]
        if (
            lead
            and lead[-1] in ("replace", "correct", "exchange", "overwrite")
            and between in (["by"], ["with"], ["to"], ["for"])
        ):
            return first, second
        if between in (["not"], ["and", "not"]) and not set(lead) - _SWAP_LEADS:
            return second, first
        if between in (["than"], ["rather", "than"], ["instead", "of"]) and lead and not set(lead) - _SWAP_LEADS:
            return second, first
        if lead and lead[-1] in ("wrote", "typed", "said", "read", "put") and set(between) & {"meant", "mean"}:
            return first, second
        if (
            lead[-1:] == ["not"]
            and not set(lead[:-1]) - _SWAP_LEADS
            and set(between) <= {"but", "its", "it", "is", "rather", "-", "he", "she", "on", "meant", "i"}
        ):
            return first, second
        if (
            between
            and set(between)
            <= {"should", "be", "read", "is", "meant", "was", "i", "say", "have", "been", "a", "typo", "for"}
            and {"should", "meant", "typo"} & set(between)
        ):
            return first, second
        return None
    lead = [word for word in words[: named[0].first] if word != ","]
    tail = [word for word in words[named[0].last :] if word not in (",", ".")]
    if (
        len(named) == 1
        and lead
        and lead[0] in ("no", "sorry", "correction", "meant", "oops", "i", "wait", "typo")
        and set(lead) <= _SWAP_LEADS
        and set(tail) <= {"instead", "sorry", "not"}
        and set(lead) & {"no", "sorry", "correction", "meant", "mean", "oops", "wait", "typo"}
    ):
        if lead[0] == "no" and "," not in words[: named[0].first] and len(lead) == 1:
            return None
        return None, named[0]
    return None


_SWAP_LEADS = words("therapy", "swap_leads")
