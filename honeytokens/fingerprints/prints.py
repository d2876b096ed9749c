"""Keyed 64-bit prints of marks and of pairs of marks.

A print is keyed BLAKE2b with 8 bytes of output (RFC 7693), personalised by the kinds of its marks: without the key
nobody can test a guess against an index of prints, nor craft a dump that floods it.
"""

from __future__ import annotations

import hashlib

from honeytokens.fingerprints.marks import PART_PAIRS, Mark, Part

KEY_BYTES = 32
_PRINT_BYTES = 8


class Printer:
    """Prints marks under one key of 32 bytes. Raises ``ValueError`` on a key of any other length."""

    __slots__ = ("_pairs", "_singles")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a print key has {KEY_BYTES} bytes")
        self._singles = {part: _keyed(key, part) for part in Part}
        self._pairs = {pair: _keyed(key, "+".join(pair)) for pair in PART_PAIRS}

    def single(self, mark: Mark) -> int:
        """Return the print of one mark."""
        part, form = mark
        state = self._singles[part].copy()
        state.update(form.encode())
        return int.from_bytes(state.digest(), "little")

    def pair(self, one: Mark, two: Mark) -> int:
        """Return the print of two marks, whichever comes first; their parts are one of ``PART_PAIRS``."""
        if two < one:
            one, two = two, one
        state = self._pairs[one[0], two[0]].copy()
        state.update(f"{one[1]}\0{two[1]}".encode())  # no form holds a NUL, so no two pairs run together
        return int.from_bytes(state.digest(), "little")


def _keyed(key: bytes, person: str) -> hashlib.blake2b:
    return hashlib.blake2b(key=key, person=person.encode(), digest_size=_PRINT_BYTES)
