"""What readers of raw database pages have in common, and how the text of a row is read in every way it may be meant."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from honeytokens.scanning.readers.raw_text import Run, cut_at_changes


class RawRow(NamedTuple):
    """The first byte of a row in its page and the one after its last, and the fields that it may have."""

    start: int
    end: int
    fields: list[str]


class PageLayout(ABC):
    """Finds the rows in pages of one kind, without the definition of their table. One is made for each file."""

    size: int
    """Bytes of a page."""

    @abstractmethod
    def rows(self, page: bytes) -> Iterator[RawRow]:
        """Yield the rows of a page, deleted ones too, those that have text; none if it is no such page.

        In a page that was made to deceive they may overlap without end: the caller stops when it has had enough.
        """


def readings(texts: Sequence[Run], cuts: Sequence[Sequence[str]]) -> list[str]:
    """Return each text as it stands, cut where its signs change, and cut as given; none twice."""
    both = zip(texts, cuts, strict=True)
    return list(dict.fromkeys(text for run, cut in both for text in (run.text, cut_at_changes(run.text), *cut)))
