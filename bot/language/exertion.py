"""Breathlessness told by what the patient can or can no longer do, compared over time.

"Now has to sit down halfway up the stairs", "fills the kettle without stopping, couldn't do that in spring": every
clause is able, hindered or neither, and of now or of before. A change is told by two clauses of different times, or
by one clause with a word like "again" or "no longer".
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Token
from bot.language.times import When
from bot.language.vocabulary import NUMBER_WORDS, load

_VOCABULARY = load("exertion")
_LEXICONS = {name: Lexicon().add_all(name, {name: phrases}) for name, phrases in _VOCABULARY.items()}
_GATE = Lexicon().add_all(
    "gate",
    {name: _VOCABULARY[name] for name in ("activities", "halts", "smaller", "larger", "quit", "resumed", "onset")},
)
"""Without any of these a sentence tells no effort."""
_BREAKS = frozenset({",", ";", "(", ")", ":", "but", "which", "whereas", "while", "whilst", "although"})
_AGAIN_A_CLAUSE = frozenset(
    {
        "stopped",
        "needed",
        "paused",
        "rested",
        "now",
        "could",
        "couldnt",
        "used",
        "previously",
        "before",
        "did",
        "didnt",
        "had",
    }
)
_COUNTED = frozenset(
    {"flight", "flights", "floor", "floors", "storeys", "metres", "meters", "m", "yards", "blocks", "minutes"}
)
_PAST_VERBS = frozenset({"could", "couldnt", "did", "didnt", "had", "hadnt", "was", "wasnt", "managed", "used"})


@dataclass(frozen=True, slots=True)
class Exertion:
    """A course of breathlessness told by exertion; `breath` is False where only the effort is named."""

    value: str  # better, worse, stable, not_better
    first: int
    last: int
    breath: bool
    tokens: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Clause:
    first: int
    last: int
    able: bool | None
    denied: bool
    past: bool
    turned: bool
    compared: str | None
    amount: float | None
    marks: tuple[Mark, ...]
    pro: bool
    weak: bool
    """Only breathless at something: a change only beside what was before, or at what is light ("now when dressing")."""
    light: bool
    alike: bool
    still: bool
    """ "As before" and "still": the state goes on."""
    stops: float | None
    can: bool | None
    """ "Now she can", "now he cannot": the clause before, turned."""


def course(
    tokens: Sequence[Token], whens: Sequence[When], walls: frozenset[int], earlier: Sequence[Token] = ()
) -> Exertion | None:
    """The change of what can be done before breath fails; None where none is told. `walls` are tokens of agents.

    `earlier` is the sentence before, where this one may go on about it: "Rests twice. A month ago he did not."
    """
    if earlier:
        return _contrast(earlier, tokens, whens)
    if not _GATE.scan(tokens) and not _breathes_freely(tokens):
        return None
    marks = {name: lexicon.scan(tokens) for name, lexicon in _LEXICONS.items()}
    if not (marks["activities"] or marks["breath"] or marks["free"]):
        return None
    clauses = [
        _clause(tokens, marks, whens, begin, end)
        for begin, end in _spans(tokens)
        if not any(begin <= at < end for at in walls)
        and not any(begin <= mark.first < end for mark in marks["elsewhere"])
    ]
    told = [item for item in clauses if item.able is not None or item.compared or item.pro or item.amount]
    breathless = bool(marks["breath"] or marks["halts"])
    value = (
        _given_up(marks, clauses)
        or _by_stops(clauses, tokens)
        or _value(told, clauses)
        or (_by_amount(told) if breathless else None)
    )
    if value is None:
        return None
    breath = bool(marks["halts"] or marks["free"] or marks["breath"] or marks["spoken"])
    covered = frozenset(
        at
        for item in told
        for mark in item.marks
        if mark.kind not in ("activities", "light")
        for at in range(mark.first, mark.last)
    )
    first, last = (told[0].first, told[-1].last) if told else (0, len(tokens))
    return Exertion(value, first, last, breath, covered)


def _breathes_freely(tokens: Sequence[Token]) -> bool:
    """ "Can play the tuba again without getting out of breath": whatever it is that can be done."""
    return any(token.text in _BREATH_ENDS for token in tokens) and any(
        tokens[mark.last - 1].text in _BREATH_ENDS for mark in _LEXICONS["free"].scan(tokens)
    )


_BREATH_ENDS = frozenset(
    {"breath", "breathless", "breathlessness", "winded", "puffed", "puff", "dyspnoeic", "dyspnoea", "sob"}
)


def _contrast(earlier: Sequence[Token], tokens: Sequence[Token], whens: Sequence[When]) -> Exertion | None:
    both = [*earlier, Token(";", tokens[0].start, tokens[0].start, "mark"), *tokens]
    shift = len(both) - len(tokens)
    moved = [replace(when, first=when.first + shift, last=when.last + shift) for when in whens]
    told = course(both, moved, frozenset())
    covered = frozenset(at - shift for at in told.tokens if at >= shift) if told is not None else frozenset()
    return replace(told, first=0, last=len(tokens), tokens=covered) if told is not None and told.breath else None


def _given_up(marks: dict[str, list[Mark]], clauses: Sequence[_Clause]) -> str | None:
    """ "Gave up gardening for want of breath", "back at work, no longer puffs": a change whenever it was."""
    if not marks["breath"] or not clauses or bool(marks["quit"]) == bool(marks["resumed"]):
        return None
    return "worse" if marks["quit"] else "better"


def _by_stops(told: Sequence[_Clause], tokens: Sequence[Token]) -> str | None:
    """ "Stops twice on the hill where he stopped once in summer"."""
    counted = [item for item in told if item.stops is not None]
    if len(counted) != 2 or counted[0].stops == counted[1].stops:
        return None
    now, then = counted if counted[1].past or not counted[0].past else counted[::-1]
    if not then.past and not any(token.text in _PAST_HALTS for token in tokens[then.first : then.last]):
        return None
    return "worse" if (now.stops or 0) > (then.stops or 0) else "better"


_PAST_HALTS = frozenset({"stopped", "needed", "paused", "rested", "used", "had"})


def _by_amount(told: Sequence[_Clause]) -> str | None:
    """ "Breathless after 50 m, half a year ago after 200 m": how far it goes before breath fails, now and before."""
    now = [item.amount for item in told if item.amount is not None and not item.past]
    then = [item.amount for item in told if item.amount is not None and item.past]
    if len(now) != 1 or len(then) != 1 or now == then:
        return None
    return "better" if now[0] > then[0] else "worse"


def _value(told: Sequence[_Clause], clauses: Sequence[_Clause]) -> str | None:
    compared = next((item.compared for item in told if item.compared and not item.past), None)
    if compared is not None:
        return compared
    present = [item for item in told if not item.past and item.able is not None]
    alike = any(item.alike for item in clauses)
    if present and alike and not any(item.turned for item in present):
        return "stable"
    for item in present:
        if item.turned and (not item.weak or item.light):
            return "better" if item.able else "worse"
    for item in present:
        if item.still and not item.weak:
            return "stable" if item.able else "not_better"
    ended = any(item.pro and item.denied and not item.past and item.able is None for item in clauses)
    if ended and any(item.weak and item.past for item in told):
        return "better"
    before = [item for item in clauses if item.past and (item.able is not None or item.pro)]
    turned = [item for item in clauses if item.can is not None and item.able is None and not item.past]
    known = [item for item in before if item.able is not None]
    if len(turned) == len(known) == 1 and turned[0].can != known[0].able:
        return "better" if turned[0].can else "worse"
    for now, then in itertools.product(present, before):
        if then.able is None:
            differs = now.denied != then.denied
        elif then.able == now.able and now.amount is not None and then.amount is not None:
            if now.amount != then.amount:
                return "better" if now.amount > then.amount else "worse"
            continue
        else:
            differs = then.able != now.able
        if differs:
            return "better" if now.able else "worse"
    return None


def _spans(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    bounds = [0]
    for at, token in enumerate(tokens):
        following = {item.text for item in tokens[at + 1 : at + 3]}
        dash = token.text == "-" and at and tokens[at - 1].end < token.start
        along = token.text in ("while", "whilst") and tokens[at + 1 : at + 2] and tokens[at + 1].text.endswith("ing")
        if (
            (token.text in _BREAKS and not along)
            or dash
            or (token.text in ("and", "when", "where") and following & _AGAIN_A_CLAUSE)
        ):
            bounds.append(at + 1)
    return [(begin, end) for begin, end in itertools.pairwise([*bounds, len(tokens)]) if end > begin]


def _clause(
    tokens: Sequence[Token], marks: dict[str, list[Mark]], whens: Sequence[When], begin: int, end: int
) -> _Clause:
    here = {name: [mark for mark in found if begin <= mark.first < end] for name, found in marks.items()}
    texts = {token.text for token in tokens[begin:end]}
    own = [when for when in whens if begin <= when.first < end]
    timed = any(when.kind in ("ago", "date") and _is_back(tokens, when) for when in own)
    free = {at for mark in here["free"] for at in range(mark.first, mark.last)}
    here["negations"] = [mark for mark in here["negations"] if mark.first not in free]
    here["turned"] += [Mark("turned", "turned", when.first, when.last) for when in own if when.lead == "since"]
    here["earlier"] = [mark for mark in here["earlier"] if not _joins(tokens, mark)]
    past = bool(here["earlier"] or timed) or bool(texts & _PAST_VERBS and not here["turned"] and not here["no_longer"])
    past = past and "than" not in texts and not here["alike"]
    denied = bool(here["negations"] or here["no_longer"] or here["unable"])
    used = tuple(mark for name, found in here.items() if name not in ("earlier", "elsewhere") for mark in found)
    return _Clause(
        begin,
        end,
        _able(tokens, here, bool(marks["activities"]), past),
        denied,
        past,
        _turned(tokens, here, begin),
        _compared(here) or _trigger(here, bool(marks["breath"])) or _how_far(tokens, here),
        _amount(tokens, begin, end),
        used,
        bool(here["pro_verbs"] or (here["no_longer"] and not here["activities"])),
        bool(here["breathless"]) and not (here["able"] or here["unable"] or here["halts"] or here["free"]),
        bool(here["light"]) and any(tokens[mark.first].text in _NOW for mark in here["turned"]),
        bool(here["alike"]),
        bool(here["still"]),
        _stops(tokens, here["halts"], begin, end),
        _can(texts) if here["turned"] else None,
    )


def _can(texts: set[str]) -> bool | None:
    if texts & {"cannot", "cant"} or {"can", "not"} <= texts:
        return False
    return True if "can" in texts else None


_NOW = frozenset({"now", "already", "even", "these", "nowadays"})


def _able(tokens: Sequence[Token], here: dict[str, list[Mark]], active: bool, past: bool) -> bool | None:
    """Whether the clause says that something is done freely (True) or not (False); None where it says neither."""
    denied = bool(here["negations"] or here["no_longer"])
    unable = bool(here["unable"]) or (bool(here["no_longer"]) and not _of_a_halt(here))
    if here["impossible"] and not here["free"]:
        return False
    if here["free"]:
        return not unable and not here["negations"]
    doing = bool(here["activities"] or here["onset"])
    if here["halts"] and (active or here["breath"]) and (here["forced"] or _plain_halt(tokens, here)):
        return denied
    if here["breathless"] and not here["able"] and not here["unable"]:
        return False if (doing or past) and (past or not here["only"] or here["light"]) and not denied else None
    if not doing:
        return True if here["effortless"] and here["earlier"] else None
    if unable or _negated_ability(here):
        return False
    return True if here["able"] and not here["breathless"] else None


def _plain_halt(tokens: Sequence[Token], here: dict[str, list[Mark]]) -> bool:
    """ "stops halfway up the stairs", "needs a rest": a halt as a verb of its own, not "stopped MMF"."""
    return any(
        tokens[mark.first].text not in ("stopped", "rest", "sit") or mark.last - mark.first > 1
        for mark in here["halts"]
    )


def _of_a_halt(here: dict[str, list[Mark]]) -> bool:
    return bool(here["halts"]) and not here["free"]


def _negated_ability(here: dict[str, list[Mark]]) -> bool:
    return any(0 <= able.first - no.last <= 1 for no in here["negations"] for able in here["able"])


def _turned(tokens: Sequence[Token], here: dict[str, list[Mark]], begin: int) -> bool:
    opens_a_list = any(
        mark.first == begin and tokens[mark.last : mark.last + 1] and tokens[mark.last].text == ":"
        for mark in here["turned"]
    )
    return bool(here["no_longer"] or here["turned"]) and not opens_a_list


def _compared(here: dict[str, list[Mark]]) -> str | None:
    """ "has to stop more often on the stairs": the halts themselves are counted."""
    if not here["halts"]:
        return None
    if here["oftener"]:
        return "worse" if not here["negations"] else None
    return "better" if here["seldomer"] else None


def _trigger(here: dict[str, list[Mark]], breath: bool) -> str | None:
    """ "Breathless with less and less effort", "can do more before she is out of breath": how much it takes."""
    if not breath or here["negations"] or bool(here["smaller"]) == bool(here["larger"]):
        return None
    return "worse" if here["smaller"] else "better"


def _how_far(tokens: Sequence[Token], here: dict[str, list[Mark]]) -> str | None:
    """ "Walks further than in spring", "half as far as before"; not "walking further than the gate"."""
    if bool(here["farther"]) == bool(here["nearer"]):
        return None
    if here["nearer"]:
        return "worse"
    hindered = here["negations"] or here["unable"] or here["no_longer"] or here["breathless"]
    behind = tokens[here["farther"][0].last :]
    to_a_place = len(behind) > 1 and behind[0].text == "than" and behind[1].text not in _THAN_WHEN
    return None if hindered or to_a_place else "better"


_THAN_WHEN = frozenset({"before", "in", "at", "last", "when", "previously", "earlier", "he", "she", "they", "a"})


def _joins(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Does less before she is out of breath": here "before" joins two clauses and tells no earlier time."""
    following = tokens[mark.last].text if mark.last < len(tokens) else ""
    return tokens[mark.first].text == "before" and (
        following in ("he", "she", "they", "i", "it", "having", "dyspnoea", "breathlessness", "sob", "breath")
        or following.endswith("ing")
    )


