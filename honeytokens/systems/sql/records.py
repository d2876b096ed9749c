"""Decoys as rows of a system that is known by name, whatever its version: the live schema decides what is written.

A kind of row lists the columns that the adapter fills. Of these, a column that the site lacks is left out; columns that
the site has besides get what comparable rows of the host usually hold, and a column that must have a value and has no
usual one stops everything before a row is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from honeytokens.systems.interface import DraftRow
from honeytokens.systems.mapping import nearest
from honeytokens.systems.sql.habits import Habits
from honeytokens.systems.sql.layout import Branch
from honeytokens.systems.sql.schema import Column, Kind, Table
from honeytokens.systems.sql.values import Clock, MisfitError, Stored, encode

_MOMENTS = (Kind.DATE, Kind.DATETIME)
_UUID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class RowKind:
    """One kind of row: its table, the columns that the adapter fills, and which rows of the host it is comparable to.

    ``telling`` and ``parents`` are as in :class:`Branch`. ``needed`` are columns without which the kind cannot be
    written; a kind that is ``optional`` is then left out; ``later`` those that are filled as keys are.
    ``avoided`` are values that no decoy may have, ``wished`` those that keep it out of care and billing, taken where
    enough of the host's rows have them.
    """

    table: str
    key: str
    columns: tuple[str, ...]
    telling: tuple[str, ...] = ()
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    optional: bool = False
    later: tuple[str, ...] = ()
    avoided: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wished: Mapping[str, str] = field(default_factory=dict)

    @property
    def own(self) -> set[str]:
        """The columns that are filled without a habit."""
        return {*self.columns, *self.parents, *self.later}

    def fits(self, table: Table | None) -> bool:
        """Return whether a table can hold rows of this kind."""
        return table is not None and {self.key, *self.needed, *self.parents} <= table.columns.keys()


def misfits(kinds: Mapping[str, RowKind], tables: Mapping[str, Table], names: Sequence[str]) -> Iterator[str]:
    """Yield, in words, which needed tables and columns a live schema lacks."""
    for kind in kinds.values():
        table = tables.get(kind.table)
        if kind.optional:
            continue
        if table is None:
            yield f"there is no table {kind.table}{nearest(kind.table, names)}"
            continue
        for column in dict.fromkeys((kind.key, *kind.needed, *kind.parents)):
            if column not in table.columns:
                yield f"there is no column {table.name}.{column}{nearest(column, table.columns)}"


def unfilled(kind: RowKind, table: Table, habits: Habits) -> Iterator[str]:
    """Yield the columns that must have a value of which neither the adapter nor the host's rows tell."""
    for column in table.columns.values():
        known = column.name in {kind.key, *kind.own} or column.nullable or column.filled
        if not known and not habits.always(column.name) and not _natural(column):
            yield f"{table.name}.{column.name} must have a value, and the rows that are there tell of no usual one"


def branches_of(kinds: Mapping[str, RowKind]) -> dict[str, Branch]:
    """Return what the kinds that share a table say of it, each table after those that its rows hang below."""
    found: dict[str, Branch] = {}
    for kind in kinds.values():
        before = found.get(kind.table, Branch(kind.table, kind.key, frozenset(), {}))
        parents = dict(before.parents)
        for column, tables in kind.parents.items():
            parents[column] = tuple(dict.fromkeys((*parents.get(column, ()), *tables)))
        telling = before.telling | set(kind.telling) | set(kind.parents)
        found[kind.table] = Branch(kind.table, kind.key, telling, parents, before.exact | kind.where.keys() & telling)
    ordered: dict[str, Branch] = {}
    while len(ordered) < len(found):
        for name, branch in found.items():
            above = {table for tables in branch.parents.values() for table in tables if table in found}
            if name not in ordered and above <= ordered.keys():
                ordered[name] = branch
    return ordered


@dataclass(slots=True)
class Record:
    """The rows of one decoy, as they are drafted. ``seed`` decides every choice among the host's habits."""

    kinds: Mapping[str, RowKind]
    tables: Mapping[str, Table]
    habits: Mapping[str, Habits]
    clock: Clock
    seed: str
    at: datetime
    drafts: list[DraftRow] = field(default_factory=list)

    def add(
        self,
        name: str,
        values: Mapping[str, object],
        *,
        parent: tuple[str, int] | None = None,
        also: Mapping[str, int] | None = None,
        key_of: int | None = None,
    ) -> int | None:
        """Draft a row of the kind ``name``, and return its place in the list; ``None`` when the site has no such rows.

        Raises :class:`MisfitError` with a whole phrase when a value does not fit its column.
        """
        kind, table = self.kinds.get(name), None
        if kind is None:
            return None
        table = self.tables[kind.table]
        linked = {*(parent or ())[:1], *(also or {}), *kind.later}
        cells: dict[str, object] = dict(self.habits[name].pick(f"{self.seed} {name}", kind.wished))
        for column_name in linked & cells.keys():
            del cells[column_name]
        for column in table.columns.values():
            if column.name in values:
                cells |= self._cell(table, column, values[column.name])
            elif column.name not in {*cells, *linked, kind.key} and not column.nullable and not column.filled:
                cells[column.name] = self._required(table, column)
        column_of_parent, index = parent or (None, None)
        draft = DraftRow(table.name, cells, index, column_of_parent, dict(also or {}), key_of)
        self.drafts.append(draft)
        return len(self.drafts) - 1

    def _cell(self, table: Table, column: Column, value: object) -> dict[str, Stored]:
        """Return the column with its value, or nothing when an absent value is best left to the column's default."""
        if value is not None:
            try:
                return {column.name: encode(value, column, self.clock)}
            except MisfitError as misfit:
                raise MisfitError(f"a value {misfit} {table.name}.{column.name}") from None
        if column.nullable:
            return {column.name: None}
        if column.filled:
            return {}
        if column.domain.kind is Kind.TEXT and column.domain.members is None:
            return {column.name: ""}
        raise MisfitError(f"there is no value for {table.name}.{column.name}")

    def _required(self, table: Table, column: Column) -> Stored:
        """Return a natural value for a column that must have one; whether there is one was asked before."""
        if column.domain.kind in _MOMENTS:
            return encode(self.at, column, self.clock)
        if _natural(column):
            return str(uuid4())
        raise MisfitError(f"there is no value for {table.name}.{column.name}")


def _natural(column: Column) -> bool:
    """Return whether a column can be filled without knowing what it is for: a moment, or a random identifier."""
    identifier = column.domain.kind is Kind.UUID or (
        "uuid" in column.name.lower() and (column.domain.length or 0) >= _UUID_LENGTH
    )
    return column.domain.kind in _MOMENTS or identifier
