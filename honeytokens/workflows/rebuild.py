"""Making a registry again from the keyring, the campaigns' manifests and what stands in the hospital's systems.

Idempotent: what the registry knows stays, what only a manifest knows is added, and placements of which no row is known
are looked for. A placement that was due and was not seen counts as withdrawn, with the time in which it may have
stood: ``apply`` never plants it a second time, and scans go on looking for its decoy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from honeytokens.decoys import Maker
from honeytokens.errors import HoneytokensError, ManifestError
from honeytokens.keys import Keyring
from honeytokens.model import Campaign, Establishment, Placement, PlacementState, Pool, Stamp, WrittenRow
from honeytokens.registry import Registry
from honeytokens.registry.manifest import Manifest, read_manifests
from honeytokens.systems.interface import HospitalAdapter
from honeytokens.workflows.calendar import due_version, phases
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import MANIFESTS, REGISTRY, Home, exclusive
from honeytokens.workflows.manifests import keep_missing
from honeytokens.workflows.plan import placements_of


@dataclass(slots=True)
class RebuildReport:
    """What a rebuilding did.

    ``campaigns`` were added from manifests; ``found`` placements were seen in their systems, ``dated`` ones had a newer
    street than the registry knew; ``absent`` ones were due and not seen; ``not_due`` are planned for later.
    ``problems`` has one line for each system that could not be looked at.
    """

    campaigns: int = 0
    found: int = 0
    dated: int = 0
    absent: int = 0
    not_due: int = 0
    problems: list[str] = field(default_factory=list)


def rebuild(
    path: Path,
    keyring: Keyring,
    folders: Sequence[Path],
    *,
    now: Callable[[], datetime],
    on_progress: Callable[[int], None] | None = None,
) -> RebuildReport:
    """Make or complete the registry of the home at ``path`` from its own manifests and those in ``folders``.

    Only reads the hospital's systems; no statement holds a value of a decoy. Raises ``ManifestError`` for a manifest
    that is damaged, of another keyring, or contradicts the registry, ``KeyringError`` when a campaign's data is not
    that of this version; nothing is written then.
    """
    report = RebuildReport()
    with exclusive(path):
        manifests = list(read_manifests([path / MANIFESTS, *folders], keyring))
        registry_file = path / REGISTRY
        if not manifests and not registry_file.exists():
            raise ManifestError(
                f"There is no manifest in {path / MANIFESTS}", "Name the folder of your backup with --manifests"
            )
        for manifest in manifests:
            Maker.of_campaign(keyring, manifest.campaign)
        made = Registry.open if registry_file.exists() else Registry.create
        with Home(path, keyring, made(registry_file, keyring), now) as home:
            _add(home, manifests, report)
            keep_missing(home, home.registry.campaigns())
            for system in home.registry.systems():
                try:
                    with open_system(system) as adapter:
                        adapter.check()
                        _reconcile(home, system.name, adapter, report, on_progress)
                except HoneytokensError as error:
                    report.problems.append(f"System {system.name}: {error}")
            _count(home, report)
            home.registry.log(now(), "registry rebuild", f"campaigns {report.campaigns}, found {report.found}")
    return report


def unseen(home: Home, placements: Iterable[Placement]) -> None:
    """Note that placements which are due may have been written since the registry was copied, or not."""
    by_campaign: defaultdict[str, list[Placement]] = defaultdict(list)
    for placement in placements:
        if placement.state is PlacementState.PLANNED and placement.due <= home.now():
            by_campaign[placement.ref.campaign].append(placement)
    with home.registry.transaction():
        for name, due in by_campaign.items():
            for placement in _unseen(home, home.registry.campaign(name), due):
                home.registry.save(placement)


def _unseen(home: Home, campaign: Campaign, due: list[Placement]) -> list[Placement]:
    now = home.now()
    return [
        replace(
            placement,
            state=PlacementState.WITHDRAWN,
            stamps=_stamps(campaign, placement, phase, _newest(campaign, placement, phase, now), now),
            withdrawn=now,
        )
        for placement, phase in zip(due, phases(home, campaign, due), strict=True)
    ]


def _add(home: Home, manifests: Sequence[Manifest], report: RebuildReport) -> None:
    """Add what the registry does not know, all together or not at all."""
    registry = home.registry
    known = {campaign.name: campaign.id for campaign in registry.campaigns()}
    establishments = {establishment.name for establishment in registry.establishments()}
    systems = {system.name for system in registry.systems()}
    pools: dict[Pool, None] = dict.fromkeys(registry.pools())
    with registry.transaction():
        for manifest in manifests:
            campaign = manifest.campaign
            if known.get(campaign.name, campaign.id) != campaign.id:
                raise ManifestError(
                    f"The manifest {manifest.file_name()} is of another campaign named {campaign.name}",
                    "Move it away: it does not belong to this home",
                )
            if campaign.name in known:
                continue
            known[campaign.name] = campaign.id
            if manifest.establishment.name not in establishments:
                registry.add_establishment(manifest.establishment)
                establishments.add(manifest.establishment.name)
            if manifest.system.name not in systems:
                registry.add_system(manifest.system)
                systems.add(manifest.system.name)
            for share in campaign.recipe.shares:
                if share.pool not in pools:
                    registry.add_pool(share.pool)
                    pools[share.pool] = None
            placements = placements_of(campaign, home.maker(campaign), registry.next_placement_id())
            registry.add_campaign(campaign, placements)
            report.campaigns += 1
            unseen(home, placements)


def _reconcile(
    home: Home,
    system: str,
    adapter: HospitalAdapter,
    report: RebuildReport,
    on_progress: Callable[[int], None] | None,
) -> None:
    for campaign in home.registry.campaigns():
        if campaign.system != system:
            continue
        establishment = home.registry.establishment(campaign.establishment)
        placements = home.registry.placements(campaign.name)
        missed = [p for p in placements if p.state is PlacementState.WITHDRAWN and p.stamps and not p.rows]
        found = _found(home, campaign, establishment, adapter, missed)
        standing = [p for p in placements if p.state is PlacementState.PLANTED]
        dated = _dated(home, campaign, establishment, adapter, [*found, *standing])
        changed = {p.id: p for p in found} | {p.id: p for p in dated}
        with home.registry.transaction():
            for placement in changed.values():
                home.registry.save(placement)
        report.found += len(found)
        report.dated += len(changed.keys() - {p.id for p in found})
        if on_progress:
            on_progress(len(placements))


def _found(
    home: Home, campaign: Campaign, establishment: Establishment, adapter: HospitalAdapter, missed: list[Placement]
) -> list[Placement]:
    """Return those of some placements that stand in the system, with their rows."""
    decoys = home.maker(campaign).decoys([placement.ref.serial for placement in missed])
    sought = [(decoy, establishment, placement.due) for decoy, placement in zip(decoys, missed, strict=True)]
    return [
        replace(
            placement,
            state=PlacementState.PLANTED,
            rows=rows,
            stamps=(Stamp(0, placement.due, home.now()),),
            withdrawn=None,
        )
        for placement, rows in zip(missed, adapter.find(sought) if sought else (), strict=True)
        if rows
    ]


def _dated(
    home: Home, campaign: Campaign, establishment: Establishment, adapter: HospitalAdapter, placements: list[Placement]
) -> list[Placement]:
    """Return the placements whose stamped field shows a later version than the one known, brought up to it."""
    now = home.now()
    dated: list[Placement] = []
    rows = [placement.rows[0] for placement in placements]
    waiting = [
        (placement, phase, _newest(campaign, placement, phase, now))
        for placement, phase, state in zip(
            placements, phases(home, campaign, placements), adapter.state(rows), strict=True
        )
        if state.standing == "changed"
    ]
    for version in range(max((newest for *_, newest in waiting), default=0), 0, -1):
        tried = [(p, phase) for p, phase, newest in waiting if p.stamps[-1].version < version <= newest]
        decoys = home.maker(campaign).decoys([placement.ref.serial for placement, _ in tried], version)
        changes = [
            adapter.changes(p.rows[0], decoy, establishment) for (p, _), decoy in zip(tried, decoys, strict=True)
        ]
        intended = [
            replace(p.rows[0], values=p.rows[0].values | change) for (p, _), change in zip(tried, changes, strict=True)
        ]
        for (p, phase), change, state in zip(tried, changes, adapter.state(intended), strict=True):
            if change and not change.keys() & set(state.columns):
                dated.append(_at(campaign, p, phase, version, state.row, now))
        seen = {placement.id for placement in dated}
        waiting = [one for one in waiting if one[0].id not in seen]
    return dated


def _at(
    campaign: Campaign, placement: Placement, phase: int, version: int, patient: WrittenRow, now: datetime
) -> Placement:
    """Return a placement whose patient's row was seen at a later version."""
    known = placement.stamps[-1].version
    later = _stamps(campaign, placement, phase, version, now)[known + 1 :]
    return replace(placement, rows=(patient, *placement.rows[1:]), stamps=(*placement.stamps, *later))


def _newest(campaign: Campaign, placement: Placement, phase: int, now: datetime) -> int:
    """Return the latest version that a placement which was written when it was due can have by now."""
    planted = placement if placement.stamps else replace(placement, stamps=(Stamp(0, placement.due, now),))
    return due_version(campaign, planted, phase, now)


def _stamps(campaign: Campaign, placement: Placement, phase: int, version: int, now: datetime) -> tuple[Stamp, ...]:
    """Return the stamps up to a version: each written after it was due, and by now."""
    start = placement.planted or placement.due
    every = campaign.stamp_every or timedelta()
    rewritten = [start + timedelta(seconds=phase) + every * number for number in range(version)]
    return tuple(Stamp(number, since, now) for number, since in enumerate([start, *rewritten]))


def _count(home: Home, report: RebuildReport) -> None:
    for placement in home.registry.placements():
        report.not_due += placement.state is PlacementState.PLANNED
        report.absent += placement.state is PlacementState.WITHDRAWN and bool(placement.stamps) and not placement.rows
