"""Apache Parquet, compressed with Zstandard: one column per field, birth dates as dates, the rest as strings."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import IO

import polars as pl
from polars.io.plugins import register_io_source

from honeytokens.formats.interface import Batch, Origin
from honeytokens.formats.outlet import outlet
from honeytokens.model import Field

_SCHEMA = {field.value: pl.Date if field is Field.BIRTH_DATE else pl.String for field in Field}
_ROW_GROUP = 50_000


class Parquet:
    """Row groups of 50,000 decoys. The format writes its index last, so a pipe will do."""

    tells_stories = False
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:  # noqa: ARG002
        """Write every batch: polars pulls them one by one, in a thread of its own."""

        def frames(*_: object) -> Iterator[pl.DataFrame]:
            yield from (batch.identities for batch in batches)

        with outlet(stream) as file:
            try:
                register_io_source(frames, schema=_SCHEMA).sink_parquet(file, row_group_size=_ROW_GROUP)
            except KeyboardInterrupt:
                # Polars raises it and leaves the signal pending: the second one must not hit whoever cleans up. It
                # comes at the next call of anything, so no context manager could catch it.
                try:  # noqa: SIM105
                    time.sleep(0)
                except KeyboardInterrupt:
                    pass
                raise
