"""The alerts that are owed, in the store's SQLite file. Needs no key: it holds numbers, states and times only."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

from callback_server.database import open_database
from callback_server.store.interface import AlertCounts, Leased
from callback_server.store.schema import MIGRATIONS


class SqliteOutbox:
    """Alerts; see :class:`callback_server.store.interface.Outbox`. Every method may raise ``sqlite3.Error``."""

    def __init__(self, path: Path) -> None:
        self._database = open_database(path, MIGRATIONS)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def lease(self, now: datetime, lasting: timedelta, limit: int) -> list[Leased]:
        """Take alerts that are due, the longest due first."""
        query = """
            UPDATE alerts SET state = 'leased', attempts = attempts + 1, next_at = ?
            WHERE id IN (SELECT id FROM alerts WHERE state IN ('waiting', 'leased') AND next_at <= ?
                         ORDER BY next_at LIMIT ?)
            RETURNING id, hit, channel, attempts
        """
        with self._lock, self._database.atomic():
            rows = self._database.conn.execute(query, ((now + lasting).timestamp(), now.timestamp(), limit)).fetchall()
        return [Leased(*row) for row in rows]

    def delivered(self, number: int) -> None:
        """Settle an alert that was taken."""
        self._change("state = 'delivered', problem = NULL WHERE id = ?", number)

    def postpone(self, number: int, due: datetime, problem: str) -> None:
        """Have an alert tried again from ``due`` on."""
        self._change("state = 'waiting', next_at = ?, problem = ? WHERE id = ?", due.timestamp(), problem, number)

    def bury(self, number: int, problem: str) -> None:
        """Give an alert up."""
        self._change("state = 'dead', problem = ? WHERE id = ?", problem, number)

    def resend(self, now: datetime) -> int:
        """Make every dead alert due again."""
        return self._change("state = 'waiting', attempts = 0, next_at = ? WHERE state = 'dead'", now.timestamp())

    def counts(self) -> AlertCounts:
        """Count alerts by state; a leased one is still waiting."""
        with self._lock:
            rows = self._database.execute("SELECT state, count(*) FROM alerts GROUP BY state").fetchall()
        by_state = dict(rows)
        return AlertCounts(
            waiting=by_state.get("waiting", 0) + by_state.get("leased", 0),
            delivered=by_state.get("delivered", 0),
            dead=by_state.get("dead", 0),
        )

    def _change(self, assignments: str, *values: object) -> int:
        with self._lock, self._database.atomic():
            # The text is always one of the constants above.
            return self._database.conn.execute(f"UPDATE alerts SET {assignments}", values).rowcount  # noqa: S608
