"""An SQLite file: opened as it is, never created."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event

from honeytokens.systems.sql.failures import Trouble
from honeytokens.systems.sql.schema import Column, Table, TableTraits
from honeytokens.systems.sql.server import LOCK_SECONDS, Server

_TROUBLES = {
    "SQLITE_CANTOPEN": Trouble.UNREACHABLE,
    "SQLITE_NOTADB": Trouble.NOT_A_DATABASE,
    "SQLITE_CORRUPT": Trouble.NOT_A_DATABASE,
    "SQLITE_READONLY": Trouble.READ_ONLY,
    "SQLITE_PERM": Trouble.NO_PRIVILEGE,
    "SQLITE_FULL": Trouble.DISK_FULL,
    "SQLITE_IOERR_WRITE": Trouble.DISK_FULL,
    "SQLITE_IOERR_FSYNC": Trouble.DISK_FULL,
    "SQLITE_BUSY": Trouble.LOCKED,
    "SQLITE_LOCKED": Trouble.LOCKED,
    "SQLITE_CONSTRAINT_PRIMARYKEY": Trouble.DUPLICATE,
    "SQLITE_CONSTRAINT_ROWID": Trouble.DUPLICATE,
    "SQLITE_CONSTRAINT_UNIQUE": Trouble.DUPLICATE,
    "SQLITE_CONSTRAINT_FOREIGNKEY": Trouble.FOREIGN_KEY,
    "SQLITE_CONSTRAINT": Trouble.CHECK,
    "SQLITE_ERROR": Trouble.SCHEMA_CHANGED,
}


class SqliteServer(Server):
    """One SQLite file."""

    schemes: ClassVar = frozenset({"sqlite"})
    kind: ClassVar = "SQLite"
    triggers: ClassVar = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"

    @staticmethod
    def where(url: sa.URL) -> str:
        """Return where the database is, for messages."""
        return f"file {url.database}"

    def _engine(self, url: sa.URL) -> sa.Engine:
        if not url.database:
            raise ValueError("an SQLite database in memory holds no hospital")
        # mode=rw: a wrong path must not leave an empty database behind.
        address = f"file:{quote(url.database)}?mode=rw"

        def connect() -> sqlite3.Connection:
            # No isolation level: transactions are begun below, so that what is read before a write is read inside it.
            connection = sqlite3.connect(
                address, uri=True, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.text_factory = _lenient
            connection.execute("PRAGMA foreign_keys = ON")
            return connection

        engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool, hide_parameters=True)
        event.listen(engine, "begin", _begin)
        return engine

    def _read_only(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    def trouble(self, error: BaseException) -> tuple[Trouble, object]:
        """Return what an error means, by SQLite's extended code or else by its primary one."""
        name = str(getattr(error, "sqlite_errorname", "SQLITE_UNKNOWN"))
        primary = "_".join(name.split("_")[:2])
        return _TROUBLES.get(name) or _TROUBLES.get(primary, Trouble.UNKNOWN), name

    def traits(self, connection: sa.Connection, table: str) -> TableTraits:
        """Return that the only integer primary key is the rowid, which SQLite numbers, and what is unique."""
        info = connection.execute(sa.text("SELECT name, type, pk FROM pragma_table_info(:name)"), {"name": table}).all()
        keys = [(name, kind) for name, kind, position in info if position]
        rowid = keys[0][0] if len(keys) == 1 and keys[0][1].upper() == "INTEGER" else None
        # SQLAlchemy overlooks a UNIQUE that follows a type with a length.
        indexed = sa.text(
            "SELECT i.name, c.name FROM pragma_index_list(:name) AS i JOIN pragma_index_info(i.name) AS c"
            ' WHERE i."unique" AND NOT i.partial'
        )
        columns: dict[str, set[str | None]] = {}
        for index, column in connection.execute(indexed, {"name": table}):
            columns.setdefault(index, set()).add(column)
        uniques = frozenset(frozenset(filter(None, names)) for names in columns.values() if None not in names)
        return TableTraits(transactional=True, codecs={}, untyped=True, numbered=rowid, uniques=uniques)

    def next_keys(self, connection: sa.Connection, table: Table, key: Column, count: int, above: int) -> list[int]:
        """Return the keys after the greatest that the table has, or had where it is AUTOINCREMENT."""
        return super().next_keys(connection, table, key, count, max(above, self._counter(connection, table) or 0))

    def residues(self, connection: sa.Connection, tables: Sequence[Table]) -> list[str]:
        """Return the counters, the free pages and the log."""
        said = []
        for table in tables:
            counter = self._counter(connection, table)
            if counter is not None:
                said.append(f"the counter of {table.name} stands at {counter} and does not go back")
        said += self.trigger_residues(connection, tables)
        if not connection.scalar(sa.text("PRAGMA secure_delete")):
            said.append("deleted rows stay readable in free pages of the file until VACUUM")
        if connection.scalar(sa.text("PRAGMA journal_mode")) == "wal":
            said.append("the write-ahead log beside the file keeps the rows until it is checkpointed")
        return said

    @staticmethod
    def _counter(connection: sa.Connection, table: Table) -> int | None:
        """Return the last key that an AUTOINCREMENT table gave, ``None`` for any other table."""
        if not connection.scalar(sa.text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")):
            return None
        counter = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        found = connection.scalar(counter, {"name": table.name})
        return None if found is None else int(found)


def _begin(connection: sa.Connection) -> None:
    # A deferred transaction could find at its first write that another program wrote meanwhile, and fail at once.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _lenient(raw: bytes) -> str:
    """Return text that another program wrote, whatever its encoding: one bad row must not hide all the others."""
    return raw.decode(errors="replace")
