"""How strong an agreement is: the probability, in bits, that an unrelated record agrees with a decoy this well.

For each field of the decoy that a record could show, the levels of agreement (whole, partial) have bounds on the
probability that chance reaches them; fields are independent. The score of a record is the sum of its levels' bits, but
not its strength: with many fields there are many ways to reach a score. The strength is -log2 of the probability that
chance reaches *at least* this score in *any* way, summed over the ways. It is never above the score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from honeytokens.model import Field, StoryField


@dataclass(frozen=True, slots=True)
class Trial:
    """One field of a decoy held against a record.

    ``levels`` are the bits of each level of agreement that the record could have reached, strongest first: chance
    reaches a level of ``b`` bits, or a stronger one, with probability at most ``2^-b``. ``reached`` is the bits of
    the level that it did reach, 0 if none. ``versions`` are those of the values that agreed as a whole.
    """

    field: Field | StoryField
    levels: tuple[float, ...]
    reached: float
    versions: frozenset[int] = frozenset()


def strength(trials: Sequence[Trial]) -> float:
    """Return the strength in bits of all trials of one decoy on one record."""
    score = sum(trial.reached for trial in trials)
    if score <= 0:
        return 0.0
    steps = sorted((_steps(trial.levels) for trial in trials if trial.levels), reverse=True)
    room = [0.0]
    for levels in reversed(steps):
        room.append(room[-1] + levels[0][0])
    room.reverse()

    def chance(index: int, needed: float) -> float:
        if needed <= 0:
            return 1.0
        if room[index] < needed:
            return 0.0
        return math.fsum(share * chance(index + 1, needed - bits) for bits, share in steps[index])

    return -math.log2(chance(0, score - _ROUNDING))


_ROUNDING = 1e-9


def _steps(levels: Sequence[float]) -> list[tuple[float, float]]:
    """Return (bits, probability of exactly this level), the last for no agreement."""
    steps, stronger = list[tuple[float, float]](), 0.0
    for bits in levels:
        share = 2.0**-bits
        steps.append((bits, share - stronger))
        stronger = share
    return [*steps, (0.0, 1.0 - stronger)]
