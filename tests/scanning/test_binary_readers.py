"""Readers of binary documents: every format through the same cases, whole, damaged, hostile and out of bounds."""

from __future__ import annotations

import io
import random
import zipfile
from itertools import pairwise
from pathlib import Path

import binary_documents as documents
import openpyxl
import people
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honeytokens.model import Unread
from honeytokens.scanning import Index, scan
from honeytokens.scanning.dump import read_paths
from honeytokens.scanning.readers import READERS, Record, Source
from honeytokens.scanning.readers.streams import Budget, ByteStream

ROWS = [[f"{number:03d}", *people.person(random.Random(number)).row()] for number in range(1, 61)]
WANTED = ROWS[40]
READER = {"xlsx": "workbook", "ods": "workbook", "xls": "old_office", "sqlite_without_rowid": "sqlite"}
PART = {"sqlite": "patients", "sqlite_without_rowid": "patients", "parquet": None, "pdf": "page 2"}
DATA = {name: write(ROWS) for name, write in documents.WRITERS.items()}

Found = list[Record | Unread]


def source(data: bytes, budget: Budget | None = None, passwords: tuple[str, ...] = ()) -> Source:
    stream = ByteStream(io.BytesIO(data), budget or Budget(len(data)))
    return Source("dump", "in.zip!it", stream, passwords=passwords)


def kind(data: bytes) -> str:
    return next(name for name, reader in READERS.items() if reader.recognises(source(data)))


def read(data: bytes, budget: Budget | None = None, passwords: tuple[str, ...] = ()) -> Found:
    return list(READERS[kind(data)].records(source(data, budget, passwords)))


def from_disk(path: Path, data: bytes) -> list[tuple[Source, Record] | Unread]:
    path.write_bytes(data)
    return list(read_paths([path], lambda _: None))


def records(found: Found) -> list[Record]:
    return [each for each in found if isinstance(each, Record)]


def unread(found: Found) -> list[str]:
    return [each.reason for each in found if isinstance(each, Unread)]


def holding(found: Found, row: list[str]) -> list[Record]:
    """Return the records that hold each text of a row, as a field or in one."""
    return [record for record in records(found) if all(text in "\n".join(record.fields) for text in row)]


@pytest.mark.parametrize("name", DATA)
def test_a_record_is_found_at_its_place(name: str, tmp_path: Path) -> None:
    data = DATA[name]
    assert kind(data) == READER.get(name, name)
    found = read(data)
    assert not unread(found)
    assert all(holding(found, row) for row in ROWS)
    place = holding(found, WANTED)[0]
    assert place.part == PART.get(name, documents.SHEET)
    assert (place.line == 11) if name == "pdf" else (place.row == 41)
    on_disk = from_disk(tmp_path / "d", data)
    assert [pair[1] for pair in on_disk if not isinstance(pair, Unread)] == found
    member = next(pair[0].member_of(pair[1]) for pair in on_disk if not isinstance(pair, Unread) and pair[1] == place)
    assert member == place.part


@pytest.mark.parametrize("name", DATA)
def test_a_decoy_among_strangers_is_one_hit(name: str, tmp_path: Path) -> None:
    decoy = people.person(random.Random("decoy"), domain="decoys.example")
    known = people.known([decoy])
    rows = [*ROWS[:35], ["999", *decoy.row()], *ROWS[35:]]
    path = tmp_path / "leak"
    path.write_bytes(documents.WRITERS[name](rows))
    result = scan([path], known, Index.build(known, people.KEY))
    assert result.complete
    (hit,) = result.hits
    place = hit.evidence[0].location
    assert place.member == PART.get(name, documents.SHEET)
    row = {"sqlite_without_rowid": 61, "pdf": 6}.get(name, 36)
    assert (place.line if name == "pdf" else place.row) == row


@pytest.mark.parametrize("name", DATA)
def test_the_whole_file_counts_as_read_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    (tmp_path / "d").write_bytes(DATA[name])
    before = (tmp_path / "d").stat()
    counted: list[int] = []
    assert list(read_paths([tmp_path / "d"], counted.append))
    assert sum(counted) == len(DATA[name])
    assert [path.name for path in tmp_path.iterdir()] == ["d"]
    assert (tmp_path / "d").stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("name", DATA)
