"""A case as single claims, so that each can be traced to the people who made it.

A claim has a key and a value: a slot (`goal_ild_extent`: "stable"), an agent (`agent:rituximab`: "now" or "before"), a
therapy that is none (`current_therapy`: "none"), an item of a list (`patient_features:smoker`: True).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.language.case_state import CASE_LISTS, SLOTS, THERAPY
from bot.replies.words import FEATURES, SLOT_NAMES, agent_names, capitalised, slot_value

Claims = Mapping[str, Any]

AGENT = "agent:"
_DERIVED = "progressive_pulmonary_fibrosis"
_SINGLE = tuple(name for name in SLOTS if name not in (*THERAPY, _DERIVED))
_WHEN = {"current_therapy": "now", "previous_therapy": "before"}

# What one sentence usually settles together; the first of each is what people are asked about.
_TOPICS = (
    ("goal_lung_function", "ppf_physiology"),
    ("goal_ild_extent", "ppf_radiology", "fibrosis_on_ct"),
    ("goal_breathlessness", "ppf_symptoms"),
)


def claims(slots: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims that a case consists of; what is null makes none."""
    found = {name: slots[name] for name in _SINGLE if slots.get(name) is not None}
    for slot, when in _WHEN.items():
        agents = slots.get(slot)
        found |= {f"{AGENT}{agent}": when for agent in agents or ()}
        if agents == []:
            found[slot] = "none"
    return found | {f"{name}:{item}": True for name in CASE_LISTS for item in slots.get(name) or ()}


def topic(key: str) -> str:
    """Return the claim that stands for all those that are settled together with this one."""
    return next((keys[0] for keys in _TOPICS if key in keys), key)


def slots_of(key: str) -> list[str]:
    """Return the slots that hold a claim and those that are settled together with it."""
    if key.startswith(AGENT):
        return list(THERAPY)
    return [slot for slot in SLOTS if topic(slot) == topic(key)]


def contradictions(before: Claims, after: Claims) -> list[str]:
    """Return the keys of earlier claims that do not go together with the later ones.

    An agent or a "none" that is gone was denied. Any other claim that is gone was taken back or left open.
    """
    return [key for key, value in before.items() if _contradicts(key, value, after)]


def _contradicts(key: str, value: Any, after: Claims) -> bool:
    if key in after:
        return bool(after[key] != value)
    return key.startswith(AGENT) or (key in THERAPY and value == "none")


def words_behind(key: str, slots: Mapping[str, Any]) -> str:
    """Return the words that a claim was read from, as far as they were kept."""
    evidence: Mapping[str, str] = slots.get("evidence") or {}
    agent = key.removeprefix(AGENT)
    places = (f"current_therapy:{agent}", f"previous_therapy:{agent}") if agent != key else (key,)
    return next((evidence[place] for place in places if evidence.get(place)), "")


def subject(key: str) -> str:
    """Name what a claim is about, as in "extent on CT"."""
    if key.startswith(AGENT):
        return agent_names([key.removeprefix(AGENT)])
    return "PPF" if key == "ppf_stated" else SLOT_NAMES[key.partition(":")[0]]


def value_words(key: str, value: Any) -> str:
    """Write a claim's value, as in "not reached"; None is what was denied."""
    if key.startswith(AGENT):
        return {"now": "taken now", "before": "taken before", None: "not taken"}[value]
    if key in THERAPY:
        return "none" if value == "none" else "some"
    name, _, item = key.partition(":")
    if item:
        return FEATURES.get(item) or agent_names([item])
    return slot_value(name, value)


def claim_words(key: str, value: Any) -> str:
    """Write a claim as "Extent on CT: not reached"."""
    return f"{capitalised(subject(key))}: {value_words(key, value)}"
