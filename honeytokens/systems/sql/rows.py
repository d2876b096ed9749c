"""Single rows of the live database: written, compared, followed and deleted, by primary key alone.

Every value is bound, never part of a statement's text. A row is named by its key only, so that no log of the server
learns more of a decoy than the rows themselves say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from honeytokens.model import WrittenRow
from honeytokens.systems.interface import RowState
from honeytokens.systems.sql.schema import ForeignKey, Kind, Table
from honeytokens.systems.sql.server import Server, clause, of_names
from honeytokens.systems.sql.values import same

KEYS_AT_ONCE = 1000


def insert(connection: sa.Connection, server: Server, table: Table, row: WrittenRow) -> None:
    """Write one row under its own key."""
    with server.translating(row.table):
        values = {name: _raw(value, table, name) for name, value in row.values.items()}
        connection.execute(
            server.insert(clause(table)).values({row.key_column: _raw(row.key, table, row.key_column), **values})
        )


def update(connection: sa.Connection, server: Server, table: Table, row: WrittenRow, changes: dict[str, Any]) -> None:
    """Change columns of one row."""
    target = clause(table)
    values = {name: _raw(value, table, name) for name, value in changes.items()}
    with server.translating(row.table):
        connection.execute(sa.update(target).where(target.c[row.key_column] == _key(row, table)).values(values))


def delete(connection: sa.Connection, server: Server, table: Table, row: WrittenRow) -> bool:
    """Delete one row, and return whether it was there."""
    target = clause(table)
    with server.translating(row.table):
        return connection.execute(sa.delete(target).where(target.c[row.key_column] == _key(row, table))).rowcount == 1


def held(
    connection: sa.Connection, table_of: Callable[[str], Table], rows: Sequence[WrittenRow], *, lock: bool
) -> list[dict[str, str | None] | None]:
    """Return, for each row, what its key holds in the columns that we wrote, as text; ``None`` for no row."""
    found: dict[tuple[str, int | str], dict[str, str | None]] = {}
    for name, key_column in dict.fromkeys((row.table, row.key_column) for row in rows):
        ours = [row for row in rows if (row.table, row.key_column) == (name, key_column)]
        table = table_of(name)
        columns = [column for column in table.columns if any(column in row.values for row in ours)]
        held_now = _read(connection, table, key_column, [row.key for row in ours], columns, lock=lock)
        found |= {(name, key): dict(zip(columns, values, strict=True)) for key, values in held_now}
    return [found.get((row.table, row.key)) for row in rows]


def _read(
    connection: sa.Connection,
    table: Table,
    key_column: str,
    keys: Sequence[int | str],
    columns: Sequence[str],
    *,
    lock: bool,
) -> Iterator[tuple[int | str, tuple[str | None, ...]]]:
    """Yield, for each key that has a row, the row's columns as the server writes them in text."""
    source = clause(table)
    key = source.c[key_column]
    wanted = sa.select(key, *(as_text(source.c[name], table) for name in columns))
    if lock:
        wanted = wanted.with_for_update()
    if all(isinstance(one, int) for one in keys):
        for start in range(0, len(keys), KEYS_AT_ONCE):
            for found, *values in connection.execute(
                wanted.where(key.in_(map(bound, keys[start : start + KEYS_AT_ONCE])))
            ):
                yield found, tuple(values)
        return
    for one in keys:  # a collation may find a text key that is written otherwise, so each is asked for by itself
        row = connection.execute(wanted.where(key == bound(_raw(one, table, key_column)))).first()
        if row is not None:
            yield one, tuple(row[1:])


def state(row: WrittenRow, table: Table, telling: frozenset[str], held: dict[str, str | None] | None) -> RowState:
    """Compare one row with what its key holds today; ``telling`` are the columns that tell whose row it is.

    The row is foreign when at most half of the telling values that we wrote are there: a row that a clerk corrected
    keeps most of them, another person's row shares a sex or a town.
    """
    if held is None:
        return RowState(row, "missing")
    equal = {
        name
        for name, value in row.values.items()
        if name in held and same(value, held[name], table.columns[name])  # type: ignore[arg-type]
    }
    if equal == row.values.keys():
        return RowState(row, "same")
    written = {name for name, value in row.values.items() if value is not None}
    judged = (written & telling) or written
    standing = "foreign" if 2 * len(judged & equal) <= len(judged) else "changed"
    return RowState(row, standing, tuple(name for name in row.values if name not in equal))  # type: ignore[arg-type]


def pointing(connection: sa.Connection, key: ForeignKey, rows: Iterable[WrittenRow]) -> bool:
    """Return whether a row that is not one of ``rows`` points by ``key`` at one that is."""
    rows = list(rows)
    ours = {str(row.key) for row in rows if row.table == key.table}
    own_key = next((row.key_column for row in rows if row.table == key.table), None)
    keys = [row.key for row in rows if row.table == key.target]
    target_key = next(row.key_column for row in rows if row.table == key.target)
    named = [*key.columns, *(key.only or ())[:1], *([own_key] if own_key else [])]
    one = of_names(key.table, named).alias("source")
    other = of_names(key.target, [target_key, *key.target_columns]).alias("target")
    mark = sa.literal_column("1") if own_key is None else sa.cast(one.c[own_key], sa.Text)
    if key.target_columns == (target_key,):
        wanted, pointed = sa.select(mark).select_from(one), one.c[key.columns[0]]
    else:
        joined = sa.and_(*(one.c[a] == other.c[b] for a, b in zip(key.columns, key.target_columns, strict=True)))
        wanted, pointed = sa.select(mark).select_from(one.join(other, joined)), other.c[target_key]
    if key.only is not None:
        wanted = wanted.where(one.c[key.only[0]] == key.only[1])
    for start in range(0, len(keys), KEYS_AT_ONCE):
        found = connection.scalars(wanted.where(pointed.in_(map(bound, keys[start : start + KEYS_AT_ONCE]))))
        if any(own_key is None or value not in ours for value in found):
            return True
    return False


def as_text(column: sa.ColumnElement[Any], table: Table) -> sa.ColumnElement[Any]:
    """Return a column as text; bytes in hexadecimal digits."""
    if table.columns[column.key or ""].domain.kind is Kind.BYTES:
        return sa.func.hex(column)
    return sa.cast(column, sa.Text)


def _key(row: WrittenRow, table: Table) -> sa.BindParameter[Any]:
    return bound(_raw(row.key, table, row.key_column))


def _raw(value: Any, table: Table, column: str) -> Any:
    """Return a value for the driver: what we keep as hexadecimal digits goes into the column as bytes."""
    is_bytes = isinstance(value, str) and table.columns[column].domain.kind is Kind.BYTES
    return bytes.fromhex(value) if is_bytes else value


def bound(key: int | str | bytes) -> sa.BindParameter[Any]:
    """Return a key as a bound value whose type is the column's own business: a UUID's text is no VARCHAR."""
    return sa.literal(key, sa.types.NULLTYPE)
