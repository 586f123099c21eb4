"""Verbs of treatment with what stands before them: "has never been started", "will have to stop", "did not tolerate".

The vocabulary says what a verb means when it was done (`verbs.yml`); the words before it say whether it was done, is
only meant, or was never done. From both follows what became of the agent, and on which side of the verb it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.lexicon import Mark
from bot.language.text import Token
from bot.language.verb_forms import FORMS, VERBS, Verb
from bot.language.verb_leads import MODAL, Lead, lead_of
from bot.language.verb_uses import GOES, before_an_agent, in_place

_PERSONS: dict[str, list[tuple[str, ...]]] = {}
for _phrase in VERBS["persons"]:
    _PERSONS.setdefault(_phrase.split()[0], []).append(tuple(_phrase.split()))
_THIRD_PERSON = frozenset({"she", "he", "it", "patient", "pt", "who"})
_REACH_OF_A_MODAL = 7


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
        entries = FORMS.get(tokens[at].text) if at not in inside and tokens[at].text not in ("has", "have") else None
        matched = _match(tokens, at, entries, inside) if entries else None
        if matched is None:
            at += 1
            continue
        entry, last, person = matched
        before = lead_of(tokens, at, entry, inside)
        before = replace(before, subject=before.subject or person)
        joined = before.first and tokens[before.first - 1].text in ("and", "or")
        if joined and not before.be and not before.have and at - meant_at < _REACH_OF_A_MODAL:
            before = replace(before, meant=True)  # "I would stop MTX and use MMF"
        form = _form(entry, before, tokens[0].text in MODAL)
        meant_at = at if before.meant and form == "base" else meant_at
        act = _act(tokens, at, entry, last, inside)
        read, last = in_place(tokens, at, last, act, form, before, inside)
        if read is not None:
            kind, place = read
            found.append(Mark(kind, place, before.first, last, entry.act))
        at = last if read is not None else at + 1
    return found


_PASSIVE = frozenset({"was", "were", "been", "is", "are", "being", "got"})


def _form(entry: Verb, before: Lead, asks: bool) -> str:
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


def _act(tokens: Sequence[Token], at: int, entry: Verb, last: int, inside: set[int]) -> str:
    """What a verb does, by what follows it."""
    if tokens[at].text in GOES and tokens[last - 1].text == "on" and not before_an_agent(tokens, last, inside):
        return "continue"  # "MMF goes on"
    if entry.act in ("switch_to", "switch_from") and last < len(tokens) and tokens[last].kind == "number":
        return "adjust"  # "went from 60 mg to 5"
    return entry.act


def _did_harm(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
    """ "made him diabetic", "raised her pressure", "sent his creatinine up", behind the agent that did it."""
    if tokens[at].text not in _MADE_IT and tokens[at].text not in _SENT:
        return False
    following = [token.text for token in tokens[at + 1 : at + 3]]
    if len(following) < 2 or before_an_agent(tokens, at + 1, inside):
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


_PURPOSES = frozenset(
    {"make", "allow", "avoid", "see", "give", "spare", "let", "protect", "simplify", "limit", "please"}
)
_GOES_WHERE = frozenset({"back", "on", "onto", "to", "up", "down", "through", "into", "straight", "over"})
_PARTICLES = frozenset({"down", "up", "off", "out", "back", "away", "aside", "on", "go", "over"})
_PARTICLES |= {"alone", "unchanged", "as", "at"}


def _match(
    tokens: Sequence[Token], at: int, entries: Sequence[Verb], inside: set[int]
) -> tuple[Verb, int, bool] | None:
    """The longest phrase of a verb, where it ends, and whether a person stands inside it ("put her on")."""
    best: tuple[Verb, int, bool] | None = None
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
