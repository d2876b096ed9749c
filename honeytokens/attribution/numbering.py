"""Numbers given out in sequence, read off a column of a leaked file: how many had been given when it was copied.

The German tank problem. It says something only of a random sample of a numbering from 1, so numbers that are not spread
like one (recent patients alone, a page of the list, the whole table) say nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from honeytokens.attribution.chance import log_choose
from honeytokens.attribution.intervals import german_tank
from honeytokens.attribution.texts import Wording
from honeytokens.model import NumberingFinding

_FEWEST = 20
_DENSEST = 0.5
"""Where more of the numbers up to the greatest are there than this, the file is the whole or a page of it."""
_EVEN = 0.05
"""Numbers are not believed to be a random sample when one would be as uneven as this more rarely."""
_TERMS = 100


def numbering_of(
    file: str, column: str, numbers: Sequence[int], confidence: float, *, digits: int = 3
) -> NumberingFinding | None:
    """Return how many numbers from 1 on had been given; ``None`` where some values (at least 1) say nothing of it.

    The greatest number is one patient's: it is kept rounded up to ``digits`` digits, which only widens the bound.
    """
    values = sorted(set(numbers))
    if len(values) < _FEWEST or len(values) < 0.99 * len(numbers) or len(values) > _DENSEST * values[-1]:
        return None
    if evenness(values) < _EVEN:
        return None
    unit = 10 ** max(0, len(str(values[-1])) - digits)
    greatest = -(-values[-1] // unit) * unit
    high = german_tank(greatest, len(values), confidence)[1]
    return NumberingFinding(file, column, len(values), greatest, high, None, None, "")


def evenness(values: Sequence[int]) -> float:
    """Return how likely sorted random numbers from 1 to their greatest are as unevenly spread as these, or more.

    Kolmogorov's test on all but the greatest, with Stephens' correction (M. Stephens, J. R. Statist. Soc. B 32, 1970).
    """
    inner, top = values[:-1], values[-1]
    count = len(inner)
    gap = max(max((n + 1) / count - value / top, value / top - n / count) for n, value in enumerate(inner))
    scaled = (math.sqrt(count) + 0.12 + 0.11 / math.sqrt(count)) * gap
    terms = ((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, _TERMS))
    return min(1.0, max(0.0, 2 * math.fsum(terms)))


def claimed_numbers(finding: NumberingFinding, claimed: int) -> float:
    """Return how likely the greatest number seen is no greater, had as many been given as are claimed."""
    if claimed < finding.greatest:
        return 1.0  # a part of the numbers may be claimed
    return math.exp(log_choose(finding.greatest, finding.seen) - log_choose(claimed, finding.seen))


def worded(finding: NumberingFinding, claimed: int | None, confidence: float, wording: Wording) -> NumberingFinding:
    """Return a numbering worded and held against a claimed size."""
    say = wording.phrasing
    reason = wording.numbering.format(
        seen=say.number(finding.seen),
        greatest=say.number(finding.greatest),
        high=say.number(finding.high),
        percent=say.percent(confidence),
    )
    chance = None if claimed is None else claimed_numbers(finding, claimed)
    return NumberingFinding(
        finding.file, finding.column, finding.seen, finding.greatest, finding.high, claimed, chance, reason
    )
