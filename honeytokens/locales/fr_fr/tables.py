"""The French tables, read once when first asked for. Weights are whole numbers; see the NOTICE beside the data."""

from __future__ import annotations

import gzip
import tomllib
from dataclasses import dataclass
from functools import cache
from math import isqrt
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.locales.tables import Ages, data_folder
from honeytokens.markers.draws import I64

SURNAME_DECADES = range(1911, 2001, 10)
FIRST_NAME_DECADES = range(1911, 2021, 10)

_LEVEL_ZERO = ord("0")
# Level k (from 1) weighs the whole part of 30 * 2^((k-1)/4), in tenths of a birth: reckoned in whole numbers only.
_LEVELS = np.array([0, *(isqrt(isqrt(30**4 << k)) for k in range(80))], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class NameTable:
    """Names and their weights; ``totals`` are running totals, shape (decades, names)."""

    names: pl.Series
    totals: I64
    decades: range

    def column(self, years: NDArray[np.int32]) -> NDArray[np.intp]:
        """Return the row of ``totals`` for each birth year; years outside the table take its nearest decade."""
        return np.clip((years - self.decades.start) // 10, 0, len(self.decades) - 1)

    def shares(self, decade: int) -> NDArray[np.float64]:
        """Return each name's share of the births of a decade, given as a row of ``totals``."""
        shares: NDArray[np.float64] = np.diff(self.totals[decade], prepend=0) / self.totals[decade][-1]
        return shares


@cache
def hand_written() -> dict[str, Any]:
    """Return ``tables.toml``, as it is."""
    tables: dict[str, Any] = tomllib.loads(data_folder("fr_fr").joinpath("tables.toml").read_text("utf-8"))
    return tables


@cache
def ages() -> Ages:
    """Return the ages of patients, by sex."""
    return Ages.of(hand_written()["ages"])


@cache
def surnames() -> NameTable:
    """Return surnames by decade of birth."""
    return _name_table(_read("surnames", ["name", "levels"]), SURNAME_DECADES)


@cache
def first_names(sex: str) -> NameTable:
    """Return the first names of a sex (``female`` or ``male``) by decade of birth."""
    table = _read("first_names", ["sex", "name", "levels"]).filter(pl.col("sex") == sex[0])
    return _name_table(table, FIRST_NAME_DECADES)


@cache
def communes() -> pl.DataFrame:
    """Return the communes: ``code``, ``town``, ``area`` (department), ``region``, ``population``, ``postcodes``."""
    columns = ["code", "town", "area", "region", "population", "postcodes"]
    return _read("communes", columns).with_columns(pl.col("population").cast(pl.Int64))


def _name_table(table: pl.DataFrame, decades: range) -> NameTable:
    levels = np.frombuffer(table["levels"].str.join("").item().encode("ascii"), dtype=np.uint8)
    by_decade = np.ascontiguousarray(levels.reshape(-1, len(decades)).T)
    return NameTable(table["name"], np.cumsum(_LEVELS[by_decade - _LEVEL_ZERO], axis=1, dtype=np.int64), decades)


def _read(name: str, columns: list[str]) -> pl.DataFrame:
    data = gzip.decompress(data_folder("fr_fr").joinpath(f"{name}.csv.gz").read_bytes())
    return pl.read_csv(data, separator="\t", has_header=False, new_columns=columns, quote_char=None, infer_schema=False)
