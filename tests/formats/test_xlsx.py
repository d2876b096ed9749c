"""Workbooks as spreadsheets understand them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
import python_calamine
from exchange_cases import ORIGINS, frame, written

from honeytokens import formats
from honeytokens.errors import OutputError
from honeytokens.formats import Batch, Origin, xlsx
from honeytokens.model import Field

NUMBERS = {"phone": "06 39 98 12 34", "postcode": "01000", "local_id": "0080012345678901", "national_id": "261E5"}


def cells(**person: Any) -> dict[str, Any]:
    """Return the cells of one person's row, by field."""
    workbook = openpyxl.load_workbook(io.BytesIO(written("xlsx", Batch(frame([person])))))
    return dict(zip(Field, workbook.active[2], strict=True))


def test_numbers_stay_whole() -> None:
    row = cells(**NUMBERS)
    assert {field: row[field].value for field in NUMBERS} == NUMBERS


@pytest.mark.parametrize("text", ["=1+1", "=cmd|'/c calc'!A1", "+33 1", "-1", "@SUM(A1)", "http://x.fr", "1/2", "TRUE"])
def test_a_text_stays_a_text(text: str) -> None:
    cell = cells(surname=text)["surname"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_a_birth_date_is_a_date() -> None:
    cell = cells(birth_date=date(1931, 2, 28))["birth_date"]
    assert (cell.value, cell.is_date, cell.number_format) == (datetime.fromisoformat("1931-02-28"), True, "mm-dd-yy")


@pytest.mark.parametrize(
    ("born", "expected"),
    [(date(1900, 1, 1), date(1900, 1, 1)), (date(1899, 12, 31), "1899-12-31"), (date(1896, 2, 29), "1896-02-29")],
)
def test_a_date_that_the_format_lacks_is_text(born: date, expected: date | str) -> None:
    content = written("xlsx", Batch(frame([{"birth_date": born}])))
    sheet = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0)
    assert sheet.to_python()[1][list(Field).index(Field.BIRTH_DATE)] == expected


def test_an_empty_value_is_no_cell() -> None:
    content = written("xlsx", Batch(frame([{}])))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'r="H2"' in sheet
    assert 'r="J2"' not in sheet


def test_the_document_says_who_and_when_and_not_by_what() -> None:
    began = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    content = written("xlsx", Batch(frame([{}])), origin=ORIGINS["fr_fr"])
    properties = openpyxl.load_workbook(io.BytesIO(content)).properties
    assert (properties.creator, properties.title, properties.description) == ("CH des Tilleuls", None, None)
    assert timedelta() <= properties.created.replace(tzinfo=None) - began < timedelta(hours=1)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            assert b"xlsxwriter" not in archive.read(name).lower()


def test_a_count_that_fits_no_sheet_is_refused_at_once() -> None:
    assert formats.get("xlsx", 2**20 - 1)
    assert formats.get("csv", 2**20)
    with pytest.raises(OutputError, match=r"1,048,575"):
        formats.get("xlsx", 2**20)


def test_rows_beyond_a_sheet_are_refused_when_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST", 5)
    stream = io.BytesIO()

    def batches() -> Iterator[Batch]:
        while True:
            yield Batch(frame([{}, {}]))

    with pytest.raises(OutputError, match="at most 5 decoys"):
        formats.get("xlsx").write(batches(), stream, Origin("fr_fr", date(2026, 11, 1)))
    assert stream.getvalue() == b""
