"""When the stamped field of a planted decoy is due to be rewritten."""

from __future__ import annotations

from datetime import datetime, timedelta

from honeytokens.model import Campaign, Placement
from honeytokens.workflows.home import Home


def due_version(campaign: Campaign, placement: Placement, phase: int, now: datetime) -> int:
    """Return the version that the stamped field of a planted decoy should have at ``now``.

    The first rewriting comes ``phase`` seconds after planting, each further one ``stamp_every`` later.
    """
    if campaign.stamp_every is None or placement.planted is None:
        return 0
    since_first = now - placement.planted - timedelta(seconds=phase)
    return max(0, since_first // campaign.stamp_every + 1)


def phases(home: Home, campaign: Campaign, placements: list[Placement]) -> list[int]:
    """Return each placement's keyed phase in the stamping calendar, in seconds."""
    if campaign.stamp_every is None:
        return [0] * len(placements)
    serials = [placement.ref.serial for placement in placements]
    return home.maker(campaign).phases(serials, int(campaign.stamp_every.total_seconds()))
