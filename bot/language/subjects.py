"""Which slots a subject of the text speaks of, and the other way round."""

from __future__ import annotations

from bot.language.case_state import CRITERIA, GOALS

SUBJECT_OF = {
    "goal_lung_function": "pft",
    "goal_ild_extent": "ct",
    "goal_breathlessness": "breathlessness",
    "ppf_symptoms": "breathlessness",
    "ppf_physiology": "pft",
    "ppf_radiology": "ct",
}
GOAL_OF_SUBJECT = {
    "fvc": "goal_lung_function",
    "dlco": "goal_lung_function",
    "pft": "goal_lung_function",
    "ct": "goal_ild_extent",
    "ggo": "goal_ild_extent",
    "breathlessness": "goal_breathlessness",
    "breathing": "goal_breathlessness",
    "symptoms": "ppf_symptoms",
    "fibrosis": "fibrosis_on_ct",
    **{slot: slot for slot in (*CRITERIA, "stability_acceptable")},
    "ppf": "progressive_pulmonary_fibrosis",
    "current_therapy": "current_therapy",
    "previous_therapy": "previous_therapy",
}
CRITERION_OF = dict(zip(GOALS, ("ppf_physiology", "ppf_radiology", "ppf_symptoms"), strict=True))
SLOTS_OF_SUBJECT = {
    "fvc": ("goal_lung_function", "ppf_physiology"),
    "dlco": ("goal_lung_function", "ppf_physiology"),
    "pft": ("goal_lung_function", "ppf_physiology"),
    "ct": ("goal_ild_extent", "ppf_radiology", "fibrosis_on_ct"),
    "ggo": ("goal_ild_extent", "ppf_radiology"),
    "fibrosis": ("fibrosis_on_ct",),
    "reticulation": ("ppf_radiology", "fibrosis_on_ct", "goal_ild_extent"),
    "honeycombing": ("ppf_radiology", "fibrosis_on_ct", "goal_ild_extent"),
    "traction": ("ppf_radiology", "fibrosis_on_ct", "goal_ild_extent"),
    "breathlessness": ("goal_breathlessness", "ppf_symptoms"),
    "breathing": ("goal_breathlessness", "ppf_symptoms"),
    "symptoms": ("ppf_symptoms",),
    "ppf": ("ppf_stated",),
    "current_therapy": ("current_therapy",),
    "previous_therapy": ("previous_therapy",),
}
