"""The case while one message is written into it: slots that change, evidence, notes, open questions."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from bot.language.model import Finding, Note

THERAPY = ("current_therapy", "previous_therapy")
GOALS = ("goal_lung_function", "goal_ild_extent", "goal_breathlessness")
CRITERIA = ("ppf_symptoms", "ppf_physiology", "ppf_radiology")
SLOTS = (
    *THERAPY,
    *GOALS,
    "stability_acceptable",
    *CRITERIA,
    "fibrosis_on_ct",
    "ppf_stated",
    "progressive_pulmonary_fibrosis",
    "rapidly_progressive",
    "underlying_disease",
)
CASE_LISTS = ("patient_features", "not_tolerated")
CASE_SLOTS = (*SLOTS, *CASE_LISTS)
"""The slots that a recommendation rests on."""
OWN_LISTS = ("clarifications", "declined", *CASE_LISTS)
LAST_CHANGE = "last_change"
"""What the slots were before the last message that changed them, so that it can be taken back."""
OWN_TABLES = ("evidence", "measurements", LAST_CHANGE)
LANGUAGE_SLOTS = (*SLOTS, *OWN_LISTS, *OWN_TABLES)
"""The slots that the language reads and writes."""


class Draft:
    """Slots as they were, and as the message leaves them."""

    def __init__(self, slots: Mapping[str, Any]) -> None:
        self.before = {name: deepcopy(slots.get(name)) for name in LANGUAGE_SLOTS}
        self.now: dict[str, Any] = deepcopy(self.before)
        self._fill_own()
        self.notes: list[Note] = []
        self.answered = False
        self.touched: set[str] = set()

    def _fill_own(self) -> None:
        """An own slot that was never filled is an empty list or table here."""
        for name in OWN_LISTS:
            self.now[name] = list(self.now[name] or [])
        for name in OWN_TABLES:
            self.now[name] = dict(self.now[name] or {})

    def set(self, slot: str, value: Any, finding: Finding | None = None, words: str | None = None) -> None:
        """Gives a slot its value, remembers the words behind it and that it is no longer declined."""
        self.now[slot] = value
        self.touched.add(slot)
        said = words if words is not None else finding.words if finding is not None else None
        if value is None:
            self.now["evidence"].pop(slot, None)
        elif said:
            self.remember(slot, said)
        self.undecline(slot)

    def remember(self, key: str, words: str) -> None:
        self.now["evidence"].pop(key, None)
        self.now["evidence"][key] = " ".join(words.split())[:200]

    def decline(self, slot: str) -> None:
        if slot not in self.now["declined"]:
            self.now["declined"].append(slot)

    def undecline(self, slot: str) -> None:
        if slot in self.now["declined"]:
            self.now["declined"].remove(slot)

    def note(self, kind: str, words: str = "", **detail: Any) -> None:
        note = Note(kind, words, detail)
        if note not in self.notes:
            self.notes.append(note)

    def ask(self, entry: dict[str, Any]) -> None:
        """Opens a question, once for each id; the newer wording replaces the older."""
        entries = [item for item in self.now["clarifications"] if item["id"] != entry["id"]]
        self.now["clarifications"] = [*entries, entry]
        self.touched.add(entry["id"])

    def close(self, *ids: str) -> None:
        self.now["clarifications"] = [item for item in self.now["clarifications"] if item["id"] not in ids]

    def take_back_last_message(self) -> None:
        """The case as it was before the last message that changed it."""
        for name, value in self.now[LAST_CHANGE].items():
            self.now[name] = deepcopy(value)
            self.touched.add(name)
        self._fill_own()
        self.now[LAST_CHANGE] = {}

    def remember_the_change(self) -> None:
        """Keeps what this message changed, for the next one to take back."""
        changed = [name for name in self.changes() if name != LAST_CHANGE]
        if set(changed) - {"evidence"}:  # one that changes nothing leaves the change before it to be taken back
            self.now[LAST_CHANGE] = {name: self.before[name] for name in changed}

    def changes(self) -> dict[str, Any]:
        empty: dict[str, Any] = {**dict.fromkeys(OWN_LISTS), **dict.fromkeys(OWN_TABLES)}
        found = {}
        for name, value in self.now.items():
            old = self.before[name]
            if value != old and not (name in empty and not value and not old):
                found[name] = value
        return found
