"""Which agent a status word speaks of: the one ahead of it, or the one behind it.

Prepositions and short denials need their agent right behind them; a verb may have some words between; a participle
without an auxiliary reaches no further than its clause. Where both sides are possible, commas and nearness decide.
"""

from __future__ import annotations

import itertools

from bot.language.cue_ranks import LITERATURE, OF_A_TRIAL
from bot.language.dosing import BREAKERS, INFUSIONS, RHYTHM, of_dose
from bot.language.lexicon import Mark
from bot.language.therapy_cues import ADVERBS, AFTER_NO, PREPOSITIONS, TERSE
from bot.language.therapy_row import Member, Row
from bot.language.verb_leads import ADVERBS as VERB_ADVERBS
from bot.language.vocabulary import NUMBER_WORDS, words

_FAR_AHEAD = 9
_FAR_BACK = 12
_OF_ANOTHER = 15
"""Words of a sentence that speaks of somebody else only."""
_AMOUNT = 5
"""Words of "two unsuccessful cycles of" between a preposition and its agent."""

_APART = words("therapy", "apart")
_AUXILIARY = words("therapy", "auxiliary")
_OPENS_A_CLAUSE = words("therapy", "opens_a_clause")
_TIGHT = words("therapy", "tight")
_SUBJECTS = words("therapy", "subjects")
_HAD = frozenset({"had", "got", "took", "has", "have", "used"})
_OF_A_COURSE = words("therapy", "doses") | {"one"}
_WHAT = frozenset({"what", "which", "how", "whats"})
_NEAR_ONLY = frozenset({"off", "gone", "exposed", "experienced", "burst"})
_NEAR = frozenset({",", "both", "all", "now", "long", "already", "completely", "since"})
_CLOSING = frozenset({"no", "none", "never", "before", "over", "done", "only", "alone"})
_ENDS_A_CLAUSE = words("therapy", "ends_a_clause")
_DENIALS = frozenset({"no", "without"})
_REPEATS = words("therapy", "repeats")
_OTHERS = frozenset({"others", "rest", "else"})
_SUMMED_UP_BY = frozenset({"once", "meaning", "namely", "everything", "himself", "herself"})
_SUMMING_UP = (("so", "far"), ("to", "date"))
_UNITS_OF_IT = words("therapy", "units_of_it")
_STAYS = frozenset({"is", "are", "still", "now", "remains", "stays"})
_OF_AN_AGENT = frozenset({"now", "started", "before", "failed", "never", "given"})
_OPENS_ANOTHER = frozenset({"once", "when", "as", "while", "because", "until", "before", "after"})
_WEAK = frozenset({"now", "given", "planned"})


def side(row: Row, cue: Mark, left: Member | None, right: Member | None) -> str | None:
    """ "left" or "right": where the agent of a cue stands; None where it speaks of none."""
    if left is not None and right is not None and cue.act == "continue" and row.after(cue) in ("it", "this", "that"):
        left.back.append(cue)
        return "right"  # "voclosporin was obtained, and he continues on it with mycophenolate"
    if left is not None and cue.kind in ("given", "started", "now") and _of_somebody_else(row, cue, left):
        return None
    if right is not None and _points_ahead(row, cue, right):
        return "right"
    if left is not None and cue.kind != "arrow" and (is_relative(row, cue, left) or _of_a_pronoun(row, cue)):
        return "left"
    if left is not None and (_lacks_its_object(row, cue, left, right) or _is_predicate(row, cue, left)):
        return "left"
    if left is None and cue.kind == "never" and row.after(cue) in ("it", "them", "these", "those"):
        return None  # "she has had none of it so far and takes azathioprine"
    dated = (
        cue.last in row.timed
        or row.after(cue) == "next"
        or (cue.last + 2 in row.timed and row.tokens[cue.last].kind == "number")
    )
    booked = cue.kind == "planned" and dated and row.said(cue)[0] not in ("due", "next", "bid")
    if left is not None and booked and row.said(cue)[-1] in ("for", "on", "in"):
        gap = row.gap(left.end, cue.first)
        counted = row.tokens[cue.first - 1].kind == "number" and row.before(cue, 2)[0] in _OF_A_COURSE
        plain = all(row.is_light(at) or row.texts[at] in _BOOKED for at in gap)
        return "left" if plain and not counted else None  # "rituximab booked for 4 December", not "cycle 3 booked"
    announced = left is None and right is not None and _announces(row, cue, right)
    ahead = announced or (right is not None and cue.value in ("ahead", "either") and _reaches(row, cue, right.first))
    back = left is not None and cue.value in ("back", "either") and reaches_back(row, cue, left)
    if ahead and back and left is not None and right is not None:
        return _nearer(row, cue, left, right)
    return "right" if ahead else "left" if back else None


