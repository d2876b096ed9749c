"""Newline-delimited JSON, UTF-8, one object per decoy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

import polars as pl


class Ndjson:
    """One object per line; an empty value is null, a date is an ISO string."""

    def write(self, batches: Iterable[pl.DataFrame], stream: IO[bytes]) -> None:
        """Write every batch."""
        for batch in batches:
            stream.write(batch.write_ndjson().encode())
