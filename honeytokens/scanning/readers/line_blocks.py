"""Lines in blocks, so that those which are sure to hold no decoy are passed over many at a time, unread."""

from __future__ import annotations

from io import BufferedReader, BytesIO
from typing import Any, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from honeytokens.fingerprints.byte_folding import Shape
from honeytokens.scanning.readers.decoding import LINE_LIMIT, Line, decode_line

_BLOCK = 1 << 23


class Sifted(NamedTuple):
    """Whole lines: line ``i`` is at ``bounds[i]`` to ``bounds[i + 1]``; ``worth[i]`` is whether it is to be read.

    ``records[i]`` is how many records the lines before it hold, if none of them is read.
    """

    bounds: NDArray[np.int64]
    worth: NDArray[np.bool_]
    records: NDArray[np.int64]


class Sift(Protocol):
    """Tells lines that may hold a decoy from those that do not: the only thing a reader knows of what is looked for."""

    def sift(self, data: bytes, shape: Shape) -> Sifted:
        """Return what is known of some lines; ``shape`` says how fields are parted in them."""

    def pass_over(self, records: int) -> None:
        """Count records that are not read, because :meth:`sift` said so."""


class LineBlocks:
    """Reads lines of UTF-8 from a stream, a block at a time; ends before the first that is too long for a block.

    What comes then is in :attr:`rest`, and is for slower code.
    """

    def __init__(self, stream: BufferedReader[Any], sift: Sift, shape: Shape) -> None:
        self._stream = stream
        self._sift = sift
        self._shape = shape
        self._data = b""
        self._sifted = Sifted(np.zeros(1, np.int64), np.empty(0, np.bool_), np.zeros(1, np.int64))
        self._worth = np.empty(0, np.int64)
        self._place = 0
        self._number, self._offset = 1, 0
        self.rest: tuple[BufferedReader[Any], int, int] | None = None

    def next(self) -> Line | None:
        """Return the next line, or ``None`` where there is none of a usual length."""
        if not self._has_line():
            return None
        start, end = self._sifted.bounds[self._place], self._sifted.bounds[self._place + 1]
        number, offset = self._number + self._place, self._offset + int(start)
        self._place += 1
        return decode_line(self._data[start:end], number, offset)

    def pass_over(self) -> int:
        """Go to the next line that is worth reading, in this block; return how many records are before it."""
        if not self._has_line():
            return 0
        before = self._place
        nth = int(np.searchsorted(self._worth, before))
        self._place = int(self._worth[nth]) if nth < len(self._worth) else len(self._sifted.worth)
        records = int(self._sifted.records[self._place] - self._sifted.records[before])
        self._sift.pass_over(records)
        return records

    def _has_line(self) -> bool:
        if self._place == len(self._sifted.worth) and self.rest is None:
            self._number += self._place
            self._offset += len(self._data)
            self._read()
        return self._place < len(self._sifted.worth)

    def _read(self) -> None:
        data = self._stream.read(_BLOCK)
        if data and not data.endswith(b"\n"):
            data += self._stream.readline(LINE_LIMIT)
        whole = data
        if data and not data.endswith(b"\n") and len(data) - data.rfind(b"\n") >= LINE_LIMIT:
            whole = data[: data.rfind(b"\n") + 1]
        self._data, self._place = whole, 0
        self._sifted = self._sift.sift(whole, self._shape)
        if len(whole) and int(np.diff(self._sifted.bounds).max()) >= LINE_LIMIT:
            self._sifted = Sifted(np.zeros(1, np.int64), np.empty(0, np.bool_), np.zeros(1, np.int64))
            self._data = whole = b""
        self._worth = np.flatnonzero(self._sifted.worth)
        if not data or len(whole) < len(data):
            end = (self._number + len(self._sifted.worth), self._offset + len(whole))
            rest = _Joined(BytesIO(data[len(whole) :]), self._stream)
            self.rest = (cast("BufferedReader[Any]", rest), *end)


class _Joined:
    """A stream that goes on where another ends, line by line."""

    def __init__(self, first: BytesIO, then: BufferedReader[Any]) -> None:
        self._first = first
        self._then = then

    def readline(self, limit: int) -> bytes:
        """Return the next line, or so many bytes of it."""
        line = self._first.readline(limit)
        if len(line) < limit and not line.endswith(b"\n"):
            line += self._then.readline(limit - len(line))
        return line
