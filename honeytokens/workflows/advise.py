"""How many decoys, and what the present ones can prove."""

from __future__ import annotations

from collections import Counter

from honeytokens.attribution import Power, Wanted, power_table
from honeytokens.model import PlacementState
from honeytokens.workflows.home import Home

_LIVING = {PlacementState.PLANTED, PlacementState.REWRITING}


def advise(home: Home, wanted: Wanted) -> list[Power]:
    """Return the power table of every establishment that has a campaign, by name. No hospital system is asked."""
    patients = {campaign.establishment: campaign.host_patients for campaign in home.registry.campaigns()}
    living = Counter(
        name
        for name, _ in {
            (place.establishment, place.ref) for place in home.registry.placements() if place.state in _LIVING
        }
    )
    return power_table([(name, count, living[name]) for name, count in sorted(patients.items())], wanted)
