""" "It was stopped in May", "both failed", in a message of its own: the agents that earlier messages named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.case_state import LAST_CHANGE, THERAPY, Draft
from bot.language.dosing import INFUSIONS
from bot.language.model import Finding, Reading

KIND = "earlier_agent"
"""A finding of this kind holds a status as its value, and how many agents it speaks of as `count`; None is one."""
_TAKEN = frozenset({"before", "never", "failed"})
"""What can become of an agent that was told as taken."""


def resolved(draft: Draft, reading: Reading, asked: str | None) -> list[Finding]:
    """Therapy findings of the agents that are meant; a note where it is open which ones these are."""
    found: list[Finding] = []
    answers = asked not in (None, *THERAPY) and bool(reading.of("answer", "declined"))
    for finding in reading.of(KIND):
        if answers or (asked is not None and finding.value == "never"):
            continue  # "never had one", asked for the CT
        meant = _meant(draft, str(finding.value), finding.detail.get("count"))
        if finding.detail.get("infused"):
            meant = [agent for agent in draft.now[THERAPY[0]] or [] if agent in INFUSIONS]
            meant = meant if len(meant) == 1 else []
        if not meant and any(draft.now[slot] for slot in THERAPY):
            draft.note("which_agent", finding.words)
        found += [replace(finding, kind="therapy", subject=agent) for agent in meant]
    return found


def _meant(draft: Draft, status: str, count: int | None) -> Sequence[str]:
    """The agents told last where their number fits, else all of the list."""
    current, previous = THERAPY
    slot = current if status in _TAKEN or not draft.now[previous] else previous
    pool = list(draft.now[slot] or [])
    known = draft.now[LAST_CHANGE].get(slot, pool) or []
    latest = [agent for agent in pool if agent not in known]
    wanted = count or 1
    if len(latest) == wanted:
        return latest
    if count is None and slot not in draft.now[LAST_CHANGE]:
        return ()  # "it" may be something else that was told since
    return pool if len(pool) == wanted or (count and wanted > len(pool)) else ()
