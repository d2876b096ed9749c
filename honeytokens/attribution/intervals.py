"""Intervals for shares and sizes, by exact laws. Sources and assumptions are in ``docs/attribution.md``."""

from __future__ import annotations

import math
from collections.abc import Callable

from honeytokens.attribution.chance import log_choose

_STEPS = 80
"""Halvings of an interval of floats: below their own precision."""
_MOST = 10**10
"""No hospital system holds more records."""


def jeffreys(hits: int, tries: int, confidence: float) -> tuple[float, float]:
    """Return Jeffreys' interval for a share of which ``hits`` of ``tries`` were seen (tries at least 1).

    Quantiles of Beta(hits + 1/2, tries - hits + 1/2); from 0 when nothing was hit, to 1 when all was (Brown, Cai,
    DasGupta, Statistical Science 16, 2001).
    """
    tail = (1 - confidence) / 2
    a, b = hits + 0.5, tries - hits + 0.5
    low = 0.0 if hits == 0 else _beta_quantile(tail, a, b)
    high = 1.0 if hits == tries else _beta_quantile(1 - tail, a, b)
    return low, high


def mid_p(hits: int, tries: int, confidence: float) -> tuple[float, float]:
    """Return the mid-P interval for a share: Clopper and Pearson's, with half of the observed outcome's weight.

    (Berry, Armitage, Statistician 44, 1995.)
    """
    tail = (1 - confidence) / 2

    def above(share: float) -> float:
        """Return P(X > hits) + P(X = hits) / 2, which rises with the share."""
        reached = beta_cdf(share, hits, tries - hits + 1) if hits else 1.0
        passed = beta_cdf(share, hits + 1, tries - hits) if hits < tries else 0.0
        return (reached + passed) / 2

    low = 0.0 if hits == 0 else _solved(lambda share: above(share) - tail)
    high = 1.0 if hits == tries else _solved(lambda share: above(share) - (1 - tail))
    return low, high


def population_by_overlap(first: int, second: int, both: int, confidence: float) -> tuple[int, int | None]:
    """Return the sizes of the whole that two random samples without replacement agree with; ``None``: unbounded.

    ``both`` records stand in each. By inverting the hypergeometric law of ``both`` (Chapman, 1951, for the estimate).
    """
    tail, least = (1 - confidence) / 2, first + second - both
    low = _first_size(least, lambda size: overlap_below(first, second, both + 1, size) > tail)
    if both == 0:
        return low, None
    high = _first_size(least, lambda size: 1 - overlap_below(first, second, both + 1, size) < 1 - (1 - tail))
    return low, max(low, high - 1)


def overlap_below(first: int, second: int, both: int, size: int) -> float:
    """Return the chance that two random samples of a whole of ``size`` have fewer than ``both`` records in common."""
    whole = log_choose(size, second)
    lowest = max(0, first + second - size)
    terms = (log_choose(first, k) + log_choose(size - first, second - k) - whole for k in range(lowest, both))
    return min(1.0, math.fsum(map(math.exp, terms)))


def claim_chance(first: int, second: int, both: int, claimed: int) -> float:
    """Return how likely an overlap as far off as this is, were the whole as large as claimed (two-sided, doubled)."""
    if claimed < first + second - both:
        return 0.0
    below = overlap_below(first, second, both, claimed)
    at_most = overlap_below(first, second, both + 1, claimed)
    return min(1.0, 2 * min(1 - below, at_most))


def german_tank(greatest: int, seen: int, confidence: float) -> tuple[int, int]:
    """Return the sizes of a numbering from 1 of which ``seen`` numbers were drawn at random, ``greatest`` the largest.

    P(max <= m) = C(m, k) / C(N, k) (Goodman, J. American Statistical Association 47, 1952).
    """
    risk = 1 - confidence
    chosen = log_choose(greatest, seen)
    high = _first_size(greatest, lambda size: chosen - log_choose(size, seen) < math.log(risk))
    return greatest, max(greatest, high - 1)


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_cdf(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    total = d
    for m in range(1, 400):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            total *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * total / a


def _away(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300


def _beta_quantile(share: float, a: float, b: float) -> float:
    return _solved(lambda x: beta_cdf(x, a, b) - share)


def _solved(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def _first_size(least: int, holds: Callable[[int], bool]) -> int:
    """Return the smallest size from ``least`` on for which something holds that then holds for every larger one."""
    low, high = least, least
    while not holds(high):
        if high >= _MOST:
            return high
        low, high = high + 1, min(_MOST, 2 * high + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
