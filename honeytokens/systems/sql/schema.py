"""The live schema of a site, read through SQLAlchemy's inspection, in the few words that planting needs.

Reads the catalogue only: never a row of a table.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import types
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedForeignKeyConstraint

INTEGER_RANGES = {
    "TINYINT": 8,
    "SMALLINT": 16,
    "MEDIUMINT": 24,
    "INTEGER": 32,
    "BIGINT": 64,
}


class Kind(StrEnum):
    """What a column holds, in words that an operator reads."""

    TEXT = "text"
    INTEGER = "whole number"
    NUMBER = "number"
    BOOLEAN = "true or false"
    DATE = "date"
    TIME = "time"
    DATETIME = "date and time"
    UUID = "UUID"
    BYTES = "bytes"
    OTHER = "of a type that is not supported"


@dataclass(frozen=True, slots=True)
class Domain:
    """What values a column's type admits."""

    kind: Kind
    length: int | None = None
    padded: bool = False
    members: tuple[str, ...] | None = None
    low: int | None = None
    high: int | None = None
    digits: tuple[int, int] | None = None
    """Precision and scale."""
    fraction: int = 0
    """Digits after the second."""
    zoned: bool = False
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the live schema."""

    name: str
    domain: Domain
    nullable: bool
    filled: bool
    """Whether the server gives a value where the insert does not."""
    computed: bool
    numbered: bool
    """Whether the server numbers it: serial, identity, AUTO_INCREMENT, rowid."""
    sequence: str | None = None
    """The sequence that its default draws from."""
    codec: str | None = None
    """Python's name of the character set; ``None`` when it holds every character."""
    untyped: bool = False
    """Whether the server keeps any value in it, whatever its declared type."""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``columns`` of ``table`` point at ``target_columns`` of ``target``; ``only`` where a column holds some value."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    only: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One table of the live schema, as it was read at one moment."""

    name: str
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...]
    uniques: tuple[frozenset[str], ...]
    """Every set of columns that is unique, the primary key among them."""
    foreign_keys: tuple[ForeignKey, ...]
    transactional: bool

    def is_unique(self, column: str) -> bool:
        """Return whether no two rows can share a value of this column alone."""
        return frozenset({column}) in self.uniques


@dataclass(frozen=True, slots=True)
class TableTraits:
    """What inspection does not tell of a table: the engine and the columns' character sets, as Python's codecs."""

    transactional: bool
    codecs: Mapping[str, str | None]
    untyped: bool = False
    numbered: str | None = None
    """The column that the server numbers without saying so in its definition."""
    uniques: frozenset[frozenset[str]] = frozenset()
    """Sets of columns that are unique and that inspection overlooks."""
    checks: tuple[str, ...] = ()
    """CHECK clauses that inspection overlooks."""


def table_names(connection: sa.Connection) -> list[str]:
    """Return the tables of the default schema."""
    return sa.inspect(connection).get_table_names()


def read_tables(
    connection: sa.Connection, names: Sequence[str], traits_of: Callable[[str], TableTraits]
) -> dict[str, Table]:
    """Return these tables of the default schema by name, without those that do not exist."""
    inspector = sa.inspect(connection)
    with warnings.catch_warnings():
        # SQLAlchemy warns of types and indexes that it does not know; they become Kind.OTHER or are of no matter here.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        columns = inspector.get_multi_columns(filter_names=names)
        primary_keys = inspector.get_multi_pk_constraint(filter_names=names)
        constraints = inspector.get_multi_unique_constraints(filter_names=names)
        indexes = inspector.get_multi_indexes(filter_names=names)
        checks = inspector.get_multi_check_constraints(filter_names=names)
        pointers = inspector.get_multi_foreign_keys(filter_names=names)
    tables = {}
    for (schema, name), reflected in columns.items():
        place, traits = (schema, name), traits_of(name)
        primary_key = tuple(primary_keys[place]["constrained_columns"]) if primary_keys[place] else ()
        uniques = {*traits.uniques, frozenset(primary_key)} - {frozenset()}
        uniques |= {frozenset(unique["column_names"]) for unique in constraints[place]}
        uniques |= {
            frozenset(column for column in index["column_names"] if column is not None)
            for index in indexes[place]
            if index["unique"] and None not in index["column_names"] and not _is_partial(index)
        }
        clauses = [*traits.checks, *(str(check["sqltext"]) for check in checks[place])]
        members = dict(filter(None, map(allowed_values, clauses)))
        tables[name] = Table(
            name=name,
            columns={column["name"]: _column(column, traits, members.get(column["name"])) for column in reflected},
            primary_key=primary_key,
            uniques=tuple(uniques),
            foreign_keys=tuple(_foreign_key(name, key) for key in pointers[place]),
            transactional=traits.transactional,
        )
    return tables


