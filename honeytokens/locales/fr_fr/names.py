"""French names: surnames by birth decade, first names by sex and birth decade, surnames in use of married women."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.locales.fr_fr import tables
from honeytokens.locales.fr_fr.tables import NameTable, hand_written
from honeytokens.locales.tables import folded, married, scatter, shares_in_lists
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


def surname_shares(surnames: pl.Series, birth_dates: pl.Series) -> NDArray[np.float64]:
    """Return each surname's share among those of the row's birth decade, or in a short list if that is more."""
    decades = tables.surnames().column(birth_dates.dt.year().to_numpy())
    return _surnames().of(surnames, decades)


def first_name_shares(people: pl.DataFrame) -> NDArray[np.float64]:
    """Return each first name's share among those of the row's sex and birth decade."""
    years = people["birth_date"].dt.year().to_numpy()
    shares = np.zeros(len(people))
    for sex in ("female", "male"):
        rows = np.flatnonzero((people["sex"] == sex).to_numpy())
        decades = tables.first_names(sex).column(years[rows])
        shares[rows] = _first_names(sex).of(people["first_name"].gather(rows), decades)
    return shares


@dataclass(frozen=True, slots=True, eq=False)
class _Shares:
    """The share of each folded name in each decade; ``rows`` maps a name to its row of ``shares``."""

    rows: dict[str, int]
    shares: NDArray[np.float64]

    @classmethod
    def among(cls, table: NameTable) -> _Shares:
        weights = pl.DataFrame({str(decade): table.shares(decade) for decade in range(len(table.decades))})
        merged = weights.group_by(folded(table.names).alias("name"), maintain_order=True).agg(pl.all().sum())
        rows = {name: row for row, name in enumerate(merged["name"])}
        return cls(rows, merged.drop("name").to_numpy())

    def of(self, names: pl.Series, decades: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the share of each name in its decade, a column of ``shares``; 0 for a name that is not known."""
        rows = np.array([self.rows.get(name, -1) for name in folded(names)], dtype=np.int64)
        return np.where(rows < 0, 0.0, self.shares[rows, decades])


@cache
def _surnames() -> _Shares:
    known = _Shares.among(tables.surnames())
    in_lists = shares_in_lists(known.shares.mean(axis=1))
    return _Shares(known.rows, np.maximum(known.shares, in_lists[:, np.newaxis]))


@cache
def _first_names(sex: str) -> _Shares:
    return _Shares.among(tables.first_names(sex))


def _by_decade(draws: Draws, label: str, names: NameTable, years: Years) -> pl.Series:
    columns = names.column(years)
    picked = np.empty(len(years), dtype=np.int64)
    for column in np.unique(columns):
        mask = columns == column
        picked[mask] = draws.where(mask).pick(label, names.totals[column])
    return names.names.gather(picked)
