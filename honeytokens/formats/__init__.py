"""Writing decoys to a file: one file each, behind one interface."""

from __future__ import annotations

from honeytokens.errors import UnknownNameError
from honeytokens.formats.csv_file import CsvFile
from honeytokens.formats.interface import Batch, Format, Origin
from honeytokens.formats.ndjson import Ndjson

FORMATS: dict[str, type[Format]] = {"csv": CsvFile, "ndjson": Ndjson}

__all__ = ["FORMATS", "Batch", "Format", "Origin", "get"]


def get(name: str) -> Format:
    """Return the format of that name; raise ``UnknownNameError`` when there is none."""
    if name not in FORMATS:
        raise UnknownNameError(f"There is no format named {name}", f"Known: {', '.join(sorted(FORMATS))}")
    return FORMATS[name]()
