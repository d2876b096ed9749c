"""Writing decoys to a file: one file each, behind one interface."""

from __future__ import annotations

from collections.abc import Callable

from honeytokens.errors import UnknownNameError
from honeytokens.formats import xlsx
from honeytokens.formats.csv_file import CsvFile
from honeytokens.formats.fhir_bundle import FhirBundle
from honeytokens.formats.fhir_ndjson import FhirNdjson
from honeytokens.formats.hl7v2 import Hl7V2
from honeytokens.formats.html_page import HtmlPage
from honeytokens.formats.interface import Batch, Format, Origin
from honeytokens.formats.letters_docx import LettersDocx
from honeytokens.formats.letters_pdf import LettersPdf
from honeytokens.formats.mediboard_csv import MediboardCsv
from honeytokens.formats.mediboard_xml import MediboardXml
from honeytokens.formats.ndjson import Ndjson
from honeytokens.formats.parquet import Parquet
from honeytokens.formats.sql import Sql
from honeytokens.formats.xlsx import Xlsx

FORMATS: dict[str, type[Format]] = {
    "csv": CsvFile,
    "docx": LettersDocx,
    "fhir-bundle": FhirBundle,
    "fhir-ndjson": FhirNdjson,
    "hl7v2": Hl7V2,
    "html": HtmlPage,
    "mediboard-csv": MediboardCsv,
    "mediboard-xml": MediboardXml,
    "ndjson": Ndjson,
    "parquet": Parquet,
    "pdf": LettersPdf,
    "sql": Sql,
    "xlsx": Xlsx,
}
_CHECKS: dict[str, Callable[[int], None]] = {"xlsx": xlsx.check}
"""What refuses a number of decoys, for formats that cannot hold every number."""

__all__ = ["FORMATS", "Batch", "Format", "Origin", "get"]


def get(name: str, count: int = 0) -> Format:
    """Return the format of that name, to write ``count`` decoys in.

    Raises ``UnknownNameError`` when there is none, and ``OutputError`` when it cannot hold so many.
    """
    if name not in FORMATS:
        raise UnknownNameError(f"There is no format named {name}", f"Known: {', '.join(sorted(FORMATS))}")
    if name in _CHECKS:
        _CHECKS[name](count)
    return FORMATS[name]()
