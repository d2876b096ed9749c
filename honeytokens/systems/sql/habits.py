"""What the host's own rows usually hold in the columns that a decoy does not fill itself.

Learnt from a few hundred of the newest comparable rows, as shares: a value counts only when at least a fifth of them
have it, and only in a combination that occurs, so that no set of switches marks a decoy. Nothing that few rows share is
kept, and no value that names a person.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from honeytokens.systems.sql.rows import as_text
from honeytokens.systems.sql.schema import Column, Kind, Table
from honeytokens.systems.sql.server import clause
from honeytokens.systems.sql.values import Stored

SAMPLE = 400
FEWEST = 20
"""Fewer comparable rows than these teach nothing."""
SHARE = 0.2
_LONGEST = 60
_PEOPLE = re.compile(
    r"user|prat|medecin|chir|anesth|provider|doctor|creator|created_by|updated_by|changed_by|modif|owner|author"
    r"|supervisor|remplac|signer|responsable|orderer|staff|nurse|infirm",
    re.I,
)
_NOBODY = (None, "", "0")
_SHARED_KINDS = (Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.BYTES)


@dataclass(frozen=True, slots=True)
class Habits:
    """The combinations of common values that occur among comparable rows, each with the number of rows."""

    rows: int = 0
    combinations: Mapping[tuple[tuple[str, Stored], ...], int] = field(default_factory=dict)
    shares: Mapping[str, Mapping[str | None, float]] = field(default_factory=dict)
    """For each column, the common values as text and their shares."""

    def pick(self, seed: str, wished: Mapping[str, str]) -> dict[str, Stored]:
        """Return one combination: always the same for a seed, one with the wished values where there is one."""
        combinations = list(self.combinations)
        for column, value in wished.items():
            combinations = [one for one in combinations if (column, value) in one] or combinations
        if not combinations:
            return {}
        weights = [self.combinations[one] for one in combinations]
        place = draw(seed, "habit") % sum(weights)
        for one, weight in zip(combinations, weights, strict=True):
            place -= weight
            if place < 0:
                return dict(one)
        raise AssertionError("the weights add up")

    def always(self, column: str) -> bool:
        """Return whether every combination has a value for a column."""
        return bool(self.combinations) and all(column in dict(one) for one in self.combinations)

    def share(self, column: str, value: str | None) -> float:
        """Return the share of the rows that have a value, 0 when it is not common."""
        return self.shares.get(column, {}).get(value, 0.0)


def learn(
    connection: sa.Connection,
    table: Table,
    key: str,
    where: Mapping[str, str],
    ours: Iterable[str],
    avoided: Mapping[str, Sequence[str]],
) -> Habits:
    """Return the habits of the newest rows that hold ``where``, in every column but ``ours`` and the key.

    ``avoided`` are values that no decoy may have.
    """
    names = [name for name, one in table.columns.items() if name not in {key, *ours} and not one.computed]
    source = clause(table)
    wanted = sa.select(sa.literal_column("1"), *(as_text(source.c[name], table) for name in names)).select_from(source)
    for column, value in where.items():
        if column in table.columns:
            wanted = wanted.where(source.c[column] == value)
    newest = wanted.order_by(source.c[key].desc()).limit(SAMPLE)
    sample = [dict(zip(names, row[1:], strict=True)) for row in connection.execute(newest)]
    if len(sample) < FEWEST:
        return Habits(len(sample))
    shares = {name: _common(table.columns[name], [row[name] for row in sample]) for name in names}
    for column, values in avoided.items():
        shares[column] = {value: share for value, share in shares.get(column, {}).items() if value not in values}
    return Habits(len(sample), _combinations(table, sample, shares), shares)


def draw(seed: str, label: str) -> int:
    """Return a number of 64 bits that depends on both texts."""
    return int.from_bytes(hashlib.blake2b(f"{seed}\0{label}".encode(), digest_size=8).digest())


def _common(column: Column, values: Sequence[str | None]) -> dict[str | None, float]:
    shares = {value: number / len(values) for value, number in Counter(values).items()}
    return {value: share for value, share in shares.items() if share >= SHARE and _may_share(column, value)}


def _may_share(column: Column, value: str | None) -> bool:
    if _PEOPLE.search(column.name):
        return value in _NOBODY
    return value is None or (column.domain.kind in _SHARED_KINDS and len(value) <= _LONGEST)


def _combinations(
    table: Table, sample: Sequence[Mapping[str, str | None]], shares: Mapping[str, Mapping[str | None, float]]
) -> dict[tuple[tuple[str, Stored], ...], int]:
    """Return the combinations of the rows that have common values in most columns."""
    columns = [name for name in shares if shares[name]]
    agreeing = [{name: row[name] for name in columns if row[name] in shares[name]} for row in sample]
    most = max(map(len, agreeing))
    return dict(
        Counter(
            tuple((name, _stored(table.columns[name], value)) for name, value in one.items())
            for one in agreeing
            if len(one) == most
        )
    )


def _stored(column: Column, text: str | None) -> Stored:
    if text is None:
        return None
    match column.domain.kind:
        case Kind.INTEGER:
            return int(text)
        case Kind.NUMBER:
            return float(text)
        case Kind.BOOLEAN:
            return text.lower() in {"1", "t", "true"}
        case Kind.BYTES:
            return text.lower()
        case _:
            return text
