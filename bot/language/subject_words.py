"""Words that name what is followed ("FVC", "reticulation"), and the same words where they name something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.lexicon import Mark
from bot.language.pieces import SUBJECTS, VOCABULARY, Piece
from bot.language.text import Token
from bot.language.vocabulary import words


def subjects_of(tokens: Sequence[Token], courses: Sequence[Mark], closed: frozenset[int]) -> list[Piece]:
    """What a sentence speaks of, in order; `courses` are its words of a course, `closed` has another meaning."""
    named = [
        _named(tokens, mark)
        for mark in SUBJECTS.scan(tokens)
        if mark.first not in closed
        and not _holds_its_level(tokens, mark)
        and not _reporter(tokens, mark)
        and not _under_treatment(tokens, mark)
    ]
    subjects = [
        _shortened(piece, courses)
        for piece in named
        if not _inside_a_course(piece, courses) and not _of_criteria(tokens, piece)
    ]
    heading = _heading(tokens)
    if heading is not None and not (subjects and subjects[0].first == 0):
        subjects.insert(0, heading)
    subjects = _without_heading(tokens, subjects)
    return [piece for at, piece in enumerate(subjects) if not (at and tokens[piece.first].text == "overall")]


def _inside_a_course(piece: Piece, courses: Sequence[Mark]) -> bool:
    """ "Increase in extent": the name belongs to the words of the course."""
    return any(
        mark.last - mark.first > 2 and mark.first < piece.first and piece.last <= mark.last
        for mark in courses
        if mark.kind == "course" and mark.value != "nothing"
    )


def _heading(tokens: Sequence[Token]) -> Piece | None:
    """A word that names a subject only before a colon."""
    headed = len(tokens) > 2 and tokens[1].text in (":", "=") and tokens[0].text in _HEADED
    return Piece("subject", _HEADED[tokens[0].text], 0, 1) if headed else None


def _without_heading(tokens: Sequence[Token], subjects: list[Piece]) -> list[Piece]:
    """ "Symptoms: breathlessness worse": the heading names what the line is about and has no course of its own."""
    if len(subjects) < 2 or subjects[0].first or len(tokens) <= subjects[0].last:
        return subjects
    if tokens[subjects[0].last - 1].text == "ild" and tokens[subjects[0].last].text == ":":
        return subjects[1:]  # "ILD: FVC stable, CT not repeated"
    if subjects[0].value != "symptoms":
        return subjects
    named = subjects[1].value in ("breathlessness", "breathing", "scale", "symptoms")
    return subjects[1:] if named and tokens[subjects[0].last].text == ":" else subjects


def _of_criteria(tokens: Sequence[Token], piece: Piece) -> bool:
    """ "All three criteria met" is no word on the goals."""
    named = piece.value == "goals" and piece.last < len(tokens)
    return named and tokens[piece.last].text in ("criteria", "criterion")


_HEADED: dict[str, str] = VOCABULARY["headed"]
"""Words that name a subject only as the heading of a line."""


def _holds_its_level(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "FVC level at 70": unchanged; "tac level 6" is a level in the blood."""
    behind = tokens[mark.last].text if mark.last < len(tokens) else ""
    return (
        tokens[mark.first].text == "level" and mark.last - mark.first == 1 and behind in ("at", "around", "throughout")
    )


def _shortened(piece: Piece, marks: Sequence[Mark]) -> Piece:
    """ "increase in extent" + "on HRCT": the subject begins where the course ends."""
    for mark in marks:
        if mark.kind == "course" and mark.last - mark.first > 2 and mark.first < piece.first < mark.last < piece.last:
            return replace(piece, first=mark.last)
    return piece


def _named(tokens: Sequence[Token], mark: Mark) -> Piece:
    """A subject; "the disease" in a radiologist's mouth is the extent on imaging."""
    value = mark.value
    disease = tokens[mark.first].text in ("disease", "ild", "involvement", "lung", "lungs")
    if value == "overall" and disease and any(token.text in _SEEN_ON for token in tokens):
        value = "ct"
    if value == "fibrosis" and of_another_organ(tokens, mark):
        value = "other"
    return Piece("subject", value, mark.first, mark.last)


def of_another_organ(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Liver biopsy: mild fibrosis", "FibroScan 6 kPa, no fibrosis": no fibrosis of the lung."""
    texts = [token.text for token in tokens]
    if any(text in _SEEN_ON or text in _OF_THE_CHEST for text in texts):
        return False
    lead = texts[: mark.first]
    breaks = [at for at, text in enumerate(lead) if text in (",", "and", "but")]
    near = set(lead[breaks[-1] + 1 :] if breaks else lead)
    return bool(near & OTHER_ORGANS) or not _OF_THE_LIVER.isdisjoint(lead)


OTHER_ORGANS = words("lungs", "other_organs")
_OF_THE_LIVER = words("lungs", "of_the_liver")
_OF_THE_CHEST = words("lungs", "of_the_chest")


_SEEN_ON = words("lungs", "seen_on")


_REPORTS = words("lungs", "reports")


def _reporter(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "she reports no change": the patient speaks, and is not what is followed."""
    person = mark.value == "overall" and tokens[mark.first].text in ("she", "he", "patient", "pt")
    return (
        person and mark.last < len(tokens) and tokens[mark.last].text in _REPORTS - {"has", "had", "is", "was", "feels"}
    )


_REGIMENS = frozenset({"treatment", "therapy", "immunosuppression", "medication", "regimen", "drugs"})
_UNDER = frozenset({"before", "on", "under", "since", "after", "despite", "with", "during", "without"})


def _under_treatment(tokens: Sequence[Token], mark: Mark) -> bool:
    """ "Less extensive than before treatment": the treatment only tells when."""
    lead = {token.text for token in tokens[max(0, mark.first - 2) : mark.first]}
    return tokens[mark.first].text in _REGIMENS and bool(lead & _UNDER)
