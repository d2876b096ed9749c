"""The spool: groups of sightings, each sealed, between the front, which appends, and the worker, which takes them away.

A row leaves the spool only after the worker has stored it durably. The spool holds nothing in clear.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import sqlite_utils

from callback_server.database import open_database


def _first(database: sqlite_utils.Database) -> None:
    # AUTOINCREMENT: a number never comes back, so that the worker may skip what it has seen.
    database.execute("CREATE TABLE sealed (id INTEGER PRIMARY KEY AUTOINCREMENT, content BLOB NOT NULL)")


_LARGE = 16 * 1024 * 1024
"""Bytes of sealed groups that a worker takes at one time; each is held several times over."""
_MIGRATIONS = (_first,)


class Spool:
    """An open spool file. May be open in several processes; each object serves one thread at a time.

    Every method may raise ``sqlite3.Error`` (disk full, locked beyond ten seconds).
    """

    def __init__(self, path: Path) -> None:
        self._database = open_database(path, _MIGRATIONS)

    def append(self, content: bytes) -> None:
        """Store a sealed group, durably when this returns."""
        with self._database.atomic():
            self._database.conn.execute("INSERT INTO sealed (content) VALUES (?)", (content,))

    def take(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Return the oldest (number, sealed group) whose number is above ``after``; they stay until dropped.

        At most ``limit``, and no more once they are large together.
        """
        query = "SELECT id, content FROM sealed WHERE id > ? ORDER BY id LIMIT ?"
        taken, size = [], 0
        with closing(self._database.execute(query, (after, limit))) as rows:
            for number, content in rows:
                taken.append((number, content))
                size += len(content)
                if size > _LARGE:
                    break
        return taken

    def drop(self, numbers: Sequence[int]) -> None:
        """Remove what the worker has stored."""
        with self._database.atomic():
            self._database.conn.executemany("DELETE FROM sealed WHERE id = ?", ((number,) for number in numbers))

    def close(self) -> None:
        """Close the file."""
        self._database.close()
