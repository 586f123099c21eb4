"""Findings of one sentence on disease, PPF, rapid progression, stability and the patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.language import criteria, criteria_list, facts, oxygen, ppf_word, rapid, replies
from bot.language.lexicon import Mark
from bot.language.model import Finding
from bot.language.sentence_scan import Context, Scan


def found(scan: Scan, context: Context) -> Iterator[Finding]:
    asked = facts.only_asked(scan.sentence)
    yield from _answer_on_disease(scan, context)
    for mark, how in facts.diseases(scan.tokens):
        if asked and not scan.lung_walls and not scan.agents:
            continue
        if scan.agents and any(agent.first == mark.first for agent in scan.agents):
            continue
        if how in ("stated", "identity", "final", "queried"):
            yield scan.finding("disease", mark.value, True, mark.first, mark.last, how=how)
        elif how == "denied":
            antibody = not facts.is_disease_name(scan.tokens[mark.first : mark.last])
            yield scan.finding("disease_denied", mark.value, True, mark.first, mark.last, antibody=antibody)
    named = [] if scan.sentence.asks else list(criteria.criteria(scan.tokens))
    for mark, slot, met in named:
        yield scan.finding("criterion", slot, met, mark.first, mark.last)
    withdrawn = replies.retraction(scan.sentence)
    taken_back = withdrawn is not None and not _takes_that_back(scan, withdrawn)
    for mark, value in ppf_word.stated(scan.sentence, scan.whens, [mark for mark, _, _ in named], taken_back):
        yield scan.finding("ppf", None, value, mark.first, mark.last)
    if not scan.sentence.asks:
        yield from _criteria(scan, {slot for _, slot, _ in named})
    for mark, present in facts.features(scan.tokens):
        yield scan.finding("feature", mark.value, present, mark.first, mark.last)
    aged = facts.age(scan.tokens)
    if aged is not None:
        yield scan.finding("feature", "age_65_or_more", aged[0] >= 65, aged[1], aged[2])
    judged = scan.stability
    stated = judged.stated or (judged.pointing_back if context.steady else None)
    context.steady = judged.steady
    if stated is not None:
        yield scan.finding("stability", None, stated[1], stated[0].first, stated[0].last)
    if judged.alone is not None:
        yield scan.finding("judgement", None, judged.alone[1], judged.alone[0].first, judged.alone[0].last)


def _criteria(scan: Scan, known: set[str]) -> Iterator[Finding]:
    """Criteria of PPF that are told: all at once, counted, or as signs and thresholds; `known` by their names."""
    whole = criteria.all_met(scan.tokens)
    if whole is not None:
        yield scan.finding("criteria_verdict", None, whole[1], whole[0].first, whole[0].last)
    counted = criteria_list.count(scan.tokens)
    if counted is not None and whole is None:
        yield scan.finding("criteria_verdict", None, counted.value, counted.first, counted.last)
    listed = criteria_list.told(scan.tokens, scan.whens)
    if listed is not None:
        yield scan.finding("criteria_listed", None, listed, 0, len(scan.tokens))
        for slot in listed.keys() - known if _speaks_of_criteria(scan) and len(listed) > 1 else ():
            yield scan.finding("criterion", slot, listed[slot], 0, len(scan.tokens))
    reached = criteria_list.of_measures(scan.tokens)
    if reached is not None:
        yield scan.finding("threshold", None, reached, 0, len(scan.tokens))
    if criteria_list.only_signs(scan.tokens, scan.row):
        yield scan.finding("signs_named", None, True, 0, len(scan.tokens))
    compared = criteria.old_comparison(scan.tokens, scan.whens)
    if compared is not None:
        yield scan.finding("old_comparison", "ct", True, *compared)


def _takes_that_back(scan: Scan, mark: Mark) -> bool:
    """ "I take that back, the MDT decided it is not PPF": the label behind it is a new one."""
    return scan.sentence.texts[mark.last - 2 : mark.last] == ("that", "back")


def _speaks_of_criteria(scan: Scan) -> bool:
    """ "Criterion 1 yes, 2 no": a list that says itself what it is of."""
    texts = scan.sentence.texts
    return any(text.startswith("criteri") for text in texts) and not _MET.isdisjoint(texts)


_MET = frozenset({"yes", "met", "fulfilled", "satisfied", "positive", "meets", "fulfils", "fulfills", "satisfies"})


def _answer_on_disease(scan: Scan, context: Context) -> Iterator[Finding]:
    """ "You asked whether the Ro-52 meant a myositis. It does not"."""
    asked, context.asked_disease = context.asked_disease, None
    is_so = facts.answered(scan.tokens) if asked is not None else None
    if is_so:
        yield scan.finding("disease", asked, True, 0, len(scan.tokens), how="identity")
    elif is_so is not None:
        yield scan.finding("disease_denied", asked, True, 0, len(scan.tokens), antibody=False)
    for mark, how_said in facts.diseases(scan.tokens):
        if how_said == "queried" and facts.asked_about(scan.tokens, mark):
            context.asked_disease = str(mark.value)


def rapid_progression(scan: Scan, context: Context) -> Iterator[Finding]:
    """Oxygen or ventilation beside a worsening within weeks, in this sentence and the one before."""
    opens_question = scan.sentence.asks and scan.tokens[0].text in replies.QUESTION_STARTS
    now = rapid.told(scan.tokens, scan.whens, scan.sentence.asks, opens_question)
    if now.weaned:
        yield scan.finding("weaned", None, "off" if oxygen.taken_off(scan.tokens) else True, 0, len(scan.tokens))
    if now.old or (
        context.rapid is not None
        and context.rapid.old
        and not any(when.kind in ("ago", "window") and when.months < 3 for when in scan.whens)
    ):
        context.rapid = replace(now, support=None, old=True)
        if now.stated is False and now.said is not None:
            yield scan.finding("rapid", None, False, now.said.first, now.said.last)
        return
    if now.said is not None and now.stated is not None:
        yield scan.finding("rapid", None, now.stated, now.said.first, now.said.last)
    both = [now, context.rapid] if context.rapid is not None else [now]
    supported = now.support or (context.rapid.support if context.rapid else None)
    if (
        now.stated is not False
        and supported
        and not now.weaned
        and any(item.worsening for item in both)
        and any(item.recent for item in both)
    ):
        mark = now.support or Mark("", None, 0, len(scan.tokens))
        yield scan.finding("rapid", None, True, mark.first, mark.last)
    if now.support or now.worsening or now.recent or now.weaned or context.rapid is None:
        context.rapid = now
