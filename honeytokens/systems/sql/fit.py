"""Whether a mapping fits a live schema: every misfit, named, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from honeytokens.model import DecoyRef
from honeytokens.systems import mapping as mapping_file
from honeytokens.systems.mapping import (
    DATE_FIELDS,
    ChoiceSource,
    FieldSource,
    KeySource,
    LearnedSource,
    PatientSection,
    Section,
    Source,
    nearest,
)
from honeytokens.systems.sql.compose import label, render
from honeytokens.systems.sql.schema import Column, Kind, Table
from honeytokens.systems.sql.values import Clock, MisfitError, encode

_DIGIT_FIELDS = frozenset({"local_id", "national_id", "postcode", "establishment", "practitioner"})
_PROBE_REF = DecoyRef("probe", 0)
_PROBE_DAY = datetime(2001, 2, 3, 12, 0, tzinfo=UTC)


def misfits(mapping: mapping_file.Mapping, tables: Mapping[str, Table], names: Sequence[str]) -> Iterator[str]:
    """Yield, in words, everything in which the mapping does not fit the live schema.

    ``tables`` are the definitions of those of its tables that exist, ``names`` all the tables that there are.
    """
    for name, section in mapping.sections().items():
        table = tables.get(section.table)
        if table is None:
            yield f"there is no table {section.table}{nearest(section.table, names)}"
            continue
        for column in (section.key, *section.parents(), *section.columns):
            if column not in table.columns:
                yield f"there is no column {table.name}.{column}{nearest(column, table.columns)}"
        yield from _key_misfits(section, table)
        yield from _parent_misfits(mapping, section, tables)
        yield from _column_misfits(section, table)
        yield from _unfilled(section, table)
        yield from _origin_misfits(section, tables, names)
        if name == "patient":
            yield from _unreadable(mapping)


def _key_misfits(section: Section, table: Table) -> Iterator[str]:
    key = table.columns.get(section.key)
    if key is None:
        return
    place = f"{table.name}.{key.name}"
    if not table.is_unique(key.name):
        yield f"{place} is not the primary key, nor unique"
    from_local_id = isinstance(section, PatientSection) and section.key_from == "local_id"
    if not from_local_id and key.domain.kind not in (Kind.INTEGER, Kind.UUID):
        yield f'{place} is a {key.domain.kind} key: only the patients\' can be, with key_from = "local_id"'


def _parent_misfits(mapping: mapping_file.Mapping, section: Section, tables: Mapping[str, Table]) -> Iterator[str]:
    table = tables[section.table]
    for name, parent_name in section.parents().items():
        parent = mapping.sections()[parent_name]
        column, target = table.columns.get(name), tables.get(parent.table)
        if column is None or target is None or parent.key not in target.columns:
            continue
        if column.domain.kind is not target.columns[parent.key].domain.kind and not column.untyped:
            yield f"{table.name}.{name} is not of the type of {parent.table}.{parent.key}"
        pointed = {key.target for key in table.foreign_keys if name in key.columns}
        if pointed and parent.table not in pointed:
            yield f"{table.name}.{name} is a foreign key to {', '.join(sorted(pointed))}, not to {parent.table}"


def _column_misfits(section: Section, table: Table) -> Iterator[str]:
    for name, source in section.columns.items():
        column = table.columns.get(name)
        if column is None or isinstance(source, KeySource | LearnedSource):
            continue
        place = f"{table.name}.{name}"
        if column.computed:
            yield f"{place} is computed by the database"
            continue
        try:
            for value in _probes(source, column):
                encode(value, column, Clock(UTC))
        except MisfitError as misfit:
            yield f"{label(source)} {misfit} {place}"


def _probes(source: Source, column: Column) -> Iterator[object]:
    """Yield the smallest values of the kind that the source gives, so that what fails fails for every decoy."""
    if isinstance(source, ChoiceSource):
        yield from source.only
    elif isinstance(source, FieldSource) and source.values is not None:
        yield from source.values.values()
    elif isinstance(source, FieldSource):
        # Which words a closed list must hold is known for sex alone; the others are seen when a decoy is composed.
        if column.domain.members is None or source.field == "sex" or source.field in DATE_FIELDS:
            for probe in _field_probes(source.field):
                yield render(source, {source.field: probe}, _PROBE_REF, _PROBE_DAY)
    else:
        yield render(source, _AnyText(), _PROBE_REF, _PROBE_DAY)


class _AnyText(dict[str, object]):
    def __missing__(self, _name: str) -> str:
        return "A"


def _field_probes(field: str) -> tuple[object, ...]:
    if field == "sex":
        return ("female", "male")
    if field in ("admitted", "discharged"):
        return (_PROBE_DAY,)
    if field == "days":
        return (1,)
    if field in DATE_FIELDS:
        return (date(2001, 2, 3),)
    return ("1",) if field in _DIGIT_FIELDS else ("A",)


def _unfilled(section: Section, table: Table) -> Iterator[str]:
    mapped = {section.key, *section.parents(), *section.columns}
    for column in table.columns.values():
        if column.name not in mapped and not column.nullable and not column.filled:
            yield f"{table.name}.{column.name} must have a value and is not mapped"


def _origin_misfits(section: Section, tables: Mapping[str, Table], names: Sequence[str]) -> Iterator[str]:
    for source in section.columns.values():
        if not isinstance(source, ChoiceSource):
            continue
        if source.table not in tables:
            yield f"there is no table {source.table}{nearest(source.table, names)}"
        elif source.column not in tables[source.table].columns:
            yield f"there is no column {source.origin}{nearest(source.column, tables[source.table].columns)}"


def _unreadable(mapping: mapping_file.Mapping) -> Iterator[str]:
    """Yield what keeps the host's patients from being read: no decoy may have a real one's name and birth date."""
    for field in ("surname", "first_name", "birth_date"):
        if mapping.column_of(field) is None:
            yield f"{field} has no column of its own in {mapping.patient.table}"
