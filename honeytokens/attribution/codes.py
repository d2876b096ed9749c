"""Who held the copies that a leak was made of: scores of A/B codewords, and how rarely an innocent has such a score.

Each recipient's copy holds every A/B row, in variant A or B by the recipient's codeword. The bits of an innocent are
independent of what was leaked, whatever the leakers did to it: so the chance of a score is known given the leak, and
is bounded by Chernoff. Formulas and sources are in ``docs/attribution.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]
Symbols = NDArray[np.int8]

BIAS = 0.18
"""How often a row is in its rarer variant. Of all mixtures of biases, this one leaves the worst attack of three
colluders the most information: 0.066 bits a row for one of them, where the arcsine law of larger coalitions leaves
0.03 (computed by ``benchmarks/attribution``)."""

A, B, BOTH, ABSENT = 0, 1, 2, -1
"""What a leak shows of an A/B row."""

_NOISE = 1e-3
"""How often a variant may be misread, in the scores: with it, no score is infinite."""

_TILTS = np.concatenate(([0.0], np.geomspace(0.01, 8.0, 120)))
"""Where Chernoff's bound is tried. It holds at every tilt, so a coarse list costs little and risks nothing."""

_CHUNK = 1 << 22

Score = Callable[[Floats, Bits], tuple[Floats, Floats]]
"""From the chance of B in each row and whether B was leaked, what a recipient's A and B are worth there."""


def _symmetric(chance: Floats, leaked_b: Bits) -> tuple[Floats, Floats]:
    """Škorić, Katzenbeisser, Celik (Designs, Codes and Cryptography 46, 2008)."""
    odds = np.sqrt((1 - chance) / chance)
    return np.where(leaked_b, -1 / odds, 1 / odds), np.where(leaked_b, odds, -odds)


def _capacity(chance: Floats, leaked_b: Bits) -> tuple[Floats, Floats]:
    """Oosterwijk, Škorić, Doumen (IH&MMSec 2013): optimal against interleaving by large coalitions."""
    agreed = np.where(leaked_b, (1 - chance) / chance, chance / (1 - chance))
    return np.where(leaked_b, -1.0, agreed), np.where(leaked_b, agreed, -1.0)


def _likelihood(choice: tuple[float, ...]) -> Score:
    """Return the log-likelihood ratio of being one of c who leak B with probability ``choice[k]`` when k have it.

    Furon and Perez-Freire (IH 2009); ``choice`` has c + 1 entries, k = 0 to c.
    """
    size = len(choice) - 1

    def given(chance: Floats, others: int, mine: int) -> Floats:
        k = np.arange(others + 1)
        ways = np.array([_choose(others, int(i)) for i in k])
        law = ways * chance[:, None] ** k * (1 - chance[:, None]) ** (others - k)
        clean = law @ np.array(choice[mine : mine + others + 1])
        return np.asarray((1 - _NOISE) * clean + _NOISE / 2)

    def score(chance: Floats, leaked_b: Bits) -> tuple[Floats, Floats]:
        anyone, with_a, with_b = given(chance, size, 0), given(chance, size - 1, 0), given(chance, size - 1, 1)
        return tuple(  # type: ignore[return-value]
            np.where(leaked_b, np.log(own / anyone), np.log((1 - own) / (1 - anyone))) for own in (with_a, with_b)
        )

    return score


def _choose(n: int, k: int) -> float:
    return float(np.prod([(n - i) / (i + 1) for i in range(k)])) if k else 1.0


SCORES: Mapping[str, Score] = MappingProxyType(
    {
        "symmetric": _symmetric,
        "capacity": _capacity,
        "one, or all agree": _likelihood((0, 1)),
        "two, either": _likelihood((0, 0.5, 1)),
        "two, B if seen": _likelihood((0, 1, 1)),
        "two, A if seen": _likelihood((0, 0, 1)),
        "three, interleaving": _likelihood((0, 1 / 3, 2 / 3, 1)),
        "three, majority": _likelihood((0, 0, 1, 1)),
        "three, minority": _likelihood((0, 1, 0, 1)),
        "three, coin": _likelihood((0, 0.5, 0.5, 1)),
        "three, B if seen": _likelihood((0, 1, 1, 1)),
        "three, A if seen": _likelihood((0, 0, 0, 1)),
        "five, interleaving": _likelihood((0, 0.2, 0.4, 0.6, 0.8, 1)),
    }
)
"""The bank of scores. The likelihoods are best against the attack that they name; the first two assume none."""


def innocent_chances(words: Bits, chance: Floats, leaked: Symbols) -> Floats:
    """Bound, for each recipient, the chance that an innocent's copy agrees this well with the leak by some score.

    ``words`` has shape (recipients, rows): whether a copy holds variant B. ``chance`` has shape (rows,): how often B is
    drawn there, in (0, 1). ``leaked`` has shape (rows,): ``A``, ``B``, ``BOTH`` or ``ABSENT``; the latter two tell
    nothing. Returns shape (recipients,), each at most 1 and paid for the choice among the scores (Bonferroni).
    """
    told = (leaked == A) | (leaked == B)
    least = np.ones(len(words))
    if not told.any():
        return least
    words, chance, leaked_b = words[:, told], chance[told], leaked[told] == B
    for score in SCORES.values():
        with_a, with_b = score(chance, leaked_b)
        totals = with_a.sum() + words @ (with_b - with_a)
        least = np.minimum(least, _tail(totals, with_a, with_b, chance))
    return np.minimum(1.0, least * len(SCORES))


def _tail(totals: Floats, with_a: Floats, with_b: Floats, chance: Floats) -> Floats:
    """Bound P(S >= total) for S a sum of independent rows, each worth ``with_b`` with its chance, else ``with_a``.

    Chernoff: the least exp(K(t) - t total) over tilts t >= 0, with K the sum of the rows' cumulant functions.
    """
    tilts = _TILTS[:, None]
    cumulants = np.logaddexp(np.log1p(-chance) + tilts * with_a, np.log(chance) + tilts * with_b).sum(axis=1)
    bound = np.empty(len(totals))
    step = max(1, _CHUNK // len(_TILTS))
    for start in range(0, len(totals), step):
        part = slice(start, start + step)
        bound[part] = (cumulants - totals[part, None] * _TILTS).min(axis=1)
    return np.exp(np.minimum(0.0, bound))
