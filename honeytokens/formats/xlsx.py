"""A workbook of Excel 2007 and later (ISO/IEC 29500): one sheet, one row for each decoy under a header."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from tempfile import TemporaryDirectory
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from honeytokens.errors import OutputError
from honeytokens.formats.interface import Batch, Origin
from honeytokens.formats.outlet import outlet
from honeytokens.model import Field

MOST = 2**20 - 1
"""How many rows a sheet has below its header."""
_SHORT_DATE = {"num_format": 14}
"""The built-in number format that shows a date as the reader's country writes it."""
_FIRST_DAY = date(1900, 1, 1)


def check(count: int) -> None:
    """Raise :class:`OutputError` when a sheet has no room for this many decoys."""
    if count > MOST:
        raise OutputError(f"An Excel sheet holds at most {MOST:,} decoys", "Ask for fewer, or choose another format")


class Xlsx:
    """Every cell is text, so that a phone keeps its zero and ``=`` begins no formula; birth dates are real dates.

    A date before 1900, which the format does not have, is text in ISO form. An empty value is an empty cell. Rows wait
    in a private temporary folder, because the file holds the sheet in one piece.
    """

    tells_stories = False
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:
        """Write every batch; raise :class:`OutputError` when a sheet has no room for them."""
        with outlet(stream) as file, TemporaryDirectory() as folder:
            workbook = Workbook(file, {"constant_memory": True, "tmpdir": folder})
            workbook.set_properties({"author": origin.establishment} if origin.establishment else {})
            sheet, day = workbook.add_worksheet("Patients"), workbook.add_format(_SHORT_DATE)
            try:
                for column, field in enumerate(Field):
                    sheet.write_string(0, column, field)
                for number, row in enumerate((row for batch in batches for row in batch.identities.iter_rows()), 1):
                    check(number)
                    _write_row(sheet, number, row, day)
                workbook.close()
            except FileCreateError as error:  # what xlsxwriter makes of an OSError
                raise error.args[0] from error
            finally:
                sheet.row_data_fh.close()


def _write_row(sheet: Any, number: int, row: tuple[Any, ...], day: Any) -> None:
    for column, value in enumerate(row):
        if isinstance(value, date):
            if value < _FIRST_DAY:
                sheet.write_string(number, column, value.isoformat())
            else:
                sheet.write_datetime(number, column, value, day)
        elif value is not None:
            sheet.write_string(number, column, value)
