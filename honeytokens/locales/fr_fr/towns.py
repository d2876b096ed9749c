"""French towns: where patients live, and where they were born."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.locales.national import National
from honeytokens.locales.tables import Choice, folded, scatter, share_of, spans_of
from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64


def homes_of(profile: National, people: pl.DataFrame) -> pl.DataFrame:
    """Return ``population`` and ``area`` (department) of where each of ``people`` lives, null for a place not known."""
    pairs = people.select("postcode", "town")
    return pairs.join(_homes(profile), on=["postcode", "town"], how="left", maintain_order="left")


@lru_cache(maxsize=4)
def _homes(profile: National) -> pl.DataFrame:
    pairs = profile.places.frame.group_by("postcode", "town", maintain_order=True)
    return pairs.agg(pl.col("population").sum(), pl.col("area").first())


@dataclass(frozen=True, slots=True, eq=False)
class _Births:
    """Towns with a maternity ward in order of department, and any commune; ``spans`` are the departments' bounds."""

    towns: Choice
    departments: pl.Series
    spans: dict[str, tuple[int, int]]
    anywhere: Choice
    abroad: Choice


def birth_places(profile: National, draws: Draws, home: pl.Series) -> pl.Series:
    """Return a place of birth for each serial, given the department where it lives; String."""
    births = _births(profile)
    kind = draws.pick("birth place kind", _kinds(profile))
    near = kind == 0
    first, end = spans_of(births.spans, home.filter(near))
    point = first + draws.where(near).below("birth place near", end - first)
    parts = [(near, births.towns.values.gather(np.searchsorted(births.towns.totals, point, side="right")))]
    for number, (label, choice) in enumerate(
        (("far", births.towns), ("abroad", births.abroad), ("any", births.anywhere)), start=1
    ):
        mask = kind == number
        parts.append((mask, choice.draw(draws.where(mask), f"birth place {label}")))
    return scatter(len(kind), parts)


def birth_place_shares(profile: National, people: pl.DataFrame) -> NDArray[np.float64]:
    """Return each ``birth_place``'s share among those who live in the same department; 0 when unknown."""
    born = folded(people["birth_place"])
    known, near = _birth_shares(profile)
    homes = homes_of(profile, people).with_columns(born=born)
    local = homes.join(near, on=["area", "born"], how="left", maintain_order="left")["share"]
    return local.fill_null(0.0).to_numpy() + share_of(born, known["born"], known["share"].to_numpy())


@lru_cache(maxsize=4)
def _birth_shares(profile: National) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the share of each folded place (``born``): of births anywhere, and near by, by department (``area``)."""
    births = _births(profile)
    local, *parts = (np.diff(_kinds(profile), prepend=0) / 100).tolist()
    choices = (births.towns, births.abroad, births.anywhere)
    far = pl.concat(
        pl.DataFrame({"born": folded(choice.values), "share": part * choice.shares})
        for part, choice in zip(parts, choices, strict=True)
    )
    first, end = spans_of(births.spans, births.departments)
    share = local * births.towns.shares * births.towns.totals[-1] / (end - first)
    near = pl.DataFrame({"area": births.departments, "born": folded(births.towns.values), "share": share})
    return far, near.group_by("area", "born").agg(pl.col("share").sum())


def _kinds(profile: National) -> I64:
    born = profile.born
    parts = [born["same_department"], born["anywhere"], born["abroad"]]
    return cumulative([*parts, 100 - sum(parts)])


@lru_cache(maxsize=4)
def _births(profile: National) -> _Births:
    born, frame = profile.born, profile.towns
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
    return _Births(Choice(towns["town"], totals), towns["area"], spans, anywhere, profile.abroad["fr"])
