"""What became of each agent of a message: taken now, before, never, planned, or somebody else's.

A sentence becomes a row of agents (`therapy_row`) and of cues, the words that say a status ("stopped", "on", "was
added"). A cue belongs to the agent ahead of it or to the one behind it (`therapy_reach`). An agent without a cue of its
own shares that of the list it stands in (`therapy_assign`), takes that of the heading, or is `bare`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.language import therapy_detail, unknown_drugs
from bot.language.cue_ranks import EXCEPTING
from bot.language.dosing import INFUSIONS, has_dose
from bot.language.lexicon import Mark
from bot.language.text import Sentence, Token
from bot.language.therapy_assign import IN_ALL, assign
from bot.language.therapy_row import Member, Row
from bot.language.therapy_sentence import Frame
from bot.language.times import When
from bot.language.vocabulary import words

_AS_NOW = {"started": "now", "leaving": "now"}  # switching away is only meant: the agent is still taken
_UNDECIDED = frozenset({"failed", "given", "bare", "before", "treated"})
_SURFACE = words("therapy", "surface")
_ADRENAL = words("therapy", "adrenal")
_OURS = words("therapy", "ours")
_LIKEWISE = frozenset({("too",), ("likewise",), ("ditto",), ("also",)})
_ONLY_THOUGHT_OF = tuple(
    (word,)
    for word in ("idea", "request", "application", "proposal", "question", "form", "forms", "paperwork", "referral")
)
_WHILE = (("on",), ("under",), ("while", "on"), ("when", "on"), ("with",), ("on", "the"))
_IN_TURN = frozenset({"then", "followed", "afterwards", "later", "subsequently", "as"})
_SHORT = 7
_ENDS_A_DENIAL = ((), ("because",), ("due",), (",",), ("as",), ("for",))
_AT_FIRST = frozenset({"initially", "originally", "at", "first"})
_REQUESTS = frozenset(
    {"qualification", "application", "request", "bid", "referral", "approval", "funding", "slot", "permission"}
    | {"authorisation", "authorization", "prescription", "script", "enrolment"}
)
_MERELY = (("only",), ("alone",))
_EVER_BEFORE = frozenset({"before", "previously", "earlier", "ever", "in", "the", "past"})
_ONLY = frozenset({"only", "just", "solely"})
_SWITCHED = words("therapy", "switches")

_IN_THE_PRESENT = frozenset({"is", "are", "gets", "can", "may", "could", "will"})
_UNTIL = (("until",), ("till",), ("til",))
_COUNTED = words("therapy", "doses")
_CALLED_OFF = words("therapy", "called_off")
_WHENEVER = frozenset({"when", "once", "until", "if", "till"})
_AT_A_TIME = frozenset(
    {"until", "till", "back", "at", "in", "earlier", "previously", "long", "years", "initially", "formerly"}
)
_ALL_BUT = tuple((every, but) for every in ("all", "everything") for but in ("but", "except", "bar"))
_PRESENT = frozenset({"present", "presently", "currently", "now", "moment"})
_OF_A_HEADING = frozenset({"now", "planned", "started", "arrow"})
_SO_DID = (("was",), ("were",), ("did",), ("has",), ("had",), ("is",), ("does",))
_LIKEWISE_TOO = frozenset(
    {
        ("as", "well"),
        ("the", "same"),
        *((when, after) for when in ("shortly", "soon") for after in ("after", "afterwards")),
    }
)


@dataclass(frozen=True)
class Statement:
    """One agent, its status and what surrounds it; token indices in its sentence."""

    mark: Mark
    status: str
    first: int
    last: int
    detail: dict[str, Any]


def statements(
    sentence: Sentence,
    marks: Sequence[Mark],
    whens: Sequence[When],
    walls: frozenset[int],
    heading: str | None,
    earlier: str | None = None,
    headed: int = 0,
) -> list[Statement]:
    """The agents of one sentence with their status.

    `walls` are tokens of another topic (lung function, CT, ...), `earlier` is the status of the agent named last; the
    first `headed` tokens are the heading, whose words have been read.
    """
    if not marks:
        return []
    marks = sorted([*marks, *unknown_drugs.others(sentence.tokens, marks)], key=lambda mark: mark.first)
    row = Row(sentence, marks, whens, walls)
    told = _OF_A_HEADING - {heading}
    row.cues = [cue for cue in row.cues if cue.first >= headed or cue.kind not in told]
    assign(row)
    misspoken = _misspoken(row)
    frame = Frame.of(sentence, row.cues, whens)
    found: list[Statement] = []
    for index, member in enumerate(row.members):
        status, cue = _status(row, member, heading)
        if status == "now" and cue is None and _dates_itself(row, index):
            status = "bare"
        if status == "bare" and _for_a_time(row, index) and any(map(_is_current, row.members[index + 1 :])):
            status = "contrasted"  # "AZA x 2y, MMF x 3y (current)"
        later = [other.ahead for other in row.members[index + 1 :] if other.ahead is not member.ahead]
        status = frame.settle(status, cue, member.first, later, member.ahead)
        if status == "bare" and _since_then(row) and has_dose(row.tokens, member.mark):
            status = "now"  # "since then rituximab, last infusion in September, and prednisolone 5 mg"
        if status == "bare" and found and found[-1].status == "planned" and _trails(row, index):
            status = "planned"  # "rituximab would be a candidate, and nintedanib"
        if status == "bare" and _likewise(row, member):
            same = found[-1].status if found else earlier or status
            dosed = same in ("before", "planned") and has_dose(row.tokens, member.mark)
            status = status if dosed else same  # "tofa was stopped. Pred 7.5 too.": not stopped
        status = "mentioned" if index in misspoken else _in_context(row, index, status)
        if status == "now" and cue is not None and row.said(cue) in _WHILE and _ended_before(found, member.mark):
            status = "mentioned"  # "swapped for bari, the BP was high on the CsA"
        if member.mark.kind != "other":
            found.append(_statement(row, index, status, cue))
    return found


def _misspoken(row: Row) -> set[int]:
    """ "takes MMF, no sorry, strike that, azathioprine": the members that the next one puts right."""
    found = set()
    for at, (left, right) in enumerate(itertools.pairwise(row.members)):
        gap = row.texts[left.end : right.first]
        if set(gap) <= _PUTS_RIGHT and (_SORRY & set(gap) or gap == (",", "no", ",")):
            found.add(at)
            right.ahead = right.ahead or left.ahead
    return found


_SORRY = words("therapy", "sorry")
_PUTS_RIGHT = _SORRY | words("therapy", "puts_right")


def _dates_itself(row: Row, index: int) -> bool:
    """ "azathioprine | 2022 | 2023" under "drug | from | to": its dates say what has become of it."""
    member = row.members[index]
    edge = row.members[index + 1].first if index + 1 < len(row.members) else len(row.tokens)
    ranged = any(
        (when.kind == "range" or row.texts[when.first - 1] == "pre") and member.mark.last <= when.first < edge
        for when in row.whens
    )
    return ranged or member.mark.value in INFUSIONS


def _since_then(row: Row) -> bool:
    return row.texts[:2] in (("since", "then"), ("now", "on"), ("currently", "on"))


def _for_a_time(row: Row, index: int) -> bool:
    """ "AZA x 2y", "azathioprine for 18 months"."""
    begin = row.members[index].mark.last
    edge = row.members[index + 1].first if index + 1 < len(row.members) else len(row.tokens)
    return any(when.kind == "window" and begin <= when.first < edge for when in row.whens)


def _is_current(member: Member) -> bool:
    """ "(current)", "ongoing", "now": said of this one alone."""
    return any(back.kind == "now" and not back.act and back.value != "ahead" for back in member.back)


def _ended_before(found: Sequence[Statement], mark: Mark) -> bool:
    earlier = [item for item in found if item.mark.value == mark.value]
    return bool(earlier) and earlier[-1].status == "before"


def _statement(row: Row, index: int, status: str, cue: Mark | None) -> Statement:
    member = row.members[index]
    status, told = therapy_detail.of_member(row, index, status, cue)
    first = min(cue.first, member.first) if cue is not None else member.first
    last = max(member.end, cue.last if cue is not None else 0)
    return Statement(member.mark, status, first, last, told)


def _status(row: Row, member: Member, heading: str | None) -> tuple[str, Mark | None]:
    """The last word on an agent, and the cue that said it."""
    cue = member.ahead
    status = _AS_NOW.get(cue.kind, cue.kind) if cue is not None else None
    if status in ("given", "treated") and cue is not None and _PRESENT & set(row.texts[cue.first : member.first]):
        status = "now"  # "treated at present with MMF"
    if status == "never" and cue is not None and row.said(cue) == ("no",) and _none_since(row, member):
        status = "before"  # "13 months ago, and no rituximab since"
    if status in ("given", "treated") and cue is not None and row.after(cue) == "since" and cue.last + 1 in row.timed:
        status = "now"  # "treated since March with prednisolone"
    if status == "now" and cue is not None and row.said(cue) in _WHILE and _value_of_then(row, cue):
        status = "mentioned"
    if status == "given" and cue is not None and {"has", "have"} & set(row.said(cue)) and "since" in row.before(cue, 4):
        status = "now"  # "since then he has had MMF"
    if heading == "other_person":
        return heading, cue
    if status in ("other_person", "not_systemic"):
        return status, cue
    for back in member.back:
        if back.kind == "given" and "last" in row.said(back) and status == "now":
            status, cue = "given", back  # "then rituximab, which was last given in 2022"
        elif back.kind in ("now", "before") and _is_excepted(row, member):
            status, cue = ("before" if back.kind == "now" else "now"), back  # "all but AZA ongoing"
        elif back.act == "stop" and row.said(back)[0] in ("is", "are") and _WHENEVER & set(_lead(row, member)):
            status, cue = "mentioned", back  # "MMF follows when the cyclophosphamide is completed"
        elif status == "now" and back.kind == "now" and cue is not None and row.said(cue)[0] in _SWITCHED:
            continue  # "swapped for ciclosporin and happy on it"
        elif not _stands(row, member, status, back):
            status, cue = _AS_NOW.get(back.kind, back.kind), back
    if status == "now" and cue is not None and cue.act == "stop" and "could" in row.said(cue) and _dated(row, cue):
        status = "before"  # "prednisolone could be stopped in 2023"
    if status == "now" and cue is not None and row.said(cue) in _WHILE and _left_behind(row, member, cue):
        status = "before"
    if heading == "stopped" and status == "now" and cue is not None and row.said(cue) == ("since",):
        status = "before"  # "Held: / azathioprine 100 mg, since October"
    if heading == "never" and status == "given" and cue is not None and _only_written(row, cue):
        status = "never"  # "Never taken: / methotrexate (script issued)"
    if heading == "planned" and status == "now" and cue is not None and row.said(cue)[0] in _IN_TURN:
        status = "planned"  # "Plan: a fifth infusion, then MMF"
    if status == "before" and cue is not None and row.said(cue)[0] in _AT_FIRST and _dosed_now(row, member):
        status = "now"  # "prednisone 60 mg initially, today 5 mg"
    if member.override:
        return ("planned" if status == "planned" else member.override), cue
    if status is not None:
        return status, cue
    headed = "before" if heading == "stopped" else heading or "bare"
    if headed == "before" and _dosed_now(row, member):
        return "now", None  # "Treatments: / - prednisone 40 mg at first, today 10 mg"
    return ("planned" if headed == "bare" and _item_in_a_list(row, member) else headed), None


def _item_in_a_list(row: Row, member: Member) -> bool:
    """ "- plasma exchange: no line yet, to be reconsidered": the one agent of a line, and only plans behind it."""
    if len(row.members) > 1 or row.texts[member.end : member.end + 1] != (":",) or has_dose(row.tokens, member.mark):
        return False
    kinds = {cue.kind for cue in row.cues if cue.first > member.end}
    return "planned" in kinds and kinds <= {"planned", "never", "other_person", "mentioned"}


def _only_written(row: Row, cue: Mark) -> bool:
    """A prescription that was issued: whether it was taken is another matter."""
    return bool(_ON_PAPER & set(row.said(cue)))


_ON_PAPER = frozenset({"issued", "prescribed", "ordered", "dispensed", "written"})


def _value_of_then(row: Row, cue: Mark) -> bool:
    """ "HbA1c 38, previously 51 under prednisolone": what a value was when it was taken."""
    at = cue.first - 1
    return at > 0 and row.tokens[at].kind == "number" and row.texts[at - 1] in _FORMERLY


_FORMERLY = frozenset({"previously", "formerly", "was", "earlier", "before"})


def _none_since(row: Row, member: Member) -> bool:
    return row.texts[member.end : member.end + 2] in (("since",), ("since", "then"), ("since", ","))


def _is_excepted(row: Row, member: Member) -> bool:
    """ "All but the AZA"."""
    at = member.first - (row.texts[member.first - 1] in ("the", "her", "his")) if member.first else 0
    return row.texts[max(0, at - 2) : at] in _ALL_BUT


def _dosed_now(row: Row, member: Member) -> bool:
    at = row.members.index(member)
    edge = row.members[at + 1].first if at + 1 < len(row.members) else len(row.texts)
    return any(
        row.texts[place] in _PRESENT | {"today"} and row.tokens[place + 1].kind == "number"
        for place in range(member.mark.last, edge - 1)
    )


def _lead(row: Row, member: Member) -> tuple[str, ...]:
    return row.texts[max(0, member.first - 3) : member.first]


def _dated(row: Row, cue: Mark) -> bool:
    return any(when.kind == "date" and 0 <= when.first - cue.last <= 3 for when in row.whens)


def _left_behind(row: Row, member: Member, cue: Mark) -> bool:
    """ "After a year on MMF she went back to AZA"."""
    later = [other.ahead for other in row.members if other.first > member.end and other.ahead is not None]
    return "after" in row.before(cue, 6) and any(ahead.act in ("restart", "switch_to") for ahead in later)


def _stands(row: Row, member: Member, status: str | None, back: Mark) -> bool:
    """Whether the status told ahead of an agent stands, whatever the word behind it says."""
    if status == "now" and row.said(back)[0] in ("until", "till", "til") and row.said(back)[-1] == "then":
        return True  # "takes MMF until then"
    if status == "now" and row.said(back) in _UNTIL and member.ahead is not None and member.ahead.act == "continue":
        return not {"stayed", "remained", "continued", "kept"} & set(row.said(member.ahead))  # "stays on MMF until"
    if status == "mentioned" and member.ahead is not None and row.said(member.ahead)[0] in ("before", "prior"):
        return row.said(back)[0] in _IN_THE_PRESENT  # "vaccinate before rituximab is given"
    if back.kind == "now":
        if row.said(back) in _MERELY:
            return status not in (None, "bare", "planned", "never")  # "was given steroids alone"
        if status == "planned" and row.said(back) == ("so", "far") and _counted(row, back):
            return False  # "accepts IVIG: four monthly courses so far"
        still = "still" in {*row.said(back), *row.before(back, 2)}
        ended = status in ("before", "failed") and back.act in ("", "adjust") and not still
        return status in ("planned", "never") or ended
    if status == "planned" and row.said(back) == ("not", "yet"):
        return True  # "we could try less mycophenolate next summer, but not yet"
    if status == "never" and not back.act and set(row.said(back)) <= _EVER_BEFORE:
        return True  # "no steroids now or before"
    if back.kind == "before":
        plainly = not {",", "which"} & set(row.texts[member.end : back.first])
        excepted = member.ahead is not None and row.said(member.ahead)[0] in EXCEPTING
        # "everything except pred was stopped"; "considered and shelved"
        if (
            status == "now"
            and row.said(back)[0] == "had"
            and member.ahead is not None
            and "back" in row.said(member.ahead)
        ):
            return True  # "back on MMF (it had been held)"
        if status == "now" and row.said(back) in IN_ALL and member.mark.value in INFUSIONS:
            return True  # "since 2022 rituximab, 9 doses in all"
        when = not back.act and row.said(back)[0] in _AT_A_TIME
        dropped = back.act == "stop" or when or not _CALLED_OFF.isdisjoint(row.said(back))
        return (status == "now" and excepted and plainly) or (status == "planned" and dropped)
    if back.kind == "failed":
        return status in ("before", "planned")
    if back.act == "refuse" and status == "given":
        given = next((other for other in member.back if other.kind == "given"), member.ahead)
        return given is None or not _only_written(row, given)  # "MTX was prescribed, but refused"
    if back.kind == "given":
        plain = status == "never" and back.first == member.end  # "no steroids taken ever"
        return status in ("planned", "now") or plain
    weak = member.ahead is not None and all(word in _ONLY for word in row.said(member.ahead))
    if back.kind == "planned" and weak:
        return False  # "only rituximab is available"
    named = member.ahead is not None and row.said(member.ahead)[0] in _REQUESTS
    if status == "planned" and named and back.kind in ("started", "before", "given"):
        return True  # "an application for rituximab was submitted, started, stopped"
    begins = back.kind == "planned" and member.ahead is not None and row.said(member.ahead)[0] == "maintenance"
    if begins and {"start", "starts", "begin", "begins", "next", "soon"} & set(row.said(back)):
        return False  # "maintenance with MMF begins next week"
    if back.kind == "mentioned":
        return status is not None
    in_turn = member.ahead is not None and set(row.said(member.ahead)) <= _IN_TURN  # "then MTX was proposed"
    return back.kind == "planned" and status not in (None, "never") and row.said(back)[-1] != "idea" and not in_turn


def _reaction_of_another(row: Row, member: Member) -> bool:
    """ "Azathioprine hypersensitivity in her twin"."""
    named = row.texts[member.mark.last : member.mark.last + 1]
    behind = [cue for cue in row.cues if cue.kind == "other_person" and 0 < cue.first - member.mark.last <= _NEAR]
    return bool(named) and named[0] in _REACTIONS and bool(behind)


_NEAR = 4
_REACTIONS = words("therapy", "reactions")


def _counted(row: Row, cue: Mark) -> bool:
    """ "Four monthly courses so far"."""
    return any({text, text[:-1], text[:-2]} & _COUNTED for text in row.before(cue, 2))


def _in_context(row: Row, index: int, status: str) -> str:
    """Somebody else's story, replacement of cortisol, and what is put on the skin are no treatment of the lung."""
    member = row.members[index]
    if status in ("before", "now", "bare") and row.texts[member.end : member.end + 1] in _ONLY_THOUGHT_OF:
        return "planned"  # "we parked the nintedanib idea"
    denied = row.texts[member.end : member.end + 1] in (("not",), ("isnt",), ("arent",), ("wasnt",))
    if status == "bare" and denied and row.texts[member.end + 1 : member.end + 2] in _ENDS_A_DENIAL:
        return "mentioned"  # "A was restarted, B not"
    if status == "bare" and row.texts[member.end :] in (("is",), ("are",)):
        return "planned"  # "plasma exchange is not available here; rituximab is"
    if status == "bare" and not has_dose(row.tokens, member.mark) and _in_a_choice(row, member):
        return "planned"  # "tac + CYC vs tofa, PLEX"
    if status in _UNDECIDED and _reaction_of_another(row, member):
        return "other_person"
    if index and status in _UNDECIDED and _of_others(row, index):
        return "other_person"
    if status in ("now", "bare", "started", "given") and _is_a_strength(row.tokens[member.mark.last :][:2]):
        return "not_systemic"  # "tacrolimus 0.1 %"
    if member.mark.value == "hydrocortisone" and _ADRENAL & set(row.texts):
        return "not_systemic"
    if (
        status == "bare"
        and row.texts[-1] == "then"
        and len(row.texts) <= _SHORT
        and not has_dose(row.tokens, member.mark)
    ):
        return "planned"  # "ok, rituximab then"
    if status == "bare" and _SURFACE & row.segment(member) and not has_dose(row.tokens, member.mark):
        return "not_systemic"
    return status


