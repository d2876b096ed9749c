"""XLSX: rows are mixed into the first sheet that tells patients; the other sheets, styles and widths stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from honeytokens.errors import SaltRefusedError
from honeytokens.salting.columns import fields_of
from honeytokens.salting.files.interface import Cells, Rows

_SAMPLE = 200
"""Rows by which the type of a column is told."""


class XlsxExtract:
    """A workbook whose patients stand below one line of headers, in the first row of a sheet."""

    def __init__(self, path: Path) -> None:
        try:
            self._book = openpyxl.load_workbook(path)
        except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
            raise SaltRefusedError(f"{path} is no XLSX workbook that can be read", "Save it anew") from error
        self._sheet, columns = self._patients(path)
        self._width = len(columns)
        body = self._sheet.iter_rows(min_row=2, max_col=self._width, values_only=True)
        rows = [tuple(map(_text, row)) for row in body]
        while rows and not any(rows[-1]):
            rows.pop()
        self.rows = Rows(columns, rows)
        sample = list(self._sheet.iter_rows(min_row=2, max_row=_SAMPLE, max_col=self._width))
        self._kinds = [_kind([row[place].value for row in sample]) for place in range(self._width)]

    def write(self, added: Mapping[int, Sequence[Cells]], stream: IO[bytes]) -> None:
        """Write the workbook with rows mixed in, each in the style and the types of the row beside it."""
        sheet, count = self._sheet, len(self.rows.rows)
        shift, end = sum(map(len, added.values())), count
        for place in sorted(added, reverse=True):
            if place < end:
                cells = f"A{place + 2}:{sheet.cell(end + 1, self._width).coordinate}"
                sheet.move_range(cells, rows=shift, cols=0)
            shift -= len(added[place])
            for number, cells_ in enumerate(added[place]):
                row = place + 2 + shift + number
                self._fill(row, cells_, row + len(added[place]) - number if place < count else count + 1)
            end = place
        self._book.save(stream)

    def _patients(self, path: Path) -> tuple[Any, tuple[str, ...]]:
        for sheet in self._book.worksheets:
            head = next(sheet.iter_rows(max_row=1, values_only=True), ())
            columns = tuple(_text(cell) or "" for cell in head)
            try:
                fields_of(columns, {})
            except SaltRefusedError:
                continue
            return sheet, columns
        raise SaltRefusedError(
            f"No sheet of {path} has headers of a surname, a first name and a birth date in its first row",
            "Put the headers into the first row",
        )

    def _fill(self, row: int, cells: Cells, beside: int) -> None:
        for place, text in enumerate(cells):
            cell, model = self._sheet.cell(row, place + 1), self._sheet.cell(beside, place + 1)
            cell.value = _typed(text, self._kinds[place])
            cell._style = copy(model._style)


def _kind(values: Sequence[object]) -> type:
    return next((type(value) for value in values if value is not None), str)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _typed(text: str | None, kind: type) -> object:
    if text is None:
        return None
    if kind in (datetime, date):
        return datetime.fromisoformat(text)
    return kind(text) if kind in (int, float) else text
