"""What surrounds an agent: dose, times, repetition, side effects; and what they make of its status."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from bot.language.dosing import DOSING, INFUSIONS, RHYTHM, has_dose
from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Token
from bot.language.therapy_row import Member, Row
from bot.language.times import HALF_A_YEAR, When, today_in_months
from bot.language.vocabulary import NUMBER_WORDS, words

_EXTRAS = (
    Lexicon()
    .add_all("recurring", {True: DOSING["recurring"]})
    .add_all("not_tolerated", {True: DOSING["not_tolerated"]})
    .add_all("course", {True: DOSING["courses"]})
)
_DOSE = words("therapy", "doses")
_ORDINALS = words("therapy", "ordinal_words")
_OF_A_COURSE = frozenset(DOSING["courses"]) | words("therapy", "of_a_course")
_FRACTIONS_OF_A_YEAR = ("12", "52", "7")
_BESIDE = (("on", "top", "of"), ("alongside",), ("in", "addition", "to"))
_FEWEST = 3
_AHEAD = frozenset({"due", "next", "planned", "booked", "scheduled", "weeks", "week", "fortnight"})
_AHEAD |= {"pencilled", "repeat", "again"}
_FIRST = frozenset({"first", "1", "1st"})
_LONGEST_COURSE = 12


def of(tokens: Sequence[Token], whens: Iterable[When], behind: Sequence[int] = ()) -> dict[str, Any]:
    """Side effects, dates and repetition; `behind` are the tokens where a time would follow the agent at once."""
    extras = {mark.kind for mark in _EXTRAS.scan(tokens) if not _is_what_for(tokens, mark)}
    detail: dict[str, Any] = {name: True for name in ("recurring", "not_tolerated", "course") if name in extras}
    if _unfinished(tokens):
        detail["unfinished"] = True
    for when in whens:
        if when.kind == "ago" and when.months:
            detail["ago"] = when.months
        if when.kind == "ago" and when.months and when.first in behind:
            detail["ago_behind"] = when.months
        elif when.kind == "range":
            detail["until"] = when.end
        elif when.kind == "date":
            detail["since" if when.lead in ("since", "from") else "date"] = when.months
            detail["whole_year"] = when.whole_year
    return detail


def _given_again(row: Row, member: Member, when: When, edge: int) -> bool:
    """Whether a date tells of a further infusion of the same agent."""
    between = set(row.texts[member.end : when.first])
    return member.end <= when.first < edge and bool(_AGAIN & between) and not _AHEAD - _AGAIN & between


_AGAIN = frozenset({"again", "repeated"})


def _is_what_for(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Voclosporin for the kidneys": an organ that is treated, not one that was harmed."""
    at = mark.first - 1
    while at > 0 and tokens[at].text in ("the", "her", "his", "both", "and", "lungs", "lung", "skin", "joints"):
        at -= 1
    return tokens[mark.first].text in _ORGANS and at >= 0 and tokens[at].text == "for"


_ORGANS = frozenset({"kidney", "kidneys", "liver", "gut", "stomach", "muscle", "muscles"})


def of_member(row: Row, index: int, status: str, cue: Mark | None) -> tuple[str, dict[str, Any]]:
    """The detail of one agent of a row, and its status in the light of it."""
    member = row.members[index]
    before = row.members[index - 1] if index else None
    begin = before.end if before is not None else 0
    begin = max((begin, *(at for at in range(begin, member.first) if row.texts[at] == ")")))
    edge = row.members[index + 1].first if index + 1 < len(row.members) else len(row.tokens)
    first = max(begin, min(member.first, cue.first)) if cue is not None else member.first
    detail = of(row.tokens[first:edge], _times(row, index, first, edge), (member.mark.last,))
    detail["dose"] = has_dose(row.tokens, member.mark)
    detail["name"] = " ".join(row.texts[member.first : member.mark.last])
    if cue is not None:
        detail["cue"] = " ".join(row.said(cue))
        if cue.act:
            detail["act"] = cue.act
    if _comes_instead(row, member):
        detail["instead"] = True
    if member.mark.value in INFUSIONS:
        if _unfinished(row.tokens[begin:edge]) or _some_left(row.tokens[begin:edge]):
            detail["unfinished"] = True
        of_two = {"first", "second"} <= set(row.texts[begin:edge]) and _AHEAD & set(row.texts[begin:edge])
        if of_two and status in ("given", "bare", "before"):
            detail["unfinished"] = True  # "first infusion this week, second in two weeks"
        if status in ("given", "bare", "now") and _finished(row.tokens[begin:edge]):
            status = "before"  # "6 of 6 given"
        again = [when.months for when in row.whens if when.kind == "date" and _given_again(row, member, when, edge)]
        if again and status in ("bare", "given"):
            detail["date"] = max(again)  # "RTX in 2024 and again in October"
        if _recurring_before(row, member, begin):
            detail["recurring"] = True
        status = _of_infusion(row, member, status, cue)
        if {"last", "next"} <= set(row.texts[member.end : edge]) and (cue is None or not cue.act):
            status = "now"  # "RTX, last one in September, next in March"
    following = row.members[index + 1].ahead if index + 1 < len(row.members) else None
    if status == "given" and following is not None and row.said(following) in _BESIDE:
        status = "now"  # "got pirfenidone on top of MMF"
    ago = _since_the_last(row, member)
    if ago is not None:
        status, detail["ago"] = "given", ago
    if status == "given" and cue is not None and _is_visit(row, cue) and not {"ago", "date", "until"} & set(detail):
        detail["ago"] = 0  # "attended for rituximab": today
    if status == "never" and cue is not None and _for_some_time(row, cue, member):
        status = "before"
    broken_off = cue is not None and cue.act == "stop" and row.said(cue)[-1] in ("completed", "finished")
    if status == "now" and broken_off and cue is not None and row.after(cue) != "yet" and _long_ago(row, index):
        status = "before"  # "in 2021, 4 pulses, not completed"
    if status == "given" and _one_of_several(row, member, cue):
        detail["recurring"], detail["course"] = True, False  # "first cyclophosphamide given": it has begun
    return status, detail


