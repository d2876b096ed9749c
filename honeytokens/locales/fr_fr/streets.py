"""French street lines: a house number, a way and its name, by how frequent they are. No line means a real household."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from anyascii import anyascii
from numpy.typing import NDArray

from honeytokens.locales.fr_fr.towns import homes_of
from honeytokens.locales.national import National
from honeytokens.locales.tables import scatter, share_of, spans_of
from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64

_DESTINATION = 1500
"""A way is named for a town of the department with this many inhabitants or more."""
_PEOPLE_PER_HOME = 2
_ROADS_PER_TOWN = 40
"""A town is taken to have no more ways than this that are named for other towns."""
_SUFFIXES = ("", " bis", " ter")
_WORD = re.compile("[a-z0-9]+")
_UNTELLING = frozenset({"de", "du", "des", "d", "la", "le", "les", "l", "saint", "sainte"})


@dataclass(frozen=True, slots=True, eq=False)
class _Roads:
    """Names such as ``de Fougères`` in order of department; ``spans`` are where each department starts and ends."""

    names: pl.Series
    towns: pl.Series
    spans: dict[str, tuple[int, int]]


def lines(profile: National, draws: Draws, identities: pl.DataFrame) -> pl.Series:
    """Return a street line for each serial, given its ``postcode`` and ``town``; String."""
    homes = homes_of(profile, identities)
    village = (homes["population"].fill_null(1) < profile.street_rules["village"]).to_numpy()
    to_town = draws.chance("street to town", profile.street_rules["named_for_town"], 100)
    names = scatter(
        len(homes),
        [
            (to_town, _roads(profile, draws.where(to_town), homes.filter(to_town), village[to_town])),
            (~to_town, profile.ways["fr"].draw(draws.where(~to_town), "street")),
        ],
    )
    number = np.empty(len(homes), dtype=np.int64)
    for mask, kind in ((village, "village"), (~village, "town")):
        number[mask] = draws.where(mask).pick("house number", profile.house_numbers[kind]) + 1
    suffix = pl.Series(_SUFFIXES).gather(draws.pick("house suffix", _suffixes(profile)))
    return pl.select(pl.format("{}{} {}", pl.Series(number), suffix, names)).to_series()


def shares(profile: National, people: pl.DataFrame) -> NDArray[np.float64]:
    """Return the share of the inhabitants of each row's town who have its ``street``, 0 for a line of another form.

    What a scan cannot tell apart is one line here: whatever kind of way, with "bis" or without. A share is never less
    than that of one home among the town's: a village's lines are not rarer than that.
    """
    homes = homes_of(profile, people)
    population = homes["population"].fill_null(1).to_numpy()
    village = population < profile.street_rules["village"]
    form = people.select(pl.col("street").str.extract_groups(r"^(\d+)(?: bis| ter)? \S+ (.+)$").struct.unnest())
    number, words = form["1"].cast(pl.Int64), _telling(form["2"])
    to_town = profile.street_rules["named_for_town"] / 100
    found = homes.with_columns(words=words).join(_way_shares(profile), on="words", how="left", maintain_order="left")
    found = found.join(_road_shares(profile), on=["area", "words"], how="left", maintain_order="left")
    ways, roads = (found[kind].fill_null(0.0).to_numpy() for kind in ("ways", "roads"))
    numbers = np.where(village, *(_number_shares(number, profile.house_numbers[kind]) for kind in ("village", "town")))
    share = ((1 - to_town) * ways + to_town * roads) * numbers
    return np.where(share > 0, np.maximum(share, np.minimum(_PEOPLE_PER_HOME / population, 1)), 0.0)


def _telling(names: pl.Series) -> pl.Series:
    """Return the words of each name that tell it from others: ``fontaine`` of ``de La Fontaine``."""

    def told(name: str) -> str:
        return " ".join(word for word in _WORD.findall(anyascii(name).lower()) if word not in _UNTELLING)

    return names.map_elements(told, return_dtype=pl.String)


@lru_cache(maxsize=4)
def _way_shares(profile: National) -> pl.DataFrame:
    """Return the share in ``ways`` of all names that begin with these ``words``: a scan reads on past the last one."""
    ways = profile.ways["fr"]
    names = ways.values.str.extract(r"^\S+ (.+)$")
    return _beginnings(pl.DataFrame({"words": _telling(names), "ways": ways.shares})).group_by("words").sum()


@lru_cache(maxsize=4)
def _road_shares(profile: National) -> pl.DataFrame:
    """Return the same in ``roads``, among the ways of a department (``area``) that are named for towns."""
    roads = _destinations(profile)
    areas = [area for area, (start, end) in roads.spans.items() for _ in range(start, end)]
    named = _beginnings(pl.DataFrame({"area": areas, "words": _telling(roads.names)}))
    width = pl.col("area").replace_strict({area: end - start for area, (start, end) in roads.spans.items()})
    # The town that stands in for the own one is drawn twice as often.
    share = pl.max_horizontal((pl.len() + 1) / width.first(), 1 / _ROADS_PER_TOWN).clip(upper_bound=1.0)
    return named.group_by("area", "words").agg(share.alias("roads"))


def _beginnings(named: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each number of ``words``, from the first on."""
    split = named.with_columns(pl.col("words").str.split(" "))
    split = split.with_columns(count=pl.int_ranges(1, pl.col("words").list.len() + 1)).explode("count")
    return split.with_columns(pl.col("words").list.head("count").list.join(" ")).drop("count")


def _roads(profile: National, draws: Draws, homes: pl.DataFrame, village: NDArray[np.bool_]) -> pl.Series:
    roads = _destinations(profile)
    first, end = spans_of(roads.spans, homes["area"])
    width = end - first
    step = draws.below("street destination", width)
    own = (roads.towns.gather(first + step) == homes["town"]).to_numpy()
    # No town has a way named for itself: the next one of the department stands in.
    names = roads.names.gather(first + np.where(own, (step + 1) % width, step))
    way = pl.Series(np.where(village, "route", "rue"))
    return pl.select(pl.format("{} {}", way, names)).to_series()


@lru_cache(maxsize=4)
def _destinations(profile: National) -> _Roads:
    size = pl.col("population")
    largest = size == size.max().over("area")
    towns = profile.towns.filter((size >= _DESTINATION) | largest).sort("area", "code")
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


def _suffixes(profile: National) -> I64:
    bis, ter = profile.street_rules["bis"], profile.street_rules["ter"]
    return cumulative([1000 - bis - ter, bis, ter])


def _number_shares(numbers: pl.Series, totals: I64) -> NDArray[np.float64]:
    known = pl.Series(range(1, len(totals) + 1), dtype=pl.Int64)
    return share_of(numbers, known, np.diff(totals, prepend=0) / totals[-1])
