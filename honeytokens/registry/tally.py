"""A keyed sum over all sealed rows, by which a row that was deleted, added or put back is noticed.

The sum is MSet-Add-Hash (Clarke, Devadas, van Dijk, Gassend, Suh: Incremental Multiset Hash Functions, Asiacrypt 2003):
the keyed hashes of all rows, added modulo 2^256. It is stored sealed, so that nobody without the key sees a sum or can
make a row to fit one, and each write changes it by what it adds and takes away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

SUM_BYTES = 32
_MODULUS: int = 2 ** (8 * SUM_BYTES)


@dataclass(slots=True)
class Tally:
    """How the sum changes in a transaction, or the sum itself."""

    key: bytes = field(repr=False)
    total: int = 0

    def add(self, table: str, row: object, sealed: bytes) -> None:
        """Count a row that is there now."""
        self.total = (self.total + self._print(table, row, sealed)) % _MODULUS

    def take(self, table: str, row: object, sealed: bytes) -> None:
        """Uncount a row that is there no more."""
        self.total = (self.total - self._print(table, row, sealed)) % _MODULUS

    def encoded(self, before: bytes) -> bytes:
        """Return the sum after this change of the sum ``before``."""
        return ((int.from_bytes(before) + self.total) % _MODULUS).to_bytes(SUM_BYTES)

    def _print(self, table: str, row: object, sealed: bytes) -> int:
        hashed = hashlib.blake2b(f"{table}|{row}|".encode() + sealed, key=self.key, digest_size=SUM_BYTES)
        return int.from_bytes(hashed.digest())