_BOOKED = frozenset(
    {"slot", "slots", "appointment", "admission", "bed", "provisionally", "tentatively", "already", "now"}
)


def _of_somebody_else(row: Row, cue: Mark, left: Member) -> bool:
    """ "Never had rituximab herself, her sister had it"."""
    others = (other for other in row.cues if other.kind == "other_person" and left.end <= other.first < cue.first)
    same = {"it", "them", "that"} & {row.after(cue), *row.said(cue)}
    return bool(same) and any("," not in row.texts[other.first : cue.first] for other in others)


def _nearer(row: Row, cue: Mark, left: Member, right: Member) -> str:
    if row.said(cue)[-1] == "now" and of_dose(row.tokens[cue.last]):
        return "left"  # "TAC start, now 2 mg"
    gap_left, gap_right = row.gap(left.end, cue.first), range(cue.last, right.first)
    apart_left = any(row.texts[at] in _APART or row.texts[at] == "." for at in gap_left)
    apart_right = any(row.texts[at] in _APART for at in gap_right)
    near_left, near_right = row.all_light(gap_left), row.all_light(gap_right)
    claimed = _claimed(row, cue, left)
    if apart_left != apart_right:
        return "right" if apart_left and near_right else "left"
    if near_left and not claimed:
        return "left"
    if near_left or near_right:
        return "right"
    return "left" if len(gap_left) <= len(gap_right) and not claimed else "right"


def _claimed(row: Row, cue: Mark, member: Member) -> bool:
    """Something has already been said of it, or of the list that it ends."""
    return any(
        bool(item.back)
        or (item.ahead is not None and not (cue.kind == "started" and _only_tells_a_time(row, item.ahead)))
        for item in row.list_up_to(member, ("and", ",", "same"))
    )


def _only_tells_a_time(row: Row, ahead: Mark) -> bool:
    """ "After tacrolimus was added": the word ahead tells when, the verb behind tells what became of it."""
    return not ahead.act and row.said(ahead) in _TIME_CONJUNCTIONS


_TIME_CONJUNCTIONS = (("after",), ("following",), ("before",))


# What is said of an agent that is not named again


def is_relative(row: Row, cue: Mark, left: Member) -> bool:
    """ "which I stopped", "that she is taking", "so it was interrupted": the verb speaks of the agent before."""
    lead = row.texts[max(left.end, cue.first - 5) : cue.first]  # "which he says he stopped"
    if not cue.act:
        return False
    if cue.value != "ahead" and lead[-1:] in (("it",), ("this",)):
        return True
    return bool({"which", "that"} & set(lead)) and cue.first - left.end <= 7


