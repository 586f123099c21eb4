"""How slots, values and agents are written in replies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.guideline.case import GOALS
from bot.guideline.knowledge import KNOWLEDGE

SLOT_NAMES: Mapping[str, str] = {
    "current_therapy": "therapy now",
    "previous_therapy": "therapy before",
    "goal_lung_function": "lung function",
    "goal_ild_extent": "extent on CT",
    "goal_breathlessness": "breathlessness",
    "stability_acceptable": "stable is good enough",
    "progressive_pulmonary_fibrosis": "PPF",
    "fibrosis_on_ct": "fibrosis on CT",
    "ppf_symptoms": "PPF symptoms",
    "ppf_physiology": "PPF physiology",
    "ppf_radiology": "PPF progression on CT",
    "ppf_stated": "PPF as you stated it",
    "rapidly_progressive": "rapid progression",
    "underlying_disease": "disease",
    "patient_features": "also noted",
    "not_tolerated": "not tolerated",
}

GOAL_VALUES: Mapping[str, str] = {"achieved": "reached", "stable": "stable", "not_achieved": "not reached"}

DISEASES: Mapping[str, str] = {
    "iim": "myositis (IIM)",
    "systemic_sclerosis": "systemic sclerosis",
    "rheumatoid_arthritis": "rheumatoid arthritis",
    "sjogren": "Sjögren's disease",
    "sle": "systemic lupus erythematosus",
    "mctd": "mixed connective tissue disease",
    "ipf": "idiopathic pulmonary fibrosis",
    "sarcoidosis": "sarcoidosis",
    "hypersensitivity_pneumonitis": "hypersensitivity pneumonitis",
    "vasculitis": "vasculitis",
    "other": "another disease",
}

FEATURES: Mapping[str, str] = {
    "age_65_or_more": "age 65 or more",
    "smoker": "smoker",
    "cardiovascular_risk": "cardiovascular risk",
    "thromboembolism": "thromboembolism",
    "malignancy": "malignancy",
    "pregnancy": "pregnancy or wish for it",
    "anticoagulant": "anticoagulant or bleeding risk",
    "dermatomyositis": "dermatomyositis",
    "anti_mda5": "anti-MDA5",
    "iga_deficiency": "IgA deficiency",
    "liver_disease": "liver disease",
}


def agent_names(agents: Iterable[str]) -> str:
    """Write agents as a list: "ciclosporin", "ciclosporin or tacrolimus" is the caller's business; here commas."""
    return ", ".join(KNOWLEDGE.agents[agent].name for agent in agents)


def either(agents: Iterable[str]) -> str:
    """Write agents as alternatives: "tofacitinib or baricitinib"."""
    return " or ".join(KNOWLEDGE.agents[agent].name for agent in agents)


def enumerate_words(items: Iterable[str]) -> str:
    """Join words as a sentence does: "a", "a and b", "a, b and c"."""
    words = list(items)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def slot_value(slot: str, value: Any) -> str:
    """Write the value of a slot as a clinician would say it."""
    if value is None:
        return "not told"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if slot in GOALS:
        return GOAL_VALUES[value]
    if slot in ("current_therapy", "previous_therapy", "not_tolerated"):
        return agent_names(value) or "none"
    if slot == "patient_features":
        return ", ".join(FEATURES[feature] for feature in value)
    if slot == "underlying_disease":
        return DISEASES[value]
    return str(value)


def quoted(words: str | None, limit: int = 60) -> str:
    """Write the clinician's own words behind a value, without markup and not too long; empty where there are none."""
    plain = " ".join((words or "").replace("*", "").split())
    if not plain:
        return ""
    return f' ("{plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"}")'


def cited(text: str, sources: Iterable[str]) -> str:
    """Put the sources behind a clinical sentence: "... [G1, L2]"."""
    ids = ", ".join(sources)
    return f"{text} [{ids}]" if ids else text


def capitalised(text: str) -> str:
    """Begin a sentence: the first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]
