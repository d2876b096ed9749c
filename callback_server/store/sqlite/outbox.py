"""The alerts that are owed, in the store's SQLite file. Needs no key: it holds numbers, states and times only."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from callback_server.database import open_database
from callback_server.store.records import AlertCounts, Leased
from callback_server.store.sqlite.schema import MIGRATIONS


class SqliteOutbox:
    """Alerts; see :class:`callback_server.store.interface.Outbox`. Every method may raise ``sqlite3.Error``."""

    def __init__(self, path: Path) -> None:
        self._database = open_database(path, MIGRATIONS)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def lease(self, channel: str, now: datetime, lasting: timedelta, limit: int) -> list[Leased]:
        """Take a channel's alerts that are due, the longest due first."""
        query = """
            UPDATE alerts SET state = 'leased', attempts = attempts + 1, next_at = ?
            WHERE id IN (SELECT id FROM alerts WHERE state IN ('waiting', 'leased') AND channel = ? AND next_at <= ?
                         ORDER BY next_at LIMIT ?)
            RETURNING id, hit, channel, attempts
        """
        with self._lock, self._database.atomic():
            values = ((now + lasting).timestamp(), channel, now.timestamp(), limit)
            rows = self._database.conn.execute(query, values).fetchall()
        return [Leased(*row) for row in rows]

    def delivered(self, numbers: Sequence[int]) -> None:
        """Settle alerts that were taken."""
        self._settle("state = 'delivered', problem = NULL", (), numbers)

    def postpone(self, numbers: Sequence[int], due: datetime, problem: str) -> None:
        """Have alerts tried again from ``due`` on."""
        self._settle("state = 'waiting', next_at = ?, problem = ?", (due.timestamp(), problem), numbers)

    def bury(self, numbers: Sequence[int], problem: str) -> None:
        """Give alerts up."""
        self._settle("state = 'dead', problem = ?", (problem,), numbers)

    def resend(self, now: datetime, channel: str | None = None) -> int:
        """Make every dead alert due again, of one channel or of all."""
        statement = """
            UPDATE alerts SET state = 'waiting', attempts = 0, next_at = ?
            WHERE state = 'dead' AND (? IS NULL OR channel = ?)
        """
        with self._lock, self._database.atomic():
            return self._database.conn.execute(statement, (now.timestamp(), channel, channel)).rowcount

    def counts(self, channel: str | None = None) -> AlertCounts:
        """Return how many alerts are in each state; a leased one is still waiting."""
        query = "SELECT state, sum(alerts) FROM owed WHERE ? IS NULL OR channel = ? GROUP BY state"
        with self._lock:
            by_state = dict(self._database.execute(query, (channel, channel)).fetchall())
        return AlertCounts(
            waiting=by_state.get("waiting", 0) + by_state.get("leased", 0),
            delivered=by_state.get("delivered", 0),
            dead=by_state.get("dead", 0),
        )

    def _settle(self, assignments: str, values: tuple[object, ...], numbers: Sequence[int]) -> None:
        statement = f"UPDATE alerts SET {assignments} WHERE id = ?"  # noqa: S608 - one of the constants above
        with self._lock, self._database.atomic():
            self._database.conn.executemany(statement, [(*values, number) for number in numbers])
