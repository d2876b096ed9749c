"""Who sees a patient: one of the host's own practitioners, of the right specialty where the operator's list has one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from honeytokens.clinical.conditions import SPECIALTIES, Clinic
from honeytokens.clinical.stays import KINDS, Stays
from honeytokens.markers import Draws
from honeytokens.markers.draws import I64
from honeytokens.model import Care, Practitioner

EMERGENCY = "emergency"
PRACTICES = (*SPECIALTIES, EMERGENCY)
"""What a practitioner's ``specialty`` may be: those of the conditions, and the emergency department."""


def seen_by(
    draws: Draws, table: Clinic, stays: Stays, practitioners: Sequence[Practitioner]
) -> list[Practitioner | None]:
    """Return who was in charge of each stay; someone who comes back for the same specialty sees the same one.

    A stay goes to those of its specialty, or else to those of none, or else to anybody on the list.
    """
    if not practitioners:
        return [None] * len(stays.row)
    specialty = np.array([PRACTICES.index(condition.specialty) for condition in table.conditions])[stays.condition]
    practice: I64 = np.where(stays.kind == KINDS.index(Care.EMERGENCY), PRACTICES.index(EMERGENCY), specialty)
    chosen = np.zeros(len(practice), dtype=np.int64)
    for number, name in enumerate(PRACTICES):
        mask = practice == number
        fitting = _fitting(practitioners, name)
        chosen[mask] = fitting[draws.below("practitioner", len(fitting), number)[stays.row[mask]]]
    return [practitioners[index] for index in chosen.tolist()]


def _fitting(practitioners: Sequence[Practitioner], practice: str) -> I64:
    for wanted in (practice, None):
        found = [number for number, one in enumerate(practitioners) if one.specialty == wanted]
        if found:
            return np.array(found)
    return np.arange(len(practitioners))