def _lacks_its_object(row: Row, cue: Mark, left: Member, right: Member | None) -> bool:
    """ "Cyclophosphamide she has never had", "the tac she hasn't started yet"."""
    subject = bool(_SUBJECTS & set(row.texts[left.end : cue.first]))
    apart = {",", "but", "and", "-"} & set(row.texts[left.end : cue.first])
    gap = (cue.act or cue.kind in ("planned", "never")) and cue.value == "ahead" and subject and not apart
    ends = row.after(cue) in _OBJECTLESS if right is None else row.after(cue) in _REASONS
    fronted = left.first > 0 and row.texts[left.first - 1] == "the" and row.after(cue) in (",", "and", "but")
    ends = ends or (fronted and cue.act in ("stop", "take", "continue"))  # "the MMF I stopped, the tac she still takes"
    return bool(gap) and cue.first - left.end <= _FAR_BACK and ends


_REASONS = frozenset({"because", "due", "owing", "yet", "either", "anymore"})
_OBJECTLESS = _REASONS | frozenset({"", "yet", ",", "and", "so", "for", "since", "either", "anymore", "any"})


def _points_ahead(row: Row, cue: Mark, right: Member) -> bool:
    """ "..., and before that it was azathioprine", "since then tacrolimus"; not "MMF before that, stopped in May"."""
    light = row.all_light(range(cue.last, right.first))
    if row.said(cue) == ("since", "then"):
        return light
    return row.said(cue) == ("before", "that") and (light or row.after(cue) in ("it", "there", "came"))


def _is_predicate(row: Row, cue: Mark, left: Member) -> bool:
    """ "The steroids are only inhaled"."""
    between = set(row.texts[left.end : cue.first])
    return cue.kind == "not_systemic" and bool(between & _STAYS) and between <= _STAYS | _ONLY


_ONLY = frozenset({"only", "just", "solely", "purely", "all", "both", "was", "were"})


def _of_a_pronoun(row: Row, cue: Mark) -> bool:
    """ "restarted it in May", "has not taken the first tablet", "is back on 25 mg"."""
    after = row.after(cue)
    if cue.act and cue.kind in ("now", "started") and {"it", "them"} & set(row.said(cue)[1:]):
        return True  # "is taking it again"
    if row.said(cue)[-1] == "on" and set(row.said(cue)) <= _AT_PRESENT | {"on"}:
        said = {*row.before(cue, 1), *row.said(cue)}
        dosed = bool(after) and row.tokens[cue.last].kind == "number" and not said.isdisjoint(_AT_PRESENT)
        return (after in ("it", "them") and row.texts[cue.first - 1] in _STAYS | {","}) or dosed
    if cue.act and cue.kind == "never" and _UNITS_OF_IT & set(row.texts[cue.last : cue.last + 4]):
        return True
    if cue.act == "restart" and after and row.tokens[cue.last].kind == "number":
        return True
    return cue.kind in _OF_AN_AGENT and (after in ("it", "them", "that") or (after == "both" and cue.kind != "never"))


_AT_PRESENT = frozenset({"still", "currently", "now", "presently", "today"})


def only_tells_when(row: Row, cue: Mark) -> bool:
    """ "the week before we started it"."""
    lead = {*row.before(cue, 3), *row.said(cue)}
    if (
        cue.act
        and cue.kind == "started"
        and row.before(cue, 2)[:1] in _WHEN
        and row.before(cue, 1)[0] in ("it", "that")
    ):
        return True  # "MMF was stopped when it was begun"
    return bool(cue.act and {"before", "until"} & lead and _SUBJECTS & lead) and row.after(cue) in ("it", "them")


_WHEN = (("when",), ("once",), ("as",), ("after",), ("before",), ("until",))

# Ahead


def _announces(row: Row, cue: Mark, right: Member) -> bool:
    """ "everything was stopped on Monday: prednisone and tacrolimus"."""
    gap = row.texts[cue.last : right.first]
    if row.said(cue) in _SUMMING_UP or row.said(cue) in (("in",), ("out",)) or cue.kind == "not_systemic":
        return False  # "so far: MMF (stopped)" tells a history
    everything = bool({"everything", "all"} & set(row.texts[: right.first])) and bool({",", "("} & set(gap))
    everything = everything or (bool({",", "("} & set(gap)) and counted(row, cue))
    if gap[:1] in (("everything",), ("all",)) and gap[-1:] == ("(",) and len(gap) <= _FAR_AHEAD:
        return True  # "we stopped everything in May at her request (MMF, pred, tac)"
    light = all(row.is_light(at) or row.texts[at] in _SUMMED_UP_BY for at in range(cue.last, right.first))
    return light and (":" in gap or everything)


