"""The answer that emergency and identity staff need at any hour: is this record fictitious? Yes or no, and logged.

Never says yes of a real patient: a yes is given only after the decoy's row was seen in the live system. Hospitals go on
from older backups, and a key that was reserved for a decoy may have become a patient's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from honeytokens.decoys import Tracer
from honeytokens.errors import AskedTooOftenError
from honeytokens.model import HospitalSystem, Placement, PlacementState
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home

HOURLY = 60
"""How many identifiers may be asked about in an hour, by all askers together: enough for a ward, too few for a list."""
_KIND = "is-decoy"
_GONE = (PlacementState.PLANNED, PlacementState.WITHDRAWN)


def is_decoy(home: Home, system: str, identifiers: Sequence[str]) -> list[bool]:
    """Return, for each patient identifier of a system, whether a decoy has it; the question is logged, sealed.

    An identifier is the primary key of a patient's row or a local identifier. Raises ``AskedTooOftenError``, answering
    nothing, when more than :data:`HOURLY` would have been asked in an hour, ``UnknownNameError`` for an
    unknown system, and ``SystemUnreachableError`` when the answer may be yes and the system cannot be looked at.
    """
    asked = home.registry.system(system)
    now = home.now()
    if home.registry.count_events(_KIND, now - timedelta(hours=1)) + len(identifiers) > HOURLY:
        home.registry.log(now, "is-decoy-refused", f"{asked.name}: {len(identifiers)} identifiers")
        raise AskedTooOftenError(
            f"More than {HOURLY} records were asked about in an hour",
            "Wait an hour, or ask the keeper of the registry; this was logged",
        )
    tracer = Tracer(home.keyring, home.registry.campaigns())
    found = [_living(home, asked, tracer, identifier.strip()) for identifier in identifiers]
    standing = _standing(asked, [placement for placements in found for placement in placements])
    answers = [any(placement.id in standing for placement in placements) for placements in found]
    for identifier, answer in zip(identifiers, answers, strict=True):
        home.registry.log(now, _KIND, f"{asked.name} {identifier.strip()}: {'yes' if answer else 'no'}")
    return answers


def _living(home: Home, system: HospitalSystem, tracer: Tracer, identifier: str) -> list[Placement]:
    """Return the placements that an identifier may be of: by primary key, and by local identifier."""
    placements = home.registry.placements_with_key(system.name, identifier)
    for trace in tracer.trace(identifier):
        if trace.decoy is not None:
            placements += home.registry.placements_of(trace.decoy)
    return [p for p in placements if p.system == system.name and p.state not in _GONE and p.rows]


def _standing(system: HospitalSystem, placements: Sequence[Placement]) -> set[int]:
    """Return the ids of those whose patient's row stands in the system and is ours."""
    if not placements:
        return set()
    with open_system(system) as adapter:
        states = adapter.state([placement.rows[0] for placement in placements])
    return {p.id for p, state in zip(placements, states, strict=True) if state.standing in ("same", "changed")}
