"""Rows in the pages of SQLite, of a database that is damaged or of its file of changes (``-wal``).

Each row says itself which types and sizes its columns have. Source: "Database File Format" in SQLite's documentation,
sections 1.5 (pages), 2.1 (records) and 4.1 (the file of changes).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from honeytokens.scanning.readers.cells import shown
from honeytokens.scanning.readers.raw_pages import PageLayout, RawRow

DATABASE = b"SQLite format 3\0"
CHANGES = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")

_DATABASE_HEADER = 100
_CHANGES_HEADER = 32
_FRAME_HEADER = 24
_LEAF_HEADER = 8
_SIZES = frozenset(1 << power for power in range(9, 17))
_TABLE_LEAF, _INDEX_LEAF = 0x0D, 0x0A
_NUMBER_BYTES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
_REAL, _ZERO, _ONE, _FIRST_STRING = 7, 8, 9, 12


class SqlitePages(PageLayout):
    """Reads leaf pages. Of a row that goes on elsewhere, only what is in its page."""

    def __init__(self, page_bytes: int, header_bytes: int) -> None:
        self.size = header_bytes + page_bytes
        self._header = header_bytes

    def rows(self, page: bytes) -> Iterator[RawRow]:
        """Yield the rows of a leaf page."""
        data = page[self._header :]
        start = _DATABASE_HEADER if data.startswith(DATABASE) else 0
        if len(data) < start + _LEAF_HEADER or data[start] not in {_TABLE_LEAF, _INDEX_LEAF}:
            return
        first, count = start + _LEAF_HEADER, _number(data[start + 3 : start + 5])
        for pointer in range(first, min(first + 2 * count, len(data) - 1), 2):
            row = _row(data, _number(data[pointer : pointer + 2]), has_row_number=data[start] == _TABLE_LEAF)
            if row is not None:
                yield row._replace(start=row.start + self._header, end=row.end + self._header)


def sqlite_pages(head: bytes) -> tuple[int, SqlitePages] | None:
    """Return where the pages of a file begin and what reads them; ``None`` if it is neither database nor changes."""
    if head.startswith(DATABASE):
        size = _number(head[16:18])
        size, start, header = (1 << 16 if size == 1 else size), 0, 0
    elif head.startswith(CHANGES):
        size, start, header = _number(head[8:12]), _CHANGES_HEADER, _FRAME_HEADER
    else:
        return None
    return (start, SqlitePages(size, header)) if size in _SIZES else None


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return a number of variable length and where what follows it begins; raises ``IndexError`` at the page's end."""
    number = 0
    for taken in range(8):
        byte = data[place + taken]
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, place + taken + 1
    return number << 8 | data[place + 8], place + 9


def _row(data: bytes, cell: int, *, has_row_number: bool) -> RawRow | None:
    """Return a row with its columns that are not empty; ``None`` if there is no sound row."""
    fields = list[str]()
    try:
        size, place = _varint(data, cell)
        if has_row_number:
            _, place = _varint(data, place)
        header, kind_at = _varint(data, place)
        value, end = place + header, place + size
        while kind_at < place + header <= end:
            kind, kind_at = _varint(data, kind_at)
            width = (kind - _FIRST_STRING) // 2 if kind >= _FIRST_STRING else _NUMBER_BYTES[kind]
            if value + width > end:
                return None
            fields.append(_shown(kind, data[value : value + width]))
            value += width
    except IndexError:
        return None
    fields = [text for text in fields if text]
    return RawRow(cell, min(value, len(data)), fields) if fields else None


def _shown(kind: int, data: bytes) -> str:
    """Return one value as text; kinds below 12 are numbers, even ones bytes, odd ones text."""
    if kind >= _FIRST_STRING:
        return shown(data)
    if kind in {_ZERO, _ONE}:
        return str(kind - _ZERO)
    if kind == _REAL:
        return shown(struct.unpack(">d", data)[0]) if len(data) == 8 else ""
    return str(int.from_bytes(data, "big", signed=True)) if kind else ""
