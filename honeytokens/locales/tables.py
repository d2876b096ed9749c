"""What every locale does with its tables: draw from whole weights, turn weights into bits, ages into birth dates.

Knows no country. Never draws but through :class:`~honeytokens.markers.Draws`, and only from whole weights.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
import polars as pl
from anyascii import anyascii
from numpy.typing import NDArray

from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64

BITS_CAP = 20.0
"""No single value counts for more bits than this, however rare the tables say it is."""

_SHORTEST_LIST = 400
_LONGEST_LIST = 1000
"""How long the lists of surnames are that people are made up from: 400 names in ``faker`` for France."""


def data_folder(code: str) -> Traversable:
    """Return the folder of a locale's shipped tables."""
    return files("honeytokens.locales").joinpath("data", code)


@cache
def folder_digest(code: str) -> bytes:
    """Return the SHA-256 of every file of a locale's folder, names included."""
    digest = hashlib.sha256()
    for file in sorted(data_folder(code).iterdir(), key=lambda file: file.name):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.digest()


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Values to draw from; ``totals`` are the running totals of their weights, shape (len(values),)."""

    values: pl.Series
    totals: I64

    @classmethod
    def of(cls, weights: Mapping[str, int]) -> Choice:
        """Return the choice between the keys of ``weights``."""
        return cls(pl.Series(list(weights), dtype=pl.String), cumulative(weights.values()))

    def draw(self, draws: Draws, label: str) -> pl.Series:
        """Return a value for each serial; String, shape (n,)."""
        return self.values.gather(draws.pick(label, self.totals))

    @property
    def shares(self) -> NDArray[np.float64]:
        """Return the share of the weights that each of ``values`` holds, shape (len(values),)."""
        shares: NDArray[np.float64] = np.diff(self.totals, prepend=0) / self.totals[-1]
        return shares

    def share(self, values: pl.Series) -> NDArray[np.float64]:
        """Return the share of the weights that each value holds, 0 for a value that cannot be drawn."""
        return share_of(values, self.values, self.shares)


def spans_of(spans: Mapping[str, tuple[int, int]], keys: pl.Series) -> tuple[I64, I64]:
    """Return where the span of each key starts and ends; every key must have one."""
    bounds = np.array(list(spans.values()), dtype=np.int64).reshape(-1, 2)
    found = keys.replace_strict(list(spans), np.arange(len(spans)), return_dtype=pl.Int64).to_numpy()
    return bounds[found, 0], bounds[found, 1]


def share_of(values: pl.Series, known: pl.Series, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the summed share of each value among ``known`` values, 0 for one that is not known."""
    table = pl.DataFrame({"value": known, "share": shares}).group_by("value").agg(pl.col("share").sum())
    found = values.alias("value").to_frame().join(table, on="value", how="left", maintain_order="left")
    return found["share"].fill_null(0.0).to_numpy()


def folded(texts: pl.Series) -> pl.Series:
    """Return what a scan compares of each name: its letters and digits, in lower-case ASCII, without a space.

    Shares are summed over names that fold alike, since a scan cannot tell them apart: Lefèvre and Le Fevre.
    """
    plain = texts.map_elements(lambda text: text if text.isascii() else anyascii(text), return_dtype=pl.String)
    return plain.str.to_lowercase().str.replace_all("[^a-z0-9]", "")


def spelt_towns(texts: pl.Series, towns: pl.Series) -> pl.Series:
    """Return texts that are towns as ``towns`` spells them, compared as :func:`folded` folds them; null for others."""
    known = pl.DataFrame({"folded": folded(towns), "town": towns}).unique("folded", keep="first", maintain_order=True)
    found = folded(texts).alias("folded").to_frame()
    return found.join(known, on="folded", how="left", maintain_order="left")["town"]


