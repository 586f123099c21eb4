"""Gives every agent of a row the cues that belong to it, its own first, then those of its list."""

from __future__ import annotations

import itertools
from dataclasses import replace

from bot.language import therapy_reach
from bot.language.cue_ranks import outranks
from bot.language.dosing import INFUSIONS, RHYTHM, has_dose
from bot.language.lexicon import Mark
from bot.language.therapy_row import Member, Row
from bot.language.vocabulary import words

ENDING = frozenset({"before", "never", "failed", "given"})
_GOVERNING = frozenset({"planned", "never", "other_person", "leaving"})
_ADDITIVE = words("therapy", "additive")
_ADDED = words("therapy", "added")
_IN_TURN = words("therapy", "in_turn") | {"followed", "before", "now", "and"}
_INSTEAD = words("therapy", "instead")
IN_ALL = (("in", "all"), ("in", "total"))
_INFUSED = frozenset({"infusion", "infusions", "cycle", "cycles", "pulse", "pulses"})
_ALL = frozenset({"all", "each", "both", "none", "neither", "nothing"})
_ALL_OF_THEM = frozenset(
    {
        "in",
        "on",
        "because",
        "due",
        "last",
        "this",
        "when",
        "after",
        "during",
        "since",
        "and",
        "",
        "three",
        "four",
        "two",
        "of",
        ",",
        ")",
        "at",
        "now",
    }
)
_OF_A_LICENCE = (("off", "label"), ("off", "licence"), ("off", "license"), ("unlicensed",))
_LISTS = frozenset({"list", "drugs", "medication"})
_IDEAS = words("therapy", "ideas")


def assign(row: Row) -> None:
    """Every cue to the agents that it speaks of, then what the members of a list share."""
    _remarks(row)
    for cue in row.cues:
        if row.said(cue) == ("local",) and _BRANDS & set(row.texts[cue.last : cue.last + 4]):
            continue  # "on a local tacrolimus brand"
        if _tells_a_course(row, cue) or _inside_a_remark(row, cue) or _treats_ours(row, cue):
            continue
        named = _of_all(row, cue)
        if named and cue.kind == "now" and {"none", "neither"} & {*row.before(cue, 4), *row.said(cue)}:
            cue = replace(cue, kind="before")  # "none of them since"
        elif named and cue.kind in ("given", "started") and {"none", "neither"} & set(row.before(cue, 4)):
            cue = replace(cue, kind="never")  # "none of these given yet"
        for member in named:
            member.back, member.override = [cue], None
        if cue.kind == "now" and row.said(cue)[:2] == ("instead", "of"):
            _in_its_place(row, cue)
        if not named and not therapy_reach.only_tells_when(row, cue):
            _attach(row, replace(cue, kind="now") if _adds_to_a_list(row, cue) else cue)
    _share_ahead(row)
    _so_far(row)
    _share_back(row)
    _neither_nor(row)


def _neither_nor(row: Row) -> None:
    """ "Neither A nor B was tolerated", "A was not tolerated, nor was B": both were taken; "neither helped" failed."""
    for left, right in itertools.pairwise(row.members):
        if right.ahead is None or row.said(right.ahead)[0] != "nor":
            continue
        told = [cue for cue in left.back if cue.kind in ("before", "failed")]
        behind = row.texts[right.end : right.end + _REACH_OF_A_VERDICT]
        if told and len(row.said(right.ahead)) > 1:
            right.ahead, right.back = None, [told[-1]]
        elif left.ahead is not None and row.said(left.ahead) == ("neither",):
            verdict = "before" if "tolerated" in behind else "failed" if not _HELPED.isdisjoint(behind) else None
            if verdict is not None:
                cue = Mark(verdict, "back", right.end, right.end + 1)
                left.ahead, right.ahead, left.back, right.back = None, None, [cue], [cue]


_REACH_OF_A_VERDICT = 4
_HELPED = frozenset({"helped", "worked", "effective", "held", "effect", "enough", "sufficient", "succeeded"})


def _in_its_place(row: Row, cue: Mark) -> None:
    """ "AZA, later MMF, and now she has tacrolimus instead of that": the agent before is taken no more."""
    named = [member for member in row.members if member.mark.last <= cue.first]
    if len(named) > 1:
        named[-2].override = "before"


