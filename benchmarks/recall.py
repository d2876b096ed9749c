"""How many decoys of a damaged table are found with 35 bits: name, birth date, address, postcode and telephone.

What damages the rows knows nothing of how a scan reads them.
"""

from __future__ import annotations

import json
import random
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from benchmarks.scanning import people
from honeytokens import scanning
from honeytokens.decoys import known_decoys
from honeytokens.model import Field, KnownDecoys

DECOYS, BITS = 2_000, 35.0
FIELDS = [Field.SURNAME, Field.FIRST_NAME, Field.BIRTH_DATE, Field.STREET, Field.POSTCODE, Field.PHONE]
Row = tuple[str, ...]
LOOK_ALIKES = {
    "o": "0",
    "O": "0",
    "0": "O",
    "l": "1",
    "I": "1",
    "1": "l",
    "e": "c",
    "a": "o",
    "5": "S",
    "S": "5",
    "m": "rn",
    "8": "B",
}


def bare(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def misread(rng: random.Random, text: str) -> str:
    """Three signs in a hundred are taken for others, or lost."""
    signs = (LOOK_ALIKES.get(sign, "") if rng.random() < 0.03 else sign for sign in text)
    return "".join(signs)


def fragment(rng: random.Random, row: Row) -> Row:
    """Three cells in ten are missing."""
    return tuple(cell if rng.random() < 0.7 else "" for cell in row)


def table(rows: Sequence[Row]) -> str:
    return "".join(";".join(cell.replace(";", " ") for cell in row) + "\n" for row in rows)


def everywhere(change: Callable[[str], str]) -> Callable[[random.Random, list[Row]], str]:
    return lambda _, rows: table([tuple(map(change, row)) for row in rows])


def sql(_: random.Random, rows: list[Row]) -> str:
    values = (", ".join("'" + cell.replace("'", "''") + "'" for cell in row) for row in rows)
    return "INSERT INTO patients VALUES " + ",".join(f"({row})" for row in values) + ";\n"


DAMAGES: dict[str, Callable[[random.Random, list[Row]], str]] = {
    "none": lambda _, rows: table(rows),
    "upper case": everywhere(str.upper),
    "accents lost": everywhere(bare),
    "mojibake": everywhere(lambda text: text.encode().decode("cp1252", errors="replace")),
    "names cut at 6": lambda _, rows: table([(row[0][:6], row[1][:6], *row[2:]) for row in rows]),
    "JSON": lambda _, rows: json.dumps([dict(zip("abcdef", row, strict=True)) for row in rows]),
    "SQL": sql,
    "French dates": lambda _, rows: table(
        [(*row[:2], "/".join(reversed(row[2].split("-"))), *row[3:]) for row in rows]
    ),
    "3% of signs misread": lambda rng, rows: table([tuple(misread(rng, cell) for cell in row) for row in rows]),
    "30% of cells lost": lambda rng, rows: table([fragment(rng, row) for row in rows]),
}


def found(text: str, known: KnownDecoys, index: scanning.Index) -> dict[int, float]:
    """Return the bits of each decoy that is a hit or a lead."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leak"
        path.write_text(text)
        result = scanning.scan([path], known, index)
    return {hit.decoy.serial: hit.bits for hit in (*result.hits, *result.leads)}


def run() -> None:
    """Print, for each damage, the share of decoys with 35 bits, of all and of those with a telephone."""
    maker, decoys = people("decoys", DECOYS, demo=False)
    known = known_decoys([(maker, "saint-anne", range(DECOYS), 1)])
    index = scanning.Index.build(known, bytes(32))
    rows: list[Row] = [
        tuple("" if cell is None else str(cell) for cell in row)
        for row in decoys.select([pl.col(field.value) for field in FIELDS]).iter_rows()
    ]
    called = {serial for serial, row in enumerate(rows) if row[-1]}
    for name, damage in DAMAGES.items():
        bits = found(damage(random.Random(1), rows), known, index)
        strong = {serial for serial, own in bits.items() if own >= BITS}
        shares = [len(strong) / DECOYS, len(strong & called) / len(called), len(bits) / DECOYS]
        print("{}: {:.2%} with 35 bits, {:.2%} of those with a telephone; seen {:.2%}".format(name, *shares))
