"""Streams of bytes that end at an error and remember it, and the bounds on what archives put out."""

from __future__ import annotations

import io
import re
import time
import zlib
from contextlib import suppress
from io import BufferedReader
from typing import Any, Protocol, TypeAlias

PIECE = 1 << 18
"""As many bytes are asked for at a time; less costs speed, more brings none."""

DAMAGED = "It is damaged or cut short, and was read up to there: get a whole copy"
TOO_MUCH = "It unpacks to over 200 times the size of the file: if it is no trap, extract it and scan the folder"
TOO_LONG = "It takes too long for the size of the file: if it is no trap, extract it and scan the folder"

_RATIO = 200
_ALLOWANCE = 64 << 20
_SECONDS = 600.0
_SECONDS_FOR_MIB = 40.0
_PARTS = 8
_LEAST = 1 << 16


class UnpackError(Exception):
    """A stream cannot be read on. Its text is for the operator: what is wrong and what to do."""


class CutShortError(UnpackError):
    """A stream ends before what is packed in it does."""

    def __init__(self) -> None:
        super().__init__(DAMAGED)


class _Account:
    """What is left for one file: bytes, the time when reading ends, and seconds for parsers of documents."""

    def __init__(self) -> None:
        self.bytes = _ALLOWANCE * _PARTS // (_PARTS - 1)
        self.end = time.monotonic() + _SECONDS * _PARTS / (_PARTS - 1)
        self.parser_seconds = 600.0

    def add(self, file_bytes: int) -> None:
        """Allow more, because of so many bytes of the file."""
        mib = file_bytes / (1 << 20)
        self.bytes += _RATIO * file_bytes * _PARTS // (_PARTS - 1)
        self.end += _SECONDS_FOR_MIB * mib * _PARTS / (_PARTS - 1)
        self.parser_seconds += 4 * mib


class Budget:
    """What may be made of one file, all levels of containers together.

    The first member of a container may put out 200 times the size of the file and 64 MiB, and take ten minutes and 40 s
    for each MiB. That is seven eighths of the whole, and each further member :meth:`share` gets as much of what is then
    left, so that what comes after a bomb is read all the same.
    """

    def __init__(self, file_bytes: int) -> None:
        self._account = _Account()
        self._account.add(file_bytes)
        self._kept_bytes = 0
        self._kept_seconds = 0.0

    def grow(self, file_bytes: int) -> None:
        """Add what was read of a file whose size is not known before its end."""
        self._account.add(file_bytes)

    def share(self) -> Budget:
        """Return the budget of a member: seven eighths of what is left now, of the same account."""
        part = Budget(0)
        part._account = self._account
        part._kept_bytes = self._kept_bytes + self.left // _PARTS
        part._kept_seconds = self._kept_seconds + max(0.0, self._seconds) / _PARTS
        return part

    def spend(self, count: int) -> bool:
        """Take ``count`` bytes out; return whether there was enough."""
        self._account.bytes -= count
        return self._bytes >= 0

    @property
    def left(self) -> int:
        """How many bytes may still be put out."""
        return max(0, self._bytes)

    @property
    def is_late(self) -> bool:
        """Whether the time is over."""
        return self._seconds < 0

    @property
    def is_spent(self) -> bool:
        """Whether nothing worth the while is left, of bytes or of time."""
        return self._bytes < _LEAST or self.is_late

    @property
    def seconds(self) -> float:
        """What the parsers of the file's documents may still compute: at first ten minutes, and 4 s for each MiB."""
        return self._account.parser_seconds

    @seconds.setter
    def seconds(self, seconds: float) -> None:
        self._account.parser_seconds = seconds

    @property
    def _bytes(self) -> int:
        return self._account.bytes - self._kept_bytes

    @property
    def _seconds(self) -> float:
        return self._account.end - time.monotonic() - self._kept_seconds


WholeFile: TypeAlias = "BufferedReader[Any] | io.BytesIO"
"""A file that can seek, on disk or in memory."""