def _amount(tokens: Sequence[Token], begin: int, end: int) -> float | None:
    """ "two flights", "300 m", "2 km"; "one" may stand without its noun."""
    for at in range(begin, end):
        token = tokens[at]
        value = token.number if token.kind == "number" else NUMBER_WORDS.get(token.text)
        following = tokens[at + 1].text if at + 1 < end else ""
        if value is not None and following in _LONG:
            return value * _LONG[following]
        if value is not None and (
            following in _COUNTED or (token.text not in ("a", "an") and following in ("", "in", "at", "before", "last"))
        ):
            return value
    return None


_LONG = {"km": 1000.0, "kilometres": 1000.0, "kilometers": 1000.0, "mile": 1600.0, "miles": 1600.0}


def _stops(tokens: Sequence[Token], marks: Sequence[Mark], begin: int, end: int) -> float | None:
    """ "Stops twice", "had to rest three times": how often a halt is made."""
    for mark in marks:
        behind = tokens[mark.last : min(mark.last + 2, end)]
        if not begin <= mark.first < end or not behind:
            continue
        if behind[0].text in _TIMES:
            return _TIMES[behind[0].text]
        amount = behind[0].number if behind[0].kind == "number" else NUMBER_WORDS.get(behind[0].text)
        if amount is not None and behind[-1].text == "times":
            return amount
    return None


_TIMES = {"once": 1.0, "twice": 2.0, "thrice": 3.0}


def _is_back(tokens: Sequence[Token], when: When) -> bool:
    """ "in spring", "a year ago"; "this summer" and "since June" last until now."""
    lasting = when.lead == "since" or (when.first > 0 and tokens[when.first - 1].text in ("this", "since"))
    return not lasting and (when.kind == "date" or when.months > 0.3)
