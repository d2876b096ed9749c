"""French names: surnames by birth decade, first names by sex and birth decade, surnames in use of married women."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.locales.national import National, era_of
from honeytokens.locales.tables import folded, married, scatter, shares_in_lists
from honeytokens.markers import Draws
from honeytokens.markers.draws import I64

Years = NDArray[np.int32]


def first_names(profile: National, draws: Draws, female: NDArray[np.bool_], years: Years) -> pl.Series:
    """Return a first name for each serial; String."""
    parts = [
        (mask, _by_decade(profile, sex, draws.where(mask), "first name", years[mask]))
        for sex, mask in (("female", female), ("male", ~female))
    ]
    return scatter(len(years), parts)


def surnames(
    profile: National, draws: Draws, female: NDArray[np.bool_], age: I64, years: Years
) -> tuple[pl.Series, pl.Series]:
    """Return the surname in use and the birth name, null where it is the same; String."""
    wed = married(draws, female, age, profile.married)
    born = _by_decade(profile, "surname", draws, "surname", years)
    married_name = _by_decade(profile, "surname", draws.where(wed), "married name", years[wed])
    used = scatter(len(years), [(wed, married_name), (~wed, born.filter(pl.Series(~wed)))])
    birth_name = pl.select(pl.when(born != used).then(born)).to_series()
    return used, birth_name


def surname_shares(profile: National, surnames: pl.Series, birth_dates: pl.Series) -> NDArray[np.float64]:
    """Return each surname's share among those of the row's birth decade, or in a short list if that is more."""
    decades = era_of(birth_dates.dt.year().to_numpy(), profile.eras("surname"))
    return _surnames(profile).of(surnames, decades)


def first_name_shares(profile: National, people: pl.DataFrame) -> NDArray[np.float64]:
    """Return each first name's share among those of the row's sex and birth decade."""
    years = people["birth_date"].dt.year().to_numpy()
    shares = np.zeros(len(people))
    for sex in ("female", "male"):
        rows = np.flatnonzero((people["sex"] == sex).to_numpy())
        decades = era_of(years[rows], profile.eras(sex))
        shares[rows] = _among(profile, sex).of(people["first_name"].gather(rows), decades)
    return shares


@dataclass(frozen=True, slots=True, eq=False)
class _Shares:
    """The share of each folded name in each decade; ``rows`` maps a name to its row of ``shares``."""

    rows: dict[str, int]
    shares: NDArray[np.float64]

    def of(self, names: pl.Series, decades: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the share of each name in its decade, a column of ``shares``; 0 for a name that is not known."""
        rows = np.array([self.rows.get(name, -1) for name in folded(names)], dtype=np.int64)
        return np.where(rows < 0, 0.0, self.shares[rows, decades])


@lru_cache(maxsize=4)
def _surnames(profile: National) -> _Shares:
    known = _among(profile, "surname")
    in_lists = shares_in_lists(known.shares.mean(axis=1))
    return _Shares(known.rows, np.maximum(known.shares, in_lists[:, np.newaxis]))


@lru_cache(maxsize=8)
def _among(profile: National, kind: str) -> _Shares:
    names, starts = _in_one_list(profile, kind)
    plain, weighed = folded(names), dict[str, NDArray[np.float64]]()
    for start, era in zip(starts, profile.eras(kind), strict=True):
        shares = profile.names[f"{kind} {era}"].shares
        weighed[str(era)] = np.zeros(len(names))
        weighed[str(era)][start : start + len(shares)] = shares
    merged = pl.DataFrame({"name": plain, **weighed}).group_by("name", maintain_order=True).agg(pl.all().sum())
    rows = {name: row for row, name in enumerate(merged["name"])}
    return _Shares(rows, merged.drop("name").to_numpy())


def _by_decade(profile: National, kind: str, draws: Draws, label: str, years: Years) -> pl.Series:
    eras, (names, starts) = profile.eras(kind), _in_one_list(profile, kind)
    found, picked = era_of(years, eras), np.empty(len(years), dtype=np.int64)
    for nth in np.unique(found):
        mask = found == nth
        picked[mask] = starts[nth] + draws.where(mask).pick(label, profile.names[f"{kind} {eras[nth]}"].totals)
    return names.gather(picked)


@lru_cache(maxsize=8)
def _in_one_list(profile: National, kind: str) -> tuple[pl.Series, list[int]]:
    """Return the names of all eras, and where each era's begin: the same list with other weights is held once."""
    lists = [profile.names[f"{kind} {era}"].values for era in profile.eras(kind)]
    starts, whole, size = dict[int, int](), [], 0
    for names in lists:
        if id(names) not in starts:
            starts[id(names)] = size
            whole.append(names)
            size += len(names)
    return pl.concat(whole), [starts[id(names)] for names in lists]