def shares_in_lists(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest share that each of a country's names has in any short list of its commonest; 0 in none.

    Made-up people have the commonest names far more often than a country has them. The r-th commonest is in lists of r
    names or more; drawn evenly from the shortest of them, it has the share 1 / r.
    """
    rank = np.empty(len(shares))
    rank[np.argsort(-shares, kind="stable")] = np.arange(1, len(shares) + 1)
    return np.where(rank <= _LONGEST_LIST, 1 / np.maximum(rank, _SHORTEST_LIST), 0.0)


def bits(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return -log2 of each share, between 0 and :data:`BITS_CAP`."""
    return np.clip(np.log2(1 / np.clip(shares, 2.0**-BITS_CAP, 1.0)), 0.0, BITS_CAP)


def bits_frame(people: pl.DataFrame, shares: Mapping[str, NDArray[np.float64]]) -> pl.DataFrame:
    """Return the bits of the columns of ``people`` that have shares, null where the value is null."""
    rated = [name for name in people.columns if name in shares]
    frame = pl.DataFrame({name: bits(shares[name]) for name in rated})
    return frame.select(pl.when(people[name].is_not_null()).then(pl.col(name)).alias(name) for name in rated)


def married(draws: Draws, female: NDArray[np.bool_], age: I64, by_age: Sequence[Sequence[int]]) -> NDArray[np.bool_]:
    """Return who took another surname; ``by_age`` are rows ``[from age, per cent of women]``."""
    starts, percents = np.array(by_age).T
    return female & draws.chance("married", percents[np.searchsorted(starts, age, side="right") - 1], 100)


def sexes(female: NDArray[np.bool_]) -> pl.Series:
    """Return ``female`` or ``male`` for each row; String."""
    return pl.Series(female, dtype=pl.Boolean).replace_strict({True: "female", False: "male"}, return_dtype=pl.String)


def scatter(size: int, parts: Iterable[tuple[NDArray[np.bool_], pl.Series]]) -> pl.Series:
    """Return one String column of ``size`` rows from columns for disjoint masks that cover it."""
    rows = [(np.flatnonzero(mask), part.cast(pl.String)) for mask, part in parts]
    if not rows:
        return pl.Series([None] * size, dtype=pl.String)
    place = np.empty(size, dtype=np.int64)
    place[np.concatenate([indices for indices, _ in rows])] = np.arange(size)
    return pl.concat([part for _, part in rows]).gather(place)


@dataclass(frozen=True, slots=True, eq=False)
class Ages:
    """How many of a hospital's patients have each sex and age; ``female`` and ``male`` are weights by year of age."""

    female: I64
    male: I64

    @classmethod
    def of(cls, bands: Mapping[str, Sequence[Sequence[int]]]) -> Ages:
        """Return the ages of bands ``[first age, last age, weight of each year]``, by sex."""
        by_sex = {
            sex: np.concatenate([np.full(last - first + 1, weight) for first, last, weight in bands[sex]]).astype(
                np.int64
            )
            for sex in ("female", "male")
        }
        return cls(by_sex["female"], by_sex["male"])

    def draw(self, draws: Draws, as_of: date) -> Drawn:
        """Return whether female, the age at ``as_of``, and a birth date uniform over the days that give this age."""
        cell = draws.pick("sex and age", cumulative(np.concatenate([self.female, self.male]).tolist()))
        female = cell < len(self.female)
        age = np.where(female, cell, cell - len(self.female))
        first, days = self._birthdays(as_of)
        return female, age, first[age] + draws.below("birth day", days[age])

    def birth_date_share(self, birth_dates: pl.Series, as_of: date) -> NDArray[np.float64]:
        """Return the share of patients born on each date, whatever their sex; 0 outside the table."""
        first, days = self._birthdays(as_of)
        born = birth_dates.to_numpy().astype("datetime64[D]")
        weights = self.female + self.male
        age = len(first) - np.searchsorted(first[::-1], born, side="right")
        inside = (age < len(first)) & (born <= np.datetime64(as_of))
        age = np.where(inside, age, 0)
        return np.where(inside, weights[age] / weights.sum() / days[age], 0.0)

    def _birthdays(self, as_of: date) -> tuple[NDArray[np.datetime64], I64]:
        """Return, by age, the first birth date that gives it at ``as_of``, and how many dates do."""
        latest = [_years_before(as_of, years) for years in range(len(self.female) + 1)]
        first = [earlier + timedelta(days=1) for earlier in latest[1:]]
        days = [(late - early).days + 1 for late, early in zip(latest, first, strict=False)]
        return np.array(first, dtype="datetime64[D]"), np.array(days, dtype=np.int64)


Drawn = tuple[NDArray[np.bool_], I64, NDArray[np.datetime64]]


def of_given(drawn: Drawn, given: pl.DataFrame | None, as_of: date) -> Drawn:
    """Return what :meth:`Ages.draw` drew, but the ``sex`` and ``birth_date`` of ``given`` where they are not null.

    Nobody who is given a birth date after ``as_of`` has an age below 0.
    """
    if given is None:
        return drawn
    female, age, born = drawn
    known = given["sex"].is_not_null().to_numpy()
    female = np.where(known, (given["sex"] == "female").fill_null(False).to_numpy(), female)
    dates = given["birth_date"].to_numpy().astype("datetime64[D]")
    born = np.where(np.isnat(dates), born, dates)
    years = born.astype("datetime64[Y]")
    passed = (born - years.astype("datetime64[D]")) <= (np.datetime64(as_of) - np.datetime64(f"{as_of.year}-01-01"))
    reached = as_of.year - 1970 - years.astype(np.int64) - ~passed
    return female, np.where(np.isnat(dates), age, np.maximum(reached, 0)), born


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # the 29th of February of a year that has none
        return day.replace(year=day.year - years, day=28)