def counted(row: Row, cue: Mark) -> bool:
    """ "Two drugs failed, AZA and then MMF": the drugs that are counted are named behind."""
    lead = row.texts[: cue.first]
    return any(number in NUMBER_WORDS and noun in _DRUGS for number, noun in itertools.pairwise(lead))


_DRUGS = words("therapy", "drugs")


def _reaches(row: Row, cue: Mark, first: int) -> bool:
    """Whether a cue reaches the agent that begins at token `first`."""
    gap = row.gap(cue.last, first)
    content = row.substance(gap)
    texts = [row.texts[at] for at in content]
    if any(at in row.walls or row.texts[at] in BREAKERS for at in gap):
        return False
    if len(content) > (_FAR_AHEAD if cue.kind != "other_person" or _SUBJECTS & set(texts) else _OF_ANOTHER):
        return False
    last = row.said(cue)[-1]
    if cue.kind == "arrow":
        return True
    if row.said(cue) == ("since",):
        return all(at in row.timed for at in gap)
    if last in PREPOSITIONS or (last in TERSE and cue.last - cue.first == 1):
        return "," not in texts and (
            (texts[-1:] == ["of"] and len(texts) <= _AMOUNT)
            or all(row.is_light(at) or row.texts[at] in AFTER_NO for at in content)
        )
    if ")" in row.texts[cue.last : first] and "(" not in row.texts[cue.last : first]:
        return False  # what stands in brackets does not reach out of them
    return _verb_reaches(row, cue, content, texts)


def _verb_reaches(row: Row, cue: Mark, content: list[int], texts: list[str]) -> bool:
    last, light = row.said(cue)[-1], row.all_light(at for at in content if row.texts[at] not in OF_A_TRIAL)
    if last == "next" and cue.last in row.timed:
        return False  # "rituximab August, next February, prednisolone 10"
    if cue.act == "stop" and texts[:1] and texts[0] in _OPENS_ANOTHER:
        return False  # "stopped once rituximab worked"
    if cue.act and last in _TIGHT and (":" in texts or not light):
        return False
    if cue.kind == "other_person":
        return not {"-", "so", ":"} & set(texts) and ("," not in texts or last not in LITERATURE)
    if cue.kind == "not_systemic":
        return len(texts) <= 1 and "," not in texts
    if cue.kind == "given" and row.said(cue)[0] in _HAD and not light and ":" not in texts:
        return False
    if cue.kind == "planned" and (":" in texts[1:] or "so" in texts):
        return False  # "asked the GP: bari stopped"
    if "," not in texts:
        return True
    adverb = cue.last - cue.first == 1 and last in ADVERBS
    return texts[:1] == [","] and (adverb or cue.kind == "planned") and light


# Back


