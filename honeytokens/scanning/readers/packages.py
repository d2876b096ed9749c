"""ZIP archives that are one document: told by the names of the entries that their first bytes show."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_ENTRY = b"PK\x03\x04"
_HEADER = struct.Struct("<6xH10xI4xHH")  # flags, packed size, sizes of the name and of what follows it
_SIZE_COMES_LATER = 8
_MOST_ENTRIES = 100
_TYPE_BYTES = 100


def entries(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and first packed bytes of the entries at the beginning of an archive."""
    start = 0
    for _ in range(_MOST_ENTRIES):
        if not head.startswith(_ENTRY, start) or len(head) < start + _HEADER.size:
            return
        flags, size, name_size, extra_size = _HEADER.unpack_from(head, start)
        name = start + _HEADER.size
        data = name + name_size + extra_size
        yield head[name : name + name_size], head[data : data + _TYPE_BYTES]
        start = head.find(_ENTRY, data) if flags & _SIZE_COMES_LATER else data + size
        if start < 0:
            return


def is_workbook(head: bytes) -> bool:
    """Return whether an archive is a workbook: XLSX and its kin, XLSB, ODS."""
    for name, data in entries(head):
        if name.startswith(b"xl/"):
            return True
        if name.startswith((b"word/", b"ppt/")):
            return False
        if name == b"mimetype":
            return data.startswith(b"application/vnd.oasis.opendocument.spreadsheet")
    return False
