"""Every interval against published or exact values, and against the law that it inverts."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from honeytokens.attribution.intervals import (
    beta_cdf,
    claim_chance,
    german_tank,
    jeffreys,
    mid_p,
    overlap_below,
    population_by_overlap,
)


@pytest.mark.parametrize(
    ("x", "a", "b", "value"),
    [(0.3, 2, 5, 0.579825), (0.5, 0.5, 0.5, 0.5), (0.9, 10, 3, 0.889130), (0.0, 1, 1, 0.0), (1.0, 1, 1, 1.0)],
)
def test_the_beta_law(x: float, a: float, b: float, value: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(("x", "n"), [(3, 10), (0, 7), (7, 7), (50, 200)])
def test_the_beta_law_sums_the_binomial(x: int, n: int) -> None:
    for p in (0.01, 0.2, 0.7):
        tail = sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(x, n + 1)) if x else 1.0
        assert (beta_cdf(p, x, n - x + 1) if x else 1.0) == pytest.approx(tail, abs=1e-12)


def test_jeffreys_as_published() -> None:
    """Brown, Cai and DasGupta (2001), table 5: n = 10 and n = 20 at 95%."""
    assert jeffreys(1, 10, 0.95) == pytest.approx((0.011, 0.381), abs=6e-4)
    assert jeffreys(5, 10, 0.95) == pytest.approx((0.224, 0.776), abs=6e-4)
    assert jeffreys(0, 7, 0.95)[0] == 0
    assert jeffreys(7, 7, 0.95)[1] == 1


@pytest.mark.parametrize("interval", [jeffreys, mid_p])
def test_intervals_of_a_share_cover_as_they_say(interval: object) -> None:
    assert callable(interval)
    tries = 200
    bounds = np.array([interval(hits, tries, 0.95) for hits in range(tries + 1)])
    near, grid = 0, np.linspace(0.01, 0.99, 197)
    for share in grid:
        law = np.array([math.comb(tries, k) * share**k * (1 - share) ** (tries - k) for k in range(tries + 1)])
        covered = law[(bounds[:, 0] <= share) & (share <= bounds[:, 1])].sum()
        near += 0.94 <= covered <= 0.96
    assert near >= 0.9 * len(grid)


def test_the_overlap_law_is_exact() -> None:
    drawn = [len(set(pair) & {0, 1, 2}) for pair in combinations(range(8), 4)]
    for both in range(5):
        assert overlap_below(3, 4, both, 8) == pytest.approx(sum(k < both for k in drawn) / len(drawn))


def test_two_samples_bound_the_whole() -> None:
    low, high = population_by_overlap(1000, 1000, 13, 0.95)
    assert low < 1000 * 1000 / 13 < (high or 0)
    assert (30_000, 100_000) < (low, high or 0) < (60_000, 200_000)
    assert population_by_overlap(1000, 1000, 0, 0.95)[1] is None
    assert population_by_overlap(10, 10, 10, 0.95)[0] == 10


def test_a_claim_of_ten_times_the_truth_is_refuted_from_two_samples() -> None:
    rng = np.random.default_rng(1)
    both = rng.hypergeometric(1000, 75_000 - 1000, 1000, size=400)
    assert np.mean([claim_chance(1000, 1000, int(k), 750_000) <= 0.05 for k in both]) >= 0.99
    true = rng.hypergeometric(1000, 750_000 - 1000, 1000, size=400)
    assert np.mean([claim_chance(1000, 1000, int(k), 750_000) <= 0.05 for k in true]) <= 0.05
    assert claim_chance(1000, 1000, 0, 1500) == 0


def test_german_tanks_as_published() -> None:
    """Four numbers of which 60 is the greatest: P(max <= 60) = C(60, 4) / C(N, 4)."""
    low, high = german_tank(60, 4, 0.95)
    assert low == 60
    assert math.comb(60, 4) / math.comb(high, 4) >= 0.05 > math.comb(60, 4) / math.comb(high + 1, 4)
