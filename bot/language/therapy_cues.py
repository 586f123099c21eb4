"""Words that say a status, found in a sentence and weighed against each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.language import cue_exceptions, no_treatment, verb_groups
from bot.language.dosing import has_dose
from bot.language.lexicon import Lexicon, Mark, expand
from bot.language.text import Token
from bot.language.times import When
from bot.language.vocabulary import load, words

_CUES = load("therapy")


def _split(entries: Iterable[str]) -> Iterable[str]:
    for entry in entries:
        yield from (part.strip() for part in str(entry).split(", ") if part.strip())


def _cue_lexicon() -> Lexicon:
    """Status phrases; one that is listed both ahead and back counts as either, the first status listed wins."""
    known: dict[tuple[str, ...], tuple[str, str]] = {}
    for status, places in _CUES.items():
        for place, entries in places.items():
            for sequence in (found for phrase in _split(entries) for found in expand(phrase)):
                earlier = known.get(sequence)
                if earlier is None:
                    known[sequence] = (status, place)
                elif earlier[0] == status and earlier[1] != place:
                    known[sequence] = (status, "either")
    lexicon = Lexicon()
    for sequence, (status, place) in known.items():
        if sequence:
            lexicon.add_words(sequence, status, place)
    return lexicon


CUES = _cue_lexicon()


def cues_of(tokens: Sequence[Token], inside: set[int], whens: Sequence[When], asks: bool = False) -> list[Mark]:
    """The status words of a sentence, without those that belong to a time ("past 8 months") or to "nothing else"."""
    denials = no_treatment.scan(tokens, inside)
    nothing = {
        index
        for mark in denials
        if (tokens[mark.first].text not in ("all", "everything") or not inside)
        and not cue_exceptions.runs_on(tokens, mark.last, inside)
        for index in range(mark.first, mark.last)
    }
    beside = cue_exceptions.Beside(inside, whens, asks, denials, nothing)
    cues = _longest([*CUES.scan_everywhere(tokens), *verb_groups.scan(tokens, inside)])
    found = [read for cue in cues for read in _where_it_stands(tokens, cue, beside)]
    found += _signed(tokens, inside)
    return _merged(tokens, sorted(found, key=lambda cue: cue.first))


def _where_it_stands(tokens: Sequence[Token], cue: Mark, beside: cue_exceptions.Beside) -> list[Mark]:
    """What a word of treatment says where it stands: a status, two of them or none."""
    cue = cue_exceptions.as_it_stands(tokens, cue, beside)
    if cue_exceptions.ends_ahead(tokens, cue):
        return [Mark("now", "back", cue.first, cue.last)]
    if cue_exceptions.says_nothing(tokens, cue, beside):
        return []
    if cue_exceptions.only_mentions(tokens, cue, beside):
        return [Mark("mentioned", "ahead", cue.first, cue.last)]
    if cue_exceptions.part_of_something_else(tokens, cue, beside):
        return []
    cue = cue_exceptions.settled(tokens, cue, beside.inside)
    to = cue.last < len(tokens) and tokens[cue.last].text == "to"
    if to and tokens[cue.last - 1].text in ("add", "adding", "added"):
        return [cue, Mark("now", "ahead", cue.last - 1, cue.last + 1)]  # "added to MMF"
    return [cue]


def _longest(cues: Sequence[Mark]) -> list[Mark]:
    """Of cues that overlap the longest; a verb read by its parts before a phrase of its own."""
    kept: list[Mark] = []
    taken: set[int] = set()
    for cue in sorted(cues, key=lambda cue: (cue.first - cue.last, cue.kind != "not_systemic", not cue.act)):
        if not taken & set(range(cue.first, cue.last)):
            kept.append(cue)
            taken.update(range(cue.first, cue.last))
    return sorted(kept, key=lambda cue: cue.first)


def _signed(tokens: Sequence[Token], inside: set[int]) -> list[Mark]:
    """ "-AZA": a minus against the name, at the start or behind a comma."""
    return [
        Mark("before", "ahead", at, at + 1)
        for at in range(len(tokens) - 1)
        if tokens[at].text == "-"
        and at + 1 in inside
        and tokens[at].end == tokens[at + 1].start
        and (at == 0 or tokens[at - 1].text in (",", ")"))
    ]


def _merged(tokens: Sequence[Token], cues: list[Mark]) -> list[Mark]:
    """Neighbouring words as one: "should be" + "added" is a plan, "never" + "stopped" is taken now."""
    merged: list[Mark] = []
    for cue in cues:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.last == cue.first
            and last.kind in ("planned", "never")
            and (cue.kind != "before" or tokens[last.first].text != "no")  # a column "No", then "stopped"
            and (cue.kind != "before" or cue.act or last.kind != "planned")  # "was discussed | back then"
            and cue.kind in ("started", "before", "given")
            and cue.value != "ahead"
            and tokens[cue.first].text not in ("in", "out")
        ):
            kind = "now" if cue.kind == "before" else last.kind
            merged[-1] = Mark(kind, cue.value, last.first, cue.last)
        elif last is not None and last.last == cue.first and cue.kind == "planned" and _is_still(tokens, last):
            merged[-1] = replace(cue, first=last.first)  # "for baricitinib we still wait for approval"
        elif (
            last is not None
            and last.last == cue.first
            and last.kind == "now"
            and tokens[last.first].text in ADVERBS
            and cue.kind in ("given", "treated")
        ):
            merged[-1] = Mark("now", cue.value, last.first, cue.last)
        else:
            merged.append(cue)
    return merged


def _is_still(tokens: Sequence[Token], cue: Mark) -> bool:
    return cue.kind == "now" and cue.last - cue.first == 1 and tokens[cue.first].text == "still"


def from_to(tokens: Sequence[Token], marks: Sequence[Mark], cues: Sequence[Mark]) -> list[Mark]:
    """The "to" between two agents: an arrow in "switched from A to B", taken now in "adding A to B"."""
    found = []
    for left, right in itertools.pairwise(marks):
        replaced = any(cue.act == "replace" and cue.last <= left.first <= cue.last + 4 for cue in cues)
        left_behind = any(cue.act == "switch_from" and cue.last <= left.first for cue in cues)
        links = ("to", "onto", "for", "with", "by") if replaced else ("to", "onto")
        at = next(
            (
                at
                for at in range(left.last, right.first)
                if tokens[at].text in links
                and tokens[at + 1].kind != "number"
                and tokens[at - 1].text not in _GIVING_A_REASON
            ),
            None,
        )
        if at is None or any(cue.first <= at < cue.last for cue in cues):
            continue
        if replaced:
            found.append(Mark("arrow", "ahead", at, at + 1))
            continue
        near = {token.text for token in tokens[max(0, left.first - 8) : left.first]}
        between = {token.text for token in tokens[left.last : at]}
        from_left = left.first and tokens[left.first - 1].text == "from" and not has_dose(tokens, right)
        if (
            from_left
            or left_behind
            or near & _SWITCHES
            or {token.text for token in tokens[right.last : right.last + 2]} & _SWITCHES
        ) or _bare_change(tokens, left, right, at, cues):
            found.append(Mark("arrow", "ahead", at, at + 1))
        elif (near | between) & {"add", "adding", "added", "adds", "addition"}:
            found.append(Mark("now", "ahead", at, at + 1))
    return found


_SWITCHES = words("therapy", "switches")
_GIVING_A_REASON = frozenset({"owing", "due", "thanks", "secondary", "according"})


def _bare_change(tokens: Sequence[Token], left: Mark, right: Mark, at: int, cues: Sequence[Mark]) -> bool:
    """ "Azathioprine to mycophenolate in 2020, back to azathioprine": a change told without a verb."""
    opens = not left.first or tokens[left.first - 1].text in (",", "-", ":", "(", "then")
    plain = {token.text for token in tokens[left.last : right.first]} <= {"to", "back"}
    return (
        opens and plain and tokens[at].text == "to" and not any(cue.first < at for cue in cues if cue.kind == "planned")
    )


TERSE = words("therapy", "terse")


PREPOSITIONS = words("therapy", "prepositions")


ADVERBS = words("therapy", "adverbs")


AFTER_NO = words("therapy", "after_no")
