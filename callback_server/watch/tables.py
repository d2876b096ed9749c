"""A log that a hospital system keeps in a table: read from the database, with an account that can only read."""

from __future__ import annotations

import sqlalchemy as sa

from callback_server.watch.interface import Polled, Position, Source
from honeytokens.audit_logs import TableLog

_BATCH = 1_000
_OVERLAP = 500
"""Entries that are looked at again: a transaction may commit an entry after one of a higher number."""


class TableSource(Source):
    """Follows one table. ``from_start`` reads what is there at the very first; else only what comes."""

    def __init__(self, url: sa.URL, log: TableLog, *, from_start: bool) -> None:
        self.name = f"{log.name} {url.host or ''}/{url.database}"
        self._log, self._from_start = log, from_start
        self._engine = sa.create_engine(url, poolclass=sa.NullPool)

    def poll(self, position: Position | None) -> Polled | None:
        """Read on, up to a thousand entries."""
        after = int(position["after"]) if position else 0
        seen = set(position["seen"]) if position else set()
        with self._engine.connect() as connection:
            if position is None and not self._from_start:
                return Polled((), {"after": self._newest(connection), "seen": []}, more=False)
            asked = {"after": max(0, after - _OVERLAP), "limit": _BATCH + _OVERLAP}
            rows = connection.execute(sa.text(self._log.query), asked).mappings().all()
        fresh = [row for row in rows if int(row[self._log.key]) not in seen]
        if not fresh:
            return None
        keys = sorted(int(row[self._log.key]) for row in rows)
        reads = [read for row in fresh for read in self._log.read(dict(row))]
        return Polled(reads, {"after": keys[-1], "seen": [key for key in keys if key > keys[-1] - _OVERLAP]}, more=True)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _newest(self, connection: sa.Connection) -> int:
        table = sa.table(self._log.table, sa.column(self._log.key))
        return int(connection.scalar(sa.select(sa.func.max(table.c[self._log.key]))) or 0)
