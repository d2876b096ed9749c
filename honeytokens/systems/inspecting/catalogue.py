"""The whole catalogue of a database, and samples of its tables, behind few and cheap statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from honeytokens.errors import PlantingError
from honeytokens.systems.inspecting.lexicon import singular, split, word_set
from honeytokens.systems.inspecting.shapes import Shape, shape_of
from honeytokens.systems.sql.schema import Column, Kind, Table, TableTraits, read_tables, table_names
from honeytokens.systems.sql.server import Server, clause

SAMPLE = 400
"""How many rows of a table are looked at."""
_KEY_WORDS = frozenset({"id", "uid", "uuid", "guid", "iddos", "key", "pk", "primkey"})
_GENERIC_KEYS = frozenset({"id", "uid", "uuid", "code", "key", "nr", "no", "num", "rowid", "pk", "guid"})


@dataclass(frozen=True, slots=True)
class Link:
    """Column ``column`` of ``table`` holds the key ``target_column`` of ``target``."""

    table: str
    column: str
    target: str
    target_column: str
    declared: bool


@dataclass(slots=True)
class Catalogue:
    """The tables of a database as they are named, and what is asked of them on the way."""

    server: Server
    today: date
    tables: Mapping[str, Table]
    words: Mapping[str, set[str]]
    """The words of each table's name."""
    _shapes: dict[str, dict[str, Shape]] = field(default_factory=dict)
    _links: list[Link] | None = None
    _kinds: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, server: Server, today: date) -> Catalogue:
        """Read the catalogue; no row of any table."""
        with server.reading() as connection:
            tables = read_tables(
                connection, table_names(connection), lambda _: TableTraits(transactional=True, codecs={})
            )
        return cls(server, today, tables, {name: singular(split(name)) for name in tables})

    def shapes(self, table: str) -> Mapping[str, Shape]:
        """Return the shapes of a sample of a table's columns of plain types; none when it may not be read."""
        if table not in self._shapes:
            columns = [c.name for c in self.tables[table].columns.values() if c.domain.kind is not Kind.OTHER]
            try:
                rows = self.sample(table, columns)
            except PlantingError:  # the account may not read this table: its names and types must do
                rows = []
            values: Iterator[Sequence[str | None]] = iter(zip(*rows, strict=True)) if rows else iter(())
            self._shapes[table] = {
                name: shape_of(each, self.today) for name, each in zip(columns, values, strict=False)
            }
        return self._shapes[table]

    def sample(
        self, table: str, columns: Sequence[str], where: tuple[str, str] | None = None, limit: int = SAMPLE
    ) -> list[tuple[str | None, ...]]:
        """Return some rows as text. ``where`` keeps those whose column holds the key of an attribute."""
        source = clause(self.tables[table])
        wanted = sa.select(*(sa.cast(source.c[name], sa.Text) for name in columns)).limit(limit)
        if where is not None:
            wanted = wanted.where(sa.cast(source.c[where[0]], sa.Text) == where[1])
        if not columns:
            return []
        with self.server.reading() as connection:
            return [tuple(row) for row in connection.execute(wanted)]

    def overlap(self, link: Link) -> float | None:
        """Return the share of a sample of the links that lead to a row; ``None`` where there is none to follow."""
        one, other = clause(self.tables[link.table]), clause(self.tables[link.target])
        sampled = sa.select(one.c[link.column].label("one")).where(one.c[link.column].is_not(None)).limit(SAMPLE)
        keys = sampled.subquery()
        there = sa.exists().where(other.c[link.target_column] == keys.c.one)
        wanted = sa.select(sa.func.count(), sa.func.count(sa.case((there, 1)))).select_from(keys)
        with self.server.reading() as connection:
            total, met = connection.execute(wanted).one()
        return met / total if total else None

    def links(self) -> list[Link]:
        """Return every link between tables, by declared foreign key and by name."""
        if self._links is None:
            declared = [
                Link(key.table, key.columns[0], key.target, key.target_columns[0], declared=True)
                for table in self.tables.values()
                for key in table.foreign_keys
                if len(key.columns) == 1 and key.target in self.tables
            ]
            pointed = {(link.table, link.column) for link in declared}
            guessed = [link for link in self._guessed() if (link.table, link.column) not in pointed]
            self._links = list(dict.fromkeys([*declared, *guessed]))
        return self._links

    def _guessed(self) -> Iterator[Link]:
        """Yield the links that names tell: a column called as another table's key, or as the table and ``id``."""
        keys = {name: key for name in self.tables if (key := self.key(name)) is not None}
        named: dict[str, list[str]] = {}
        for name, key in keys.items():
            for spelling in _spellings(name, key):
                named.setdefault(spelling, []).append(name)
        for table in self.tables.values():
            for column in table.columns.values():
                for target in named.get("".join(split(column.name)), ()):
                    own = target == table.name or (column.name == keys.get(table.name) and len(table.primary_key) == 1)
                    shared = own and target != table.name and "patient" in self.kinds(target)
                    if (not own or shared) and _same_kind(column, self.tables[target].columns[keys[target]]):
                        yield Link(table.name, column.name, target, keys[target], declared=False)

    def bridge(self, tables: Sequence[str]) -> None:
        """Find, among a few tables, links that only their values tell, such as a GUID called otherwise in each."""
        known = {(link.table, link.target) for link in self.links()}
        ends = [(table, column) for table in tables for column in self._telling_keys(table)]
        for table, column in ends:
            for target, key in ends:
                one, other = self.tables[table].columns[column], self.tables[target].columns[key]
                if (
                    table == target
                    or (table, target) in known
                    or (target, table) in known
                    or not _same_kind(one, other)
                ):
                    continue
                link = Link(table, column, target, key, declared=False)
                if (self.overlap(link) or 0.0) >= 0.9:
                    known.add((table, target))
                    self.links().append(link)

    def _telling_keys(self, table: str) -> list[str]:
        """Return the columns of texts or UUIDs, called as keys are, whose values are all different."""
        columns, shapes = self.tables[table].columns, self.shapes(table)
        kinds = (Kind.TEXT, Kind.UUID)
        return [
            name
            for name, shape in shapes.items()
            if columns[name].domain.kind in kinds
            and _named_key(columns[name])
            and shape.telling
            and shape.distinct > 0.95
        ]

    def key(self, table: str) -> str | None:
        """Return the one column that is a table's key, ``None`` when there is no such."""
        found = self.tables[table]
        if len(found.primary_key) == 1:
            return found.primary_key[0]
        unique = next((name for name in found.columns if found.is_unique(name)), None)
        return unique or next((name for name, column in found.columns.items() if _named_key(column)), None)

    def kinds(self, table: str) -> frozenset[str]:
        """Return what a table's name, or that of most of its columns, says it holds: lists of ``[tables]`` by name."""
        if table not in self._kinds:
            self._kinds[table] = self._told_kinds(table)
        return self._kinds[table]

    def _told_kinds(self, table: str) -> frozenset[str]:
        names = ("patient", "person", "part", "other", "stay", "allergy", "prescription")
        kinds = {name for name in names if self.words[table] & word_set("tables", name)}
        columns = [set(split(column)) for column in self.tables[table].columns]
        called = sum(bool(words & word_set("tables", "patient")) for words in columns)
        if "other" not in kinds and called > max(3, 0.5 * len(columns)):  # PAT_NAME, PAT_SEX ...
            kinds.add("patient")
        return frozenset(kinds)


def _spellings(table: str, key: str) -> set[str]:
    words = split(table)
    stems = {"".join(words), words[-1]}
    stems |= {stem[:-1] for stem in stems if stem.endswith("s") and len(stem) > 3}
    spellings = {form for stem in stems for form in (f"{stem}id", f"id{stem}", f"{stem}nr", f"num{stem}", f"fk{stem}")}
    spellings |= {f"fk{form}" for form in list(spellings) if not form.startswith("fk")}
    glued = "".join(split(key))
    if glued not in _GENERIC_KEYS and len(glued) > 2:
        spellings |= {glued, f"fk{glued}"}
    return spellings


def _named_key(column: Column) -> bool:
    """Return whether a column is called as a key is: where a system declares none, this is what there is."""
    words = split(column.name)
    kinds = (Kind.INTEGER, Kind.UUID, Kind.TEXT)
    glued = words[-1].endswith("id") and len(words[-1]) > 3
    return column.domain.kind in kinds and (glued or bool(_KEY_WORDS & set(words)))


def _same_kind(one: Column, other: Column) -> bool:
    return one.domain.kind is other.domain.kind or one.untyped
