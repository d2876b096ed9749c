"""Checking that the planted decoys stand as they were written, and that no real patient has come to equal one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from honeytokens.model import DecoyRef, Placement, PlacementState
from honeytokens.systems.interface import HospitalAdapter, RowState
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home
from honeytokens.workflows.homonyms import NAMED_BY, Population, identity_keys

_BATCH = 200
_LIVE = (PlacementState.PLANTED, PlacementState.REWRITING)


@dataclass(slots=True)
class VerifyReport:
    """How the planted decoys stand.

    ``changed``, ``missing``, ``replaced`` and ``linked`` name decoys with ``table.column`` or table: ``replaced`` those
    whose key another row has now. ``homonyms`` are decoys whose name and birth date a real patient of the host now has:
    withdraw these first.
    """

    checked: int = 0
    unfinished: int = 0
    changed: list[tuple[DecoyRef, str]] = field(default_factory=list)
    missing: list[tuple[DecoyRef, str]] = field(default_factory=list)
    replaced: list[tuple[DecoyRef, str]] = field(default_factory=list)
    linked: list[tuple[DecoyRef, str]] = field(default_factory=list)
    homonyms: list[DecoyRef] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether every decoy stands as it was written and nobody equals one."""
        found = (self.changed, self.missing, self.replaced, self.linked, self.homonyms)
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
            population = Population.of_host(adapter.host_people())
            for batch in _batches(list(group)):
                _check(adapter, batch, report)
                report.homonyms += _homonyms(home, batch, population)
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


def _homonyms(home: Home, batch: list[Placement], population: Population) -> list[DecoyRef]:
    """Return the decoys that the host has more often than we planted them: once."""
    found = []
    for name, group in groupby(batch, key=lambda placement: placement.ref.campaign):
        refs = [placement.ref for placement in group if placement.state in _LIVE]
        people = home.maker(home.registry.campaign(name)).identities([ref.serial for ref in refs])
        found += [
            ref
            for ref, person in zip(refs, people.select(NAMED_BY).iter_rows(), strict=True)
            if sum(population.counts[key] for key in identity_keys(*person)) > 1
        ]
    return found
