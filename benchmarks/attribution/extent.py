"""Intervals of shares and sizes: how often they hold the truth, and what two samples refute."""

from __future__ import annotations

import math

import numpy as np

from honeytokens.attribution.intervals import claim_chance, jeffreys, mid_p


def run(seed: int) -> None:
    """Print coverage over the grid, and the power against a claim of ten times the truth."""
    rng = np.random.default_rng(seed)
    for interval in (jeffreys, mid_p):
        for tries in (200, 500):
            print(f"{interval.__name__}, {tries} decoys: {_near(interval, tries):.1%} of the grid covers 94-96%")
    for truth in (75_000, 150_000, 750_000):
        both = rng.hypergeometric(1000, truth - 1000, 1000, size=2000)
        refuted = np.mean([claim_chance(1000, 1000, int(k), 750_000) <= 0.05 for k in both])
        print(f"claim of 750,000 refuted from two samples of 1,000 when the truth is {truth:,}: {refuted:.1%}")


def _near(interval: object, tries: int) -> float:
    assert callable(interval)
    bounds = np.array([interval(hits, tries, 0.95) for hits in range(tries + 1)])
    k = np.arange(tries + 1)
    ways = np.array([math.lgamma(tries + 1) - math.lgamma(i + 1) - math.lgamma(tries - i + 1) for i in k])
    grid = np.linspace(0.005, 0.995, 397)
    near = 0
    for share in grid:
        law = np.exp(ways + k * math.log(share) + (tries - k) * math.log1p(-share))
        near += 0.94 <= law[(bounds[:, 0] <= share) & (share <= bounds[:, 1])].sum() <= 0.96
    return near / len(grid)
