"""The data of understanding: what a message says (`Reading`) and what it changes in a case (`Update`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

# Findings of these kinds are worth a remark, but they neither set nor change a slot.
_NO_FACT = frozenset(
    {
        "unknown_drug",
        "other_quantity",
        "correction",
        "possible_cause",
        "criteria_verdict",
        "criteria_listed",
        "threshold",
        "signs_named",
        "weaned",
    }
)
COURSE_KINDS = frozenset({"trend", "sign", "measure"})
"""Findings that tell a course."""


@dataclass(frozen=True)
class Finding:
    """One fact read from a message, with the words it came from.

    `start` and `end` are offsets in the message; everything is JSON-able.
    """

    kind: str
    subject: str | None
    value: Any
    words: str
    start: int
    end: int
    detail: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "subject": self.subject,
            "value": self.value,
            "words": self.words,
            "start": self.start,
            "end": self.end,
            "detail": dict(self.detail),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        return cls(
            kind=data["kind"],
            subject=data.get("subject"),
            value=data.get("value"),
            words=data.get("words", ""),
            start=int(data.get("start", 0)),
            end=int(data.get("end", 0)),
            detail=dict(data.get("detail") or {}),
        )


@dataclass(frozen=True)
class Reading:
    """What one message says, without any context."""

    findings: tuple[Finding, ...]
    is_question: bool = False
    truncated: bool = False

    @property
    def has_facts(self) -> bool:
        """True if something could set or change a slot, bare answers and corrections included."""
        return any(finding.kind not in _NO_FACT for finding in self.findings)

    def of(self, *kinds: str) -> tuple[Finding, ...]:
        """The findings of the given kinds, in the order of the message."""
        present = [kind for kind in kinds if kind in self._by_kind]
        if len(present) <= 1:
            return self._by_kind[present[0]] if present else ()
        return tuple(finding for finding in self.findings if finding.kind in present)

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Finding, ...]]:
        kinds = dict.fromkeys(finding.kind for finding in self.findings)
        return {kind: tuple(finding for finding in self.findings if finding.kind == kind) for kind in kinds}

    def as_dict(self) -> dict[str, Any]:
        return {
            "findings": [finding.as_dict() for finding in self.findings],
            "is_question": self.is_question,
            "truncated": self.truncated,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Reading:
        return cls(
            findings=tuple(Finding.from_dict(entry) for entry in data.get("findings", ())),
            is_question=bool(data.get("is_question", False)),
            truncated=bool(data.get("truncated", False)),
        )


@dataclass(frozen=True)
class Note:
    """Something to say back that is no slot; `kind` names the text, `words` are the clinician's own."""

    kind: str
    words: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Update:
    """What a message changes in a case: changed slots only, things to say, and whether the question was answered."""

    slots: dict[str, Any]
    notes: tuple[Note, ...] = ()
    answered: bool = False
