"""Rows in the pages of InnoDB, the storage of MariaDB and MySQL (``.ibd`` files), without the table's definition.

A page of an index has 16 KiB and chains its rows: the two bytes before a row say how far away the next one is. Before
these stand, from back to front, three bytes of flags, one bit for each column that may be NULL, and the sizes of the
columns of variable size. How many of each only the definition says. But columns have no sign between them, so the
right count of bits is the one where neighbouring sizes add up to the runs of text.
Sources: the MySQL Internals Manual (InnoDB record and page structure), MariaDB's ``rem0rec.h`` and ``page0page.h``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from honeytokens.scanning.readers.column_fit import columns, fits
from honeytokens.scanning.readers.raw_pages import PageLayout, RawRow, readings
from honeytokens.scanning.readers.raw_text import mariadb_days, runs

_PAGE_BYTES = 1 << 14
_INDEX, _FIRST_OF_SPACE, _LEAF = b"\x45\xbf", b"\x00\x08", b"\0\0"
_INFIMUM, _SUPREMUM, _FIRST_ROW = 99, 112, 120
_COMPACT = 0x8000
_ROW_HEADER = 5
_MOST_NULL_BYTES = 16
_TRIED_ROWS = 12


def is_packed(head: bytes) -> bool:
    """Return whether a file begins as a table that InnoDB keeps compressed."""
    if head[24:26] != _FIRST_OF_SPACE or head[4:8] != bytes(4) or head[34:38] != head[38:42]:
        return False
    flags = _number(head[54:58])
    return bool(flags & 0xE0) if flags & 0x10 else bool(flags & 0x1E)


class InnodbPages(PageLayout):
    """Reads leaf pages of any index, in the row formats COMPACT and DYNAMIC."""

    size = _PAGE_BYTES

    def __init__(self) -> None:
        self._null_bytes: dict[bytes, int] = {}

    def rows(self, page: bytes) -> Iterator[RawRow]:
        """Yield the rows of a page whose chain of rows is whole."""
        places = _places(page)
        index = page[66:74]
        count = self._null_bytes.get(index)
        if count is None and places and (count := _null_bytes(page, places)) is not None:
            self._null_bytes[index] = count
        for place in places:
            data = page[place.start : place.end]
            if texts := runs(data):
                sizes = _sizes(page, place, count or 0)
                cuts = [columns(data, ways, sizes) for ways in fits(data, texts, sizes)]
                fields = readings(texts, cuts)
                yield RawRow(place.start, place.end, [*fields, *mariadb_days(data, texts)])


class _Place(NamedTuple):
    """Where the columns of a row begin and end, and where the row before it begins."""

    start: int
    end: int
    after: int


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _places(page: bytes) -> list[_Place]:
    """Return where the rows of a leaf page are; none if it is another kind of page, or not all are reached."""
    if len(page) != _PAGE_BYTES or page[24:26] != _INDEX or page[64:66] != _LEAF:
        return []
    top, count, free = (_number(page[at : at + 2]) for at in (40, 42, 44))
    starts = sorted({*_chain(page, _INFIMUM), *_chain(page, free)})
    if not starts or len(starts) + 2 != count - _COMPACT:  # the two rows that stand for both ends count as well
        return []
    ends = [*(start - _ROW_HEADER for start in starts[1:]), max(top, starts[-1])]
    return [_Place(*place) for place in zip(starts, ends, [_FIRST_ROW, *starts], strict=False)]


def _chain(page: bytes, start: int) -> list[int]:
    """Return where the rows begin that follow one another from the place of one; a damaged chain ends."""
    found = dict[int, None]()
    place = start
    while _INFIMUM <= place < _PAGE_BYTES and place != _SUPREMUM and place not in found:
        found[place] = None
        place = (place + _number(page[place - 2 : place])) % _PAGE_BYTES
    found.pop(_INFIMUM, None)
    return list(found)


def _null_bytes(page: bytes, places: Sequence[_Place]) -> int | None:
    """Return how many bytes the bits for NULL take in these rows: the count by which the texts are best explained.

    Of counts that do as well the greatest is right: bits that are read as sizes often do no harm. ``None`` when there
    is nothing to explain.
    """
    rows = ((place, page[place.start : place.end]) for place in places[:_TRIED_ROWS])
    tried = [(place, data, runs(data)) for place, data in rows]

    def worth(count: int) -> int:
        ways = (fits(data, texts, _sizes(page, place, count)) for place, data, texts in tried)
        return sum(best[0].worth + best[0].meetings for found in ways for best in found if best)

    best, count = max((worth(count), count) for count in range(_MOST_NULL_BYTES + 1))
    return count if best > 0 else None


def _sizes(page: bytes, place: _Place, null_bytes: int) -> list[int]:
    """Return the sizes of the columns of variable size, and maybe some that are none, as far as the row has room.

    A size above 127 takes two bytes, the high one first.
    """
    found, left, at = list[int](), place.end - place.start, place.start - _ROW_HEADER - null_bytes - 1
    while at >= place.after:
        size = page[at]
        if size & 0x80:
            size, at = (size & 0x3F) << 8 | page[at - 1], at - 1
        left, at = left - size, at - 1
        if left < 0:
            break
        found.append(size)
    return found
