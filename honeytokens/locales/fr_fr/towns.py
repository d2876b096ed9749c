"""French towns: where patients live, and where they were born."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.locales.fr_fr.tables import communes, hand_written
from honeytokens.locales.places import Places
from honeytokens.locales.tables import Choice, scatter, share_of
from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64


@cache
def places() -> Places:
    """Return the pairs of postcode and commune; a commune's inhabitants are shared evenly among its postcodes."""
    near = hand_written()["near"]
    tiers = {**near, "same_area": near["same_department"]}
    frame = communes().with_columns(pl.col("postcodes").str.split(" "))
    frame = frame.with_columns((pl.col("population") // pl.col("postcodes").list.len()).clip(1))
    frame = frame.explode("postcodes").rename({"postcodes": "postcode"})
    return Places(frame.with_columns(prefix=pl.col("postcode").str.slice(0, 3)), tiers)


@dataclass(frozen=True, slots=True, eq=False)
class _Births:
    """Towns with a maternity ward in order of department, and any commune; ``spans`` are the departments' bounds."""

    towns: Choice
    departments: pl.Series
    spans: dict[str, tuple[int, int]]
    anywhere: Choice
    abroad: Choice


def birth_places(draws: Draws, home: pl.Series) -> pl.Series:
    """Return a place of birth for each serial, given the department where it lives; String."""
    births, kinds = _births(), _kinds()
    kind = draws.pick("birth place kind", kinds)
    spans = np.array([births.spans[department] for department in home], dtype=np.int64).reshape(-1, 2)
    point = spans[:, 0] + draws.below("birth place near", spans[:, 1] - spans[:, 0])
    near = births.towns.values.gather(np.searchsorted(births.towns.totals, point, side="right"))
    by_kind = [
        near,
        births.towns.draw(draws, "birth place far"),
        births.abroad.draw(draws, "birth place abroad"),
        births.anywhere.draw(draws, "birth place any"),
    ]
    return scatter(len(kind), [(kind == k, values.filter(pl.Series(kind == k))) for k, values in enumerate(by_kind)])


def birth_place_shares(birth_places: pl.Series, near: str) -> NDArray[np.float64]:
    """Return the share of the patients of a hospital at ``near`` born in each place; 0 when unknown."""
    births = _births()
    local, far, abroad, anywhere = (np.diff(_kinds(), prepend=0) / 100).tolist()
    living = places().frame.select("area").with_columns(share=places().shares(near))
    by_department = {
        str(row[0]): float(row[1]) for row in living.group_by("area").agg(pl.col("share").sum()).iter_rows()
    }
    weights = np.diff(births.towns.totals, prepend=0)
    within = np.array([by_department[d] / (births.spans[d][1] - births.spans[d][0]) for d in births.departments])
    shares: NDArray[np.float64] = (
        share_of(birth_places, births.towns.values, local * within * weights)
        + far * births.towns.share(birth_places)
        + abroad * births.abroad.share(birth_places)
        + anywhere * births.anywhere.share(birth_places)
    )
    return shares


@cache
def _kinds() -> I64:
    born = hand_written()["born"]
    parts = [born["same_department"], born["anywhere"], born["abroad"]]
    return cumulative([*parts, 100 - sum(parts)])


@cache
def _births() -> _Births:
    born = hand_written()["born"]
    frame = communes()
    size = pl.col("population")
    wards = frame.filter(size >= born["town"]).with_columns(
        weight=pl.when(size >= born["large_town"]).then(size * 2).otherwise(size)
    )
    # A department without such a town has its largest one.
    bare = frame.join(wards, on="area", how="anti").sort("population", "code", descending=True)
    largest = bare.unique("area", keep="first", maintain_order=True).with_columns(weight=size)
    towns = pl.concat([wards, largest]).sort("area", "code")
    totals = cumulative(towns["weight"].to_list())
    spans: dict[str, tuple[int, int]] = {}
    for department, end in zip(towns["area"], totals.tolist(), strict=True):
        start = spans[department][0] if department in spans else max((last for _, last in spans.values()), default=0)
        spans[department] = (start, end)
    anywhere = Choice(frame["town"], cumulative(frame["population"].to_list()))
    return _Births(Choice(towns["town"], totals), towns["area"], spans, anywhere, Choice.of(born["abroad_places"]))