def test_in_an_archive(name: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("it", DATA[name])
    found = from_disk(tmp_path / "a.zip", packed.getvalue())
    members = {pair[0].member_of(pair[1]) for pair in found if not isinstance(pair, Unread)}
    part = PART.get(name, documents.SHEET)
    assert ("it" if part is None else f"it!{part}") in members


@pytest.mark.parametrize("name", DATA)
def test_cut_short_anywhere(name: str) -> None:
    """What is cut short is never passed over in silence."""
    data = DATA[name]
    for size in [*range(0, 64, 9), *range(64, len(data), max(1, len(data) // 15))]:
        found = read(data[:size])
        complete = all(holding(found, row) for row in ROWS)
        assert complete or unread(found) or kind(data[:size]) in {"binary", "text", "delimited"}


@pytest.mark.parametrize("name", DATA)
@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=30))
@settings(deadline=None, max_examples=15)
def test_flipped_bytes(name: str, flips: list[tuple[float, int]]) -> None:
    data = bytearray(DATA[name])
    for place, change in flips:
        data[int(place * len(data))] ^= change
    reader = READERS[READER.get(name, name)]
    for found in reader.records(source(bytes(data))):
        assert isinstance(found, Unread) or all(isinstance(text, str) for text in found.fields)


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("data", [b"", b"\0" * 5000, b"PK\x03\x04" * 99, random.Random(3).randbytes(3000)])
def test_what_is_no_such_document(name: str, data: bytes) -> None:
    found = list(READERS[READER.get(name, name)].records(source(data)))
    assert unread(found)


@pytest.mark.parametrize("name", sorted(DATA.keys() - {"pdf"}))
def test_strange_text_comes_through(name: str) -> None:
    texts = [
        "e\u0301 🏥 שלום Ŀ ﬁ",
        "two\nlines\tand a tab",
        "'; DROP TABLE x --",
        '"',
        "=1+1",
        "  ",
        "\u200b",
        "<&>",
        "0612",
    ]
    rows = [[str(number), text] for number, text in enumerate(texts)]
    found = read(documents.WRITERS[name](rows))
    assert not unread(found)
    squeezed = {tuple(" ".join(field.split()) for field in record.fields) for record in records(found)}
    for number, text in rows:
        if not (name == "xlsx" and text == "=1+1") and text.strip():
            assert (number, " ".join(text.split())) in squeezed, text


@pytest.mark.parametrize("name", ["sqlite", "parquet", "ods"])
def test_huge_cells_are_cut_into_pieces_that_miss_nothing(name: str) -> None:
    words = [f"w{number:06d}" for number in range(300_000)]
    found = read(documents.WRITERS[name]([["1", " ".join(words)], ["2", "next"]]))
    assert not unread(found)
    fields = [field for record in records(found) for field in record.fields]
    assert max(map(len, fields)) <= 1 << 16
    seen = {pair for field in fields for pair in pairwise(field.split(" "))}
    assert all(pair in seen for pair in pairwise(words))


@pytest.mark.parametrize("name", ["sqlite", "parquet"])
def test_nuls_in_text(name: str) -> None:
    found = read(documents.WRITERS[name]([["1", "DUPONT\0\0Jean"]]))
    assert records(found)[0].fields == ("1", "DUPONT\0\0Jean")


def test_two_cells_that_ask_for_half_a_terabyte(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "near", "far"
    (tmp_path / "1.xlsx").write_bytes(documents.saved(book))
    (tmp_path / "2.xlsx").write_bytes(DATA["xlsx"])
    found = list(read_paths([tmp_path], lambda _: None))
    assert [Path(each.location.path).name for each in found if isinstance(each, Unread)] == ["1.xlsx"]
    shown = [pair for pair in found if not isinstance(pair, Unread)]
    assert [pair[1].row for pair in shown if pair[0].path.endswith("2.xlsx")] == list(range(1, len(ROWS) + 1))
    assert any("near" in pair[1].fields for pair in shown if pair[0].path.endswith("1.xlsx"))


def test_text_that_unpacks_without_end() -> None:
    data = documents.parquet([[str(number), "x" * 500_000] for number in range(400)])
    assert len(data) < 200_000
    found = read(data)
    assert "200 times" in unread(found)[-1]
    assert sum(len(field) for record in records(found) for field in record.fields) < 200_000_000


def test_time_is_shared_by_all_documents_of_a_file() -> None:
    budget = Budget(0)
    budget.seconds = 0.5
    assert "too long" in unread(read(DATA["pdf"], budget))[0]
    budget.seconds = 100
    assert not unread(read(DATA["pdf"], budget))
    assert budget.seconds < 100


def test_a_reader_that_is_left_early_leaves_nothing_behind() -> None:
    data = documents.sqlite(ROWS * 200)
    for _ in range(2):
        reading = iter(READERS["sqlite"].records(source(data)))
        assert isinstance(next(reading), Record)
        reading.close()  # type: ignore[attr-defined]
    assert holding(read(DATA["parquet"]), WANTED)