def _tells_a_course(row: Row, cue: Mark) -> bool:
    """ "Lung function has declined under X": nobody refused it; "the fall in FVC stopped with X"."""
    with_it = cue.act == "stop" and row.after(cue) in ("with", "on", "under", "after", "since")
    return (cue.act == "refuse" or with_it) and (cue.first - 1 in row.walls or row.before(cue, 1)[:1] in _EVENTS)


_EVENTS = tuple((word,) for word in words("lungs", "events"))


def _treats_ours(row: Row, cue: Mark) -> bool:
    """ "A colleague put him on X", "her husband says she had X": it is our patient who takes it."""
    if cue.kind == "other_person":
        relative = row.texts[cue.last + 1 : cue.last + 2] in (("who",), ("that",), ("whose",), ("which",))
        if "with" in row.before(cue, 2) and row.after(cue) == "," and not relative:
            return True  # "she stays with her sister, on MMF"
        following = row.texts[cue.last : cue.last + 3]
        if following[:1] and following[0] in _REPORTS and _OURSELVES & set(following[1:]):
            return True
        if row.said(cue)[-1] == "sister" and "here" in following:
            return True  # "Sister Byrne here": a nurse
    if cue.kind != "other_person" or row.said(cue)[-1] not in _DOCTORS:
        return False
    verb = next((other for other in row.cues if 0 <= other.first - cue.last <= 2 and other.act), None)
    return verb is not None and bool(_OUR_PATIENT & {*row.said(verb), *row.texts[verb.last : verb.last + 1]})


_BRANDS = frozenset({"brand", "generic", "company", "preparation", "make", "copy"})
_REPORTS = frozenset({"says", "said", "reports", "reported", "tells", "told", "thinks", "reminds", "adds", "confirms"})
_OURSELVES = frozenset({"she", "he", "that", "me", "us", "they"})
_DOCTORS = frozenset({"colleague", "colleagues", "friend", "partner"})
_OUR_PATIENT = frozenset({"him", "her", "them"})


def _inside_a_remark(row: Row, cue: Mark) -> bool:
    """ "since 2022 (CK 300 → normal)": an arrow in brackets without an agent changes none."""
    if cue.kind != "arrow":
        return False
    opened = max((at for at in range(cue.first) if row.texts[at] == "("), default=None)
    if opened is None or ")" in row.texts[opened : cue.first] or ")" not in row.texts[cue.last :]:
        return False
    closed = row.texts.index(")", cue.last)
    return not any(opened < member.first < closed for member in row.members)


def _remarks(row: Row) -> None:
    """What brackets say belongs to the agent before them."""
    for member in row.members:
        for first, last in member.remarks:
            inner = [cue for cue in row.cues if first < cue.first < last and not _of_a_dose(row, cue, first, last)]
            inner = [cue for cue in inner if row.said(cue) not in _OF_A_LICENCE and not _whose_idea(row, cue, member)]
            told = [cue for cue in inner if cue.kind != "arrow" and _told_of(row, cue, member)]
            every = {"both", "all"} & set(row.texts[first:last])
            for other in row.list_up_to(member, ("and", ",", "same")) if every else [member]:
                other.back += told
            for other in row.members:
                if first < other.first < last and other.mark.value == member.mark.value:
                    other.back += told  # "methotrexate (mtx stopped 2024)"
    row.cues = [cue for cue in row.cues if cue.first not in row.hidden]


def _whose_idea(row: Row, cue: Mark, member: Member) -> bool:
    """ "He is on voclosporin (someone's idea)": whose it was that it was started, as it is taken."""
    taken = any(other.kind in ("now", "started") and other.last == member.first for other in row.cues)
    return taken and cue.kind == "planned" and row.said(cue)[-1] in _IDEAS


def _of_a_dose(row: Row, cue: Mark, opened: int, close: int) -> bool:
    """ "(since 2021, initially 60)", "(150 not tolerated)": a word about a dose or a time, not about the agent."""
    if cue.act == "tolerate" and row.tokens[opened + 1].kind == "number" and cue.first - opened <= 3:
        return True
    number = cue.last < close and row.tokens[cue.last].kind == "number"
    return number and not cue.act and cue.kind in ("before", "now", "arrow")


