"""Columns of keyed pseudo-random numbers, one for each label, over many serials at once.

Each label has its own AES-256 key, derived by HKDF-SHA256 from the campaign's key; the number of a serial is the first
half of the AES encryption of the block ``serial (8 bytes) || version (4) || index (4)``, big-endian. AES on distinct
blocks is a pseudo-random permutation, which up to 2^64 blocks cannot be told from a random function; no two
(label, serial, version, index) share a block under one key. A draw depends on its own serial only, so a decoy is
the same alone and among a million.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

_LABEL_PREFIX = b"honeytokens/draw/v1/"


def cumulative(weights: Iterable[int]) -> I64:
    """Return the running totals of whole, non-negative weights, as :meth:`Draws.pick` takes them.

    Raises ``ValueError`` when a weight is negative, or when none is positive.
    """
    totals = np.cumsum(np.fromiter(weights, dtype=np.int64), dtype=np.int64)
    if len(totals) == 0 or totals[-1] <= 0 or np.any(np.diff(totals) < 0) or totals[0] < 0:
        raise ValueError("weights must be non-negative and one of them positive")
    return totals


@dataclass(frozen=True, slots=True)
class Draws:
    """The keyed draws of some decoys of one campaign, at one version of their stamped field.

    ``key`` is the campaign's 32-byte key, ``serials`` the decoys' serials, shape (n,). Every method returns an array
    of shape (n,), in the order of the serials.
    """

    key: bytes
    serials: U64
    version: int = 0

    def u64(self, label: str, index: int = 0) -> U64:
        """Return a uniform 64-bit number for each serial; ``index`` gives further independent ones."""
        label_key = HKDFExpand(SHA256(), 32, _LABEL_PREFIX + label.encode()).derive(self.key)
        blocks = np.empty((len(self.serials), 2), dtype=">u8")
        blocks[:, 0] = self.serials
        blocks[:, 1] = (self.version << 32) | index
        # ECB is right here: it is AES as a function on blocks that never repeat, not the encryption of a message.
        encryptor = Cipher(algorithms.AES256(label_key), modes.ECB()).encryptor()  # noqa: S305
        out = encryptor.update(blocks.tobytes()) + encryptor.finalize()
        return np.frombuffer(out, dtype=">u8").reshape(-1, 2)[:, 0].astype(np.uint64)

    def below(self, label: str, bound: int | I64, index: int = 0) -> I64:
        """Return a uniform whole number in [0, bound) for each serial (bias below bound / 2^64)."""
        return (self.u64(label, index) % np.asarray(bound, dtype=np.uint64)).astype(np.int64)

    def pick(self, label: str, totals: I64, index: int = 0) -> I64:
        """Return an index into a table for each serial, by the weights whose :func:`cumulative` is ``totals``."""
        return np.searchsorted(totals, self.below(label, int(totals[-1]), index), side="right").astype(np.int64)

    def chance(self, label: str, parts: int | I64, whole: int, index: int = 0) -> NDArray[np.bool_]:
        """Return, for each serial, whether an event of probability ``parts / whole`` happens."""
        return self.below(label, whole, index) < np.asarray(parts)

    def where(self, mask: NDArray[np.bool_]) -> Draws:
        """Return the draws of the serials that ``mask`` selects."""
        return Draws(self.key, self.serials[mask], self.version)

    def at(self, version: int) -> Draws:
        """Return the same decoys' draws at another version, for the stamped field."""
        return Draws(self.key, self.serials, version)
