"""Letters as PDF files, in one ZIP archive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO
from zoneinfo import ZoneInfo

from honeytokens.exchange import country, on_the_clock
from honeytokens.formats.interface import Batch, Origin
from honeytokens.formats.letter_sheets import Sheet, write_letters
from honeytokens.formats.pdf_pages import A4, LETTER, Pages


class LettersPdf:
    """One document for each letter; on A4, or on letter paper in America."""

    tells_stories = True
    tells_letters = True

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:
        """Write every batch."""
        land = country(origin.locale)
        paper = LETTER if land.alpha2 == "US" else A4
        write_letters(batches, stream, origin, "pdf", lambda sheet: _file(sheet, paper, land.zone))


def _file(sheet: Sheet, paper: tuple[int, int], zone: ZoneInfo) -> bytes:
    pages = Pages(paper)
    if sheet.house:
        pages.text(sheet.house, 13, bold=True)
        pages.space(6)
    pages.text(sheet.day, right=True)
    pages.space(10)
    for number, line in enumerate(sheet.patient):
        pages.text(line, bold=number == 0)
    pages.space(16)
    pages.text(sheet.title, 12, bold=True)
    for paragraph in sheet.paragraphs:
        pages.space(8)
        pages.text(paragraph)
    pages.space(18)
    for line in sheet.signature:
        pages.text(line, right=True)
    if sheet.link:
        pages.space(24)
        pages.link(sheet.invitation or "", sheet.link)
    return pages.file(sheet.title, on_the_clock(sheet.made, zone))
