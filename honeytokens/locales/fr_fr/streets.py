"""French street lines: a house number, a way and its name, by how frequent they are. No line means a real household."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.locales.fr_fr.tables import communes, hand_written
from honeytokens.locales.fr_fr.towns import places
from honeytokens.locales.tables import Choice, scatter, share_of
from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64

_DESTINATION = 1500
"""A way is named for a town of the department with this many inhabitants or more."""
_PEOPLE_PER_HOME = 2
_ROADS_PER_TOWN = 40
"""A town is taken to have this many ways that are named for other towns: they are not told apart in the shares."""
_SUFFIXES = ("", " bis", " ter")


@dataclass(frozen=True, slots=True, eq=False)
class _Roads:
    """Names such as ``de Fougères`` in order of department; ``spans`` are where each department starts and ends."""

    names: pl.Series
    towns: pl.Series
    spans: dict[str, tuple[int, int]]


def lines(draws: Draws, identities: pl.DataFrame) -> pl.Series:
    """Return a street line for each serial, given its ``postcode`` and ``town``; String."""
    population = places().population(identities)
    village = population < hand_written()["numbers"]["village"]
    to_town = draws.chance("street to town", hand_written()["streets"]["named_for_town"], 100)
    names = scatter(
        len(identities),
        [
            (to_town, _roads(draws.where(to_town), identities.filter(pl.Series(to_town)), village[to_town])),
            (~to_town, _ways().draw(draws.where(~to_town), "street")),
        ],
    )
    number = (
        np.where(village, draws.pick("house number", _numbers(True)), draws.pick("house number", _numbers(False))) + 1
    )
    suffix = pl.Series(_SUFFIXES).gather(draws.pick("house suffix", _suffixes()))
    return pl.select(pl.format("{}{} {}", pl.Series(number), suffix, names)).to_series()


def shares(people: pl.DataFrame) -> NDArray[np.float64]:
    """Return the share of the inhabitants of each row's town who have its ``street``, 0 for a line of another form.

    It is never less than that of one home among the town's: a village's lines are not rarer than that.
    """
    population = places().population(people)
    village = population < hand_written()["numbers"]["village"]
    form = people.select(pl.col("street").str.extract_groups(r"^(\d+)( bis| ter)? (.+)$").struct.unnest())
    number, suffix, name = form["1"].cast(pl.Int64), form["2"].fill_null(""), form["3"]
    to_town = hand_written()["streets"]["named_for_town"] / 100
    ways = (1 - to_town) * _ways().share(name)
    ways = np.where(ways > 0, ways, np.where(name.is_not_null().to_numpy(), to_town / _ROADS_PER_TOWN, 0.0))
    numbers = np.where(village, _number_shares(number, True), _number_shares(number, False))
    suffixes = share_of(suffix, pl.Series(_SUFFIXES), np.diff(_suffixes(), prepend=0) / 1000)
    share = ways * numbers * suffixes
    return np.where(share > 0, np.maximum(share, np.minimum(_PEOPLE_PER_HOME / population, 1)), 0.0)


def _roads(draws: Draws, people: pl.DataFrame, village: NDArray[np.bool_]) -> pl.Series:
    roads = _destinations()
    home = people.select("postcode", "town").join(_areas(), on=["postcode", "town"], how="left", maintain_order="left")
    spans = np.array([roads.spans[area] for area in home["area"]], dtype=np.int64).reshape(-1, 2)
    width = spans[:, 1] - spans[:, 0]
    step = draws.below("street destination", width)
    own = (roads.towns.gather(spans[:, 0] + step) == people["town"]).to_numpy()
    # No town has a way named for itself: the next one of the department stands in.
    names = roads.names.gather(spans[:, 0] + np.where(own, (step + 1) % width, step))
    way = pl.Series(np.where(village, "route", "rue"))
    return pl.select(pl.format("{} {}", way, names)).to_series()


@cache
def _areas() -> pl.DataFrame:
    frame = places().frame.select("postcode", "town", "area")
    return frame.unique(["postcode", "town"], keep="first", maintain_order=True)


@cache
def _destinations() -> _Roads:
    size = pl.col("population")
    largest = size == size.max().over("area")
    towns = communes().filter((size >= _DESTINATION) | largest).sort("area", "code")
    ends = np.cumsum(towns["area"].rle().struct.field("len").to_numpy()).tolist()
    areas = towns["area"].unique(maintain_order=True).to_list()
    spans = dict(zip(areas, zip([0, *ends], ends, strict=False), strict=True))
    return _Roads(pl.Series([_of(town) for town in towns["town"]], dtype=pl.String), towns["town"], spans)


def _of(town: str) -> str:
    """Return a town's name after the preposition: ``du Mans``, ``des Herbiers``, ``d'Évreux``."""
    for article, joined in (("Le ", "du "), ("Les ", "des ")):
        if town.startswith(article):
            return joined + town.removeprefix(article)
    if town.startswith(("La ", "L'")):
        return "de l" + town[1:]
    return f"d'{town}" if town[0] in "AEÉÈÊIÎOUYŒ" else f"de {town}"


@cache
def _ways() -> Choice:
    """Return every way with its name, such as ``rue des Lilas``; the weights of a family are scaled to its per cent."""
    weights: dict[str, int] = {}
    tables = hand_written()["streets"]
    for family, per_cent in tables["families"].items():
        ways, names = tables[family]["ways"], tables[family]["names"]
        unit = per_cent * 10**10 // (sum(ways.values()) * sum(names.values()))
        for way, way_weight in ways.items():
            for name, weight in names.items():
                line = f"{way} {name}"
                weights[line] = weights.get(line, 0) + unit * way_weight * weight
    return Choice.of(weights)


@cache
def _numbers(village: bool) -> I64:
    table = hand_written()["numbers"]
    last = table["last_in_village" if village else "last"]
    return cumulative(100_000 // (number + table["flat"]) for number in range(1, last + 1))


@cache
def _suffixes() -> I64:
    table = hand_written()["numbers"]
    return cumulative([1000 - table["bis"] - table["ter"], table["bis"], table["ter"]])


def _number_shares(numbers: pl.Series, village: bool) -> NDArray[np.float64]:
    totals = _numbers(village)
    known = pl.Series(range(1, len(totals) + 1), dtype=pl.Int64)
    return share_of(numbers, known, np.diff(totals, prepend=0) / totals[-1])
