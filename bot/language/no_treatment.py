""" "No treatment now", "never had any immunosuppression", "Rx: none": that nothing is, or was, taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.language.lexicon import Lexicon, Mark
from bot.language.text import Token
from bot.language.vocabulary import load, words

_PHRASES = Lexicon().add_all("nothing", load("dosing")["nothing"])
_DENIALS = words("no_treatment", "denials")
_KINDS = words("no_treatment", "kinds")
_TREATMENT = words("no_treatment", "treatment")
_NOTHING = words("no_treatment", "nothing")
_NOT_THIS = words("no_treatment", "not_this")
_OTHER = words("no_treatment", "other")
_BEFORE = words("no_treatment", "before")
_NOW = words("no_treatment", "now")
_EVER = words("no_treatment", "ever")
_VERBS = words("no_treatment", "verbs")
_BETWEEN = frozenset({":", "=", "-", "is", "was", "so", "far", "at", "present", "currently", "now", "to", "date", "up"})
_FOR_IT = frozenset({"the", "it", "this", "that", "her", "his", "their"})
_NOT_ALL_ALONG = (["then"], ["it"], ["that"], ["this"])
_LABELS = frozenset({"current", "currently", "now", "present"})
_OPENING = _DENIALS | _TREATMENT | _BEFORE | _LABELS | {"nothing"}
_PRESENTLY = frozenset({"now", "currently", "moment", "present", "presently"})
_IN_ADDITION = (["new"], ["further"])
_BEGUN = frozenset({"started", "begun", "given", "arrived"})
_EMPHASIS = "whatsoever"
_REACH = 4
"""Words beside the phrase that may date it."""


def scan(tokens: Sequence[Token], inside: Collection[int] = ()) -> list[Mark]:
    """Marks whose value is `now`, `before` or `ever`: fixed phrases, and denials of a treatment of any kind.

    `inside` are tokens of agents: "azathioprine not yet started" denies that one alone.
    """
    if any(token.text == _EMPHASIS for token in tokens):
        kept = [at for at, token in enumerate(tokens) if token.text != _EMPHASIS]
        marks = scan([tokens[at] for at in kept], {kept.index(at) for at in inside if at in kept})
        return [replace(mark, first=kept[mark.first], last=kept[mark.last - 1] + 1) for mark in marks]
    texts = [token.text for token in tokens]
    said = [
        mark
        for mark in _PHRASES.scan(tokens)
        if texts[mark.last - 1] not in ("any", "other") and texts[mark.last : mark.last + 1] not in _IN_ADDITION
    ]
    starts = [at for at, text in enumerate(texts) if text in _OPENING]
    read = [
        mark
        for at in starts
        if (mark := _denied(texts, at) or _none_told(texts, at) or _taken_nothing(texts, at)) is not None
    ]
    found: list[Mark] = []
    taken: set[int] = set()
    told = [
        mark for mark in (*said, *read) if not _of_an_agent(texts, mark, inside) and not _healed_by_itself(texts, mark)
    ]
    for mark in sorted(told, key=lambda mark: mark.first - mark.last):
        if not taken & set(range(mark.first, mark.last)):
            found.append(mark)
            taken.update(range(mark.first, mark.last))
    return [_both_times(texts, mark) for mark in sorted(found, key=lambda mark: mark.first)]


def _healed_by_itself(texts: Sequence[str], mark: Mark) -> bool:
    """ "Sarcoidosis in 1996, resolved without therapy": another illness that needed no treatment."""
    lead = texts[: mark.first]
    healed = texts[mark.first] == "without" and bool(lead) and lead[-1] in _HEALED
    return healed and _OF_THE_PATIENT.isdisjoint(lead)


_HEALED = words("no_treatment", "healed")
_OF_THE_PATIENT = frozenset({"she", "he", "patient", "pt", "ild", "lung", "lungs", "breathing", "breathlessness"})


def _of_an_agent(texts: Sequence[str], mark: Mark, inside: Collection[int]) -> bool:
    if texts[mark.first] == "not" and texts[mark.last - 1] in _BEGUN and any(index < mark.first for index in inside):
        return True  # "nintedanib planned but not yet started"
    at = mark.first - 1
    while at > 0 and texts[at] in ("is", "was", "has", "but", "been"):
        at -= 1
    return (
        at in inside
        and texts[mark.first] in ("not", "never", "hasnt", "none", "nil", "no")
        and len(texts) > 1
        and (texts[mark.first] == "not" or texts[mark.last - 1] in ("started", "yet", "given"))
    )


def _both_times(texts: Sequence[str], mark: Mark) -> Mark:
    """ "Not on any treatment, never has been"."""
    after = texts[mark.last : mark.last + 6]
    ever = {"or", "nor", "past", "before", "ever"} & set(after) or _EVER & set(texts[mark.first : mark.last])
    if mark.value == "ever" and not ever and _PRESENTLY & set(after[:3]):
        return replace(mark, value="now")  # "no immunosuppression at this moment"
    if mark.value == "now" and after[:1] == ["until"]:
        return replace(mark, value="before")  # "no treatment at all until prednisone on Tuesday"
    never = "never" in after and bool({"has", "have", "was", "had"} & set(after[after.index("never") :]))
    return replace(mark, value="ever") if mark.value == "now" and never else mark


def _denied(texts: Sequence[str], at: int) -> Mark | None:
    """A denial, verbs and kinds, then a word for treatment: "has never been given any systemic treatment"."""
    if texts[at] not in _DENIALS:
        return None
    end = at + 1
    while end < len(texts) and end - at < 9 and texts[end] in (_VERBS | _KINDS | _OTHER):
        end += 1
    passed = end == len(texts) or texts[end] not in _TREATMENT
    if passed and texts[at] == "no" and end - at > 1 and texts[end - 1] == "ever" and texts[end - 2] in _TREATMENT:
        return Mark("nothing", "ever", at, end)  # "no immunosuppressant ever"
    if passed:
        anything = texts[at] == "never" and end > at + 1 and texts[end - 1] in ("any", "anything", "nothing")
        if anything and end < len(texts) and texts[end] in ("except", "but", "other", "apart", "besides", "bar"):
            return Mark("nothing", "before", at, end)  # "never had anything but steroids"
        ends = end == len(texts) or texts[end] in (",", ")", "-", "for")
        return Mark("nothing", "ever", at, end) if anything and ends else None
    if texts[at] == "not" and end == at + 1 and texts[end] in ("treatment", "therapy"):
        return None  # "that is replacement, not treatment"
    end += 1
    while end < len(texts) and texts[end] in _TREATMENT:
        end += 1
    end += next((len(words) for words in _OF_ANY_KIND if tuple(texts[end : end + len(words)]) == words), 0)
    after = texts[end : end + _REACH]
    used = after[:1] in (["was"], ["were"]) and bool(set(after[1:3]) & (_VERBS | {"ever", "tried", "done"}))
    timed = after[:1] == ["for"] and bool({"years", "months", "yrs", "weeks"} & set(after[2:]))
    if (
        after[:1]
        and not used
        and (after[0] in _NOT_THIS or (after[0] == "for" and not timed and not set(after[1:2]) & _FOR_IT))
    ):
        return None
    inner = set(texts[at:end])
    if (
        after[:1] == ["for"]
        and {"past", "last", "years", "months", "yrs", "weeks"} & set(after[1:])
        and not inner & _EVER
    ):
        return Mark("nothing", "now", at, end)  # "no treatment for the past two years"
    value = _when([*_clause_before(texts, at), *texts[at:end], *after], inner)
    if inner & _OTHER:
        all_along = after[:1] == ["since"] and after[1:2] not in _NOT_ALL_ALONG
        so_far = {"until", "far", "date", "never"} & {*after, *inner}
        perfect = texts[at] in ("hasnt", "havent") or (at and texts[at - 1] in ("has", "have") and texts[at] == "not")
        # "she has not had other immunosuppressants"
        value = "before" if all_along or so_far or perfect or {*after, *inner} & (_BEFORE | {"ever"}) else ""
    return Mark("nothing", value, at, end) if value else None


_OF_ANY_KIND = (
    *(("of", every, kind) for every in ("any", "whatever") for kind in ("kind", "sort", "type", "description")),
    ("at", "all"),
)


def _clause_before(texts: Sequence[str], at: int) -> Sequence[str]:
    """The words right before, in the same clause."""
    lead = texts[max(0, at - _REACH) : at]
    cut = max((index + 1 for index, text in enumerate(lead) if text in (",", "-", ";")), default=0)
    return lead[cut:]


def _when(near: Sequence[str], inner: set[str]) -> str:
    said = set(near)
    if {"now", "or"} <= said:
        return "ever"  # "no treatment, now or in the past"
    if said & {"naive", "never", "ever"} or (said & _EVER and not said & _NOW):
        return "ever"
    if said & _BEFORE and not said & _NOW:
        return "before"
    return "now" if said & _NOW else "ever"


def _taken_nothing(texts: Sequence[str], at: int) -> Mark | None:
    """ "She has taken nothing for the ILD since", "nothing immunosuppressive running now"."""
    if texts[at] != "nothing":
        return None
    told = {"given", "taken", "tried", "used", "started"} & set(texts[at + 1 : at + 4])
    taken = told or (at and texts[at - 1] in _VERBS - {"has", "have", "had", "to", "at", "now", "yet", "a", "an"})
    kind = at + 1 < len(texts) and texts[at + 1] in _TREATMENT | {"immunosuppressive", "immunomodulatory"}
    if not (taken or kind) or {"but", "except", "other", "besides"} & set(texts[at : at + 4]):
        return None
    near = texts[at : at + 9]
    near = near[: near.index(",")] if "," in near else near  # "on nothing since June, before that MMF"
    earlier = next((index for index, text in enumerate(near) if text in _BEFORE), None)
    if earlier is not None and not kind:
        end = at + earlier + 1 + (list(near[earlier + 1 : earlier + 2]) == ["that"])
        return Mark("nothing", "before", at, end)
    last = next((index for index, text in enumerate(near) if text in _AT_PRESENT), None)
    return Mark("nothing", "now", at - 1 if taken and not told else at, at + last + 1) if last is not None else None


_AT_PRESENT = frozenset({"since", "now", "currently", "presently", "anymore", "present", "moment"})


def _none_told(texts: Sequence[str], at: int) -> Mark | None:
    """ "Rx none", "current treatment: nil", "previous therapy - none"."""
    label = texts[at] in (_BEFORE | _LABELS) and texts[at + 1 : at + 2] == [":"]  # "current: AZA; previous: none"
    if not (label or texts[at] in _TREATMENT) or at + 1 >= len(texts):
        return None
    end = at + 1
    while end < len(texts) and texts[end] in _BETWEEN:
        end += 1
    if end >= len(texts) or texts[end] not in _NOTHING:
        return None
    if end + 1 < len(texts) and texts[end + 1] not in (
        ",",
        "-",
        "(",
        ")",
        "now",
        "currently",
        "at",
        "since",
        "and",
        "ever",
        "yet",
        "so",
        "besides",
        "except",
        "apart",
        "beyond",
        "other",
    ):
        return None
    lead = set(texts[max(0, at - 3) : at])
    value = "before" if (lead | {texts[at]}) & _BEFORE else "ever" if {"far", "date"} & set(texts[at:end]) else "now"
    return Mark("nothing", value, at, end + 1)
