"""The screen: passes over whatever is sure to hold no decoy, many units at a time. What it lets pass is read in full.

It is compiled, and needs no reader: units are records, or lines of bytes. It lets pass what it does not understand, so
whether it is there or not changes how long a scan takes, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from honeytokens.fingerprints.byte_folding import FIELDS, Shape, fold_units
from honeytokens.fingerprints.byte_marks import QuickPrinter
from honeytokens.fingerprints.compiled import I64, U8
from honeytokens.fingerprints.marks import Part
from honeytokens.fingerprints.prints import CODES, PAIRED, STRONG_CODES
from honeytokens.scanning.potentials import HASHED, worth_reading
from honeytokens.scanning.quick_index import QuickIndex

_KINDS = STRONG_CODES.astype(np.uint8)
_KINDS[CODES[Part.DIGEST]] = HASHED


class Screen:
    """Tells units that may hold one of some decoys from those that do not."""

    def __init__(self, index: QuickIndex, printer: QuickPrinter) -> None:
        self._printer = printer
        self._known = index.known
        pair_starts, single_starts = index.starts()
        self._pairs = (index.known_pairs, index.pairs, index.pair_decoys, index.pair_most, pair_starts)
        self._singles = (index.singles, index.single_decoys, single_starts)
        self._stakes = (index.rows, index.stakes, index.own, index.own_bounds)

    def passes(self, data: U8, bounds: I64, shape: Shape, bar: float) -> tuple[NDArray[np.bool_], U8]:
        """Return which units may hold a decoy with at least ``bar`` bits, and the states of all.

        Unit ``i`` is ``data[bounds[i]:bounds[i + 1]]``.
        """
        marks = self._printer.find(fold_units(data, bounds, shape), self._known)
        columns = (marks.codes, marks.hashes, marks.bounds, marks.names, marks.states)
        found = worth_reading(columns, bar, (_KINDS, PAIRED), self._pairs, self._singles, self._stakes)
        return found.astype(np.bool_), marks.states

    def records(self, records: Sequence[Sequence[str]], bar: float) -> NDArray[np.bool_]:
        """Return which records, each given by its fields, may hold a decoy with at least ``bar`` bits."""
        texts = ["\0".join(fields) for fields in records]
        units = [text.encode(errors="replace") for text in texts]
        bounds = np.cumsum([0, *map(len, units)])
        found, _ = self.passes(np.frombuffer(b"".join(units), dtype=np.uint8), bounds, FIELDS, bar)
        odd = [text.count("\0") >= max(1, len(fields)) for text, fields in zip(texts, records, strict=True)]
        return found | np.array(odd, dtype=np.bool_)
