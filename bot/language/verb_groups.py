"""Verbs of treatment with what stands before them: "has never been started", "will have to stop", "did not tolerate".

The vocabulary says what a verb means when it was done (`verbs.yml`); the words before it say whether it was done, is
only meant, or was never done. From both follows what became of the agent, and on which side of the verb it stands.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.language.lexicon import Mark
from bot.language.text import Token
from bot.language.times import MONTHS
from bot.language.vocabulary import load, words

_VERBS = load("verbs")
_AUXILIARIES = _VERBS["auxiliaries"]
_BE = frozenset(_AUXILIARIES["be"])
_HAVE = frozenset(_AUXILIARIES["have"])
_DO = frozenset(_AUXILIARIES["do"])
_MODAL = frozenset(_AUXILIARIES["modal"])
_NOT = frozenset(_AUXILIARIES["not"])
_NEGATED: dict[str, str] = _AUXILIARIES["negated"]
ADVERBS = frozenset(_AUXILIARIES["adverbs"])
_MEANT = frozenset(_AUXILIARIES["meant"])
_UNWILLING = frozenset(_AUXILIARIES["unwilling"])
_NOT_DONE = _MEANT | _UNWILLING
_FORCED = frozenset(_AUXILIARIES["forced"])
_LINKS = frozenset(_AUXILIARIES["links"])
_PERSONS: dict[str, list[tuple[str, ...]]] = {}
for _phrase in _VERBS["persons"]:
    _PERSONS.setdefault(_phrase.split()[0], []).append(tuple(_phrase.split()))
_SUBJECTS = frozenset({"we", "i", "she", "he", "they", "you", "patient", "pt", "who", "mdt", "team", "gp"})
_THIRD_PERSON = frozenset({"she", "he", "it", "patient", "pt", "who"})
_REACH_OF_A_MODAL = 7
_LONGEST = 9
"""Words looked at before a verb."""


def _inflected(entry: str) -> dict[str, str]:
    """Every form of a verb, with the name of the form: base, s, past, participle, ing."""
    base, _, irregular = (part.strip() for part in entry.partition(":"))
    if irregular:
        past, participle, ing = irregular.split()
    else:
        stem = base + base[-1] if _doubles(base) else base[:-1] if base.endswith("e") else base
        past = participle = f"{base[:-1]}ied" if base.endswith("y") and base[-2] not in "aeou" else f"{stem}ed"
        ing = f"{stem}ing"
    third = f"{base[:-1]}ies" if base.endswith("y") and base[-2] not in "aeou" else base
    third = third if third != base else f"{base}es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{base}s"
    forms = {ing: "ing", third: "s", base: "same" if past == base else "base"}
    forms.setdefault(participle, "participle")
    forms.setdefault(past, "past")
    return forms


_DOUBLED = re.compile(r"[^aeiou]+[aeiou][^aeiouwxy]$|cancel$|[a-z]*[^aeiou]el$")


def _doubles(base: str) -> bool:
    """ "stop": stopped; "cancel": cancelled."""
    return _DOUBLED.match(base) is not None


@dataclass(frozen=True, slots=True)
class _Entry:
    act: str
    form: str
    tails: tuple[tuple[str, ...], ...]  # empty: the verb by itself


def _table() -> dict[str, list[_Entry]]:
    table: dict[str, list[_Entry]] = {}
    for act, lines in _VERBS.items():
        if act in ("auxiliaries", "persons"):
            continue
        for line in (part for entry in lines for part in (entry.split(", ") if "+" not in entry else [entry])):
            verb, _, tail = (part.strip() for part in line.partition("+"))
            tails = tuple(tuple(choice.split("_")) for choice in tail.split("|")) if tail else ()
            for word, form in _inflected(verb).items():
                table.setdefault(word, []).append(_Entry(act, form, tails))
    return table


_TABLE = _table()


@dataclass(frozen=True, slots=True)
class _Before:
    """What stands before a verb."""

    first: int
    be: str = ""
    have: bool = False
    negated: bool = False
    longer: bool = False  # "no longer"
    meant: bool = False
    unwilling: bool = False
    forced: bool = False
    compelled: bool = False  # "had to", "was forced to", "made us": it was done
    told: bool = False  # "told him to"
    subject: bool = False  # a person right before: the verb is active
    lead: str = ""  # the word before all of it


def scan(tokens: Sequence[Token], inside: set[int]) -> list[Mark]:
    """The verb groups of a sentence; `inside` are tokens of agents. `kind` and `value` are as in therapy.yml."""
    found: list[Mark] = []
    at = 0
    meant_at = -_REACH_OF_A_MODAL
    while at < len(tokens):
        # "has" and "have" are read by the verb behind them, or by the phrases of therapy.yml
        if at and _did_harm(tokens, at, inside) and (at - 1 in inside or tokens[at - 1].text in ("has", "had", "also")):
            found.append(Mark("before", "back", at, at + 1, "harm"))
            at += 1
            continue
        entries = _TABLE.get(tokens[at].text) if at not in inside and tokens[at].text not in ("has", "have") else None
        matched = _match(tokens, at, entries, inside) if entries else None
        if matched is None:
            at += 1
            continue
        entry, last, person = matched
        before = _before(tokens, at, entry, inside)
        before = replace(before, subject=before.subject or person)
        joined = before.first and tokens[before.first - 1].text in ("and", "or")
        if joined and not before.be and not before.have and at - meant_at < _REACH_OF_A_MODAL:
            before = replace(before, meant=True)  # "I would stop MTX and use MMF"
        form = _form(entry, before, tokens[0].text in _MODAL)
        meant_at = at if before.meant and form == "base" else meant_at
        act = _act(tokens, at, entry, last, inside)
        read, last = _in_place(tokens, at, last, act, form, before, inside)
        if read is not None:
            kind, place = read
            found.append(Mark(kind, place, before.first, last, entry.act))
        at = last if read is not None else at + 1
    return found


_PASSIVE = frozenset({"was", "were", "been", "is", "are", "being", "got"})


def _form(entry: _Entry, before: _Before, asks: bool) -> str:
    """The form of a verb where its spelling leaves it open."""
    if entry.form == "same":  # "put", "let", "cut": the past unless it is told to do
        if before.be in _PASSIVE and not before.meant:
            return "participle"  # "was put on MMF"
        return "base" if asks or before.meant or before.be or not before.first else "past"
    if entry.form == "base" and not before.meant and before.have:
        return "participle"  # "have come and gone"
    if entry.form == "base" and entry.act in ("take", "continue") and not before.have:
        return entry.form  # "patient use MMF"
    told = before.meant or before.forced
    if entry.form == "base" and not told and before.lead in _THIRD_PERSON and before.be not in ("did", "does"):
        return "participle"  # "she's come off MMF"
    return entry.form


def _act(tokens: Sequence[Token], at: int, entry: _Entry, last: int, inside: set[int]) -> str:
    """What a verb does, by what follows it."""
    if tokens[at].text in _GOES and tokens[last - 1].text == "on" and not _before_an_agent(tokens, last, inside):
        return "continue"  # "MMF goes on"
    if entry.act in ("switch_to", "switch_from") and last < len(tokens) and tokens[last].kind == "number":
        return "adjust"  # "went from 60 mg to 5"
    return entry.act


def _in_place(
    tokens: Sequence[Token], at: int, last: int, act: str, form: str, before: _Before, inside: set[int]
) -> tuple[_Read, int]:
    """What a verb says where it stands, and where it ends."""
    behind_agent = before.first - 1 in inside
    following = tokens[last].text if last < len(tokens) else ""
    if act == "take" and tokens[at].text == "use" and behind_agent and not before.meant:
        return None, last  # "long-term azathioprine use"
    if act == "stop" and form == "base" and before.meant and behind_agent:
        return ("now", "back"), last  # "MMF is due to come off in May"
    if act in _SWITCHES and form in ("base", "ing") and not before.meant and _happened(tokens, before.first, last):
        return ("before" if act == "switch_from" else "arrow", "ahead"), last
    if act == "give" and _harms(tokens, at, inside):
        return ("before", "back"), last  # "which gave her a drug fever"
    if tokens[at].text == "raised" and before.be and not _of_an_amount(tokens, last):
        return ("planned", "back"), last  # "rituximab was raised in the meeting"
    if act == "repeat" and form == "base" and not before.be and following in (":", "list", "prescription", "meds"):
        return None, last  # a repeat prescription
    if tokens[at].text in ("used", "given") and form == "participle" and _in_general(tokens, before, last):
        return ("mentioned", "back"), last  # "rituximab gets used as well", "is given in such cases"
    if act == "continue" and form == "base" and behind_agent and not (before.meant or before.negated):
        return ("now", "back"), last  # "prednisolone and tacrolimus continue"
    if act == "adjust" and tokens[at].text in _GOES and behind_agent:
        return ("now", "back"), last  # "MMF goes up from 2 to 3 g"
    stands = behind_agent or before.be or before.meant or before.negated or before.lead in _SUBJECTS_OF_EFFECT
    if act == "help" and form in ("base", "s") and last == at + 1 and not stands:
        return None, last  # "which laboratory controls", "the work"
    if act == "continue" and tokens[at].text in ("covered", "cover", "covers") and before.negated:
        return ("planned", "back"), last  # "rituximab is not covered by the insurance"
    if act == "plan" and tokens[at].text == "went" and not _before_an_agent(tokens, last, inside):
        return None, last  # "went for a walk"
    if act in ("plan", "refuse") and tokens[before.first].text == "nobody":
        return None, last  # "nobody booked another"
    if act in ("start", "stop") and form == "base" and last == at + 1 and _as_noun(tokens, at, inside):
        return ("started" if act == "start" else "before", "back"), last  # "2025 PSL start", "2026 PSL stop"
    read = _MEANINGS[act](form, before)
    off = act == "stop" and tokens[last - 1].text == "off" and _before_an_agent(tokens, last, inside)
    if off and read == ("before", "back"):
        return ("before", "ahead"), last  # "she was taken off mycophenolate"
    swapped = act == "replace" and form in ("past", "participle") and following in ("for", "with", "by")
    if swapped and read is not None and behind_agent:
        return ("arrow", "ahead"), last + 1  # "CsA swapped for bari"
    return read, last


def _in_general(tokens: Sequence[Token], before: _Before, last: int) -> bool:
    """What is used in general and not for one patient: "gets used", "is often used", "is used in this disease"."""
    if before.be not in ("gets", "get", "is", "are") or before.negated or before.meant:
        return False
    said = {token.text for token in tokens[before.first : last]}
    behind = tuple(token.text for token in tokens[last : last + len(("in", "this", "disease"))])
    widely = bool(_WIDELY & said) or bool(_WIDELY & set(behind[:1])) or behind[:2] in _ELSEWHERE
    return widely or (before.be in ("gets", "get") and tokens[last - 1].text == "used")


_WIDELY = frozenset({"often", "sometimes", "usually", "commonly", "frequently", "increasingly", "widely", "generally"})
_SUCH = ("such", "these", "those", "japan", "europe")
_ELSEWHERE = frozenset((link, word) for link in ("in", "for") for word in _SUCH)


def _of_an_amount(tokens: Sequence[Token], at: int) -> bool:
    """ "Was raised to 15 mg", "by a third"; "raised by the rheumatologist" was only spoken of."""
    texts = [token.text for token in tokens[at : at + _REACH_OF_AN_AMOUNT]]
    if texts[:1] != ["by"]:
        return texts[:1] in (["to"], ["from"], ["further"], ["again"])
    ends = texts.index(",") if "," in texts else len(texts)
    return "to" in texts[:ends] or any(
        token.kind == "number" or token.text in _PARTS_OF_A_DOSE for token in tokens[at + 1 : at + 3]
    )


_REACH_OF_AN_AMOUNT = 6
_PARTS_OF_A_DOSE = frozenset({"half", "third", "quarter", "increments", "steps", "one", "two", "tablet"})
_SUBJECTS_OF_EFFECT = frozenset({"it", "that", "which", "this"})
_SWITCHES = frozenset({"switch_to", "switch_from"})
_CARRIED_OUT = words("therapy", "carried_out")
_AN_EVENT = words("therapy", "an_event")
_DETERMINERS = frozenset({"the", "her", "his", "their", "that", "this", "our"})


def _happened(tokens: Sequence[Token], first: int, last: int) -> bool:
    """ "Since the switch to MMF", "after changing to MMF", "change to MMF made in March": a switch that took place."""
    lead = first - 1
    if lead >= 0 and tokens[lead].text in _DETERMINERS:
        lead -= 1
    if lead >= 0 and tokens[lead].text in _AN_EVENT:
        return True
    following = [token.text for token in tokens[last : last + _NEAR_BEHIND]]
    following = following[: next((at for at, text in enumerate(following) if text in _PUT_OFF), len(following))]
    dated = any(pair in _TOOK_PLACE for pair in itertools.pairwise(following))
    return dated or not _CARRIED_OUT.isdisjoint(following)


_NEAR_BEHIND = 8
_PUT_OFF = frozenset({"when", "after", "once", "until", "if", "be"})
_TOOK_PLACE = frozenset({("was", "in"), ("was", "on"), ("took", "place"), ("went", "well"), ("went", "smoothly")})


_GOES = frozenset({"go", "goes", "went", "gone", "going"})


def _before_an_agent(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
    """ "went on MMF" starts it; "MMF goes on" continues it."""
    return any(index in inside for index in range(at, min(len(tokens), at + 4)))


def _as_noun(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
    after = tokens[at + 1].text if at + 1 < len(tokens) else ","
    if at + 1 == len(tokens) and tokens[at - 1].text in (",", "then"):
        return any(index < at for index in inside)  # "Imuran for two years, leukopenia, stop"
    before = at - 1
    while (
        before >= 0 and before not in inside and (tokens[before].kind == "number" or tokens[before].text in _OF_A_DOSE)
    ):
        before -= 1
    dated = at + 1 < len(tokens) and (tokens[at + 1].kind == "number" or after in MONTHS)
    return before in inside and (dated or after in (",", ")", "(", "in", "-", "and"))


_OF_A_DOSE = frozenset(
    {"mg", "g", "/", "day", "bd", "bid", "od", "daily", "x", ",", "iv", "po", "(", ")"}
    | {"cycles", "pulses", "boluses", "courses", "infusions", "doses", "months", "weeks", "years"}
)


def _harms(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
    person = at + 1 < len(tokens) and tokens[at + 1].text in ("her", "him", "them")
    return person and tokens[at].text in ("gave", "gives", "giving") and not _before_an_agent(tokens, at + 2, inside)


def _did_harm(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
    """ "made him diabetic", "raised her pressure", "sent his creatinine up", behind the agent that did it."""
    if tokens[at].text not in _MADE_IT and tokens[at].text not in _SENT:
        return False
    following = [token.text for token in tokens[at + 1 : at + 3]]
    if len(following) < 2 or _before_an_agent(tokens, at + 1, inside):
        return False
    made = tokens[at].text in _MADE_IT and following[0] in ("her", "him", "them")
    sent = tokens[at].text in _SENT
    return (made and following[1] not in _WELL) or (sent and following[0] in ("her", "his", "their"))


_MADE_IT = frozenset({"made", "makes", "turned", "left", "rendered"})
_SENT = frozenset({"raised", "pushed", "sent", "drove", "dropped", "damaged", "ruined", "wrecked", "upset"})
_WELL = frozenset(
    {"better", "well", "feel", "stable", "stronger", "fitter", "a", "free", "able", "on", "with", "in", "no"}
)


def _behind_an_agent(tokens: Sequence[Token], at: int, inside: set[int]) -> int | None:
    """The token behind the agent that follows a verb at once: "brought the prednisone | down to 5"."""
    first = next((index for index in range(at + 1, min(len(tokens), at + 4)) if index in inside), None)
    if first is None:
        return None
    last = first
    while last in inside:
        last += 1
    return last


_COMPELS = frozenset(
    {"forced", "obliged", "compelled", "made", "led", "prompted", "caused", "drove", "persuaded", "had", "managed"}
)
_COMPELLED = frozenset({"us", "me", "her", "him", "them"})
_PURPOSES = frozenset(
    {"make", "allow", "avoid", "see", "give", "spare", "let", "protect", "simplify", "limit", "please"}
)
_GOES_WHERE = frozenset({"back", "on", "onto", "to", "up", "down", "through", "into", "straight", "over"})
_PARTICLES = frozenset({"down", "up", "off", "out", "back", "away", "aside", "on", "go", "over"})
_PARTICLES |= {"alone", "unchanged", "as", "at"}


def _match(
    tokens: Sequence[Token], at: int, entries: Sequence[_Entry], inside: set[int]
) -> tuple[_Entry, int, bool] | None:
    """The longest phrase of a verb, where it ends, and whether a person stands inside it ("put her on")."""
    best: tuple[_Entry, int, bool] | None = None
    starts = [at + 1]
    parted = None
    if any(entry.tails for entry in entries):
        following = tokens[at + 1].text if at + 1 < len(tokens) else ""
        starts += (at + 1 + len(person) for person in _PERSONS.get(following, ()) if _follows(tokens, at + 1, person))
        parted = _behind_an_agent(tokens, at, inside)
    for entry in entries:
        if not entry.tails:
            best = best or (entry, at + 1, False)
            continue
        for tail in entry.tails:
            if best is None and parted and _follows(tokens, parted, tail) and tail[0] in _PARTICLES:
                return entry, at + 1, False  # "brought the prednisone down to 5", "let the AZA go"
            for start in starts if tail != ("go",) else ():
                end = start + len(tail)
                if tail[-1] == "to" and end < len(tokens) and tokens[end].text in _PURPOSES:
                    continue  # "dropped to make room"
                if tail == ("to", "go") and end < len(tokens) and tokens[end].text in _GOES_WHERE:
                    continue  # "had to go back to prednisone"
                if _follows(tokens, start, tail) and (best is None or start + len(tail) > best[1]):
                    best = (entry, start + len(tail), start > at + 1 and tokens[at + 1].text not in ("it", "them"))
    return best


def _follows(tokens: Sequence[Token], at: int, words: tuple[str, ...]) -> bool:
    if at + len(words) > len(tokens) or tokens[at].text != words[0]:
        return False
    return all(tokens[at + n].text == word for n, word in enumerate(words))


def _before(tokens: Sequence[Token], verb: int, entry: _Entry, inside: set[int]) -> _Before:
    at, first = verb - 1, verb
    be = ""
    have = negated = longer = meant = unwilling = forced = compelled = infinitive = False
    while at >= 0 and verb - at <= _LONGEST and at not in inside:
        text = tokens[at].text
        following = tokens[at + 1].text
        lead = tokens[at - 1].text if at else ""
        linked = following in _LINKS or (at + 1 == verb and entry.form == "ing")
        if text in _NEGATED:
            negated, text = True, _NEGATED[text]
        if text in _NOT or text in _NEARLY:
            negated = True
        elif text == "longer" and lead == "no":
            negated, longer, at = True, True, at - 1
        elif text in _UNWILLING and linked:
            unwilling = True
        elif text in _FORCED and following == "to":
            forced = True
            compelled = compelled or text in _COMPELS
        elif (text in _MEANT and linked) or (text == "yet" and following == "to"):
            meant = True
        elif text == "able" and following == "to":
            forced = True
        elif text in _COMPELLED and lead in _COMPELS and (infinitive or at + 1 == verb):
            forced, compelled, at = True, True, at - 1  # "the rash forced us to stop", "made her stop"
        elif text in _BE:
            be = text if not be or be in ("be", "been", "being") else be
        elif text in _HAVE:
            have = True
        elif text in _MODAL:
            meant = True
        elif text == "to":
            infinitive = True
        elif text in _DO or text == "did":
            be = be or text
        elif text in ADVERBS:
            at -= 1
            continue
        elif (text in _LINKS and lead in _NOT_DONE and (at + 1 == verb and entry.form == "ing")) or (
            text in ("we", "i", "she", "he", "they", "you")
            and (lead in _MODAL or lead in _DO or lead in ("did", "is", "was"))
        ):
            pass
        else:
            break
        first = at
        at -= 1
    while at >= 0 and tokens[at].text in ADVERBS:
        at -= 1
    lead = tokens[min(at, first - 1)].text if at >= 0 and first else ""
    return _Before(
        first=first,
        be=be,
        have=have,
        negated=negated,
        longer=longer,
        meant=meant or (infinitive and not forced),
        unwilling=unwilling,
        forced=forced,
        compelled=compelled and not meant,
        told=(infinitive or lead in _MADE) and _was_told(tokens, first),
        subject=lead in _SUBJECTS,
        lead=lead,
    )


_NEARLY = frozenset({"nearly", "almost", "nobody"})
_TELLING = frozenset({"told", "instructed", "asked"})
_MADE = frozenset({"us", "me", "him", "her", "them"})
_PATIENT = frozenset({"him", "her", "them", "to"})


def _was_told(tokens: Sequence[Token], first: int) -> bool:
    """ "I told him in March to ...", "was told to ...": an order given to the patient."""
    lead = [token.text for token in tokens[max(0, first - 4) : first]]
    if lead[-2:-1] == ["made"] and lead[-1] in _MADE:
        return True  # "nephrology made us stop it"
    at = next((at for at, text in enumerate(lead) if text in _TELLING), None)
    return at is not None and (at + 1 == len(lead) or lead[at + 1] in _PATIENT)


_Read = tuple[str, str] | None


def _place(form: str, before: _Before, passive: str = "either") -> str:
    """Where the agent stands: an active verb has it ahead, a participle may have it on either side."""
    if form == "participle" and before.be in _BE and before.be:
        return passive
    if before.subject or form == "base" or (form == "s"):
        return "ahead"
    return "either" if form in ("participle", "past") else "ahead"


def _finite_past(before: _Before) -> bool:
    return before.be in ("was", "were", "had", "did", "got")


def _start(form: str, before: _Before) -> _Read:
    if before.compelled and form == "base" and not before.negated:
        return "started", "ahead"
    if before.meant or before.unwilling:
        # "CYC is to begin on Monday": what begins may be the agent itself
        return "planned", "either" if form == "base" and not before.subject else _place(form, before)
    if before.negated:
        return "never", _place(form, before)
    if form == "ing":
        if before.lead in ("since", "after", "upon", "on", "with", "despite", "by", "following", "from"):
            return "now", "ahead"
        if not before.first and not before.meant:
            return "started", "ahead"  # "Beginning in 2020 with X"
        return ("mentioned" if before.lead in ("before", "to", "without") else "planned"), "ahead"
    if form in ("base", "s") and before.be != "did":
        return "planned", "ahead"
    return "started", _place(form, before)


def _arrive(form: str, before: _Before) -> _Read:
    if form in ("base", "s", "ing") or before.meant or before.negated:
        return None
    return "started", "back"


def _restart(form: str, before: _Before) -> _Read:
    if before.compelled and form == "base" and not before.negated:
        return "started", "ahead"
    if before.meant or before.unwilling:
        return "planned", _place(form, before)
    if before.negated:
        return "before", _place(form, before)
    if form in ("base", "s", "ing") and before.be not in ("did", "is", "are"):
        return "planned", "ahead"
    return "started", _place(form, before)


def _repeat(form: str, before: _Before) -> _Read:
    if before.negated:
        return "before", "back"
    again = before.meant or before.be in ("is", "are", "being")
    return ("now", "either") if again else ("given", "back")


def _denied(before: _Before) -> str:
    return "before" if before.longer else "never"  # "no longer takes"


def _take(form: str, before: _Before) -> _Read:
    if before.meant or before.unwilling:
        return "planned", "either"
    if before.negated:
        return _denied(before), "either" if form == "ing" else _place(form, before)
    if form == "ing":
        return ("before" if _finite_past(before) and not before.have else "now"), "ahead"
    if form in ("base", "s"):
        return ("given" if before.be == "did" else "now"), "either"  # "takes MMF"; "the MMF she takes"
    if form == "participle" and before.be in ("is", "are", "being"):
        return "now", "back"
    return "given", _place(form, before)


def _continue(form: str, before: _Before) -> _Read:
    if before.negated or before.unwilling:
        return "before", "either"
    return "now", "ahead" if before.subject or form == "base" else "either"


def _adjust(form: str, before: _Before) -> _Read:
    if form == "base" and before.first and not before.meant and before.be != "did":
        return None if before.lead not in ("", ":", "-", ",") else ("now", "ahead")
    return "now", _place(form, before, "back")


def _stop(form: str, before: _Before) -> _Read:
    decided = before.lead in ("decided",) or (before.forced and not before.negated) or before.told
    if before.negated or before.unwilling or (before.meant and not decided) or (form == "base" and not decided):
        if form == "base" and before.be == "did" and not before.negated:
            return "before", "ahead"
        return "now", _place(form, before, "back")
    if form == "ing" and before.be in ("is", "are"):
        return "now", "ahead"
    return "before", _place(form, before, "back") if form != "ing" else "either"


def _give(form: str, before: _Before) -> _Read:
    if before.meant or before.unwilling:
        return "planned", "either"
    if before.negated:
        return _denied(before), _place(form, before)
    if form == "ing":
        return ("before" if _finite_past(before) and not before.have else "now"), "ahead"
    if form == "base" and not before.subject:
        return "planned", "ahead"  # told to do
    if form in ("base", "s"):
        return ("given" if before.be == "did" else "now"), "ahead"
    if form == "participle" and before.be in ("is", "are", "being"):
        return "now", "either"
    return "given", _place(form, before)


def _treat(form: str, before: _Before) -> _Read:
    if form == "base" and not before.meant and not before.negated:
        return "treated", "ahead"
    read = _give(form, before)
    if read is not None and read[0] == "given":
        return ("now" if before.have else "treated"), read[1]
    return read


def _try(form: str, before: _Before) -> _Read:
    if before.meant or before.unwilling:
        return "planned", _place(form, before)
    if before.negated:
        return "never", _place(form, before)
    if form in ("base", "s", "ing"):
        return ("before", "ahead") if before.have else ("planned", "ahead")
    return "before", _place(form, before)


def _fail(form: str, before: _Before) -> _Read:
    if before.negated or before.meant:
        return None
    if form == "ing":
        return "now", "ahead"
    return "failed", "either"


def _respond(form: str, before: _Before) -> _Read:
    if not before.negated:
        return None
    if form == "ing" and not _finite_past(before):
        return "now", "ahead"
    return ("failed" if before.be in ("did", "had") or before.have or form != "base" else "now"), "ahead"


def _tolerate(form: str, before: _Before) -> _Read:
    if before.negated or before.unwilling:
        return "before", "ahead" if before.subject or form in ("base", "ing") else "either"
    if before.meant and not before.forced:
        return None
    return "now", "ahead" if before.subject or form in ("base", "ing", "s") else "either"


def _help(form: str, before: _Before) -> _Read:
    if before.negated:
        return "failed", "back"
    return ("now", "back") if form in ("base", "s") and not before.meant else None


def _useless(form: str, before: _Before) -> _Read:
    return ("failed", "back") if not before.meant else None


def _harm_from(form: str, before: _Before) -> _Read:
    return ("before", "ahead") if not before.meant and not before.negated else None


def _harm(form: str, before: _Before) -> _Read:
    return ("before", "back") if not before.meant and not before.negated else None


def _switch_to(form: str, before: _Before) -> _Read:
    if before.compelled and form == "base" and not before.negated:
        return "arrow", "ahead"
    if before.meant or before.unwilling or before.negated or (form in ("base", "s", "ing") and before.be != "did"):
        return "planned", "ahead"
    return "arrow", "ahead"


def _switch_from(form: str, before: _Before) -> _Read:
    if before.compelled and form == "base" and not before.negated:
        return "before", "ahead"
    if before.meant or before.unwilling or before.negated or (form in ("base", "s", "ing") and before.be != "did"):
        return "leaving", "ahead"
    return "before", "ahead"


def _replace(form: str, before: _Before) -> _Read:
    if form in ("participle", "past") and before.be:
        return None  # "was replaced by" is a phrase of its own
    return _switch_from(form, before)


def _plan(form: str, before: _Before) -> _Read:
    return "planned", _place(form, before)


_MEANINGS: dict[str, Callable[[str, _Before], _Read]] = {
    "start": _start,
    "arrive": _arrive,
    "restart": _restart,
    "repeat": _repeat,
    "take": _take,
    "continue": _continue,
    "adjust": _adjust,
    "stop": _stop,
    "give": _give,
    "treat": _treat,
    "try": _try,
    "fail": _fail,
    "respond": _respond,
    "tolerate": _tolerate,
    "help": _help,
    "useless": _useless,
    "harm_from": _harm_from,
    "harm": _harm,
    "replace": _replace,
    "switch_to": _switch_to,
    "switch_from": _switch_from,
    "plan": _plan,
    "refuse": _plan,
}
