"""Files compressed by xz, and the ``.lzma`` files of before."""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from typing import ClassVar

from honeytokens.scanning.readers.compressed import CompressedFile
from honeytokens.scanning.readers.unpacking import MEMORY_BYTES, Decompressor

_XZ = b"\xfd7zXZ\x00"
_MOST_PROPERTIES = 9 * 5 * 5
_UNKNOWN_SIZE = (1 << 64) - 1
_LARGEST = 1 << 38
_START_BYTES = 14


class XzFile(CompressedFile):
    """xz streams, and LZMA alone."""

    suffixes: ClassVar[Mapping[str, str]] = {".xz": "", ".txz": ".tar", ".lzma": "", ".tlz": ".tar"}

    def begins(self, data: bytes) -> bool:
        """Return whether this is an xz stream, or can be nothing but LZMA."""
        return data.startswith(_XZ) or _is_lzma_alone(data[:_START_BYTES])

    def decompressor(self) -> Decompressor:
        """Return what unpacks one stream and checks its sums; LZMA alone has none."""
        return lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=MEMORY_BYTES)


def _is_lzma_alone(start: bytes) -> bool:
    """Return whether properties, dictionary, size and first byte are as LZMA's; it has no signature (XZ Utils too)."""
    if len(start) < _START_BYTES or start[0] >= _MOST_PROPERTIES or start[13] != 0:
        return False
    dictionary, size = int.from_bytes(start[1:5], "little"), int.from_bytes(start[5:13], "little")
    lowest = dictionary & -dictionary
    usual = dictionary >= 1 << 12 and dictionary in {lowest, 3 * lowest, (1 << 32) - 1}
    return usual and (size == _UNKNOWN_SIZE or size < _LARGEST)
