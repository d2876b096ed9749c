"""Mixing decoys into an extract: what each row says, and where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from honeytokens.errors import SaltRefusedError
from honeytokens.markers import Draws
from honeytokens.model import Field
from honeytokens.salting.columns import AGE, fields_of
from honeytokens.salting.files import Cells, Rows
from honeytokens.salting.forms import Write, date_form, parse, writer_of
from honeytokens.salting.imitating import Column

_MOSTLY_EMPTY = 0.9
_NEVER = 0.01
"""A column that is empty less often than this is never empty: a decoy without it would stand out."""


@dataclass(frozen=True, slots=True)
class Form:
    """An extract's columns: what each holds and how it is written. ``left_empty`` stay empty in every row mixed in."""

    columns: Mapping[int, Column]
    fields: Mapping[int, str]
    left_empty: frozenset[str]
    born: tuple[date | None, ...]
    size: int

    @classmethod
    def of(cls, rows: Rows, given: Mapping[str, str], left_empty: Sequence[str] = ()) -> Form:
        """Recognise the columns; raise :class:`SaltRefusedError` when the extract tells no patients."""
        fields = fields_of(rows.columns, given)
        for name in left_empty:
            if name not in rows.columns:
                raise SaltRefusedError(f"The extract has no column {name!r}", f"Its columns: {', '.join(rows.columns)}")
        columns = {place: Column(name, [row[place] for row in rows.rows]) for place, name in enumerate(rows.columns)}
        dates = columns[next(place for place, held in fields.items() if held == Field.BIRTH_DATE)]
        form = date_form(dates.present)
        if form is None:
            raise SaltRefusedError(f"Column {dates.name!r} holds no dates in one usual form", "Export ISO dates")
        moments = [parse(value, form) if value else None for value in dates.values]
        born = tuple(moment.date() if moment else None for moment in moments)
        return cls(columns, fields, frozenset(left_empty), born, len(rows.rows))

    def values(self, field: str) -> Sequence[str | None]:
        """Return the values of the column of a field; none when there is no such column."""
        return next((self.columns[place].values for place, held in self.fields.items() if held == field), ())

    def people(self) -> list[tuple[str, str, date | None]]:
        """Return (surname, first name, birth date) of every patient, for comparing in memory only."""
        names = zip(self.values(Field.SURNAME), self.values(Field.FIRST_NAME), self.born, strict=True)
        return [(surname or "", first or "", born) for surname, first, born in names]

    def always_filled(self) -> list[Field]:
        """Return the fields without which a decoy would stand out."""
        return [
            Field(held)
            for place, held in self.fields.items()
            if held != AGE and self.columns[place].empty_share < _NEVER and not self._empties(place)
        ]

    def _empties(self, place: int) -> bool:
        return self.columns[place].name in self.left_empty


@dataclass(frozen=True, slots=True)
class Mixed:
    """The rows to mix in, by the row of the extract before which they stand."""

    added: Mapping[int, Sequence[Cells]]
    bare: tuple[str, ...]
    """Columns that the extract often fills, and that are empty in every row mixed in: by them rows can be told."""


def mix(form: Form, identities: pl.DataFrame, serials: Sequence[int], key: bytes) -> Mixed:
    """Return the rows of decoys, one for each row of ``identities`` (columns :class:`Field`), placed and written.

    What a row says beside its identity, and where it stands, are drawn by ``key`` from its serial and the extract: the
    same decoy is the same row in each copy of one extract. Raises :class:`SaltRefusedError` when a column that is
    never empty cannot be filled.
    """
    owned = {place: held for place, held in form.fields.items() if held == AGE or identities[held].count()}
    foreign = [place for place, held in form.fields.items() if held == Field.LOCAL_ID and place not in owned]
    writers = {place: writer_of(held, form.columns[place].present) for place, held in owned.items()}
    lead = next((place for place in owned if form.columns[place].order), None)
    reckoned = _reckoned(form)
    seeds = Draws(key, np.asarray(serials, dtype=np.uint64)).u64("salt/row")
    added: defaultdict[int, list[Cells]] = defaultdict(list)
    for person, seed in zip(identities.iter_rows(named=True), seeds, strict=True):
        random = np.random.Generator(np.random.PCG64(int(seed)))
        place = int(random.integers(form.size + 1))
        cells = _told(form, writers, person | {AGE: _age(person[Field.BIRTH_DATE], reckoned)}, random)
        if lead is not None and (value := cells.get(lead)):
            place = form.columns[lead].place_of(value)
        for number, column in form.columns.items():
            if column.name in form.left_empty:
                cells[number] = None
            elif number not in form.fields or number in foreign:
                cells[number] = column.draw(place, random)
            if cells.get(number) is None and column.empty_share < _NEVER and column.name not in form.left_empty:
                raise _never_empty(column.name, form.fields.get(number))
        added[place].append(tuple(cells.get(number) for number in form.columns))
    ordered = lead if lead is not None else next((n for n, column in form.columns.items() if column.order), None)
    if ordered is not None:
        column = form.columns[ordered]
        for rows in added.values():
            rows.sort(key=lambda row: column.rank(row[ordered] or ""), reverse=column.order < 0)
    filled = {number for rows in added.values() for row in rows for number, cell in enumerate(row) if cell}
    bare = (c.name for number, c in form.columns.items() if number not in filled and c.empty_share < _MOSTLY_EMPTY)
    return Mixed(dict(added), tuple(bare) if added else ())


def _told(
    form: Form, writers: Mapping[int, Write], person: Mapping[str, object], random: np.random.Generator
) -> dict[int, str | None]:
    """Return the cells that tell who a decoy is, each empty about as often as the extract's."""
    cells: dict[int, str | None] = {}
    for place, write in writers.items():
        held, empty = form.fields[place], form.columns[place].empty_share
        value = person[held]
        if held == Field.BIRTH_NAME and value is None and empty < _NEVER:
            value = person[Field.SURNAME]
        rare = random.random() < empty
        cells[place] = None if value is None or (rare and held != Field.STREET) else write(value)
    return cells


def _reckoned(form: Form) -> date | None:
    """Return a day by which the ages of the extract are reckoned: the one that fits most of its rows."""
    ages = zip(form.born, form.values(AGE), strict=False)
    days = [date(b.year + int(a), b.month, min(b.day, 28)) for b, a in ages if b and a and a.isdecimal()]
    return max(days, default=None)


def _age(born: object, reckoned: date | None) -> object:
    if not isinstance(born, date) or reckoned is None:
        return None
    return reckoned.year - born.year - ((reckoned.month, reckoned.day) < (born.month, born.day))


def _never_empty(column: str, field: str | None) -> SaltRefusedError:
    if field in (Field.PHONE, Field.EMAIL, Field.LOCAL_ID, Field.WEB_LINK):
        remedy = f"Own a pool for it (honeytokens pool add), or add --leave-empty {column}"
    else:
        remedy = f"Leave it out of the extract, or add --leave-empty {column}"
    return SaltRefusedError(f"Column {column!r} is never empty, and there is nothing to fill it with", remedy)
