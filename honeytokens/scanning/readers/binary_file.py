"""Bytes of any kind: the text in them, kept together as it lies together.

Pages of InnoDB, PostgreSQL and SQLite are known by their form, and each row in them is a record. Of all else, 512 bytes
of texts that lie near one another are a record, and such records overlap by half.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from honeytokens.model import Unread
from honeytokens.scanning.readers.delimited import Delimited
from honeytokens.scanning.readers.innodb_page import InnodbPages, is_packed
from honeytokens.scanning.readers.interface import Reader, Record, Source
from honeytokens.scanning.readers.postgresql_page import PostgresqlPages
from honeytokens.scanning.readers.raw_pages import PageLayout, RawRow, readings
from honeytokens.scanning.readers.raw_text import Run, cut_by_prefixes, is_binary, mariadb_days, runs
from honeytokens.scanning.readers.sqlite_page import sqlite_pages

_LOOSE = 1 << 16
_OVERLAP = 1 << 10
_WIDTH = 512
_GAP = 16
"""What a gap between texts counts at most: columns of fixed width are filled up with bytes that are no text."""

_FAR = 2048
_AFTER = 3
_LEAST_LINES = 8
_TABLE = Delimited()

_COMPRESSED = "It is a compressed table of InnoDB: start MariaDB on a copy of its files, dump it as SQL and scan that"


class BinaryFile(Reader):
    """Reads bytes that are no text. ``row`` counts the records, ``offset`` is where one begins."""

    def recognises(self, source: Source) -> bool:
        """Return whether the first bytes are neither text nor a table whose fields are filled up with zeros."""
        if not is_binary(source.head):
            return False
        if any(PostgresqlPages().rows(source.head[: PostgresqlPages.size])):
            return True  # whatever its bytes look like as text
        if not source.encoding.startswith("utf-8"):
            return False
        return source.head.count(b"\n") < _LEAST_LINES or not _TABLE.recognises(source)

    def records(self, source: Source) -> Iterator[Record | Unread]:
        """Yield the rows of database pages, and the texts of all else."""
        if is_packed(source.head):
            yield Unread(source.location, _COMPRESSED)
        for row, (start, _, fields) in enumerate(_rows(source.stream, source.head), start=1):
            yield Record(tuple(fields), row=row, offset=start)


def _rows(stream: BufferedReader[Any], head: bytes) -> Iterator[RawRow]:
    """Yield what is found in pages, and in what is left over of them, by its place in the file."""
    sqlite = sqlite_pages(head)
    layouts: list[PageLayout] = [sqlite[1]] if sqlite else [InnodbPages(), PostgresqlPages()]
    start = sqlite[0] if sqlite else 0
    loose, offset = bytearray(stream.read(start)), start
    while unit := stream.read(layouts[0].size):
        found, rest = _in_pages(unit, layouts)
        yield from (row._replace(start=offset + row.start, end=offset + row.end) for row in found)
        loose += rest
        offset += len(unit)
        if len(loose) >= _LOOSE:
            yield from _stretches(bytes(loose), offset - len(loose))
            del loose[:-_OVERLAP]
    yield from _stretches(bytes(loose), offset - len(loose))


def _in_pages(unit: bytes, layouts: list[PageLayout]) -> tuple[list[RawRow], bytes]:
    """Return the rows of the pages in a piece of a file, and the piece with zeros in their places."""
    for layout in layouts:
        found, rest = list[RawRow](), bytearray(unit)
        for offset in range(0, len(unit), layout.size):
            room = layout.size
            for row in layout.rows(unit[offset : offset + layout.size]):
                moved = row._replace(start=offset + row.start, end=offset + row.end)
                room -= row.end - row.start
                if room < 0:  # rows of a sound page do not overlap
                    break
                rest[moved.start : moved.end] = bytes(moved.end - moved.start)
                found.append(moved)
        if found:
            return found, bytes(rest)
    return [], unit


def _stretches(data: bytes, offset: int) -> Iterator[RawRow]:
    """Yield the texts that lie near one another, in stretches that overlap by half."""
    texts = runs(data)
    first = 0
    while first < len(texts):
        last, following = _stretch(texts, first)
        near = texts[first:last]
        start, end = near[0].start, near[-1].end + _AFTER
        moved = [run._replace(start=run.start - start, end=run.end - start) for run in near]
        fields = readings(near, [cut_by_prefixes(data, run) for run in near])
        yield RawRow(offset + start, offset + end, [*fields, *mariadb_days(data[start:end], moved)])
        first = following


def _stretch(texts: list[Run], first: int) -> tuple[int, int]:
    """Return the text after the last of a stretch that begins with a given one, and the first of the next stretch."""
    width, middle = 0, 0
    for place in range(first, len(texts)):
        gap = texts[place].start - texts[place - 1].end if place > first else 0
        if gap > _FAR:
            return place, place
        width += texts[place].end - texts[place].start + min(gap, _GAP)
        if width > _WIDTH and place > first:
            return place, middle or place
        if width > _WIDTH // 2 and not middle:
            middle = max(place, first + 1)
    return len(texts), len(texts)
