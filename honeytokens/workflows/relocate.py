"""Finding decoys again after a restore, a migration or a merge, so that ``withdraw`` can take out what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from honeytokens.model import Decoy, DecoyRef, Field, Placement, PlacementState, Stamp, WrittenRow
from honeytokens.systems.interface import HospitalAdapter, RowState
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home
from honeytokens.workflows.verify import states_of

DISTINCT = frozenset({Field.STREET, Field.PHONE, Field.EMAIL, Field.LOCAL_ID, Field.NATIONAL_ID})
"""Beside a name and a birth date, which a real patient may share, one of these must tell a decoy."""
_BATCH = 200


@dataclass(slots=True)
class RelocateReport:
    """What was found: ``back`` are withdrawn decoys that stand again, ``moved`` those that stand under other keys.

    ``lost`` are those that should stand and were not found.
    """

    back: list[DecoyRef] = field(default_factory=list)
    moved: list[DecoyRef] = field(default_factory=list)
    lost: list[DecoyRef] = field(default_factory=list)


def relocate(home: Home, campaign: str | None = None) -> RelocateReport:
    """Look for every decoy that ever was in a system, and remember where it stands now. Writes to the registry alone.

    A decoy is taken for found under other keys only when its patient's row agrees wholly, the stamped street aside, and
    holds more of it than name and birth date: a real homonym is never taken for one.
    """
    report = RelocateReport()
    with home.writing():
        chosen = home.registry.campaign(campaign).name if campaign else None
        written = [one for one in home.registry.placements(chosen) if one.written]
        written.sort(key=lambda one: (one.system, one.id))
        for system, group in groupby(written, key=lambda one: one.system):
            with open_system(home.registry.system(system)) as adapter:
                adapter.check()
                _relocate(home, adapter, list(group), report)
    home.registry.log(
        home.now(), "relocate", f"back {len(report.back)}, moved {len(report.moved)}, lost {len(report.lost)}"
    )
    return report


def _relocate(home: Home, adapter: HospitalAdapter, placements: Sequence[Placement], report: RelocateReport) -> None:
    sought: list[Placement] = []
    for first in range(0, len(placements), _BATCH):
        for placement, states in states_of(adapter, placements[first : first + _BATCH]):
            standing = states[0].standing if states else "missing"
            gone = placement.state is PlacementState.WITHDRAWN
            if gone and standing == "same":
                report.back.append(placement.ref)
                _remember(home, placement, [one.row for one in states if one.standing in ("same", "changed")])
            elif gone or standing in ("missing", "foreign"):
                sought.append(placement)
    if sought and adapter.fields() & DISTINCT:
        _seek(home, adapter, sought, report)
    else:
        report.lost += [one.ref for one in sought if one.state is not PlacementState.WITHDRAWN]


def _seek(home: Home, adapter: HospitalAdapter, sought: Sequence[Placement], report: RelocateReport) -> None:
    """Look for decoys by what they are; several of one decoy, such as a withdrawn and a later one, are sought once."""
    once = list({one.ref: one for one in sought}.values())
    decoys = {one.ref: _decoy(home, one) for one in once}
    found = adapter.find([(decoys[one.ref], home.registry.establishment(one.establishment), one.due) for one in once])
    for placement, rows in zip(once, found, strict=True):
        if rows and is_whole(adapter.state(rows[:1])[0]):
            report.moved.append(placement.ref)
            kept = {(row.table, row.key) for row in rows}
            left = [one for one in adapter.state(placement.rows) if one.standing in ("same", "changed")]
            _remember(home, placement, [*rows, *(o.row for o in left if (o.row.table, o.row.key) not in kept)])
        elif placement.state is not PlacementState.WITHDRAWN:
            report.lost.append(placement.ref)


def is_whole(patient: RowState) -> bool:
    """Return whether a patient's row agrees with a decoy in every column but, at most, that of the street."""
    return patient.standing == "same" or (patient.standing == "changed" and len(patient.columns) == 1)


def _decoy(home: Home, placement: Placement) -> Decoy:
    version = placement.stamps[-1].version if placement.stamps else 0
    return home.maker(home.registry.campaign(placement.ref.campaign)).decoys([placement.ref.serial], version)[0]


def _remember(home: Home, placement: Placement, rows: Sequence[WrittenRow]) -> None:
    now = home.now()
    stamps = placement.stamps or (Stamp(0, placement.due, now),)
    home.registry.save(
        replace(placement, state=PlacementState.PLANTED, rows=tuple(rows), stamps=stamps, withdrawn=None)
    )
