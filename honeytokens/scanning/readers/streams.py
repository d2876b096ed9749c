"""Streams of bytes that end at an error and remember it, and the bound on what archives put out."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Protocol

_RATIO = 200
_ALLOWANCE = 64 << 20
_READ_BYTES = 1 << 16


class Budget:
    """How many bytes the containers in one file may put out, all levels together: 200 times its size and 64 MiB."""

    def __init__(self, file_bytes: int) -> None:
        self._left = _RATIO * file_bytes + _ALLOWANCE

    def spend(self, count: int) -> bool:
        """Take ``count`` bytes out; return whether there was enough."""
        self._left -= count
        return self._left >= 0


class Readable(Protocol):
    """A file, a gzip stream or a zip member."""

    def read1(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes from at most one read, and none at the end."""


class ByteStream(io.RawIOBase):
    """Reads ``raw``; an error or a spent budget ends it, and ``failure`` then says what to tell the operator.

    ``spends`` is false for a file on disk: only what containers put out is taken from the budget.
    """

    def __init__(self, raw: Readable, budget: Budget, *, spends: bool = True) -> None:
        self._raw = raw
        self._spends = spends
        self._head = b""
        self.budget = budget
        self.failure: str | None = None

    def peek(self, size: int) -> bytes:
        """Return up to ``size`` of the first bytes and keep them to be read; only before the first read."""
        parts = []
        while size > 0 and (part := self._next(size)):
            parts.append(part)
            size -= len(part)
        self._head = b"".join(parts)
        return self._head

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from one read; 0 at the end or after a failure."""
        if self._head:
            data, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            data = self._next(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        if self.failure:
            return b""
        try:
            data = self._raw.read1(min(size, _READ_BYTES))
        except (EOFError, zlib.error, zipfile.BadZipFile):
            self.failure = "It is damaged or cut short, and was read up to there: get a whole copy"
            return b""
        except OSError as error:
            reason = error.strerror or "damaged"
            self.failure = (
                f"It could not be read to its end ({reason}), only what comes before: copy it and scan the copy"
            )
            return b""
        if self._spends and not self.budget.spend(len(data)):
            self.failure = "It unpacks to over 200 times its size: if it is no trap, extract it and scan the folder"
            return b""
        return data
