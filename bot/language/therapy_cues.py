"""Words that say a status, found in a sentence and weighed against each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.language import no_treatment, verb_groups
from bot.language.lexicon import Lexicon, Mark, expand
from bot.language.text import Token
from bot.language.times import When, is_year
from bot.language.vocabulary import NUMBER_WORDS, load, words

_CUES = load("therapy")


DOSING = load("dosing")


INFUSIONS = frozenset(DOSING["infusions"])


TRANSPARENT = frozenset(DOSING["transparent"])


JOINERS = frozenset(DOSING["joiners"])


BREAKERS = frozenset(DOSING["breakers"])


PLAIN = TRANSPARENT | JOINERS | frozenset(DOSING["plain"])


RHYTHMS = frozenset(DOSING["rhythms"])


UNITS = frozenset(DOSING["units"])


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


RHYTHM = Lexicon().add_all("recurring", {True: DOSING["recurring"]})


def cues_of(tokens: Sequence[Token], inside: set[int], whens: Sequence[When], asks: bool = False) -> list[Mark]:
    """The status words of a sentence, without those that belong to a time ("past 8 months") or to "nothing else"."""
    denials = no_treatment.scan(tokens, inside)
    nothing = {
        index
        for mark in denials
        if (tokens[mark.first].text not in ("all", "everything") or not inside)
        and not _runs_on(tokens, mark.last, inside)
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
        if cue.kind == "planned" and cue.last - cue.first == 1 and not _asks_there(tokens, cue.first, asks):
            continue
        lead = {token.text for token in tokens[max(0, cue.first - 3) : cue.first]}
        following = tokens[cue.last].text if cue.last < len(tokens) else ""
        if tokens[cue.last - 1].text in ("after", "following") and following in ("that", "this", "which", "all"):
            continue  # "after that": in turn
        if cue.kind == "planned" and tokens[cue.first].text in _BIDS and _passes_on(tokens, cue):
            continue
        if cue.kind == "planned" and tokens[cue.first].text == "asked" and _asked_for_a_change(tokens, cue):
            continue
        if tokens[cue.first].text == "request" and lead & {"at", "on", "upon"}:
            continue  # "stopped at her request"
        if _of_options(tokens, cue):
            found.append(Mark("mentioned", "ahead", cue.first, cue.last))
            continue
        if _of_a_discharge(tokens, cue) or _adds_an_effect(tokens, cue):
            continue
        if (cue.kind == "other_person" or tokens[cue.first].text == "trial") and _takes_part(tokens, cue):
            continue
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
        if tokens[cue.first].text in ("until", "till", "til") and _still_to_come(tokens, cue.last):
            found.append(Mark("now", "back", cue.first, cue.last))
            continue  # "mycophenolate until she is ready for a baby"
        if tokens[cue.last - 1].text in _WHEN_NEEDED and lead & {"as", "when", "if"}:
            continue  # "paracetamol as needed"
        then = tokens[cue.last + 1].text if cue.last + 1 < len(tokens) else ""
        if tokens[cue.first].text in ("if", "when") and following in _WHEN_NEEDED and then != ":":
            continue
        if cue.kind == "planned" and cue.act and lead & {"the", "all", "of"} and _is_count(tokens, cue.last):
            continue  # "after the planned six"
        if tokens[cue.first].text == "off" and lead & _READING:
            continue  # "reading off the bottles"
        if tokens[cue.first].text == "no" and tokens[cue.last - 1].text == "more" and _compares(tokens, cue.last):
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
        if _names_side_effects(tokens, cue, asks):
            found.append(Mark("mentioned", "ahead", cue.first, cue.last))
            continue
        if tokens[cue.first].text in ("before", "prior") and _any_to_come(tokens, cue, inside):
            found.append(Mark("mentioned", "ahead", cue.first, cue.last))
            continue
        if (
            tokens[cue.last - 1].text in ("before", "to")
            and tokens[cue.first].text in ("before", "prior")
            and (cue.last in inside or _before_its_time(tokens, cue, inside))
            and not (cue.first and tokens[cue.first - 1].text == ",")  # "MMF, before azathioprine"
            and (cue.first or _somebody(tokens, cue.last, inside))  # "Before cyclophosphamide, without effect"
            and not any(at in inside for at in range(max(0, cue.first - 3), cue.first))
        ):
            found.append(Mark("mentioned", "ahead", cue.first, cue.last))
            continue
        if (
            cue.first in inside
            or cue.first in nothing
            or _is_dose_arrow(tokens, cue)
            or (of_time and cue.kind != "now")
        ):
            continue
        if cue.kind == "before" and _of_one_dose(tokens, cue):
            cue = replace(cue, kind="given")
        said = " ".join(token.text for token in tokens[cue.first : cue.last])
        if tokens[cue.first].text == "back" and cue.kind == "now":
            cue = replace(cue, act="restart")
        if said == "since":
            cue = replace(cue, value="either")
        if said in ("before", "prior to") and _between_agents(tokens, cue, inside):
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


def _runs_on(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
    """ "No immunosuppressants or steroids": the denial holds for the agent behind it too."""
    joined = at < len(tokens) and tokens[at].text in ("or", "nor")
    return joined and any(index in inside for index in range(at + 1, min(len(tokens), at + 4)))


def _asked_for_a_change(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "Nephrology asked us to change, tacrolimus since Monday": what was asked for is told in the clause behind."""
    behind = [token.text for token in tokens[cue.last : cue.last + 5]]
    return behind[:2] in (["us", "to"], ["me", "to"]) and "," in behind and behind[2] in _CHANGES


