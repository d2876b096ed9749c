"""Comma-separated values, UTF-8, one header line, RFC 4180 quoting."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import IO

from honeytokens.formats.interface import Batch, Origin


class CsvFile:
    """One line per decoy; an empty value is an empty cell."""

    tells_stories = False
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:  # noqa: ARG002
        """Write every batch under one header."""
        for number, batch in enumerate(batches):
            lines = BytesIO()
            batch.identities.write_csv(lines, include_header=number == 0)
            stream.write(lines.getbuffer())
