"""Words of treatment that say no status, or another one: "meds on d/c", "2nd course done", "before any rituximab"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.language.cue_ranks import EXCEPTING, LITERATURE
from bot.language.dosing import of_dose
from bot.language.lexicon import Mark
from bot.language.text import Token
from bot.language.times import When, is_year
from bot.language.vocabulary import NUMBER_WORDS, words


@dataclass(frozen=True, slots=True)
class Beside:
    """What a sentence holds beside a word of treatment."""

    inside: set[int]
    """Tokens of agents."""
    whens: Sequence[When]
    asks: bool
    denials: Sequence[Mark]
    nothing: set[int]
    """Tokens of denials that say that nothing is given."""


def says_nothing(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """Whether a word of treatment says no status where it stands."""
    return any(is_(tokens, cue, beside) for is_ in _EXCEPTIONS)


def only_mentions(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """Whether a word of treatment only names the agent behind it."""
    return (
        _names_side_effects(tokens, cue, beside)
        or _of_options(tokens, cue, beside)
        or (tokens[cue.first].text in ("before", "prior") and _any_to_come(tokens, cue, beside.inside))
        or _dates_something(tokens, cue, beside.inside)
    )


def part_of_something_else(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """Part of a name, of a denial ("nothing else"), of a dose or of a time ("past 8 months")."""
    of_time = any(
        (when.first <= cue.first and cue.last <= when.last)
        or (cue.last == when.first and tokens[cue.last - 1].text in ("past", "last", "previous"))
        for when in beside.whens
    )
    covered = cue.first in beside.inside or cue.first in beside.nothing
    return covered or _is_dose_arrow(tokens, cue, beside) or (of_time and cue.kind != "now")


def as_it_stands(tokens: Sequence[Token], cue: Mark, beside: Beside) -> Mark:
    """A word of treatment that says another thing beside an agent: "it never got delivered", "aza out for ..."."""
    last = tokens[cue.last - 1].text
    if last == "delivered" and any(token.text in _PASSIVE for token in tokens[cue.first : cue.last]):
        return Mark("never", "back", cue.first, cue.last)
    if cue.kind == "arrow" and tokens[cue.first].text == "out" and cue.last not in beside.inside:
        return Mark("before", "back", cue.first, cue.first + 1)
    return cue


def ends_ahead(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "Mycophenolate until she is ready for a baby": it is taken until then."""
    until = tokens[cue.first].text in _UNTIL and not _until_a_dose(tokens, cue)
    return until and _still_to_come(tokens, cue.last)


def settled(tokens: Sequence[Token], cue: Mark, inside: set[int]) -> Mark:
    """A word of treatment with what its surroundings say of its status and of its side."""
    if cue.kind == "before" and _of_one_dose(tokens, cue):
        cue = replace(cue, kind="given")
    said = " ".join(token.text for token in tokens[cue.first : cue.last])
    if tokens[cue.first].text == "back" and cue.kind == "now":
        cue = replace(cue, act="restart")
    if said == "since":
        cue = replace(cue, value="either")
    if said in ("before", "prior to") and _between_agents(tokens, cue, inside):
        cue = Mark("arrow", "ahead", cue.first, cue.last)
    return cue


_PASSIVE = frozenset({"got", "get", "gets", "was", "were", "been", "is"})
_UNTIL = frozenset({"until", "till", "til"})


def _lead(tokens: Sequence[Token], cue: Mark) -> set[str]:
    return {token.text for token in tokens[max(0, cue.first - 3) : cue.first]}


def _following(tokens: Sequence[Token], cue: Mark) -> str:
    return tokens[cue.last].text if cue.last < len(tokens) else ""


