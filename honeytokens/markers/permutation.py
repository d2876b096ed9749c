"""A keyed order of a pool's values, so that no value is given twice and a value leads back to its index.

FF1 orders a pool of a million values or more, a keyed shuffle a smaller one, for which FF1 is not safe. Which of the
two it is follows from the pool's size: a pool's key serves one of them only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np

from honeytokens.markers.draws import I64, U64, Draws
from honeytokens.markers.ff1 import FF1, SMALLEST_DOMAIN

MAX_DIGITS = 18
"""10^18 is the largest power of ten in 63 bits."""

MAX_SIZE = 10**MAX_DIGITS


class Permutation(ABC):
    """The numbers 0 to size - 1 in an order that only the key tells. Arrays have shape (n,)."""

    __slots__ = ()

    @staticmethod
    def of(key: bytes, size: int) -> Permutation:
        """Return the order of ``size`` numbers under a 32-byte key that serves no other purpose.

        Raises ``ValueError`` for a size not in 1..``MAX_SIZE``, or above a million that is not a power of ten.
        """
        if not 1 <= size <= MAX_SIZE:
            raise ValueError(f"a pool holds 1 to {MAX_SIZE} values")
        return _Shuffled.keyed(key, size) if size < SMALLEST_DOMAIN else _Enciphered.keyed(key, size)

    @property
    @abstractmethod
    def size(self) -> int:
        """How many numbers are in order."""

    def value(self, indices: I64) -> I64:
        """Return the values at some indices of the order. Raises ``ValueError`` for an index not in it."""
        return self._value(self._checked(indices))

    def index(self, values: I64) -> I64:
        """Return the indices at which some values are. Raises ``ValueError`` for a value not in the pool."""
        return self._index(self._checked(values))

    def _checked(self, numbers: I64) -> I64:
        if np.any((numbers < 0) | (numbers >= self.size)):
            raise ValueError(f"a number is not in 0 to {self.size - 1}")
        return numbers

    @abstractmethod
    def _value(self, indices: I64) -> I64: ...

    @abstractmethod
    def _index(self, values: I64) -> I64: ...


@dataclass(frozen=True, slots=True)
class _Shuffled(Permutation):
    """An order made by sorting one 64-bit keyed draw of each number, and held whole."""

    order: I64 = field(repr=False)

    @classmethod
    def keyed(cls, key: bytes, size: int) -> _Shuffled:
        draws = Draws(key, np.arange(size, dtype=np.uint64)).u64("permutation")
        # Stable: equal draws keep their order, on every platform.
        return cls(np.argsort(draws, kind="stable").astype(np.int64))

    @property
    def size(self) -> int:
        return len(self.order)

    def _value(self, indices: I64) -> I64:
        return self.order[indices]

    def _index(self, values: I64) -> I64:
        return np.argsort(self.order)[values].astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Enciphered(Permutation):
    """An order that is computed, never held: FF1, without a tweak, of each index written in decimal digits."""

    cipher: FF1

    @classmethod
    def keyed(cls, key: bytes, size: int) -> _Enciphered:
        length = len(str(size)) - 1
        if size != 10**length:
            raise ValueError("a pool of more than a million values holds a power of ten of them")
        return cls(FF1.of(key, 10, length))

    @property
    def size(self) -> int:
        first, second = self.cipher.moduli
        return first * second

    def _value(self, indices: I64) -> I64:
        return self._joined(*self.cipher.encrypt(*self._halves(indices)))

    def _index(self, values: I64) -> I64:
        return self._joined(*self.cipher.decrypt(*self._halves(values)))

    def _halves(self, numbers: I64) -> tuple[U64, U64]:
        return np.divmod(numbers.astype(np.uint64), np.uint64(self.cipher.moduli[1]))

    def _joined(self, left: U64, right: U64) -> I64:
        return (left * np.uint64(self.cipher.moduli[1]) + right).astype(np.int64)
