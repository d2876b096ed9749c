"""A log file, followed through its rotations, by whichever way it is rotated.

A position is a place in a file, and that file is known again by its first bytes, not by its name: so a file that was
renamed, copied and truncated, or compressed is found again beside the live one, read to its end, and followed by those
that came after it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from callback_server.watch.interface import Polled, Position, Source
from honeytokens.audit_logs import FileLog
from honeytokens.model import ReadSighting

_CHUNK = 1 << 20
"""Bytes that one poll reads; a longer line is read in pieces."""
_HEAD = 1024
"""Bytes by which a file is known again."""
_ROTATION = r"(?:[.-]\d[\d.-]*|\.old)"
"""What rotation adds to a name: ``.1``, ``-20261127``, ``.old``; ``.gz`` may follow."""
_SETTLED_SECONDS = 2.0
"""After so long without growth, the last entry of the live file is taken to be whole."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a file whose first ``head`` bytes have a digest.

    An empty file cannot be known again: after it comes whatever changed later than ``changed``, in nanoseconds.
    """

    offset: int
    head: int
    digest: str
    changed: int

    @classmethod
    def of(cls, position: Position) -> _Place:
        changed = int(position["changed"])
        return cls(int(position["offset"]), int(position["head"]), str(position["digest"]), changed)

    @property
    def position(self) -> Position:
        return {"offset": self.offset, "head": self.head, "digest": self.digest, "changed": self.changed}


class FileSource(Source):
    """Follows one log file. ``from_start`` reads what is there at the very first; else only what comes."""

    def __init__(self, path: Path, log: FileLog, *, from_start: bool, now: Callable[[], float] = time.time) -> None:
        self.name = f"{log.name} {path}"
        self._path, self._log, self._from_start, self._now = path, log, from_start, now
        stem, suffix = re.escape(path.stem), re.escape(path.suffix)
        self._rotated = re.compile(rf"(?:{stem}{suffix}{_ROTATION}|{stem}{_ROTATION}{suffix})(?:\.gz)?")

    def poll(self, position: Position | None) -> Polled | None:
        """Read on, up to a megabyte."""
        if position is None:
            return self._first()
        place = _Place.of(position)
        files = self._files()
        if not place.head:
            return self._after_nothing(files, place.changed)
        found = next((number for number, path in enumerate(files) if _is(path, place)), None)
        if found is None:
            if not self._path.exists():
                return None
            _log.warning("%s was rotated away before it was read to its end: some reads are lost", self._path)
            return Polled((), _start(self._path).position, more=True)
        return self._read(files[found], place, files[found + 1] if found + 1 < len(files) else None)

    def _first(self) -> Polled | None:
        if not self._path.exists():  # all of it will be new when it comes
            return Polled((), _Place(0, 0, "", int(self._now() * 1e9)).position, more=False)
        place = _start(self._path)
        if not self._from_start:
            place = _at(self._path, _last_line_end(self._path))
        return Polled((), place.position, more=self._from_start)

    def _after_nothing(self, files: Sequence[Path], changed: int) -> Polled | None:
        """Begin the first file that was written since an empty one, or none, was seen."""
        for path in files:
            state = path.stat()
            if state.st_size and (state.st_mtime_ns > changed or path == self._path):
                return Polled((), _start(path).position, more=True)
        return None

    def _files(self) -> list[Path]:
        """Return the rotated files, the oldest first, and the live one."""
        beside = [path for path in self._path.parent.iterdir() if self._rotated.fullmatch(path.name)]
        live = [self._path] if self._path.exists() else []
        return sorted(beside, key=_age) + live

    def _read(self, path: Path, place: _Place, following: Path | None) -> Polled | None:
        with closing(_opened(path)) as stream:
            stream.seek(place.offset)
            content = stream.read(_CHUNK)
            ended = not stream.read(1)
        live = following is None
        settled = not live or self._now() - path.stat().st_mtime >= _SETTLED_SECONDS
        taken, reads = self._entries(content, whole=ended and settled, rest=ended and not live)
        if taken:
            return Polled(reads, _at(path, place.offset + taken).position, more=not ended or not live)
        if ended and following is not None and not _is(following, place):  # else it was copied, and is not yet cut
            return Polled((), _start(following).position, more=True)
        return None

    def _entries(self, content: bytes, *, whole: bool, rest: bool) -> tuple[int, list[ReadSighting]]:
        """Return how many bytes of ``content`` are entries that have ended, and what these tell.

        ``whole``: the last entry has ended although no other follows; ``rest``: so has a line without a line end.
        """
        arrived = datetime.fromtimestamp(self._now(), UTC)
        if not rest:
            content = content[: content.rfind(b"\n") + 1] or (content if len(content) == _CHUNK else b"")
        taken, reads = 0, list[ReadSighting]()
        for entry, end in self._grouped(content.splitlines(keepends=True)):
            if end == len(content) and not whole and len(content) < _CHUNK:
                break
            reads += self._log.read(entry, arrived)
            taken = end
        return taken, reads

    def _grouped(self, lines: Sequence[bytes]) -> Iterator[tuple[str, int]]:
        """Yield entries of one line or more, each with where it ends."""
        entry, end = None, 0
        for raw in lines:
            line = raw.decode(errors="replace").rstrip("\r\n")
            if entry is not None and self._log.continues(entry, line):
                entry = f"{entry}\n{line}"
            else:
                if entry is not None:
                    yield entry, end
                entry = line
            end += len(raw)
        if entry is not None:
            yield entry, end


def _is(path: Path, place: _Place) -> bool:
    """Return whether a file is the one that a place is in."""
    try:
        with closing(_opened(path)) as stream:
            head = stream.read(place.head)
            if len(head) < place.head or _digest(head) != place.digest:
                return False
            if path.suffix == ".gz":  # its length is not known without reading it all; it has ended
                return True
            return stream.seek(0, io.SEEK_END) >= place.offset
    except (OSError, EOFError):
        return False


def _opened(path: Path) -> BinaryIO:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _start(path: Path) -> _Place:
    return _at(path, 0)


def _at(path: Path, offset: int) -> _Place:
    with closing(_opened(path)) as stream:
        head = stream.read(_HEAD)
    return _Place(offset, len(head), _digest(head), path.stat().st_mtime_ns)


def _age(path: Path) -> tuple[int, int]:
    """Return what sorts rotated files from the oldest on: of two that changed at once, the higher number is older."""
    numbers = re.findall(r"\d+", path.name)
    return path.stat().st_mtime_ns, -int(numbers[-1]) if numbers else 0


def _last_line_end(path: Path) -> int:
    """Return where the last whole line of a file ends."""
    with path.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, size - _CHUNK))
        tail = stream.read(_CHUNK)
    return size - len(tail) + tail.rfind(b"\n") + 1


def _digest(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()