def _ends_a_span(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "2019 - now", "until now"."""
    if tokens[cue.first].text != "now" or not cue.first:
        return False
    before = tokens[cue.first - 1]
    return before.text in ("-", "to", "until", "till") or is_year(before)


def _asks_nothing(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """A question word that does not ask: "she is on", "the drug which"."""
    return cue.kind == "planned" and cue.last - cue.first == 1 and not _asks_there(tokens, cue.first, beside.asks)


def _in_turn(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "After that"."""
    after = tokens[cue.last - 1].text in ("after", "following")
    return after and _following(tokens, cue) in ("that", "this", "which", "all")


def _at_request(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "Stopped at her request"."""
    return tokens[cue.first].text == "request" and bool(_lead(tokens, cue) & {"at", "on", "upon"})


def _in_a_trial(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "In the trial", "through a trial": the patient gets the drug there."""
    if cue.kind != "other_person" and tokens[cue.first].text != "trial":
        return False
    named = any(token.text in LITERATURE for token in tokens[cue.first : cue.last])
    return named and bool(_lead(tokens, cue) & _WITHIN)


def _of_a_clinic(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "Chart review:", "homecare review"; "a review" is one of the literature."""
    return tokens[cue.last - 1].text == "review" and not _lead(tokens, cue) & _OF_LITERATURE


def _until_a_dose(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "Reduce prednisolone by 2.5 mg a month until 5 mg"."""
    behind = tokens[min(cue.last, len(tokens) - 1)]
    return tokens[cue.last - 1].text in _UNTIL and of_dose(behind) and not is_year(behind)


def _to_a_dose(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    return _until_a_dose(tokens, cue)


def _as_needed(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "Paracetamol as needed", "if needed"; "if needed: rituximab" is a plan."""
    if tokens[cue.last - 1].text in _WHEN_NEEDED and _lead(tokens, cue) & {"as", "when", "if"}:
        return True
    then = tokens[cue.last + 1].text if cue.last + 1 < len(tokens) else ""
    return tokens[cue.first].text in ("if", "when") and _following(tokens, cue) in _WHEN_NEEDED and then != ":"


def _counts_doses(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "After the planned six"."""
    planned = cue.kind == "planned" and bool(cue.act)
    return planned and bool(_lead(tokens, cue) & {"the", "all", "of"}) and _is_count(tokens, cue.last)


def _reads_off(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "Reading off the bottles"."""
    return tokens[cue.first].text == "off" and bool(_lead(tokens, cue) & _READING)


def _no_more_than(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "On pred, no more breathless than before"."""
    more = tokens[cue.first].text == "no" and tokens[cue.last - 1].text == "more"
    return more and _compares(tokens, cue.last)


def _on_a_day(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "On 3 November"."""
    on = cue.last - cue.first == 1 and tokens[cue.first].text == "on"
    return on and any(when.first == cue.last for when in beside.whens)


def _than_before(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "No less breathless than before"."""
    return tokens[cue.first].text in _COMPARED and cue.first > 0 and tokens[cue.first - 1].text in _COMPARING


def _denied(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "No other drug was used before", "takes no immunosuppression"."""
    of_denial = cue.kind in ("before", "given") and any(cue.first == mark.last for mark in beside.denials)
    return of_denial or (cue.last in beside.nothing and cue.kind in ("now", "given"))


_WITHIN = frozenset({"in", "through", "via", "within", "under", "into", "by"})
_OF_LITERATURE = frozenset({"a", "the", "this", "recent", "systematic", "that", "cochrane"})
_WHEN_NEEDED = frozenset({"needed", "required", "necessary", "wanted"})
_READING = frozenset({"reading", "read", "copied", "copying", "typed", "straight"})
_COMPARED = frozenset({"before", "previously", "earlier"})
_COMPARING = frozenset({"than", "as", "like", "with", "to", "from"})


def _dates_something(tokens: Sequence[Token], cue: Mark, inside: set[int]) -> bool:
    """ "Before rituximab she had a chest infection": the agent only tells when."""
    return (
        tokens[cue.last - 1].text in ("before", "to")
        and tokens[cue.first].text in ("before", "prior")
        and (cue.last in inside or _before_its_time(tokens, cue, inside))
        and not (cue.first and tokens[cue.first - 1].text == ",")  # "MMF, before azathioprine"
        and (cue.first > 0 or _somebody(tokens, cue.last, inside))  # "Before cyclophosphamide, without effect"
        and not any(at in inside for at in range(max(0, cue.first - 3), cue.first))
    )


def runs_on(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
    """ "No immunosuppressants or steroids": the denial holds for the agent behind it too."""
    joined = at < len(tokens) and tokens[at].text in ("or", "nor")
    return joined and any(index in inside for index in range(at + 1, min(len(tokens), at + 4)))


def _asked_for_a_change(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "Nephrology asked us to change, tacrolimus since Monday": what was asked for is told in the clause behind."""
    if cue.kind != "planned" or tokens[cue.first].text != "asked":
        return False
    behind = [token.text for token in tokens[cue.last : cue.last + 5]]
    return behind[:2] in (["us", "to"], ["me", "to"]) and "," in behind and behind[2] in _CHANGES


_CHANGES = frozenset({"change", "switch", "swap", "stop", "convert"})


def _of_options(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "Options other than rituximab please"."""
    lead = tokens[cue.first - 1].text if cue.first else ""
    return tokens[cue.first].text in EXCEPTING and lead in _OPTIONS


_OPTIONS = frozenset({"options", "option", "alternatives", "choices", "ideas", "something", "suggestions"})


def _adds_an_effect(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "No added benefit": nothing was added."""
    ends = cue.last if tokens[cue.last - 1].text == "added" else cue.last + 1
    added = tokens[ends - 1].text == "added" if ends <= len(tokens) else False
    return added and ends < len(tokens) and tokens[ends].text in _EFFECTS


_EFFECTS = frozenset({"benefit", "effect", "value", "gain", "harm", "toxicity", "risk", "efficacy", "improvement"})


def _of_a_discharge(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "Meds on d/c:", "d/c meds:", "d/c summary": the patient went home; in "d/c MMF", "on d/c of MMF" one ended."""
    if tuple(token.text for token in tokens[cue.first : cue.last] if token.text != ":") not in _D_C:
        return False
    following = tokens[cue.last].text if cue.last < len(tokens) else ""
    if following in _OF_LEAVING:
        return True
    behind = tokens[cue.last + 1].text if cue.last + 1 < len(tokens) else ":"
    if following in _MEDICATION and cue.first == 0 and behind in (":", "=", "-"):
        return True
    lead = [token.text for token in tokens[: cue.first]]
    headed = tokens[cue.last - 1].text == ":" or following in ("", ":", ",", "(")
    return headed and lead[-1:] in _WHEN_LEAVING and (len(lead) == 1 or lead[-2] in _MEDICATION)


_D_C = (("d", "/", "c"), ("dc",))
_WHEN_LEAVING = (["on"], ["at"], ["upon"])
_OF_LEAVING = words("therapy", "of_leaving")
_MEDICATION = words("therapy", "regimens") | words("therapy", "medicines_to_take_home")


def _still_to_come(tokens: Sequence[Token], at: int) -> bool:
    """What ends a treatment lies ahead: "until she is ready", "until the funding comes"."""
    texts = [token.text for token in tokens[at : at + 7]]
    ends = next((index for index, text in enumerate(texts) if text in (",", ";", ")", "but", "-")), len(texts))
    clause = texts[:ends]
    present = {"is", "are", "has", "have"} & set(clause)  # "until the appeal is decided"
    past = any(text in _BACK_THEN or (text.endswith("ed") and not present) for text in clause)
    return bool(_AHEAD & set(clause)) and not past


_AHEAD = frozenset(
    {"is", "are", "can", "ready", "gets", "starts", "comes", "goes", "delivers", "finishes", "decides", "sees", "works"}
    | {"next", "tomorrow", "soon", "has", "have", "wants", "allows", "arrives", "begins"}
)
_BACK_THEN = frozenset({"was", "were", "had", "last", "ago", "came", "went", "got", "became", "began", "then"})


def _is_count(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and (tokens[at].kind == "number" or tokens[at].text in NUMBER_WORDS)


def _compares(tokens: Sequence[Token], at: int) -> bool:
    return any(token.text == "than" for token in tokens[at : at + 4])


def _of_one_dose(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "2nd course done", "first dose completed": a dose was given, the treatment has not ended."""
    if tokens[cue.last - 1].text not in ("done", "completed", "finished", "in"):
        return False
    lead = [token.text for token in tokens[max(0, cue.first - 3) : cue.first]]
    return bool(lead) and lead[-1] in _DOSES and bool(set(lead[:-1]) & _ORDINALS)


_DOSES = words("therapy", "doses")
_ORDINALS = words("therapy", "ordinals")


def _passes_on(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "Dr B asked me to send this": about the message."""
    if cue.kind != "planned" or tokens[cue.first].text not in _BIDS:
        return False
    behind = [token.text for token in tokens[cue.last : cue.last + 4]]
    return "to" in behind[:2] and bool(_SENDS & set(behind))


_BIDS = frozenset({"asked", "asks", "asking"})
_SENDS = words("therapy", "sends")


_PEOPLE = frozenset({"shed", "hed", "theyd", "wed", "id", "i", "she", "he", "we", "they", "left", "remains", "is"})
_ASKING = words("therapy", "asking")


def _asks_there(tokens: Sequence[Token], at: int, asks: bool) -> bool:
    """Whether a question word asks: at the start of a sentence or of its last part, not in "she is on"."""
    if tokens[at].text not in _ASKING:
        return True
    if at == 0 and tokens[0].text == "what" and len(tokens) > 1 and tokens[1].text in _PEOPLE:
        return asks  # "What she is on is tac"
    if at == 0:
        return asks or tokens[0].text not in ("is", "are", "does", "do", "can", "could", "would") or len(tokens) < 3
    return asks and (tokens[at].text not in _ALSO_NO_QUESTION or tokens[at - 1].text in _BEFORE_A_QUESTION)


_ALSO_NO_QUESTION = frozenset({"is", "are", "who", "which"})
_BEFORE_A_QUESTION = words("therapy", "before_a_question")


def _names_side_effects(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """ "Side effects of X" by itself names a topic; somebody "had side effects of X"."""
    said = {token.text for token in tokens[cue.first : cue.last]}
    if tokens[cue.last - 1].text != "of" or not {"side", "adverse"} & said:
        return False
    lead = {token.text for token in tokens[: cue.first]}
    return beside.asks or lead <= _TOPIC_LEADS


_TOPIC_LEADS = words("therapy", "topic_leads")


def _between_agents(tokens: Sequence[Token], cue: Mark, inside: set[int]) -> bool:
    last = cue.last + (cue.last < len(tokens) and tokens[cue.last].text in _ARTICLES)
    return any(index in inside for index in range(max(0, cue.first - 3), cue.first)) and last in inside


def _somebody(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
    """Whether something is told of the time before an agent, so that this one is only named."""
    comma = next((index for index in range(at, len(tokens)) if tokens[index].text in (",", ":")), len(tokens))
    if any(index > comma for index in inside):
        return True  # "prior to Adoport, CellCept"
    return any(token.text in _TOLD_OF for token in tokens[at:])


_TOLD_OF = _PEOPLE | {"patient", "pt", "it", "the", "there", "fvc", "dlco", "ct", "was", "were", "had", "nothing", "no"}


def _any_to_come(tokens: Sequence[Token], cue: Mark, inside: set[int]) -> bool:
    """ "Hepatitis screen before any rituximab", "prior to any treatment with a JAK inhibitor": none was given yet."""
    if cue.last >= len(tokens) or tokens[cue.last].text not in ("any", "a", "an"):
        return False
    named = next((at for at in range(cue.last + 1, min(cue.last + _NEAR_A_NAME, len(tokens))) if at in inside), None)
    if named is None or not {token.text for token in tokens[cue.last + 1 : named]} <= _SORT_OF_TREATMENT:
        return False
    behind_a_name = any(at in inside for at in range(cue.first))
    return tokens[cue.last].text == "any" or not behind_a_name  # "MMF before a course of rituximab"


_NEAR_A_NAME = 5
_SORT_OF_TREATMENT = words("therapy", "sort_of_treatment")


def _before_its_time(tokens: Sequence[Token], cue: Mark, inside: set[int]) -> bool:
    """ "Before the MMF she had ..."."""
    at = cue.last + 1
    while at in inside:
        at += 1
    named = cue.last + 1 in inside and tokens[cue.last].text in _ARTICLES
    return named and at < len(tokens) and tokens[at].text in {",", "i", *_PEOPLE}


_ARTICLES = frozenset({"the", "his", "her", "their", "this", "that", "any"})


def _is_dose_arrow(tokens: Sequence[Token], cue: Mark, beside: Beside) -> bool:
    """`40 -> 10 mg` changes a dose, not the agent; so do `tapered to 5` and a bare `> 6 months`."""
    after = tokens[cue.last] if cue.last < len(tokens) else None
    return cue.kind == "arrow" and after is not None and after.kind == "number"


_EXCEPTIONS: tuple[Callable[[Sequence[Token], Mark, Beside], bool], ...] = (
    _ends_a_span,
    _asks_nothing,
    _in_turn,
    _passes_on,
    _asked_for_a_change,
    _at_request,
    _of_a_discharge,
    _adds_an_effect,
    _in_a_trial,
    _of_a_clinic,
    _to_a_dose,
    _as_needed,
    _counts_doses,
    _reads_off,
    _no_more_than,
    _on_a_day,
    _than_before,
    _denied,
)