def _comes_instead(row: Row, member: Member) -> bool:
    """ "He has been on tac instead since March"."""
    near = range(max(0, member.first - 3), min(len(row.texts), member.end + 3))
    return any(row.texts[at] == "instead" and row.texts[at + 1 : at + 2] != ("of",) for at in near)


def _is_visit(row: Row, cue: Mark) -> bool:
    """ "Attended for rituximab infusion 2 of 2", "came in for her IVIG": the visit that the message reports."""
    return cue.act == "take" and row.said(cue)[-1] == "for" and row.said(cue)[0] in _VISITS


_VISITS = words("therapy", "visits")


def _times(row: Row, index: int, first: int, edge: int) -> list[When]:
    leading = [when for when in row.whens if not index and when.last <= row.members[index].first and when.first <= 1]
    dose = row.members[index].mark.last  # "MMF2000" holds no year
    glued = dose < len(row.tokens) and row.tokens[dose - 1].end == row.tokens[dose].start
    wall = min((at for at in row.walls if at >= row.members[index].end), default=edge)
    edge = min(edge, wall)  # "on tacrolimus, FVC worse from February to October": the time of the readings
    own = [when for when in row.whens if first <= when.first < edge and not (glued and when.first == dose)]
    done = [when for when in own if not _AHEAD & set(row.texts[max(first, when.first - 3) : when.first])]
    own = done if done and row.members[index].mark.value in INFUSIONS else own
    following = row.members[index + 1] if index + 1 < len(row.members) else None
    if not own and not leading and following is not None and following.link == "and" and not following.back:
        end = row.members[index + 2].first if index + 2 < len(row.members) else len(row.tokens)
        own = [when for when in row.whens if following.end <= when.first < end and when.kind in ("ago", "date")]
        own = [when for when in own if when.kind == "ago" or when.lead == "in"]  # "MTX and HCQ long ago"
    return _ranged(row, [*leading, *(when for when in own if when not in leading)])


def _ranged(row: Row, whens: list[When]) -> list[When]:
    """ "Between January and June 2025": two dates that are a range."""
    for begin, end in itertools.pairwise(whens):
        dates = begin.kind == end.kind == "date" and end.first == begin.last + 1
        if dates and row.texts[begin.first - 1] == "between" and row.texts[begin.last] == "and":
            between = replace(begin, kind="range", last=end.last, end=end.months + (11 if end.whole_year else 0))
            return [between, *(when for when in whens if when not in (begin, end))]
    return whens


def _long_ago(row: Row, index: int) -> bool:
    edge = row.members[index + 1].first if index + 1 < len(row.members) else len(row.tokens)
    dates = [when.months for when in _times(row, index, row.members[index].first, edge) if when.kind == "date"]
    return bool(dates) and today_in_months() - max(dates) > HALF_A_YEAR


def _recurring_before(row: Row, member: Member, begin: int) -> bool:
    """ "monthly IVIG", "every four weeks for Kiovig"."""
    cuts = [at + 1 for at in range(begin, member.first) if row.texts[at] == "," or at in row.of_cues]
    return bool(RHYTHM.scan(row.tokens[max([begin, *cuts]) : member.first]))


def _of_infusion(row: Row, member: Member, status: str, cue: Mark | None) -> str:
    """A plan or a date of one dose is none of the treatment: "third course booked", "last one in September"."""
    if cue is None:
        return status
    lead = {*row.texts[max(0, member.first - 3) : member.first], *row.before(cue, 3)}
    near = {*row.said(cue), *row.texts[max(0, member.first - 2) : member.first]}
    if status == "planned" and cue.act == "plan" and _planned_again(row, member, cue):
        return "given"  # "rituximab on 29 June and in December planned"
    if status == "planned" and (
        (cue.act == "plan" and lead & _ORDINALS - _FIRST) or ("next" in near and "due" in row.texts)
    ):
        return "now"
    return "given" if status == "before" and "last" in row.said(cue) else status


