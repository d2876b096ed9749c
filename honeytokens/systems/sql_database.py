"""Any SQL database of a hospital, by a mapping file: SQLite, MariaDB, MySQL and PostgreSQL.

Never creates or changes a table, never reads a column that the mapping does not name, never keeps a real patient.
"""

from __future__ import annotations

from collections import Counter, abc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Self
from uuid import uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from honeytokens.errors import KeyTakenError, MappingError, PlantingError
from honeytokens.model import Decoy, Establishment, Field, WrittenRow
from honeytokens.systems.interface import DraftRow, HospitalAdapter, RowState
from honeytokens.systems.mapping import ChoiceSource, FieldSource, Mapping, TemplateSource
from honeytokens.systems.sql import rows as sql_rows
from honeytokens.systems.sql.compose import Composer
from honeytokens.systems.sql.failures import DuplicateError, Trouble, failure
from honeytokens.systems.sql.finding import Finder, Sought
from honeytokens.systems.sql.fit import misfits
from honeytokens.systems.sql.schema import ForeignKey, Kind, Table, foreign_keys, read_tables, table_names
from honeytokens.systems.sql.server import clause
from honeytokens.systems.sql.urls import server_at
from honeytokens.systems.sql.values import Clock, MisfitError

BATCH = 5000


class SqlDatabase(HospitalAdapter):
    """One database. ``mapping`` is the TOML text; ``password``, where given, goes before one in the URL.

    Raises ``MappingError`` for a mapping that is wrong in itself, ``SystemUnreachableError`` for a URL that is.
    """

    def __init__(self, url: str, password: str | None, mapping: str) -> None:
        self._mapping = Mapping.parse(mapping)
        self._server = server_at(url, password)
        self._tables: dict[str, Table] = {}
        self._composer: Composer | None = None
        self._reserved: Counter[str] = Counter()
        """The greatest key that was reserved in each table, so that two reservations before a write do not meet."""
        self._all_foreign_keys: list[ForeignKey] | None = None

    def __enter__(self) -> Self:
        with self._server.reading():
            return self

    def __exit__(self, *exc: object) -> None:
        self._server.engine.dispose()

    # What the schema says

    def check(self) -> None:
        """Hold the mapping against the live schema; raise ``MappingError`` naming every misfit."""
        self._composer = self._fit()

    def fields(self) -> frozenset[Field]:
        """Return the identity fields that the mapping writes."""
        names = {"local_id"} if self._mapping.patient.key_from == "local_id" else set()
        for source in self._mapping.patient.columns.values():
            if isinstance(source, FieldSource):
                names.add(source.field)
            elif isinstance(source, TemplateSource):
                names.update(source.names())
        return frozenset(Field(name) for name in names - {"establishment"})

    def unique_fields(self) -> frozenset[Field]:
        """Return the mapped identity fields that the schema requires to be unique."""
        patients = self._fitted().tables["patient"]
        return frozenset(
            field for field in self.fields() if (column := self._column_of(field)) and patients.is_unique(column)
        )

    # The host's own patients

    def host_people(self) -> Iterator[tuple[str, str, date]]:
        """Stream (surname, first name, birth date) of every patient; rows without any of the three are left out."""
        for _, person in self._people():
            yield person

    def host_values(self, field: Field) -> Iterator[str]:
        """Stream the values of one column of the patients, as they stand in the table; none when it has no column."""
        patients, column = self._fitted().tables["patient"], self._column_of(field)
        if column is not None:
            for (value,) in self._stream(patients, [column]):
                if value:
                    yield value

    def patient_count(self) -> int:
        """Return how many patients the system holds."""
        patients = self._fitted().tables["patient"]
        with self._server.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(clause(patients))) or 0)

    # Decoys as rows

    def unfit(self, decoy: Decoy, establishment: Establishment, at: datetime) -> str | None:
        """Return why this decoy cannot be written, or ``None``."""
        try:
            self._fitted().rows(decoy, establishment, at)
        except MisfitError as misfit:
            return str(misfit)
        return None

    def compose(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:
        """Return the rows of one decoy, the patient first; raise ``PlantingError`` when it is unfit."""
        try:
            return self._fitted().rows(decoy, establishment, at)
        except MisfitError as misfit:
            raise PlantingError(f"A decoy does not fit: {misfit}", "Plan another one in its place") from None

    def _drafts(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:
        """Return the rows of a decoy, none when it is unfit."""
        return [] if self.unfit(decoy, establishment, at) else self.compose(decoy, establishment, at)

    def changes(self, row: WrittenRow, decoy: Decoy, establishment: Establishment) -> dict[str, object]:
        """Return which columns of a patient's row must change to hold ``decoy`` at its version."""
        if row.table != self._mapping.patient.table:
            raise PlantingError(
                f"The decoy lies in {row.table} and the mapping writes {self._mapping.patient.table} now",
                "Withdraw it and plan another one in its place",
            )
        # The moment does not matter: only columns that hold fields of the decoy are compared.
        patient = self.compose(decoy, establishment, datetime.now().astimezone())[0].values
        telling = self._fitted().telling(row.table)
        return {name: patient[name] for name in patient if name in telling and row.values.get(name) != patient[name]}

    # Writing

    def reserve(self, drafts: Sequence[DraftRow]) -> tuple[WrittenRow, ...]:
        """Give each draft its primary key, the parents' keys filled in; the keys are free at this moment."""
        sections = {section.table: section for section in self._mapping.sections().values()}
        tables = {name: self._table(name) for name in sections}
        wanted = Counter(draft.table for draft in drafts if sections[draft.table].key not in draft.values)
        keys: dict[str, Iterator[int | str]] = {}
        with self._server.writing() as connection:
            for name, count in wanted.items():
                keys[name] = iter(self._new_keys(connection, tables[name], sections[name].key, count))
        rows: list[WrittenRow] = []
        for draft in drafts:
            column, values = sections[draft.table].key, dict(draft.values)
            own = values.pop(column) if column in values else next(keys[draft.table])
            if draft.parent is not None and draft.parent_column is not None:
                values[draft.parent_column] = rows[draft.parent].key
            values |= {name: rows[index].key for name, index in draft.also.items()}
            rows.append(WrittenRow(draft.table, column, own, values))  # type: ignore[arg-type]
        return tuple(rows)

    def write(self, rows: Sequence[WrittenRow]) -> tuple[WrittenRow, ...]:
        """Insert rows, in one transaction where the tables have them, and return them as they now are."""
        tables = {row.table: self._table(row.table) for row in rows}
        written: list[WrittenRow] = []
        try:
            with self._server.writing() as connection:
                for row in rows:
                    sql_rows.insert(connection, self._server, tables[row.table], row)
                    written.append(row)
                return self._kept(connection, rows)
        except PlantingError as error:
            self._take_back([row for row in written if not tables[row.table].transactional])
            if isinstance(error, DuplicateError) and any(found.standing != "missing" for found in self.state(rows)):
                raise KeyTakenError(
                    f"Another program took a key of {rows[len(written)].table} meanwhile", "Run the command again"
                ) from None
            raise

    def rewrite(self, row: WrittenRow, changes: abc.Mapping[str, object]) -> WrittenRow:
        """Change columns of one row that is ``same``, and return it as it now is."""
        table = self._table(row.table)
        with self._server.writing() as connection:
            [before] = self._states(connection, [row], lock=True)
            if before.standing != "same":
                raise PlantingError(
                    f"A row of {row.table} is {before.standing}, not as it was written",
                    "Run verify to see which decoy it is",
                )
            if changes:
                sql_rows.update(connection, self._server, table, row, dict(changes))
            [after] = self._kept(connection, [replace(row, values={**row.values, **changes})])
            return after

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

            finder = Finder(self._fitted(), self._people, self._stream, held, self._standing)
            return finder.find([Sought(one[0].identity, self._drafts(*one)) for one in sought])

    def links(self, rows: Sequence[WrittenRow]) -> list[str]:
        """Return, as ``table.column``, what refers to these rows without being of them."""
        sections = self._mapping.sections()
        mapped = [
            ForeignKey(section.table, (column,), sections[parent].table, (sections[parent].key,))
            for section in sections.values()
            for column, parent in section.parents().items()
        ]
        with self._server.reading() as connection:
            return self._links(connection, rows, [*self._foreign_keys(connection), *mapped])

    def residues(self) -> list[str]:
        """Return what no one can undo, in words."""
        tables = {section.table: self._table(section.table) for section in self._mapping.sections().values()}
        with self._server.reading() as connection:
            said = self._server.residues(connection, list(tables.values()))
        return [*said, "backups and copies made while the decoys were there keep them"]

    # Within

    def _fitted(self) -> Composer:
        if self._composer is None:
            self._composer = self._fit()
        return self._composer

    def _fit(self) -> Composer:
        sections = self._mapping.sections()
        sources = [source for section in sections.values() for source in section.columns.values()]
        choices = [source for source in sources if isinstance(source, ChoiceSource)]
        wanted = {section.table for section in sections.values()} | {choice.table for choice in choices}
        with self._server.reading() as connection:
            names = table_names(connection)
            tables = self._read_tables(connection, wanted)
        found = list(misfits(self._mapping, tables, names)) or list(self._absent_choices(choices, tables))
        if found:
            raise MappingError(
                f"The mapping does not fit {self._server.name}: {'; '.join(found)}",
                "Correct the mapping file (docs/mapping.md explains each line) and give it with honeytokens system add"
                " or, for a system that was added, system change",
            )
        self._tables |= tables
        zone = self._mapping.timezone
        clock = Clock(ZoneInfo(zone) if zone else None)
        return Composer(self._mapping, {name: tables[section.table] for name, section in sections.items()}, clock)

    def _absent_choices(self, choices: Iterable[ChoiceSource], tables: abc.Mapping[str, Table]) -> Iterator[str]:
        for choice in choices:
            held = {value for (value,) in self._stream(tables[choice.table], [choice.column])}
            absent = [str(value) for value in choice.only if str(value) not in held]
            if absent:
                yield f"{choice.origin} does not hold {', '.join(absent)}"

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

    def _column_of(self, field: Field) -> str | None:
        """Return the column of the patients' table that holds one field alone, the key's own among them."""
        column = self._mapping.column_of(field)
        if column is None and field is Field.LOCAL_ID and self._mapping.patient.key_from == "local_id":
            return self._mapping.patient.key
        return column[0] if column else None

    def _people(self) -> Iterator[tuple[str, tuple[str, str, date]]]:
        """Stream the key, surname, first name and birth date of every patient; rows that lack any are left out."""
        patients, section = self._fitted().tables["patient"], self._mapping.patient
        columns = [self._mapping.column_of(name) for name in ("surname", "first_name", "birth_date")]
        names = [column[0] for column in columns if column]
        pattern = columns[2][1].format if columns[2] else None
        for key, surname, first_name, born in self._stream(patients, [section.key, *names]):
            day = _day(born, pattern)
            if key and surname and first_name and day:
                yield key, (surname, first_name, day)

    def _stream(self, table: Table, names: Sequence[str]) -> Iterator[tuple[str | None, ...]]:
        """Yield columns of every row as text, in one statement that holds no value."""
        source = clause(table)
        wanted = sa.select(*(sa.cast(source.c[name], sa.Text) for name in names))
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
        return sql_rows.state(row, self._table(row.table), self._fitted().telling(row.table), held)

    def _foreign_keys(self, connection: sa.Connection) -> list[ForeignKey]:
        if self._all_foreign_keys is None:
            self._all_foreign_keys = foreign_keys(connection)
        return self._all_foreign_keys

    def _links(self, connection: sa.Connection, rows: Sequence[WrittenRow], keys: Iterable[ForeignKey]) -> list[str]:
        ours = {row.table for row in rows}
        return [
            f"{key.table}.{', '.join(key.columns)}"
            for key in dict.fromkeys(keys)
            if key.target in ours
            and sql_rows.pointing(connection, key, self._table(key.table), self._table(key.target), rows)
        ]


def _day(text: str | None, pattern: str | None) -> date | None:
    """Return the date that a column holds; ``None`` for NULL, zero dates and anything else that is no date."""
    try:
        return datetime.strptime(text or "", pattern).date() if pattern else date.fromisoformat((text or "")[:10])  # noqa: DTZ007
    except ValueError:
        return None
