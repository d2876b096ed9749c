"""Every format, through the same cases."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from honeytokens import formats
from honeytokens.errors import UnknownNameError

Row = dict[str, str | None]
ROWS = [
    {"surname": 'L\'Hôte, dit "Jo"', "birth_date": date(1961, 3, 12), "phone": None},
    {"surname": "=cmd|x", "birth_date": date(2020, 2, 29), "phone": "06 39 98 12 34"},
    {"surname": "Łukasz; ß\n", "birth_date": date(1899, 12, 31), "phone": ""},
]


def from_csv(content: bytes) -> list[Row]:
    return [dict(row) for row in csv.DictReader(io.StringIO(content.decode(), newline=""))]


def from_ndjson(content: bytes) -> list[Row]:
    return [json.loads(line) for line in content.decode().splitlines()]


READERS: dict[str, Callable[[bytes], list[Row]]] = {"csv": from_csv, "ndjson": from_ndjson}


def test_every_format_has_a_reader_here() -> None:
    assert READERS.keys() == formats.FORMATS.keys()


def frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"surname": pl.String, "birth_date": pl.Date, "phone": pl.String})


@pytest.mark.parametrize("name", sorted(formats.FORMATS))
@pytest.mark.parametrize("cut", [0, 1, 3])
def test_what_is_written_is_read_back(name: str, cut: int) -> None:
    stream = io.BytesIO()
    batches = [formats.Batch(frame(ROWS[:cut])), formats.Batch(frame(ROWS[cut:]))]
    formats.get(name).write(iter(batches), stream, formats.Origin("fr_fr", date(2026, 11, 23)))
    back = READERS[name](stream.getvalue())
    assert [row["surname"] for row in back] == [row["surname"] for row in ROWS]
    assert [row["birth_date"] for row in back] == ["1961-03-12", "2020-02-29", "1899-12-31"]
    assert [row["phone"] or None for row in back] == [None, "06 39 98 12 34", None]


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="csv, ndjson"):
        formats.get("docx")
