"""Verbs of treatment with what stands before them: "has never been started", "we will have to stop", "could not tolerate".

The vocabulary says what a verb means when it was done (`verbs.yml`); the words before it say whether it was done, is only
meant, or was never done. From both follows what became of the agent, and on which side of the verb the agent stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.language.lexicon import Mark
from bot.language.text import Token
from bot.language.vocabulary import load

_VERBS = load("verbs")
_AUXILIARIES = _VERBS["auxiliaries"]
_BE = frozenset(_AUXILIARIES["be"])
_HAVE = frozenset(_AUXILIARIES["have"])
_DO = frozenset(_AUXILIARIES["do"])
_MODAL = frozenset(_AUXILIARIES["modal"])
_NOT = frozenset(_AUXILIARIES["not"])
_NEGATED: dict[str, str] = _AUXILIARIES["negated"]
_ADVERBS = frozenset(_AUXILIARIES["adverbs"])
_MEANT = frozenset(_AUXILIARIES["meant"])
_UNWILLING = frozenset(_AUXILIARIES["unwilling"])
_FORCED = frozenset(_AUXILIARIES["forced"])
_LINKS = frozenset(_AUXILIARIES["links"])
_PERSONS = tuple(tuple(phrase.split()) for phrase in _VERBS["persons"])
_SUBJECTS = frozenset({"we", "i", "she", "he", "they", "you", "patient", "pt", "who", "mdt", "team", "gp"})
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
    forms = {ing: "ing", third: "s", base: "base"}
    forms.setdefault(participle, "participle")
    forms.setdefault(past, "past")
    return forms


_ONE_SYLLABLE = frozenset({"stop", "drop", "plan", "scrap", "axe", "quit", "pop", "ditch", "trial", "withdraw", "cancel"})


def _doubles(base: str) -> bool:
    return base in ("stop", "drop", "plan", "scrap", "pop", "cancel", "quit", "cut", "put")


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
        for line in lines:
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
    meant: bool = False
    unwilling: bool = False
    forced: bool = False
    subject: bool = False  # a person right before: the verb is active
    lead: str = ""  # the word before all of it


def scan(tokens: Sequence[Token], inside: set[int]) -> list[Mark]:
    """The verb groups of a sentence; `inside` are tokens of agents. `kind` and `value` are as in therapy.yml."""
    found: list[Mark] = []
    at = 0
    while at < len(tokens):
        entries = _TABLE.get(tokens[at].text) if at not in inside else None
        matched = _match(tokens, at, entries) if entries else None
        if matched is None:
            at += 1
            continue
        entry, last = matched
        before = _before(tokens, at, entry, inside)
        read = _MEANINGS[entry.act](entry.form, before)
        if read is not None:
            kind, place = read
            found.append(Mark(kind, place, before.first, last, entry.act))
        at = last if read is not None else at + 1
    return found


def _match(tokens: Sequence[Token], at: int, entries: Sequence[_Entry]) -> tuple[_Entry, int] | None:
    best: tuple[_Entry, int] | None = None
    for entry in entries:
        if not entry.tails:
            best = best or (entry, at + 1)
            continue
        starts = [at + 1, *(at + 1 + len(person) for person in _PERSONS if _follows(tokens, at + 1, person))]
        for tail in entry.tails:
            for start in starts:
                if _follows(tokens, start, tail) and (best is None or start + len(tail) > best[1]):
                    best = (entry, start + len(tail))
    return best


def _follows(tokens: Sequence[Token], at: int, words: tuple[str, ...]) -> bool:
    return at + len(words) <= len(tokens) and all(tokens[at + n].text == word for n, word in enumerate(words))


def _before(tokens: Sequence[Token], verb: int, entry: _Entry, inside: set[int]) -> _Before:
    at, first = verb - 1, verb
    be, have, negated, meant, unwilling, forced, linked, infinitive = "", False, False, False, False, False, False, False
    while at >= 0 and verb - at <= _LONGEST and at not in inside:
        text = tokens[at].text
        following = tokens[at + 1].text
        lead = tokens[at - 1].text if at else ""
        linked = following in _LINKS or (at + 1 == verb and entry.form == "ing")
        if text in _NEGATED:
            negated, text = True, _NEGATED[text]
        if text in _NOT:
            negated = True
        elif text == "longer" and lead == "no":
            negated, at = True, at - 1
        elif text in _UNWILLING and linked:
            unwilling = True
        elif text in _FORCED and following == "to":
            forced = True
        elif text in _MEANT and linked:
            meant = True
        elif text == "yet" and following == "to":
            meant = True
        elif text == "able" and following == "to":
            forced = True
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
        elif text in _ADVERBS:
            at -= 1
            continue
        elif text in _LINKS and lead in (_MEANT | _UNWILLING) and (at + 1 == verb and entry.form == "ing"):
            pass
        elif text in ("we", "i", "she", "he", "they", "you") and (lead in _MODAL or lead in _DO or lead in ("did", "is", "was")):
            pass
        else:
            break
        first = at
        at -= 1
    lead = tokens[first - 1].text if first else ""
    return _Before(
        first=first,
        be=be,
        have=have,
        negated=negated,
        meant=meant or (infinitive and not forced),
        unwilling=unwilling,
        forced=forced,
        subject=lead in _SUBJECTS,
        lead=lead,
    )


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
    if before.meant or before.unwilling:
        return "planned", _place(form, before)
    if before.negated:
        return "never", _place(form, before)
    if form == "ing":
        if before.lead in ("since", "after", "upon", "on", "with", "despite", "by", "following", "from"):
            return "now", "ahead"
        return ("mentioned" if before.lead in ("before", "to", "without") else "planned"), "ahead"
    if form in ("base", "s") and before.be != "did":
        return "planned", "ahead"
    return "started", _place(form, before)


def _restart(form: str, before: _Before) -> _Read:
    if before.meant or before.unwilling:
        return "planned", _place(form, before)
    if before.negated:
        return "before", _place(form, before)
    if form in ("base", "s", "ing") and before.be not in ("did", "is", "are"):
        return "planned", "ahead"
    return "started", _place(form, before)


def _take(form: str, before: _Before) -> _Read:
    if before.meant or before.unwilling:
        return "planned", _place(form, before)
    if before.negated:
        return "never", _place(form, before)
    if form == "ing":
        return ("before" if _finite_past(before) and not before.have else "now"), "ahead"
    if form in ("base", "s"):
        return ("given" if before.be == "did" else "now"), "ahead"
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
    decided = before.lead in ("decided",) or (before.forced and not before.negated)
    if before.negated or before.unwilling or (before.meant and not decided) or (form == "base" and not decided):
        if form == "base" and before.be == "did" and not before.negated:
            return "before", "ahead"
        return "now", _place(form, before, "back")
    if form == "ing" and before.be in ("is", "are"):
        return "now", "ahead"
    return "before", _place(form, before, "back") if form != "ing" else "either"


def _give(form: str, before: _Before) -> _Read:
    if before.meant or before.unwilling:
        return "planned", _place(form, before)
    if before.negated:
        return "never", _place(form, before)
    if form == "ing":
        return ("before" if _finite_past(before) and not before.have else "now"), "ahead"
    if form in ("base", "s"):
        return ("given" if before.be == "did" else "now"), "ahead"
    if form == "participle" and before.be in ("is", "are", "being"):
        return "now", "either"
    return "given", _place(form, before)


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
    return ("failed", "back") if before.negated else None


def _useless(form: str, before: _Before) -> _Read:
    return ("failed", "back") if not before.meant else None


def _harm(form: str, before: _Before) -> _Read:
    return ("before", "back") if not before.meant and not before.negated else None


def _plan(form: str, before: _Before) -> _Read:
    return "planned", _place(form, before)


_MEANINGS: dict[str, Callable[[str, _Before], _Read]] = {
    "start": _start,
    "restart": _restart,
    "take": _take,
    "continue": _continue,
    "adjust": _adjust,
    "stop": _stop,
    "give": _give,
    "try": _try,
    "fail": _fail,
    "respond": _respond,
    "tolerate": _tolerate,
    "help": _help,
    "useless": _useless,
    "harm": _harm,
    "plan": _plan,
    "refuse": _plan,
}
