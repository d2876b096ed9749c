"""Comma-separated values, UTF-8, one header line, RFC 4180 quoting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

import polars as pl


class CsvFile:
    """One line per decoy; an empty value is an empty cell."""

    def write(self, batches: Iterable[pl.DataFrame], stream: IO[bytes]) -> None:
        """Write every batch under one header."""
        for number, batch in enumerate(batches):
            stream.write(batch.write_csv(include_header=number == 0).encode())
