"""What chance alone can do: the four formulas that every error in a verdict comes from.

Their sources and assumptions are told in ``docs/attribution.md``. Sums are of logarithms, so that a million decoys and
a hundred thousand hits neither overflow nor vanish.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

ERROR_FLOOR = 1e-9
"""No error below this is stated: it would be smaller than the faults of any model of chance."""


def _probability(log_value: float) -> float:
    return min(1.0, max(ERROR_FLOOR, math.exp(min(0.0, log_value))))


def log_choose(n: int, k: int) -> float:
    """Return the logarithm of the number of ways to choose k of n (0 <= k <= n)."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def all_by_chance(expected_false_alarms: Iterable[float]) -> float:
    """Bound the probability that chance alone brings hits as many and as strong as these; never below the floor."""
    return _probability(log_by_chance(expected_false_alarms))


def log_by_chance(expected_false_alarms: Iterable[float]) -> float:
    """Bound the logarithm of the probability that chance alone brings hits as many and as strong as these.

    With the expectations sorted, f(1) <= f(2) <= ..., the bound is the least (2 f(k))^k / k! over k, at most 1: the
    tail of a Poisson law, P(X >= k) <= f^k / k!, with an error budget of 2^-k for each k. It is 0 without hits.
    """
    least = 0.0
    for k, expected in enumerate(sorted(expected_false_alarms), start=1):
        if expected <= 0:
            return -math.inf
        least = min(least, k * math.log(2 * expected) - math.lgamma(k + 1))
    return least


def none_elsewhere(hits: int, decoys_hit: int, sites_hit: int, decoys: int, rivals: Sequence[int]) -> float:
    """Bound the probability that a site taken like the others shows no hit, whichever silent sites were taken too.

    ``hits`` of the ``decoys_hit`` decoys of ``sites_hit`` sites were found, and none of the ``decoys`` of this one, nor
    of the ``rivals`` (decoys of each other silent site). If this site and s - 1 rivals were taken at the same rate, all
    of them are silent with probability C(K, H) / C(K + Ks, H); the error budget of each such set is
    2^-s / C(sites_hit + s, s). The worst s is returned (closed testing), and it is 1 when ``decoys`` is 0.
    """
    worst, silent = -math.inf, 0
    for s, more in enumerate([decoys, *sorted(k for k in rivals if k > 0)], start=1):
        silent += more
        drawn = log_choose(decoys_hit, hits) - log_choose(decoys_hit + silent, hits)
        worst = max(worst, drawn + s * math.log(2) + log_choose(sites_hit + s, s))
    return _probability(worst) if decoys > 0 else 1.0


def none_in_sample(records: int, decoys: int, patients: int) -> float:
    """Return the probability that ``records`` random records of a site hold none of its decoys: (1 - K/N)^n.

    The draw is with replacement, which is never below the hypergeometric probability without it.
    """
    if decoys >= patients:
        return ERROR_FLOOR if records > 0 and decoys > 0 else 1.0
    return _probability(records * math.log1p(-decoys / patients))


def records_to_exclude(error: float, decoys: int, patients: int) -> int | None:
    """Return how many random records bring :func:`none_in_sample` down to ``error``; ``None`` without decoys."""
    if decoys <= 0:
        return None
    return 1 if decoys >= patients else math.ceil(math.log(error) / math.log1p(-decoys / patients))


def decoys_to_exclude(error: float, records: int, patients: int) -> int:
    """Return how many decoys bring :func:`none_in_sample` down to ``error`` (``records`` at least 1)."""
    return math.ceil(patients * -math.expm1(math.log(error) / records))
