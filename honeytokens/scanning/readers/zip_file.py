"""ZIP archives: by their directory, or, where it is missing or out of reach, member after member as they come.

Nothing is ever written to disk. An archive inside another one is held in memory, up to a bound, to read its directory;
a larger one is read as a stream.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from honeytokens.model import Location, Unread
from honeytokens.scanning.readers import zip_headers
from honeytokens.scanning.readers.interface import Container, Source
from honeytokens.scanning.readers.packages import is_workbook
from honeytokens.scanning.readers.passwords import Passwords
from honeytokens.scanning.readers.streams import (
    DAMAGED,
    PIECE,
    Limited,
    Part,
    Readable,
    Rewound,
    UnpackError,
    WholeFile,
    skip,
)
from honeytokens.scanning.readers.zip_headers import Directory, DirectoryError, Entry
from honeytokens.scanning.readers.zip_members import STORED, open_member

_IN_MEMORY = 64 << 20
_STARTS = (zip_headers.LOCAL, zip_headers.END, zip_headers.DESCRIPTOR)
_SIGNATURE = re.compile(rb"PK(?:\x03\x04|\x01\x02|\x05\x06|\x07\x08)", re.DOTALL)
_SIGNATURE_BYTES = 4
_SUMS_BYTES = 8
"""Where the sum is, in what follows a member: at once, or after a signature."""

_NO_DIRECTORY = "Its directory is missing or damaged; its members were read as they come: get a whole copy"


class ZipFile(Container):
    """Yields the members in the order of the archive's directory, or of the archive."""

    def recognises(self, source: Source) -> bool:
        """Return whether the stream begins as a ZIP archive, be it empty or one of several parts, but no workbook."""
        return source.head.startswith(_STARTS) and not is_workbook(source.head)

    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield each file in the archive, and why others cannot be read."""
        file = source.whole(_IN_MEMORY)
        passwords = Passwords(source)
        directory = None if file is None else _directory(file)
        if file is not None and directory is not None:
            for entry in directory.entries(file):
                if not entry.is_folder:
                    yield _member(source, entry, _packed(file, entry), passwords)
            file.seek(directory.archive_end)
            yield source.inside("trailing bytes", file)
            return
        if file is not None:
            file.seek(0)
        streamed = _Streamed(source, source.stream if file is None else file, passwords)
        yield from streamed.members()
        if file is not None or not streamed.has_directory:
            yield Unread(source.location, _NO_DIRECTORY)


def _directory(file: BinaryIO) -> Directory | None:
    """Return the directory of an archive if every entry of it can be read."""
    try:
        directory = zip_headers.find_directory(file)
        for _ in directory.entries(file):
            pass
    except (DirectoryError, OSError):
        return None
    return directory


def _packed(file: WholeFile, entry: Entry) -> Readable:
    """Return the packed bytes of a member; none, where no member begins."""
    file.seek(entry.start)
    start = file.read(_SIGNATURE_BYTES + zip_headers.LOCAL_BYTES)
    header = start.removeprefix(zip_headers.LOCAL)
    is_there = zip_headers.is_local(header)
    place = entry.start + len(start) + (sum(zip_headers.local_sizes(header)) if is_there else 0)
    return Part(file, place, (entry.packed or 0) if is_there else 0)


def _member(source: Source, entry: Entry, body: Readable, passwords: Passwords) -> Source | Unread:
    content = open_member(entry, Rewound(body), passwords)
    if isinstance(content, str):
        return Unread(Location(source.path, source.member_name(entry.name)), content)
    return source.inside(entry.name, content)


class _Streamed:
    """An archive that is read from front to back, by the headers before its members."""

    def __init__(self, source: Source, raw: Readable, passwords: Passwords) -> None:
        self._source = source
        self._raw = Rewound(raw)
        self._passwords = passwords
        self.has_directory = False

    def members(self) -> Iterator[Source | Unread]:
        """Yield each file, wherever a header is found, up to the end of the stream."""
        while signature := self._find():
            start = self._raw.read(len(signature))
            self.has_directory |= start in {zip_headers.CENTRAL, zip_headers.END}
            header = self._raw.read(zip_headers.LOCAL_BYTES) if start == zip_headers.LOCAL else b""
            if zip_headers.is_local(header):
                name_size, extra_size = zip_headers.local_sizes(header)
                entry = zip_headers.read_local(header, self._raw.read(name_size), self._raw.read(extra_size))
                yield from self._known(entry, entry.packed) if entry.packed is not None else self._unknown(entry)

    def _known(self, entry: Entry, size: int) -> Iterator[Source | Unread]:
        """Yield a member whose packed size its header tells."""
        body = Limited(self._raw, size)
        if not entry.is_folder:
            yield _member(self._source, entry, body, self._passwords)
        with suppress(UnpackError):  # the stream ends, as the search for the next signature finds too
            while body.read1(PIECE):
                pass

    def _unknown(self, entry: Entry) -> Iterator[Source | Unread]:
        """Yield a member that only its own end ends; whatever goes wrong, the next signature is found."""
        start = self._raw.position
        body = Rewound(_UpToSignature(self._raw)) if entry.method == STORED else self._raw
        content = open_member(entry, body, self._passwords)
        if isinstance(content, str):
            yield self._unread(entry, content)
            return
        yield self._source.inside(entry.name, content)
        try:
            skip(content, self._source.budget)
        except UnpackError:
            self._raw.put_back(self._raw.position - start)
            return
        self._raw.put_back(content.rest)
        tail = self._raw.peek(_SUMS_BYTES)
        if content.crc.to_bytes(4, "little") not in {tail[:4], tail[4:]}:
            yield self._unread(entry, DAMAGED)

    def _unread(self, entry: Entry, reason: str) -> Unread:
        return Unread(Location(self._source.path, self._source.member_name(entry.name)), reason)

    def _find(self) -> bytes:
        """Go to the next signature and return it; nothing at the end."""
        passed = _UpToSignature(self._raw)
        while passed.read1(PIECE):
            pass
        return self._raw.peek(_SIGNATURE_BYTES)


class _UpToSignature:
    """Reads a stream up to the next signature."""

    def __init__(self, raw: Rewound) -> None:
        self._raw = raw

    def read1(self, size: int, /) -> bytes:
        """Return the next bytes."""
        size = min(size, self._raw.before(_SIGNATURE, _SIGNATURE_BYTES))
        return self._raw.read1(size) if size else b""
