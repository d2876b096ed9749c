"""Tables of a database, read in one read-only transaction each, and MariaDB's binary logs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa

from honeytokens.errors import FreezeError
from honeytokens.freezing.files import FileItem
from honeytokens.freezing.interface import Item
from honeytokens.systems.sql.server import Server
from honeytokens.systems.sql.urls import server_at

_ROWS = 1_000


class TableItem:
    """One table as JSON lines: its columns' names, then each row; bytes are hexadecimal."""

    copied = True

    def __init__(self, url: str, password: str | None, table: str) -> None:
        self._server = server_at(url, password)
        self._table = table
        self._facts: dict[str, object] = {}
        self.name = f"table {table} of {self._server.name}"

    def read(self) -> Iterator[bytes]:
        """Yield its rows as one transaction sees them."""
        schema, _, name = self._table.rpartition(".")
        asked = sa.select(sa.text("*")).select_from(sa.table(name, schema=schema or None))
        try:
            with self._server.reading() as connection:
                result = connection.execution_options(stream_results=True).execute(asked)
                columns, rows = list(result.keys()), 0
                yield _line(columns)
                for part in result.partitions(_ROWS):
                    rows += len(part)
                    yield b"".join(_line(list(row)) for row in part)
        finally:
            self._server.engine.dispose()
        self._facts = {"rows": rows, "columns": len(columns)}

    def facts(self) -> Mapping[str, object]:
        """Return how many rows and columns it had."""
        return self._facts


class BinaryLogList:
    """MariaDB's own list of its binary logs, with the size that each had. A freeze that goes on takes another list."""

    copied = True

    def __init__(self, server: Server) -> None:
        self._server = server
        self.name = f"list of binary logs of {server.name} at {datetime.now(UTC).isoformat()}"
        self.sizes: dict[str, int] = {}

    def read(self) -> Iterator[bytes]:
        """Yield the list, as JSON."""
        try:
            with self._server.reading() as connection:
                rows = connection.execute(sa.text("SHOW BINARY LOGS")).all()
        finally:
            self._server.engine.dispose()
        self.sizes = {str(row[0]): int(row[1]) for row in rows}
        yield json.dumps(self.sizes, indent=2).encode()

    def facts(self) -> Mapping[str, object]:
        """Return how many there are."""
        return {"binary_logs": len(self.sizes)}


def binary_logs(url: str, password: str | None, folder: Path, copy_up_to: int | None) -> Iterator[Item]:
    """Yield the list of the server's binary logs, then each of them, up to the size that the list gave it.

    The list must be read before the next item is asked for. Raises :class:`FreezeError` for another kind of database.
    """
    server = server_at(url, password)
    if server.kind != "MariaDB":
        raise FreezeError("Binary logs are MariaDB's or MySQL's", "Name such a database in the list of sources")
    listed = BinaryLogList(server)
    yield listed
    for name, size in listed.sizes.items():
        yield FileItem(folder / name, copy_up_to, size)


def _line(values: list[object]) -> bytes:
    return json.dumps(values, default=_plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)
