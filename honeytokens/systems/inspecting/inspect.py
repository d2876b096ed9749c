"""From a URL to what stands there: the system, the patients' tables and a proposed mapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from honeytokens.errors import MappingError
from honeytokens.systems.inspecting.attributes import find_layouts
from honeytokens.systems.inspecting.catalogue import Catalogue
from honeytokens.systems.inspecting.known import recognise
from honeytokens.systems.inspecting.model import Found, Inspection, Placed
from honeytokens.systems.inspecting.patients import Patients, find_patients, trust_in
from honeytokens.systems.inspecting.proposal import propose
from honeytokens.systems.inspecting.sections import find_sections
from honeytokens.systems.mapping import Mapping
from honeytokens.systems.sql.fit import misfits
from honeytokens.systems.sql.schema import read_tables
from honeytokens.systems.sql.urls import server_at

_TRIO = ("surname", "first_name", "birth_date")


def inspect(url: str, password: str | None, today: date) -> Inspection:
    """Read the schema of a database and samples of its tables; write nothing, keep no value of a patient.

    Raises ``SystemUnreachableError`` when there is no connection.
    """
    server = server_at(url, password)
    try:
        catalogue = Catalogue.read(server, today)
        known = recognise(catalogue)
        patients = find_patients(catalogue)
        columns = _columns(catalogue, patients)
        found = _tables(catalogue, patients, columns)
        below = list(find_sections(catalogue, frozenset(one.table for one in found)))
        columns += [one for _, placed in below for one in placed]
        found += [one for one, _ in below]
        mapping = propose(catalogue, found, columns)
        faults = list(_faults(catalogue, mapping)) if found else ["no table of patients was recognised"]
    finally:
        server.engine.dispose()
    return Inspection(
        server.name,
        len(catalogue.tables),
        known[1] if known else None,
        known[2] if known else None,
        tuple(found),
        tuple(columns),
        tuple(_writes(found, columns)),
        tuple(faults),
        mapping,
        not faults,
    )


def _columns(catalogue: Catalogue, patients: Patients | None) -> list[Placed]:
    """Return the columns of identities, those of attributes where no column of a table holds the field."""
    columns = list(patients.columns) if patients else []
    plain = [one for one in columns if one.confidence >= 0.5]
    sure = {one.field for one in plain}
    near = (
        frozenset({patients.table, *(part.table for part in patients.parts)})
        if patients and plain
        else frozenset[str]()
    )
    for _, placed in find_layouts(catalogue, near):
        whole = {one.field for one in placed} >= {"surname", "first_name"} or {one.field for one in placed} >= set(
            _TRIO
        )
        if not near or sure & set(_TRIO):
            columns = _joined(columns, placed)
        elif whole:
            columns = list(placed)
        break
    return columns


def _joined(columns: Sequence[Placed], placed: Sequence[Placed]) -> list[Placed]:
    """Return the columns, a field of an attribute in the place of a column that is less likely."""
    best = {one.field: one for one in columns}
    for one in placed:
        if one.field not in best or best[one.field].confidence < min(0.5, one.confidence):
            best[one.field] = one
    return list(best.values())


def _tables(catalogue: Catalogue, patients: Patients | None, columns: Sequence[Placed]) -> list[Found]:
    """Return the table that a mapping would call the patients': the one that holds most of name and birth date."""
    if patients is None or not columns:
        return []
    held = [one.table for one in columns if one.field in _TRIO and one.where is None]
    table = max(held, key=held.count) if held else patients.table
    trust = trust_in(catalogue, table)
    return [Found("patient", table, catalogue.key(table), None, round(min(trust, 0.95), 3))]


def _faults(catalogue: Catalogue, text: str) -> Iterator[str]:
    """Yield, in words, why the proposed mapping cannot be taken as it is."""
    try:
        mapping = Mapping.parse(text)
    except MappingError as error:
        yield error.problem
        return
    wanted = {section.table for section in mapping.sections().values()}
    with catalogue.server.reading() as connection:
        tables = read_tables(connection, sorted(wanted), lambda name: catalogue.server.traits(connection, name))
    yield from misfits(mapping, tables, list(catalogue.tables))


def _writes(found: Sequence[Found], columns: Sequence[Placed]) -> Iterator[str]:
    for section in found:
        fields = [
            one.field
            for one in columns
            if one.section == section.section and one.where is None and one.table == section.table
        ]
        if fields:
            yield f"{section.section} in {section.table}: {', '.join(field.replace('_', ' ') for field in fields)}"