_CHANGES = frozenset({"change", "switch", "swap", "stop", "convert"})


def _of_options(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "Options other than rituximab please"."""
    lead = tokens[cue.first - 1].text if cue.first else ""
    return tokens[cue.first].text in EXCEPTING and lead in _OPTIONS


_OPTIONS = frozenset({"options", "option", "alternatives", "choices", "ideas", "something", "suggestions"})


def _adds_an_effect(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "No added benefit": nothing was added."""
    ends = cue.last if tokens[cue.last - 1].text == "added" else cue.last + 1
    added = tokens[ends - 1].text == "added" if ends <= len(tokens) else False
    return added and ends < len(tokens) and tokens[ends].text in _EFFECTS


_EFFECTS = frozenset({"benefit", "effect", "value", "gain", "harm", "toxicity", "risk", "efficacy", "improvement"})


def _of_a_discharge(tokens: Sequence[Token], cue: Mark) -> bool:
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
_WHEN_NEEDED = frozenset({"needed", "required", "necessary", "wanted"})
_READING = frozenset({"reading", "read", "copied", "copying", "typed", "straight"})
_OF_LITERATURE = frozenset({"a", "the", "this", "recent", "systematic", "that", "cochrane"})


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


def _passes_on(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "Dr B asked me to send this": about the message."""
    behind = [token.text for token in tokens[cue.last : cue.last + 4]]
    return "to" in behind[:2] and bool(_SENDS & set(behind))


_PASSIVE = frozenset({"got", "get", "gets", "was", "were", "been", "is"})
_BIDS = frozenset({"asked", "asks", "asking"})
_SENDS = words("therapy", "sends")


def _is_still(tokens: Sequence[Token], cue: Mark) -> bool:
    return cue.kind == "now" and cue.last - cue.first == 1 and tokens[cue.first].text == "still"


_PEOPLE = frozenset({"shed", "hed", "theyd", "wed", "id", "i", "she", "he", "we", "they", "left", "remains", "is"})
_WITHIN = frozenset({"in", "through", "via", "within", "under", "into", "by"})


def _takes_part(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "In the trial", "through a trial", "part of a study": the patient gets the drug there."""
    lead = {token.text for token in tokens[max(0, cue.first - 3) : cue.first]}
    named = any(token.text in LITERATURE for token in tokens[cue.first : cue.last])
    return named and bool(lead & _WITHIN)


_COMPARED = frozenset({"before", "previously", "earlier"})
_COMPARING = frozenset({"than", "as", "like", "with", "to", "from"})
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


def _names_side_effects(tokens: Sequence[Token], cue: Mark, asks: bool) -> bool:
    """ "Side effects of X" by itself names a topic; somebody "had side effects of X"."""
    said = {token.text for token in tokens[cue.first : cue.last]}
    if tokens[cue.last - 1].text != "of" or not {"side", "adverse"} & said:
        return False
    lead = {token.text for token in tokens[: cue.first]}
    return asks or lead <= _TOPIC_LEADS


_TOPIC_LEADS = words("therapy", "topic_leads")


def _between_agents(tokens: Sequence[Token], cue: Mark, inside: set[int]) -> bool:
    last = cue.last + (cue.last < len(tokens) and tokens[cue.last].text in _ARTICLES)
    return any(index in inside for index in range(max(0, cue.first - 3), cue.first)) and last in inside


def _somebody(tokens: Sequence[Token], at: int, inside: set[int]) -> bool:
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


def _is_dose_arrow(tokens: Sequence[Token], cue: Mark) -> bool:
    """`40 -> 10 mg` changes a dose, not the agent; so do `tapered to 5` and a bare `> 6 months`."""
    after = tokens[cue.last] if cue.last < len(tokens) else None
    return cue.kind == "arrow" and after is not None and after.kind == "number"


def of_dose(token: Token) -> bool:
    """A number, a unit, or a mark between numbers: "10 / 5 / 5 mg" adds no distance between words."""
    return token.kind == "number" or token.text in UNITS or token.text in ("/", "-", "x", "(", ")")


def has_dose(tokens: Sequence[Token], mark: Mark) -> bool:
    """True for `pred 7.5`, `1 g MMF`, `MMF 1 g`."""
    after = tokens[mark.last : mark.last + 3]
    if len(after) > 1 and after[0].text == "=" and after[1].kind == "number":
        return True  # "pred = 5"
    glued = bool(after) and tokens[mark.last - 1].end == after[0].start  # "MMF2000"
    if after and after[0].kind == "number" and (glued or not is_year(after[0])):
        fraction = len(after) > 2 and after[1].text == "/" and after[2].kind == "number"
        return not fraction and (len(after) < 2 or after[1].text not in _COUNTED)
    before = tokens[max(0, mark.first - 2) : mark.first]
    return (
        len(before) == 2 and before[0].kind == "number" and (before[1].text in UNITS or before[1].text == "of")
    ) or (len(before) == 2 and before[1].text == "of" and (before[0].text in NUMBER_WORDS or before[0].text == "half"))


_COUNTED = frozenset(
    {"years", "months", "weeks", "cycles", "times", "doses", "courses", "course", "pulses", "pulse", "infusions"}
    | {"boluses", "rounds", "cures", "sessions", "cycle", "injections"}
)


def outranks(tokens: Sequence[Token], earlier: Mark, later: Mark) -> bool:
    """The cue nearest to the agent decides, but a plan, a denial or another person governs what follows it."""
    if tokens[earlier.first].text in ("if", "unless", "whether"):
        return False
    if earlier.kind in ("planned", "now", "never") and _names_its_object(tokens, earlier, later):
        return False  # "we plan a trial of rituximab"
    if tokens[later.first].text in EXCEPTING or (later.kind == "leaving" and earlier.kind == "planned"):
        return True
    if later.kind == "now" and later.first and tokens[later.first - 1].text in _PERSONS:
        return True
    if later.kind == "now" and _says_of_patient(tokens, later):
        return True
    if later.kind == "now" and tokens[later.first].text in _STAYING and earlier.kind == "planned":
        return True
    if earlier.kind == "other_person" and later.kind == "now" and tokens[earlier.last - 1].text in LITERATURE:
        return True  # "back from the trial site on X"
    if (
        later.first == earlier.last
        and earlier.kind in ("before", "never", "planned")
        and later.kind in ("now", "given")
    ):
        return False
    if (
        later.kind == "now"
        and tokens[later.first].text in ("with", "together", "combined", "in", "plus", "alongside")
        and earlier.kind == "planned"
    ):
        return False
    if earlier.kind in ("planned", "never") and any(token.text == "," for token in tokens[earlier.last : later.first]):
        return True
    governs = {"planned", "other_person", "never"}
    return (
        not (earlier.kind in governs and later.kind not in ("before", "failed", "arrow"))
        and earlier.kind != "other_person"
    )


def _names_its_object(tokens: Sequence[Token], verb: Mark, noun: Mark) -> bool:
    """ "Plan a trial of", "is on a short course of": the noun is the object of the verb before it."""
    said = {token.text for token in tokens[noun.first : noun.last]}
    between = {token.text for token in tokens[verb.last : noun.first]}
    return (
        noun.kind == "before"
        and bool(OF_A_TRIAL & said)
        and said <= OF_A_TRIAL | _BESIDE_A_NOUN
        and between <= _BEFORE_A_NOUN
    )


OF_A_TRIAL = frozenset({"trial", "course", "courses", "burst", "pulse", "attempt"})
_BESIDE_A_NOUN = frozenset({"short", "brief", "of", "with", "and", "on"})
_BEFORE_A_NOUN = frozenset({"a", "an", "the", "another", "her", "his", "new", "second", "first", "therapeutic", "for"})
_PERSONS = words("therapy", "persons")
EXCEPTING = words("therapy", "excepting")


def _says_of_patient(tokens: Sequence[Token], cue: Mark) -> bool:
    """ "does it matter that she is on X": a statement inside a question."""
    lead = [token.text for token in tokens[max(0, cue.first - 2) : cue.first]]
    first = tokens[cue.first].text
    return (
        len(lead) == 2 and lead[0] in _PERSONS and lead[1] in ("is", "remains") and first in ("on", "taking", "still")
    )


_STAYING = words("therapy", "staying")


def transparent(gap: Sequence[Token]) -> bool:
    return all(token.kind == "number" or token.text in TRANSPARENT or token.text in ("(", ")") for token in gap)


TERSE = words("therapy", "terse")


PREPOSITIONS = words("therapy", "prepositions")


LITERATURE = words("therapy", "literature")


ADVERBS = words("therapy", "adverbs")


AFTER_NO = words("therapy", "after_no")
