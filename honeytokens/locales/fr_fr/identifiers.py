"""French identifiers that are nobody's, for the demo and for tests.

A NIR is sex, year, month, commune of birth, order and key. Ours name a commune from 950 to 989 of the department (80 to
89 overseas, 950 to 989 after 99 for a birth abroad): the official code book gives these to nothing, so
such a number is never issued, while its sex, date, department and key agree with the person.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl

from honeytokens.locales.fr_fr.tables import communes, hand_written
from honeytokens.locales.tables import Choice
from honeytokens.markers import Draws

_ABROAD = "99"
_CORSICA_SPLIT = 1976
_PARIS_REGION_SPLIT = 1968
_BEFORE_1968 = {"91": "78", "92": "75", "93": "75", "94": "75", "95": "78"}


def national_ids(draws: Draws, people: pl.DataFrame) -> pl.Series:
    """Return a NIR with its key, 15 characters, for each of ``people`` (``sex``, ``birth_date``, ``birth_place``)."""
    rows = zip(
        people["sex"],
        people["birth_date"],
        people["birth_place"],
        draws.below("nir commune", 40).tolist(),
        draws.below("nir order", 999).tolist(),
        strict=True,
    )
    return pl.Series([_nir(*row) for row in rows], dtype=pl.String)


def reserved_phones(draws: Draws) -> list[str]:
    """Return ten digits for each serial, from the blocks 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49, 06 39 98."""
    blocks = Choice.of(hand_written()["phones"]["reserved"]).draw(draws, "phone block")
    ends = draws.below("phone end", 10_000).tolist()
    return [f"{block}{end:04}" for block, end in zip(blocks, ends, strict=True)]


def _nir(sex: str, born: date, birth_place: str, commune: int, order: int) -> str:
    department = _department(birth_place, born.year)
    place = f"{department}{80 + commune % 10}" if len(department) == 3 else f"{department}{950 + commune}"
    body = f"{1 if sex == 'male' else 2}{born:%y%m}{place}{order + 1:03}"
    number = int(body.replace("2A", "19").replace("2B", "18"))
    return f"{body}{97 - number % 97:02}"


def _department(birth_place: str, year: int) -> str:
    """Return the department as it was called at birth; that of the largest commune of this name."""
    department = _departments().get(birth_place, _ABROAD)
    if year < _CORSICA_SPLIT and department in ("2A", "2B"):
        return "20"
    return _BEFORE_1968.get(department, department) if year < _PARIS_REGION_SPLIT else department


@cache
def _departments() -> dict[str, str]:
    frame = communes().sort("population")
    return dict(zip(frame["town"], frame["area"], strict=True))
