"""Every format, through the same cases."""

from __future__ import annotations

import csv
import errno
import io
import json
import tempfile
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fhir_reading
import hl7_reading
import letter_reading
import mediboard_reading
import page_reading
import polars as pl
import pytest
import table_reading
from exchange_cases import STORY, frame, letters_of

from honeytokens import formats
from honeytokens.errors import PlanRefusedError, UnknownNameError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

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


def from_fhir_bundles(content: bytes) -> list[Row]:
    return [as_text(row) for found in fhir_reading.bundled(content) for row, _ in fhir_reading.patients(found)]


def from_fhir_export(content: bytes) -> list[Row]:
    return [as_text(row) for row, _ in fhir_reading.patients(fhir_reading.exported(content))]


def from_hl7(content: bytes) -> list[Row]:
    return [as_text(row) for row, _ in hl7_reading.patients(content)]


def as_text(row: dict[str, Any]) -> Row:
    return {field: None if value is None else str(value) for field, value in row.items()}


READERS: dict[str, Callable[[bytes], list[Row]]] = {
    "csv": from_csv,
    "docx": lambda content: letter_reading.patients(content, letter_reading.docx_lines),
    "fhir-bundle": from_fhir_bundles,
    "fhir-ndjson": from_fhir_export,
    "hl7v2": from_hl7,
    "html": page_reading.page,
    "mediboard-csv": mediboard_reading.found,
    "mediboard-xml": mediboard_reading.patients,
    "ndjson": from_ndjson,
    "pdf": lambda content: letter_reading.patients(content, letter_reading.pdf_lines),
    "parquet": lambda content: [as_text(row) for row in table_reading.parquet(content)],
    "sql": lambda content: [as_text(row) for row in table_reading.sql(content)],
    "xlsx": lambda content: [as_text(row) for row in table_reading.xlsx(content)],
}
EXPECTED: dict[str, list[str | None]] = {
    "surname": ['L\'Hôte, dit "Jo"', "=cmd|x", "Łukasz; ß\n"],
    "birth_date": ["1961-03-12", "2020-02-29", "1899-12-31"],
    "phone": [None, "06 39 98 12 34", None],
}
OTHERWISE: dict[str, dict[str, list[str | None]]] = {
    "docx": {"surname": ['L\'HÔTE, DIT "JO"', "=CMD|X", "ŁUKASZ; SS"]},
    "pdf": {"surname": ['L\'HÔTE, DIT "JO"', "=CMD|X", "LUKASZ; SS"]},
    "mediboard-csv": {
        "surname": ['L\'HÔTE, DIT "JO"', "=CMD|X", "LUKASZ; ß\n"],
        "birth_date": [None, None, None],
        "phone": [None, None, None],
    },
    "mediboard-xml": {
        "surname": ['L\'HÔTE, DIT "JO"', "=CMD|X", "ŁUKASZ; ß"],
        "phone": [None, "0639981234", None],
    },
}
"""What a format writes otherwise than it is."""


SEEN = replace(STORY, stays=STORY.stays[1:2], vitals=STORY.vitals[1:2], prescriptions=())


def test_every_format_has_a_reader_here() -> None:
    assert READERS.keys() == formats.FORMATS.keys()


def batch(name: str, rows: list[dict[str, Any]]) -> formats.Batch:
    people, chosen = frame(rows), formats.get(name)
    stories = [SEEN] * len(rows) if chosen.tells_stories else []
    return formats.Batch(people, stories, letters_of(people, stories, "fr") if chosen.tells_letters else ())


@pytest.mark.parametrize("name", sorted(formats.FORMATS))
@pytest.mark.parametrize("cut", [0, 1, 3])
def test_what_is_written_is_read_back(name: str, cut: int) -> None:
    stream = io.BytesIO()
    batches = [batch(name, ROWS[:cut]), batch(name, ROWS[cut:])]
    formats.get(name).write(iter(batches), stream, formats.Origin("fr_fr", date(2026, 11, 23)))
    back = READERS[name](stream.getvalue())
    for field, values in (EXPECTED | OTHERWISE.get(name, {})).items():
        assert [row[field] or None for row in back] == values


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"csv, .*ndjson"):
        formats.get("odt")


class Full(io.RawIOBase):
    """A stream that takes some bytes, then fails; it knows nothing but to write."""

    def __init__(self, room: int, failure: OSError) -> None:
        self.room = room
        self.failure = failure

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        self.room -= memoryview(data).nbytes
        if self.room < 0:
            raise self.failure
        return memoryview(data).nbytes


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a format may keep what it cannot write yet."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def write(name: str, stream: io.RawIOBase, batches: Iterator[formats.Batch]) -> None:
    formats.get(name).write(batches, stream, formats.Origin("fr_fr", date(2026, 11, 23)))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(formats.FORMATS))
@pytest.mark.parametrize("room", [0, 200])
@pytest.mark.parametrize("failure", [BrokenPipeError(errno.EPIPE, "Broken pipe"), OSError(errno.ENOSPC, "No space")])
def test_why_a_write_failed_is_told_as_it_is(name: str, room: int, failure: OSError, temporary: Path) -> None:
    with pytest.raises(OSError, match=str(failure.strerror)) as told:
        write(name, Full(room, failure), iter([batch(name, ROWS)]))
    assert told.value is failure
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", sorted(formats.FORMATS))
def test_a_refusal_among_the_batches_is_told_as_it_is(name: str, temporary: Path) -> None:
    def batches() -> Iterator[formats.Batch]:
        yield batch(name, ROWS)
        raise PlanRefusedError("The pool is full", "Add another")

    with pytest.raises(PlanRefusedError, match="The pool is full"):
        write(name, Full(10**9, OSError()), batches())
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", sorted(formats.FORMATS))
def test_one_batch_is_held_at_a_time(name: str, temporary: Path) -> None:
    held: list[weakref.ref[pl.DataFrame]] = []

    def batches() -> Iterator[formats.Batch]:
        for _ in range(12):
            one = batch(name, ROWS * 20)
            held.append(weakref.ref(one.identities))
            yield one
            del one
            assert sum(frame() is not None for frame in held) <= 3

    write(name, Full(10**9, OSError()), batches())
    assert len(held) == 12
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", sorted(formats.FORMATS))
def test_no_decoy_at_all_is_a_file_too(name: str) -> None:
    stream = io.BytesIO()
    formats.get(name).write(iter([]), stream, formats.Origin("fr_fr", date(2026, 11, 23)))
    assert READERS[name](stream.getvalue()) == []


def test_every_format_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")
    assert {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")} >= formats.FORMATS.keys()