def _is_a_strength(behind: Sequence[Token]) -> bool:
    return len(behind) == 2 and behind[0].kind == "number" and behind[0].number <= 5 and behind[1].text == "%"


def _in_a_choice(row: Row, member: Member) -> bool:
    return (
        bool({"vs", "versus"} & set(row.texts))
        and not any(
            row.texts[at] in ("vs", "versus") and row.texts[at + 1 : at + 2] in _OLD for at in range(len(row.texts))
        )
        and any(
            row.texts[at] in ("vs", "versus")
            for other in row.members
            for at in range(other.end, min(other.end + 2, len(row.texts)))
        )
    )


_OLD = (("last",), ("previous",), ("prior",), ("january",), ("before",))


def _of_others(row: Row, index: int) -> bool:
    """ "A colleague's patient did well on X after Y failed": the sentence speaks of somebody else to its end."""
    first = row.members[0].ahead
    return (
        first is not None
        and first.kind == "other_person"
        and not _OURS & set(row.texts[first.last : row.members[index].first])
    )


def _trails(row: Row, index: int) -> bool:
    """The last member of a sentence, joined by "and" to a clause before it, without a dose."""
    member = row.members[index]
    joined = row.texts[member.first - 1] in ("and", "or", "also", "perhaps", "maybe")
    return joined and not has_dose(row.tokens, member.mark) and member.end >= len(row.texts) - 1


def _likewise(row: Row, member: Member) -> bool:
    """ "AZA too", "steroids likewise", "tac shortly after": what was said of the agent before."""
    after = row.texts[member.end : member.end + 2]
    lead = row.texts[max(0, member.first - 2) : member.first]
    if lead[:1] == ("so",) and lead[1:] in _SO_DID:
        return True  # "and so was tacrolimus"
    return after[:1] in _LIKEWISE or after in _LIKEWISE_TOO
