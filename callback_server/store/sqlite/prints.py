"""Keyed prints, by which rows are found without being opened: they can be compared, and name nobody."""

from __future__ import annotations

import hashlib


def row_print(key: bytes, kind: str, value: str) -> bytes:
    """Return the 16-byte print of a value, under a 32-byte key."""
    return hashlib.blake2b(f"{kind}\n{value}".encode(), key=key, digest_size=16).digest()
