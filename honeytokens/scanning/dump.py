"""From paths to records: walks folders, opens files, unpacks containers, and says what could not be read.

Nothing is ever written, and no symbolic link inside a folder is followed: a thief's archive may hold links to anywhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from honeytokens.model import Location, Unread
from honeytokens.scanning.opening import STANDARD_INPUT, open_file, open_standard_input
from honeytokens.scanning.readers import CONTAINERS, READERS, Container, Reader, Record, Source
from honeytokens.scanning.readers.line_blocks import Sift
from honeytokens.scanning.readers.unsupported import unsupported

_MOST_DEPTH = 8
_TOO_DEEP = "It lies in too many archives one inside another: extract it and scan the folder"
_REST = "What comes next in it was not read, for what came before took too much: extract it and scan the folder"

Found = tuple[Source, Record] | Unread


def read_paths(
    paths: Sequence[Path],
    count: Callable[[int], None],
    *,
    raw: bool = False,
    passwords: Sequence[str] = (),
    sift: Sift | None = None,
) -> Iterator[Found]:
    """Yield the records of every file in ``paths`` and in the folders among them, and what could not be read.

    ``sift``, if given, tells which lines need not be read.

    ``count`` is told how many bytes were read from disk, as they are. ``raw`` reads what containers hold, and every
    other file, as bytes of no known format. ``passwords`` are tried on what is encrypted. ``-`` among the paths is
    standard input. Raises nothing about files.
    """
    dump = _Dump(count, READERS["binary"] if raw else None, tuple(passwords), sift)
    for path in paths:
        yield from dump.standard_input() if path == STANDARD_INPUT else dump.path(path)


class _Dump:
    """Reads files, with the passwords of a scan, and by one reader if every file is to be read by it."""

    def __init__(
        self, count: Callable[[int], None], reader: Reader | None, passwords: tuple[str, ...], sift: Sift | None
    ) -> None:
        self._sift = sift
        self._count = count
        self._reader = reader
        self._passwords = passwords

    def path(self, path: Path) -> Iterator[Found]:
        """Yield the records of a file, or of those in a folder."""
        for file in _walk(path):
            yield from self._file(file) if isinstance(file, Path) else (file,)

    def standard_input(self) -> Iterator[Found]:
        """Yield the records of what comes by standard input."""
        try:
            with open_standard_input(self._passwords, self._count) as source:
                yield from self._source(source, depth=0)
        except OSError as error:
            yield Unread(Location("<stdin>"), _why(error))

    def _file(self, path: Path) -> Iterator[Found]:
        try:
            before = path.stat()
            if not stat.S_ISREG(before.st_mode):
                yield _unread(path, "It is no ordinary file (a device, pipe or socket): pipe what it gives to scan -")
                return
            with open_file(path, before.st_size, self._passwords, self._count) as source:
                yield from self._source(source, depth=0)
        except OSError as error:
            yield _unread(path, _why(error))
            return
        if _changed(path, before):
            yield _unread(path, "It changed while it was read: scan it again when nothing writes to it any more")

    def _source(self, source: Source, depth: int) -> Iterator[Found]:
        source.sift = self._sift
        container = next((kind for kind in CONTAINERS.values() if kind.recognises(source)), None)
        if self._reader is None and (reason := unsupported(source.head)):
            yield Unread(source.location, reason)
        elif container is not None and depth == _MOST_DEPTH:
            yield Unread(source.location, _TOO_DEEP)
        elif container is not None:
            yield from self._members(container, source, depth)
        elif source.head:
            reader = self._reader or next(kind for kind in READERS.values() if kind.recognises(source))
            for found in reader.records(source):
                yield found if isinstance(found, Unread) else (source, found)
        if source.failure:
            yield Unread(source.location, source.failure)

    def _members(self, container: Container, source: Source, depth: int) -> Iterator[Found]:
        for member in container.members(source):
            yield from self._source(member, depth + 1) if isinstance(member, Source) else (member,)
            if source.budget.is_spent:
                yield Unread(source.location, _REST)
                return


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


def _changed(path: Path, before: os.stat_result) -> bool:
    try:
        after = path.stat()
    except OSError:
        return True
    return (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino)
