"""The index: which decoys have which prints of marks, and of pairs of marks.

It is built from decoys' values a batch at a time and keeps none of them, so that a million decoys fit in memory. The
pairs of a decoy are made just as the sieve makes those of a record.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.fingerprints import PAIRED_FIELDS
from honeytokens.fingerprints.byte_marks import QuickPrinter
from honeytokens.fingerprints.columns import column_prints
from honeytokens.fingerprints.compiled import I64, U8, U32, U64
from honeytokens.fingerprints.prints import PAIRED_CODES, STRONG_CODES, Printer
from honeytokens.model import KnownDecoys
from honeytokens.scanning.quick_index import QuickIndex

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Table:
    """Prints in ascending order, each with the number of a decoy that has it; both have shape (n,)."""

    prints: U64
    decoys: U32

    @classmethod
    def of(cls, rows: list[tuple[U64, U32]]) -> Table:
        """Return the table of parts with rows in any order; the list is emptied, so that no row is held three times."""
        prints = np.concatenate([_NO_PRINTS, *(own for own, _ in rows)])
        decoys = np.concatenate([_NO_DECOYS, *(own for _, own in rows)])
        rows.clear()
        order = np.argsort(prints)
        return cls(prints[order], decoys[order])

    def find(self, prints: U64) -> tuple[I64, U32]:
        """Return all decoys that have one of ``prints``, and for each the place of that print in ``prints``."""
        starts = np.searchsorted(self.prints, prints, side="left")
        counts = np.searchsorted(self.prints, prints, side="right") - starts
        places = np.repeat(np.arange(len(prints)), counts)
        nth = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        return places, self.decoys[np.repeat(starts, counts) + nth]


@dataclass(frozen=True, slots=True)
class Index:
    """The prints of some decoys, under the key of ``printer``.

    ``strong`` leads from marks that name a candidate alone to decoys, ``pairs`` from pairs of marks. ``weak`` are the
    prints, in ascending order, of all other marks of decoys. ``quick`` is what the screen needs, by its own hashes.
    """

    printer: Printer
    weak: U64
    strong: Table
    pairs: Table
    quick: QuickIndex
    quick_printer: QuickPrinter
    salts: tuple[bytes, ...] = ()

    @classmethod
    def build(cls, known: KnownDecoys, key: bytes, salts: tuple[bytes, ...] = ()) -> Index:
        """Return the index of decoys under a 32-byte key of prints (``ValueError`` on any other length).

        ``salts`` are those that thieves may have hashed values with.
        """
        printer = Printer(key)
        weak, strong, pairs = [_NO_PRINTS], list[tuple[U64, U32]](), list[tuple[U64, U32]]()
        for batch in known.batches():
            paired = list[pl.DataFrame]()
            for field, own in batch.items():
                marks = column_prints(printer, field, own["decoy"], own["value"], salts)
                strong.append(_rows(_of(marks, STRONG_CODES)))
                weak.append(_of(marks, _WEAK_CODES)["print"].unique().to_numpy())
                if field in PAIRED_FIELDS:
                    paired.append(_of(marks, PAIRED_CODES))
            pairs.append(_pairs(printer, pl.concat(paired).unique()))
        quick_printer = QuickPrinter(key)
        quick = QuickIndex.build(known, quick_printer, salts)
        tables = (np.unique(np.concatenate(weak)), Table.of(strong), Table.of(pairs))
        return cls(printer, *tables, quick, quick_printer, salts)

    def knows(self, codes: U8, prints: U64) -> Flags:
        """Return which marks any decoy has; they are given by the codes of their parts and by their prints."""
        strong = STRONG_CODES[codes]
        known = np.empty(len(codes), dtype=np.bool_)
        known[strong] = _among(self.strong.prints, prints[strong])
        known[~strong] = _among(self.weak, prints[~strong])
        return known


_WEAK_CODES: Flags = np.logical_not(STRONG_CODES)
_NO_PRINTS = np.empty(0, dtype=np.uint64)
_NO_DECOYS = np.empty(0, dtype=np.uint32)


def _of(marks: pl.DataFrame, codes: Flags) -> pl.DataFrame:
    """Return the marks (``decoy``, ``code``, ``print``) whose codes are flagged."""
    return marks.filter(codes[marks["code"].to_numpy()])


def _pairs(printer: Printer, marks: pl.DataFrame) -> tuple[U64, U32]:
    """Return the prints of all pairs of marks of some decoys, and the decoys."""
    ordered = marks.sort("decoy")
    decoys, starts = np.unique(ordered["decoy"].to_numpy(), return_index=True)
    bounds = np.append(starts, len(ordered))
    prints, places = printer.pairs_within(ordered["code"].to_numpy(), ordered["print"].to_numpy(), bounds)
    return prints, decoys[places]


def _rows(marks: pl.DataFrame) -> tuple[U64, U32]:
    return marks["print"].to_numpy(), marks["decoy"].to_numpy()


def _among(ordered: U64, prints: U64) -> Flags:
    """Return which prints are among those in ascending order."""
    if len(ordered) == 0:
        return np.zeros(len(prints), dtype=np.bool_)
    places = np.searchsorted(ordered, prints).clip(max=len(ordered) - 1)
    found: Flags = ordered[places] == prints
    return found
