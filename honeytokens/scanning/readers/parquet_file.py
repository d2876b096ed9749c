"""Parquet files, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from typing import ClassVar

from honeytokens.scanning.readers.cells import shown
from honeytokens.scanning.readers.interface import Record, Source
from honeytokens.scanning.readers.isolation import IsolatedReader, Problem

_BATCH_BYTES = 32 << 20
_BATCH_ROWS = range(256, 1 << 16)
_PACKING = 8


class ParquetFile(IsolatedReader):
    """Reads rows as they are numbered over all groups of rows; what is nested is taken apart, value by value."""

    advice: ClassVar[str] = "save it as CSV and scan that"

    def recognises(self, source: Source) -> bool:
        """Return whether the first bytes are those of a Parquet file, be it one whose ends are encrypted."""
        return source.head.startswith((b"PAR1", b"PARE"))

    def parse(self, file: BufferedReader, passwords: Sequence[str]) -> Iterator[Record | Problem]:  # noqa: ARG002
        """Yield one record for each row."""
        import polars as pl  # noqa: PLC0415 - only the process apart needs it, and it starts threads

        path = f"/proc/self/fd/{file.fileno()}"
        table = pl.scan_parquet(path, glob=False, hive_partitioning=False, low_memory=True)
        rows = table.select(pl.len()).collect().item()
        size = file.seek(0, 2)
        batch = max(_BATCH_ROWS.start, min(_BATCH_ROWS.stop, _BATCH_BYTES // (_PACKING * size // max(1, rows) + 1)))
        for start in range(0, rows, batch):
            for row, values in enumerate(table.slice(start, batch).collect().iter_rows(), start=start + 1):
                yield Record(tuple(text for value in values for text in _texts(value)), row=row)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    else:
        yield shown(value)
