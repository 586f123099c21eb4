"""A case as a text for the record of a multidisciplinary meeting: known, in dispute, missing, advice, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.guideline import Case, Recommendation, recommend
from bot.guideline.knowledge import KNOWLEDGE
from bot.replies.answer import URGENT, nintedanib_line, option_line, reason, summary
from bot.replies.details import source_line
from bot.replies.words import SLOT_NAMES, capitalised


def record(slots: Mapping[str, Any], known: Sequence[str], in_dispute: Sequence[str], at: datetime) -> str:
    """Return the text.

    Args:
        slots: the case
        known: what is known, one line each, with who said it
        in_dispute: what people differ on, one line each
        at: the time of writing
    """
    case = Case.from_slots(slots)
    advice = recommend(case)
    parts = [f"**Summary for the record** ({at:%-d %B %Y, %H:%M} UTC)"]
    parts += [_list("Known, and who said it", known or ["nothing yet"])]
    parts += [_list("In dispute, to be decided", in_dispute)] if in_dispute else []
    parts += [_list("Missing", _missing(slots, advice) or ["nothing that could change the recommendation"])]
    parts += ["\n".join([*([URGENT] if advice.urgent else []), *_advice(case, advice)])]
    cited = set(re.findall(r"[A-Z]\d\w?(?=[,\]])", "\n".join(parts))) | {"G1"}
    lines = [source_line(source) for name, source in KNOWLEDGE.sources.items() if name in cited]
    return "\n\n".join([*parts, _list("Sources", lines)])


def _list(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"**{title}**", *(f"- {line}" for line in lines)])


def _missing(slots: Mapping[str, Any], advice: Recommendation) -> list[str]:
    declined = slots.get("declined") or []
    return [
        capitalised(SLOT_NAMES[name]) + (" (asked; not known)" if name in declined else "") for name in advice.missing
    ]


def _advice(case: Case, advice: Recommendation) -> list[str]:
    lines = ["**Recommendation**", summary(case, advice)]
    if reason(case):
        lines.append(reason(case))
    if advice.options:
        lines.append("Options (a list in the source's order, not a ranking; no grade given) [G1]:")
        lines += [f"- {option_line(option, case)}" for option in advice.options]
    if advice.status != "out_of_scope":
        lines.append(nintedanib_line(case, advice))
    return lines
