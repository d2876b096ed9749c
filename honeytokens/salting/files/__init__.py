"""The kinds of extracts that can be salted, by the end of their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from honeytokens.errors import SaltRefusedError
from honeytokens.salting.files.csv_file import CsvExtract
from honeytokens.salting.files.fhir_ndjson import FhirExtract
from honeytokens.salting.files.interface import Cells, Extract, Rows
from honeytokens.salting.files.parquet import ParquetExtract
from honeytokens.salting.files.sql import SqlExtract
from honeytokens.salting.files.xlsx import XlsxExtract

EXTRACTS: Mapping[str, Callable[[Path], Extract]] = MappingProxyType(
    {
        ".csv": CsvExtract,
        ".tsv": CsvExtract,
        ".txt": CsvExtract,
        ".sql": SqlExtract,
        ".xlsx": XlsxExtract,
        ".ndjson": FhirExtract,
        ".parquet": ParquetExtract,
    }
)

__all__ = ["EXTRACTS", "Cells", "Extract", "Rows", "read"]


def read(path: Path) -> Extract:
    """Read an extract; raise :class:`SaltRefusedError` when it is of no kind known, empty, or cannot be read."""
    kind = EXTRACTS.get(path.suffix.lower())
    if kind is None:
        raise SaltRefusedError(f"{path.name} is of no kind that can be salted", f"Kinds: {', '.join(EXTRACTS)}")
    try:
        extract = kind(path)
    except OSError as error:
        raise SaltRefusedError(f"{path} cannot be read: {error.strerror}", "Name another extract") from error
    if not extract.rows.rows:
        raise SaltRefusedError(f"{path} holds no row of a patient", "Name another extract")
    return extract