def _planned_again(row: Row, member: Member, cue: Mark) -> bool:
    """ "29 June and December planned", "(Aug + planned Feb)": a date of a dose that was given, then "and"."""
    dates = [when for when in row.whens if member.mark.last <= when.first < cue.first and when.kind == "date"]
    return bool(dates) and bool({"and", "+", "&"} & set(row.texts[dates[0].last : cue.first]))


def _one_of_several(row: Row, member: Member, cue: Mark | None) -> bool:
    """ "the first cyclophosphamide", "(2nd dose given)"; the ending of a number is gone."""
    lead = {*row.texts[max(0, member.first - 3) : member.first], *(row.before(cue, 3) if cue is not None else ())}
    return bool(lead & _ORDINALS) or (bool(lead & _DOSE) and any(text.isdigit() for text in lead))


def _since_the_last(row: Row, member: Member) -> float | None:
    """ "sixteen months since his last rituximab", "18 months out from her last one": months since then."""
    lead = row.texts[max(0, member.first - 5) : member.first]
    since = next((member.first - len(lead) + at for at, text in enumerate(lead) if text in _SINCE), None)
    if not {"last", "latest", "recent"} & set(lead) or since is None:
        return None
    spans = [when for when in row.whens if when.kind in ("window", "ago") and abs(when.last - since) <= 1]
    return spans[0].months if spans else None


_SINCE = frozenset({"since", "from", "past"})


def _for_some_time(row: Row, cue: Mark, member: Member) -> bool:
    """ "hasn't taken it for five weeks", "no steroids since March": it was taken before."""
    if cue.act not in ("", "take", "give"):
        return False
    said = set(row.said(cue))
    since = {"no", "nil", "none", "without"} & said and row.texts[member.end : member.end + 1] in (("since",), ("for",))
    perfect = {"hasnt", "havent", "has", "have"} & said
    last = max(member.mark.last, cue.last)  # "CellCept, but she hasn't taken it since June"
    timed = any(
        when.kind in ("window", "date") and (0 <= when.first - member.mark.last <= 4 or 0 <= when.first - last <= 2)
        for when in row.whens
    )
    return timed and bool(since or perfect)


def _unfinished(window: Sequence[Token]) -> bool:
    """ "4 of 6 given", "five out of six pulses": a course that is not at its end."""
    for at, token in enumerate(window[:-2]):
        link, behind = window[at + 1].text, window[at + 2].text
        given = _count(token)
        if link in _DOSE and behind == "of" and at + 3 < len(window):  # "4th pulse of 6"
            planned = _count(window[at + 3])
            if given is not None and planned is not None and 0 < given < planned <= _LONGEST_COURSE:
                return True
        if given is None or link not in ("of", "/", "out") or (link == "/" and behind in _FRACTIONS_OF_A_YEAR):
            continue  # "4/12" are four months
        after = at + 3 if link == "out" and behind == "of" else at + 2
        planned = _count(window[after]) if after < len(window) else None
        if planned is not None and 0 < given < planned <= _LONGEST_COURSE:
            return bool({other.text for other in window[max(0, at - 3) : after + 6]} & _OF_A_COURSE)
    return False


def _some_left(window: Sequence[Token]) -> bool:
    """ "four done, two remaining", "4 given, 2 to go", "three more to come"."""
    texts = [token.text for token in window]
    if any(texts[at] in _MORE and texts[at + 1 : at + 3] in _TO_COME for at in range(len(texts) - 2)):
        return True
    return any(
        _count(window[at]) is not None
        and texts[at + 1] in _DONE
        and any(
            text in _LEFT or texts[place : place + 2] == ["to", "go"]
            for place, text in enumerate(texts[at + 2 :], at + 2)
        )
        for at in range(len(window) - 3)
    )


_DONE = frozenset({"done", "given", "completed", "received", "in", "had"})
_MORE = frozenset({"more", "further", "still"})
_TO_COME = (["to", "come"], ["to", "go"], ["to", "follow"])
_LEFT = frozenset({"remaining", "left", "outstanding", "pending"})


def _finished(window: Sequence[Token]) -> bool:
    """ "6/6", "six of six infusions"."""
    return any(
        window[at + 1].text in ("of", "/")
        and (_count(window[at]) or 0) >= _FEWEST
        and _count(window[at]) == _count(window[at + 2])
        for at in range(len(window) - 2)
    )


def _count(token: Token) -> float | None:
    return token.number if token.kind == "number" else NUMBER_WORDS.get(token.text)
