"""What a file format must provide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Protocol

import polars as pl

from honeytokens.clinical import Letter
from honeytokens.model import Story


@dataclass(frozen=True, slots=True)
class Batch:
    """Some decoys: who they are, one row each and one column per ``Field`` (``birth_date`` is a Date, the rest String).

    ``stories`` has one story for each row, in the same order, and ``letters`` the letters about its stays; either is
    empty for a format that does not tell them.
    """

    identities: pl.DataFrame
    stories: Sequence[Story] = ()
    letters: Sequence[tuple[Letter, ...]] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the decoys are patients: the locale's code, the day of writing, and the care site if there is one.

    ``beacon``: letters show each decoy's own web link.
    """

    locale: str
    as_of: date
    establishment: str | None = None
    finess: str | None = None
    beacon: bool = False


class Format(Protocol):
    """Writes decoys to a stream in constant memory: one batch is held at a time.

    A format of many files writes them into one ZIP archive.
    """

    tells_stories: bool
    """Whether :meth:`write` needs the stories: making them takes longer than making identities."""
    tells_letters: bool
    """Whether it needs the letters too."""

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:
        """Write every batch, in order. ``stream`` may be a pipe: it is never sought."""
