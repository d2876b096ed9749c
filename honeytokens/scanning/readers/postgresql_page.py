"""Rows in the pages of a PostgreSQL table (a file under ``base/``), without the table's definition.

A page has 8 KiB; the pointers after its header say where each row begins and how long it is. Sources: "Database Page
Layout" in PostgreSQL's documentation, ``bufpage.h`` and ``htup_details.h``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from honeytokens.scanning.readers.raw_pages import PageLayout, RawRow, readings
from honeytokens.scanning.readers.raw_text import cut_by_prefixes, runs

_PAGE_BYTES = 1 << 13
_PAGE_HEADER = 24
_ROW_HEADER = 23
_SIZE_AND_VERSION = (_PAGE_BYTES | 4).to_bytes(2, "little")
_DAY_0 = date(2000, 1, 1)
_DAYS = range(-54787, 18628)
"""1850 to 2050."""


class PostgresqlPages(PageLayout):
    """Reads pages of tables as PostgreSQL has written them since 8.3. Texts that it compressed are not read."""

    size = _PAGE_BYTES

    def rows(self, page: bytes) -> Iterator[RawRow]:
        """Yield the rows that have a pointer, dead ones too."""
        for start, end in _places(page):
            data = page[start:end]
            if texts := runs(data):
                fields = readings(texts, [cut_by_prefixes(data, run) for run in texts])
                yield RawRow(start, end, [*fields, *_days(data)])


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _places(page: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the columns of each row begin and end; nothing if it is no page of a table."""
    if len(page) != _PAGE_BYTES or page[18:20] != _SIZE_AND_VERSION:
        return
    lower, upper, special = (_number(page[at : at + 2]) for at in (12, 14, 16))
    if not _PAGE_HEADER <= lower <= upper <= special <= _PAGE_BYTES:
        return
    for place in range(_PAGE_HEADER, lower - 3, 4):
        pointer = _number(page[place : place + 4])
        start, size = pointer & 0x7FFF, pointer >> 17
        end = start + size
        if size > _ROW_HEADER and upper <= start and end <= special:
            yield min(start + max(page[start + _ROW_HEADER - 1], _ROW_HEADER), end), end


def _days(data: bytes) -> Iterator[str]:
    """Yield what may be a date among a row's columns, in ISO form: four bytes, which count days since 2000."""
    for place in range(0, len(data) - 3, 4):
        number = int.from_bytes(data[place : place + 4], "little", signed=True)
        if number in _DAYS and number:
            yield (_DAY_0 + timedelta(days=number)).isoformat()
