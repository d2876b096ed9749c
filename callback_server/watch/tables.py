"""A log that a hospital system keeps in a table: read from the database, with an account that can only read."""

from __future__ import annotations

import sqlalchemy as sa

from callback_server.errors import ServiceError
from callback_server.watch.interface import Polled, Position, Source
from honeytokens.audit_logs import TableLog

_BATCH = 1_000
_OVERLAP = 500
"""Entries that are looked at again: a transaction may commit an entry after one of a higher number."""


_DRIVERS = {"mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql", "postgresql": "postgresql+psycopg"}


class TableSource(Source):
    """Follows one table. ``from_start`` reads what is there at the very first; else only what comes.

    ``url`` is of SQLAlchemy's form; its own password is used without ``password``. Raises ``ServiceError`` for no URL.
    """

    def __init__(self, url: str, password: str | None, log: TableLog, *, from_start: bool) -> None:
        try:
            parsed = sa.make_url(url)
            parsed = parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))
            parsed = parsed if password is None else parsed.set(password=password)
            self._engine = sa.create_engine(parsed, poolclass=sa.NullPool)
        except (sa.exc.ArgumentError, ValueError, ModuleNotFoundError) as error:
            raise ServiceError(
                "The database of a source is no URL that is known",
                "Write mariadb://account@host/database or postgresql://account@host/database",
            ) from error
        self.name = f"{log.name} {parsed.host or ''}/{parsed.database}"
        self._log, self._from_start = log, from_start

    def poll(self, position: Position | None) -> Polled | None:
        """Read on, up to a thousand entries."""
        try:
            return self._poll(position)
        except sa.exc.SQLAlchemyError as error:
            cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            raise ServiceError(
                f"the database refused ({type(cause).__name__})", "Check its account and address"
            ) from error

    def _poll(self, position: Position | None) -> Polled | None:
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
