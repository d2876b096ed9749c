"""MariaDB and MySQL, through PyMySQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import event

from honeytokens.systems.sql.failures import Trouble
from honeytokens.systems.sql.schema import Column, ForeignKey, Table, TableTraits
from honeytokens.systems.sql.server import CONNECT_SECONDS, LOCK_SECONDS, Server

READ_SECONDS = 600

_TROUBLES = {
    2002: Trouble.UNREACHABLE,
    2003: Trouble.UNREACHABLE,
    2005: Trouble.UNREACHABLE,
    1040: Trouble.UNREACHABLE,
    1130: Trouble.REFUSED,
    1045: Trouble.REFUSED,
    1698: Trouble.REFUSED,
    1044: Trouble.NO_DATABASE,
    1049: Trouble.NO_DATABASE,
    0: Trouble.LOST,
    2006: Trouble.LOST,
    2013: Trouble.LOST,
    1053: Trouble.LOST,
    1927: Trouble.LOST,
    1317: Trouble.LOST,
    1290: Trouble.READ_ONLY,
    1792: Trouble.READ_ONLY,
    1836: Trouble.READ_ONLY,
    1142: Trouble.NO_PRIVILEGE,
    1143: Trouble.NO_PRIVILEGE,
    1227: Trouble.NO_PRIVILEGE,
    3: Trouble.DISK_FULL,
    28: Trouble.DISK_FULL,
    1021: Trouble.DISK_FULL,
    1026: Trouble.DISK_FULL,
    1114: Trouble.DISK_FULL,
    1030: Trouble.DISK_FULL,
    1205: Trouble.LOCKED,
    1213: Trouble.DEADLOCK,
    1062: Trouble.DUPLICATE,
    1216: Trouble.FOREIGN_KEY,
    1217: Trouble.FOREIGN_KEY,
    1451: Trouble.FOREIGN_KEY,
    1452: Trouble.FOREIGN_KEY,
    1048: Trouble.CHECK,
    1264: Trouble.CHECK,
    1265: Trouble.CHECK,
    1292: Trouble.CHECK,
    1364: Trouble.CHECK,
    1366: Trouble.CHECK,
    1406: Trouble.CHECK,
    3819: Trouble.CHECK,
    4025: Trouble.CHECK,
    1054: Trouble.SCHEMA_CHANGED,
    1146: Trouble.SCHEMA_CHANGED,
}

# MySQL's "latin1" is Windows-1252. A character set that is not here is not checked: the server refuses what it lacks.
_CODECS = {
    "ascii": "ascii",
    "latin1": "cp1252",
    "latin2": "iso8859_2",
    "latin5": "iso8859_9",
    "latin7": "iso8859_13",
    "cp1250": "cp1250",
    "cp1251": "cp1251",
    "cp1256": "cp1256",
    "cp1257": "cp1257",
    "cp850": "cp850",
    "cp852": "cp852",
    "greek": "iso8859_7",
    "hebrew": "iso8859_8",
    "koi8r": "koi8_r",
    "koi8u": "koi8_u",
    "utf8": "utf-8-bmp",
    "utf8mb3": "utf-8-bmp",
    "ucs2": "utf-8-bmp",
}


class MariadbServer(Server):
    """One database of a MariaDB or MySQL server."""

    schemes: ClassVar = frozenset({"mariadb", "mysql"})
    kind: ClassVar = "MariaDB"
    _steps: tuple[int, int] | None = None
    """This server's step between numbers, and its offset."""
    copies: ClassVar = "SQL_BUFFER_RESULT"
    triggers: ClassVar = (
        "SELECT trigger_name, event_object_table FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
    )

    def _engine(self, url: sa.URL) -> sa.Engine:
        if "charset" not in url.query:
            url = url.update_query_dict({"charset": "utf8mb4"})
        engine = sa.create_engine(
            url.set(drivername="mysql+pymysql"),
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS},
        )
        event.listen(engine, "connect", _prepare)
        return engine

    def _read_only(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("START TRANSACTION READ ONLY")

    def trouble(self, error: BaseException) -> tuple[Trouble, object]:
        """Return what an error means, by its number."""
        code = error.args[0] if error.args else None
        return _TROUBLES.get(code, Trouble.UNKNOWN) if isinstance(code, int) else Trouble.UNKNOWN, code

    def traits(self, connection: sa.Connection, table: str) -> TableTraits:
        """Return the engine's transactions and each column's character set."""
        sets = connection.execute(
            sa.text(
                "SELECT column_name, character_set_name FROM information_schema.columns"
                " WHERE table_schema = DATABASE() AND table_name = :name AND character_set_name IS NOT NULL"
            ),
            {"name": table},
        )
        codecs = {name: _CODECS.get(charset) for name, charset in sets}
        return TableTraits(
            _facts(connection, table).transactions == "YES", codecs=codecs, checks=_checks(connection, table)
        )

    def next_keys(self, connection: sa.Connection, table: Table, key: Column, count: int, above: int) -> list[int]:
        """Return the keys that AUTO_INCREMENT would give next, in this server's own steps."""
        start = max(self.greatest(connection, table, key), above) + 1
        if not key.numbered:
            return list(range(start, start + count))
        start = max(start, _facts(connection, table.name).auto_increment or 1)
        if self._steps is None:
            steps = sa.text("SELECT @@auto_increment_increment, @@auto_increment_offset")
            self._steps = tuple(connection.execute(steps).one())
        step, offset = self._steps
        # The server ignores an offset that is greater than the step.
        first = start + (offset - start) % step if offset <= step else start
        return list(range(first, first + count * step, step))

    def foreign_keys(self, connection: sa.Connection) -> list[ForeignKey]:
        """Return every foreign key, in one query: inspection asks each of hundreds of tables."""
        usage = sa.text(
            "SELECT table_name, constraint_name, column_name, referenced_table_name, referenced_column_name"
            " FROM information_schema.key_column_usage WHERE table_schema = DATABASE()"
            " AND referenced_table_name IS NOT NULL ORDER BY table_name, constraint_name, ordinal_position"
        )
        pairs: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        for table, constraint, column, target, target_column in connection.execute(usage):
            pairs.setdefault((table, constraint, target), []).append((column, target_column))
        return [
            ForeignKey(table, tuple(column for column, _ in columns), target, tuple(column for _, column in columns))
            for (table, _, target), columns in pairs.items()
        ]

    def residues(self, connection: sa.Connection, tables: Sequence[Table]) -> list[str]:
        """Return the counters, the logs and the histories."""
        said = []
        for table in tables:
            facts = _facts(connection, table.name)
            if facts.auto_increment is not None:
                said.append(f"the AUTO_INCREMENT of {table.name} stands at {facts.auto_increment} and does not go back")
            if facts.table_type == "SYSTEM VERSIONED":
                said.append(f"{table.name} is system-versioned: its history keeps the deleted rows")
        said += self.trigger_residues(connection, tables)
        variables = sa.text("SELECT @@log_bin, @@general_log, @@slow_query_log AND @@long_query_time = 0")
        binary, general, slow = connection.execute(variables).one()
        if binary:
            said.append(
                "the binary logs, and every replica that reads them, keep the written and deleted rows until purged"
            )
        if general:
            said.append("the general query log is on and keeps every statement with its values")
        if slow:
            said.append("the slow query log keeps every statement with its values")
        said.append("free pages of the data files may keep deleted rows until they are used again")
        return said


def _checks(connection: sa.Connection, table: str) -> tuple[str, ...]:
    """Return the CHECK clauses of single columns, which inspection overlooks on MariaDB."""
    if not getattr(connection.dialect, "is_mariadb", False):
        return ()
    clauses = sa.text(
        "SELECT check_clause FROM information_schema.check_constraints"
        " WHERE constraint_schema = DATABASE() AND table_name = :name"
    )
    return tuple(connection.scalars(clauses, {"name": table}))


def _facts(connection: sa.Connection, table: str) -> sa.Row[Any]:
    """Return a table's ``auto_increment``, ``table_type`` and its engine's ``transactions``."""
    facts = sa.text(
        "SELECT t.auto_increment AS auto_increment, t.table_type AS table_type, e.transactions AS transactions"
        " FROM information_schema.tables t LEFT JOIN information_schema.engines e ON e.engine = t.engine"
        " WHERE t.table_schema = DATABASE() AND t.table_name = :name"
    )
    return connection.execute(facts, {"name": table}).one()


def _prepare(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        # Strict: a server that cuts a value short in silence would plant something else than what is remembered.
        cursor.execute("SET SESSION sql_mode = CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'STRICT_ALL_TABLES')")
        cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {LOCK_SECONDS}, lock_wait_timeout = {LOCK_SECONDS}")
        cursor.execute("SHOW VARIABLES LIKE 'information_schema_stats_expiry'")
        if cursor.fetchone():  # MySQL 8 shows counters as they were a day ago unless told otherwise
            cursor.execute("SET SESSION information_schema_stats_expiry = 0")
