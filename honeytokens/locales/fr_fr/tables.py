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

from honeytokens.locales.national import National
from honeytokens.locales.places import Places
from honeytokens.locales.tables import Ages, Choice, data_folder
from honeytokens.markers import cumulative
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


@cache
def hand_written() -> dict[str, Any]:
    """Return ``tables.toml``, as it is."""
    tables: dict[str, Any] = tomllib.loads(data_folder("fr_fr").joinpath("tables.toml").read_text("utf-8"))
    return tables


@cache
def national() -> National:
    """Return the profile of France."""
    hand = hand_written()
    numbers, streets = hand["numbers"], hand["streets"]
    named = {"surname": surnames(), "female": first_names("female"), "male": first_names("male")}
    return National(
        ages=Ages.of(hand["ages"]),
        married=hand["married"]["by_age"],
        names={
            f"{kind} {start}": Choice(table.names, table.totals[row])
            for kind, table in named.items()
            for row, start in enumerate(table.decades)
        },
        places=_places(hand["near"]),
        towns=communes(),
        born={name: number for name, number in hand["born"].items() if isinstance(number, int)},
        abroad={"fr": Choice.of(hand["born"]["abroad_places"])},
        ways={"fr": _ways(streets)},
        house_numbers={
            kind: cumulative(100_000 // (number + numbers["flat"]) for number in range(1, numbers[last] + 1))
            for kind, last in (("town", "last"), ("village", "last_in_village"))
        },
        email_forms=hand["email"]["forms"],
        phone_blocks=[(block, 10 - len(block), weight) for block, weight in hand["phones"]["reserved"].items()],
        street_rules={name: numbers[name] for name in ("village", "bis", "ter")}
        | {"named_for_town": streets["named_for_town"]},
    )


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


def _places(near: dict[str, int]) -> Places:
    """Return the pairs of postcode and commune; a commune's inhabitants are shared evenly among its postcodes."""
    frame = communes().with_columns(pl.col("postcodes").str.split(" "))
    frame = frame.with_columns((pl.col("population") // pl.col("postcodes").list.len()).clip(1))
    frame = frame.explode("postcodes").rename({"postcodes": "postcode"})
    tiers = {**near, "same_area": near["same_department"]}
    return Places(frame.with_columns(prefix=pl.col("postcode").str.slice(0, 3)), tiers)


def _ways(streets: dict[str, Any]) -> Choice:
    """Return every way with its name, such as ``rue des Lilas``; the weights of a family are scaled to its per cent."""
    weights: dict[str, int] = {}
    for family, per_cent in streets["families"].items():
        ways, names = streets[family]["ways"], streets[family]["names"]
        unit = per_cent * 10**10 // (sum(ways.values()) * sum(names.values()))
        for way, way_weight in ways.items():
            for name, weight in names.items():
                line = f"{way} {name}"
                weights[line] = weights.get(line, 0) + unit * way_weight * weight
    return Choice.of(weights)


def _name_table(table: pl.DataFrame, decades: range) -> NameTable:
    levels = np.frombuffer(table["levels"].str.join("").item().encode("ascii"), dtype=np.uint8)
    by_decade = np.ascontiguousarray(levels.reshape(-1, len(decades)).T)
    return NameTable(table["name"], np.cumsum(_LEVELS[by_decade - _LEVEL_ZERO], axis=1, dtype=np.int64), decades)


def _read(name: str, columns: list[str]) -> pl.DataFrame:
    data = gzip.decompress(data_folder("fr_fr").joinpath(f"{name}.csv.gz").read_bytes())
    return pl.read_csv(data, separator="\t", has_header=False, new_columns=columns, quote_char=None, infer_schema=False)
