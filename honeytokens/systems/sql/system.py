"""A hospital system that lies in tables of one SQL database: everything but what its tables mean.

Never creates or changes a table, never keeps a real patient. What a kind of system adds is its layout.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections import Counter, abc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Generic, Self, TypeVar
from uuid import uuid4

import sqlalchemy as sa

from honeytokens.errors import KeyTakenError, PlantingError
from honeytokens.model import Decoy, Establishment, Field, WrittenRow
from honeytokens.systems.interface import DraftRow, HospitalAdapter, RowState
from honeytokens.systems.sql import rows as sql_rows
from honeytokens.systems.sql.failures import DuplicateError, Trouble, failure
from honeytokens.systems.sql.finding import Finder, Sought
from honeytokens.systems.sql.layout import Branch, Layout
from honeytokens.systems.sql.schema import ForeignKey, Kind, Table, read_tables
from honeytokens.systems.sql.server import clause
from honeytokens.systems.sql.urls import server_at
from honeytokens.systems.sql.values import MisfitError

BATCH = 5000
LayoutT = TypeVar("LayoutT", bound=Layout)


class SqlSystem(HospitalAdapter, Generic[LayoutT]):
    """One database. ``password``, where given, goes before one in the URL.

    Raises ``SystemUnreachableError`` for a URL that is wrong in itself.
    """

    def __init__(self, url: str, password: str | None) -> None:
        self._server = server_at(url, password)
        self._tables: dict[str, Table] = {}
        self._held_layout: LayoutT | None = None
        self._reserved: Counter[str] = Counter()
        """The greatest key that was reserved in each table, so that two reservations before a write do not meet."""
        self._all_foreign_keys: list[ForeignKey] | None = None

    def __enter__(self) -> Self:
        with self._server.reading():
            return self

    def __exit__(self, *exc: object) -> None:
        self._server.engine.dispose()

    # What a kind of system adds

    @abstractmethod
    def _fit(self) -> LayoutT:
        """Return the layout held against the live schema; raise ``MappingError`` naming every misfit."""

    @abstractmethod
    def _column_of(self, field: Field) -> str | None:
        """Return the column of the patients' table that holds one field alone."""

    @abstractmethod
    def _people(self) -> Iterator[tuple[str, tuple[str, str, date]]]:
        """Stream the key, surname, first name and birth date of every patient; rows that lack any are left out."""

    def _completed(self, _connection: sa.Connection, rows: tuple[WrittenRow, ...]) -> tuple[WrittenRow, ...]:
        """Return reserved rows with what else is drawn from the database when keys are: numbers of a sequence."""
        return rows

    def _pointers(self, _connection: sa.Connection) -> list[ForeignKey]:
        """Return the columns that point at our rows by the application's own rules, without a foreign key."""
        return [
            ForeignKey(branch.table, (column,), parent, (self._layout().branches[parent].key,))
            for branch in self._layout().branches.values()
            for column, parents in branch.parents.items()
            for parent in parents
            if len(parents) == 1
        ]

    # What the schema says

    def check(self) -> None:
        """Hold the layout against the live schema; raise ``MappingError`` naming every misfit."""
        self._held_layout = self._fit()

    def unique_fields(self) -> frozenset[Field]:
        """Return the identity fields that the schema requires to be unique."""
        patients = self._patients()
        return frozenset(
            field for field in self.fields() if (column := self._column_of(field)) and patients.is_unique(column)
        )

    def schema_digest(self) -> str:
        """Return a digest of the live definitions of every table that is written to."""
        told = [
            (name, sorted(map(repr, table.columns.values())), sorted(map(sorted, table.uniques)), table.foreign_keys)
            for name, table in sorted(self._layout().tables.items())
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()

    # The host's own patients

    def host_people(self) -> Iterator[tuple[str, str, date]]:
        """Stream (surname, first name, birth date) of every patient; rows without any of the three are left out."""
        for _, person in self._people():
            yield person

    def host_names(self) -> Iterator[tuple[str, str, str, date]]:
        """Stream (key, surname, first name, birth date) of every patient, and once more with the birth name."""
        for key, person in self._people():
            yield key, *person

    def host_values(self, field: Field) -> Iterator[str]:
        """Stream the values of one column of the patients, as they stand in the table; none when it has no column."""
        column = self._column_of(field)
        if column is not None:
            for (value,) in self._stream(self._patients(), [column]):
                if value:
                    yield value

    def patient_count(self) -> int:
        """Return how many patients the system holds."""
        with self._server.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(clause(self._patients()))) or 0)

    # Decoys as rows

    def unfit(self, decoy: Decoy, establishment: Establishment, at: datetime) -> str | None:
        """Return why this decoy cannot be written, or ``None``."""
        try:
            self._layout().rows(decoy, establishment, at)
        except MisfitError as misfit:
            return str(misfit)
        return None

    def compose(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:
        """Return the rows of one decoy, the patient first; raise ``PlantingError`` when it is unfit."""
        try:
            return self._layout().rows(decoy, establishment, at)
        except MisfitError as misfit:
            raise PlantingError(f"A decoy does not fit: {misfit}", "Plan another one in its place") from None

    def _drafts(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:
        """Return the rows of a decoy, none when it is unfit."""
        return [] if self.unfit(decoy, establishment, at) else self.compose(decoy, establishment, at)

    def changes(self, row: WrittenRow, decoy: Decoy, establishment: Establishment) -> dict[str, object]:
        """Return which columns of a patient's row must change to hold ``decoy`` at its version."""
        place = next(iter(self._layout().branches))
        if row.table != place:
            raise PlantingError(
                f"The decoy lies in {row.table} and the mapping writes {place} now",
                "Withdraw it and plan another one in its place",
            )
        # The moment does not matter: only columns that hold fields of the decoy are compared.
        patient = self.compose(decoy, establishment, datetime.now().astimezone())[0].values
        telling = self._telling(row.table)
        return {name: patient[name] for name in patient if name in telling and row.values.get(name) != patient[name]}

    def history(
        self, _row: WrittenRow, _changes: abc.Mapping[str, object], _establishment: Establishment, _at: datetime
    ) -> list[DraftRow]:
        """Return the rows that remember a change: none, unless the application keeps a history of its own."""
        return []

    # Writing

    def reserve(self, drafts: Sequence[DraftRow]) -> tuple[WrittenRow, ...]:
        """Give each draft its primary key, the parents' keys filled in; the keys are free at this moment."""
        branches = self._layout().branches
        wanted = Counter(
            draft.table for draft in drafts if branches[draft.table].key not in draft.values and draft.key_of is None
        )
        keys: dict[str, Iterator[int | str]] = {}
        with self._server.writing() as connection:
            for name, count in wanted.items():
                keys[name] = iter(self._new_keys(connection, self._table(name), branches[name].key, count))
            return self._completed(connection, tuple(_keyed(drafts, branches, keys)))

    def write(self, rows: Sequence[WrittenRow]) -> tuple[WrittenRow, ...]:
        """Insert rows, in one transaction where the tables have them, and return them as they now are."""
        with self._inserting(rows) as insert, self._server.writing() as connection:
            insert(connection)
            return self._kept(connection, rows)

    @contextmanager
    def _inserting(self, rows: Sequence[WrittenRow]) -> Iterator[abc.Callable[[sa.Connection], None]]:
        """Give what inserts ``rows``, and take them back when what follows fails on tables without transactions."""
        written: list[WrittenRow] = []

        def insert(connection: sa.Connection) -> None:
            for row in rows:
                sql_rows.insert(connection, self._server, self._table(row.table), row)
                written.append(row)

        try:
            yield insert
        except PlantingError as error:
            self._take_back([row for row in written if not self._table(row.table).transactional])
            if isinstance(error, DuplicateError) and any(found.standing != "missing" for found in self.state(rows)):
                raise KeyTakenError(
                    f"Another program took a key of {rows[len(written)].table} meanwhile", "Run the command again"
                ) from None
            raise

    def rewrite(
        self, row: WrittenRow, changes: abc.Mapping[str, object], history: Sequence[WrittenRow] = ()
    ) -> tuple[WrittenRow, ...]:
        """Change columns of one row that is ``same``, and return it and ``history`` as they now are."""
        with self._inserting(history) as insert, self._server.writing() as connection:
            [before] = self._states(connection, [row], lock=True)
            if before.standing != "same":
                raise PlantingError(
                    f"A row of {row.table} is {before.standing}, not as it was written",
                    "Run verify to see which decoy it is",
                )
            insert(connection)
            if changes:
                sql_rows.update(connection, self._server, self._table(row.table), row, dict(changes))
            return self._kept(connection, [replace(row, values={**row.values, **changes}), *history])

    def remove(self, rows: Sequence[WrittenRow]) -> None:
        """Delete exactly these rows, in the reverse of the order in which they are given.

        Raises ``PlantingError`` before anything is deleted when one of them is missing or foreign, or when a foreign
        key of a row that is not among them points at one of them.
        """
        with self._server.writing() as connection:
            for found in self._states(connection, rows, lock=True):
                if found.standing in ("missing", "foreign"):
                    raise PlantingError(
                        f"A row of {found.row.table} is {found.standing} and is not deleted",
                        "Run verify to see which decoy it is",
                    )
            links = self._links(connection, rows, self._foreign_keys(connection))
            if links:
                raise PlantingError(
                    f"Other rows refer to a decoy by {', '.join(links)}", "Move or delete those rows first"
                )
            for row in reversed(rows):
                if not sql_rows.delete(connection, self._server, self._table(row.table), row):
                    raise PlantingError(f"A row of {row.table} vanished meanwhile", "Run the command again")

    # Looking back

    def state(self, rows: Sequence[WrittenRow]) -> list[RowState]:
        """Return how each row stands today."""
        with self._server.reading() as connection:
            return self._states(connection, rows, lock=False)

    def find(self, sought: Sequence[tuple[Decoy, Establishment, datetime]]) -> list[tuple[WrittenRow, ...]]:
        """Return the rows of each decoy that stand in the tables, the patient's first; none when it is not there."""
        with self._server.reading() as connection:

            def held(rows: Sequence[WrittenRow]) -> list[dict[str, str | None] | None]:
                return sql_rows.held(connection, self._table, rows, lock=False)

            finder = Finder(self._layout(), self._people, self._stream, held, self._standing)
            return finder.find([Sought(one[0].identity, self._drafts(*one)) for one in sought])

    def links(self, rows: Sequence[WrittenRow]) -> list[str]:
        """Return, as ``table.column``, what refers to these rows without being of them."""
        with self._server.reading() as connection:
            return self._links(connection, rows, [*self._foreign_keys(connection), *self._pointers(connection)])

    def residues(self) -> list[str]:
        """Return what no one can undo, in words."""
        tables = list(self._layout().tables.values())
        with self._server.reading() as connection:
            said = self._server.residues(connection, tables)
        return [*said, "backups and copies made while the decoys were there keep them"]

    # Within

    def _layout(self) -> LayoutT:
        if self._held_layout is None:
            self._held_layout = self._fit()
        return self._held_layout

    def _patients(self) -> Table:
        return self._table(next(iter(self._layout().branches)))

    def _telling(self, table: str) -> frozenset[str]:
        """Return the columns that tell whose row it is; none of a table that decoys are no longer written to."""
        branch = self._layout().branches.get(table)
        return branch.telling if branch else frozenset()

    def _table(self, name: str) -> Table:
        """Return a table's live definition; rows of an older mapping may lie in a table that the present one lacks."""
        if name not in self._tables:
            with self._server.reading() as connection:
                self._tables |= self._read_tables(connection, {name})
        if name not in self._tables:
            raise failure(Trouble.SCHEMA_CHANGED, self._server.name, place=name)
        return self._tables[name]

    def _read_tables(self, connection: sa.Connection, names: abc.Set[str]) -> dict[str, Table]:
        return read_tables(connection, sorted(names), lambda name: self._server.traits(connection, name))

    def _stream(self, table: Table, names: Sequence[str]) -> Iterator[tuple[str | None, ...]]:
        """Yield columns of every row as text, in one statement that holds no value."""
        source = clause(table)
        wanted = sa.select(*(sql_rows.as_text(source.c[name], table) for name in names))
        if not table.transactional and self._server.copies:
            wanted = wanted.prefix_with(self._server.copies)
        batches = {"stream_results": True, "max_row_buffer": BATCH}
        with (
            self._server.reading() as connection,
            connection.execute(wanted, execution_options=batches) as found,
        ):
            for row in found:
                yield tuple(row)

    def _new_keys(self, connection: sa.Connection, table: Table, column: str, count: int) -> list[int] | list[str]:
        key = table.columns[column]
        if key.domain.kind is Kind.UUID:
            return [str(uuid4()) for _ in range(count)]
        keys = self._server.next_keys(connection, table, key, count, self._reserved[table.name])
        if key.domain.high is not None and keys[-1] > key.domain.high:
            raise PlantingError(f"{table.name}.{column} has no key left", "Widen the key's type in the database")
        self._reserved[table.name] = keys[-1]
        return keys

    def _take_back(self, rows: Sequence[WrittenRow]) -> None:
        """Delete rows that this very call wrote and that a table without transactions kept."""
        if rows:
            with self._server.writing() as connection:
                for row in reversed(rows):
                    sql_rows.delete(connection, self._server, self._table(row.table), row)

    def _kept(self, connection: sa.Connection, rows: Sequence[WrittenRow]) -> tuple[WrittenRow, ...]:
        """Return rows that were just written as they are: a trigger or ``ON UPDATE`` may have had its own way.

        Raises ``PlantingError`` for a row that could not be known again later, and so could never be taken out.
        """
        kept = []
        for row, held in zip(rows, sql_rows.held(connection, self._table, rows, lock=False), strict=True):
            found = self._standing(row, held)
            if held is None or found.standing == "foreign":
                raise PlantingError(
                    f"The database writes its own values into {row.table} ({', '.join(found.columns) or 'whole rows'})",
                    "Let the mapping write them as the database's triggers do, or leave those columns out of it",
                )
            kept.append(replace(row, values=row.values | {name: held[name] for name in found.columns}))
        return tuple(kept)

    def _states(self, connection: sa.Connection, rows: Sequence[WrittenRow], *, lock: bool) -> list[RowState]:
        held = sql_rows.held(connection, self._table, rows, lock=lock)
        return [self._standing(row, values) for row, values in zip(rows, held, strict=True)]

    def _standing(self, row: WrittenRow, held: dict[str, str | None] | None) -> RowState:
        return sql_rows.state(row, self._table(row.table), self._telling(row.table), held)

    def _foreign_keys(self, connection: sa.Connection) -> list[ForeignKey]:
        if self._all_foreign_keys is None:
            self._all_foreign_keys = self._server.foreign_keys(connection)
        return self._all_foreign_keys

    def _links(self, connection: sa.Connection, rows: Sequence[WrittenRow], keys: Iterable[ForeignKey]) -> list[str]:
        ours = {row.table for row in rows}
        return [
            f"{key.table}.{', '.join(key.columns)}"
            for key in dict.fromkeys(keys)
            if key.target in ours and sql_rows.pointing(connection, key, rows)
        ]


def _keyed(
    drafts: Sequence[DraftRow], branches: abc.Mapping[str, Branch], keys: abc.Mapping[str, Iterator[int | str]]
) -> list[WrittenRow]:
    """Return drafts with their keys: their own, that of the row that they share one with, or the next free one."""
    rows: list[WrittenRow] = []
    for draft in drafts:
        column, values = branches[draft.table].key, dict(draft.values)
        if draft.key_of is not None:
            own: object = rows[draft.key_of].key
        else:
            own = values.pop(column) if column in values else next(keys[draft.table])
        if draft.parent is not None and draft.parent_column is not None:
            values[draft.parent_column] = rows[draft.parent].key
        values |= {name: rows[index].key for name, index in draft.also.items()}
        rows.append(WrittenRow(draft.table, column, own, values))  # type: ignore[arg-type]
    return rows


def day_of(text: str | None, pattern: str | None = None) -> date | None:
    """Return the date that a column holds; ``None`` for NULL, zero dates and anything else that is no date."""
    try:
        return datetime.strptime(text or "", pattern).date() if pattern else date.fromisoformat((text or "")[:10])  # noqa: DTZ007
    except ValueError:
        return None
