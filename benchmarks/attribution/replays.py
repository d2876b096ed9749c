"""Verdicts against the truth: hospitals, thefts and damage drawn at random, judged, and compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from honeytokens.attribution import judge
from honeytokens.model import (
    Authenticity,
    DecoyRef,
    Evidence,
    Field,
    Hit,
    Location,
    Placement,
    PlacementState,
    ScanResult,
    ScanStats,
    Stamp,
    Standing,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=300)
WRITE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Theft:
    """What really happened: which establishments were taken, when, and how large a share was published."""

    taken: frozenset[str]
    copied: datetime
    share: float


def run(seed: int, replays: int = 200) -> None:
    """Print how many verdicts were decided, and how many of those were wrong."""
    rng = np.random.default_rng(seed)
    said: Counter[str] = Counter()
    for _ in range(replays):
        said += replay(rng)
    print(f"replays: {replays} (2 to 6 establishments, 20 to 400 decoys each, drip planting, stamps every 30 d)")
    for key in sorted(said):
        print(f"  {key}: {said[key]}")


def replay(rng: np.random.Generator) -> Counter[str]:
    """Return what one verdict said, and what of it was wrong."""
    sites = [f"S{n}" for n in range(rng.integers(2, 7))]
    patients = {site: int(rng.integers(5_000, 100_000)) for site in sites}
    placements = [place for site in sites for place in _placed(rng, site, int(rng.integers(20, 400)))]
    ours = rng.random() < 0.8
    taken = frozenset(rng.choice(sites, rng.integers(1, len(sites)), replace=False).tolist()) if ours else frozenset()
    theft = Theft(taken, START + timedelta(days=float(rng.uniform(150, 299))), float(10 ** rng.uniform(-2, 0)))
    result = leak(rng, placements, theft, patients, foreign=0 if ours else int(rng.integers(50, 20_000)))
    verdict = judge(result, placements, now=NOW, host_patients=patients)
    said: Counter[str] = Counter({f"authenticity {verdict.authenticity}": 1})
    if (verdict.authenticity is Authenticity.NOT_OURS and ours) or (verdict.authenticity.ours and not ours):
        said["WRONG authenticity"] += 1
    for finding in verdict.establishments:
        said[f"establishment {finding.standing}"] += 1
        inside = finding.establishment in taken
        wrong = {Standing.INCLUDED: not inside, Standing.EXCLUDED: inside}
        said[f"WRONG {finding.standing}"] += wrong.get(finding.standing, False)
    if (window := verdict.window) and window.earliest and window.latest:
        said["window stated"] += 1
        said["WRONG window"] += not window.earliest <= theft.copied <= window.latest
    return said


def leak(
    rng: np.random.Generator,
    placements: list[Placement],
    theft: Theft,
    patients: dict[str, int],
    *,
    foreign: int = 0,
    read: float = 0.8,
) -> ScanResult:
    """Return a scan of a random sample of what was taken; of each street, damage leaves so great a share to be read."""
    hits = []
    for row, place in enumerate(placements):
        standing = place.stamps[0].since <= theft.copied and (not place.withdrawn or theft.copied < place.withdrawn)
        if place.establishment in theft.taken and standing and rng.random() < theft.share:
            version = max(stamp.version for stamp in place.stamps if stamp.since <= theft.copied)
            hits.append(_hit(place, row, (version,) if rng.random() < read else (), 1e-8))
    records = foreign + sum(int(patients[site] * theft.share) for site in theft.taken) + len(hits)
    return ScanResult(tuple(hits), (), (), 40.0, ScanStats(records * 120, 1.0, records))


def _placed(rng: np.random.Generator, site: str, count: int) -> list[Placement]:
    days = zip(rng.uniform(0, 140, count), rng.uniform(0, 30, count), strict=True)
    return [stamped(site, serial, float(day), float(phase), rng) for serial, (day, phase) in enumerate(days)]


def stamped(site: str, serial: int, planted: float, phase: float, rng: np.random.Generator) -> Placement:
    """Return a placement planted on a day and rewritten every 30 days from its phase on; some stamps come late."""
    moments = [planted, *np.arange(planted + 1 + phase, 300, 30)]
    late = rng.uniform(0, 1, len(moments)) * (rng.random(len(moments)) < 0.1)
    times = [START + timedelta(days=float(day + more)) for day, more in zip(moments, late, strict=True)]
    stamps = tuple(Stamp(version, at, at + WRITE) for version, at in enumerate(times))
    ref = DecoyRef(site.lower(), serial)
    return Placement(serial, ref, site, "his", times[0], PlacementState.PLANTED, stamps=stamps)


def _hit(place: Placement, row: int, versions: tuple[int, ...], false_alarms: float) -> Hit:
    evidence = (Evidence(Field.SURNAME, Location("leak.csv", row=row + 1), 40.0),)
    return Hit(place.ref, place.establishment, 60.0, false_alarms, evidence, versions)
