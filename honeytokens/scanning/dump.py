"""From paths to records: walks folders, opens files, unpacks containers, and says what could not be read.

Nothing is ever written, and no symbolic link inside a folder is followed: a thief's archive may hold links to anywhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader, FileIO
from pathlib import Path

from honeytokens.model import Location, Unread
from honeytokens.scanning.readers import CONTAINERS, READERS, Record, Source
from honeytokens.scanning.readers.streams import Budget, ByteStream
from honeytokens.scanning.readers.unsupported import unsupported

_MOST_DEPTH = 5


class _CountedFile(FileIO):
    """A file that tells how many of its ``size`` bytes were read; what is read twice counts once."""

    def __init__(self, path: Path, size: int, count: Callable[[int], None]) -> None:
        super().__init__(path)
        self._left = size
        self._tell_read = count

    def readinto(self, buffer: bytearray | memoryview) -> int | None:  # type: ignore[override]
        """Read into the buffer and count."""
        read = super().readinto(buffer)
        new = min(read or 0, self._left)
        self._left -= new
        self._tell_read(new)
        return read


def read_paths(paths: Sequence[Path], count: Callable[[int], None]) -> Iterator[tuple[Source, Record] | Unread]:
    """Yield the records of every file in ``paths`` and in the folders among them, and what could not be read.

    ``count`` is told how many bytes were read from disk, as they are. Raises nothing about files.
    """
    for path in paths:
        for file in _walk(path):
            yield from _read_file(file, count) if isinstance(file, Path) else (file,)


def _walk(path: Path) -> Iterator[Path | Unread]:
    if not path.is_dir():
        yield path
        return
    failures = list[OSError]()
    for folder, folders, names in os.walk(path, onerror=failures.append):
        folders.sort()
        for entry in sorted([*names, *(name for name in folders if Path(folder, name).is_symlink())]):
            found = Path(folder, entry)
            if not found.is_symlink():
                yield found
            elif not found.resolve().is_relative_to(path.resolve()):
                yield _unread(found, "It is a link that leads out of the folder: name the file itself to have it read")
    for failure in failures:
        yield _unread(Path(str(failure.filename)), _why(failure))


def _unread(path: Path, reason: str) -> Unread:
    return Unread(Location(str(path)), reason)


def _why(error: OSError) -> str:
    return f"It cannot be read ({error.strerror}): check that it is there and that you may read it"


def _read_file(path: Path, count: Callable[[int], None]) -> Iterator[tuple[Source, Record] | Unread]:
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            yield _unread(path, "It is no ordinary file (a device, pipe or socket): copy what it gives into a file")
            return
        raw = _CountedFile(path, before.st_size, count)
    except OSError as error:
        yield _unread(path, _why(error))
        return
    with raw, BufferedReader(raw) as file:
        stream = ByteStream(file, Budget(before.st_size), spends=False)
        yield from _read_source(Source(str(path), None, stream, file), depth=0)
    if _changed(path, before):
        yield _unread(path, "It changed while it was read: scan it again when nothing writes to it any more")


def _changed(path: Path, before: os.stat_result) -> bool:
    try:
        after = path.stat()
    except OSError:
        return True
    return (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino)


def _read_source(source: Source, depth: int) -> Iterator[tuple[Source, Record] | Unread]:
    container = next((kind for kind in CONTAINERS.values() if kind.recognises(source)), None)
    if reason := unsupported(source.head):
        yield Unread(source.location, reason)
    elif container is not None and depth == _MOST_DEPTH:
        yield Unread(source.location, "It lies in too many archives one inside another: extract it and scan the folder")
    elif container is not None:
        for member in container.members(source):
            yield from _read_source(member, depth + 1) if isinstance(member, Source) else (member,)
    elif source.head:
        reader = next(kind for kind in READERS.values() if kind.recognises(source))
        for record in reader.records(source):
            yield source, record
    if source.failure:
        yield Unread(source.location, source.failure)
