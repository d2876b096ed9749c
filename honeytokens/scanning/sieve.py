"""The sieve: which decoys a record might hold, by the prints of its marks and pairs of marks. Most records end here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from honeytokens.fingerprints import marks, read_forms
from honeytokens.fingerprints.compiled import I64, U8, U32, U64
from honeytokens.fingerprints.prints import STRONG_CODES
from honeytokens.scanning.index import Index

_CACHED = 1 << 18
_CACHED_LENGTH = 40
_MOST_MARKS = 200
"""A record with more known marks than this is no row but a pile; only its strong marks are then followed."""

_MANY_PAIRS = 1 << 22
"""About how many pairs of marks are made at a time."""

_MARK = np.dtype([("print", np.uint64), ("code", np.uint8)])


class Candidates(NamedTuple):
    """Decoys that a record might hold, by their numbers, and the prints of all marks in it that any decoy has."""

    decoys: list[int]
    seen: frozenset[int]


_NOBODY = Candidates([], frozenset())


class _Marks(NamedTuple):
    """The known marks of some records, each once: those of record ``i`` are at ``bounds[i]`` to ``bounds[i + 1]``."""

    codes: U8
    prints: U64
    bounds: I64

    def of(self, record: int) -> frozenset[int]:
        """Return the prints of one record's marks."""
        return frozenset(self.prints[self.bounds[record] : self.bounds[record + 1]].tolist())


class Sieve:
    """Tests records against an index. Texts that were seen are cached with their known marks, up to a bound."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._texts: dict[str, bytes] = {}  # each with its known marks, as an array of _MARK

    def candidates(self, records: Sequence[Sequence[str]]) -> list[Candidates]:
        """Return, for each record, the decoys that share a strong mark, or a pair of marks, with it."""
        texts = {text for fields in records for text in fields}
        self._read(texts - self._texts.keys())
        found = self._follow(_gathered([b"".join([self._texts[text] for text in fields]) for fields in records]))
        for text in texts:
            if len(text) > _CACHED_LENGTH:
                del self._texts[text]
        if len(self._texts) > _CACHED:
            self._texts.clear()
        return found

    def _read(self, texts: Collection[str]) -> None:
        """Learn which of the marks in some texts any decoy has."""
        found = [marks(read_forms(text)) for text in texts]
        codes, prints = self._index.printer.marks([mark for own in found for mark in own])
        known = self._index.knows(codes, prints)
        rows = np.empty(np.count_nonzero(known), dtype=_MARK)
        rows["print"], rows["code"] = prints[known], codes[known]
        kept_before = np.append(0, np.cumsum(known))
        bounds = kept_before[np.cumsum([0, *map(len, found)])] * _MARK.itemsize
        data = rows.tobytes()
        for text, (start, end) in zip(texts, pairwise(bounds.tolist()), strict=True):
            self._texts[text] = data[start:end]

    def _follow(self, marks: _Marks) -> list[Candidates]:
        found = [self._by_strong_marks(marks), *self._by_pairs(marks)]
        records, decoys = (np.concatenate(column) for column in zip(*found, strict=True))
        # Ascending and without repeats: the record in the upper half of a word, the decoy in the lower.
        both = np.unique((records.astype(np.uint64) << np.uint64(32)) | decoys)
        numbers = (both & np.uint64(0xFFFFFFFF)).tolist()
        bounds = np.searchsorted(both >> np.uint64(32), np.arange(len(marks.bounds), dtype=np.uint64)).tolist()
        return [
            Candidates(numbers[start:end], marks.of(record)) if start < end else _NOBODY
            for record, (start, end) in enumerate(pairwise(bounds))
        ]

    def _by_strong_marks(self, marks: _Marks) -> tuple[I64, U32]:
        """Return records, and for each a decoy that shares a strong mark with it."""
        strong = np.flatnonzero(STRONG_CODES[marks.codes])
        places, decoys = self._index.strong.find(marks.prints[strong])
        return np.searchsorted(marks.bounds, strong[places], side="right") - 1, decoys

    def _by_pairs(self, marks: _Marks) -> Iterator[tuple[I64, U32]]:
        """Yield records, and for each a decoy that shares a pair of marks with it."""
        counts = np.diff(marks.bounds)
        narrow = counts <= _MOST_MARKS
        rows = np.repeat(narrow, counts)
        codes, prints = marks.codes[rows], marks.prints[rows]
        bounds = np.append(0, np.cumsum(counts * narrow))
        shares = np.cumsum(counts**2 * narrow) // _MANY_PAIRS
        for first, last in pairwise([*np.unique(shares, return_index=True)[1].tolist(), len(counts)]):
            pairs, owners = self._index.printer.pairs_within(codes, prints, bounds[first : last + 1])
            places, decoys = self._index.pairs.find(pairs)
            yield owners[places] + first, decoys


def _gathered(known: Sequence[bytes]) -> _Marks:
    """Return the marks of records, each as an array of ``_MARK`` that may repeat itself."""
    rows = np.frombuffer(b"".join(known), dtype=_MARK)
    owners = np.repeat(np.arange(len(known)), [len(own) // _MARK.itemsize for own in known])
    order = np.lexsort((rows["print"], owners))
    rows, owners = rows[order], owners[order]
    new = np.append(True, (rows["print"][1:] != rows["print"][:-1]) | (owners[1:] != owners[:-1]))[: len(rows)]
    bounds = np.searchsorted(owners[new], np.arange(len(known) + 1))
    return _Marks(rows["code"][new], rows["print"][new], bounds)
