"""Checking that the planted decoys stand as they were written, and that no real patient has come to equal one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from honeytokens.model import DecoyRef, Placement, PlacementState
from honeytokens.systems.interface import HospitalAdapter, RowState
from honeytokens.workflows.arrivals import Arrival, arrivals
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home

_BATCH = 200
_LIVE = (PlacementState.PLANTED, PlacementState.REWRITING)


@dataclass(slots=True)
class VerifyReport:
    """How the planted decoys stand.

    ``changed``, ``missing``, ``replaced`` and ``linked`` name decoys with ``table.column`` or table: ``replaced`` those
    whose key another row has now. ``arrived`` are decoys beside which a real patient has come: withdraw these first, or
    let ``tick`` do it.
    """

    checked: int = 0
    unfinished: int = 0
    changed: list[tuple[DecoyRef, str]] = field(default_factory=list)
    missing: list[tuple[DecoyRef, str]] = field(default_factory=list)
    replaced: list[tuple[DecoyRef, str]] = field(default_factory=list)
    linked: list[tuple[DecoyRef, str]] = field(default_factory=list)
    arrived: list[Arrival] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether every decoy stands as it was written and nobody came beside one."""
        found = (self.changed, self.missing, self.replaced, self.linked, self.arrived)
        return not (self.unfinished or any(found))


def verify(
    home: Home, campaign: str | None = None, *, on_progress: Callable[[int], None] | None = None
) -> VerifyReport:
    """Read every planted row back by its primary key and compare it with what was written. Writes nothing."""
    report = VerifyReport()
    placements = _ordered(home, campaign)
    for system_name, group in groupby(placements, key=lambda placement: placement.system):
        with open_system(home.registry.system(system_name)) as adapter:
            adapter.check()
            everyone = [one for one in home.registry.placements() if one.system == system_name]
            checked = list(group)
            found = arrivals(home, adapter, everyone)
            report.arrived += [found[one.id] for one in checked if one.id in found]
            for batch in _batches(checked):
                _check(adapter, batch, report)
                if on_progress:
                    on_progress(len(batch))
    return report


def states_of(adapter: HospitalAdapter, placements: Sequence[Placement]) -> Iterator[tuple[Placement, list[RowState]]]:
    """Return each placement with the state of its rows, read in one go."""
    states = iter(adapter.state([row for placement in placements for row in placement.rows]))
    for placement in placements:
        yield placement, [next(states) for _ in placement.rows]


def _ordered(home: Home, campaign: str | None) -> list[Placement]:
    chosen = [home.registry.campaign(campaign).name] if campaign else [c.name for c in home.registry.campaigns()]
    placements = [placement for name in chosen for placement in home.registry.placements(name)]
    begun = [p for p in placements if p.state not in (PlacementState.PLANNED, PlacementState.WITHDRAWN)]
    return sorted(begun, key=lambda placement: (placement.system, placement.id))


def _batches(placements: list[Placement]) -> Iterator[list[Placement]]:
    for first in range(0, len(placements), _BATCH):
        yield placements[first : first + _BATCH]


def _check(adapter: HospitalAdapter, batch: list[Placement], report: VerifyReport) -> None:
    report.unfinished += sum(placement.state is not PlacementState.PLANTED for placement in batch)
    live = [placement for placement in batch if placement.state in _LIVE]
    for placement, states in states_of(adapter, live):
        report.checked += 1
        for state in states:
            if state.standing == "changed":
                report.changed += [(placement.ref, f"{state.row.table}.{column}") for column in state.columns]
            elif state.standing == "missing":
                report.missing.append((placement.ref, state.row.table))
            elif state.standing == "foreign":
                report.replaced.append((placement.ref, state.row.table))
    # Asked for all at once first: a column without an index costs the reading of its whole table each time.
    if adapter.links([row for placement in live for row in placement.rows]):
        report.linked += [(placement.ref, link) for placement in live for link in adapter.links(placement.rows)]
