"""Countries known by lists of names and pairs of postcode and town: what their locales share. Knows no country.

A person has an origin, drawn by the region where they live, and both names are of that origin. Coarser than the French
locale: first names go by three eras of birth and surnames by none; streets are of the language, not of the town.
"""

from __future__ import annotations

import gzip
import hashlib
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.errors import PlanRefusedError
from honeytokens.locales.emails import local_parts
from honeytokens.locales.listed_streets import draw_by, line_shares, lines, ordinary_words, ways_of
from honeytokens.locales.national import National
from honeytokens.locales.places import NO_SUCH_PLACE, Places
from honeytokens.locales.tables import (
    Ages,
    Choice,
    bits_frame,
    data_folder,
    folded,
    folder_digest,
    married,
    of_given,
    scatter,
    sexes,
    share_of,
    shares_in_lists,
    spelt_towns,
)
from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64

_ERAS = (1900, 1950, 1980)
"""The first year of birth of each era of first names."""
_ELSEWHERE = "everywhere"
"""The key of what holds for regions that a table does not name."""


@cache
def national(code: str) -> National:
    """Return the profile of a country of lists.

    ``places.frame`` also says in which town those who live in a town are born, ``ward``, and its ``key`` among the
    regions of the origins and of the languages.
    """
    hand = tomllib.loads(data_folder(code).joinpath("tables.toml").read_text("utf-8"))
    listed = _read(code, "names", ["origin", "kind", "name", "weight"]).with_columns(pl.col("weight").cast(pl.Int64))
    born, numbers, streets = hand["born"], hand["numbers"], hand["streets"]
    towns = _towns(code, born["ward"], hand["origins"])
    house_numbers = cumulative(100_000_000 // (n + numbers["flat"]) for n in range(1, numbers["last"] + 1))
    return National(
        ages=Ages.of(hand["ages"]),
        married=hand["married"]["by_age"],
        names={
            f"{origin} {kind}": Choice(group["name"], cumulative(group["weight"]))
            for (origin, kind), group in listed.group_by("origin", "kind", maintain_order=True)
        },
        places=Places(towns, hand["near"]),
        towns=towns,
        born={"home": born["home"]} | {f"{origin} abroad": parts for origin, parts in born["abroad_per_cent"].items()},
        abroad={origin: Choice.of(born["abroad"][origin]) for origin in born["abroad_per_cent"]},
        ways={language: ways_of(table) for language, table in streets["named"].items()},
        house_numbers={"town": house_numbers},
        email_forms=hand["email"]["forms"],
        phone_blocks=hand["phones"]["reserved"],
        street_line=streets["line"],
        ordinary=ordinary_words(streets["named"].values()),
        origins={key: Choice.of(weights) for key, weights in hand["origins"].items()},
        languages={key: Choice.of(weights) for key, weights in streets["languages"].items()},
    )


def _read(code: str, name: str, columns: list[str]) -> pl.DataFrame:
    text = gzip.decompress(data_folder(code).joinpath(f"{name}.csv.gz").read_bytes()).decode("utf-8")
    return pl.DataFrame([line.split("\t") for line in text.splitlines()], columns, orient="row")


def _towns(code: str, ward: int, origins: Mapping[str, object]) -> pl.DataFrame:
    towns = _read(code, "towns", ["postcode", "town", "prefix", "area", "region", "population"])
    towns = towns.with_columns(pl.col("population").cast(pl.Int64))
    whole = towns.group_by("town", "area", maintain_order=True).agg(whole=pl.col("population").sum())
    seats = whole.sort("whole", "town").group_by("area", maintain_order=True).agg(seat=pl.col("town").last())
    towns = towns.join(whole, on=["town", "area"], how="left", maintain_order="left")
    towns = towns.join(seats, on="area", how="left", maintain_order="left")
    key = pl.when(pl.col("region").is_in(list(origins))).then("region").otherwise(pl.lit(_ELSEWHERE))
    born = pl.when(pl.col("whole") >= ward).then("town").otherwise("seat")
    return towns.with_columns(key=key, ward=born).drop("whole", "seat")


class ListedLocale(ABC):
    """What locales of lists share; methods as :class:`~honeytokens.locales.interface.Locale` says."""

    code: str

    def __init__(self, profile: National | None = None) -> None:
        self._profile = profile

    @property
    def profile(self) -> National:
        """Return what everything is drawn from: what it was made with, or the profile of the country."""
        return self._profile or national(self.code)

    @property
    def digest(self) -> str:
        """Return the SHA-256, in hex, of the locale's files."""
        return hashlib.sha256(folder_digest(self.code)).hexdigest()

    def spelt_towns(self, names: pl.Series) -> pl.Series:
        """Return names of towns, however they are written, as the tables spell them; null for others."""
        return spelt_towns(names, self.profile.places.frame["town"])

    def is_place(self, postcode: str) -> bool:
        """Return whether a town has this postcode."""
        return self.postcode(postcode) in self.profile.places.postcodes

    def postcode(self, text: str) -> str:
        """Return a postcode as the table of towns spells it."""
        return text

    def identities(self, draws: Draws, near: str, as_of: date, given: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return who the decoys are."""
        profile = self.profile
        home = profile.places.frame[profile.places.draw(draws, self._near(near))]
        female, age, born = of_given(profile.ages.draw(draws, as_of), given, as_of)
        sex = sexes(female)
        origin = draw_by(draws, "origin", home["key"], profile.origins)
        surname, birth_name = self._surnames(draws, female, age, origin)
        return pl.DataFrame(
            {
                "surname": surname,
                "birth_name": birth_name,
                "first_name": draw_by(draws, "first name", _kinds(origin, sex, _eras(pl.Series(born))), profile.names),
                "sex": sex,
                "birth_date": pl.Series(born),
                "birth_place": self._birth_places(draws, home, origin),
                "postcode": home["postcode"],
                "town": home["town"],
            }
        )

    def streets(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return street lines, in a language of the town's region."""
        return lines(self.profile, draws, self._homes(identities)["key"].fill_null(_ELSEWHERE))

    def bits(self, people: pl.DataFrame, near: str, as_of: date) -> pl.DataFrame:
        """Return how rare each value is; no value counts for more than 20 bits.

        Names and place of birth hang together through the origin. So that their bits may be added all the same, those
        of a first name are its share among all, and the others' their share in the origin where they are commonest.
        """
        profile, place = self.profile, self._near(near)
        homes = self._homes(people)
        postcode, town = profile.places.share_of(people, place)
        shares = {
            "surname": self._surname_shares(people["surname"]),
            "birth_name": self._surname_shares(people["birth_name"]),
            "first_name": self._first_name_shares(people, homes["key"], place),
            "sex": np.ones(len(people)),
            "birth_date": profile.ages.birth_date_share(people["birth_date"], as_of),
            "birth_place": self._birth_place_shares(people["birth_place"], homes["ward"]),
            "postcode": postcode,
            "town": town,
            "street": line_shares(profile, people["street"], profile.places.population(people)),
        }
        return bits_frame(people, shares)

    def email_local_parts(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return what stands before the ``@``."""
        return local_parts(draws, identities, self.profile.email_forms, [""] * len(identities))

    def reserved_phones(self, draws: Draws) -> pl.Series:
        """Return telephone numbers of blocks that reach nobody; the locale's tables say why."""
        blocks = self.profile.phone_blocks
        picked = draws.pick("phone block", cumulative(weight for _, _, weight in blocks)).tolist()
        ends = draws.below("phone end", np.array([10 ** blocks[block][1] for block in picked], dtype=np.int64)).tolist()
        digits = [f"{blocks[block][0]}{end:0{blocks[block][1]}}" for block, end in zip(picked, ends, strict=True)]
        return pl.Series([self.format_phone(number) for number in digits], dtype=pl.String)

    @abstractmethod
    def format_phone(self, digits: str) -> str:
        """Return national digits as people of the country write them."""

    @abstractmethod
    def national_ids(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return well-formed national identifiers that are never issued."""

    def _near(self, postcode: str) -> str:
        if not self.is_place(postcode):
            raise PlanRefusedError(*NO_SUCH_PLACE)
        return self.postcode(postcode)

    def _homes(self, people: pl.DataFrame) -> pl.DataFrame:
        """Return the ``key`` and ``ward`` of each row's home, null when it is not in the tables."""
        frame = self.profile.places.frame.select("postcode", "town", "key", "ward").unique(
            ["postcode", "town"], keep="first", maintain_order=True
        )
        return people.select("postcode", "town").join(frame, on=["postcode", "town"], how="left", maintain_order="left")

    def _surnames(
        self, draws: Draws, female: NDArray[np.bool_], age: I64, origin: pl.Series
    ) -> tuple[pl.Series, pl.Series]:
        profile = self.profile
        wed = pl.Series(married(draws, female, age, profile.married))
        kinds = _kinds(origin, pl.Series(["surname"] * len(origin), dtype=pl.String))
        born, other = (draw_by(draws, label, kinds, profile.names) for label in ("surname", "married name"))
        used = pl.select(pl.when(wed).then(other).otherwise(born)).to_series()
        return used, pl.select(pl.when(born != used).then(born)).to_series()

    def _birth_places(self, draws: Draws, home: pl.DataFrame, origin: pl.Series) -> pl.Series:
        profile = self.profile
        towns = Choice(profile.towns["town"], cumulative(profile.towns["population"]))
        parts = {kind: profile.born.get(f"{kind} abroad", 0) for kind in origin.unique()}
        per_cent = origin.replace_strict(parts, return_dtype=pl.Int64).to_numpy()
        abroad = draws.chance("born abroad", per_cent, 100)
        at_home = pl.Series(draws.chance("born at home", profile.born["home"], 100))
        anywhere = towns.draw(draws, "birth place")
        native = pl.select(pl.when(at_home).then(home["ward"]).otherwise(anywhere)).to_series()
        away = draw_by(draws.where(abroad), "birth place abroad", origin.filter(pl.Series(abroad)), profile.abroad)
        return scatter(len(home), [(abroad, away), (~abroad, native.filter(pl.Series(~abroad)))])

    def _surname_shares(self, surnames: pl.Series) -> NDArray[np.float64]:
        """Return each surname's share in its commonest origin, or that in a short list of names if it is more."""
        values, found = folded(surnames), np.zeros(len(surnames))
        for kind, known in self.profile.names.items():
            if kind.endswith(" surname"):
                shares = np.maximum(known.shares, shares_in_lists(known.shares))
                found = np.maximum(found, share_of(values, folded(known.values), shares))
        return found

    def _first_name_shares(self, people: pl.DataFrame, keys: pl.Series, near: str) -> NDArray[np.float64]:
        """Return each first name's share of its sex and era: around ``near``, or at home if it is more."""
        profile = self.profile
        around = profile.places.frame.select("key", share=pl.Series(profile.places.shares(near)))
        whole: dict[str, float] = dict.fromkeys(self._origin_names(), 0.0)
        found, values = np.zeros(len(people)), folded(people["first_name"])
        groups = _kinds(people["sex"], _eras(people["birth_date"]))
        for (key,), group in around.group_by("key", maintain_order=True):
            mix = profile.origins[str(key)]
            weights = dict(zip(mix.values, mix.shares.tolist(), strict=True))
            for origin, weight in weights.items():
                whole[origin] += weight * float(group["share"].sum())
            here = (keys == key).fill_null(False).to_numpy()
            found = np.where(here, self._mixed(values, groups, weights), found)
        return np.maximum(found, self._mixed(values, groups, whole))

    def _mixed(self, values: pl.Series, groups: pl.Series, weights: Mapping[str, float]) -> NDArray[np.float64]:
        """Return the share of each first name in its group of sex and era, ``female 1950``, in a mix of origins."""
        found = np.zeros(len(values))
        for kind in groups.unique():
            of_kind = [(self.profile.names[f"{origin} {kind}"], weight) for origin, weight in weights.items()]
            known = pl.concat([names.values for names, _ in of_kind])
            shares = np.concatenate([names.shares * weight for names, weight in of_kind])
            found = np.where((groups == kind).to_numpy(), share_of(values, folded(known), shares), found)
        return found

    def _birth_place_shares(self, born: pl.Series, wards: pl.Series) -> NDArray[np.float64]:
        """Return each birth place's share among those who live in the same town, in its commonest origin."""
        rules, towns = self.profile.born, self.profile.towns
        home, population = rules["home"] / 100, towns["population"].to_numpy()
        anywhere = share_of(born, towns["town"], population / population.sum())
        native = home * (born == wards).fill_null(False).to_numpy() + (1 - home) * anywhere
        found = np.zeros(len(born))
        for origin in self._origin_names():
            abroad = rules.get(f"{origin} abroad", 0) / 100
            away = self.profile.abroad[origin].share(born) if abroad else np.zeros(len(born))
            found = np.maximum(found, (1 - abroad) * native + abroad * away)
        return found

    def _origin_names(self) -> list[str]:
        return [kind.removesuffix(" surname") for kind in self.profile.names if kind.endswith(" surname")]


def _kinds(*parts: pl.Series) -> pl.Series:
    return pl.select(pl.concat_str(parts, separator=" ")).to_series()


def _eras(birth_dates: pl.Series) -> pl.Series:
    era = np.searchsorted(_ERAS, birth_dates.dt.year().to_numpy(), side="right") - 1
    return pl.Series([str(start) for start in _ERAS]).gather(np.maximum(era, 0))
