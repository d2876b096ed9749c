"""From the patients of a host, as texts, to their profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from honeytokens.errors import ProfileError
from honeytokens.model import Field
from honeytokens.profiles import codes, days, joint, texts
from honeytokens.profiles.schema import LEAST, TAIL, Codes, Column, Days, Profile, Shape, Values

_FIRST = (
    Field.PHONE, Field.EMAIL, Field.NATIONAL_ID, Field.WEB_LINK, Field.LOCAL_ID, Field.SEX, Field.BIRTH_DATE,
    Field.FIRST_NAME, Field.SURNAME, Field.BIRTH_NAME, Field.POSTCODE, Field.TOWN, Field.STREET, Field.BIRTH_PLACE,
)  # fmt: skip
"""The order in which fields are drawn: those that a policy may leave empty come before all that depends on it."""
_NAMES = (Field.SURNAME, Field.BIRTH_NAME, Field.FIRST_NAME, Field.TOWN, Field.STREET, Field.BIRTH_PLACE)
_FITS = 50
"""From which per cent of rare towns known on the locale lends its own."""
_FEWEST = 5 * LEAST
"""From fewer patients than this nothing is learnt."""


def learn(
    people: pl.DataFrame,
    *,
    learnt: date,
    locale: str,
    known: Mapping[str, pl.Series] | None = None,
    children: Mapping[str, Mapping[str, int]] | None = None,
) -> Profile:
    """Return the profile of ``people``, one row for each patient, every column text or null.

    Columns are named by the field that they hold, or ``table.column``. ``known`` tells, for columns of names, which
    texts the locale's lists know (Boolean, one for each row). ``children`` counts patients by how many rows they have.
    Raises :class:`ProfileError` when there are too few patients.
    """
    if len(people) < _FEWEST:
        raise ProfileError(
            f"The table holds {len(people)} patients, and from fewer than {_FEWEST} nothing can be learnt without "
            "telling of some of them",
            "Plan without a profile: decoys are then those of the country",
        )
    people = people.select(pl.all().cast(pl.String).replace("", None))
    shapes, lacking = dict[str, Shape](), list[str]()
    for name in _ordered(people.columns):
        shape = _shape(name, people[name], (known or {}).get(name))
        if not shape.cells and not shape.tail:
            lacking.append(f"{name} is empty in every row: decoys have none either")
        shapes[name] = shape
    levels = {name: _levels(people[name], shape) for name, shape in shapes.items()}
    columns, before = {}, list[str]()
    for name, shape in shapes.items():
        empty = people[name].null_count()
        columns[name] = Column(shape, empty if empty >= LEAST else 0, joint.learn_tables(levels, name, before))
        before.append(name)
    counted = {name: _grouped(counts) for name, counts in (children or {}).items()}
    lacking += _untold(columns, len(people))
    return Profile(len(people), learnt.isoformat(), locale, columns, counted, tuple(lacking))


def _ordered(names: list[str]) -> list[str]:
    return [field.value for field in _FIRST if field in names] + [name for name in names if name not in set(_FIRST)]


def _shape(name: str, column: pl.Series, known: pl.Series | None) -> Shape:
    if name not in _NAMES:
        if form := days.form_of(column):
            return days.learn_days(column, form)
        if name != Field.EMAIL and codes.are_codes(column) and column.n_unique() > 2 * LEAST:
            return codes.learn_codes(column)
    shape = texts.learn_values(column)
    if known is None or shape.tail < LEAST:
        return shape
    rare = (texts.levels_of_values(column, shape) == TAIL) & column.is_not_null().to_numpy()
    told = known.filter(pl.Series(rare)).drop_nulls()
    vocabulary = round(100 * sum(told) / max(len(told), 1))
    # A town is lent with its postcode: those of another country would fit nothing.
    return replace(shape, vocabulary=0 if name == Field.TOWN and vocabulary < _FITS else vocabulary)


def _levels(column: pl.Series, shape: Shape) -> joint.Levels:
    match shape:
        case Values():
            return texts.levels_of_values(column, shape)
        case Codes():
            return codes.levels_of_codes(column, shape)
        case Days():
            return days.levels_of_days(column, shape)


def _grouped(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts of patients by number of rows, the scarce ones joined to the number below."""
    numbers = sorted((int(number) for number in counts), reverse=True)
    grouped, carried = dict[str, int](), 0
    for number in numbers:
        carried += counts[str(number)]
        if carried >= LEAST:
            grouped[str(number)] = carried
            carried = 0
    return dict(reversed(grouped.items()))


def _untold(columns: Mapping[str, Column], patients: int) -> Iterator[str]:
    for name, column in columns.items():
        shape = column.shape
        filled = sum(shape.cells.values()) + shape.tail
        if isinstance(shape, Values) and shape.tail and not shape.words and shape.vocabulary == 0:
            yield f"{name}: {shape.tail} of {filled} values are too rare to learn how they are written"
        if 0 < patients - filled < LEAST:
            yield f"{name} is empty in fewer than {LEAST} rows: no decoy has it empty"