def _told_of(row: Row, cue: Mark, member: Member) -> bool:
    """ "(stopped 2020)", "(still on it)", "(patient declined)"."""
    if cue.act == "refuse" and row.texts[cue.last] == ")":
        return True
    told = cue.value != "ahead" and therapy_reach.reaches_back(row, cue, member)
    return told or row.texts[cue.last] in ("it", "them")


def _attach(row: Row, cue: Mark) -> None:
    before = (member for member in reversed(row.members) if member.mark.last <= cue.first)
    left = next((member for member in before if not _aside(row, member, cue)), None)
    right = next((member for member in row.members if member.first >= cue.last), None)
    if (
        cue.kind == "arrow"
        and right is None
        and left is not None
        and {"replaced", "switched", "changed"} & set(row.said(cue))
    ):
        left.back.append(replace(cue, kind="before", value="back"))  # "IVIG was replaced by the subcutaneous form"
        return
    side = therapy_reach.side(row, cue, left, right)
    if side == "right" and right is not None:
        if cue.kind == "arrow":
            _change(row, cue, left, right)
        elif right.ahead is None or outranks(row.tokens, right.ahead, cue):
            right.ahead = cue
        if left is not None and left.end == cue.first and row.said(cue) == ("now", "with"):
            left.back.append(cue)  # "MMF now with prednisolone"
    elif row.said(cue) in IN_ALL and left is not None and left.mark.value not in INFUSIONS:
        return
    elif side == "left" and left is not None and cue.kind != "arrow":
        if therapy_reach.is_relative(row, cue, left) and left.ahead is not None and left.ahead.kind == "planned":
            left.ahead = None  # "his scheduled IVIG, which he has had every four weeks"
        _given_to(row, cue, _meant(row, cue, left)).back.append(cue)


def _meant(row: Row, cue: Mark, left: Member) -> Member:
    """ "A was a bridge until B worked, so we stopped it", "A before B, went off it": the first of the two."""
    at = row.members.index(left)
    lead = row.texts[max(0, left.first - 2) : left.first]
    pronoun = row.after(cue) == "it" or "it" in {*row.before(cue, 1), *row.said(cue)}
    if at and _is_added_to(row, left) and not _SUBJECTS_OF_IT & set(row.texts[left.end : cue.first]):
        return row.members[at - 1]  # "A was added to B but caused tremor and was withdrawn"
    return row.members[at - 1] if at and pronoun and _SUBORDINATE & set(lead) else left


def _is_added_to(row: Row, member: Member) -> bool:
    """Whether it is what another agent was added to: no subject of what follows."""
    return member.ahead is not None and row.said(member.ahead) in (("added", "to"), ("on", "top", "of"))


_SUBJECTS_OF_IT = words("therapy", "subjects") | {",", "which", "both", "all"}
_SUBORDINATE = frozenset({"until", "till", "til", "when", "once", "before", "while"})


def _aside(row: Row, member: Member, cue: Mark) -> bool:
    """Another medicine in brackets that close before a cue: "was blocked (allopurinol), thus never taken"."""
    opens = member.first and row.texts[member.first - 1] == "("
    return member.mark.kind == "other" and bool(opens) and ")" in row.texts[member.mark.last : cue.first]


def _given_to(row: Row, cue: Mark, left: Member) -> Member:
    """ "rituximab plus MMF, last infusion in May": an infusion is one of the agent that is infused."""
    infused = [member for member in row.members if member.mark.last <= cue.first and member.mark.value in INFUSIONS]
    of_infusions = bool(_INFUSED & set(row.said(cue))) and left.mark.value not in INFUSIONS
    return infused[-1] if of_infusions and infused else left


def _adds_to_a_list(row: Row, cue: Mark) -> bool:
    """ "add prednisolone 5 mg to the current list"."""
    after = row.texts[cue.last :]
    return row.said(cue) == ("add",) and "to" in after and bool(_LISTS & set(after))


# All of them


