"""What is planned, planted and due."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from honeytokens.model import Campaign, PlacementState
from honeytokens.workflows.calendar import due_version, phases
from honeytokens.workflows.home import Home


@dataclass(frozen=True, slots=True)
class CampaignStatus:
    """How one campaign stands: placements by state, what is due now, when the next planting is due."""

    campaign: Campaign
    states: dict[PlacementState, int]
    due_now: int
    next_due: datetime | None


def status(home: Home) -> list[CampaignStatus]:
    """Return how each campaign stands, from the registry alone; no hospital system is asked."""
    return [_status(home, campaign) for campaign in home.registry.campaigns()]


def _status(home: Home, campaign: Campaign) -> CampaignStatus:
    now = home.now()
    placements = home.registry.placements(campaign.name)
    due, later = 0, []
    for placement, phase in zip(placements, phases(home, campaign, placements), strict=True):
        if placement.state is PlacementState.PLANNED:
            due += placement.due <= now and not campaign.by_script
            later += [placement.due] if placement.due > now else []
        elif placement.state is PlacementState.PLANTED:
            due += due_version(campaign, placement, phase, now) > placement.stamps[-1].version
        elif placement.state is not PlacementState.WITHDRAWN:
            due += 1
    states = Counter(placement.state for placement in placements)
    return CampaignStatus(campaign, dict(states), due, min(later, default=None))
