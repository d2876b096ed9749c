"""The cipher of the first PKZIP (APPNOTE 6.1), compiled by Numba: in Python alone it would run at 1 MB/s.

It is broken, and here only to read what thieves locked with it. The only file of the readers that is compiled, whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]
Pass = Callable[[Bytes, Words, Words, bool], None]

_WORDS = types.Array(types.uint32, 1, "C")
_SIGNATURE = types.void(types.Array(types.uint8, 1, "C"), _WORDS, _WORDS, types.boolean)
_START = (0x12345678, 0x23456789, 0x34567890)


def _crc_table() -> Words:
    """Return the table of CRC-32."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> np.uint32(1)) ^ np.uint32(0xEDB88320), table >> np.uint32(1))
    return table


def _pass(data: Bytes, keys: Words, table: Words, is_password: bool) -> None:
    """Decrypt data in place and move the keys on; a password is no cipher text and only moves them."""
    key0, key1, key2 = keys[0], keys[1], keys[2]
    for place in range(data.size):
        byte = data[place]
        if not is_password:
            word = (key2 | np.uint32(2)) & np.uint32(0xFFFF)
            byte ^= np.uint8(((word * (word ^ np.uint32(1))) >> np.uint32(8)) & np.uint32(0xFF))
            data[place] = byte
        key0 = table[(key0 ^ byte) & np.uint32(0xFF)] ^ (key0 >> np.uint32(8))
        key1 = np.uint32((key1 + (key0 & np.uint32(0xFF))) * np.uint64(134775813) + np.uint64(1))
        key2 = table[(key2 ^ (key1 >> np.uint32(24))) & np.uint32(0xFF)] ^ (key2 >> np.uint32(8))
    keys[0], keys[1], keys[2] = key0, key1, key2


def _compiled() -> Pass:
    try:
        return cast("Pass", njit(_SIGNATURE, cache=True, nogil=True)(_pass))
    except Exception:  # noqa: BLE001 - no folder to write to, a full disk, or what was kept is damaged
        return cast("Pass", njit(_SIGNATURE, nogil=True)(_pass))


_TABLE = _crc_table()
_PASS = _compiled()


class PkzipCipher:
    """The cipher's state for one member and password."""

    def __init__(self, password: bytes) -> None:
        self._keys = np.array(_START, dtype=np.uint32)
        _PASS(np.frombuffer(bytearray(password), dtype=np.uint8), self._keys, _TABLE, True)

    def decrypt(self, data: bytes) -> bytes:
        """Return the next bytes in the clear."""
        clear = np.frombuffer(bytearray(data), dtype=np.uint8)
        _PASS(clear, self._keys, _TABLE, False)
        return clear.tobytes()
