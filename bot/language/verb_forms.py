"""The verbs of treatment in every form ("start", "started", "starting"), and the tails of phrases ("put ... on")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.language.vocabulary import load

VERBS = load("verbs")


def _inflected(entry: str) -> dict[str, str]:
    """Every form of a verb, with the name of the form: base, s, past, participle, ing."""
    base, _, irregular = (part.strip() for part in entry.partition(":"))
    if irregular:
        past, participle, ing = irregular.split()
    else:
        stem = base + base[-1] if _doubles(base) else base[:-1] if base.endswith("e") else base
        past = participle = f"{base[:-1]}ied" if base.endswith("y") and base[-2] not in "aeou" else f"{stem}ed"
        ing = f"{stem}ing"
    third = f"{base[:-1]}ies" if base.endswith("y") and base[-2] not in "aeou" else base
    third = third if third != base else f"{base}es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{base}s"
    forms = {ing: "ing", third: "s", base: "same" if past == base else "base"}
    forms.setdefault(participle, "participle")
    forms.setdefault(past, "past")
    return forms


_DOUBLED = re.compile(r"[^aeiou]+[aeiou][^aeiouwxy]$|cancel$|[a-z]*[^aeiou]el$")


def _doubles(base: str) -> bool:
    """ "stop": stopped; "cancel": cancelled."""
    return _DOUBLED.match(base) is not None


@dataclass(frozen=True, slots=True)
class Verb:
    act: str
    form: str
    tails: tuple[tuple[str, ...], ...]  # empty: the verb by itself


def _table() -> dict[str, list[Verb]]:
    table: dict[str, list[Verb]] = {}
    for act, lines in VERBS.items():
        if act in ("auxiliaries", "persons"):
            continue
        for line in (part for entry in lines for part in (entry.split(", ") if "+" not in entry else [entry])):
            verb, _, tail = (part.strip() for part in line.partition("+"))
            tails = tuple(tuple(choice.split("_")) for choice in tail.split("|")) if tail else ()
            for word, form in _inflected(verb).items():
                table.setdefault(word, []).append(Verb(act, form, tails))
    return table


FORMS = _table()
