"""The United Kingdom, from a small table of towns and the name vocabularies of ``faker``, drawn by our own keyed draws.

Coarser than the French locale: surnames and first names do not follow the year of birth. The second half of a
postcode is drawn, and may not exist in its district.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
from datetime import date
from functools import cache

import numpy as np
import polars as pl
from faker.providers.person.en_GB import Provider as Vocabulary
from numpy.typing import NDArray

from honeytokens.errors import PlanRefusedError
from honeytokens.locales.emails import local_parts
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

_CODE = "en_gb"
_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""The letters that the second half of a postcode may hold."""
_PEOPLE_PER_HOME = 2
_SHORTEST_POSTCODE = 4


@cache
def national() -> National:
    """Return the profile of the United Kingdom."""
    hand = tomllib.loads(data_folder(_CODE).joinpath("tables.toml").read_text("utf-8"))
    flat, numbers, streets, towns = hand["first_names"]["flat"], hand["numbers"], hand["streets"], _towns()
    first_names = {"female": Vocabulary.first_names_female, "male": Vocabulary.first_names_male}
    surnames = {name: round(100 * share) for name, share in Vocabulary.last_names.items()}
    ways = {f"{n} {w}": a * b for n, a in streets["names"].items() for w, b in streets["ways"].items()}
    house_numbers = cumulative(100_000 // (n + numbers["flat"]) for n in range(1, numbers["last"] + 1))
    return National(
        ages=Ages.of(hand["ages"]),
        married=hand["married"]["by_age"],
        names={"surname": Choice.of(surnames)}
        | {
            sex: Choice.of({name: 10_000 // (n + flat) for n, name in enumerate(first_names[sex])})
            for sex in first_names
        },
        places=Places(towns, hand["near"]),
        towns=towns,
        born=hand["born"],
        abroad={},
        ways={"en": Choice.of(ways)},
        house_numbers={"town": house_numbers},
        email_forms=hand["email"]["forms"],
        phone_blocks=hand["phones"]["reserved"],
    )


def _towns() -> pl.DataFrame:
    """Return one row for each district; ``postcode`` is the district, ``prefix`` its letters, as ``LS`` of ``LS6``."""
    rows = []
    text = data_folder(_CODE).joinpath("towns.csv").read_text("utf-8")
    for town, area, region, thousands, districts in csv.reader(io.StringIO(text)):
        codes = districts.split()
        inhabitants = int(thousands) * 1000 // len(codes)
        rows += [(code, town, code.rstrip("0123456789"), area, region, inhabitants) for code in codes]
    return pl.DataFrame(rows, ["postcode", "town", "prefix", "area", "region", "population"], orient="row")


class EnGb:
    """The British locale; every method as :class:`~honeytokens.locales.interface.Locale` says."""

    code = _CODE
    capital = "SE1"
    calling_code, trunk = "44", "0"

    def __init__(self, profile: National | None = None) -> None:
        self._profile = profile

    @property
    def profile(self) -> National:
        """Return what everything is drawn from: what it was made with, or the profile of the country."""
        return self._profile or national()

    @property
    def digest(self) -> str:
        """Return the SHA-256, in hex, of the files of ``data/en_gb`` and of faker's vocabularies as they are used."""
        vocabulary = (Vocabulary.first_names_female, Vocabulary.first_names_male, list(Vocabulary.last_names.items()))
        return hashlib.sha256(folder_digest(_CODE) + json.dumps(vocabulary).encode()).hexdigest()

    def spelt_towns(self, names: pl.Series) -> pl.Series:
        """Return names of towns, however they are written, as the tables spell them; null for others."""
        return spelt_towns(names, self.profile.places.frame["town"])

    def is_place(self, postcode: str) -> bool:
        """Return whether the table has a town in this postcode's district; ``LS6`` and ``LS6 2AB`` both do."""
        return _district(postcode) in self.profile.places.postcodes

    def identities(self, draws: Draws, near: str, as_of: date, given: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return who the decoys are."""
        profile = self.profile
        home = profile.places.frame[profile.places.draw(draws, self._near(near))]
        female, age, born = of_given(profile.ages.draw(draws, as_of), given, as_of)
        surname, birth_name = _surnames(profile, draws, female, age)
        first_name = scatter(
            len(female),
            [(mask, profile.names[sex].draw(draws.where(mask), "first name"))
             for sex, mask in (("female", female), ("male", ~female))],
        )  # fmt: skip
        towns = Choice(profile.towns["town"], cumulative(profile.towns["population"].to_list()))
        elsewhere = towns.draw(draws, "birth place")
        at_home = pl.Series(draws.chance("born at home", profile.born["home"], 100))
        return pl.DataFrame(
            {
                "surname": surname,
                "birth_name": birth_name,
                "first_name": first_name,
                "sex": sexes(female),
                "birth_date": pl.Series(born),
                "birth_place": pl.select(pl.when(at_home).then(home["town"]).otherwise(elsewhere)).to_series(),
                "postcode": pl.select(pl.format("{} {}", home["postcode"], _inward(draws))).to_series(),
                "town": home["town"],
            }
        )

    def streets(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:  # noqa: ARG002
        """Return street lines, such as ``12 Church Lane``."""
        profile = self.profile
        number = pl.Series(draws.pick("house number", profile.house_numbers["town"]) + 1)
        return pl.select(pl.format("{} {}", number, profile.ways["en"].draw(draws, "street"))).to_series()

    def bits(self, people: pl.DataFrame, near: str, as_of: date) -> pl.DataFrame:
        """Return how rare each value is; no value counts for more than 20 bits."""
        profile, place = self.profile, self._near(near)
        district = people.with_columns(pl.col("postcode").str.extract(r"^(\S+)"))
        postcode, town = profile.places.share_of(district, place)
        # A scan takes a first half of four signs for a whole postcode.
        whole = (district["postcode"].str.len_chars() < _SHORTEST_POSTCODE).to_numpy()
        shares = {
            "surname": _surname_shares(profile, people["surname"]),
            "birth_name": _surname_shares(profile, people["birth_name"]),
            "first_name": _first_name_shares(profile, people),
            "sex": np.ones(len(people)),
            "birth_date": profile.ages.birth_date_share(people["birth_date"], as_of),
            "birth_place": _birth_place_shares(profile, people),
            "postcode": np.where(whole, postcode / profile.places.tiers["units"], postcode),
            "town": town,
            "street": _street_shares(profile, people, district),
        }
        return bits_frame(people, shares)

    def email_local_parts(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return what stands before the ``@``."""
        return local_parts(draws, identities, self.profile.email_forms, [""] * len(identities))

    def national_ids(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:  # noqa: ARG002
        """Return NHS numbers that begin with 999, which the NHS keeps for tests, with their check digit."""
        return _nhs_numbers(draws.below("nhs number", 10**6))

    def reserved_phones(self, draws: Draws) -> pl.Series:
        """Return numbers from 07700 900xxx and 01632 960xxx, which Ofcom keeps for drama."""
        blocks = self.profile.phone_blocks
        picked = draws.pick("phone block", cumulative(weight for _, _, weight in blocks))
        starts, widths = (pl.Series(column).gather(picked) for column in list(zip(*blocks, strict=True))[:2])
        ends = pl.Series(draws.below("phone end", 1000)).cast(pl.String).str.zfill(widths)
        digits = pl.select(pl.concat_str(starts, ends)).to_series().to_list()
        return pl.Series([self.format_phone(number) for number in digits], dtype=pl.String)

    def format_phone(self, digits: str) -> str:
        """Return eleven digits as five and six: ``07700 900123``."""
        return f"{digits[:5]} {digits[5:]}"

    def _near(self, postcode: str) -> str:
        if not self.is_place(postcode):
            raise PlanRefusedError(*NO_SUCH_PLACE)
        return _district(postcode)


def _district(postcode: str) -> str:
    """Return the first half of a postcode, written with a space, without, or alone: no district has five characters."""
    compact = "".join(postcode.split()).upper()
    return compact[:-3] if len(compact) >= 5 else compact


def _inward(draws: Draws) -> pl.Series:
    letters = pl.Series(list(_INWARD_LETTERS))
    first, second = (letters.gather(draws.below("inward letter", len(letters), index)) for index in (0, 1))
    return pl.select(pl.format("{}{}{}", pl.Series(draws.below("inward digit", 10)), first, second)).to_series()


def _surnames(profile: National, draws: Draws, female: NDArray[np.bool_], age: I64) -> tuple[pl.Series, pl.Series]:
    wed = married(draws, female, age, profile.married)
    born, other = (profile.names["surname"].draw(draws, label) for label in ("surname", "married name"))
    used = pl.select(pl.when(pl.Series(wed)).then(other).otherwise(born)).to_series()
    return used, pl.select(pl.when(born != used).then(born)).to_series()


def _surname_shares(profile: National, names: pl.Series) -> NDArray[np.float64]:
    """Return each surname's share, or that in a short list of names if it is more."""
    known = profile.names["surname"]
    return share_of(folded(names), folded(known.values), np.maximum(known.shares, shares_in_lists(known.shares)))


def _first_name_shares(profile: National, people: pl.DataFrame) -> NDArray[np.float64]:
    female = (people["sex"] == "female").to_numpy()
    names, known = folded(people["first_name"]), {sex: profile.names[sex] for sex in ("female", "male")}
    of_sex = {sex: share_of(names, folded(choice.values), choice.shares) for sex, choice in known.items()}
    return np.where(female, of_sex["female"], of_sex["male"])


def _birth_place_shares(profile: National, people: pl.DataFrame) -> NDArray[np.float64]:
    """Return each birth place's share among those who live in the same town."""
    frame, home = profile.towns, profile.born["home"] / 100
    population = frame["population"].to_numpy()
    anywhere = share_of(people["birth_place"], frame["town"], population / population.sum())
    at_home = (people["birth_place"] == people["town"]).to_numpy()
    shares: NDArray[np.float64] = np.where(at_home & (anywhere > 0), home, 0.0) + (1 - home) * anywhere
    return shares


def _street_shares(profile: National, people: pl.DataFrame, district: pl.DataFrame) -> NDArray[np.float64]:
    """Return each street line's share of its postcode; 0 for another form of line.

    A postcode lies in one street, so what the line adds to it is one home among the few that share it.
    """
    totals = profile.house_numbers["town"]
    form = people.select(pl.col("street").str.extract_groups(r"^(\d+) (.+)$").struct.unnest())
    known = pl.Series(range(1, len(totals) + 1), dtype=pl.Int64)
    numbers = share_of(form["1"].cast(pl.Int64), known, np.diff(totals, prepend=0) / totals[-1])
    share = numbers * profile.ways["en"].share(form["2"])
    inhabitants = profile.places.population(district) / profile.places.tiers["units"]
    home = np.minimum(_PEOPLE_PER_HOME / inhabitants, 1)
    return np.where(share > 0, np.maximum(share, home), 0.0)


def _nhs_numbers(numbers: I64) -> pl.Series:
    """Return NHS numbers of 999: a number whose check digit would be 10 has none, and moves on to the next one."""
    while True:
        digits = numbers[:, None] // 10 ** np.arange(5, -1, -1) % 10
        check = -(9 * (10 + 9 + 8) + digits @ np.arange(7, 1, -1)) % 11
        if np.all(check < 10):
            return pl.Series((999 * 10**6 + numbers) * 10 + check).cast(pl.String)
        numbers = np.where(check < 10, numbers, (numbers + 1) % 10**6)
