"""What surrounds a list of agents: headings, endings told afterwards, corrected names."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.language import unknown_drugs
from bot.language.dosing import has_dose
from bot.language.lexicon import Mark
from bot.language.text import Sentence, Token
from bot.language.therapy_cues import CUES, cues_of
from bot.language.times import HALF_A_YEAR, When, today_in_months
from bot.language.vocabulary import NUMBER_WORDS, words


@dataclass(frozen=True)
class Later:
    """What a sentence without an agent says of those named before it: of the last ones, or of the last `count`."""

    cue: Mark
    count: int | None = None
    first: bool = False  # of the first ones of a list
    several: bool = False  # of those of the last sentence, where these are several: "they"


def of_the_infusions(tokens: Sequence[Token], whens: Sequence[When]) -> int | None:
    """ "The pulses were last year, six and done": where it ends; None where the sentence tells no end of infusions."""
    texts = [token.text for token in tokens]
    named = next((at for at in range(1, len(texts)) if texts[at] in _INFUSED and texts[at - 1] in _THE), None)
    if named is None or named > _NEAR_THE_START or len(texts) > _LONGEST_ASIDE:
        return None
    ended = any(cue.kind == "before" and cue.act == "stop" for cue in cues_of(tokens, set(), whens))
    over = any(
        (when.kind == "ago" and when.months > HALF_A_YEAR)
        or (when.kind == "date" and today_in_months() - when.months > HALF_A_YEAR)
        for when in whens
    )
    last_year = any(pair in _LAST_YEAR for pair in itertools.pairwise(texts))
    return len(texts) if (ended or over or last_year) and not _NOT_OVER & set(texts) else None


_INFUSED = frozenset({"pulses", "infusions", "cycles", "drips", "boluses"})
_THE = frozenset({"the", "her", "his", "those", "these"})
_NEAR_THE_START = 3
_LAST_YEAR = frozenset({("last", "year"), ("years", "back"), ("last", "spring"), ("last", "winter")})
_NOT_OVER = frozenset({"next", "continue", "continues", "again", "resumed", "not", "never", "if", "?"})


def stopped_it(tokens: Sequence[Token], whens: Sequence[When]) -> Mark | None:
    """ "... and we stopped it for good", "... and it was stopped": who reads it knows that a treatment is meant."""
    for cue in cues_of(tokens, set(), whens):
        if cue.act != "stop" or cue.kind != "before" or not cue.first:
            continue
        object_ = cue.last < len(tokens) and tokens[cue.last].text in ("it", "them")
        subject = tokens[cue.first - 1].text in ("it", "they") and tokens[cue.first].text in _PASSIVE
        if (object_ and tokens[cue.first - 1].text in _WHO_STOPS) or subject:
            return cue
    return None


_WHO_STOPS = frozenset({"we", "i", "she", "he", "they", "gp", "patient", "and"})
_PASSIVE = frozenset({"was", "were", "is", "has", "had"})


def told_later(tokens: Sequence[Token], whens: Sequence[When]) -> Later | None:
    """ "It was stopped", "restarted in May", "all four failed", "was never collected"."""
    tokens = _without_the_reason(tokens)
    plainly = stopped_it(tokens, whens)
    if plainly is not None:
        return Later(plainly)
    if len(tokens) > _LONGEST_ASIDE:
        return None
    skip = next((at for at, token in enumerate(tokens) if token.text not in BEFORE_A_CORRECTION), 0)
    if skip:  # "sorry, both have been stopped"
        shifted = [replace(when, first=when.first - skip, last=when.last - skip) for when in whens]
        later = told_later(tokens[skip:], [when for when in shifted if when.first >= 0])
        moved = later and replace(later.cue, first=later.cue.first + skip, last=later.cue.last + skip)
        return replace(later, cue=moved) if later and moved else None
    past = _lies_in_the_past(tokens, whens)
    if past is not None:
        return Later(past)
    back_on = next((at for at in range(len(tokens) - 2) if _texts(tokens, at, at + 3) in _BACK_ON), None)
    if back_on is not None:
        return Later(Mark("started", "back", back_on, back_on + 3, "restart"))  # "now back on it"
    cues = [cue for cue in cues_of(tokens, set(), whens) if cue.kind in _TELLING and not _is_small(tokens, cue)]
    if not cues:
        return None
    cues = [cue for cue in cues if cue.act or not _intended(tokens, cue)]
    if not cues:
        return None
    verbs = [cue for cue in cues if cue.act] or cues
    cue = verbs[-1] if all(cue.kind in ("before", "started") for cue in cues) else cues[0]
    if cue.kind == "failed" and verbs[-1].kind == "before":
        cue = verbs[-1]  # "it did not help, it was stopped"
    if [token.text for token in tokens[:2]] == ["the", "first"] and len(tokens) > 3:
        first = NUMBER_WORDS.get(tokens[2].text)
        return Later(cue, int(first), first=True) if first and first >= 2 else None
    if verbs[0].act == "take" and verbs[0].first == cue.last and tokens[cue.first].text == "still":
        cue = verbs[0]  # "she still takes it"
    if _counts_doses(tokens, cue):
        return Later(cue)
    named = tokens[0].text in _PRONOUNS or (cue.first and tokens[cue.first - 1].text in ("it", "this"))
    if cue.last < len(tokens) and tokens[cue.last].text == ":":
        return None  # "Paused: none"
    if cue.kind == "never" and _OTHERS & {token.text for token in tokens}:
        return None  # "has not needed any other drug"
    if unknown_drugs.others(tokens, []) or not (named or _of_a_treatment(tokens, cue)):
        return None
    if tokens[0].text in ("nothing", "none", "neither", "no") and cue.kind in ("before", "started"):
        return None
    if tokens[0].text in _ALL and len(tokens) > 1 and tokens[1].text in _SPEAKERS:
        return None
    if tokens[0].text in ("neither", "none") and not cue.act and cue.last == 1:
        return None  # "neither replaced anything"
    if tokens[0].text in _ALL:
        counted = next((NUMBER_WORDS.get(token.text) for token in tokens[1:3] if token.text in NUMBER_WORDS), None)
        count = int(counted) if counted and counted >= 1 else 2 if tokens[0].text in ("both", "neither") else _EVERY
        several = tokens[0].text in _THEY and count == _EVERY and not _ALL_OF & {token.text for token in tokens}
        return Later(cue, count, several=several)
    if cue.kind == "failed" and (cue.first > 2 or tokens[0].text not in ("it", "which", "this", "that")):
        return None
    if cue.kind == "arrow":
        return Later(cue) if tokens[0].text in _PRONOUNS and cue.last == len(tokens) else None
    still = (cue.act == "take" or tokens[cue.first].text == "still") and _speaks_of_them(tokens, cue)
    if cue.kind in ("now", "started") and cue.act not in ("restart", "continue") and not still:
        return None
    if cue.act == "continue" and tokens[0].text not in _PRONOUNS and not _speaks_of_them(tokens, cue):
        return None
    if cue.kind == "never" and (
        cue.last - cue.first == 1 or (cue.value == "ahead" and not _speaks_of_them(tokens, cue))
    ):
        return None
    if cue.kind == "before" and ((cue.value == "ahead" and not _speaks_of_them(tokens, cue)) or not _ends(tokens, cue)):
        return None
    return Later(cue)


def _lies_in_the_past(tokens: Sequence[Token], whens: Sequence[When]) -> Mark | None:
    """ "That was until May", "that was in 2024", "those were last year": what was told before is over."""
    texts = [token.text for token in tokens]
    if texts[:1] not in _THAT or texts[1:2] not in (["was"], ["were"]) or len(texts) < len(("that", "was", "before")):
        return None
    begin = 3 if texts[2] in ("in", "back", "during", "around") else 2
    long_ago = any(when.first == begin and _months_since(when) > HALF_A_YEAR for when in whens)
    long_ago = long_ago and texts[2] != "the"
    until = texts[2] in ("until", "till") and any(when.first == 3 for when in whens)
    last_year = tuple(texts[2:4]) in _LAST_YEAR
    return Mark("before", "back", 1, 3, "stop") if until or long_ago or last_year else None


_THAT = (["that"], ["this"], ["those"], ["these"])


def _months_since(when: When) -> float:
    if when.kind == "ago":
        return when.months
    return today_in_months() - when.months if when.kind == "date" and when.lead != "since" else 0


def _texts(tokens: Sequence[Token], first: int, last: int) -> tuple[str, ...]:
    return tuple(token.text for token in tokens[first:last])


_BACK_ON = (("back", "on", "it"), ("back", "on", "them"), ("back", "on", "both"))


def _counts_doses(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "Two doses so far", "four infusions to date": a course that goes on."""
    texts = [token.text for token in tokens]
    counted = texts[0].isdigit() or texts[0] in NUMBER_WORDS
    return counted and tuple(texts[cue.first : cue.last]) in _SO_FAR and bool(_COURSES & set(texts[1:4]))


