"""ZIP archives; nothing is ever written to disk, so an archive inside another one is read in memory, up to a bound."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import cast

from honeytokens.model import Location, Unread
from honeytokens.scanning.readers.interface import Container, Source
from honeytokens.scanning.readers.streams import ByteStream, Readable

_IN_MEMORY = 64 << 20
_ENCRYPTED = 1
_OFFICE_MEMBERS = frozenset({"[Content_Types].xml", "META-INF/manifest.xml"})
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # among them NotImplementedError, for a packing that is not known
)


class ZipFile(Container):
    """Yields the members in the order of the archive's directory."""

    def recognises(self, source: Source) -> bool:
        """Return whether the stream begins as a ZIP archive, be it an empty one."""
        return source.head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield each file in the archive; encrypted, damaged and Office ones as unread."""
        file = source.whole(_IN_MEMORY)
        if file is None:
            yield Unread(source.location, "It is a large archive inside another one: extract it and scan the folder")
            return
        try:
            with zipfile.ZipFile(file) as archive:
                yield from _members(source, archive)
        except _DAMAGES:
            yield Unread(source.location, "It is a damaged archive: repair it (zip -FF) or get a whole copy")


def _members(source: Source, archive: zipfile.ZipFile) -> Iterator[Source | Unread]:
    if not _OFFICE_MEMBERS.isdisjoint(archive.namelist()):
        yield Unread(source.location, "Office documents are not read: save it as CSV or text and scan that")
        return
    for info in archive.infolist():
        if not info.is_dir():
            yield _member(source, archive, info)


def _member(source: Source, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Source | Unread:
    place = Location(source.path, source.member_name(info.filename))
    if info.flag_bits & _ENCRYPTED:
        return Unread(place, "It is encrypted: extract it with its password and scan the folder")
    try:
        raw = cast("Readable", archive.open(info))
    except _DAMAGES:
        return Unread(place, "It is damaged or packed in an unusual way: extract it and scan the folder")
    return Source(place.path, place.member, ByteStream(raw, source.budget))
