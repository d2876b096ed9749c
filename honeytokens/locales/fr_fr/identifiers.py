"""French identifiers that are nobody's.

A NIR is sex, year, month, commune of birth, order and key. Those of the demo name a commune from 950 to 989 of the
department (80 to 89 overseas, 950 to 989 after 99 for a birth abroad): the official code book gives these to nothing,
so such a number is never issued, while its sex, date, department and key agree with the person.

Those above the ceiling name the real commune, with an order above the births that it can have had in a month.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.locales.fr_fr.tables import communes
from honeytokens.locales.national import National
from honeytokens.locales.tables import Choice
from honeytokens.markers import Draws
from honeytokens.markers.draws import I64

_PAIR = re.compile("..?")
_ABROAD = "99"
_PARIS_REGION_SPLIT = 1968
_CORSICA_SPLIT = 1976
_ERAS = (_PARIS_REGION_SPLIT, _CORSICA_SPLIT)
_BEFORE_1968 = {"91": "78", "92": "75", "93": "75", "94": "75", "95": "78"}
_IN_THE_KEY = {"2A": "19", "2B": "18"}
"""What a department that is no number counts as when the key is reckoned."""


@dataclass(frozen=True, slots=True, eq=False)
class _Departments:
    """The departments of today, and 99 for abroad; ``towns`` maps a ``town`` to the index of its ``area``.

    ``number`` is what each counts as in the key, and ``lettered`` whether it is written otherwise, by its name; shape
    (eras, departments).
    """

    names: list[str]
    towns: pl.DataFrame
    number: I64
    lettered: NDArray[np.bool_]


def national_ids(draws: Draws, people: pl.DataFrame) -> pl.Series:
    """Return a NIR with its key, 15 characters, for each of ``people`` (``sex``, ``birth_date``, ``birth_place``)."""
    born = people["birth_date"].dt
    year = born.year().to_numpy().astype(np.int64)
    area, era = _areas_of(people["birth_place"]), np.searchsorted(_ERAS, year, side="right")
    called = _departments()
    department, commune = called.number[era, area], draws.below("nir commune", 40)
    place = np.where(department >= 100, department * 100 + 80 + commune % 10, department * 1000 + 950 + commune)
    sex = np.where((people["sex"] == "male").to_numpy(), 1, 2)
    start = (sex * 100 + year % 100) * 100 + born.month().to_numpy()
    return _with_key(start, place, draws.below("nir order", 999) + 1, called, (era, area))


def _with_key(start: I64, place: I64, order: I64, called: _Departments, where: tuple[I64, I64]) -> pl.Series:
    """Return whole numbers, from sex to key; ``where`` are the era and the department of each."""
    body = (start * 100_000 + place) * 1000 + order
    text = pl.Series(body * 100 + 97 - body % 97).cast(pl.String)
    lettered, area = pl.Series(called.lettered[where]), where[1]
    if not lettered.any():
        return text
    name = pl.Series(called.names).gather(area)
    return pl.select(
        pl.when(lettered).then(pl.concat_str(text.str.slice(0, 5), name, text.str.slice(7))).otherwise(text)
    ).to_series()


def above_ceiling(draws: Draws, people: pl.DataFrame) -> pl.Series:
    """Return a NIR whose order lies above the births of that commune in that month; null where none can.

    A bound that is estimated, not a proof: the largest maternity hospitals have some 6,000 births a year, and a town
    has a twentieth of its inhabitants' number besides, a sixth of it more in a full month. It holds for towns of 10,000
    to 80,000 inhabitants: smaller ones have too few births for such an order to be believed, larger ones may use up all
    three digits. Null too for births abroad, and in the Paris region before 1968, when many communes had other codes.
    """
    towns = _towns_with_a_ceiling()
    found = people.select(town="birth_place").join(towns, on="town", how="left", maintain_order="left")
    born = people["birth_date"].dt
    year = born.year().to_numpy().astype(np.int64)
    era = np.searchsorted(_ERAS, year, side="right")
    area, called = _areas_of(people["birth_place"]), _departments()
    commune = found["commune"].fill_null(0).to_numpy()
    fewest = found["ceiling"].fill_null(998).to_numpy() + 1
    order = fewest + draws.below("nir above", 1000 - fewest)
    sex = np.where((people["sex"] == "male").to_numpy(), 1, 2)
    place = called.number[era, area] * 1000 + commune
    text = _with_key((sex * 100 + year % 100) * 100 + born.month().to_numpy(), place, order, called, (era, area))
    moved = (year < _PARIS_REGION_SPLIT) & np.isin(area, [called.names.index(name) for name in _BEFORE_1968])
    return pl.select(pl.when(found["commune"].is_not_null() & ~pl.Series(moved)).then(text)).to_series()


@cache
def _towns_with_a_ceiling() -> pl.DataFrame:
    """Return ``town``, ``commune`` (its three digits) and ``ceiling``: births of either sex in a month, at most."""
    frame = communes().sort("population").unique("town", keep="last", maintain_order=True)
    frame = frame.filter(pl.col("population").is_between(10_000, 80_000), ~pl.col("area").str.starts_with("97"))
    births = (6000 + pl.col("population") // 20) * 7 // 6 // 12
    return frame.select("town", commune=pl.col("code").str.slice(2).cast(pl.Int64), ceiling=births)


def reserved_phones(profile: National, draws: Draws) -> pl.Series:
    """Return ten digits, two by two, from the blocks 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49, 06 39 98."""
    blocks = Choice.of({two_by_two(block): weight for block, _, weight in profile.phone_blocks})
    block, end = blocks.draw(draws, "phone block"), _ends().gather(draws.below("phone end", 10_000))
    return pl.select(pl.format("{} {}", block, end)).to_series()


def two_by_two(digits: str) -> str:
    """Return digits in pairs, as the French write telephone numbers."""
    return " ".join(_PAIR.findall(digits))


@cache
def _ends() -> pl.Series:
    return pl.Series([two_by_two(f"{number:04}") for number in range(10_000)], dtype=pl.String)


def _areas_of(birth_places: pl.Series) -> I64:
    """Return the index of the department that each place lies in: that of the largest commune of this name."""
    called = _departments()
    found = birth_places.alias("town").to_frame().join(called.towns, on="town", how="left", maintain_order="left")
    return found["area"].fill_null(called.names.index(_ABROAD)).to_numpy()


@cache
def _departments() -> _Departments:
    frame = communes().sort("population").unique("town", keep="last", maintain_order=True)
    names = [*sorted(set(frame["area"])), _ABROAD]
    towns = frame.select("town", pl.col("area").replace_strict(names, range(len(names)), return_dtype=pl.Int64))
    called = [[_called(name, last) for name in names] for last in (*(era - 1 for era in _ERAS), _ERAS[-1])]
    return _Departments(
        names,
        towns,
        np.array([[int(_IN_THE_KEY.get(name, name)) for name in row] for row in called]),
        np.array([[name in _IN_THE_KEY for name in row] for row in called]),
    )


def _called(department: str, year: int) -> str:
    """Return what a department was called for a birth in some year."""
    if year < _CORSICA_SPLIT and department in _IN_THE_KEY:
        return "20"
    return _BEFORE_1968.get(department, department) if year < _PARIS_REGION_SPLIT else department
