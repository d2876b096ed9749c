"""Where patients of a hospital live: towns weighed by their inhabitants and by how near the establishment is.

Postcodes stand in for distance, as the tables have no coordinates. Knows no country.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.errors import PlanRefusedError
from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64

NO_SUCH_PLACE = (
    "The postcode of the establishment is not in the tables of this locale",
    "Give the postcode of a larger town near it, or choose the locale of its country",
)
"""Problem and remedy when patients cannot be placed near an establishment."""


@dataclass(frozen=True, eq=False)
class Places:
    """The towns of a country, one row for each pair of postcode and town.

    ``frame`` has the columns ``postcode``, ``town``, ``prefix``, ``area``, ``region`` (String) and ``population``
    (whole inhabitants, at least 1). ``tiers`` are the weights of an inhabitant by nearness: ``same_postcode``,
    ``same_town_or_prefix``, ``same_area``, ``same_region``, ``elsewhere``; ``same_region_at_most`` and
    ``elsewhere_at_most`` are per cent of the weight of the nearer ones.
    """

    frame: pl.DataFrame
    tiers: Mapping[str, int]
    postcodes: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "postcodes", frozenset(self.frame["postcode"]))

    def draw(self, draws: Draws, near: str) -> I64:
        """Return the row of ``frame`` where each serial lives; raise ``PlanRefusedError`` when ``near`` is no place."""
        return draws.pick("residence", self.totals(near))

    def shares(self, near: str) -> NDArray[np.float64]:
        """Return the share of the patients of a hospital at ``near`` who live in each row of ``frame``."""
        totals = self.totals(near)
        shares: NDArray[np.float64] = np.diff(totals, prepend=0) / totals[-1]
        return shares

    def totals(self, near: str) -> I64:
        """Return the running totals of the rows' weights for a hospital at ``near``."""
        if near not in self.postcodes:
            raise PlanRefusedError(*NO_SUCH_PLACE)
        return _totals(self, near)

    def share_of(self, people: pl.DataFrame, near: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the share of each row's postcode, and of its town among those of this postcode; 0 when unknown."""
        table = self.frame.select("postcode", "town").with_columns(share=self.shares(near))
        pairs = table.group_by("postcode", "town").agg(pl.col("share").sum())
        pairs = pairs.with_columns(whole=pl.col("share").sum().over("postcode"))
        codes = pairs.group_by("postcode").agg(pl.col("share").sum().alias("whole_code"))
        found = people.select("postcode", "town").join(
            pairs, on=["postcode", "town"], how="left", maintain_order="left"
        )
        found = found.join(codes, on="postcode", how="left", maintain_order="left")
        postcode = found["whole_code"].fill_null(0.0).to_numpy()
        return postcode, (found["share"] / found["whole"]).fill_null(0.0).to_numpy()

    def population(self, people: pl.DataFrame) -> I64:
        """Return how many inhabitants share each row's postcode and town; 1 when the pair is not in the tables."""
        found = people.select("postcode", "town").join(
            _populations(self), on=["postcode", "town"], how="left", maintain_order="left"
        )
        return found["population"].fill_null(1).to_numpy().astype(np.int64)


@lru_cache(maxsize=4)
def _populations(places: Places) -> pl.DataFrame:
    return places.frame.group_by("postcode", "town").agg(pl.col("population").sum())


@lru_cache(maxsize=16)
def _totals(places: Places, near: str) -> I64:
    frame, tiers = places.frame, places.tiers
    here = frame.filter(pl.col("postcode") == near)
    prefixes, towns, areas, regions = (here[name].unique().to_list() for name in ("prefix", "town", "area", "region"))
    own = pl.col("postcode") == near
    close = pl.col("prefix").is_in(prefixes) | (pl.col("town").is_in(towns) & pl.col("area").is_in(areas))
    area, region = pl.col("area").is_in(areas), pl.col("region").is_in(regions)
    tier = (
        pl.when(own).then(tiers["same_postcode"])
        .when(close).then(tiers["same_town_or_prefix"])
        .when(area).then(tiers["same_area"])
        .otherwise(0)
    )  # fmt: skip
    rows = frame.select(
        pl.col("population").cast(pl.Int64), weight=pl.col("population").cast(pl.Int64) * tier, far=~region
    )
    weight, population = rows["weight"].to_numpy().copy(), rows["population"].to_numpy()
    local, far = weight.sum(), rows["far"].to_numpy()
    # A thinly peopled area must not be drowned by a large region: the far tiers hold so many per cent of the near ones.
    for name, mask in (("same_region", (weight == 0) & ~far), ("elsewhere", (weight == 0) & far)):
        most = local * tiers[f"{name}_at_most"] // 100 // max(population[mask].sum(), 1)
        weight[mask] = population[mask] * min(tiers[name], max(most, 1))
    return cumulative(weight.tolist())
