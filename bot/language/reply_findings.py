"""Findings of one sentence that answer, correct or take back: only the context makes facts of them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.language import (
    circumstances,
    corrected_readings,
    denials,
    lungs,
    ppf_word,
    rapid,
    remarks,
    replies,
    self_asked,
    times,
    unnamed_numbers,
)
from bot.language.lexicon import Mark
from bot.language.model import Finding
from bot.language.sentence_scan import Context, Scan


def found(scan: Scan, context: Context) -> Iterator[Finding]:
    """Everything in one sentence that only its context makes a fact of, in a fixed order."""
    sentence = scan.sentence
    bare = replies.answer(sentence)
    yield from _answer(scan, context, bare)
    yield from _not_known(scan, context, bare)
    cause = remarks.named_cause(scan.tokens)
    if cause is not None and not sentence.asks:
        yield scan.finding("possible_cause", None, cause.value, cause.first, cause.last)
    if bare is not None and bare.value == "yes" and any(_long_ago(when) for when in scan.whens):
        yield scan.finding("long_ago", None, True, 0, len(scan.tokens))
    yield from _put_right(scan)
    yield from _taken_back(scan)
    also = replies.likewise(sentence)
    if also is not None:
        yield scan.finding("likewise", None, True, also.first, also.last)
    if replies.before_agent(sentence, scan.agents):
        yield scan.finding("before_treatment", None, True, 0, len(scan.tokens))
    yield from _dated_back(scan)
    swapped = unnamed_numbers.swapped(scan.tokens)
    if swapped is not None:
        yield scan.finding("number_swap", None, swapped, 0, len(scan.tokens))
    yield from _named_only(scan)


def _answer(scan: Scan, context: Context, bare: Mark | None) -> Iterator[Finding]:
    """ "Yes", "no change": a bare answer, also one to a question that the message asks itself."""
    sentence = scan.sentence
    own, context.question = context.question, self_asked.topic(sentence, scan.row, scan.agents)
    if own is not None and bare is not None and bare.value in ("yes", "no") and replies.closed(sentence, bare):
        value = own.yes if bare.value == "yes" else own.no
        yield scan.finding(own.kind, own.subject, value, bare.first, bare.last)
    elif bare is not None and _test_missing(scan, bare):
        pass
    elif bare is not None and (replies.closed(sentence, bare) or bare.value not in ("yes", "no")):
        yield scan.finding("answer", None, bare.value, bare.first, bare.last, alone=bare.last >= len(scan.tokens))


def _not_known(scan: Scan, context: Context, bare: Mark | None) -> Iterator[Finding]:
    """ "No CT", "DLCO not known": what was not done or is not known, by its subject where one is named."""
    sentence = scan.sentence
    for piece in denials.negated_subjects(scan.tokens, scan.row):
        named = scan.tokens[piece.last].text if piece.last < len(scan.tokens) else ""
        following = scan.sentence.texts[piece.last : piece.last + 2]
        if piece.first and {"on", "in"} & set(scan.sentence.texts[max(0, piece.first - 2) : piece.first]):
            continue  # "no fibrosis on the CT"
        if named in ("criterion", "criteria") or following in (("in", "between"), ("between",)):
            continue
        if piece.value in ("ct", "pft") and not any(other.role == "course" for other in scan.row):
            yield scan.finding("declined", piece.value, "not_done", piece.first, piece.last)
    if bare is None and not scan.agents and not any(piece.role == "subject" for piece in scan.row):
        for mark in replies.unknowns(sentence)[:1]:
            yield scan.finding("answer", None, mark.value, mark.first, mark.last, alone=False)
    for mark in replies.unknowns(sentence)[:1] if context.topic and not scan.lung_walls and not scan.agents else ():
        yield scan.finding("declined", context.topic, mark.value, mark.first, mark.last)
    for mark in replies.unknowns(sentence):
        for subject in replies.subjects_beside(sentence, mark, scan.row, scan.agents):
            yield scan.finding("declined", subject, mark.value, mark.first, mark.last)


def _dated_back(scan: Scan) -> Iterator[Finding]:
    """ "That was last year": what was told holds no longer."""
    sentence = scan.sentence
    past = bool({"was", "were", "had"} & set(sentence.texts)) and any(
        when.kind in ("ago", "date")
        and when.lead != "since"
        and times.today_in_months() - times.when_in_months(when) > 3
        for when in scan.whens
    )
    if past and rapid.marks(scan.tokens) and not sentence.asks:
        yield scan.finding("last_year", "rapid", True, 0, len(scan.tokens))
    elif replies.last_year(sentence) or replies.dated_back(sentence, scan.whens, bool(scan.lung_walls or scan.agents)):
        label = "ppf" if {"label", "labelled", "labeled"} & set(sentence.texts) else None
        yield scan.finding("last_year", "rapid" if rapid.marks(scan.tokens) else label, True, 0, len(scan.tokens))


def _named_only(scan: Scan) -> Iterator[Finding]:
    """Short sentences that name a subject, a time or a kind of change: they may answer a question."""
    sentence = scan.sentence
    subjects_only = [piece for piece in scan.row if piece.role == "subject"]
    if subjects_only and len(scan.tokens) <= 12 and not any(piece.role == "course" for piece in scan.row):
        for piece in subjects_only:
            yield scan.finding("mention", piece.value, True, piece.first, piece.last)
    windows = [when for when in scan.whens if when.kind == "window" and when.months > 0]
    if windows and len(scan.tokens) <= 10 and not scan.agents:
        yield scan.finding(
            "window", None, replies.window_months(sentence, windows[-1]), windows[-1].first, windows[-1].last
        )
    apart = (circumstances.interval(scan) or circumstances.only_since(scan)) if not windows else None
    if apart is not None:
        yield scan.finding("window", None, apart, 0, len(scan.tokens))
    words = set(sentence.texts)
    if len(scan.tokens) <= 8 and words & {"absolute", "points", "relative"} and not scan.agents:
        yield scan.finding(
            "kind_of_change", None, "relative" if "relative" in words else "absolute", 0, len(scan.tokens)
        )


def _long_ago(when: times.When) -> bool:
    """ "Yes, but two years ago", "yes, in 2023"."""
    dated = when.kind == "date" and when.lead != "since" and times.today_in_months() - when.months > times.YEAR
    return dated or (when.kind == "ago" and when.months > times.YEAR)


def _test_missing(scan: Scan, bare: Mark) -> bool:
    """ "No scan, avoiding radiation": the "no" belongs to the test and answers nothing."""
    if bare.value != "no" or any(piece.role == "course" for piece in scan.row):
        return False
    return any(
        piece.first == bare.last and piece.value in ("ct", "pft")
        for piece in denials.negated_subjects(scan.tokens, scan.row)
    )


def _put_right(scan: Scan) -> Iterator[Finding]:
    """Words of correction, a second thought on an answer, the date that was meant."""
    corrects = replies.corrects(scan.sentence)
    if corrects:
        meant = bool({"meant", "mean", "typo", "mistyped"} & set(scan.sentence.texts[:4]))
        yield scan.finding("correction", None, True, 0, 1, meant=meant)
    changed = replies.second_thought(scan.sentence)
    if changed is not None:
        yield scan.finding("second_thought", None, changed, 0, len(scan.tokens))
    date = corrected_readings.date_meant(scan.tokens, scan.whens)
    if date is not None and corrects and not (scan.agents or scan.lung_walls or scan.sentence.asks):
        yield scan.finding("date_corrected", None, date.months, date.first, date.last)


def _undoes(scan: Scan, mark: Mark) -> bool:
    """Whether all that was told last is taken back: nothing is named in the same part of the sentence."""
    end = replies.part_end(scan.sentence, mark)
    named = [agent.first for agent in scan.agents]
    named += [piece.first for piece in scan.row if piece.role == "subject" and piece.value != "overall"]
    if scan.sentence.asks or any(first < end for first in named):
        return False
    return replies.of_last_message(scan.sentence, mark)


def _behind(scan: Scan, mark: Mark) -> set[str]:
    """ "MMF stopped, ignore the FVC": what stands behind the word, where something else is named before it."""
    named = [(piece.first, piece.value) for piece in scan.row if piece.role == "subject"]
    named += [(agent.first, str(agent.value)) for agent in scan.agents]
    before = any(first < mark.first for first, value in named if value != "overall")
    return {value for first, value in named if first >= mark.last and value != "overall"} if before else set()


def _taken_back(scan: Scan) -> Iterator[Finding]:
    """What a sentence withdraws: a subject or an agent, readings in the wrong order, a sign that was there before."""
    mark = replies.retraction(scan.sentence) or replies.of_another_patient(scan.sentence)
    subjects = {piece.value for piece in scan.row if piece.role == "subject"}
    if mark is not None and _undoes(scan, mark):
        mild = "back" in scan.sentence.texts[mark.first : mark.last]  # "I take that back, not rapidly progressive"
        yield scan.finding("undo", None, "other" if mild else mark.kind, mark.first, len(scan.tokens))
    if mark is not None:
        named = () if scan.sentence.asks else scan.agents  # "can I drop the IVIG?" takes nothing back
        begin = replies.withdrawn_from(scan.sentence, mark, scan.agents)
        subjects = {piece.value for piece in scan.row if piece.role == "subject" and piece.first >= begin}
        subjects -= {"overall"} if begin else set()
        subjects |= {agent.value for agent in named if agent.first >= begin} | (
            {"ppf"} if ppf_word.marks(scan.tokens) else set()
        )
        for subject in sorted(_behind(scan, mark) or subjects):
            yield scan.finding("retract", subject, True, mark.first, len(scan.tokens))
    for kind, value in corrected_readings.told(scan.tokens, scan.row, scan.whens):
        yield scan.finding(kind, None, value, 0, len(scan.tokens))
    turned = replies.reversed_order(scan.sentence)
    if turned is not None:
        yield scan.finding("reversed", None, True, turned.first, turned.last)
    old = replies.not_new(scan.sentence)
    if old is not None:
        signs: list[str | None] = [*sorted(subjects & lungs.SIGNS)]
        for sign in signs or ([] if subjects else [None]):
            yield scan.finding("not_new", sign, True, old.first, old.last)
