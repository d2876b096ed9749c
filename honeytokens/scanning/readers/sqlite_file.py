"""SQLite databases, table by table and row by row; nothing that the database brings along is run."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import ClassVar

from honeytokens.model import Unread
from honeytokens.scanning.readers.binary_file import BinaryFile
from honeytokens.scanning.readers.cells import shown
from honeytokens.scanning.readers.decoding import decode_sample
from honeytokens.scanning.readers.interface import Record, Source
from honeytokens.scanning.readers.isolation import IsolatedReader, Problem

_HEADER_BYTES = 100
_LONGEST = 256 << 20
_VERSIONS = slice(18, 20)
_ROLLBACK_VERSIONS = b"\x01\x01"
_STORED = frozenset({0, 3})  # ordinary columns, and computed ones that are kept; others are computed when they are read
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA})
_BESIDE = (
    "The changes in its file {name} were not read as rows: copy both, run sqlite3 on the copy with"
    " 'pragma wal_checkpoint(truncate)', and scan that"
)


class SqliteFile(IsolatedReader):
    """Reads every table, those behind full-text and other virtual tables too. A table is a part.

    Views, triggers, virtual tables and computed columns are never evaluated: they hold nothing that is not in a table.
    """

    advice: ClassVar[str] = "what its pages show was read; for more, run .recover of sqlite3 and scan that"

    def recognises(self, source: Source) -> bool:
        """Return whether the first bytes are those of a database."""
        return source.head.startswith(b"SQLite format 3\0")

    def records(self, source: Source) -> Iterator[Record | Unread]:
        """Yield all rows, and which changes beside the file are not in them."""
        yield from super().records(source)
        for ending in ("-wal", "-journal"):
            beside = Path(source.path + ending)
            with contextlib.suppress(OSError):
                if source.member is None and beside.stat().st_size:
                    yield Unread(source.location, _BESIDE.format(name=ending))

    def parse(self, file: BufferedReader, passwords: Sequence[str]) -> Iterator[Record | Problem]:  # noqa: ARG002
        """Yield the rows of each table; after that, raise ``sqlite3.DatabaseError`` if any was damaged."""
        damage = sqlite3.DatabaseError("the file is cut short") if _is_cut(file) else None
        with contextlib.closing(_connect(file)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0").fetchall()
            for (table,) in tables:
                try:
                    yield from _rows(database, table)
                except sqlite3.DatabaseError as error:
                    damage = error
        if damage is not None:
            raise damage

    def salvage(self, source: Source) -> Iterator[Record | Unread]:
        """Yield the rows that are found in its pages."""
        return BinaryFile().records(source)


def _is_cut(file: BufferedReader) -> bool:
    """Return whether a file is shorter than it says: SQLite itself takes what is missing of its last page for zeros."""
    header = file.read(_HEADER_BYTES)
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    page = int.from_bytes(header[16:18], "big")
    page_bytes = 1 << 16 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big") if header[24:28] == header[92:96] else 0
    return len(header) < _HEADER_BYTES or not page_bytes or size % page_bytes > 0 or size < pages * page_bytes


def _connect(file: BufferedReader) -> sqlite3.Connection:
    if os.fstat(file.fileno()).st_nlink:
        database = sqlite3.connect(f"file:/proc/self/fd/{file.fileno()}?mode=ro&immutable=1", uri=True)
    else:  # it is in memory, and has no name that could be opened
        data = bytearray(file.read())
        data[_VERSIONS] = _ROLLBACK_VERSIONS  # or the file of changes would be asked for, which memory has not
        database = sqlite3.connect(":memory:")
        database.deserialize(data)
    database.text_factory = lambda data: decode_sample(data, "utf-8")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    for setting in ("trusted_schema = off", "cell_size_check = on", "mmap_size = 0", "temp_store = memory"):
        database.execute(f"PRAGMA {setting}")
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
    return database


def _rows(database: sqlite3.Connection, table: str) -> Iterator[Record]:
    columns = database.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchall()
    names = ", ".join(_quoted(column[1]) for column in columns if column[6] in _STORED)
    # Without NOT INDEXED, rows could come from an index, which can be made to hold fewer.
    rows = database.execute(f"SELECT {names} FROM {_quoted(table)} NOT INDEXED")  # noqa: S608 - quoted
    for row, values in enumerate(rows, start=1):
        yield Record(tuple(map(shown, values)), row=row, part=table)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
