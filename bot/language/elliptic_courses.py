"""What a sentence leaves out because the one before has told it: "the CT too", "nor has the FVC", "did not need to"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.language import exertion, replies
from bot.language.lungs import Course
from bot.language.pieces import Piece
from bot.language.sentence_scan import Context, Scan
from bot.language.vocabulary import words


def effort_before(scan: Scan, context: Context) -> exertion.Exertion | None:
    """ "Needs to rest on the stairs; a month ago he did not need to": the sentence only answers the one before."""
    if not context.effort or scan.agents or not _PRO_VERBS & set(scan.sentence.texts):
        return None
    covered = {index for when in scan.whens for index in range(when.first, when.last)}
    content = [token.text for at, token in enumerate(scan.tokens) if token.kind == "word" and at not in covered]
    if any(text not in _PRO_VERBS | _ELLIPTIC for text in content):
        return None
    return exertion.course(scan.tokens, scan.whens, frozenset(), context.effort)


_PRO_VERBS = words("lungs", "pro_verbs")
_ELLIPTIC = words("lungs", "elliptic")


def shared_course(scan: Scan, context: Context, told: Sequence[Course], single: frozenset[str]) -> list[Course]:
    """ "Lung function too.": a sentence of subjects only shares the course of the one before."""
    subjects = [piece for piece in scan.row if piece.role == "subject"]
    if told or single or context.course is None or not subjects or len(subjects) < len(scan.row):
        return []
    tail = scan.sentence.texts[subjects[-1].last :]
    lead = scan.sentence.texts[: subjects[0].first]
    if not (tail in _TOO or (lead[:1] in (("also",), ("likewise",), ("so",)) and not tail)):
        return []
    return [Course(piece.value, context.course, piece.first, piece.last, 0) for piece in subjects]


def denied_alike(scan: Scan, told: Sequence[Course]) -> Iterator[Course]:
    """ "FVC has not changed, nor has the CT": the course that was denied of the subject before."""
    texts = scan.sentence.texts
    for piece in (piece for piece in scan.row if piece.role == "subject"):
        at = piece.first - (texts[piece.first - 1] in _DETERMINERS)
        if at < len(("neither", "has")) or texts[at - 2] not in ("neither", "nor") or texts[at - 1] not in _AUXILIARIES:
            continue
        before = [course for course in told if course.last <= at and course.subject is not None]
        if before and all(course.first != piece.first for course in told):
            yield Course(piece.value, before[-1].value, piece.first, piece.last, 0)


def cut_short(scan: Scan, context: Context, told: Sequence[Course]) -> Iterator[Course]:
    """ "FVC has improved, the CT and her breathing have too"; "FVC has not improved, the CT has"."""
    texts = scan.sentence.texts
    subjects = [piece for piece in scan.row if piece.role == "subject" and piece.value != "overall"]
    for piece in subjects:
        tail = texts[piece.last : piece.last + len(("have", "as", "well", ","))]
        before = [course for course in told if course.last <= piece.first and course.subject is not None]
        if not before and not told and context.course == "not_better" and tail in (("has",), ("have",)):
            yield Course(piece.value, "better", piece.first, piece.last, 0)  # "... not improved. His breathing has"
        if before and _none_of(texts, piece):
            yield Course(piece.value, before[0].value, piece.first, piece.last, 0)
        if not before or tail[:1] == () or tail[0] not in _AUXILIARIES:
            continue
        closed = {course.first for course in told}
        if tail in _TOO_AT_THE_END and piece.first not in closed:
            meant = [other for other in subjects if before[-1].last <= other.first <= piece.first]
            yield from (Course(other.value, before[-1].value, other.first, other.last, 0) for other in meant)
        elif before[-1].value == "not_better" and tail in (("has",), ("have",)) and piece.first not in closed:
            yield Course(piece.value, "better", piece.first, piece.last, 0)


def _none_of(texts: Sequence[str], piece: Piece) -> bool:
    """ "No improvement in breathlessness, none in lung function, none on the CT"."""
    at = piece.first - (texts[piece.first - 1] in _DETERMINERS)
    return at >= len(("none", "in")) and texts[at - 2] in ("none", "nor", "nil") and texts[at - 1] in ("in", "on", "of")


_TOO_AT_THE_END = tuple(
    (auxiliary, *too) for auxiliary in ("has", "have", "did", "is", "are") for too in (("too",), ("as", "well"))
)
_DETERMINERS = frozenset({"the", "her", "his", "their"})
_AUXILIARIES = frozenset({"has", "have", "had", "did", "does", "do", "is", "are", "was", "were"})
_TOO = (("too",), ("as", "well"), ("also",), ("likewise",), ("ditto",), ("idem",), ("similarly",))


def open_topic(scan: Scan, subjects: Sequence[Piece]) -> str | None:
    """ "Asked about breathing.": one subject and no course; the next sentence may bring it."""
    named = {piece.value for piece in subjects if piece.value != "overall"}
    told = any(piece.role != "subject" for piece in scan.row) or bool(replies.unknowns(scan.sentence))
    named_only = (
        scan.sentence.asks and _opens_with(scan, subjects[0]) and subjects[-1].last == len(scan.tokens)
        if subjects
        else False
    )
    if (
        told
        or (scan.sentence.asks and not named_only)
        or len(scan.tokens) > _TOPIC_LENGTH
        or scan.agents
        or len(named) != 1
    ):
        return None
    name = named.pop()
    return name if name in ("breathlessness", "breathing", "pft", "ct", "fvc", "dlco") else None


def _opens_with(scan: Scan, piece: Piece) -> bool:
    """ "Dyspnoea?", "her dyspnoea?"."""
    return all(text in _DETERMINERS | {"and"} for text in scan.sentence.texts[: piece.first])


_TOPIC_LENGTH = 6
