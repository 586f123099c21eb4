"""What is different from the last answer, and because of what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.guideline.knowledge import KNOWLEDGE
from bot.replies.words import SLOT_NAMES, either, enumerate_words, slot_value

_STATUS = {
    "escalate": "goals not reached",
    "goals_met": "goals met",
    "start_immunosuppression": "no immunosuppression yet",
    "incomplete": "not decided",
    "out_of_scope": "outside my scope",
}
_NINTEDANIB = {
    "add": "to be added",
    "continue": "continued",
    "already_tried": "already tried",
    "not_indicated": "not indicated",
    "undetermined": "undecided",
}
_VERBS = {"add_or_switch": "add or switch to", "switch": "switch to"}
_ACTIONS = {
    "add_or_switch": "open",
    "switch": "open",
    "already_taking": "already taken",
    "already_tried": "already tried",
}


def because(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say what is now known differently: "lung function is now stable (was not reached)"; empty where nothing is."""
    changed = [name for name in SLOT_NAMES if name != "ppf_stated" and before.get(name) != now.get(name)]
    return enumerate_words(
        phrase for name in changed for phrase in _changed_slot(name, before.get(name), now.get(name))
    )


def _changed_slot(name: str, before: Any, now: Any) -> list[str]:
    if before and now and isinstance(before, list):
        return _list_difference(name, before, now)
    if name in ("not_tolerated", "patient_features") and now:
        return [f"{slot_value(name, now)} {'was not tolerated' if name == 'not_tolerated' else 'is now known'}"]
    was = "" if before is None else f" (was {slot_value(name, before)})"
    return [f"{SLOT_NAMES[name]} is now {slot_value(name, now)}{was}"]


def _list_difference(name: str, before: list[str], now: list[str]) -> list[str]:
    added = [item for item in now if item not in before]
    gone = [item for item in before if item not in now]
    parts = [f"{slot_value(name, added)} was added to {SLOT_NAMES[name]}"] if added else []
    parts += [f"{slot_value(name, gone)} was taken out of {SLOT_NAMES[name]}"] if gone else []
    return parts


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Compare two recommendation objects: urgency, status, each option, nintedanib; one phrase for each difference."""
    found = []
    if before["urgent"] != now["urgent"]:
        found.append("this is now urgent" if now["urgent"] else "this is no longer urgent")
    if before["status"] != now["status"]:
        found.append(f"the answer is no longer '{_STATUS[before['status']]}' but '{_STATUS[now['status']]}'")
    if before["nintedanib"] != now["nintedanib"]:
        found.append(
            f"nintedanib is no longer {_NINTEDANIB[before['nintedanib']]} but {_NINTEDANIB[now['nintedanib']]}"
        )
    options_before = {option["class"]: option for option in before["options"]}
    for option in now["options"]:
        phrase = _option_difference(options_before.get(option["class"]), option)
        if phrase:
            found.append(phrase)
    return found


def _option_difference(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str | None:
    if before is None or (before["action"] == now["action"] and before["agents"] == now["agents"]):
        return None
    label = KNOWLEDGE.options[now["class"]].label
    if _ACTIONS[before["action"]] != _ACTIONS[now["action"]]:
        return f"{label} is no longer {_ACTIONS[before['action']]} but {_ACTIONS[now['action']]}"
    if not now["agents"]:
        return None
    if before["action"] != now["action"]:
        return f"for {label} it is now: {_VERBS[now['action']]} {either(now['agents'])}"
    return f"for {label} the option is now {either(now['agents'])}"


def explanation(
    slots_before: Mapping[str, Any],
    slots_now: Mapping[str, Any],
    recommendation_before: Mapping[str, Any],
    recommendation_now: Mapping[str, Any],
) -> str:
    """Return "Because X is now Y: Z is no longer ...", or that the recommendation stays the same."""
    cause = because(slots_before, slots_now)
    effects = differences(recommendation_before, recommendation_now)
    effect = "; ".join(effects) if effects else "the recommendation stays the same"
    return f"**Changed.** Because {cause}: {effect}." if cause else f"**Changed.** {effect}."
