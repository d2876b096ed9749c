"""The theft's window: how narrow, how often it holds the theft; two snapshots told from one; the speed of a verdict."""

from __future__ import annotations

import time
from datetime import timedelta

import numpy as np

from benchmarks.attribution.replays import NOW, START, Theft, leak, stamped
from honeytokens.attribution import judge

DRAWS = 300
DAY = timedelta(days=1)


def run(seed: int) -> None:
    """Print widths and containment for 10, 30 and 100 decoys hit, and how often two snapshots are seen."""
    rng = np.random.default_rng(seed)
    for decoys, read in ((10, 1.0), (30, 1.0), (100, 1.0), (10, 0.8), (30, 0.8), (100, 0.8)):
        widths, held = [], 0
        for _ in range(DRAWS):
            places = [stamped("A", n, float(rng.uniform(0, 60)), float(rng.uniform(0, 30)), rng) for n in range(decoys)]
            theft = Theft(frozenset({"A"}), START + timedelta(days=float(rng.uniform(120, 290))), 1.0)
            window = judge(leak(rng, places, theft, {"A": 20_000}, read=read), places, now=NOW).window
            if window and window.earliest and window.latest:
                widths.append((window.latest - window.earliest) / DAY)
                held += window.earliest <= theft.copied <= window.latest
        told = f"median {np.median(widths):.2f} d, holds {held / DRAWS:.1%}"
        print(f"window, {decoys} decoys, {read:.0%} of streets read, late stamps: {told}")
    print(f"a stolen backup of up to a week before, 30 decoys: {_backups(rng)}")
    two, one = _snapshots(rng)
    print(f"two snapshots 30 d apart seen from 10 decoys: {two:.1%}; false alarms on one: {one:.1%}")
    _speed(rng)


def _backups(rng: np.random.Generator) -> str:
    """Return how often the window holds the moment of the backup, and that of its theft."""
    backup, theft = 0, 0
    for _ in range(DRAWS):
        places = [stamped("A", n, float(rng.uniform(0, 60)), float(rng.uniform(0, 30)), rng) for n in range(30)]
        made = START + timedelta(days=float(rng.uniform(120, 280)))
        stolen = made + timedelta(days=float(rng.uniform(0, 7)))
        result = leak(rng, places, Theft(frozenset({"A"}), made, 1.0), {"A": 20_000}, read=0.8)
        window = judge(result, places, now=NOW).window
        if window and window.earliest and window.latest:
            backup += window.earliest <= made <= window.latest
            theft += window.earliest <= stolen <= window.latest
    return f"the window holds the backup in {backup / DRAWS:.1%}, its theft in {theft / DRAWS:.1%}"


def _snapshots(rng: np.random.Generator) -> tuple[float, float]:
    seen, false = 0, 0
    for _ in range(DRAWS):
        places = [stamped("A", n, 0.0, float(rng.uniform(0, 30)), rng) for n in range(10)]
        moment = START + timedelta(days=float(rng.uniform(90, 200)))
        first, second = (Theft(frozenset({"A"}), moment + later, 1.0) for later in (timedelta(), 30 * DAY))
        early, late = (leak(rng, places, theft, {"A": 20_000}, read=1.0).hits for theft in (first, second))
        half = rng.permutation(10) < 5
        mixed = leak(rng, places, first, {"A": 20_000}, read=1.0)
        mixed = type(mixed)(
            tuple(early[n] if half[n] else late[n] for n in range(10)), (), (), 40.0, mixed.stats
        )  # fmt: skip
        window = judge(mixed, places, now=NOW).window
        seen += bool(window and window.snapshots > 1)
        alone = judge(leak(rng, places, first, {"A": 20_000}, read=1.0), places, now=NOW).window
        false += bool(alone and alone.snapshots > 1)
    return seen / DRAWS, false / DRAWS


def _speed(rng: np.random.Generator) -> None:
    places = [
        stamped(f"S{n % 50}", n, float(n % 100), float(n % 30), rng) for n in range(1_000_000)
    ]  # fmt: skip
    theft = Theft(frozenset({f"S{n}" for n in range(10)}), START + timedelta(days=200), 0.5)
    result = leak(rng, places, theft, {f"S{n}": 20_000 for n in range(50)})
    begun = time.process_time()
    verdict = judge(result, places, now=NOW, host_patients={f"S{n}": 20_000 for n in range(50)})
    seconds = time.process_time() - begun
    print(f"1,000,000 decoys, {len(result.hits):,} hits: verdict in {seconds:.1f} s of CPU ({verdict.authenticity})")