class Readable(Protocol):
    """A file, or what comes out of a container. May raise :class:`UnpackError`, and ``OSError`` where a disk fails."""

    def read1(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, and none only at the end."""


class ByteStream(io.RawIOBase):
    """Reads ``raw``; an error or a spent budget ends it, and ``failure`` then says what to tell the operator.

    ``spends`` is false for a file on disk: only what containers put out is taken from the budget.
    """

    def __init__(self, raw: Readable, budget: Budget, *, spends: bool = True) -> None:
        self._raw = raw
        self._spends = spends
        self._head = memoryview(b"")
        self.budget = budget
        self.failure: str | None = None

    def peek(self, size: int) -> bytes:
        """Return the first ``size`` bytes, or all there are, and keep them to be read; only before the first read."""
        parts = [bytes(self._head)]
        missing = size - len(self._head)
        while missing > 0 and (part := self._next(missing)):
            parts.append(part)
            missing -= len(part)
        head = b"".join(parts)
        self._head = memoryview(head)
        return head[:size]

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from one read; 0 at the end or after a failure."""
        size = len(buffer)
        data = self._head[:size]
        if data:
            self._head = self._head[size:]
            buffer[: len(data)] = data
            return len(data)
        piece = self._next(size)
        buffer[: len(piece)] = piece
        return len(piece)

    def _next(self, size: int) -> bytes:
        if self.failure:
            return b""
        try:
            data = self._raw.read1(min(size, PIECE, self.budget.left + 1) if self._spends else min(size, PIECE))
        except UnpackError as error:
            self.failure = str(error)
            return b""
        except OSError as error:
            self.failure = (
                f"It could not be read to its end ({error.strerror}), only what comes before: copy it and scan the copy"
            )
            return b""
        if self._spends and data:
            if not self.budget.spend(len(data)):
                self.failure = TOO_MUCH
            elif self.budget.is_late:
                self.failure = TOO_LONG
        return b"" if self.failure else data


class Limited:
    """Reads the next ``size`` bytes of a stream and no more; it is damaged when there are fewer."""

    def __init__(self, raw: Readable, size: int) -> None:
        self._raw = raw
        self.size = self.left = size

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes; raises :class:`UnpackError` when the stream ends too early."""
        data = self._raw.read1(min(size, self.left)) if self.left else b""
        if self.left and size and not data:
            raise CutShortError
        self.left -= len(data)
        return data


class Part:
    """Reads ``size`` bytes of a file from a place on, wherever others read in it meanwhile."""

    def __init__(self, file: WholeFile, place: int, size: int) -> None:
        self._file = file
        self._place = place
        self._data = Limited(file, size)

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes; raises :class:`UnpackError` when the file ends too early."""
        self._file.seek(self._place)
        data = self._data.read1(size)
        self._place += len(data)
        return data


class Summed:
    """Reads a stream, and raises :class:`UnpackError` at its end when its size or CRC-32 is not as it was said."""

    def __init__(self, raw: Readable, size: int | None, crc: int | None, complaint: str = DAMAGED) -> None:
        self._raw = raw
        self._said = (size, crc)
        self._complaint = complaint
        self._size = 0
        self._ended = False
        self.crc = 0

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes."""
        data = self._raw.read1(size)
        self._size += len(data)
        self.crc = zlib.crc32(data, self.crc)
        if not data and size and not self._ended:
            self._ended = True
            if any(said not in {None, found} for said, found in zip(self._said, (self._size, self.crc), strict=True)):
                raise UnpackError(self._complaint)
        return data


class Rewound:
    """Reads a stream ahead, for readers that only then know what comes, or where their part has ended."""

    def __init__(self, raw: Readable) -> None:
        self._raw = raw
        self._block = b""
        self._place = 0
        self._before = 0

    @property
    def position(self) -> int:
        """How many bytes were read and not put back."""
        return self._before + self._place

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes."""
        if self._place == len(self._block):
            self._show(self._raw.read1(PIECE))
        data = self._block[self._place : self._place + size]
        self._place += len(data)
        return data

    def put_back(self, count: int) -> None:
        """Have the last bytes come again, so many of them as are still there: what one call read always is."""
        self._place -= min(count, self._place)

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` bytes, fewer only at the end or before damage, and keep them to be read."""
        missing = size - (len(self._block) - self._place)
        if missing > 0:
            parts = [self._block[self._place :]]
            with suppress(UnpackError):  # it is raised again when what comes before it has been read
                while missing > 0 and (part := self._raw.read1(PIECE)):
                    parts.append(part)
                    missing -= len(part)
            self._show(b"".join(parts))
        return self._block[self._place : self._place + size]

    def before(self, pattern: re.Pattern[bytes], size: int) -> int:
        """Return how many bytes are sure to come before the next match of a pattern, which is ``size`` bytes long."""
        if len(self._block) - self._place < size:
            self.peek(PIECE)
        match = pattern.search(self._block, self._place)
        left = len(self._block) - self._place
        return match.start() - self._place if match else left if left < size else left - size + 1

    def read(self, size: int) -> bytes:
        """Return the next ``size`` bytes, fewer only at the end."""
        data = self.peek(size)
        self._place += len(data)
        return data

    def _show(self, block: bytes) -> None:
        self._before += self._place
        self._block, self._place = block, 0


def exactly(raw: Readable, size: int) -> bytes:
    """Return the next ``size`` bytes; raises :class:`UnpackError` when there are fewer."""
    limited, parts = Limited(raw, size), list[bytes]()
    while limited.left:
        parts.append(limited.read1(limited.left))
    return b"".join(parts)


def skip(raw: Readable, budget: Budget) -> None:
    """Read a stream to its end, unseen, at the expense of a budget; raises :class:`UnpackError`."""
    while data := raw.read1(PIECE):
        if not budget.spend(len(data)):
            raise UnpackError(TOO_MUCH)
        if budget.is_late:
            raise UnpackError(TOO_LONG)
