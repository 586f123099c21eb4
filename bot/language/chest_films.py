"""What a chest X-ray shows: no signs of a CT, and with a pneumonia nothing of the fibrosis."""

from __future__ import annotations

import itertools
from dataclasses import replace

from bot.language.model import Finding
from bot.language.sentence_scan import Context, Scan
from bot.language.vocabulary import words


def of_a_film(scan: Scan) -> bool:
    """ "CXR: reticular shadowing": the sentence speaks of a chest X-ray and of no CT."""
    texts = scan.sentence.texts
    named = not _FILMS.isdisjoint(texts) or any(pair in _FILMS_IN_TWO_WORDS for pair in itertools.pairwise(texts))
    if not named or not _OF_A_DEPARTMENT.isdisjoint(texts):
        return False
    shown = [
        at for at, text in enumerate(texts) if text in _SECTIONAL and texts[max(0, at - 1)] not in ("no", "without")
    ]
    seen = (set(texts[at : at + _REACH_OF_A_TEST]) for at in shown)
    return all(behind & _TO_COME for behind in seen)


def of_a_pneumonia(scan: Scan, context: Context) -> bool:
    """ "Pneumococcal pneumonia ... CXR: RLL consolidation clearing": the film follows the infection, not the ILD."""
    told = any(item.kind == "possible_cause" and item.value in _CHEST_INFECTIONS for item in context.findings)
    patchy = not _PATCHES.isdisjoint(scan.sentence.texts)
    return patchy and (told or not _LOBES.isdisjoint(scan.sentence.texts))


_CHEST_INFECTIONS = words("lungs", "chest_infections")
_PATCHES = words("lungs", "patches")
_LOBES = words("lungs", "lobes")


def on_a_film(finding: Finding) -> Finding | None:
    """Signs on a chest X-ray are none on CT; a course of theirs is one of the extent on imaging."""
    if finding.kind == "fibrosis" or (finding.kind == "sign" and finding.value in ("present", "absent")):
        return None
    if finding.kind == "sign":
        course = {"new": "worse", "denied": "stable"}.get(str(finding.value), finding.value)
        finding = replace(finding, kind="trend", subject="ct", value=course)
    if finding.kind == "trend" and finding.subject == "ct":
        return replace(finding, detail={**finding.detail, "film": True})
    return finding


def describes_markings(scan: Scan, finding: Finding) -> bool:
    """ "Increased markings": what one film looks like; "increased markings since May" tells a course."""
    texts = scan.sentence.texts
    described = any(
        text == "increased" and not _MARKINGS.isdisjoint(texts[at + 1 : at + 1 + _REACH_OF_A_SIGN])
        for at, text in enumerate(texts)
    )
    told = (finding.kind == "trend" and finding.subject == "ct") or finding.kind == "sign"
    return described and told and finding.value == "worse" and _COMPARED.isdisjoint(texts)


_MARKINGS = frozenset({"marking", "markings"})
_REACH_OF_A_SIGN = 3

_FILMS = words("lungs", "films")
_FILMS_IN_TWO_WORDS = frozenset({("x", "ray"), ("x", "rays"), ("chest", "film"), ("plain", "film")})
_SECTIONAL = words("lungs", "sectional")
_TO_COME = words("lungs", "to_come") | {"outstanding"}
_REACH_OF_A_TEST = 4
_OF_A_DEPARTMENT = frozenset({"doctor", "department", "meeting", "consultant", "dept", "mdt", "conference"})
_COMPARED = words("lungs", "compared_in_time")
