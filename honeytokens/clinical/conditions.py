"""The tables of conditions, drugs and allergies, read once when first asked for.

A condition weighs, at each age and for each sex, ``share`` times the episodes that NHS England counted in 2023-24 for
its block of ICD-10 at that age, times the part of that sex: the shape is published, the share is an estimate
(docs/data_sources.md). ``female`` (per cent) stands in where a condition's sexes are not those of its block.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from honeytokens.markers import cumulative
from honeytokens.markers.draws import I64

Flags = NDArray[np.bool_]
Table = dict[str, Any]

OLDEST = 110
"""Ages above this one are taken for it."""
NEWBORN = 0
"""The row of ``Clinic.totals`` for the first 28 days; that of an age in whole years is the age plus one."""
ADULT = 15
"""From this age on, doses are those of adults."""
SPECIALTIES = (
    "cardiology", "respiratory", "ear_nose_throat", "digestive", "urology", "gynaecology", "endocrine", "blood",
    "neurology", "psychiatry", "orthopaedics", "injuries", "wounds", "skin", "eyes", "newborn",
)  # fmt: skip
"""The files of conditions, in the order that the tables are built in."""
CARES = ("consultation", "planned", "emergency")
BODY = ("tension", "low", "heavy", "obese", "thin", "fever", "fast", "slow", "breathless")
"""What a condition does to what is measured: raised or low blood pressure, weight, temperature, pulse, breathing."""


@dataclass(frozen=True, slots=True)
class Drug:
    """A usual drug: international name, ATC code, dose in words for adults and for children, days of a prescription."""

    name: str
    atc: str
    adult: str
    child: str | None
    days: int


@dataclass(frozen=True, slots=True)
class Condition:
    """What someone comes for; ``nights`` are the fewest and the most that one stay takes.

    ``signs`` are what the person complains of, as a letter puts it; ``block`` names the row of the published table.
    """

    icd10: str
    label: str
    specialty: str
    block: str
    care: str
    nights: tuple[int, int]
    chronic: bool
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Clinic:
    """Everything that stories are drawn from, in one language.

    ``totals`` are the running totals of the conditions' weights, shape (2 sexes, female first, 112 ages, conditions).
    ``options`` are drugs, shape (conditions, lines of a prescription, alternatives), -1 where there is none;
    ``optional`` says of each line whether only half get it. ``suits`` has the shape (drugs, 2 sexes, 112 ages);
    ``against_conditions`` and ``against_substances`` say which drugs are not given with what, and have one more column,
    for none. ``body`` has the shape (conditions, flags of :data:`BODY`).
    """

    conditions: tuple[Condition, ...]
    totals: I64
    drugs: tuple[Drug, ...]
    options: I64
    optional: Flags
    suits: Flags
    against_conditions: Flags
    against_substances: Flags
    body: Flags
    substances: tuple[str, ...]
    substance_totals: I64
    allergic: int
    """Per thousand."""
    twice_allergic: int
    """Per thousand of the allergic."""


@cache
def clinic(*, french: bool) -> Clinic:
    """Return the tables with French words, or else with English ones."""
    word = 0 if french else 1
    rows = [(specialty, row) for specialty in SPECIALTIES for row in toml(specialty)["conditions"]]
    drugs, allergies = toml("drugs"), toml("allergies")
    options, optional = _lines([row for _, row in rows], list(drugs))
    against = [_against(row["atc"], rows, allergies["substances"]) for row in drugs.values()]
    return Clinic(
        conditions=tuple(_condition(specialty, row, french) for specialty, row in rows),
        totals=np.cumsum(_weights([row for _, row in rows]), axis=2, dtype=np.int64),
        drugs=tuple(_drug(row, word) for row in drugs.values()),
        options=options,
        optional=optional,
        suits=np.array([_suits(row) for row in drugs.values()]),
        against_conditions=np.array([conditions for conditions, _ in against]),
        against_substances=np.array([substances for _, substances in against]),
        body=np.array([[flag in row.get("body", ()) for flag in BODY] for _, row in rows]),
        substances=tuple(row[word] for row in allergies["substances"]),
        substance_totals=cumulative(row[2] for row in allergies["substances"]),
        allergic=allergies["one"],
        twice_allergic=allergies["second"],
    )


def digest() -> str:
    """Return the SHA-256 of every table that stories are drawn from, in hexadecimal."""
    found = hashlib.sha256()
    for file in sorted(files("honeytokens.clinical").joinpath("data").iterdir(), key=lambda file: file.name):
        if not file.name.endswith((".toml", ".csv")):
            continue  # the notice
        content = file.read_bytes()
        found.update(f"{file.name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def toml(name: str) -> Table:
    """Return one of the data files."""
    return tomllib.loads(_text(f"{name}.toml"))


def _text(name: str) -> str:
    return files("honeytokens.clinical").joinpath("data", name).read_text("utf-8")


def _condition(specialty: str, row: Table, french: bool) -> Condition:
    fewest, most = row.get("nights", (0, 0))
    return Condition(
        icd10=row["icd10"],
        label=row["fr" if french else "en"],
        specialty=specialty,
        block=row["block"],
        care=row["care"],
        nights=(fewest, most),
        chronic=row.get("chronic", False),
        signs=tuple(sign[0 if french else 1] for sign in row["signs"]),
    )


def _drug(row: Table, word: int) -> Drug:
    child = row.get("child")
    return Drug(row["name"][word], row["atc"], row["adult"][word], child[word] if child else None, row["days"])


def _weights(rows: Sequence[Table]) -> I64:
    """Return the weight of each condition, shape (2, 112, conditions)."""
    blocks = dict(_blocks())
    weights = np.zeros((2, OLDEST + 2, len(rows)), dtype=np.int64)
    for column, row in enumerate(rows):
        women, men, by_age = blocks[row["block"]]
        if "female" in row:
            women, men = row["female"], 100 - row["female"]
        ages = by_age * row["share"]
        if row.get("newborn"):
            ages = np.where(np.arange(OLDEST + 2) == NEWBORN, ages[NEWBORN + 1], 0)
        else:
            first, last = row["ages"]
            ages = np.where((np.arange(OLDEST + 2) > first) & (np.arange(OLDEST + 2) <= last + 1), ages, 0)
        for sex, part in enumerate((women, men)):
            weights[sex, :, column] = ages * part // (women + men)
    return weights


def _blocks() -> Iterator[tuple[str, tuple[int, int, I64]]]:
    """Yield each block with its women, its men and its episodes at each age, by the rows of ``Clinic.totals``."""
    lines = csv.reader(_text("admissions.csv").splitlines())
    _, _, _, *bands = next(lines)
    for block, women, men, *counts in lines:
        ages = np.zeros(OLDEST + 2, dtype=np.int64)
        for band, count in zip(bands, counts, strict=True):
            first, last = map(int, band.split("-"))
            ages[first + 1 : last + 2] = int(count)
        yield block, (int(women), int(men), ages)


def _lines(rows: Sequence[Table], names: Sequence[str]) -> tuple[I64, Flags]:
    """Return the drugs of each line, shape (conditions, lines, alternatives), and which lines only half get."""
    written = [[line.rstrip("?").split("/") for line in row.get("drugs", ())] for row in rows]
    most, widest = max(map(len, written)), max(len(line) for lines in written for line in lines)
    options = np.full((len(rows), most, widest), -1, dtype=np.int64)
    optional = np.zeros((len(rows), most), dtype=np.bool_)
    for condition, (row, lines) in enumerate(zip(rows, written, strict=True)):
        for number, line in enumerate(lines):
            options[condition, number, : len(line)] = [names.index(name) for name in line]
            optional[condition, number] = row["drugs"][number].endswith("?")
    return options, optional


def _suits(row: Table) -> Flags:
    """Return whom a drug is for, shape (2, 112)."""
    first, last = row.get("ages", (0 if "child" in row else ADULT, OLDEST))
    ages = np.arange(OLDEST + 2)
    sexes = np.array([row.get("sex") != "male", row.get("sex") != "female"])
    return np.outer(sexes, (ages > first) & (ages <= last + 1))


def _against(atc: str, rows: Sequence[tuple[str, Table]], substances: Sequence[list[Any]]) -> tuple[Flags, Flags]:
    """Return with which conditions and with which allergies a drug is not given; the last column of each is none."""
    rules = [rule for rule in toml("contraindications")["rules"] if atc.startswith(tuple(rule["drugs"]))]
    codes = tuple(code for rule in rules for code in rule.get("conditions", ()))
    names = {name for rule in rules for name in rule.get("allergies", ())}
    return (
        np.array([*(row["icd10"].startswith(codes) for _, row in rows), False]),
        np.array([*(row[1] in names for row in substances), False]),
    )
