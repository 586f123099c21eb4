"""What a verb of treatment says of the agent, by its form and by what stands before it: a status, and a side."""

from __future__ import annotations

from collections.abc import Callable

from bot.language.verb_leads import BE, Lead

Read = tuple[str, str] | None


def place_of(form: str, before: Lead, passive: str = "either") -> str:
    """Where the agent stands: an active verb has it ahead, a participle may have it on either side."""
    if form == "participle" and before.be in BE and before.be:
        return passive
    if before.subject or form == "base" or (form == "s"):
        return "ahead"
    return "either" if form in ("participle", "past") else "ahead"


def _finite_past(before: Lead) -> bool:
    return before.be in ("was", "were", "had", "did", "got")


def _was_done(form: str, before: Lead) -> bool:
    """ "We had to start it", "which made us switch to it"."""
    return before.compelled and form == "base" and not before.negated


def _start(form: str, before: Lead) -> Read:
    if _was_done(form, before):
        return "started", "ahead"
    if before.meant or before.unwilling:
        # "CYC is to begin on Monday": what begins may be the agent itself
        return "planned", "either" if form == "base" and not before.subject else place_of(form, before)
    if before.negated:
        return "never", place_of(form, before)
    if form == "ing":
        if before.lead in ("since", "after", "upon", "on", "with", "despite", "by", "following", "from"):
            return "now", "ahead"
        if not before.first and not before.meant:
            return "started", "ahead"  # "Beginning in 2020 with X"
        return ("mentioned" if before.lead in ("before", "to", "without") else "planned"), "ahead"
    if form in ("base", "s") and before.be != "did":
        return "planned", "ahead"
    return "started", place_of(form, before)


def _arrive(form: str, before: Lead) -> Read:
    if form in ("base", "s", "ing") or before.meant or before.negated:
        return None
    return "started", "back"


def _restart(form: str, before: Lead) -> Read:
    if _was_done(form, before):
        return "started", "ahead"
    if before.meant or before.unwilling:
        return "planned", place_of(form, before)
    if before.negated:
        return "before", place_of(form, before)
    if form in ("base", "s", "ing") and before.be not in ("did", "is", "are"):
        return "planned", "ahead"
    return "started", place_of(form, before)


def _repeat(form: str, before: Lead) -> Read:
    if before.negated:
        return "before", "back"
    again = before.meant or before.be in ("is", "are", "being")
    return ("now", "either") if again else ("given", "back")


def _denied(before: Lead) -> str:
    return "before" if before.longer else "never"  # "no longer takes"


def _take(form: str, before: Lead) -> Read:
    if before.meant or before.unwilling:
        return "planned", "either"
    if before.negated:
        return _denied(before), "either" if form == "ing" else place_of(form, before)
    if form == "ing":
        return ("before" if _finite_past(before) and not before.have else "now"), "ahead"
    if form in ("base", "s"):
        return ("given" if before.be == "did" else "now"), "either"  # "takes MMF"; "the MMF she takes"
    if form == "participle" and before.be in ("is", "are", "being"):
        return "now", "back"
    return "given", place_of(form, before)


def _continue(form: str, before: Lead) -> Read:
    if before.negated or before.unwilling:
        return "before", "either"
    return "now", "ahead" if before.subject or form == "base" else "either"


def _adjust(form: str, before: Lead) -> Read:
    if form == "base" and before.first and not before.meant and before.be != "did":
        return None if before.lead not in ("", ":", "-", ",") else ("now", "ahead")
    return "now", place_of(form, before, "back")


def _stop(form: str, before: Lead) -> Read:
    decided = before.lead in ("decided",) or (before.forced and not before.negated) or before.told
    if before.negated or before.unwilling or (before.meant and not decided) or (form == "base" and not decided):
        if form == "base" and before.be == "did" and not before.negated:
            return "before", "ahead"
        return "now", place_of(form, before, "back")
    if form == "ing" and before.be in ("is", "are"):
        return "now", "ahead"
    return "before", place_of(form, before, "back") if form != "ing" else "either"


