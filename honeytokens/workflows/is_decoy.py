"""The answer that emergency and identity staff need at any hour: is this record fictitious? Yes or no, and logged."""

from __future__ import annotations

from collections.abc import Sequence

from honeytokens.model import Field, Placement, PlacementState
from honeytokens.workflows.home import Home

_GONE = (PlacementState.PLANNED, PlacementState.WITHDRAWN)


def is_decoy(home: Home, system: str, identifiers: Sequence[str]) -> list[bool]:
    """Return, for each patient identifier of a system, whether a decoy has it; the question is logged, sealed.

    An identifier is the primary key of a patient's row or a local identifier. Raises ``UnknownNameError`` for an
    unknown system.
    """
    name = home.registry.system(system).name
    living = [p for p in home.registry.placements() if p.system == name and p.state not in _GONE and p.rows]
    taken = {str(placement.rows[0].key) for placement in living} | _local_ids(home, living)
    answers = [identifier.strip() in taken for identifier in identifiers]
    for identifier, answer in zip(identifiers, answers, strict=True):
        home.registry.log(home.now(), "is-decoy", f"{name} {identifier}: {'yes' if answer else 'no'}")
    return answers


def _local_ids(home: Home, placements: Sequence[Placement]) -> set[str]:
    found: set[str] = set()
    for campaign in home.registry.campaigns():
        serials = [p.ref.serial for p in placements if p.ref.campaign == campaign.name]
        if serials:
            values = home.maker(campaign).identities(serials)[Field.LOCAL_ID].drop_nulls()
            found.update(values.to_list())
    return found
