"""Progressive pulmonary fibrosis (PPF), ATS/ERS/JRS/ALAT 2022 [G2].

In an ILD other than IPF with fibrosis on imaging: at least two of three criteria within the past year, with no
alternative explanation: worse symptoms, physiological progression, radiological progression.
"""

from __future__ import annotations

YES, NO = "yes", "no"

FVC_DECLINE_POINTS = 5
"""Absolute decline in FVC, points of % predicted within one year, from which criterion 2 is met (inclusive) [G2]."""

DLCO_DECLINE_POINTS = 10
"""Absolute decline in Hb-corrected DLCO, points of % predicted within one year, inclusive [G2]."""

WINDOW_MONTHS = 12
"""The criteria look back over the past year [G2]."""

CRITERIA_NEEDED = 2
"""Of the three criteria [G2]."""


def by_criteria(
    fibrosis_on_ct: bool | None, symptoms: bool | None, physiology: bool | None, radiology: bool | None
) -> str | None:
    """Say what the criteria alone make of a case: "yes", "no" or None where they do not decide [G2].

    "yes" waits for nothing but two criteria: fibrosis that was never mentioned is asked about, not assumed absent.
    """
    if fibrosis_on_ct is False:
        return NO
    criteria = (symptoms, physiology, radiology)
    if criteria.count(True) >= CRITERIA_NEEDED:
        return YES
    if criteria.count(False) > len(criteria) - CRITERIA_NEEDED:
        return NO
    return None


def derive(
    stated: str | None,
    fibrosis_on_ct: bool | None,
    symptoms: bool | None,
    physiology: bool | None,
    radiology: bool | None,
) -> str | None:
    """Return "yes", "no" or None: the clinician's own word where there is one, else what the criteria give."""
    return stated if stated is not None else by_criteria(fibrosis_on_ct, symptoms, physiology, radiology)
