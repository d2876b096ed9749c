"""A keyed order of a pool's values, so that no value is given twice and a value leads back to its index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from honeytokens.markers.draws import I64, Draws

MAX_SIZE = 10_000_000


@dataclass(frozen=True, slots=True)
class Permutation:
    """The numbers 0 to size - 1 in an order that only the key tells."""

    order: I64

    @classmethod
    def of(cls, key: bytes, size: int) -> Permutation:
        """Shuffle ``size`` numbers (1 to ``MAX_SIZE``) by sorting one 64-bit keyed draw of each.

        Raises ``ValueError`` for another size. Equal draws keep their order, so the result is always a permutation.
        """
        if not 1 <= size <= MAX_SIZE:
            raise ValueError(f"a pool holds 1 to {MAX_SIZE} values")
        draws = Draws(key, np.arange(size, dtype=np.uint64)).u64("permutation")
        return cls(np.argsort(draws, kind="stable").astype(np.int64))

    def value(self, index: I64) -> I64:
        """Return the values at some indices of the keyed order."""
        return self.order[index]
