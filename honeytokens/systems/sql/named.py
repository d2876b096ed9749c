"""SQL systems that are known by name: what they share beyond the machinery of every SQL system."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import ClassVar, Generic, TypeVar

import sqlalchemy as sa

from honeytokens.errors import MappingError
from honeytokens.model import Decoy, Establishment, Field
from honeytokens.systems.interface import DraftRow
from honeytokens.systems.settings import Settings
from honeytokens.systems.sql.habits import Habits, learn
from honeytokens.systems.sql.layout import Branch, Layout
from honeytokens.systems.sql.mariadb import MariadbServer
from honeytokens.systems.sql.records import Record, RowKind, branches_of, misfits, unfilled
from honeytokens.systems.sql.schema import Table, table_names
from honeytokens.systems.sql.system import SqlSystem, day_of
from honeytokens.systems.sql.values import Clock

SettingsT = TypeVar("SettingsT", bound=Settings)


class NamedLayout(Layout, Generic[SettingsT]):
    """The kinds of rows that one site can hold, its live tables and its habits."""

    def __init__(
        self,
        kinds: Mapping[str, RowKind],
        tables: Mapping[str, Table],
        habits: Mapping[str, Habits],
        settings: SettingsT,
        reading: Callable[[], AbstractContextManager[sa.Connection]],
    ) -> None:
        self.kinds, self.habits, self.settings = kinds, habits, settings
        self.reading = reading
        """Gives a connection to read with, for what is learnt only when a decoy needs it."""
        self._tables = tables
        self._branches = branches_of(kinds)
        self.clock = Clock(settings.zone)

    @abstractmethod
    def study(self, connection: sa.Connection, extra: Mapping[str, Table]) -> None:
        """Learn what else of the site its rows depend on; ``extra`` are the tables that are read and never written."""

    @property
    def tables(self) -> Mapping[str, Table]:
        """The live tables that decoys are written to, by name."""
        return self._tables

    @property
    def branches(self) -> Mapping[str, Branch]:
        """What is known of each of them."""
        return self._branches

    def rows(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:
        """Return the rows, the patient first; raise ``MisfitError`` with a whole phrase that holds no value."""
        record = self.record(str(decoy.ref), at)
        self.fill(record, decoy, establishment)
        return record.drafts

    def record(self, seed: str, at: datetime) -> Record:
        """Return an empty record to draft rows in."""
        return Record(self.kinds, self.tables, self.habits, self.clock, seed, at)

    @abstractmethod
    def fill(self, record: Record, decoy: Decoy, establishment: Establishment) -> None:
        """Draft every row of a decoy."""


NamedT = TypeVar("NamedT", bound=NamedLayout)  # type: ignore[type-arg]


class NamedSystem(SqlSystem[NamedT]):
    """A system whose tables are known: a kind lists its kinds of rows and how a decoy fills them."""

    kinds: ClassVar[Mapping[str, RowKind]]
    layout: ClassVar[type[NamedLayout]]  # type: ignore[type-arg]
    settings: ClassVar[type[Settings]] = Settings
    reads: ClassVar[Mapping[str, Mapping[Field, str]]]
    """The table of the patients' names with the column of each field that it holds."""
    extra: ClassVar[frozenset[str]] = frozenset()
    """Tables that are read and never written."""

    def __init__(self, url: str, password: str | None, settings: str) -> None:
        self._settings = self.settings.parse(settings)
        super().__init__(url, password)
        if not isinstance(self._server, MariadbServer):
            raise MappingError(
                f"A system of this kind lies in MariaDB or MySQL, and {self._server.name} is neither",
                "Give the URL of its database as mysql://account@host/database, or a mapping file instead of the kind",
            )

    def fields(self) -> frozenset[Field]:
        """Return the identity fields that are written."""
        patients, columns = self._read_columns()
        return frozenset(field for field, column in columns.items() if column in self._table(patients).columns)

    def _column_of(self, field: Field) -> str | None:
        table, columns = self._read_columns()
        return columns.get(field) if table == next(iter(self._layout().branches)) else None

    def _read_columns(self) -> tuple[str, Mapping[Field, str]]:
        return next(iter(self.reads.items()))

    def _people(self) -> Iterator[tuple[str, tuple[str, str, date]]]:
        patients, columns = self._read_columns()
        wanted = [columns[field] for field in (Field.SURNAME, Field.FIRST_NAME, Field.BIRTH_DATE)]
        key = self._layout().branches[patients].key
        for number, surname, first_name, born in self._stream(self._table(patients), [key, *wanted]):
            day = day_of(born)
            if number and surname and first_name and day:
                yield number, (surname, first_name, day)

    def host_names(self) -> Iterator[tuple[str, str, str, date]]:
        """Stream (key, surname, first name, birth date) of every patient, and once more with the birth name."""
        yield from super().host_names()
        patients, columns = self._read_columns()
        table = self._table(patients)
        if columns.get(Field.BIRTH_NAME) not in table.columns:
            return
        wanted = [columns[field] for field in (Field.BIRTH_NAME, Field.FIRST_NAME, Field.BIRTH_DATE)]
        for number, name, first_name, born in self._stream(table, [self._layout().branches[patients].key, *wanted]):
            day = day_of(born)
            if number and name and first_name and day:
                yield number, name, first_name, day

    def _fit(self) -> NamedT:
        with self._server.reading() as connection:
            names = table_names(connection)
            wanted = {kind.table for kind in self.kinds.values()} | self.extra
            tables = self._read_tables(connection, wanted & set(names))
            found = list(misfits(self.kinds, tables, names))
            kinds = {name: kind for name, kind in self.kinds.items() if kind.fits(tables.get(kind.table))}
            habits = {}
            for name, kind in kinds.items():
                table = tables[kind.table]
                habits[name] = learn(connection, table, kind.key, kind.where, kind.own, kind.avoided)
                if not kind.optional or habits[name].rows:
                    found += unfilled(kind, table, habits[name])
            # What no patient of the host has, a decoy has not either.
            kinds = {name: kind for name, kind in kinds.items() if not kind.optional or habits[name].rows}
            if found:
                raise MappingError(
                    f"{self._server.name[:1].upper()}{self._server.name[1:]} is not as this version of honeytokens"
                    f" knows such a system: {'; '.join(dict.fromkeys(found))}",
                    "Check the kind of the system; a schema that is really different needs a mapping file"
                    " (honeytokens system inspect proposes one)",
                )
            self._tables |= tables
            used = {kind.table: tables[kind.table] for kind in kinds.values()}
            layout: NamedT = self.layout(kinds, used, habits, self._settings, self._server.reading)  # type: ignore[assignment]
            layout.study(connection, {name: tables[name] for name in self.extra & tables.keys()})
            return layout
