"""What the watch remembers: how far each source was read, and the sealed reads that were not handed over yet.

Both stand in one file and change in one transaction, so a read is never lost and never counted twice. Nothing of a
read stands there in clear.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import sqlite_utils

from callback_server.database import open_database
from callback_server.watch.interface import Position


def _first(database: sqlite_utils.Database) -> None:
    # AUTOINCREMENT: a number never comes back, for it is the name under which the receiver knows a delivery.
    database.execute("CREATE TABLE sealed (id INTEGER PRIMARY KEY AUTOINCREMENT, content BLOB NOT NULL)")
    database.execute("CREATE TABLE positions (source TEXT PRIMARY KEY, position TEXT NOT NULL)")
    database.execute("CREATE TABLE watch (name TEXT NOT NULL)")
    database.execute("INSERT INTO watch (name) VALUES (lower(hex(randomblob(8))))")


_MIGRATIONS = (_first,)


class Outbox:
    """An open file; one thread at a time. Every method may raise ``sqlite3.Error`` (disk full, locked)."""

    def __init__(self, path: Path) -> None:
        self._database = open_database(path, _MIGRATIONS)
        self.name = str(self._database.execute("SELECT name FROM watch").fetchone()[0])

    def position(self, source: str) -> Position | None:
        """Return how far a source was read."""
        row = self._database.execute("SELECT position FROM positions WHERE source = ?", (source,)).fetchone()
        return dict(json.loads(row[0])) if row else None

    def keep(self, source: str, position: Position, sealed: Sequence[bytes]) -> None:
        """Remember sealed reads and the position after them, durably, both or neither."""
        with self._database.atomic():
            self._database.conn.executemany("INSERT INTO sealed (content) VALUES (?)", ((one,) for one in sealed))
            self._database.execute(
                "INSERT OR REPLACE INTO positions (source, position) VALUES (?, ?)", (source, json.dumps(position))
            )

    def oldest(self) -> tuple[str, bytes] | None:
        """Return the delivery that has waited longest, with the name that it is known by."""
        row = self._database.execute("SELECT id, content FROM sealed ORDER BY id LIMIT 1").fetchone()
        return (f"{self.name}_{row[0]}", bytes(row[1])) if row else None

    def drop(self, delivery: str) -> None:
        """Forget a delivery that was taken."""
        with self._database.atomic():
            self._database.execute("DELETE FROM sealed WHERE id = ?", (int(delivery.rpartition("_")[2]),))

    def waiting(self) -> int:
        """Return how many deliveries wait."""
        return int(self._database.execute("SELECT count(*) FROM sealed").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._database.close()
