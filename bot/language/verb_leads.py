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
    compelled: bool = False  # "had to", "was forced to", "made us": it was done
    told: bool = False  # "told him to"
    subject: bool = False  # a person right before: the verb is active
    lead: str = ""  # the word before all of it


def lead_of(tokens: Sequence[Token], verb: int, entry: Verb, inside: set[int]) -> Lead:
    """What stands before a verb, read from the verb backwards to the first word that does not belong to it."""
    at, first = verb - 1, verb
    be = ""
    said: set[str] = set()
    while at >= 0 and verb - at <= _LONGEST and at not in inside:
        text = tokens[at].text
        if text in _NEGATED:
            said.add("negated")
            text = _NEGATED[text]
        role = _role_of(tokens, at, text, at + 1 == verb and entry.form == "ing")
        if role is None and ("to" in said or at + 1 == verb) and _compels(tokens, at):
            role = "person"  # "the rash forced us to stop", "made her stop"
        if role is None:
            break
        if role == "adverb":
            at -= 1
            continue
        if role == "be" and be in ("", "be", "been", "being"):
            be = text
        elif role == "do":
            be = be or text
        said.add(role)
        first = at - 1 if role in ("no longer", "person") else at
        at = first - 1
    while at >= 0 and tokens[at].text in ADVERBS:
        at -= 1
    lead = tokens[min(at, first - 1)].text if at >= 0 and first else ""
    meant = "meant" in said or ("to" in said and not said & {"forced", "compelled", "person"})
    return Lead(
        first=first,
        be=be,
        have="have" in said,
        negated=bool(said & {"negated", "no longer"}),
        longer="no longer" in said,
        meant=meant,
        unwilling="unwilling" in said,
        forced=bool(said & {"forced", "compelled", "person"}),
        compelled=bool(said & {"compelled", "person"}) and not meant,
        told=("to" in said or lead in _MADE) and _was_told(tokens, first),
        subject=lead in _SUBJECTS,
        lead=lead,
    )


def _role_of(tokens: Sequence[Token], at: int, text: str, before_ing: bool) -> str | None:
    """What a word before a verb does; None where it does not belong to the verb."""
    following, lead = tokens[at + 1].text, tokens[at - 1].text if at else ""
    linked = following in _LINKS or before_ing
    if text in _NOT or text in _NEARLY:
        return "negated"
    if text == "longer" and lead == "no":
        return "no longer"
    if text in _UNWILLING and linked:
        return "unwilling"
    if text in _FORCED and following == "to":
        return "compelled" if text in _COMPELS else "forced"
    if (text in _MEANT and linked) or (text == "yet" and following == "to"):
        return "meant"
    if text == "able" and following == "to":
        return "forced"
    role = _ROLES.get(text)
    if role is None and _between(text, lead, before_ing):
        return "between"
    return role


def _between(text: str, lead: str, before_ing: bool) -> bool:
    """ "Keen *on* starting", "should *we* start"."""
    link = text in _LINKS and lead in _NOT_DONE and before_ing
    asked = lead in MODAL or lead in _DO or lead in ("did", "is", "was")
    return link or (text in ("we", "i", "she", "he", "they", "you") and asked)


_ROLES = {
    **dict.fromkeys(ADVERBS, "adverb"),
    **dict.fromkeys((*_DO, "did"), "do"),
    "to": "to",
    **dict.fromkeys(MODAL, "meant"),
    **dict.fromkeys(_HAVE, "have"),
    **dict.fromkeys(BE, "be"),
}
"""What the other words do; of two the later entry counts."""


def _compels(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at].text in _MADE and tokens[at - 1].text in _COMPELS


_COMPELS = frozenset(
    {"forced", "obliged", "compelled", "made", "led", "prompted", "caused", "drove", "persuaded", "had", "managed"}
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
