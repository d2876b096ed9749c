"""Made-up people for the tests of scanning: decoys and a foreign population, drawn from the same tables.

The names are Faker's French ones; the shares are ours (all equal, or as 1/rank), so that the bits are exact.
Imports nothing of what it tests but the frozen types.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import accumulate

import polars as pl
from faker.providers.person.fr_FR import Provider as Persons

from honeytokens.model import DecoyRef, Field, StoryField

KEY = bytes(range(32))
FIRST_DAY = date(1925, 1, 1)
DAYS = 36_000
OWNED = {"phone": 26.7, "email": 30.0, "local_id": 23.0}
ORDER = ("local_id", "surname", "first_name", "birth_date", "street", "postcode", "town", "phone", "email")


@dataclass(frozen=True)
class Person:
    local_id: str
    surname: str
    first_name: str
    birth_date: str
    street: str
    postcode: str
    town: str
    phone: str
    email: str

    def row(self, *columns: str) -> list[str]:
        values = asdict(self)
        return [values[column] for column in columns or ORDER]


class Table:
    """Texts with their shares."""

    def __init__(self, texts: list[str], zipf: bool) -> None:
        weights = [1 / (rank + 1) if zipf else 1.0 for rank in range(len(texts))]
        self.texts = texts
        self.totals = list(accumulate(weights))
        self.bits = {t: -math.log2(w / self.totals[-1]) for t, w in zip(texts, weights, strict=True)}

    def draw(self, rng: random.Random) -> str:
        return rng.choices(self.texts, cum_weights=self.totals)[0]


@cache
def tables(zipf: bool) -> dict[str, Table]:
    ways = ("rue", "avenue", "place", "chemin")
    names = sorted(set(Persons.last_names))
    firsts = sorted({*Persons.first_names_female, *Persons.first_names_male})
    lines = [f"{ways[i % 4]} {f} {n}" for i, (f, n) in enumerate(zip(firsts * 3, names * 3, strict=False))]
    random.Random(1).shuffle(names)
    random.Random(2).shuffle(firsts)
    towns = [f"{21000 + 10 * i}|{name}" for i, name in enumerate(("Dijon", "Saint-Rémy", "Sainte-Marie-sur-Ouche"))]
    towns += [f"{21000 + 10 * i}|{names[i]}-{('le-Bourg', 'la-Forêt', 'sur-Mer')[i % 3]}" for i in range(3, 90)]
    return {
        "surname": Table(names, zipf),
        "first_name": Table(firsts, zipf),
        "street": Table(lines, zipf),
        "place": Table(towns, zipf),
    }


def person(rng: random.Random, zipf: bool = False, domain: str = "exemple.fr") -> Person:
    drawn = {name: table.draw(rng) for name, table in tables(zipf).items()}
    postcode, _, town = drawn["place"].partition("|")
    serial = rng.randrange(10**7)
    return Person(
        local_id=f"{serial:08d}",
        surname=drawn["surname"],
        first_name=drawn["first_name"],
        birth_date=(FIRST_DAY + timedelta(days=rng.randrange(DAYS))).isoformat(),
        street=f"{rng.randrange(1, 60)} {drawn['street']}",
        postcode=postcode,
        town=town,
        phone="06 " + " ".join(f"{rng.randrange(100):02d}" for _ in range(4)),
        email=f"p{serial}.{rng.randrange(10**4)}@{domain}",
    )


def bits_of(who: Person, zipf: bool) -> dict[str, float]:
    all_tables = tables(zipf)
    return {
        **OWNED,
        "surname": all_tables["surname"].bits[who.surname],
        "first_name": all_tables["first_name"].bits[who.first_name],
        "birth_date": math.log2(DAYS),
        "street": all_tables["street"].bits[who.street.partition(" ")[2]] + math.log2(59),
        "postcode": all_tables["place"].bits[f"{who.postcode}|{who.town}"],
        "town": 0.0,
    }


@dataclass(frozen=True)
class Known:
    """Decoys whose values are all in one frame."""

    refs: tuple[DecoyRef, ...]
    frame: pl.DataFrame
    stories: Mapping[int, Sequence[tuple[str, str, float]]] = field(default_factory=dict)
    vocabulary: Mapping[StoryField, Mapping[str, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.refs)

    def ref(self, decoy: int) -> DecoyRef:
        return self.refs[decoy]

    def establishment(self, decoy: int) -> str:
        return "North"

    def batches(self) -> Iterator[Mapping[Field, pl.DataFrame]]:
        for _, batch in self.frame.group_by(pl.col("decoy") // 100, maintain_order=True):
            yield {Field(str(name)): own.select("decoy", "value") for (name,), own in batch.group_by("field")}

    def values(self, decoys: Sequence[int]) -> pl.DataFrame:
        return self.frame.filter(pl.col("decoy").is_in(list(decoys)))

    def story_values(self, decoys: Sequence[int]) -> pl.DataFrame:
        schema = {"decoy": pl.UInt32, "field": pl.String, "value": pl.String, "bits": pl.Float64}
        rows = [(decoy, *row) for decoy in decoys for row in self.stories.get(decoy, ())]
        return pl.DataFrame(rows, schema=schema, orient="row")

    def story_vocabulary(self) -> Mapping[StoryField, Mapping[str, str]]:
        return self.vocabulary


def known(decoys: list[Person], zipf: bool = False) -> Known:
    rows = [
        (index, name, value, None, bits_of(who, zipf)[name])
        for index, who in enumerate(decoys)
        for name, value in asdict(who).items()
    ]
    return Known(tuple(DecoyRef("spring", index) for index in range(len(decoys))), frame(rows))


def one(*values: tuple[str, str, int | None, float]) -> Known:
    """One decoy with these values: field, text, version, bits."""
    return Known((DecoyRef("spring", 0),), frame([(0, *value) for value in values]))


def frame(rows: Sequence[tuple[int, str, str, int | None, float]]) -> pl.DataFrame:
    schema = {"decoy": pl.UInt32, "field": pl.String, "value": pl.String, "version": pl.Int32, "bits": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
