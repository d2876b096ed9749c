"""Keyed 64-bit prints of marks and of pairs of marks.

A print is SipHash-2-4: without the key nobody can test a guess against an index of prints, nor craft a dump that floods
it. The print of a pair is made of the prints of its two marks, so that columns of pairs come from columns of marks.
Importing this file loads the compiler: nothing imports it that does not print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from honeytokens.fingerprints.compiled import I64, U8, U64
from honeytokens.fingerprints.marks import PART_PAIRS, STRONG, Mark, Part
from honeytokens.fingerprints.siphash import siphash, siphash_column, siphash_pairs, siphash_pairs_within

KEY_BYTES = 32

CODES: Mapping[Part, int] = {
    Part.DATE: 1,
    Part.DIGEST: 2,
    Part.EMAIL: 3,
    Part.FIRST_NAME: 4,
    Part.HEAD: 5,
    Part.ID: 6,
    Part.LINK: 7,
    Part.PHONE: 8,
    Part.POSTCODE: 9,
    Part.STREET: 10,
    Part.SURNAME: 11,
}
"""The byte that stands for a part in its prints: never changed, never given to another part."""

_SIZE = max(CODES.values()) + 1
STRONG_CODES: NDArray[np.bool_] = np.isin(np.arange(_SIZE), [CODES[part] for part in STRONG])
"""Whether each code is of a part that names a candidate alone."""

PAIRED = np.zeros((_SIZE, _SIZE), dtype=np.uint8)
PAIRED[tuple(np.transpose([(CODES[one], CODES[other]) for one, other in PART_PAIRS]))] = 1
PAIRED_CODES: NDArray[np.bool_] = np.logical_or(PAIRED.any(axis=0), PAIRED.any(axis=1))
"""Whether each code is of a part that makes pairs."""


class Printer:
    """Prints marks under one key of 32 bytes. Raises ``ValueError`` on a key of any other length.

    The print of a mark is the hash, under the first half of the key, of the code of its part and its form in UTF-8.
    That of a pair is the hash, under the second half, of the prints of its two marks, 8 bytes each, little-endian; the
    mark whose part comes first in the alphabet is first.
    """

    __slots__ = ("_pair_key", "_single_key")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a print key has {KEY_BYTES} bytes")
        words = np.frombuffer(key, dtype="<u8").astype(np.uint64)
        self._single_key, self._pair_key = words[:2], words[2:]

    def single(self, mark: Mark) -> int:
        """Return the print of one mark."""
        part, form = mark
        message = bytes([CODES[part]]) + form.encode()
        return int(siphash(self._single_key, np.frombuffer(message, dtype=np.uint8)))

    def pair(self, one: Mark, other: Mark) -> int:
        """Return the print of two marks, whichever comes first; their parts are one of ``PART_PAIRS``."""
        first, second = (np.array([self.single(mark)], dtype=np.uint64) for mark in sorted((one, other)))
        return int(self.pairs(first, second)[0])

    def singles(self, codes: U8, data: U8, offsets: I64) -> U64:
        """Return the prints of a column of marks: mark ``i`` has the form ``data[offsets[i]:offsets[i + 1]]``."""
        return siphash_column(self._single_key, codes, data, offsets)

    def pairs(self, ones: U64, others: U64) -> U64:
        """Return the prints of pairs from those of their marks; of each pair the alphabet's first part in ``ones``."""
        return siphash_pairs(self._pair_key, ones, others)

    def pairs_within(self, codes: U8, prints: U64, bounds: I64) -> tuple[U64, I64]:
        """Return the prints of all pairs within records, and the record of each.

        ``codes`` and ``prints`` are those of the records' marks, one record after the other: those of record ``i`` are
        at ``bounds[i]`` to ``bounds[i + 1]``.
        """
        return siphash_pairs_within(self._pair_key, codes, prints, bounds, PAIRED)

    def marks(self, marks: Sequence[Mark]) -> tuple[U8, U64]:
        """Return the codes of marks, and their prints."""
        codes = np.fromiter((CODES[part] for part, _ in marks), np.uint8, len(marks))
        forms = [form.encode() for _, form in marks]
        offsets = np.fromiter(accumulate(map(len, forms), initial=0), np.int64, len(forms) + 1)
        return codes, self.singles(codes, np.frombuffer(b"".join(forms), dtype=np.uint8), offsets)