def _give(form: str, before: Lead) -> Read:
    if before.meant or before.unwilling:
        return "planned", "either"
    if before.negated:
        return _denied(before), place_of(form, before)
    if form == "ing":
        return ("before" if _finite_past(before) and not before.have else "now"), "ahead"
    if form == "base" and not before.subject:
        return "planned", "ahead"  # told to do
    if form in ("base", "s"):
        return ("given" if before.be == "did" else "now"), "ahead"
    if form == "participle" and before.be in ("is", "are", "being"):
        return "now", "either"
    return "given", place_of(form, before)


def _treat(form: str, before: Lead) -> Read:
    if form == "base" and not before.meant and not before.negated:
        return "treated", "ahead"
    read = _give(form, before)
    if read is not None and read[0] == "given":
        return ("now" if before.have else "treated"), read[1]
    return read


def _try(form: str, before: Lead) -> Read:
    if before.meant or before.unwilling:
        return "planned", place_of(form, before)
    if before.negated:
        return "never", place_of(form, before)
    if form in ("base", "s", "ing"):
        return ("before", "ahead") if before.have else ("planned", "ahead")
    return "before", place_of(form, before)


def _fail(form: str, before: Lead) -> Read:
    if before.negated or before.meant:
        return None
    if form == "ing":
        return "now", "ahead"
    return "failed", "either"


def _respond(form: str, before: Lead) -> Read:
    if not before.negated:
        return None
    if form == "ing" and not _finite_past(before):
        return "now", "ahead"
    return ("failed" if before.be in ("did", "had") or before.have or form != "base" else "now"), "ahead"


def _tolerate(form: str, before: Lead) -> Read:
    if before.negated or before.unwilling:
        return "before", "ahead" if before.subject or form in ("base", "ing") else "either"
    if before.meant and not before.forced:
        return None
    return "now", "ahead" if before.subject or form in ("base", "ing", "s") else "either"


def _help(form: str, before: Lead) -> Read:
    if before.negated:
        return "failed", "back"
    return ("now", "back") if form in ("base", "s") and not before.meant else None


def _useless(form: str, before: Lead) -> Read:
    return ("failed", "back") if not before.meant else None


def _harm_from(form: str, before: Lead) -> Read:
    return ("before", "ahead") if not before.meant and not before.negated else None


def _harm(form: str, before: Lead) -> Read:
    return ("before", "back") if not before.meant and not before.negated else None


def _switch_to(form: str, before: Lead) -> Read:
    if _was_done(form, before):
        return "arrow", "ahead"
    if before.meant or before.unwilling or before.negated or (form in ("base", "s", "ing") and before.be != "did"):
        return "planned", "ahead"
    return "arrow", "ahead"


def _switch_from(form: str, before: Lead) -> Read:
    if _was_done(form, before):
        return "before", "ahead"
    if before.meant or before.unwilling or before.negated or (form in ("base", "s", "ing") and before.be != "did"):
        return "leaving", "ahead"
    return "before", "ahead"


def _replace(form: str, before: Lead) -> Read:
    if form in ("participle", "past") and before.be:
        return None  # "was replaced by" is a phrase of its own
    return _switch_from(form, before)


def _plan(form: str, before: Lead) -> Read:
    return "planned", place_of(form, before)


MEANINGS: dict[str, Callable[[str, Lead], Read]] = {
    "start": _start,
    "arrive": _arrive,
    "restart": _restart,
    "repeat": _repeat,
    "take": _take,
    "continue": _continue,
    "adjust": _adjust,
    "stop": _stop,
    "give": _give,
    "treat": _treat,
    "try": _try,
    "fail": _fail,
    "respond": _respond,
    "tolerate": _tolerate,
    "help": _help,
    "useless": _useless,
    "harm_from": _harm_from,
    "harm": _harm,
    "replace": _replace,
    "switch_to": _switch_to,
    "switch_from": _switch_from,
    "plan": _plan,
    "refuse": _plan,
}