def _of_all(row: Row, cue: Mark) -> list[Member]:
    """The agents that "all of them ongoing", "neither of which helped", "still getting all three" speak of."""
    named = [member for member in row.members if member.mark.last <= cue.first]
    near = {*row.before(cue, 4), *row.said(cue)}
    pronoun = "of" in near and bool({"them", "which", "these"} & near) and bool(_ALL & near) and cue.value != "ahead"
    small = row.said(cue) in (("in",), ("out",)) and row.after(cue) not in ("", ",", ")", "and")
    if "both" in {*row.before(cue, 1), *row.said(cue)} and cue.value == "back" and len(named) > 1 and not small:
        return named[-2:]  # "AZA, then MTX, both out"
    if {"neither", "ever"} <= set(row.said(cue)) and len(named) > 1:
        return named[-2:]  # "ordered AZA and MMF, neither was ever dispensed"
    if not named or not (pronoun or _then_all(row, cue)):
        return []
    return named[-2:] if {"both", "neither"} & near else named


def _then_all(row: Row, cue: Mark) -> bool:
    """ "still getting all three", "stopped both"; not "after all"."""
    after = row.texts[cue.last : cue.last + 2]
    if not after or after[0] not in ("all", "both") or row.said(cue)[-1] == "after":
        return False
    return cue.kind in ("now", "before", "failed", "given") and (*after[1:], "")[0] in _ALL_OF_THEM


# From one to another


def _still_ahead(row: Row, right: Member) -> bool:
    after = row.texts[right.end : right.end + 4]
    return any(text == "next" and after[at + 1 : at + 2] and after[at + 1] in _PERIODS for at, text in enumerate(after))


_TO_SWITCH = frozenset({"switch", "change", "swap", "convert", "move"})
_PERIODS = frozenset({"week", "month", "year", "visit", "clinic", "cycle", "monday", "january", "february", "time"})
_GOES_ON = frozenset({"ongoing", "continuing", "continues", "continued", "still", "present"})


def _change(row: Row, cue: Mark, left: Member | None, right: Member) -> None:
    """ "AZA, then MMF", "MMF -> tac": what follows is taken, what went before is not, unless it was added to."""
    lead = set(row.texts[max(0, left.first - 8) : left.first]) if left is not None else set()
    if row.asks and row.said(cue) == ("to",) and _TO_SWITCH & lead:
        right.ahead = Mark("planned", "ahead", cue.first, cue.last)
        return  # "or first change MMF to tacrolimus?"
    if left is not None and left.link and _names_one_before(row, cue, right):
        right.ahead = Mark("before", "ahead", cue.first, cue.last)
        return
    if right.mark.kind == "other" and row.said(cue) == ("then",):
        return  # "MMF, prednisone, then losartan"
    if left is not None and left.mark.value == right.mark.value:
        right.ahead = Mark("now", "ahead", cue.first, cue.last)
        return  # "Kiovig changed to Panzyga": another product
    if row.said(cue) == ("then",) and row.after(cue) == ",":
        return  # "started nintedanib then, still takes it with MMF"
    if _still_ahead(row, right):
        right.ahead = Mark("planned", "ahead", cue.first, cue.last)
        return  # "being changed to nintedanib next month"
    if row.texts[cue.last] in _GOES_ON and row.tokens[cue.first].kind == "arrow":
        return  # "MMF 2022 → ongoing with pred"
    between = {*row.texts[cue.last : right.first], *(_ADDED & set(row.texts[right.end : right.end + 3]))}
    if _in_list(row, cue):
        right.ahead = row.members[0].ahead
        return  # "two drugs failed: AZA and then MMF"
    having = (
        left is not None and left.ahead is not None and "having" in {*row.said(left.ahead), *row.before(left.ahead, 2)}
    )
    if having and left is not None:
        right.ahead = left.ahead
        return  # "after having taken azathioprine and then methotrexate"
    if right.ahead is None or right.ahead.kind in ENDING:
        right.ahead = Mark("now", "ahead", cue.first, cue.last)
    if left is None or left.override or between & _ADDITIVE:
        return
    if row.said(cue)[-1] == "now" and left.ahead is not None and left.ahead.kind in ("now", "started"):
        return  # "on MMF and now tac": both
    whole = row.tokens[cue.first].kind != "word" or row.said(cue)[0] in _IN_TURN
    listed = row.list_up_to(left, ("and", ",", "same") if whole else ("and", "same"))
    listed = [left] if left.mark.kind == "other" else listed  # "pred plus chloroquine swapped to HCQ"
    cues = [member.ahead for member in listed if member.ahead is not None]
    governing = next((ahead for ahead in cues if ahead.kind in _GOVERNING), None)
    if governing is None and row.said(cue)[-1] == "then" and _goes_on_failing(row, cue, left, right):
        governing = left.ahead
    if governing is not None:
        right.ahead = replace(governing, kind="planned") if governing.kind == "leaving" else governing
        return
    for member in listed:
        member.override = "before"


