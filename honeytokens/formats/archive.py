"""A ZIP archive of any number of files, written to a stream that is never sought, in constant memory.

PKWARE's APPNOTE 6.3. The standard library keeps an object for each member until the end: gigabytes for millions of
them. Here the list of members waits in a private temporary file, and what it says is copied behind them at the end.
"""

from __future__ import annotations

import shutil
import zlib
from datetime import datetime
from struct import pack
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Self

_IN_MEMORY = 2**20
_DEFLATED = 8
_LEVEL = 3
"""Of 9: with the usual 6, FHIR files are a sixth smaller and take half as long again to write."""
_PLAIN, _ZIP64 = 20, 45
"""The versions of the format needed to read a member, times ten."""
_UNIX = 3 << 8
_PRIVATE = 0o100600 << 16
_SMALL, _LARGE = 2**16 - 1, 2**32 - 1
"""The greatest numbers of two and four bytes: in a header they say that the number is in its ZIP64 part."""


class Archive:
    """Writes members one by one, each whole. A context manager: leaving it writes the list of members."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._list: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._written = self._members = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._list:
            if kind is None:
                self._finish()

    def add(self, name: str, content: bytes, modified: datetime) -> None:
        """Write a member: its ASCII path, its content (less than 4 GB), and the local time of its last change."""
        packer = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS)
        packed = packer.compress(content) + packer.flush()
        path = name.encode("ascii")
        facts = pack("<HHIIIH", *_dos(modified), zlib.crc32(content), len(packed), len(content), len(path))
        start = self._written
        large = start >= _LARGE
        extra = pack("<HHQ", 1, 8, start) if large else b""
        self._list.write(pack("<4sHHHH", b"PK\x01\x02", _UNIX | _PLAIN, _ZIP64 if large else _PLAIN, 0, _DEFLATED))
        self._list.write(facts + pack("<HHHHII", len(extra), 0, 0, 0, _PRIVATE, min(start, _LARGE)) + path + extra)
        self._write(pack("<4sHHH", b"PK\x03\x04", _PLAIN, 0, _DEFLATED) + facts + pack("<H", 0) + path + packed)
        self._members += 1

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self._written += len(data)

    def _finish(self) -> None:
        start, size, members = self._written, self._list.tell(), self._members
        self._list.seek(0)
        shutil.copyfileobj(self._list, self._stream)
        if members >= _SMALL or start + size >= _LARGE:
            version = pack("<HHII", _UNIX | _ZIP64, _ZIP64, 0, 0)
            self._stream.write(pack("<4sQ", b"PK\x06\x06", 44) + version + pack("<QQQQ", members, members, size, start))
            self._stream.write(pack("<4sIQI", b"PK\x06\x07", 0, start + size, 1))
        counts = (min(members, _SMALL),) * 2
        sizes = min(size, _LARGE), min(start, _LARGE)
        self._stream.write(pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, *counts, *sizes, 0))


def _dos(moment: datetime) -> tuple[int, int]:
    """Return a time as MS-DOS counts it: the time of day in steps of two seconds, then the day, from 1980 on."""
    day = (moment.year - 1980) << 9 | moment.month << 5 | moment.day
    return moment.hour << 11 | moment.minute << 5 | moment.second // 2, day
