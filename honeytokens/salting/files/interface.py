"""What a kind of extract must provide: its rows as text, and the same file with rows mixed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Protocol

Cells = tuple[str | None, ...]
"""One row as text, in the order of the columns; ``None`` where it is empty."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of patients of an extract."""

    columns: tuple[str, ...]
    rows: Sequence[Cells]


class Extract(Protocol):
    """One extract, read whole. Reading raises :class:`SaltRefusedError` when it cannot be read as what it is named."""

    rows: Rows

    def write(self, added: Mapping[int, Sequence[Cells]], stream: IO[bytes]) -> None:
        """Write the extract with rows mixed in: ``added[i]`` before its row i, ``added[len(rows)]`` after the last.

        Everything that stood in it is written as it was; for text formats byte for byte.
        """
