"""PostgreSQL, through psycopg 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from honeytokens.errors import PlantingError
from honeytokens.systems.sql.failures import Trouble
from honeytokens.systems.sql.schema import Column, Table, TableTraits
from honeytokens.systems.sql.server import CONNECT_SECONDS, LOCK_SECONDS, Server, clause

_TROUBLES = {
    "28": Trouble.REFUSED,
    "3D": Trouble.NO_DATABASE,
    "08": Trouble.LOST,
    "57P": Trouble.LOST,
    "57014": Trouble.LOST,
    "25006": Trouble.READ_ONLY,
    "42501": Trouble.NO_PRIVILEGE,
    "53100": Trouble.DISK_FULL,
    "53300": Trouble.UNREACHABLE,
    "55P03": Trouble.LOCKED,
    "40": Trouble.DEADLOCK,
    "23505": Trouble.DUPLICATE,
    "23P01": Trouble.DUPLICATE,
    "23503": Trouble.FOREIGN_KEY,
    "23001": Trouble.FOREIGN_KEY,
    "23": Trouble.CHECK,
    "22": Trouble.CHECK,
    "42804": Trouble.CHECK,
    "42703": Trouble.SCHEMA_CHANGED,
    "42P01": Trouble.SCHEMA_CHANGED,
}

_CODECS = {
    "LATIN1": "iso8859_1",
    "LATIN2": "iso8859_2",
    "LATIN5": "iso8859_9",
    "LATIN9": "iso8859_15",
    "WIN1250": "cp1250",
    "WIN1251": "cp1251",
    "WIN1252": "cp1252",
    "WIN1256": "cp1256",
    "SQL_ASCII": "ascii",
}


class OverridingInsert(sa.Insert):
    """An INSERT that gives its own keys to columns GENERATED ALWAYS AS IDENTITY."""

    inherit_cache = True


@compiles(OverridingInsert)
def _overriding(insert: OverridingInsert, compiler: SQLCompiler, **options: Any) -> str:
    # SQLAlchemy has no word for OVERRIDING; every value is a mark, so the first VALUES after the names is the only one.
    names, _, marks = compiler.visit_insert(insert, **options).rpartition(") VALUES (")  # type: ignore[no-untyped-call]
    return f"{names}) OVERRIDING SYSTEM VALUE VALUES ({marks}"


class PostgresqlServer(Server):
    """One database of a PostgreSQL server."""

    schemes: ClassVar = frozenset({"postgresql", "postgres"})
    kind: ClassVar = "PostgreSQL"
    insert: ClassVar = OverridingInsert
    triggers: ClassVar = (
        "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND pg_table_is_visible(tgrelid)"
    )

    def _engine(self, url: sa.URL) -> sa.Engine:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_SECONDS},
        )
        event.listen(engine, "connect", _prepare)
        return engine

    def _read_only(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    def trouble(self, error: BaseException) -> tuple[Trouble, object]:
        """Return what an error means, by its SQLSTATE; a connection that was never made has only a text."""
        state = getattr(error, "sqlstate", None)
        if state is not None:
            found = (_TROUBLES[state[:size]] for size in (5, 3, 2) if state[:size] in _TROUBLES)
            return next(found, Trouble.UNKNOWN), state
        text, handle = str(error), getattr(error, "pgconn", None)
        if handle is None:  # the driver itself resolves names, and says so in English
            return Trouble.UNREACHABLE if "resolve host" in text else Trouble.LOST, None
        if any(word in text for word in ("authentication", "no password", "role")):
            return Trouble.REFUSED, None
        if "FATAL" in text and handle.db.decode(errors="replace") in text:
            return Trouble.NO_DATABASE, None
        # The server may speak another language: what is left is either the account or the way there.
        return Trouble.REFUSED if handle.used_password or handle.needs_password else Trouble.UNREACHABLE, None

    def traits(self, connection: sa.Connection, table: str) -> TableTraits:
        """Return that every column has the database's own character set."""
        codec = _CODECS.get(str(connection.scalar(sa.text("SHOW server_encoding"))))
        names = sa.text(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(:name)) AND attnum > 0"
        )
        return TableTraits(transactional=True, codecs=dict.fromkeys(connection.scalars(names, {"name": table}), codec))

    def next_keys(self, connection: sa.Connection, table: Table, key: Column, count: int, above: int) -> list[int]:
        """Draw keys from the column's sequence, as the application does; without one, take those after the greatest."""
        sequence = self._sequence(connection, table, key)
        if sequence is None:
            return super().next_keys(connection, table, key, count, above)
        draw = sa.text("SELECT nextval(CAST(:sequence AS regclass)) FROM generate_series(1, :count)")
        keys = [int(value) for value in connection.scalars(draw, {"sequence": sequence, "count": count})]
        rows = clause(table)
        if connection.scalar(sa.select(sa.func.count()).select_from(rows).where(rows.c[key.name].in_(keys))):
            raise PlantingError(
                f"The sequence {sequence} gives keys that {table.name} has already",
                "Set it after the greatest key with setval: the application's own inserts fail as well",
            )
        return keys

    def residues(self, connection: sa.Connection, tables: Sequence[Table]) -> list[str]:
        """Return the sequences, the logs and the dead rows."""
        said = []
        for table in tables:
            for column in table.columns.values():
                sequence = self._sequence(connection, table, column) if column.numbered else None
                if sequence is not None:
                    said.append(f"the sequence {sequence} was advanced and does not go back")
        said += self.trigger_residues(connection, tables)
        if connection.scalar(sa.text("SHOW archive_mode")) != "off":
            said.append("the archived write-ahead logs keep the written and deleted rows")
        if connection.scalar(sa.text("SHOW log_statement")) in {"mod", "all"}:
            said.append("the server's log keeps every statement with its values")
        said.append(
            "deleted rows stay in the data files until VACUUM, and in the write-ahead log until it is used again"
        )
        return said

    @staticmethod
    def _sequence(connection: sa.Connection, table: Table, key: Column) -> str | None:
        """Return the sequence that numbers a column: the one that it owns, or else the one that its default names."""
        owned = sa.text("SELECT pg_get_serial_sequence(quote_ident(:table), :column)")
        found = connection.scalar(owned, {"table": table.name, "column": key.name})
        return str(found) if found is not None else key.sequence


def _prepare(connection: Any, _record: object) -> None:
    connection.execute("SET datestyle = 'ISO'")
    connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    connection.commit()
