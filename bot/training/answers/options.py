"""Which options a resident calls open, and for calcineurin inhibitors which agent, added or instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.guideline.knowledge import KNOWLEDGE
from bot.language import agents
from bot.language.lexicon import Mark
from bot.language.text import Token
from bot.training.answers.claims import clauses, grammar, without_conditions
from bot.training.answers.clause import NEGATOR, NOT, REASON, SUBJECT, VALUE, Claims, read_clause
from bot.training.answers.reading import read_sentences, verdict_of
from bot.training.library import split_phrases
from bot.training.vocabulary import load

OPEN, CLOSED = "open", "closed"
_FILE = load("options")
_GROUPS = {name: _FILE.text(name) for name in ("all", "rest", "none", "exhausted", "elsewhere")}
_WORDS = grammar(
    {name: split_phrases(str(text)) for name, text in (*_FILE.table("classes").items(), *_GROUPS.items())},
    {name: split_phrases(str(text)) for name, text in _FILE.table("values").items()},
)
_PASSIVE = frozenset({"to", "be", "is", "should", "gets", "must", "can", "has", "have", "needs", "being", "could"})
_ARROWS = frozenset({"->", "-->", "→", ">"})
_TO = frozenset({"to", "with", "for", "by", "into"})
_JOINING = frozenset({"to", "with", "under", "despite", "of", "keeping", "continuing", "beside", "on"})
_NAMELY = frozenset({",", ":", "-", "(", "=", "i", "ie", "namely", "are", "being"})
_INSTEAD = frozenset(tuple(phrase.split()) for phrase in split_phrases(_FILE.text("in_place_of")))
_REPLACING = frozenset({"replacing", "replace", "replaces"})
_SWAPS = frozenset(split_phrases(_FILE.text("swaps")))


@dataclass(frozen=True)
class OptionsAnswer:
    """What was said of each option, the agents named as the new calcineurin inhibitor, and how it would come in."""

    said: Mapping[str, str] = field(default_factory=dict)  # open or closed
    cni_agents: frozenset[str] = frozenset()
    cni_added: bool = False
    unlisted: frozenset[str] = frozenset()


def read_options(text: str) -> OptionsAnswer | None:
    """Read which options are called open; an option that is only named is named as open."""
    claims, added = Claims(), False
    for sentence in read_sentences(text):
        for clause in clauses(_marks(sentence.tokens)):
            _read(clause, sentence.tokens, claims)
            added = added or _adds_cni(clause, sentence.tokens)
    return _answer(text, claims, added)


def _read(clause: Sequence[Mark], tokens: Sequence[Token], claims: Claims) -> None:
    """A reason may close options; what it only names is not meant: "all five, since only azathioprine was tried"."""
    if not (clause and clause[0].value == REASON):
        read_clause(clause, tokens, claims)
        return
    reason = Claims()
    read_clause(clause, tokens, reason)
    for name, value in reason.said.items():
        if value in (CLOSED, NOT) and name not in _GROUPS:
            claims.add(name, value)


def _marks(tokens: Sequence[Token]) -> list[Mark]:
    """Agents among the other words; an agent that would be replaced is no subject."""
    drugs = [mark for mark in agents.scan(tokens) if mark.kind == "agent"]
    found = _WORDS.scan(tokens)
    drugs = [drug for drug in drugs if not any(_covers(word, drug) for word in found)]
    inside = {index for mark in drugs for index in range(mark.first, mark.last)}
    words = [mark for mark in found if not inside & set(range(mark.first, mark.last))]
    named = [replace(mark, kind=SUBJECT) for mark in drugs if not _is_replaced(mark, drugs, tokens)]
    found = without_conditions(sorted((*words, *named), key=lambda mark: mark.first), tokens)
    answering = [mark for mark in found if not _is_beside(mark, tokens)]
    if any(mark.kind == SUBJECT for mark in answering):
        found = answering
    marks = _without_exceptions([mark for at, mark in enumerate(found) if not _sums_up(mark, found[:at], tokens)])
    for at, mark in enumerate(marks[1:], start=1):
        if mark.value == "exhausted" and marks[at - 1].kind == SUBJECT and marks[at - 1].last == mark.first:
            marks[at] = replace(mark, kind=VALUE, value=CLOSED)  # "CNI, RTX and CYC all failed"
    for at, mark in enumerate(marks[:-1]):
        if mark.value == "none" and tokens[mark.last - 1].text == "more" and marks[at + 1].first == mark.last:
            marks[at] = replace(mark, kind=NEGATOR, value=NOT)  # "no more tac; CsA"
    return [mark for mark in marks if not (mark.value == "rest" and _is_spelt_out(mark, marks, tokens))]


def _is_beside(mark: Mark, tokens: Sequence[Token]) -> bool:
    """ "Add one of them to MMF", "MMF plus RTX": a drug off the list that an option joins is no answer."""
    if not (mark.value in KNOWLEDGE.agents and _class(mark.value) in _UNLISTED):
        return False
    before = [token.text for token in tokens[max(0, mark.first - 3) : mark.first]]
    behind = tokens[mark.last].text if mark.last < len(tokens) else ""
    joined = before[-1:] and before[-1] in _JOINING and not _SWAPS & set(before)
    return bool(joined) or (behind in ("plus", "+") and mark.first == 0)


def _sums_up(mark: Mark, before: Sequence[Mark], tokens: Sequence[Token]) -> bool:
    """ "CNI, RTX and IVIG could all be added": "all" of those that are named."""
    if mark.value != "all" or tokens[mark.last - 1].text != "all" or not before or before[-1].kind != SUBJECT:
        return False
    return not {",", ":", "-"} & {token.text for token in tokens[before[-1].last : mark.first]}


def _without_exceptions(marks: Sequence[Mark]) -> list[Mark]:
    """ "CNI except tac, RTX" excepts one of a class, "CsA, not on top of tac, RTX" nothing of the list."""
    kept: list[Mark] = []
    for mark in marks:
        if mark.kind == SUBJECT and [(m.kind, m.value) for m in kept[-2:]] == [(NEGATOR, NOT), (VALUE, "add")]:
            kept = kept[:-2]
            continue
        of_a_class = len(kept) > 1 and kept[-1].kind == NEGATOR and kept[-2].kind == SUBJECT
        if of_a_class and mark.value in KNOWLEDGE.agents_by_class.get(str(kept[-2].value), ()):
            kept.pop()
        else:
            kept.append(mark)
    return kept


def _covers(word: Mark, drug: Mark) -> bool:
    longer = word.last - word.first > drug.last - drug.first
    return longer and word.first <= drug.first and drug.last <= word.last


def _is_spelt_out(rest: Mark, marks: Sequence[Mark], tokens: Sequence[Token]) -> bool:
    """ "The remaining three: CNI, JAKi, IVIG" names no more than these."""
    behind = [mark for mark in marks if mark.kind == SUBJECT and mark.first >= rest.last]
    following = tokens[rest.last].text if rest.last < len(tokens) else ""
    return len(behind) > 1 and following in _NAMELY


def _is_replaced(mark: Mark, drugs: Sequence[Mark], tokens: Sequence[Token]) -> bool:
    """ "Switch tac to CsA", "CsA instead of tac": the one that goes."""
    words = [token.text for token in tokens[max(0, mark.first - 4) : mark.first]]
    before = [word for word in words if word not in ("a", "an", "the")][-3:]
    behind = next((token.text for token in tokens[mark.last :] if token.text != "'"), "")
    previous = next((other for other in reversed(drugs) if other.last <= mark.first), None)
    into = before[-2:-1] in (["exchange"], ["swap"]) and previous is None  # "exchange for CsA", tac being taken
    if (tuple(before[-2:]) in _INSTEAD and not into) or (before[-1:] == ["from"] and "apart" not in before):
        return True
    if before[-1:] == ["instead"] and previous and previous.last == mark.first - 1 and _alike(previous, mark):
        return True  # "tac instead CsA"
    if before[-1:] == ["in"] and behind in ("place", "stead"):
        return True
    following = next((other for other in drugs if other.first >= mark.last), None)
    if previous and before and before[-1] in _REPLACING:
        return behind not in _TO  # "CsA (replacing tac)", but not "RTX, replacing tac by CsA"
    if previous and before[-1:] == ["for"] and previous.last == mark.first - 1 and _alike(previous, mark):
        return not _swapped(previous, tokens)  # "CsA for tac"
    if before[-1:] == ["for"] and following and following.first == mark.last and _alike(mark, following):
        return True  # "for tac CsA"
    if following is None:
        return behind in _TO and _swapped(mark, tokens)  # "switch AZA to one of them"
    between = [token.text for token in tokens[mark.last : following.first] if token.text not in ("a", "an", "the")]
    if between == ["/"] and before[-1:] and before[-1] in _SWAPS and _alike(mark, following):
        return True  # "swap tac/CsA"
    if between == ["to"] and _alike(mark, following):
        return True
    if between and between[-1] in _TO and set(between[:-1]) <= _PASSIVE | _SWAPS:
        return bool(_SWAPS & {*before, *between})
    return len(between) == 1 and between[0] in _ARROWS


def _alike(one: Mark, other: Mark) -> bool:
    return _class(one.value) == _class(other.value)


def _swapped(mark: Mark, tokens: Sequence[Token]) -> bool:
    """Whether a verb of switching stands before an agent."""
    return any(token.text in _SWAPS for token in tokens[max(0, mark.first - 3) : mark.first])


def _adds_cni(clause: Sequence[Mark], tokens: Sequence[Token]) -> bool:
    """Whether a calcineurin inhibitor is to be added, in so many words."""
    adding = False
    for at, mark in enumerate(clause):
        if mark.kind == VALUE:
            denied = at > 0 and clause[at - 1].kind == NEGATOR  # "not on top of tac"
            adding = mark.value == "add" and not denied and not _ends_there(at, clause, tokens)
        elif mark.kind == SUBJECT and mark.value in _CNI and not (at and clause[at - 1].kind == NEGATOR):
            behind = clause[at + 1 : at + 3]
            values = [other.value for other in behind]
            to_another = values[:1] == ["add"] and (behind[0].first == mark.last or set(values) & _CNI)
            if to_another or (adding and values[:1] != ["switch"]):
                return True
    return False


def _ends_there(at: int, clause: Sequence[Mark], tokens: Sequence[Token]) -> bool:
    """ "RTX and IVIG as add on, or CsA": what follows is not added."""
    if not at or clause[at - 1].kind != SUBJECT or at + 1 >= len(clause):
        return False
    return bool({"or", ","} & {token.text for token in tokens[clause[at].last : clause[at + 1].first]})


def _answer(text: str, claims: Claims, added: bool) -> OptionsAnswer | None:
    first = next(iter(claims.said), "")
    nothing_left = first == "exhausted" or (first == "none" and claims.said[first] is None)
    closed = (CLOSED, NOT, None) if nothing_left else (CLOSED, NOT)  # "None: CNI, RTX, CYC failed"
    said = {name: CLOSED if value in closed else OPEN for name, value in claims.said.items()}
    grouped = bool({"all", "rest"} & set(said))
    one_left = grouped and not {"ciclosporin", "tacrolimus"} <= {
        name for name, value in said.items() if value == CLOSED
    }
    options = _by_class({name: value for name, value in said.items() if not (one_left and _one_of_two(name, value))})
    if together := _said_of_all(text, claims, said):
        options = {**dict.fromkeys(KNOWLEDGE.options, together), **options}
    opened = {name for name, value in said.items() if value == OPEN}
    if "two_cni" in opened:
        options["calcineurin_inhibitor"], added = OPEN, True
    unlisted = frozenset(name for name in opened if name in KNOWLEDGE.agents and _class(name) in _UNLISTED)
    if not options and not unlisted:  # "more prednisolone"
        unlisted = frozenset(opened & set(KNOWLEDGE.agents))
    cni_agents = frozenset(opened & _CNI) - {"calcineurin_inhibitor"}
    return OptionsAnswer(options, cni_agents, added, unlisted) if said or options else None


def _said_of_all(text: str, claims: Claims, said: Mapping[str, str]) -> str | None:
    """Open or closed, where something is said of all the options that are not named."""
    if "exhausted" in said:
        return CLOSED
    if "none" in said:  # "none left", but "none has been tried"
        return OPEN if claims.said["none"] in (CLOSED, NOT) else CLOSED
    if not said:
        return {"yes": OPEN, "no": CLOSED}.get(verdict_of(text) or "", CLOSED if _closes(text) else None)
    return said.get("all", said.get("rest"))


def _closes(text: str) -> bool:
    """ "Exhausted", said of nothing in particular."""
    return any(mark.value == CLOSED for sentence in read_sentences(text) for mark in _WORDS.scan(sentence.tokens))


def _one_of_two(name: str, value: str) -> bool:
    """ "All but tacrolimus" leaves the other calcineurin inhibitor open."""
    return value == CLOSED and name in _CNI and name != "calcineurin_inhibitor"


def _by_class(said: Mapping[str, str]) -> dict[str, str]:
    """An option is open where one of its agents is: "ciclosporin, not tacrolimus"."""
    options: dict[str, str] = {}
    for name, value in said.items():
        option = _class(name) if name in KNOWLEDGE.agents else name
        if option in KNOWLEDGE.options and options.get(option) != OPEN:
            options[option] = value
    return options


def _class(agent: str) -> str:
    return KNOWLEDGE.agents[agent].drug_class


_CNI = KNOWLEDGE.agents_by_class["calcineurin_inhibitor"]
_UNLISTED = frozenset(KNOWLEDGE.agents_by_class) - {*KNOWLEDGE.options, "glucocorticoid", "antifibrotic"}
"""Classes that the list does not hold; glucocorticoids and antifibrotics are no answer to this question either way."""
