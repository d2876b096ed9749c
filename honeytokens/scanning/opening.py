"""Opening what is to be scanned: files on disk, and standard input. Bytes are counted; nothing is ever written."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any, BinaryIO, cast

from honeytokens.scanning.readers import Source
from honeytokens.scanning.readers.streams import Budget, ByteStream, Readable

Count = Callable[[int], None]
"""Is told how many more bytes were read."""

STANDARD_INPUT = Path("-")
"""Stands for standard input; a file of this name has to be named by its full path."""

_SHOWN = "<stdin>"


class _CountedFile(FileIO):
    """A file that tells how many of its ``size`` bytes were read; what is read twice counts once."""

    def __init__(self, file: Path | int, size: int, count: Count) -> None:
        super().__init__(file, closefd=not isinstance(file, int))
        self._left = size
        self._tell_read = count

    def readinto(self, buffer: bytearray | memoryview) -> int | None:  # type: ignore[override]
        """Read into the buffer and count."""
        read = super().readinto(buffer)
        new = min(read or 0, self._left)
        self._left -= new
        self._tell_read(new)
        return read

    def fileno(self) -> int:
        """Return the descriptor, for another process that reads by itself: all counts as read at once."""
        self._tell_read(self._left)
        self._left = 0
        return super().fileno()


class _CountedStream:
    """A stream of unknown length that tells how many bytes were read, and lets the budget grow with them."""

    def __init__(self, raw: Readable, budget: Budget, count: Count) -> None:
        self._raw = raw
        self._budget = budget
        self._tell_read = count

    def read1(self, size: int, /) -> bytes:
        """Read and count."""
        data = self._raw.read1(size)
        self._budget.grow(len(data))
        self._tell_read(len(data))
        return data


@contextmanager
def open_file(path: Path, size: int, passwords: tuple[str, ...], count: Count) -> Iterator[Source]:
    """Open an ordinary file of ``size`` bytes; raises ``OSError``."""
    with _CountedFile(path, size, count) as raw, BufferedReader(raw) as file:
        yield _whole_file(str(path), file, size, passwords)


@contextmanager
def open_standard_input(passwords: tuple[str, ...], count: Count) -> Iterator[Source]:
    """Open standard input; raises ``OSError``. Where a file was redirected to it, it is read as that file is."""
    if sys.stdin is None:
        raise FileNotFoundError(0, "it is closed")
    stream = cast("BufferedReader[Any]", sys.stdin.buffer)
    size = _file_size(stream)
    if size is not None:
        with _CountedFile(stream.fileno(), size, count) as raw, BufferedReader(raw) as file:
            yield _whole_file(_SHOWN, file, size, passwords)
        return
    budget = Budget(0)
    counted = _CountedStream(stream, budget, count)
    yield Source(_SHOWN, None, ByteStream(counted, budget, spends=False), passwords=passwords)


def _whole_file(shown: str, file: BufferedReader[Any], size: int, passwords: tuple[str, ...]) -> Source:
    return Source(shown, None, ByteStream(file, Budget(size), spends=False), file, passwords)


def _file_size(stream: BinaryIO) -> int | None:
    """Return the size of a stream that is a file, at its beginning, or ``None`` for any other."""
    try:
        status = os.fstat(stream.fileno())
        return status.st_size if stat.S_ISREG(status.st_mode) and stream.tell() == 0 else None
    except (OSError, ValueError):
        return None
