"""The headers of ZIP archives: the directory at the end, and what stands before each member (PKWARE APPNOTE 6.3.10)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
DESCRIPTOR = b"PK\x07\x08"
LOCAL_BYTES = 26
"""Of a local header, between its signature and the name."""

_END64 = b"PK\x06\x06"
_LOCATOR64 = b"PK\x06\x07"
_LOCATOR64_BYTES = 20
_LONGEST_TAIL = (1 << 16) + 128

_LOCAL = struct.Struct("<2xHHHxxIIIHH")
_CENTRAL = struct.Struct("<4x4xHHHxxIIIHHHxxxxxxxxI")
_END = struct.Struct("<4xHHHHIIH")
_END64_TAIL = struct.Struct("<4xQ4xIIQQQQ")
_UNKNOWN = 0xFFFFFFFF

_ENCRYPTED, _COMES_LATER, _STRONG, _UTF8 = 1, 8, 64, 0x800
_ZIP64, _AES, _UNICODE_NAME = 0x0001, 0x9901, 0x7075
_AES_METHOD = 99
_LATEST = 99
_STRENGTHS = (1, 2, 3)


class DirectoryError(Exception):
    """An archive has no directory, or one that is damaged or does not fit."""


class Entry(NamedTuple):
    """One member, as a header describes it.

    ``packed`` and ``size`` are bytes, ``crc`` the sum of the unpacked, each ``None`` where it is not known before the
    member's end. ``aes`` is the strength of WinZip's encryption, from 1 to 3, or 0 for none; ``checks`` is what the
    last byte of a header of the older encryption may be. ``start`` is where the local header is.
    """

    name: str
    method: int
    packed: int | None
    size: int | None
    crc: int | None
    is_encrypted: bool
    is_strong: bool
    aes: int
    checks: frozenset[int]
    start: int

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, of which only the name is there."""
        return self.name.endswith("/") and not self.size


def read_local(header: bytes, name: bytes, extra: bytes) -> Entry:
    """Return what a local header says: 26 bytes, the name and the extra field, as far as they are there."""
    flags, method, time, crc, packed, size, _, _ = _LOCAL.unpack(header)
    entry = _entry(flags, method, time, (crc, packed, size, 0), name, extra)
    if flags & _COMES_LATER and not entry.packed:
        return entry._replace(packed=None, size=None, crc=None)
    return entry


def is_local(header: bytes) -> bool:
    """Return whether what follows a signature may be a local header: whole, and of a version that there can be."""
    return len(header) == LOCAL_BYTES and header[0] <= _LATEST


def local_sizes(header: bytes) -> tuple[int, int]:
    """Return the sizes of the name and the extra field."""
    _, _, _, _, _, _, name_size, extra_size = _LOCAL.unpack(header)
    return name_size, extra_size


class Directory(NamedTuple):
    """Where a directory starts and ends, and where the archive does, which others may follow."""

    start: int
    end: int
    archive_end: int

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        """Yield every member; raises :class:`DirectoryError` where the directory is damaged, and ``OSError``."""
        place = self.start
        while place < self.end:  # the count of members is no help: it has 16 bits
            file.seek(place)
            header = file.read(_CENTRAL.size)
            if len(header) < _CENTRAL.size or not header.startswith(CENTRAL):
                raise DirectoryError
            flags, method, time, *numbers, name_size, extra_size, comment_size, start = _CENTRAL.unpack(header)
            name, extra = file.read(name_size), file.read(extra_size)
            yield _entry(flags, method, time, (*numbers, start), name, extra)
            place += _CENTRAL.size + name_size + extra_size + comment_size


def find_directory(file: BinaryIO) -> Directory:
    """Return where the directory is; raises :class:`DirectoryError` when there is none that fits, and ``OSError``.

    One that says another place than its own is that of the last of several archives joined, and does not fit.
    """
    tail_start = max(0, file.seek(0, 2) - _LONGEST_TAIL)
    file.seek(tail_start)
    tail = file.read(_LONGEST_TAIL)
    found = tail.rfind(END)
    if found < 0 or len(tail) < found + _END.size:
        raise DirectoryError
    disk, _, _, _, size, start, comment_size = _END.unpack_from(tail, found)
    archive_end, end = tail_start + found + _END.size + comment_size, tail_start + found
    locator = found - _LOCATOR64_BYTES
    if locator >= 0 and tail.startswith(_LOCATOR64, locator):
        record = tail.rfind(_END64, 0, locator)
        if record < 0:
            raise DirectoryError
        _, disk, _, _, _, size, start = _END64_TAIL.unpack_from(tail, record)
        end = tail_start + record
    if disk or start + size != end:
        raise DirectoryError
    return Directory(start, end, archive_end)


def _entry(flags: int, method: int, time: int, numbers: tuple[int, int, int, int], name: bytes, extra: bytes) -> Entry:
    crc, packed, size, offset = numbers
    fields = _extra_fields(extra)
    large = fields.get(_ZIP64, b"")
    values = iter([int.from_bytes(large[place : place + 8], "little") for place in range(0, len(large) - 7, 8)])
    size = next(values, size) if size == _UNKNOWN else size
    packed = next(values, packed) if packed == _UNKNOWN else packed
    offset = next(values, offset) if offset == _UNKNOWN else offset
    strength, has_sum = 0, True
    aes = fields.get(_AES, b"")
    if method == _AES_METHOD and len(aes) >= 7 and aes[4] in _STRENGTHS:
        strength, method, has_sum = aes[4], int.from_bytes(aes[5:7], "little"), aes[0] == 1
    return Entry(
        name=_name(name, flags, fields.get(_UNICODE_NAME, b"")),
        method=method,
        packed=packed,
        size=size,
        crc=crc if has_sum else None,
        is_encrypted=bool(flags & _ENCRYPTED or strength),
        is_strong=bool(flags & _STRONG),
        aes=strength,
        checks=frozenset({time >> 8, crc >> 24} if flags & _COMES_LATER else {crc >> 24}),
        start=offset,
    )


def _extra_fields(extra: bytes) -> dict[int, bytes]:
    fields, place = {}, 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, place)
        fields[kind] = extra[place + 4 : place + 4 + size]
        place += 4 + size
    return fields


def _name(name: bytes, flags: int, unicode_name: bytes) -> str:
    """Return a name: as Info-ZIP's extra field has it, in UTF-8, said or not, or in the code page of the first PCs."""
    if unicode_name[:1] == b"\x01" and unicode_name[1:5] == zlib.crc32(name).to_bytes(4, "little"):
        name, flags = unicode_name[5:], _UTF8
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("utf-8", "replace") if flags & _UTF8 else name.decode("cp437")
