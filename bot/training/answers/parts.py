"""Parts made one: what is said of FVC is said of lung function, what is said of honeycombing of the CT."""

from __future__ import annotations

from bot.training.answers.clause import Claims

MORE, LESS = "more", "less"
"""What these words mean depends on what there is more or less of."""
_MORE_OR_LESS = {
    "goal_lung_function": {MORE: "reached", LESS: "failed"},
    "goal_ild_extent": {MORE: "failed", LESS: "reached"},
    "goal_breathlessness": {MORE: "failed", LESS: "reached"},
    "all": {MORE: "failed", LESS: "failed"},
    "ppf_symptoms": {MORE: "worse", LESS: "not_met"},
    "ppf_physiology": {MORE: "not_met", LESS: "worse"},
    "ppf_radiology": {MORE: "worse", LESS: "not_met"},
}


def _resolved(subject: str, value: str | None) -> str | None:
    """ "Less" lung function is a loss, less breathlessness a gain."""
    return _MORE_OR_LESS.get(subject, {}).get(value or "", value)


def whole(claims: Claims, strongest_first: tuple[str, ...]) -> Claims:
    """Make one of "lung_function.fvc" and its like: of parts the strongest word holds, of the whole the last."""
    made = Claims()
    for subject, value in claims.said.items():
        name, _, part = subject.partition(".")
        plain = _resolved(name, value)
        before = made.said.get(name)
        if not (part and before in strongest_first and _weaker(plain, before, strongest_first)):
            made.add(name, plain)
    return made


def _weaker(value: str | None, other: str | None, strongest_first: tuple[str, ...]) -> bool:
    order = [*strongest_first, value]
    return order.index(value) > order.index(other)
