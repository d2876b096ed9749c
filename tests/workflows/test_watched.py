"""What a watch of audit logs has to know of a system."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest

from honeytokens.errors import PlantingError
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.watched import as_settings, watched

from .conftest import STARTS, Clock


def test_the_tables_are_those_that_decoys_stand_in(home: Home, clock: Clock) -> None:
    request = PlanRequest("spring", "his", "saint-anne", 150, "fr_fr", STARTS, timedelta(), None)
    with pytest.raises(PlantingError, match="No decoy stands in his yet"):
        watched(home, "his")
    plan(home, request)
    apply(home)
    tables = watched(home, "his")
    assert tables == {
        "patients": {"id": "patients"},
        "sejours": {"id": "sejours", "patient_id": "patients"},
        "allergies": {"id": "allergies", "patient_id": "patients"},
        "ordonnances": {"id": "ordonnances", "patient_id": "patients"},
    }
    assert tomllib.loads(as_settings(tables))["tables"] == tables
