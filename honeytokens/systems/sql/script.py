"""Decoys as a script, for sites where no tool may connect to write: an administrator runs it, ``adopt`` finds the rows.

Keys are given by the database while the script runs; rows below them refer to these through variables. Each decoy is
whole or not there: one transaction each, where the tables have them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from uuid import uuid4

import sqlalchemy as sa

from honeytokens.systems.interface import DraftRow
from honeytokens.systems.sql.schema import Column, Kind, Table
from honeytokens.systems.sql.server import clause


class Writer(ABC):
    """Writes scripts for one kind of server; ``keys`` names the key column of each table."""

    begin: ClassVar[str]
    end: ClassVar[str]

    def __init__(self, dialect: sa.Dialect, tables: Mapping[str, Table], keys: Mapping[str, str]) -> None:
        self._dialect, self._tables, self._keys = dialect, tables, keys

    def decoy(self, drafts: Sequence[DraftRow]) -> Iterator[str]:
        """Yield the lines that write one decoy's rows, parents before children."""
        yield self.begin
        for number, draft in enumerate(drafts, 1):
            table, key = self._tables[draft.table], self._keys[draft.table]
            values: dict[str, sa.ColumnElement[Any]] = {
                name: sa.literal(value) if value is not None else sa.null() for name, value in draft.values.items()
            }
            parents = {draft.parent_column: draft.parent} if draft.parent is not None else {}
            for column, index in (parents | draft.also).items():
                values[str(column)] = sa.literal_column(self.variable(int(str(index)) + 1))
            yield from self._row(number, draft, table, table.columns[key], values)
        yield self.end

    def _row(
        self, number: int, draft: DraftRow, table: Table, key: Column, values: dict[str, sa.ColumnElement[Any]]
    ) -> Iterator[str]:
        if draft.key_of is not None:
            values[key.name] = sa.literal_column(self.variable(draft.key_of + 1))
        elif key.name not in values and key.domain.kind is Kind.UUID:
            values[key.name] = sa.literal(str(uuid4()))
        elif key.name not in values and not key.numbered:
            greatest = sa.select(sa.func.coalesce(sa.func.max(clause(table).c[key.name]), 0) + 1)
            yield self.keep(number, f"({self._text(greatest)})")
            values[key.name] = sa.literal_column(self.variable(number))
            yield f"{self._text(sa.insert(clause(table)).values(values))};"
            return
        given = values.get(key.name)
        yield from self.insert(number, self._text(sa.insert(clause(table)).values(values)), key)
        if given is not None:
            yield self.keep(number, self._text(sa.select(given)).removeprefix("SELECT ").partition(" AS ")[0])

    def _text(self, statement: sa.ClauseElement) -> str:
        text = str(statement.compile(dialect=self._dialect, compile_kwargs={"literal_binds": True}))
        return text.replace("%%", "%") if "format" in self._dialect.paramstyle else text

    @abstractmethod
    def variable(self, number: int) -> str:
        """Return the variable that holds the key of a decoy's ``number``-th row."""

    @abstractmethod
    def keep(self, number: int, expression: str) -> str:
        """Return the line that puts a key into its variable."""

    @abstractmethod
    def insert(self, number: int, statement: str, key: Column) -> Iterator[str]:
        """Yield the lines that insert a row and keep the key that the server gave it, if it gave one."""


class MariadbWriter(Writer):
    """User variables and LAST_INSERT_ID()."""

    begin: ClassVar = "START TRANSACTION;"
    end: ClassVar = "COMMIT;"

    def variable(self, number: int) -> str:
        """Return a user variable."""
        return f"@k{number}"

    def keep(self, number: int, expression: str) -> str:
        """Return a SET."""
        return f"SET @k{number} = {expression};"

    def insert(self, number: int, statement: str, key: Column) -> Iterator[str]:
        """Yield the statement and what keeps its key."""
        yield f"{statement};"
        if key.numbered:
            yield self.keep(number, "LAST_INSERT_ID()")


class PostgresqlWriter(Writer):
    """One DO block for each decoy."""

    begin: ClassVar = "DO $decoy$ DECLARE k text[]; one text; BEGIN"
    end: ClassVar = "END $decoy$;"

    def variable(self, number: int) -> str:
        """Return an element of the block's array, in a type that any key column takes."""
        return f"k[{number}]::bigint"

    def keep(self, number: int, expression: str) -> str:
        """Return an assignment."""
        return f"k[{number}] := {expression};"

    def insert(self, number: int, statement: str, key: Column) -> Iterator[str]:
        """Yield the statement with RETURNING."""
        quoted = self._dialect.identifier_preparer.quote(key.name)
        yield f"{statement} RETURNING {quoted} INTO one; k[{number}] := one;"


class SqliteWriter(Writer):
    """A temporary table of keys."""

    begin: ClassVar = "BEGIN; CREATE TEMP TABLE IF NOT EXISTS decoy_keys (n INTEGER PRIMARY KEY, k);"
    end: ClassVar = "COMMIT;"

    def variable(self, number: int) -> str:
        """Return a look-up."""
        return f"(SELECT k FROM decoy_keys WHERE n = {number})"  # noqa: S608 - a number of ours

    def keep(self, number: int, expression: str) -> str:
        """Return an upsert."""
        return f"INSERT OR REPLACE INTO decoy_keys VALUES ({number}, {expression});"  # noqa: S608 - as above

    def insert(self, number: int, statement: str, key: Column) -> Iterator[str]:
        """Yield the statement and what keeps its key."""
        yield f"{statement};"
        if key.numbered:
            yield self.keep(number, "last_insert_rowid()")


WRITERS: Mapping[str, type[Writer]] = {
    "mysql": MariadbWriter,
    "mariadb": MariadbWriter,
    "postgresql": PostgresqlWriter,
    "sqlite": SqliteWriter,
}
"""The writer for each of SQLAlchemy's dialects."""
