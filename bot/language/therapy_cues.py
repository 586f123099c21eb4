"""Words that say a status, found in a sentence and weighed against each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.language import no_treatment, verb_groups
from bot.language.cue_exceptions import (
    any_to_come,
    asks_there,
    before_its_time,
    between_agents,
    compares,
    is_count,
    is_dose_arrow,
    names_side_effects,
    of_a_discharge,
    of_one_dose,
    passes_on,
    runs_on,
    somebody,
    still_to_come,
)
from bot.language.cue_ranks import LITERATURE
from bot.language.dosing import has_dose, of_dose
from bot.language.lexicon import Lexicon, Mark, expand
from bot.language.text import Token
from bot.language.times import When, is_year
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
        and not runs_on(tokens, mark.last, inside)
        for index in range(mark.first, mark.last)
    }
    found = []
    for cue in _longest([*CUES.scan_everywhere(tokens), *verb_groups.scan(tokens, inside)]):
        of_time = any(
            (when.first <= cue.first and cue.last <= when.last)
            or (cue.last == when.first and tokens[cue.last - 1].text in ("past", "last", "previous"))
            for when in whens
        )
        if (
            tokens[cue.first].text == "now"
            and cue.first
            and (tokens[cue.first - 1].text in ("-", "to", "until", "till") or is_year(tokens[cue.first - 1]))
        ):
            continue
        if cue.kind == "planned" and cue.last - cue.first == 1 and not asks_there(tokens, cue.first, asks):
            continue
        lead = {token.text for token in tokens[max(0, cue.first - 3) : cue.first]}
        following = tokens[cue.last].text if cue.last < len(tokens) else ""
        if tokens[cue.last - 1].text in ("after", "following") and following in ("that", "this", "which", "all"):
            continue  # "after that": in turn
        if cue.kind == "planned" and tokens[cue.first].text in _BIDS and passes_on(tokens, cue):
            continue
        if tokens[cue.first].text == "request" and lead & {"at", "on", "upon"}:
            continue  # "stopped at her request"
        if of_a_discharge(tokens, cue):
            continue
        if cue.kind == "other_person" and tokens[cue.last - 1].text in LITERATURE and lead & _WITHIN:
            continue  # the patient in a trial
        if tokens[cue.last - 1].text == "review" and not lead & _OF_LITERATURE:
            continue  # "chart review:", "homecare review"
        if tokens[cue.last - 1].text == "delivered" and _PASSIVE & {
            token.text for token in tokens[cue.first : cue.last]
        }:
            cue = Mark("never", "back", cue.first, cue.last)  # "it never got delivered"
        if cue.kind == "arrow" and tokens[cue.first].text == "out" and cue.last not in inside:
            cue = Mark("before", "back", cue.first, cue.first + 1)  # "aza out for pancreatitis"
        behind = tokens[min(cue.last, len(tokens) - 1)]
        if tokens[cue.last - 1].text in ("until", "till", "til") and of_dose(behind) and not is_year(behind):
            continue  # "reduce prednisolone by 2.5 mg a month until 5 mg"
        if tokens[cue.first].text in ("until", "till", "til") and still_to_come(tokens, cue.last):
            found.append(Mark("now", "back", cue.first, cue.last))
            continue  # "mycophenolate until she is ready for a baby"
        if tokens[cue.last - 1].text in _WHEN_NEEDED and lead & {"as", "when", "if"}:
            continue  # "paracetamol as needed"
        then = tokens[cue.last + 1].text if cue.last + 1 < len(tokens) else ""
        if tokens[cue.first].text in ("if", "when") and following in _WHEN_NEEDED and then != ":":
            continue
        if cue.kind == "planned" and cue.act and lead & {"the", "all", "of"} and is_count(tokens, cue.last):
            continue  # "after the planned six"
        if tokens[cue.first].text == "off" and lead & _READING:
            continue  # "reading off the bottles"
        if tokens[cue.first].text == "no" and tokens[cue.last - 1].text == "more" and compares(tokens, cue.last):
            continue  # "on pred, no more breathless than before"
        if (
            cue.last - cue.first == 1
            and tokens[cue.first].text == "on"
            and any(when.first == cue.last for when in whens)
        ):
            continue  # "on 3 November"
        if tokens[cue.first].text in _COMPARED and cue.first and tokens[cue.first - 1].text in _COMPARING:
            continue  # "no less breathless than before"
        if any(cue.first == mark.last for mark in denials) and cue.kind in ("before", "given"):
            continue  # "no other drug was used before"
        if cue.last in nothing and cue.kind in ("now", "given"):
            continue  # "takes no immunosuppression"
        if names_side_effects(tokens, cue, asks):
            found.append(Mark("mentioned", "ahead", cue.first, cue.last))
            continue
        if tokens[cue.first].text in ("before", "prior") and any_to_come(tokens, cue, inside):
            found.append(Mark("mentioned", "ahead", cue.first, cue.last))
            continue
        if (
            tokens[cue.last - 1].text in ("before", "to")
            and tokens[cue.first].text in ("before", "prior")
            and (cue.last in inside or before_its_time(tokens, cue, inside))
            and not (cue.first and tokens[cue.first - 1].text == ",")  # "MMF, before azathioprine"
            and (cue.first or somebody(tokens, cue.last, inside))  # "Before cyclophosphamide, without effect"
            and not any(at in inside for at in range(max(0, cue.first - 3), cue.first))
        ):
            found.append(Mark("mentioned", "ahead", cue.first, cue.last))
            continue
        if cue.first in inside or cue.first in nothing or is_dose_arrow(tokens, cue) or (of_time and cue.kind != "now"):
            continue
        if cue.kind == "before" and of_one_dose(tokens, cue):
            cue = replace(cue, kind="given")
        said = " ".join(token.text for token in tokens[cue.first : cue.last])
        if tokens[cue.first].text == "back" and cue.kind == "now":
            cue = replace(cue, act="restart")
        if said == "since":
            cue = replace(cue, value="either")
        if said in ("before", "prior to") and between_agents(tokens, cue, inside):
            cue = Mark("arrow", "ahead", cue.first, cue.last)
        found.append(cue)
        if (
            tokens[cue.last - 1].text in ("add", "adding", "added")
            and cue.last < len(tokens)
            and tokens[cue.last].text == "to"
        ):
            found.append(Mark("now", "ahead", cue.last - 1, cue.last + 1))
    found += _signed(tokens, inside)
    return _merged(tokens, sorted(found, key=lambda cue: cue.first))


_WHEN_NEEDED = frozenset({"needed", "required", "necessary", "wanted"})
_READING = frozenset({"reading", "read", "copied", "copying", "typed", "straight"})
_OF_LITERATURE = frozenset({"a", "the", "this", "recent", "systematic", "that", "cochrane"})


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


_PASSIVE = frozenset({"got", "get", "gets", "was", "were", "been", "is"})
_BIDS = frozenset({"asked", "asks", "asking"})


def _is_still(tokens: Sequence[Token], cue: Mark) -> bool:
    return cue.kind == "now" and cue.last - cue.first == 1 and tokens[cue.first].text == "still"


_WITHIN = frozenset({"in", "through", "via", "within", "under", "into", "by"})
_COMPARED = frozenset({"before", "previously", "earlier"})
_COMPARING = frozenset({"than", "as", "like", "with", "to", "from"})


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