def reaches_back(row: Row, cue: Mark, left: Member) -> bool:
    """Whether a cue reaches back to an agent before it."""
    gap = row.gap(left.end, cue.first)
    content = row.substance(gap)
    texts = [row.texts[at] for at in content]
    if any(at in row.walls for at in gap) or len(content) > _FAR_BACK or row.before(cue, 1)[0] in _OTHERS:
        return False
    if cue.kind == "before" and not cue.act and "else" in texts:
        return False  # "only on nintedanib, nothing else now or earlier"
    said = " ".join(row.said(cue))
    told = all(row.is_light(at) or at in row.of_cues for at in content)
    if (
        cue.kind == "failed"
        and row.before(cue, 1)[0] in ("for", "of")
        and left.back
        and left.back[-1].kind == "started"
    ):
        return False  # "IVCY added for insufficient effect"
    if "," in texts[1:] and cue.kind in _WEAK and cue.act != "restart" and not told:
        return False
    if cue.kind == "planned" and not _plan_reaches(row, cue, left, texts):
        return False
    if cue.kind == "not_systemic":
        return len(texts) <= 5 and "," not in texts
    if said in ("in", "out"):  # "abatacept out, rituximab in"
        near = all(text in VERB_ADVERBS for text in texts)
        return near and (row.after(cue) in {"", *_ENDS_A_CLAUSE} or (bool(texts) and row.after(cue) == "in"))
    if said in _NEAR_ONLY:
        return all(text in _NEAR or text in _AUXILIARY or text in VERB_ADVERBS for text in texts)
    if row.before(cue, 1)[0] == "latter" or _goes_on_telling(row, cue, left):
        return True
    alone = cue.act and not _AUXILIARY & set(row.said(cue))
    plain = all(row.is_light(at) or row.texts[at] in VERB_ADVERBS for at in content)
    resumed = cue.act == "restart" and row.before(cue, 1)[0] in _AUXILIARY  # "was held for shingles, is back on"
    if alone and row.before(cue, 1)[0] not in _OPENS_A_CLAUSE and not plain and not resumed:
        return False  # "on MMF until the lymphocytes dropped"; "MMF dropped"
    if row.said(cue)[0] in ("until", "till", "til") and not (told or set(texts) <= _AFTER_THAT):
        return False
    if said == "no longer" and row.after(cue) not in {"", *_ENDS_A_CLAUSE}:
        return False  # "on tofacitinib: no longer breathless"
    if row.said(cue)[0] in _DENIALS and not _REPEATS.isdisjoint(row.said(cue)):
        return left.mark.value in INFUSIONS and row.after(cue) in {
            "",
            *_ENDS_A_CLAUSE,
        }  # not "no need to repeat the CT"
    if said in ("only", "alone") and row.after(cue) in _CONDITIONS:
        return False  # "back to mycophenolate only after the lesions are dry"
    if said in _CLOSING:
        timed = (said == "done" and cue.last in row.timed) or (
            said == "over" and any(when.first == cue.last and when.kind != "window" for when in row.whens)
        )
        near = said == "before" or row.all_light(content)
        return near and (timed or row.after(cue) in {"", *_ENDS_A_CLAUSE})
    if said == "since" and "," not in texts and len(content) <= _AMOUNT:
        return True
    return told if cue.kind in ("now", "given") and not cue.act else True


_CONDITIONS = frozenset({"after", "when", "if", "once", "before", "because"})
_AFTER_THAT = frozenset({"after", "that", "then", "thereafter", "afterwards", "subsequently", "next"})


def _goes_on_telling(row: Row, cue: Mark, left: Member) -> bool:
    """ "prednisone, which was slowly lowered and finally stopped": more is told of the same agent."""
    told = left.back[-1] if left.back else None
    if cue.kind != "before" or cue.act != "stop" or "and" not in row.before(cue, 2):
        return False
    return told is not None and told.last <= cue.first and row.all_light(range(told.last, cue.first))


def _plan_reaches(row: Row, cue: Mark, left: Member, texts: list[str]) -> bool:
    """A plan for the next dose of a course that goes on is none for the agent: "RTX in May, next one booked"."""
    if texts[:2] in (["was", "what"], ["is", "what"]):
        return True  # "upadacitinib was what we wanted"
    if set(texts) & (_WHAT | _OF_A_COURSE) or RHYTHM.scan(row.tokens[left.mark.last : cue.first]):
        return False
    if row.tokens[cue.first - 1].kind == "number":
        return False  # "pulses (6 planned)"
    return not (row.said(cue)[0] in ("next", "due") and left.mark.value in INFUSIONS)
