"""The answer that emergency and identity staff need at any hour: is this record fictitious? Yes or no, and logged.

Never says yes of a real patient: a yes is given only after the decoy's row was seen in the live system. Hospitals go on
from older backups, and a key that was reserved for a decoy may have become a patient's.
"""

from __future__ import annotations

from collections.abc import Sequence

from honeytokens.model import Field, HospitalSystem, Placement, PlacementState
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home

_GONE = (PlacementState.PLANNED, PlacementState.WITHDRAWN)


def is_decoy(home: Home, system: str, identifiers: Sequence[str]) -> list[bool]:
    """Return, for each patient identifier of a system, whether a decoy has it; the question is logged, sealed.

    An identifier is the primary key of a patient's row or a local identifier. Raises ``UnknownNameError`` for an
    unknown system, and ``SystemUnreachableError`` when the answer may be yes and the system cannot be looked at.
    """
    asked = home.registry.system(system)
    wanted = [identifier.strip() for identifier in identifiers]
    living = [p for p in home.registry.placements() if p.system == asked.name and p.state not in _GONE and p.rows]
    names = _local_ids(home, living)
    candidates = [p for p in living if {str(p.rows[0].key), names.get(p.id)} & set(wanted)]
    seen = _standing(asked, candidates)
    taken = {str(p.rows[0].key) for p in seen} | {names.get(p.id) for p in seen}
    answers = [identifier in taken for identifier in wanted]
    for identifier, answer in zip(identifiers, answers, strict=True):
        home.registry.log(home.now(), "is-decoy", f"{asked.name} {identifier}: {'yes' if answer else 'no'}")
    return answers


def _standing(system: HospitalSystem, placements: Sequence[Placement]) -> list[Placement]:
    """Return those whose patient's row stands in the system and is ours."""
    if not placements:
        return []
    with open_system(system) as adapter:
        states = adapter.state([placement.rows[0] for placement in placements])
    return [p for p, state in zip(placements, states, strict=True) if state.standing in ("same", "changed")]


def _local_ids(home: Home, placements: Sequence[Placement]) -> dict[int, str]:
    """Return the local identifiers of decoys by placement, of those that have one."""
    found: dict[int, str] = {}
    for campaign in home.registry.campaigns():
        ours = [p for p in placements if p.ref.campaign == campaign.name]
        if ours:
            values = home.maker(campaign).identities([p.ref.serial for p in ours])[Field.LOCAL_ID]
            found |= {p.id: value for p, value in zip(ours, values, strict=True) if value is not None}
    return found
