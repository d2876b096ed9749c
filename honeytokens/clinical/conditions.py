"""The table of conditions, drugs and allergies, read once when first asked for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from honeytokens.markers import cumulative
from honeytokens.markers.draws import I64

OLDEST = 110
"""Ages above this one are taken for it."""

Care = Literal["consultation", "planned", "emergency"]


@dataclass(frozen=True, slots=True)
class Drug:
    """A usual drug: international name, ATC code, dose in words, days of one prescription."""

    name: str
    atc: str
    dose: str
    days: int


@dataclass(frozen=True, slots=True)
class Condition:
    """What someone comes for; ``nights`` are the fewest and the most that one stay takes."""

    icd10: str
    label: str
    care: Care
    nights: tuple[int, int]
    chronic: bool
    drugs: tuple[Drug, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Clinic:
    """Everything that stories are drawn from, in one language.

    ``totals`` are the running totals of the conditions' weights, shape (2 sexes, female first, 111 ages,
    conditions).
    """

    conditions: tuple[Condition, ...]
    totals: I64
    substances: tuple[str, ...]
    substance_totals: I64
    allergic: int
    """Per thousand."""
    twice_allergic: int
    """Per thousand of the allergic."""


@cache
def clinic(*, french: bool) -> Clinic:
    """Return the tables with French words, or else with English ones."""
    table = tomllib.loads(files("honeytokens.clinical").joinpath("conditions.toml").read_text("utf-8"))
    rows, allergies = table["conditions"], table["allergies"]
    weights = np.zeros((2, OLDEST + 1, len(rows)), dtype=np.int64)
    for column, row in enumerate(rows):
        for sex, bands in enumerate((row["female"], row["male"])):
            for first, last, weight in bands:
                weights[sex, first : last + 1, column] = weight
    word = 0 if french else 1
    return Clinic(
        conditions=tuple(_condition(row, french) for row in rows),
        totals=np.cumsum(weights, axis=2, dtype=np.int64),
        substances=tuple(row[word] for row in allergies["substances"]),
        substance_totals=cumulative(row[2] for row in allergies["substances"]),
        allergic=allergies["one"],
        twice_allergic=allergies["second"],
    )


def _condition(row: dict[str, Any], french: bool) -> Condition:
    fewest, most = row.get("nights", (0, 0))
    return Condition(
        icd10=row["icd10"],
        label=row["fr" if french else "en"],
        care=row["care"],
        nights=(fewest, most),
        chronic=row.get("chronic", False),
        drugs=tuple(_drug(drug, french) for drug in row.get("drugs", ())),
    )


def _drug(row: list[Any], french: bool) -> Drug:
    atc, *words, days = row
    name, dose = words[:2] if french else words[2:]
    return Drug(name, atc, dose, days)
