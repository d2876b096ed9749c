"""What one kind of database server must provide: how it is reached, what its errors mean, how it numbers rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.sql.elements import quoted_name

from honeytokens.errors import SystemUnreachableError
from honeytokens.systems.sql.failures import Trouble, failure
from honeytokens.systems.sql.schema import Column, ForeignKey, Table, TableTraits, foreign_keys

LOCK_SECONDS = 10
CONNECT_SECONDS = 10


class Server(ABC):
    """One database server, or one file. Owns the engine; every error that leaves it is one of ours."""

    schemes: ClassVar[frozenset[str]]
    """The schemes of URLs that mean this kind of server."""
    kind: ClassVar[str]
    insert: ClassVar[type[sa.Insert]] = sa.Insert
    """The INSERT that may give keys which the server would number itself."""
    copies: ClassVar[str] = ""
    """A SELECT prefix that lets go of a table without transactions before the rows are read."""
    triggers: ClassVar[str]
    """A query for (trigger, table) of the default schema."""

    def __init__(self, url: sa.URL) -> None:
        self.name = f"the {self.kind} {self.where(url)}"
        try:
            self.engine = self._engine(url)
        except ImportError:
            raise SystemUnreachableError(
                f"The driver for {self.kind} is not installed", "Install honeytokens with its locked requirements"
            ) from None
        except (exc.ArgumentError, TypeError, ValueError):
            raise SystemUnreachableError(
                f"The URL of {self.name} is not understood", "Write it as scheme://account@host:port/database"
            ) from None

    @staticmethod
    def where(url: sa.URL) -> str:
        """Return where the database is, for messages: never the password."""
        port = f":{url.port}" if url.port else ""
        return f'database "{url.database}" on {url.host or "this machine"}{port}'

    @abstractmethod
    def _engine(self, url: sa.URL) -> sa.Engine:
        """Return the engine; nothing is connected yet."""

    @abstractmethod
    def trouble(self, error: BaseException) -> tuple[Trouble, object]:
        """Return what a driver's error means, and its code."""

    @abstractmethod
    def traits(self, connection: sa.Connection, table: str) -> TableTraits:
        """Return what inspection does not tell of a table."""

    def foreign_keys(self, connection: sa.Connection) -> list[ForeignKey]:
        """Return every foreign key of the default schema."""
        return foreign_keys(connection)

    @abstractmethod
    def residues(self, connection: sa.Connection, tables: Sequence[Table]) -> list[str]:
        """Return in words what stays after every row is gone."""

    def next_keys(self, connection: sa.Connection, table: Table, key: Column, count: int, above: int) -> list[int]:
        """Return ``count`` keys, all greater than ``above``, that are free now: here, those after the greatest."""
        first = max(self.greatest(connection, table, key), above) + 1
        return list(range(first, first + count))

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection in a read-only transaction."""
        with self.translating(), self.engine.connect() as connection:
            self._read_only(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection in a transaction that is committed at the end, or rolled back when anything is raised."""
        engine = self.engine.execution_options(writing=True)
        with self.translating(), engine.begin() as connection:
            yield connection

    @contextmanager
    def translating(self, place: str | None = None) -> Iterator[None]:
        """Turn a driver's error into one of ours, which says no more than its code and ``place``."""
        try:
            yield
        except exc.DBAPIError as error:
            trouble, code = self.trouble(error.orig or error)
            raise failure(trouble, self.name, code, place) from None
        except exc.SQLAlchemyError as error:
            raise failure(Trouble.UNKNOWN, self.name, type(error).__name__, place) from None

    def trigger_residues(self, connection: sa.Connection, tables: Sequence[Table]) -> list[str]:
        """Return, in words, the triggers that saw our rows."""
        names = {table.name for table in tables}
        found = connection.execute(sa.text(self.triggers))
        return [f"the trigger {name} of {table} may have written elsewhere" for name, table in found if table in names]

    @abstractmethod
    def _read_only(self, connection: sa.Connection) -> None:
        """Begin a transaction that cannot write."""

    def greatest(self, connection: sa.Connection, table: Table, key: Column) -> int:
        """Return the greatest key of the table, 0 when it is empty."""
        found = connection.scalar(sa.select(sa.func.max(clause(table).c[key.name])))
        return int(found or 0)


@lru_cache(maxsize=1024)
def clause(table: Table) -> sa.TableClause:
    """Return the table for statements, every name quoted as it stands in the schema."""
    return of_names(table.name, table.columns)


def of_names(table: str, names: Iterable[str]) -> sa.TableClause:
    """Return a table with these columns for statements."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(quoted_name(name, quote=True)) for name in dict.fromkeys(names)]
    return sa.table(quoted_name(table, quote=True), *columns)