def foreign_keys(connection: sa.Connection) -> list[ForeignKey]:
    """Return every foreign key of the default schema."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        everything = sa.inspect(connection).get_multi_foreign_keys()
    return [_foreign_key(str(table), key) for (_, table), keys in everything.items() for key in keys]


def allowed_values(check: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the column and the values of a CHECK that is a plain ``column IN (...)``; ``None`` for any other.

    Understands how SQLite and MariaDB keep it (``"sex" IN ('F','M')``) and PostgreSQL
    (``(sex)::text = ANY ((ARRAY['F'::character varying, ...])::text[])``).
    """
    found = re.fullmatch(
        r"""\W*?([\w$]+)["`\]]?\)*(?:::[\w ]+)?\)*\s*(?:\bIN\b|=\s*ANY\b)\s*(.*)""", check, re.I | re.S
    )
    if not found:
        return None
    column, rest = found.groups()
    value = r"'(?:[^']|'')*'|-?\b\d+\b"
    bare = re.sub(r"::[a-z ]+(\(\d+\))?(\[\])?", "", rest, flags=re.I)
    if re.sub(rf"{value}|\bARRAY\b|[\s,()\[\]]", "", bare, flags=re.I):
        return None
    return column, tuple(
        literal[1:-1].replace("''", "'") if literal.startswith("'") else literal for literal in re.findall(value, bare)
    )


def _foreign_key(table: str, key: ReflectedForeignKeyConstraint) -> ForeignKey:
    return ForeignKey(table, tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"]))


def _is_partial(index: Mapping[str, Any]) -> bool:
    options = index.get("dialect_options", {})
    return any(options.get(f"{dialect}_where") is not None for dialect in ("sqlite", "postgresql"))


def _column(reflected: ReflectedColumn, traits: TableTraits, members: tuple[str, ...] | None) -> Column:
    name = reflected["name"]
    computed = "computed" in reflected
    default = reflected.get("default")
    draws = re.match(r"nextval\('(.+)'::regclass\)", default or "")
    numbered = (
        name == traits.numbered or "identity" in reflected or reflected.get("autoincrement") is True or bool(draws)
    )
    domain = domain_of(reflected["type"], untyped=traits.untyped)
    if members is not None and domain.members is None:
        domain = Domain(domain.kind, domain.length, domain.padded, members, domain.low, domain.high)
    return Column(
        name=name,
        domain=domain,
        nullable=reflected["nullable"],
        filled=default is not None or computed or numbered,
        computed=computed,
        numbered=numbered,
        sequence=draws[1] if draws else None,
        codec=traits.codecs.get(name),
        untyped=traits.untyped,
    )


def domain_of(kind: types.TypeEngine[Any], *, untyped: bool = False) -> Domain:  # noqa: C901 - one flat table of types
    """Return what a reflected type admits; ``untyped`` where the server keeps any value in a column without a type."""
    match kind:
        case postgresql.DOMAIN():
            return domain_of(kind.data_type)
        case mysql.SET():
            return Domain(Kind.OTHER)
        case types.Enum():
            return Domain(Kind.TEXT, members=tuple(kind.enums))
        case types.Boolean():
            return Domain(Kind.BOOLEAN)
        case mysql.YEAR():
            return Domain(Kind.INTEGER, low=1901, high=2155)
        case types.Integer():
            return _integer(kind, untyped=untyped)
        case types.Float():
            return Domain(Kind.NUMBER)
        case types.Numeric():
            return Domain(Kind.NUMBER, digits=(kind.precision, kind.scale or 0) if kind.precision else None)
        case types.String():
            return Domain(Kind.TEXT, length=kind.length, padded=isinstance(kind, types.CHAR | types.NCHAR))
        case types.DateTime():
            return _moment(kind)
        case types.Date():
            return Domain(Kind.DATE, earliest=datetime(1000, 1, 1))  # noqa: DTZ001
        case types.Time():
            return Domain(Kind.TIME)
        case types.Uuid():
            return Domain(Kind.UUID)
        case mysql.BINARY() | mysql.VARBINARY():
            return Domain(Kind.BYTES, length=kind.length)
        case types.NullType() if untyped:
            return Domain(Kind.TEXT)
        case _:
            return Domain(Kind.OTHER)


def _integer(kind: types.Integer, *, untyped: bool) -> Domain:
    bits = 64 if untyped else INTEGER_RANGES.get(type(kind).__name__, 32)
    if getattr(kind, "unsigned", False):
        return Domain(Kind.INTEGER, low=0, high=2**bits - 1)
    return Domain(Kind.INTEGER, low=-(2 ** (bits - 1)), high=2 ** (bits - 1) - 1)


def _moment(kind: types.DateTime) -> Domain:
    zoned = kind.timezone
    if isinstance(kind, mysql.TIMESTAMP):
        # Kept as seconds since 1970 in 32 bits, and in UTC: a day is left at both ends for every time zone.
        earliest, latest = datetime(1970, 1, 2), datetime(2038, 1, 18)  # noqa: DTZ001
        return Domain(Kind.DATETIME, fraction=kind.fsp or 0, earliest=earliest, latest=latest)
    if isinstance(kind, mysql.DATETIME):
        return Domain(Kind.DATETIME, fraction=kind.fsp or 0, earliest=datetime(1000, 1, 1))  # noqa: DTZ001
    if isinstance(kind, postgresql.TIMESTAMP):
        return Domain(Kind.DATETIME, fraction=6 if kind.precision is None else kind.precision, zoned=zoned)
    return Domain(Kind.DATETIME)