def _goes_on_failing(row: Row, cue: Mark, left: Member, right: Member) -> bool:
    """ "Failed A and then B, and has been on C since": the second failed too, where another is told as taken."""
    failed = left.ahead is not None and left.ahead.kind == "failed" and left.ahead.act == "fail"
    later = row.members[row.members.index(right) + 1 :]
    return failed and bool(later) and any(other.kind == "now" and other.first >= right.end for other in row.cues)


def _names_one_before(row: Row, cue: Mark, right: Member) -> bool:
    """ "MMF + HCQ + pred 5, before AZA": behind a list and a comma, at the end."""
    ends = right is row.members[-1] and right.end == len(row.texts)
    return ends and row.said(cue) == ("before",) and row.texts[cue.first - 1] == ","


def _in_list(row: Row, cue: Mark) -> bool:
    """Whether "and then" goes on with the drugs that a count before a comma or colon has announced."""
    first = row.members[0]
    announced = first.ahead is not None and first.ahead.kind in ENDING and therapy_reach.counted(row, first.ahead)
    return announced and row.said(cue) in (("and", "then"), ("then",))


# Lists


def _share_ahead(row: Row) -> None:
    for left, right in itertools.pairwise(row.members):
        if right.link == "or" and left.ahead is not None:
            right.ahead = Mark("planned", "ahead", left.ahead.first, left.ahead.last)
            continue
        if _asked_about_too(row, left, right):
            right.ahead = left.ahead
            continue
        if _goes_along(row, left, right):
            right.ahead = left.back[-1]
            continue
        if right.ahead is None and ")" in row.texts[left.end : right.first]:
            _behind_a_bracket(row, right)
        open_to_share = right.link and right.ahead is None and not left.override
        if open_to_share and left.ahead is not None and not _stands_apart(row, left.ahead, left, right):
            right.ahead = left.ahead


def _asked_about_too(row: Row, left: Member, right: Member) -> bool:
    """ "Your opinion on rituximab, or on IVIG": the second small word only repeats the first."""
    if left.ahead is None or right.ahead is None or left.ahead.kind != "planned" or right.ahead.act:
        return False
    again = row.said(right.ahead) == row.said(left.ahead)[-1:]
    return again and "or" in row.texts[left.end : right.ahead.first]


def _behind_a_bracket(row: Row, right: Member) -> None:
    """ "on tacrolimus (came instead of AZA) and prednisolone": the list goes on behind the bracket."""
    at = row.members.index(right)
    inside = row.members[at - 1]
    opened = max((index for index in range(inside.first) if row.texts[index] == "("), default=None)
    if opened is None or ")" in row.texts[opened : inside.first] or ")" not in row.texts[inside.end : right.first]:
        return
    outer = next((member for member in reversed(row.members[:at]) if member.first < opened), None)
    closed = row.texts.index(")", inside.end)
    if outer is not None and outer.ahead is not None and row.all_light(range(closed, right.first)):
        right.ahead = outer.ahead if {"and", "+", "plus", ",", "with"} & set(row.texts[closed : right.first]) else None


def _goes_along(row: Row, left: Member, right: Member) -> bool:
    """ "IVIG continues plus MMF": what is said of the first holds for the one that is added to it."""
    cue = left.back[-1] if left.back else None
    if cue is None or cue.kind != "now" or right.ahead is not None or not left.end <= cue.first < right.first:
        return False
    gap = row.texts[cue.last : right.first]
    return gap[:1] in (("plus",), ("with",), ("+",)) and row.all_light(range(cue.last, right.first))


