"""French names: surnames by birth decade, first names by sex and birth decade, surnames in use of married women."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.locales.fr_fr import tables
from honeytokens.locales.fr_fr.tables import NameTable, ages, hand_written
from honeytokens.locales.tables import Choice, married, scatter, share_of
from honeytokens.markers import Draws
from honeytokens.markers.draws import I64

Years = NDArray[np.int32]


def first_names(draws: Draws, female: NDArray[np.bool_], years: Years) -> pl.Series:
    """Return a first name for each serial; String."""
    parts = [
        (mask, _by_decade(draws.where(mask), "first name", tables.first_names(sex), years[mask]))
        for sex, mask in (("female", female), ("male", ~female))
    ]
    return scatter(len(years), parts)


def surnames(draws: Draws, female: NDArray[np.bool_], age: I64, years: Years) -> tuple[pl.Series, pl.Series]:
    """Return the surname in use and the birth name, null where it is the same; String."""
    wed = married(draws, female, age, hand_written()["married"]["by_age"])
    born = _by_decade(draws, "surname", tables.surnames(), years)
    married_name = _by_decade(draws.where(wed), "married name", tables.surnames(), years[wed])
    used = scatter(len(years), [(wed, married_name), (~wed, born.filter(pl.Series(~wed)))])
    birth_name = pl.select(pl.when(born != used).then(born)).to_series()
    return used, birth_name


@lru_cache(maxsize=8)
def surname_shares(as_of: date) -> Choice:
    """Return all surnames, with their weights among patients of all ages at ``as_of``."""
    names = tables.surnames()
    shares = np.zeros(len(names.names))
    for year, share in ages().year_share(as_of).items():
        shares += share * _decade_shares(int(names.column(np.array([year]))[0]))
    return Choice(names.names, np.cumsum(np.rint(shares * 2**40).astype(np.int64)))


def first_name_shares(people: pl.DataFrame) -> NDArray[np.float64]:
    """Return each first name's share among those of the row's sex and birth decade."""
    years = people["birth_date"].dt.year().to_numpy()
    shares = np.zeros(len(people))
    for sex in ("female", "male"):
        names = tables.first_names(sex)
        columns = names.column(years)
        for column in np.unique(columns):
            rows = np.flatnonzero((people["sex"] == sex).to_numpy() & (columns == column))
            shares[rows] = share_of(people["first_name"].gather(rows), names.names, names.shares(int(column)))
    return shares


@lru_cache(maxsize=16)
def _decade_shares(column: int) -> NDArray[np.float64]:
    return tables.surnames().shares(column)


def _by_decade(draws: Draws, label: str, names: NameTable, years: Years) -> pl.Series:
    columns = names.column(years)
    picked = np.empty(len(years), dtype=np.int64)
    for column in np.unique(columns):
        mask = columns == column
        picked[mask] = draws.where(mask).pick(label, names.totals[column])
    return names.names.gather(picked)
