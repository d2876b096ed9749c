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
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from faker.providers.person.en_GB import Provider as Vocabulary
from numpy.typing import NDArray

from honeytokens.errors import PlanRefusedError
from honeytokens.locales.emails import local_parts
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


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    hand: dict[str, Any]
    ages: Ages
    places: Places
    first_names: dict[str, Choice]
    surnames: Choice
    streets: Choice
    numbers: I64


@cache
def _tables() -> _Tables:
    hand = tomllib.loads(data_folder(_CODE).joinpath("tables.toml").read_text("utf-8"))
    flat = hand["first_names"]["flat"]
    first_names = {
        "female": Choice.of({name: 10_000 // (n + flat) for n, name in enumerate(Vocabulary.first_names_female)}),
        "male": Choice.of({name: 10_000 // (n + flat) for n, name in enumerate(Vocabulary.first_names_male)}),
    }
    surnames = Choice.of({name: round(100 * share) for name, share in Vocabulary.last_names.items()})
    streets = hand["streets"]
    ways = {f"{n} {w}": a * b for n, a in streets["names"].items() for w, b in streets["ways"].items()}
    numbers = cumulative(100_000 // (n + hand["numbers"]["flat"]) for n in range(1, hand["numbers"]["last"] + 1))
    places = Places(_towns(), hand["near"])
    return _Tables(hand, Ages.of(hand["ages"]), places, first_names, surnames, Choice.of(ways), numbers)


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

    @property
    def digest(self) -> str:
        """Return the SHA-256, in hex, of the files of ``data/en_gb`` and of faker's vocabularies as they are used."""
        vocabulary = (Vocabulary.first_names_female, Vocabulary.first_names_male, list(Vocabulary.last_names.items()))
        return hashlib.sha256(folder_digest(_CODE) + json.dumps(vocabulary).encode()).hexdigest()

    def spelt_towns(self, names: pl.Series) -> pl.Series:
        """Return names of towns, however they are written, as the tables spell them; null for others."""
        return spelt_towns(names, _tables().places.frame["town"])

    def is_place(self, postcode: str) -> bool:
        """Return whether the table has a town in this postcode's district; ``LS6`` and ``LS6 2AB`` both do."""
        return _district(postcode) in _tables().places.postcodes

    def identities(self, draws: Draws, near: str, as_of: date, given: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return who the decoys are."""
        tables = _tables()
        home = tables.places.frame[tables.places.draw(draws, self._near(near))]
        female, age, born = of_given(tables.ages.draw(draws, as_of), given, as_of)
        surname, birth_name = _surnames(draws, female, age)
        first_name = scatter(
            len(female),
            [(mask, tables.first_names[sex].draw(draws.where(mask), "first name"))
             for sex, mask in (("female", female), ("male", ~female))],
        )  # fmt: skip
        towns = Choice(tables.places.frame["town"], cumulative(tables.places.frame["population"].to_list()))
        elsewhere = towns.draw(draws, "birth place")
        at_home = pl.Series(draws.chance("born at home", tables.hand["born"]["home"], 100))
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
        tables = _tables()
        number = pl.Series(draws.pick("house number", tables.numbers) + 1)
        return pl.select(pl.format("{} {}", number, tables.streets.draw(draws, "street"))).to_series()

    def bits(self, people: pl.DataFrame, near: str, as_of: date) -> pl.DataFrame:
        """Return how rare each value is; no value counts for more than 20 bits."""
        tables, place = _tables(), self._near(near)
        district = people.with_columns(pl.col("postcode").str.extract(r"^(\S+)"))
        postcode, town = tables.places.share_of(district, place)
        # A scan takes a first half of four signs for a whole postcode.
        whole = (district["postcode"].str.len_chars() < _SHORTEST_POSTCODE).to_numpy()
        shares = {
            "surname": _surname_shares(people["surname"]),
            "birth_name": _surname_shares(people["birth_name"]),
            "first_name": _first_name_shares(people),
            "sex": np.ones(len(people)),
            "birth_date": tables.ages.birth_date_share(people["birth_date"], as_of),
            "birth_place": _birth_place_shares(people),
            "postcode": np.where(whole, postcode / tables.hand["near"]["units"], postcode),
            "town": town,
            "street": _street_shares(people, district),
        }
        return bits_frame(people, shares)

    def email_local_parts(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return what stands before the ``@``."""
        forms = [(start, form, weight) for start, form, weight in _tables().hand["email"]["forms"]]
        return local_parts(draws, identities, forms, [""] * len(identities))

    def national_ids(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:  # noqa: ARG002
        """Return NHS numbers that begin with 999, which the NHS keeps for tests, with their check digit."""
        return _nhs_numbers(draws.below("nhs number", 10**6))

    def reserved_phones(self, draws: Draws) -> pl.Series:
        """Return numbers from 07700 900xxx and 01632 960xxx, which Ofcom keeps for drama."""
        blocks = _tables().hand["phones"]["reserved"]
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


def _surnames(draws: Draws, female: NDArray[np.bool_], age: I64) -> tuple[pl.Series, pl.Series]:
    tables = _tables()
    wed = married(draws, female, age, tables.hand["married"]["by_age"])
    born, other = tables.surnames.draw(draws, "surname"), tables.surnames.draw(draws, "married name")
    used = pl.select(pl.when(pl.Series(wed)).then(other).otherwise(born)).to_series()
    return used, pl.select(pl.when(born != used).then(born)).to_series()


def _surname_shares(names: pl.Series) -> NDArray[np.float64]:
    """Return each surname's share, or that in a short list of names if it is more."""
    known = _tables().surnames
    return share_of(folded(names), folded(known.values), np.maximum(known.shares, shares_in_lists(known.shares)))


def _first_name_shares(people: pl.DataFrame) -> NDArray[np.float64]:
    female = (people["sex"] == "female").to_numpy()
    names, known = folded(people["first_name"]), _tables().first_names
    of_sex = {sex: share_of(names, folded(choice.values), choice.shares) for sex, choice in known.items()}
    return np.where(female, of_sex["female"], of_sex["male"])


def _birth_place_shares(people: pl.DataFrame) -> NDArray[np.float64]:
    """Return each birth place's share among those who live in the same town."""
    frame, home = _tables().places.frame, _tables().hand["born"]["home"] / 100
    population = frame["population"].to_numpy()
    anywhere = share_of(people["birth_place"], frame["town"], population / population.sum())
    at_home = (people["birth_place"] == people["town"]).to_numpy()
    shares: NDArray[np.float64] = np.where(at_home & (anywhere > 0), home, 0.0) + (1 - home) * anywhere
    return shares


def _street_shares(people: pl.DataFrame, district: pl.DataFrame) -> NDArray[np.float64]:
    """Return each street line's share of its postcode; 0 for another form of line.

    A postcode lies in one street, so what the line adds to it is one home among the few that share it.
    """
    tables = _tables()
    form = people.select(pl.col("street").str.extract_groups(r"^(\d+) (.+)$").struct.unnest())
    known = pl.Series(range(1, len(tables.numbers) + 1), dtype=pl.Int64)
    numbers = share_of(form["1"].cast(pl.Int64), known, np.diff(tables.numbers, prepend=0) / tables.numbers[-1])
    share = numbers * tables.streets.share(form["2"])
    inhabitants = tables.places.population(district) / tables.hand["near"]["units"]
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
