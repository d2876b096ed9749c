"""Letters as Word documents (ECMA-376, WordprocessingML), in one ZIP archive."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from honeytokens.exchange import NOT_XML, country, on_the_clock
from honeytokens.formats.interface import Batch, Origin
from honeytokens.formats.letter_sheets import Sheet, write_letters

_ENVIRONMENT = Environment(
    loader=PackageLoader("honeytokens.formats", "templates/docx"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PARTS = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package_rels.xml",
    "word/document.xml": "document.xml",
    "word/_rels/document.xml.rels": "document_rels.xml",
    "word/settings.xml": "settings.xml",
    "word/styles.xml": "styles.xml",
    "docProps/core.xml": "core.xml",
    "docProps/app.xml": "app.xml",
}
"""The parts of a document, in the order in which they stand in it, each with its template."""
_LONGEST_TYPING = 25
_PAPER = {"A4": (11906, 16838), "letter": (12240, 15840)}
"""Width and height in twentieths of a point."""


class LettersDocx:
    """One document for each letter; on A4, or on letter paper in America."""

    tells_stories = True
    tells_letters = True

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:
        """Write every batch."""
        land = country(origin.locale)
        language = f"{land.language}-{land.alpha2}"
        paper = _PAPER["letter" if land.alpha2 == "US" else "A4"]
        write_letters(batches, stream, origin, "docx", lambda sheet: _file(sheet, language, paper, land.zone))


def _file(sheet: Sheet, language: str, paper: tuple[int, int], zone: ZoneInfo) -> bytes:
    minutes = 2 + secrets.randbelow(_LONGEST_TYPING)
    saved = on_the_clock(sheet.made, zone).astimezone(UTC)
    words = " ".join((*sheet.patient, sheet.title, *sheet.paragraphs, *sheet.signature)).split()
    # Word numbers the sittings in which a document was edited, at random.
    sittings = [f"00{secrets.token_hex(3).upper()}" for _ in range(3 + secrets.randbelow(4))]
    facts: Mapping[str, object] = {
        "sheet": sheet,
        "language": language,
        "paper": paper,
        "sittings": sittings,
        "minutes": minutes,
        "words": len(words),
        "letters": sum(map(len, words)),
        "paragraphs": len(sheet.paragraphs) + len(sheet.patient) + len(sheet.signature) + 2,
        "created": _stamp(saved - timedelta(minutes=minutes + secrets.randbelow(3))),
        "saved": _stamp(saved),
    }
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, template in _PARTS.items():
            # The date that Word gives to all of its parts.
            part = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.compress_type, part.create_system, part.external_attr = ZIP_DEFLATED, 0, 0
            archive.writestr(part, NOT_XML.sub("", _ENVIRONMENT.get_template(template).render(facts)))
    return packed.getvalue()


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:00Z}"
