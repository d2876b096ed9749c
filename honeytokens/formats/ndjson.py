"""Newline-delimited JSON, UTF-8, one object per decoy."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import IO

from honeytokens.formats.interface import Batch, Origin


class Ndjson:
    """One object per line; an empty value is null, a date is an ISO string."""

    tells_stories = False
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:  # noqa: ARG002
        """Write every batch."""
        for batch in batches:
            lines = BytesIO()
            batch.identities.write_ndjson(lines)
            stream.write(lines.getbuffer())
