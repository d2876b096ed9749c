"""A verdict at full size: a million decoys, 100,000 hits in 20 files."""

from __future__ import annotations

import time
from datetime import timedelta

import numpy as np

from benchmarks.attribution.replays import NOW, START, WRITE
from honeytokens.attribution import judge
from honeytokens.model import (
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
)

SITES = 20
LEAKED = 6
"""Of the sites, how many were taken."""


def run(seed: int, decoys: int = 1_000_000, hits: int = 100_000) -> None:
    """Print the seconds of one verdict."""
    rng = np.random.default_rng(seed)
    placements = [_placement(serial, decoys) for serial in range(decoys)]
    leaked = [place for place in placements if int(place.establishment[1:]) < LEAKED]
    found = rng.choice(len(leaked), hits, replace=False)
    result = ScanResult(
        hits=tuple(_hit(leaked[at], number) for number, at in enumerate(found.tolist())),
        leads=(),
        unread=(),
        threshold_bits=40.0,
        stats=ScanStats(bytes=10**9, seconds=10.0, records=5_000_000),
    )
    patients = {f"S{site}": decoys for site in range(SITES)}
    wall, cpu = time.perf_counter(), time.process_time()
    verdict = judge(result, placements, now=NOW, host_patients=patients)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"verdict on {decoys:,} decoys and {hits:,} hits in 20 files: {wall:.1f} s ({cpu:.1f} CPU s)")
    print(f"  {verdict.authenticity}, {sum(f.standing == 'included' for f in verdict.establishments)} included")


def _placement(serial: int, decoys: int) -> Placement:
    planted = START + timedelta(days=100 * serial / decoys)
    stamps = tuple(
        Stamp(version, planted + timedelta(days=30 * version), planted + timedelta(days=30 * version) + WRITE)
        for version in range(6)
    )
    site = f"S{serial % SITES}"
    return Placement(serial, DecoyRef(site, serial), site, "main", planted, PlacementState.PLANTED, stamps=stamps)


def _hit(place: Placement, number: int) -> Hit:
    where = Location(f"leak{number % 20}.csv", row=number // 20 + 1)
    evidence = tuple(Evidence(field, where, 15.0) for field in (Field.SURNAME, Field.BIRTH_DATE, Field.STREET))
    return Hit(place.ref, place.establishment, 45.0, 1e-7, evidence, versions=(3,))
