"""The screen: passes over whatever is sure to hold no decoy, many units at a time. What it lets pass is read in full.

It is compiled, and needs no reader: units are records, or lines of bytes. It lets pass what it does not understand, so
whether it is there or not changes how long a scan takes, and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, repeat

import numpy as np
from numpy.typing import NDArray

from honeytokens.fingerprints.byte_folding import FIELDS, Folded, Shape, State, fold_units
from honeytokens.fingerprints.byte_marks import QuickPrinter
from honeytokens.fingerprints.compiled import I64
from honeytokens.fingerprints.marks import Part
from honeytokens.fingerprints.prints import CODES, PAIRED, STRONG_CODES
from honeytokens.scanning.potentials import HASHED, worth_reading
from honeytokens.scanning.quick_index import QuickIndex
from honeytokens.scanning.readers.line_blocks import Sifted

_THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_LINE_END = 10
_KINDS = STRONG_CODES.astype(np.uint8)
_KINDS[CODES[Part.DIGEST]] = HASHED


class Screen:
    """Tells units that may hold one of some decoys from those that do not."""

    def __init__(self, index: QuickIndex, printer: QuickPrinter) -> None:
        self._printer = printer
        self._known = (index.known, index.known_names)
        self._threads = ThreadPoolExecutor(_THREADS)
        pair_starts, single_starts = index.starts()
        self._pairs = (index.known_pairs, index.pairs, index.pair_decoys, index.pair_most, pair_starts)
        self._singles = (index.singles, index.single_decoys, single_starts)
        self._stakes = (index.rows, index.stakes, index.own, index.own_bounds)

    def records(self, records: Sequence[Sequence[str]], bar: float) -> NDArray[np.bool_]:
        """Return which records, each given by its fields, may hold a decoy with at least ``bar`` bits."""
        texts = ["\0".join(fields) for fields in records]
        units = [text.encode(errors="replace") for text in texts]
        bounds = np.cumsum([0, *map(len, units)])
        folded = fold_units(np.frombuffer(b"".join(units), dtype=np.uint8), bounds, FIELDS)
        odd = [text.count("\0") >= max(1, len(fields)) for text, fields in zip(texts, records, strict=True)]
        return self._worth(folded, bar) | np.array(odd, dtype=np.bool_)

    def lines(self, data: bytes, shape: Shape, bar_after: Callable[[int], float]) -> Sifted:
        """Return which lines may hold a decoy with as many bits as ``bar_after`` says, given the number of records.

        They are parted among threads; it is the same whatever the parts are.
        """
        parts = [(data, start, stop, shape) for start, stop in pairwise(_line_ends(data, _THREADS))]
        bounds, folded = zip(*self._threads.map(_folded, parts), strict=True)
        plain = np.concatenate([part.states == State.PLAIN for part in folded])
        bar = bar_after(int(np.count_nonzero(plain)))
        worth = np.concatenate(list(self._threads.map(self._worth, folded, repeat(bar))))
        ends = np.concatenate([own[1:] for own in bounds])
        return Sifted(np.append(0, ends), worth, np.append(0, np.cumsum(plain)))

    def _worth(self, folded: Folded, bar: float) -> NDArray[np.bool_]:
        marks = self._printer.find(folded, *self._known)
        columns = (marks.codes, marks.hashes, marks.bounds, marks.names, marks.states)
        found = worth_reading(columns, bar, (_KINDS, PAIRED), self._pairs, self._singles, self._stakes)
        return found.astype(np.bool_)


def _folded(part: tuple[bytes, int, int, Shape]) -> tuple[I64, Folded]:
    """Return the bounds of lines in a part of some data, and the lines, folded."""
    data, start, stop, shape = part
    own = np.frombuffer(data, dtype=np.uint8)[start:stop]
    ends = np.flatnonzero(own == _LINE_END) + 1
    if len(own) and own[-1] != _LINE_END:
        ends = np.append(ends, len(own))
    bounds = np.append(0, ends)
    return bounds + start, fold_units(own, bounds, shape)


def _line_ends(data: bytes, parts: int) -> list[int]:
    """Return places that part some data into about equal parts, each of them whole lines."""
    places = {0, len(data)}
    for part in range(1, parts):
        places.add(data.find(b"\n", len(data) * part // parts) + 1 or len(data))
    return sorted(places) if data else [0, 0]
