"""When a course of the lungs holds, and what it is put down to: times, comparisons and other causes beside it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language import comparisons, facts, remarks, shared_times, times
from bot.language.lexicon import Lexicon
from bot.language.sentence_scan import Context, Scan
from bot.language.times import When
from bot.language.vocabulary import words


def distance_of_scans(scan: Scan, first: int, last: int) -> float | None:
    """How far back the scan of comparison lies, told in the same clause or, where that has no time, in another."""
    begin, end = facts.clause(scan.tokens, first, last, frozenset({",", "but", ";"}))
    if any(begin <= when.first < end for when in scan.whens):
        return comparisons.distance(scan.tokens, scan.whens, begin, end)
    return comparisons.distance(scan.tokens, scan.whens)


def window(scan: Scan, first: int, last: int) -> float | None:
    """The window that stands in the same clause; else the only window of the sentence."""
    begin, end = facts.clause(scan.tokens, first, last, frozenset({",", "but", ";"}))
    own = [when for when in scan.whens if begin <= when.first < end and times.is_span(when)]
    windows = own or _between_two_dates(scan) or [when for when in scan.whens if when.kind == "window"]
    windows = [when for when in windows if when.months > 0 and not _of_agent(scan, when)]
    if windows and (own or len(windows) == 1):
        return windows[-1].months
    since = [when for when in scan.whens if when.kind == "date" and _is_since(scan, when) and begin <= when.first < end]
    return max(0.0, times.today_in_months() - since[-1].months) if since and not _of_agent(scan, since[-1]) else None


def _is_since(scan: Scan, when: When) -> bool:
    """ "Since May", "from May until now"."""
    return "since" in (when.lead, times.lead_of(scan.tokens, when))


def _between_two_dates(scan: Scan) -> list[When]:
    """ "FVC 74 to 69, but between 2024-10 and 2026-09, so nothing on the past year": the one window told so."""
    merged = shared_times.spans_merged(scan.tokens, scan.whens) if len(scan.whens) > 2 else []
    told = [
        when
        for when in merged
        if when.kind == "window" and not any(when.first == own.first and when.last == own.last for own in scan.whens)
    ]
    return told if len(told) == 1 else []


def span(scan: Scan) -> float | None:
    """ "FVC 77 to 74, DLCO 53 to 49 between April and May": the only span of a sentence is that of all readings."""
    if len(scan.whens) not in (1, 2):
        return None
    only = scan.whens[0]
    if len(scan.whens) == 1 and only.kind == "date" and _is_since(scan, only):
        return None if _of_agent(scan, only) else max(0.0, times.today_in_months() - only.months)
    merged = shared_times.spans_merged(scan.tokens, scan.whens)
    told = [when for when in merged if when.kind == "window" and not _of_agent(scan, when)]
    return told[0].months if len(merged) == len(told) == 1 and told[0].months > 0 else None


def _of_agent(scan: Scan, when: When) -> bool:
    """ "MMF for 8 months" is the agent's time, not the lung's."""
    before = [mark for mark in scan.agents if mark.last <= when.first]
    if not before:
        return False
    gap = scan.tokens[before[-1].last : when.first]
    walls = any(before[-1].last <= index < when.first for index in scan.lung_walls)
    started = {token.text for token in scan.tokens[max(0, before[-1].first - 4) : before[-1].first]}
    if when.kind == "ago" and started & {"start", "starting", "started", "since", "beginning", "than"}:
        return False
    return not walls and when.lead in ("for", "since", "", "after", "of") and len(gap) <= 8


def told_time(scan: Scan) -> float | None:
    """How far back the latest time of a sentence lies: what "since then" in a later one refers to."""
    today = times.today_in_months()
    told = [when for when in scan.whens if not when.whole_year]
    back = [today - (when.end or when.months) if when.kind in ("date", "range") else when.months for when in told]
    back = [months for months in back if months >= _SINCE_THEN]
    return min(back) if back else None


_SINCE_THEN = 0.5


REFERRING = Lexicon().add_all("then", {True: times.REFERRING})


def referred_time(scan: Scan, context: Context) -> float | None:
    """ "Switched eight months ago. Since the switch ...": the time told before, where a phrase points back to it."""
    own = told_time(scan) if _then(scan) else None
    if own is not None:
        return own  # "stable since February, FVC 77 then and 70 now"
    if not (REFERRING.scan(scan.tokens) or _then(scan)):
        return None
    same = bool({"same", "those", "these"} & set(scan.sentence.texts))
    return context.span if same and context.span is not None else context.window


def _then(scan: Scan) -> bool:
    """ "FVC 71 % then, 65 % now", after a time was told."""
    texts = scan.sentence.texts
    return "now" in texts and any(
        text == "then" and (texts[at - 1] == "%" or scan.tokens[at - 1].kind == "number")
        for at, text in enumerate(texts)
        if at
    )


def told_span(scan: Scan) -> float | None:
    """The time between the two dates of a sentence: what "over the same interval" in a later one refers to."""
    windows = [when for when in shared_times.spans_merged(scan.tokens, scan.whens) if when.kind == "window"]
    return windows[-1].months if windows and windows[-1].months > 0 else None


def only_since(scan: Scan) -> float | None:
    """ "That's since April": the time of a change that was told before."""
    when = scan.whens[0] if len(scan.whens) == 1 else None
    if when is None or when.kind != "date" or scan.row or scan.agents or not _is_since(scan, when):
        return None
    rest = {token.text for at, token in enumerate(scan.tokens) if not when.first <= at < when.last}
    return max(0.0, times.today_in_months() - when.months) if rest <= _ONLY_SINCE else None


_ONLY_SINCE = frozenset(
    {"that", "thats", "this", "it", "is", "was", "all", "since", "those", "are", "were", ",", "only"}
)


def interval(scan: Scan) -> float | None:
    """ "Interval 8 months", "6 months between the tests": the time of the readings told in other sentences."""
    windows = [when.months for when in scan.whens if when.kind == "window" and when.months > 0]
    alone = len(windows) == len(scan.whens) == 1 and not scan.agents and len(scan.tokens) <= _SHORT
    if alone and _INTERVALS & set(scan.sentence.texts):
        return windows[0]
    return _between_dates(scan)


def _between_dates(scan: Scan) -> float | None:
    """ "Both December 2025 vs September 2026", "first one in January, second two weeks ago": months between."""
    if len(scan.whens) != 2 or scan.row or scan.agents or any(when.kind not in ("date", "ago") for when in scan.whens):
        return None
    covered = {at for when in scan.whens for at in range(when.first, when.last)}
    rest = {token.text for at, token in enumerate(scan.tokens) if at not in covered}
    if not rest <= _OF_TESTS or any(when.whole_year for when in scan.whens):
        return None
    early, late = (times.when_in_months(when) for when in scan.whens)
    months = late - early
    return months % 12 if months < 0 and all(when.yearless for when in scan.whens) else abs(months)


_OF_TESTS = words("circumstances", "of_tests")


_SHORT = 12
_INTERVALS = frozenset({"interval", "apart", "between", "spacing", "gap", "elapsed", "separated", "separate"})


def circumstances(scan: Scan, context: Context, first: int, last: int) -> dict[str, object]:
    """Another cause beside a course, and whether the gas transfer is uncorrected."""
    detail: dict[str, object] = {}
    causes = [cause for at, cause in scan.causes if _speaks_of(scan, at, first, last)]
    causes = causes or _the_same_cause(scan, context)
    beside = None if causes else _cause_beside(scan, last)
    if causes or beside:
        detail["other_cause"] = causes[0] if causes else beside
    if scan.uncorrected:
        detail["uncorrected"] = True
    return detail


def _the_same_cause(scan: Scan, context: Context) -> list[str]:
    """ "Breathing worse, same reason": what the course told before was put down to."""
    texts = scan.sentence.texts
    if not _points_back(texts):
        return []
    recent = context.findings[-_RECENT:]
    told = (
        item.value if item.kind == "possible_cause" else item.detail["other_cause"]
        for item in reversed(recent)
        if item.kind == "possible_cause" or item.detail.get("other_cause")
    )
    cause = next(told, None)
    return [str(cause)] if cause is not None else []


def _points_back(texts: Sequence[str]) -> bool:
    """ "For the same reason", "because of it", "due to this": a cause that was told before."""
    if _REASONS.isdisjoint(texts) and _CAUSED.isdisjoint(texts):
        return False
    return any(
        (text in _REASONS and texts[at - 1] in _SAME_REASON)
        or (text in _IT and texts[at - 1] in ("of", "to") and texts[at - 2] in _CAUSED)
        for at, text in enumerate(texts)
        if at > 1 or text in _REASONS
    )


_RECENT = 12
"""Findings of the sentences just before."""
_CAUSED = frozenset({"because", "due", "owing", "secondary"})
_IT = frozenset({"it", "this", "that", "them", "these", "which"})
_REASONS = frozenset({"reason", "reasons", "cause", "explanation"})
_SAME_REASON = frozenset({"same", "that", "this"})


def _cause_beside(scan: Scan, last: int) -> str | None:
    """A cause behind the last course of a sentence, with no agent and no other subject between."""
    ends = [piece.first for piece in scan.row if piece.role == "subject" and piece.value not in ("other", "overall")]
    ends += sorted(scan.agent_walls)
    end = min([at for at in ends if at >= last], default=len(scan.tokens))
    return remarks.beside(scan.tokens, scan.plain_causes, last, end)


def _speaks_of(scan: Scan, at: int, first: int, last: int) -> bool:
    """A cause explains what stands nearest before it; at the start of a sentence, what follows."""
    before = [
        piece
        for piece in scan.row
        if piece.role == "subject" and piece.value not in ("other", "overall") and piece.first < at
    ]
    if not before or remarks.of_all(scan.sentence.texts[max(0, at - _ALL_OF_IT) :]):
        return True
    return (
        first <= before[-1].first < last
        or last - 1 == before[-1].first
        or any(first <= piece.first < last and piece.value == before[-1].value for piece in before)
    )


_ALL_OF_IT = 4


def long_past(scan: Scan) -> frozenset[int]:
    """Times a year or more ago that are no standard of comparison: "CT was worse two years ago"."""
    return frozenset(
        when.first for when in scan.whens if when.kind == "ago" and when.months >= 12 and not _compared(scan, when)
    )


def of_the_past(scan: Scan, first: int, last: int) -> bool:
    """ "In 2022 he lost ten points": told of a time more than a year back, and of no later one."""
    return years_back(scan, first, last) is not None


def years_back(scan: Scan, first: int, last: int) -> float | None:
    """Months since the time that a course of the past is told of; None where it may be of the present."""
    begin, end = facts.clause(scan.tokens, first, last, frozenset({",", "but", ";"}))
    dated = [when for when in scan.whens if when.kind in ("date", "range") and begin <= when.first < end] or [
        when for when in scan.whens if when.kind in ("date", "range") and when.first <= 2
    ]
    back = [times.today_in_months() - (when.end or when.months) for when in dated]
    past = all(
        times.lead_of(scan.tokens, when) in ("in", "during") and months > _PAST_MONTHS and not _compared(scan, when)
        for when, months in zip(dated, back, strict=True)
    )
    return min(back) if back and past else None


_PAST_MONTHS = 14.0


def _compared(scan: Scan, when: When) -> bool:
    before = {token.text for token in scan.tokens[max(0, when.first - 4) : when.first]}
    after = {token.text for token in scan.tokens[when.last : when.last + 2]}
    return (
        bool(after & {"vs", "versus", "compared", "against", "to"})
        or bool(
            before
            & {
                "than",
                "what",
                "where",
                "with",
                "to",
                "from",
                "since",
                "of",
                "versus",
                "vs",
                "against",
                "compared",
                "as",
                "like",
                "on",
            }
        )
        or any(token.kind == "number" for token in scan.tokens[max(0, when.first - 2) : when.first])
    )
