"""What sentences of one message mean together: readings told apart, causes told afterwards, a new patient."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from bot.language import ppf_word, quantities, remarks, sentence_row, series
from bot.language.model import COURSE_KINDS, Finding
from bot.language.text import Sentence, normalise
from bot.language.vocabulary import words


def from_new_patient(findings: Sequence[Finding]) -> list[Finding]:
    """Only what stands after "next patient" belongs to the new case."""
    last = max((index for index, item in enumerate(findings) if item.kind == "new_patient"), default=0)
    return list(findings[last:])


def explain_earlier(sentence: Sentence, findings: list[Finding], known: int) -> None:
    """ "We blame the muscles": a cause without a course of its own explains what was told just before."""
    own = [item for item in findings[known:] if item.kind in COURSE_KINDS and item.subject not in (None, "overall")]
    if any(item.kind != "measure" or "single" not in item.value for item in own):
        _explain_others(sentence, findings, known, {item.subject for item in own})
        return
    causes = remarks.causes(sentence.tokens)
    if not causes:
        found = remarks.plain_causes(sentence.tokens)
        muscles = remarks.beside(sentence.tokens, found, 0, len(sentence.tokens))
        causes = [(0, muscles)] if muscles and remarks.is_muscular(muscles) else []
    uncorrected = remarks.is_uncorrected(sentence.tokens)
    if not causes and not uncorrected:
        return
    earlier = [at for at, item in enumerate(findings[:known]) if item.kind in COURSE_KINDS]
    if uncorrected and not earlier:
        findings.append(
            Finding(
                "uncorrected", "dlco", True, sentence_words(sentence), sentence.tokens[0].start, sentence.tokens[-1].end
            )
        )
    if causes and not earlier:
        findings.append(
            Finding(
                "other_cause",
                None,
                causes[0][1],
                sentence_words(sentence),
                sentence.tokens[0].start,
                sentence.tokens[-1].end,
            )
        )
    every = remarks.of_all(sentence.texts)
    for at in _explained(findings, earlier, causes[0][1], _named(sentence), every) if causes else ():
        findings[at] = replace(findings[at], detail={**findings[at].detail, "other_cause": causes[0][1]})
    for at in earlier if uncorrected else ():
        if findings[at].subject == "dlco":
            findings[at] = replace(findings[at], detail={**findings[at].detail, "uncorrected": True})


def _explain_others(sentence: Sentence, findings: list[Finding], known: int, own: set[str | None]) -> None:
    """ "The fall in FVC and the breathlessness are both due to weak muscles": the breathlessness was told before."""
    causes = remarks.causes(sentence.tokens) if "both" in sentence.texts or "all" in sentence.texts else []
    others = _named(sentence) - own
    for at, item in enumerate(findings[:known]) if causes else ():
        if item.kind in COURSE_KINDS and item.subject in others:
            findings[at] = replace(item, detail={**item.detail, "other_cause": causes[0][1]})


def _named(sentence: Sentence) -> set[str]:
    return {piece.value for piece in sentence_row.pieces(sentence.tokens) if piece.role == "subject"}


def _explained(
    findings: Sequence[Finding], earlier: Sequence[int], cause: str, named: set[str], every: bool
) -> list[int]:
    """What the remark names; else weak muscles explain the numbers told before, other causes the course told last."""
    if not earlier:
        return []
    if every:
        return list(earlier)
    meant = [at for at in earlier if findings[at].subject in named]
    if meant:
        return meant
    if named - {"overall", "other"}:
        return []  # "DLCO did not work out, poor technique"
    numbers = [at for at in earlier if findings[at].subject in ("fvc", "dlco", "pft")]
    if remarks.is_muscular(cause) and numbers:
        return numbers
    last = findings[earlier[-1]].subject
    return [at for at in earlier if findings[at].subject == last]


def sentence_words(sentence: Sentence) -> str:
    return " ".join(token.text for token in sentence.tokens)


def joined_readings(text: str, findings: list[Finding]) -> list[Finding]:
    """Readings of one measure that stand apart become one trend: "Now: FVC 66. A year ago: FVC 73"."""
    for subject in sorted(quantities.NUMERIC):
        own = [item for item in findings if item.kind == "measure" and item.subject == subject]
        singles = [item for item in own if "single" in item.value]
        extended = _gone_on(own, singles)
        if extended is not None:
            findings.append(extended)
            continue
        if len(singles) != len(own) or len(singles) < 2:
            continue
        value = series.joined([item.value for item in singles])
        if value is not None:
            words = " / ".join(item.words for item in singles)
            detail = {key: entry for item in singles for key, entry in item.detail.items()}
            findings.append(Finding("measure", subject, value, words, singles[0].start, singles[-1].end, detail))
    return findings


def _gone_on(own: Sequence[Finding], singles: Sequence[Finding]) -> Finding | None:
    """ "FVC fell from 77 to 69 by June. MMF started; today FVC 73": the reading of today goes on from there."""
    if len(own) != 2 or len(singles) != 1 or own[1] is not singles[0] or len(own[0].value.get("values") or ()) < 2:
        return None
    early, late = own[0].value, own[1].value
    if early["unit"] != late["unit"] or not (late.get("order") or 0) > 0:
        return None
    times = early.get("times")
    value = {
        **early,
        "values": [*early["values"], late["single"]],
        "times": [*times, late["at"]] if times and late.get("at") and late["at"] >= times[-1] else None,
    }
    return Finding("measure", own[0].subject, value, f"{own[0].words} / {own[1].words}", own[0].start, own[1].end, {})


_LABELS_APART = 80


def opposed_labels(text: str, findings: list[Finding]) -> list[Finding]:
    """ "PPF yes, no PPF": called both ways close together, without a word that one replaces the other."""
    labels = [item for item in findings if item.kind == "ppf" and item.value in ("yes", "no")]
    for early, late in itertools.pairwise(labels):
        between = normalise(text[max(0, early.start - 20) : late.end + 20]).split()
        if late.start - early.end <= _LABELS_APART and ppf_word.contradicted((early.value, late.value), between):
            words = text[early.start : late.end]
            findings.append(Finding("contradiction", "ppf", True, words, early.start, late.end))
            break
    return findings


def within_interval(findings: list[Finding]) -> list[Finding]:
    """ "Interval 8 months": the time of readings that were told without one."""
    intervals = [float(item.value) for item in findings if item.kind == "interval"]
    if len(intervals) != 1:
        return findings
    return [
        replace(item, value={**item.value, "months": intervals[0]})
        if item.kind == "measure"
        and ("values" in item.value or "change" in item.value)
        and item.value.get("months") is None
        and not item.value.get("times")
        else item
        for item in findings
    ]


def ended_by_nothing(findings: list[Finding]) -> list[Finding]:
    """ "MMF, then CYC, then RTX, now nothing": the last of a row is past when nothing is taken at its end."""
    ends = [item for item in findings if item.kind == "no_therapy" and item.value == "now"]
    if not ends:
        return findings
    nothing = "nothing" in ends[-1].words.lower()
    return [
        replace(item, value="before") if item.start < ends[-1].start and _was_last(item, nothing) else item
        for item in findings
    ]


def _was_last(item: Finding, nothing: bool) -> bool:
    named = nothing and item.value == "bare" and not item.detail.get("dose")  # "MMF, tac, now on nothing"
    turn = item.value == "now" and item.detail.get("cue") in _IN_TURN
    return item.kind == "therapy" and (turn or named)


_IN_TURN = words("therapy", "told_in_turn")


def same_dates(text: str, findings: list[Finding]) -> list[Finding]:
    """ "FVC 75 % in March and 74 % in May. DLCO 55 % and 43 %": the pair told next is of the same two dates."""
    kept: list[Finding] = []
    before: Finding | None = None
    for item in findings:
        if item.kind == "measure" and before is not None and _undated_pair(item):
            between = text[before.end : item.start].strip(" .;,()\n\t%")
            if len(before.value.get("times") or ()) == 2 and between in _OF_READINGS:
                item = replace(item, value={**item.value, "months": before.value.get("months")})
        before = item if item.kind == "measure" else before
        kept.append(item)
    return kept


_OF_READINGS = frozenset({"", "predicted", "pred", "and", "with"})


def _undated_pair(item: Finding) -> bool:
    value = item.value
    return len(value.get("values") or ()) == 2 and value.get("months") is None and not value.get("times")