def _stands_apart(row: Row, cue: Mark, left: Member, right: Member) -> bool:
    """A member with a word, or behind an ending a dose, of its own: "stopped MMF, pred 10", "no AZA, MMF ongoing"."""
    comma = right.link == ","
    dosed = has_dose(row.tokens, right.mark) and not has_dose(row.tokens, left.mark)
    own = [back for back in right.back if back.kind not in ("given", "mentioned")]
    if comma and not own and _opens_a_list(row, right):
        return True  # "now tac alone, the steroids and MMF were stopped"
    one_only = row.said(cue)[0] in _INSTEAD and "with" in row.texts[left.end : right.first]
    if comma and cue.kind == "not_systemic":
        return True  # "inhaled budesonide, mycophenolate"
    return (comma and dosed and cue.kind in ENDING) or one_only or any(comma or back.act for back in own)


def _so_far(row: Row) -> None:
    """ "After 3 months of tac + pred + IVCY (4th of 6 given)": a course that goes on makes the whole list present."""
    going_on = [
        member.ahead
        for member in row.members
        if member.ahead is not None and row.said(member.ahead) == ("after",)
        if any(back.kind == "now" and back.first in row.hidden for back in member.back)
    ]
    for member in row.members:
        if member.ahead is not None and member.ahead in going_on:
            member.ahead = replace(member.ahead, kind="now")


def _opens_a_list(row: Row, right: Member) -> bool:
    """ "..., X and Y were stopped": a list that ends with a verb in the plural."""
    at = row.members.index(right) + 1
    while at < len(row.members) and row.members[at].link == "and":
        if any(back.act == "stop" and row.said(back)[0] in _PLURAL for back in row.members[at].back):
            return True
        at += 1
    return False


_SOLE = frozenset({"alone", "only", "mono", "monotherapy", "solely"})
_PLURAL = frozenset({"were", "have", "are"})


def _share_back(row: Row) -> None:
    for left, right in reversed(list(itertools.pairwise(row.members))):
        if right.link and right.link != "or" and right.back and not left.back:
            left.back += [cue for cue in right.back if _of_list(row, cue, left, right)]


def _has_its_own_time(row: Row, left: Member, right: Member) -> bool:
    """ "MTX 2019-2021", "Jan to March MMF", "CYC x6 (2021)": a member of a list with a time that may be over."""
    at = row.members.index(left)
    begin = row.members[at - 1].end if at else 0
    behind = [when for when in row.whens if left.mark.last <= when.first < right.first]
    around = [*behind, *(when for when in row.whens if begin <= when.first and when.last == left.first)]
    over = any(when.kind == "range" for when in around)
    timed = any(when.kind == "window" or (when.kind == "date" and not when.lead) for when in around)
    return over or (right.link == "," and timed)


def _of_list(row: Row, cue: Mark, left: Member, right: Member) -> bool:
    """Whether a word behind a list speaks of all its members."""
    if any(first < cue.first < last for first, last in right.remarks):
        return False
    if "last" in row.said(cue) and right.mark.value in INFUSIONS and left.mark.value not in INFUSIONS:
        return False  # "MMF and rituximab (last dose in October)"
    if cue.kind == "not_systemic":
        return False
    if right.link == "," and cue.act == "stop" and RHYTHM.scan(row.tokens[left.mark.last : right.first]):
        return False  # "rituximab every 6 months, IVIG stopped in 2024"
    dated = any(left.end <= when.first < right.first for when in row.whens)
    if cue.kind == "never" and right.link == "," and (left.remarks or dated):
        return False  # "ciclosporin 2017-2020 (gums), leflunomide no"
    if cue.kind == "now" and any("last" in row.texts[first:last] for first, last in left.remarks):
        return False  # "IVIG x6 (last in 2024), MMF ongoing"
    if {"both", "all"} & {*row.before(cue, 2), *row.said(cue)}:
        return True
    if cue.kind == "now" and _has_its_own_time(row, left, right):
        return False  # "MTX (2019-2021), AZA 2021, MMF since"
    if _SOLE & set(row.texts[left.end : right.first]):
        return False  # "HCQ alone, azathioprine stopped last year"
    if right.link in ("and", "same"):
        past = left.ahead is not None and left.ahead.kind in (*ENDING, "treated") and left.ahead.kind != "never"
        return left.ahead is None or (left.ahead is right.ahead and (past or cue.kind not in ENDING))
    if left.ahead is not None or cue.kind == "given" or left.link == "and":
        return False  # "CNI + steroids, MMF stopped": two lists
    return has_dose(row.tokens, right.mark) or not has_dose(row.tokens, left.mark)
