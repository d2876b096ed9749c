"""Workbooks, sheet by sheet and row by row: XLSX and its kin, XLSB, ODS, and the XLS of before 2007."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from io import BufferedReader
from typing import ClassVar

from honeytokens.model import Unread
from honeytokens.scanning.readers.binary_file import BinaryFile
from honeytokens.scanning.readers.cells import shown
from honeytokens.scanning.readers.interface import Record, Source
from honeytokens.scanning.readers.isolation import IsolatedReader, Problem
from honeytokens.scanning.readers.packages import is_workbook
from honeytokens.scanning.readers.xml_text import XmlText
from honeytokens.scanning.readers.zip_file import ZipFile

_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a day of a workbook has no zone
_DAY = timedelta(days=1)
_ZIP, _XML = ZipFile(), XmlText()
_TEXTS = re.compile(r"xl/(?:worksheets/[^/]+|sharedStrings|comments\d*|threadedComments/.+)\.xml|content\.xml")


class Workbook(IsolatedReader):
    """Reads the values that a person sees: formulas by their last result, hidden rows and sheets too.

    A date is given in ISO form, and at the end of the row once more as the number that the cell holds: a postcode may
    have been taken for a date. A sheet is a part; ``row`` is the row's number there.
    """

    libraries: ClassVar[tuple[str, ...]] = ("python_calamine",)
    advice: ClassVar[str] = "save its sheets as CSV and scan those"

    def recognises(self, source: Source) -> bool:
        """Return whether the first bytes are of a workbook in a ZIP archive."""
        return is_workbook(source.head)

    def parse(self, file: BufferedReader, passwords: Sequence[str]) -> Iterator[Record | Problem]:  # noqa: ARG002
        """Yield the rows of each sheet that are not empty."""
        import python_calamine as calamine  # noqa: PLC0415 - only the process apart has it

        try:
            workbook = calamine.CalamineWorkbook.from_filelike(file)
        except calamine.PasswordError:
            yield Problem("It is encrypted: save a copy without a password and scan that")
            return
        damaged = list[str]()
        for name in workbook.sheet_names:
            try:
                sheet = workbook.get_sheet_by_name(name)
            except calamine.CalamineError:
                damaged.append(name)
                continue
            for row, values in enumerate(sheet.iter_rows(), start=1):
                fields = [shown(value) for value in values]
                fields += [_number(value) for value in values if isinstance(value, date)]
                if any(fields):
                    yield Record(tuple(fields), row=row, part=name)
        if damaged:
            yield Problem(f"{len(damaged)} of its sheets, the first this one, are damaged: {self.advice}", damaged[0])

    def salvage(self, source: Source) -> Iterator[Record | Unread]:
        """Yield the text of what can still be unpacked; texts that rows share are apart from their rows there."""
        before = len(source.member_name(""))
        for member in _ZIP.members(source):
            name = (member.member or "")[before:] if isinstance(member, Source) else ""
            if isinstance(member, Source) and _TEXTS.fullmatch(name):
                for record in _XML.records(member):
                    yield record._replace(part=name)


class OldOffice(Workbook):
    """Reads XLS; of other documents of before 2007, and of encrypted ones, the text among their bytes."""

    advice: ClassVar[str] = "save it in a newer format, or as text or CSV, and scan that"

    def recognises(self, source: Source) -> bool:
        """Return whether the first bytes are those of a compound file."""
        return source.head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

    def salvage(self, source: Source) -> Iterator[Record | Unread]:
        """Yield the text among the bytes: Word keeps it in CP1252 or UTF-16, unpacked."""
        return BinaryFile().records(source)


def _number(value: date) -> str:
    """Return the days since the end of 1899 that a cell with a date or time of day holds."""
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return shown(round((moment - _DAY_0) / _DAY, 6))
