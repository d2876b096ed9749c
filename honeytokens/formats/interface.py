"""What a file format must provide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Protocol

import polars as pl


class Format(Protocol):
    """Writes decoys to a stream in constant memory: one batch is held at a time."""

    def write(self, batches: Iterable[pl.DataFrame], stream: IO[bytes]) -> None:
        """Write every batch, in order. A batch has one column per ``Field``; ``birth_date`` is a Date."""
