"""The thief: an account with every right exports two establishments, and publishes a sample, cut and disguised.

What the thief does to the sample is what sellers of records do; it is chosen without a look at what can be read back.
"""

from __future__ import annotations

import csv
import io
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from anyascii import anyascii

from honeytokens.demo.people import SITES
from honeytokens.demo.seed import Seed
from honeytokens.model import Establishment

_ALWAYS = ("nom", "prenom", "date_naissance")
_MOSTLY = {"adresse": 0.85}
_SOMETIMES = 0.55
_HEADERS = {
    "id": ("id", "patient_id", "ID"),
    "ipp": ("ipp", "patient_ref", "NIP"),
    "nom": ("nom", "last_name", "NOM_USUEL"),
    "nom_naissance": ("nom_jeune_fille", "maiden_name", "NOM_NAISSANCE"),
    "prenom": ("prenom", "first_name", "PRENOM"),
    "sexe": ("sexe", "gender", "SX"),
    "date_naissance": ("naissance", "dob", "DATE_NAISS"),
    "lieu_naissance": ("lieu", "birth_place", "LIEU_NAISS"),
    "adresse": ("adresse", "address", "ADR1"),
    "code_postal": ("cp", "zip", "CODE_POSTAL"),
    "ville": ("ville", "city", "COMMUNE"),
    "telephone": ("tel", "phone", "TEL1"),
    "courriel": ("mail", "email", "EMAIL"),
    "lien_resultats": ("lien", "url", "LIEN"),
    "cree_le": ("date_creation", "created", "CREE_LE"),
}
_DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%d/%m/%y", "%m/%d/%Y", "%Y-%m-%d 00:00:00")
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_CASES: dict[str, Callable[[str], str]] = {
    "as exported": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "title case": str.title,
}
_KEPT_AS_IS = frozenset({"courriel", "lien_resultats"})
"""Changing the case of an address or a link would make it worthless to a buyer."""
_EXPORT = """
    SELECT * FROM patients WHERE id IN (SELECT patient_id FROM sejours WHERE etablissement_id IN (?, ?)) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Leak:
    """What was stolen, and the sample that was published of it. ``keys`` are the patients' primary keys.

    ``links`` are the web links of the whole export, by primary key, where a row has one.
    """

    at: datetime
    sites: tuple[Establishment, ...]
    exported: int
    keys: tuple[int, ...] = field(repr=False)
    columns: tuple[str, ...]
    disguise: str
    content: bytes = field(repr=False)
    links: dict[int, str] = field(repr=False)


def steal(database: Path, seed: Seed, at: datetime, sample_rows: int) -> Leak:
    """Export two establishments, and make a sample of rows drawn at random."""
    dice = seed.dice("thief")
    sites = tuple(dice.sample(SITES, 2))
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        export = connection.execute(_EXPORT, [int(site.code) for site in sites]).fetchall()
    sample = dice.sample(export, min(sample_rows, len(export)))
    columns = tuple(name for name in _HEADERS if dice.random() < _chance(name))
    disguise, content = _publish(sample, columns, dice)
    return Leak(
        at=at,
        sites=sites,
        exported=len(export),
        keys=tuple(row["id"] for row in sample),
        columns=columns,
        disguise=disguise,
        content=content,
        links={row["id"]: row["lien_resultats"] for row in export if row["lien_resultats"]},
    )


def _chance(column: str) -> float:
    return 1.0 if column in _ALWAYS else _MOSTLY.get(column, _SOMETIMES)


def _publish(rows: list[sqlite3.Row], columns: tuple[str, ...], dice: random.Random) -> tuple[str, bytes]:
    """Return how the sample is disguised, in words, and the file."""
    pattern, delimiter, case = dice.choice(_DATES), dice.choice(list(_DELIMITERS)), dice.choice(list(_CASES))
    order = dice.sample(columns, len(columns))
    style = dice.randrange(3)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=dice.choice(("\n", "\r\n")))
    writer.writerow([_HEADERS[name][style] for name in order])
    for row in rows:
        writer.writerow([_disguised(name, row[name], pattern, _CASES[case]) for name in order])
    shown = date(1961, 3, 12).strftime(pattern)
    words = f"no accents, {case}, dates like {shown}, {_DELIMITERS[delimiter]}-separated"
    return words, text.getvalue().encode("ascii")


def _disguised(column: str, value: str | int | None, pattern: str, case: Callable[[str], str]) -> str:
    if value is None or column in _KEPT_AS_IS:
        return str(value or "")
    if column in ("date_naissance", "cree_le"):
        return date.fromisoformat(str(value)[:10]).strftime(pattern)
    return case(anyascii(str(value)))
