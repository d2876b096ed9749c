"""Any SQL database of a hospital, by a mapping file: SQLite, MariaDB, MySQL and PostgreSQL.

Never reads a column that the mapping does not name.
"""

from __future__ import annotations

from collections import abc
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from honeytokens.errors import MappingError
from honeytokens.model import Field
from honeytokens.systems.interface import DraftRow, HostTable
from honeytokens.systems.mapping import ChoiceSource, FieldSource, Mapping, TemplateSource
from honeytokens.systems.sql.compose import Composer
from honeytokens.systems.sql.constants import rare
from honeytokens.systems.sql.fit import misfits
from honeytokens.systems.sql.people import MappedPatients
from honeytokens.systems.sql.schema import Table, table_names
from honeytokens.systems.sql.script import WRITERS
from honeytokens.systems.sql.system import SqlSystem, day_of
from honeytokens.systems.sql.values import Clock


class SqlDatabase(SqlSystem[Composer]):
    """One database. ``mapping`` is the TOML text; ``password``, where given, goes before one in the URL.

    Raises ``MappingError`` for a mapping that is wrong in itself, ``SystemUnreachableError`` for a URL that is.
    """

    def __init__(self, url: str, password: str | None, mapping: str) -> None:
        self._mapping = Mapping.parse(mapping)
        super().__init__(url, password)

    def fields(self) -> frozenset[Field]:
        """Return the identity fields that the mapping writes."""
        names = {"local_id"} if self._mapping.patient.key_from == "local_id" else set()
        for source in self._mapping.patient.columns.values():
            if isinstance(source, FieldSource):
                names.add(source.field)
            elif isinstance(source, TemplateSource):
                names.update(source.names())
        return frozenset(Field(name) for name in names - {"establishment"})

    @property
    def profiled(self) -> bool:
        """Whether there is a patients' table to give: always."""
        return True

    def host_table(self) -> HostTable:
        """Return the mapped columns of the patients' table."""
        return MappedPatients(self._mapping, self._layout().sections, self._stream)

    def betraying(self) -> list[str]:
        """Return, in words, the constants that too few of the host's own rows share."""
        layout = self._layout()
        return list(rare(self._mapping.sections(), layout.sections, self._stream, layout.clock))

    def script(self, drafts: Sequence[DraftRow]) -> Iterator[str]:
        """Yield the lines of a script that writes one decoy's rows."""
        layout, dialect = self._layout(), self._server.engine.dialect
        keys = {name: branch.key for name, branch in layout.branches.items()}
        yield from WRITERS[dialect.name](dialect, layout.tables, keys).decoy(drafts)

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

    def _column_of(self, field: Field) -> str | None:
        """Return the column of the patients' table that holds one field alone, the key's own among them."""
        column = self._mapping.column_of(field)
        if column is None and field is Field.LOCAL_ID and self._mapping.patient.key_from == "local_id":
            return self._mapping.patient.key
        return column[0] if column else None

    def host_names(self) -> Iterator[tuple[str, str, str, date]]:
        """Stream (key, surname, first name, birth date) of every patient, and once more with the birth name."""
        for field in ("surname", "birth_name"):
            if self._mapping.column_of(field):
                for key, person in self._people(field):
                    yield key, *person

    def _people(self, name: str = "surname") -> Iterator[tuple[str, tuple[str, str, date]]]:
        """Stream the key, surname, first name and birth date of every patient; rows that lack any are left out."""
        patients, section = self._patients(), self._mapping.patient
        columns = [self._mapping.column_of(field) for field in (name, "first_name", "birth_date")]
        names = [column[0] for column in columns if column]
        pattern = columns[2][1].format if columns[2] else None
        for key, surname, first_name, born in self._stream(patients, [section.key, *names]):
            day = day_of(born, pattern)
            if key and surname and first_name and day:
                yield key, (surname, first_name, day)
