"""What stands before a verb of treatment: "has never been", "will have to", "did not", "was told to"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language.text import Token
from bot.language.verb_forms import VERBS, Verb

_AUXILIARIES = VERBS["auxiliaries"]
BE = frozenset(_AUXILIARIES["be"])
_HAVE = frozenset(_AUXILIARIES["have"])
_DO = frozenset(_AUXILIARIES["do"])
MODAL = frozenset(_AUXILIARIES["modal"])
_NOT = frozenset(_AUXILIARIES["not"])
_NEGATED: dict[str, str] = _AUXILIARIES["negated"]
ADVERBS = frozenset(_AUXILIARIES["adverbs"])
_MEANT = frozenset(_AUXILIARIES["meant"])
_UNWILLING = frozenset(_AUXILIARIES["unwilling"])
_NOT_DONE = _MEANT | _UNWILLING
_FORCED = frozenset(_AUXILIARIES["forced"])
_LINKS = frozenset(_AUXILIARIES["links"])
_SUBJECTS = frozenset({"we", "i", "she", "he", "they", "you", "patient", "pt", "who", "mdt", "team", "gp"})
_LONGEST = 9
"""Words looked at before a verb."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands before a verb."""

    first: int
    be: str = ""
    have: bool = False
    negated: bool = False
    longer: bool = False  # "no longer"
    meant: bool = False
    unwilling: bool = False
    forced: bool = False
    told: bool = False  # "told him to"
    subject: bool = False  # a person right before: the verb is active
    lead: str = ""  # the word before all of it


def lead_of(tokens: Sequence[Token], verb: int, entry: Verb, inside: set[int]) -> Lead:
    at, first = verb - 1, verb
    be = ""
    have = negated = longer = meant = unwilling = forced = infinitive = False
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
        elif (text in _MEANT and linked) or (text == "yet" and following == "to"):
            meant = True
        elif text == "able" and following == "to":
            forced = True
        elif text in BE:
            be = text if not be or be in ("be", "been", "being") else be
        elif text in _HAVE:
            have = True
        elif text in MODAL:
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
            and (lead in MODAL or lead in _DO or lead in ("did", "is", "was"))
        ):
            pass
        else:
            break
        first = at
        at -= 1
    while at >= 0 and tokens[at].text in ADVERBS:
        at -= 1
    lead = tokens[min(at, first - 1)].text if at >= 0 and first else ""
    return Lead(
        first=first,
        be=be,
        have=have,
        negated=negated,
        longer=longer,
        meant=meant or (infinitive and not forced),
        unwilling=unwilling,
        forced=forced,
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
