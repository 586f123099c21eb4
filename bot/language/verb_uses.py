"""Verbs of treatment that say something else where they stand: "is often used", "since the switch to MMF"."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from bot.language.text import Token
from bot.language.times import MONTHS
from bot.language.verb_leads import Lead
from bot.language.verb_meanings import MEANINGS, Read
from bot.language.vocabulary import words


def in_place(
    tokens: Sequence[Token], at: int, last: int, act: str, form: str, before: Lead, inside: set[int]
) -> tuple[Read, int]:
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
    if act == "adjust" and tokens[at].text in GOES and behind_agent:
        return ("now", "back"), last  # "MMF goes up from 2 to 3 g"
    stands = behind_agent or before.be or before.meant or before.negated or before.lead in _SUBJECTS_OF_EFFECT
    if act == "help" and form in ("base", "s") and last == at + 1 and not stands:
        return None, last  # "which laboratory controls", "the work"
    if act == "continue" and tokens[at].text in ("covered", "cover", "covers") and before.negated:
        return ("planned", "back"), last  # "rituximab is not covered by the insurance"
    if act == "plan" and tokens[at].text == "went" and not before_an_agent(tokens, last, inside):
        return None, last  # "went for a walk"
    if act in ("plan", "refuse") and tokens[before.first].text == "nobody":
        return None, last  # "nobody booked another"
    if act in ("start", "stop") and form == "base" and last == at + 1 and _as_noun(tokens, at, inside):
        return ("started" if act == "start" else "before", "back"), last  # "2025 PSL start", "2026 PSL stop"
    read = MEANINGS[act](form, before)
    off = act == "stop" and tokens[last - 1].text == "off" and before_an_agent(tokens, last, inside)
    if off and read == ("before", "back"):
        return ("before", "ahead"), last  # "she was taken off mycophenolate"
    swapped = act == "replace" and form in ("past", "participle") and following in ("for", "with", "by")
    if swapped and read is not None and behind_agent:
        return ("arrow", "ahead"), last + 1  # "CsA swapped for bari"
    return read, last


def _in_general(tokens: Sequence[Token], before: Lead, last: int) -> bool:
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


GOES = frozenset({"go", "goes", "went", "gone", "going"})


def before_an_agent(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
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
    return person and tokens[at].text in ("gave", "gives", "giving") and not before_an_agent(tokens, at + 2, inside)
