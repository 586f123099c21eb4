"""Words of treatment that say no status, or another one: "meds on d/c", "2nd course done", "before any rituximab"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon import Mark
from bot.language.text import Token
from bot.language.vocabulary import NUMBER_WORDS, words


def runs_on(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
    """ "No immunosuppressants or steroids": the denial holds for the agent behind it too."""
    joined = at < len(tokens) and tokens[at].text in ("or", "nor")
    return joined and any(index in inside for index in range(at + 1, min(len(tokens), at + 4)))


def of_a_discharge(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "Meds on d/c:", "d/c summary": the patient went home; in "d/c MMF", "worse on d/c of MMF" a drug was stopped."""
    if tuple(token.text for token in tokens[cue.first : cue.last] if token.text != ":") not in _D_C:
        return False
    following = tokens[cue.last].text if cue.last < len(tokens) else ""
    if following in _OF_LEAVING:
        return True
    lead = [token.text for token in tokens[: cue.first]]
    headed = tokens[cue.last - 1].text == ":" or following in ("", ":", ",", "(")
    return headed and lead[-1:] in _WHEN_LEAVING and (len(lead) == 1 or lead[-2] in _MEDICATION)


_D_C = (("d", "/", "c"), ("dc",))
_WHEN_LEAVING = (["on"], ["at"], ["upon"])
_OF_LEAVING = words("therapy", "of_leaving")
_MEDICATION = words("therapy", "regimens") | words("therapy", "medicines_to_take_home")


def still_to_come(tokens: Sequence[Token], at: int) -> bool:
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


def is_count(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and (tokens[at].kind == "number" or tokens[at].text in NUMBER_WORDS)


def compares(tokens: Sequence[Token], at: int) -> bool:
    return any(token.text == "than" for token in tokens[at : at + 4])


def of_one_dose(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "2nd course done", "first dose completed": a dose was given, the treatment has not ended."""
    if tokens[cue.last - 1].text not in ("done", "completed", "finished", "in"):
        return False
    lead = [token.text for token in tokens[max(0, cue.first - 3) : cue.first]]
    return bool(lead) and lead[-1] in _DOSES and bool(set(lead[:-1]) & _ORDINALS)


_DOSES = words("therapy", "doses")
_ORDINALS = words("therapy", "ordinals")


def passes_on(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "Dr B asked me to send this": about the message."""
    behind = [token.text for token in tokens[cue.last : cue.last + 4]]
    return "to" in behind[:2] and bool(_SENDS & set(behind))


_SENDS = words("therapy", "sends")


_PEOPLE = frozenset({"shed", "hed", "theyd", "wed", "id", "i", "she", "he", "we", "they", "left", "remains", "is"})
_ASKING = words("therapy", "asking")


def asks_there(tokens: Sequence[Token], at: int, asks: bool) -> bool:
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


def names_side_effects(tokens: Sequence[Token], cue: Mark, asks: bool) -> bool:
    """ "Side effects of X" by itself names a topic; somebody "had side effects of X"."""
    said = {token.text for token in tokens[cue.first : cue.last]}
    if tokens[cue.last - 1].text != "of" or not {"side", "adverse"} & said:
        return False
    lead = {token.text for token in tokens[: cue.first]}
    return asks or lead <= _TOPIC_LEADS


_TOPIC_LEADS = words("therapy", "topic_leads")


def between_agents(tokens: Sequence[Token], cue: Mark, inside: set[int]) -> bool:
    last = cue.last + (cue.last < len(tokens) and tokens[cue.last].text in _ARTICLES)
    return any(index in inside for index in range(max(0, cue.first - 3), cue.first)) and last in inside


def somebody(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
    """Whether something is told of the time before an agent, so that this one is only named."""
    comma = next((index for index in range(at, len(tokens)) if tokens[index].text in (",", ":")), len(tokens))
    if any(index > comma for index in inside):
        return True  # "prior to Adoport, CellCept"
    people = _PEOPLE | {
        "patient",
        "pt",
        "it",
        "the",
        "there",
        "fvc",
        "dlco",
        "ct",
        "was",
        "were",
        "had",
        "nothing",
        "no",
    }
    return any(token.text in people for token in tokens[at:])


def any_to_come(tokens: Sequence[Token], cue: Mark, inside: set[int]) -> bool:
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


def before_its_time(tokens: Sequence[Token], cue: Mark, inside: set[int]) -> bool:
    """ "Before the MMF she had ..."."""
    at = cue.last + 1
    while at in inside:
        at += 1
    named = cue.last + 1 in inside and tokens[cue.last].text in _ARTICLES
    return named and at < len(tokens) and tokens[at].text in {",", "i", *_PEOPLE}


_ARTICLES = frozenset({"the", "his", "her", "their", "this", "that", "any"})


def is_dose_arrow(tokens: Sequence[Token], cue: Mark) -> bool:
    """`40 -> 10 mg` changes a dose, not the agent; so do `tapered to 5` and a bare `> 6 months`."""
    after = tokens[cue.last] if cue.last < len(tokens) else None
    return cue.kind == "arrow" and after is not None and after.kind == "number"