_SO_FAR = (("so", "far"), ("to", "date"))
_COURSES = frozenset(form for name in words("therapy", "doses") for form in (name, f"{name}s", f"{name}es"))


def _without_the_reason(tokens: Sequence[Token]) -> Sequence[Token]:
    """ "Stopped by us on 16 Nov: watery stools despite loperamide ...": long reasons, and other drugs in them."""
    if len(tokens) <= _LONGEST_ASIDE and not unknown_drugs.others(tokens, []):
        return tokens
    ends = (at for at in range(2, len(tokens)) if tokens[at].text in _OPENS_A_REASON)
    return tokens[: next(ends, len(tokens))]


_OPENS_A_REASON = words("therapy", "opens_a_reason")


def _intended(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "The aim is to be off it by summer", "should be off by May": not so yet."""
    lead = [token.text for token in tokens[max(0, cue.first - 3) : cue.first]]
    return "be" in lead and not _INTENDED.isdisjoint(lead)


_INTENDED = words("therapy", "intended")


def of_the_drug(tokens: Sequence[Token], whens: Sequence[When]) -> Mark | None:
    """ "The drug was stopped in May", "this medicine has been continued": what is said of a drug without its name."""
    at = next((at for at, token in enumerate(tokens[1:], 1) if token.text in _THE_DRUG), None)
    if at is None or tokens[at - 1].text not in ("the", "this", "that"):
        return None
    cues = [cue for cue in cues_of(tokens, set(), whens) if cue.first > at and cue.kind in _TELLING]
    if not cues or cues[0].first != at + 1 or cues[0].act not in ("stop", "continue", "restart"):
        return None
    again = (cue for cue in cues[1:] if cue.act == "restart" and cue.kind == "started")
    return next(again, cues[0])  # "was held for a week and resumed"


_THE_DRUG = frozenset({"drug", "medicine", "medication", "agent", "tablet", "tablets", "infusions", "injections"})


def _is_small(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "These were 65 % in May": "in" by itself tells of no treatment."""
    return cue.last - cue.first == 1 and tokens[cue.first].text in ("in", "out", "over") and cue.last < len(tokens)


def _ends(tokens: Sequence[Token], cue: Mark) -> bool:
    return cue.act in ("stop", "continue", "restart", "repeat", "harm", "tolerate") or bool(
        {token.text for token in tokens[cue.first : cue.last]} & _ENDS
    )


def _speaks_of_them(tokens: Sequence[Token], cue: Mark) -> bool:
    inside = any(token.text in ("it", "them") for token in tokens[cue.first + 1 : cue.last])
    return inside or (cue.last < len(tokens) and tokens[cue.last].text in _THEM)


def _of_a_treatment(tokens: Sequence[Token], cue: Mark) -> bool:
    """The verb opens the sentence, or speaks of "it": "resumed on the 4th", "Nina: binned it", "we restarted it"."""
    labelled = len(tokens) > 2 and tokens[1].text == ":"
    if labelled and tokens[0].text in _HABITS:
        return False  # "Smoking: stopped in 2012"
    speaker = 2 if labelled else 0
    lead = {token.text for token in tokens[speaker : cue.first]}
    if _speaks_of_them(tokens, cue):
        return True
    following = tokens[cue.last].text if cue.last < len(tokens) else ""
    if {token.text for token in tokens[cue.last : cue.last + 4]} & _UNITS_OF_IT:
        return True
    of_a_date = cue.last + 1 < len(tokens) and tokens[cue.last + 1].kind == "number"
    object_named = following.endswith("ing") or (following in _OBJECTS and not of_a_date)
    return not lead - _SHORT_LEADS and not object_named


BEFORE_A_CORRECTION = words("therapy", "sorry") | {","}
_OTHERS = frozenset({"other", "others", "another", "else"})
_OBJECTS = words("therapy", "objects")
_THEM = frozenset({"it", "them", "both", "that", "this"})
_PRONOUNS = words("therapy", "pronouns")
_TELLING = frozenset({"arrow", "before", "started", "now", "never", "failed"})
_ALL = frozenset({"all", "both", "neither", "none", "these", "those", "they", "everything"})
_THEY = frozenset({"they", "these", "those"})
_ALL_OF = frozenset({"all", "both"})
_SPEAKERS = frozenset({"she", "he", "we", "i", "they", "that", "the", "patient"})
_UNITS_OF_IT = words("therapy", "units_of_it")
_EVERY = 99
_LONGEST_ASIDE = 14
_SHORT_LEADS = frozenset(
    {"it", "this", "that", "which", "but", "and", "then", "we", "has", "was", "been", "is", "now", ",", "they", "both"}
)
_ENDS = words("therapy", "ends")
_HABITS = words("therapy", "habits")


def heading(sentence: Sentence, marks: Sequence[Mark]) -> str | None:
    """The status that a line such as "Previous treatment:" gives to what follows; "" where another heading begins."""
    tokens = sentence.tokens
    colon = next((index for index, token in enumerate(tokens[:8]) if token.text == ":"), None)
    if (
        colon is None
        and not marks
        and len(tokens) <= 7
        and sentence.end_mark in ("\n", "\n\n")
        and not any(token.text in (",", ".") or token.kind == "number" for token in tokens)
    ):
        colon = len(tokens)
    if colon is None or any(mark.first < colon for mark in marks):
        return None
    words = {token.text for token in tokens[:colon]}
    cues = [
        cue
        for cue in cues_of(tokens[:colon], set(), ())
        if cue.act != "repeat" and tokens[cue.first].text not in _QUESTIONS | _SINCE_WHEN
    ]
    statuses = [_AS_HEADING.get(cue.kind, cue.kind) for cue in cues]
    if words & {"drug", "drugs", "medication", "medications"} and words & {"hx", "history"}:
        return ""  # the current list as often as the past
    if {"what", "left"} <= words:
        return "now"
    if marks and words & {"question", "questions"}:
        return None
    if words & _REQUESTS:
        return ""
    if {"no", "change"} <= words or {"no", "changes"} <= words or "unchanged" in words:
        return "now"
    if words & _OTHER_PEOPLE:
        return "other_person"
    if "if" in words:
        return "planned"  # "4th line if needed:"
    if words & {"auth", "authorization", "authorisation"} or (words & {"options"} and "limited" in words):
        return ""
    if words & _PLANS:
        return "planned"
    if "this" in words and words & _REGIMENS:
        return "now"  # "Need eyes on this regimen:"
    for status in ("never", "planned", "before", "now"):
        if status in statuses:
            ended = any(cue.act == "stop" or tokens[cue.last - 1].text in _PAUSES for cue in cues if cue.kind == status)
            return "stopped" if status == "before" and ended else status
    if words & _REGIMENS:
        return "before" if words & _PAST_HEADINGS else "now"
    return ""


_PAUSES = frozenset({"hold", "pause", "ice"})
_PLANS = words("therapy", "plans")
_PAST_HEADINGS = words("therapy", "past_headings")
_AS_HEADING = {"given": "before", "failed": "before", "treated": "now", "started": "now"}


_SINCE_WHEN = frozenset({"against", "order", "after", "following", "post", "upon", "since"})
_QUESTIONS = frozenset({"why", "what", "which", "how"})
_REQUESTS = frozenset(
    {"advise", "advice", "help", "opinion", "please", "query", "answer", "answers", "answering", "reply"}
)
_OTHER_PEOPLE = words("therapy", "other_people")


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


def mistyped(tokens: Sequence[Token], marks: Sequence[Mark]) -> Mark | None:
    """ "I wrote leflunomide, should read levothyroxine": the agent that was meant to be another medicine."""
    named = [mark for mark in marks if mark.kind == "agent"]
    if len(named) != 1 or not unknown_drugs.others(tokens, marks):
        return None
    lead = {token.text for token in tokens[: named[0].first]}
    behind = {token.text for token in tokens[named[0].last :]}
    wrote = lead & {"wrote", "typed", "said", "put", "dictated"} and behind & {"should", "meant", "mean", "was"}
    return named[0] if wrote else None


def swap(tokens: Sequence[Token], marks: Sequence[Mark]) -> tuple[Mark | None, Mark] | None:
    """A corrected name: "ciclosporin, not tacrolimus", "not tac but ciclosporin", "no, ciclosporin", "I meant MMF"."""
    named = [mark for mark in marks if mark.kind == "agent"]
    if len(named) == 3 and named[2].value == named[0].value:
        named = named[:2]  # "ciclosporin should read tacrolimus, she never had ciclosporin"
    words = [token.text for token in tokens]
    if not named:
        return None
    begin = max((at + 1 for at in range(named[0].first) if words[at] == ":"), default=0)
    end = next((at for at in range(named[-1].last, len(words)) if words[at] in (",", ":", "-")), len(words))
    if end - begin > _LONGEST_ASIDE:
        return None
    if len(named) == 2:
        first, second = named
        between = [word for word in words[first.last : second.first] if word != ","]
        lead = [word for word in words[begin : first.first] if word != ","]
        if (
            lead
            and lead[-1] in ("replace", "correct", "exchange", "overwrite")
            and between in (["by"], ["with"], ["to"], ["for"])
        ):
            return first, second
        undosed = [word for word in between if not word.replace(".", "").isdigit() and word not in _DOSE_WORDS]
        if undosed in (["for"], ["instead", "of"]) and lead and lead[-1] in ("read", "put", "write", "substitute"):
            return second, first  # "please read mycophenolate 1 g for azathioprine"
        if between in (["not"], ["and", "not"]) and not set(lead) - _SWAP_LEADS:
            return second, first
        if between in (["than"], ["rather", "than"], ["instead", "of"]) and lead and not set(lead) - _SWAP_LEADS:
            return second, first
        if lead and lead[-1] in ("wrote", "typed", "said", "read", "put") and set(between) & {"meant", "mean"}:
            return first, second
        if (
            lead[-1:] == ["not"]
            and not set(lead[:-1]) - _SWAP_LEADS
            and set(between) <= {"but", "its", "it", "is", "rather", "-", "he", "she", "on", "meant", "i"} | _SORRY
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
        and set(tail) <= {"instead", "sorry", "not", "before", "previously", "earlier"}
        and set(lead) & {"no", "sorry", "correction", "meant", "mean", "oops", "wait", "typo"}
    ):
        if lead[0] == "no" and "," not in words[: named[0].first] and len(lead) == 1:
            return None
        return None, named[0]
    return None


def lacks_cortisol(texts: Sequence[str]) -> bool:
    """ "Secondary adrenal insufficiency", "Addison's"; neither a denied one nor a risk."""
    for at, text in enumerate(texts):
        named = text in _ADDISONS or (text == "adrenal" and _FAILURE & set(texts[at + 1 : at + 3]))
        around = {*texts[max(0, at - _NEAR) : at], *texts[at + 1 : at + _NEAR]}
        if named and not _NO_FAILURE & around:
            return True
    return False


_ADDISONS = frozenset({"addison", "addisons", "hypoadrenalism", "hypopituitarism", "fludrocortisone"})
_FAILURE = frozenset({"insufficiency", "insufficient", "failure", "suppression", "deficiency"})
_NO_FAILURE = words("therapy", "no_adrenal_failure")
_NEAR = 5


_DOSE_WORDS = frozenset({"mg", "g", "bd", "bid", "od", "daily", "twice", "once", "a", "day", "weekly", "per", "tds"})
_SORRY = words("therapy", "sorry")
_SWAP_LEADS = words("therapy", "swap_leads")
