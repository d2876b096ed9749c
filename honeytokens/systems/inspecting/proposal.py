"""The proposed mapping file, with the confidence of each line, for the operator to edit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from honeytokens.systems.inspecting.catalogue import Catalogue
from honeytokens.systems.inspecting.lexicon import split
from honeytokens.systems.inspecting.model import Found, Placed
from honeytokens.systems.sql.schema import Column, Kind

_WRITTEN = frozenset(
    {
        "created",
        "creation",
        "create",
        "reg",
        "registration",
        "inserted",
        "insert",
        "timestamp",
        "stamp",
        "modif",
        "modified",
        "maj",
        "updated",
        "update",
        "changed",
        "cree",
        "enregistrement",
        "register",
        "registered",
        "entered",
        "saisie",
    }
)
SHARE = 0.2
"""A constant is proposed only where so large a share of the host's rows has it."""


def propose(catalogue: Catalogue, found: Sequence[Found], columns: Sequence[Placed]) -> str:
    """Return the mapping as TOML; what could not be told stands in it as a comment."""
    lines = [
        "# Proposed by honeytokens system inspect. Correct every line, then hand it to honeytokens system add.",
        "# The number is how sure the proposal is, from 0 to 1. docs/mapping.md explains the file.",
        "version = 1",
    ]
    for section in found:
        lines += _section(catalogue, section, [one for one in columns if one.section == section.section])
    return "\n".join(lines) + "\n"


def _section(catalogue: Catalogue, found: Found, columns: Iterable[Placed]) -> Iterator[str]:
    table = catalogue.tables[found.table]
    here = [one for one in columns if one.table == found.table and one.where is None]
    elsewhere = [one for one in columns if one not in here]
    own_key = next((one for one in here if one.column == found.key), None)
    yield ""
    yield f"[{found.section}]"
    yield f"table = {_text(found.table)}"
    yield f"key = {_text(found.key)}" if found.key else "# key: the table has no column that is unique by itself"
    if own_key is not None or (found.key and table.columns[found.key].domain.kind is Kind.TEXT):
        yield (
            'key_from = "local_id"' if found.link is None else "# its key is a text: such a table cannot be written to"
        )
    if found.link is not None:
        yield f"parent_column = {_text(found.link[0])}"
    yield ""
    yield f"[{found.section}.columns]"
    for one in here:
        if one is not own_key:
            yield f"{_key(one.column)} = {_source(one)}  # {one.confidence:.2f}: {', '.join(one.reasons)}"
    filled = {one.column for one in here} | ({found.link[0]} if found.link else set()) | {found.key}
    for column in table.columns.values():
        if column.name not in filled and not column.nullable and not column.filled:
            yield _required(catalogue, found.table, column)
    for one in elsewhere:
        at = f" where {one.where[0]} = {one.where[1]}" if one.where else ""
        yield f"# {one.field} is in {one.table}.{one.column}{at} ({one.confidence:.2f}): not of this table"


def _source(one: Placed) -> str:
    if one.field == "full_name":
        return '{ template = "{surname} {first_name}" }'
    options = [f"field = {_text(one.field)}"]
    if one.case:
        options.append(f"case = {_text(one.case)}")
    if one.format:
        options.append(f"format = {_text(one.format)}")
    if one.codes:
        options.append("values = { " + ", ".join(f"{word} = {_text(code)}" for word, code in one.codes.items()) + " }")
    return "{ " + ", ".join(options) + " }" if len(options) > 1 else _text(one.field)


def _required(catalogue: Catalogue, table: str, column: Column) -> str:
    """Return the line of a column that must have a value: one that many rows share, or a comment that asks for it."""
    name, shape = _key(column.name), catalogue.shapes(table).get(column.name)
    if column.domain.kind in (Kind.DATETIME, Kind.DATE) and set(split(column.name)) & _WRITTEN:
        return f'{name} = {{ time = "planted" }}'
    link = next((one for one in catalogue.links() if (one.table, one.column) == (table, column.name)), None)
    if link is not None:
        return f'# {name} = {{ from = "{link.target}.{link.target_column}", only = [...] }}  # list those you authorise'
    if shape is not None and shape.common is not None and shape.common[1] >= SHARE and shape.telling:
        value, share = shape.common
        return f"{name} = {{ constant = {_constant(value, column)} }}  # {share:.0%} of a sample of rows have it"
    return f"# {name} = ...  # must have a value: {column.domain.kind}"


def _constant(value: str, column: Column) -> str:
    match column.domain.kind:
        case Kind.INTEGER | Kind.NUMBER:
            return value
        case Kind.BOOLEAN:
            return "true" if value.casefold() in {"1", "t", "true"} else "false"
        case Kind.DATE | Kind.DATETIME:
            return datetime.fromisoformat(value).isoformat()
        case _:
            return _text(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)
