"""The sieve: which decoys a record might hold, by the prints of its fields and pairs of fields; most rows end here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import product

from honeytokens.fingerprints import (
    NAME_FIELDS,
    PAIRS,
    PART_PAIRS,
    STRONG,
    Mark,
    Part,
    Printer,
    marks,
    read_forms,
    value_marks,
)
from honeytokens.model import Field
from honeytokens.scanning.values import Value

_CACHED = 1 << 18
_CACHED_LENGTH = 40
_MOST_MARKS = 200
"""A record with more known marks than this is no row but a pile; only its strong marks are then followed."""

_UNSEEN_NAME_BITS = 4.0
"""What a name may still earn whose first four letters are not in the record: one of them is wrong."""

Stake = tuple[float, float, frozenset[Mark]]
"""What a field may bring at most: bits if one of its marks is in the record, bits if none is, and its marks."""


class Sieve:
    """An index of prints of decoys, and the test of records against it.

    Decoys are numbered by their place in ``decoys``. Texts that were seen are cached with their known marks, up to a
    bound, in memory only.
    """

    def __init__(self, decoys: Sequence[Sequence[Value]], key: bytes) -> None:
        self._printer = Printer(key)
        self._known: set[Mark] = set()
        self._strong: defaultdict[int, list[int]] = defaultdict(list)
        self._pairs: defaultdict[int, list[int]] = defaultdict(list)
        self._texts: dict[str, tuple[Mark, ...]] = {}
        self._stakes = [self._index(number, values) for number, values in enumerate(decoys)]

    def _index(self, number: int, values: Sequence[Value]) -> tuple[Stake, ...]:
        found: dict[Field, set[Mark]] = defaultdict(set)
        bits: dict[Field, float] = defaultdict(float)
        for value in values:
            found[value.field] |= value_marks(value.field, value.text)
            bits[value.field] = max(bits[value.field], value.bits)
        every = set[Mark]().union(*found.values())
        self._known |= every
        for mark in every:
            if mark[0] in STRONG:
                self._strong[self._printer.single(mark)].append(number)
        pairs = {
            self._printer.pair(one, two)
            for (one_field, one_part), (two_field, two_part) in PAIRS
            for one in found.get(one_field, ())
            for two in found.get(two_field, ())
            if one[0] is one_part and two[0] is two_part
        }
        for pair in pairs:
            self._pairs[pair].append(number)
        return tuple((bits[field], _unseen(field, bits[field], own), frozenset(own)) for field, own in found.items())

    def candidates(self, fields: Sequence[str], bar: float) -> list[int]:
        """Return the numbers of the decoys that share a strong mark, or a pair of marks, with the record.

        Left out are those whose fields could not reach ``bar`` bits together, whatever the matcher finds.
        """
        known: list[Mark] = []
        for text in fields:
            found = self._texts.get(text)
            if found is None:
                found = self._read(text)
            if found:
                known += found
        if not known:
            return []
        seen = set(known)
        return [number for number in self._follow(seen) if self._potential(number, seen) >= bar]

    def _read(self, text: str) -> tuple[Mark, ...]:
        """Return the marks in a text that any decoy has."""
        found = tuple(self._known & marks(read_forms(text)))
        if len(text) <= _CACHED_LENGTH:
            if len(self._texts) >= _CACHED:
                self._texts.clear()
            self._texts[text] = found
        return found

    def _follow(self, seen: set[Mark]) -> set[int]:
        found: set[int] = set()
        by_part: dict[Part, list[Mark]] = {}
        for mark in seen:
            by_part.setdefault(mark[0], []).append(mark)
            if mark[0] in STRONG:
                found.update(self._strong.get(self._printer.single(mark), ()))
        if len(seen) <= _MOST_MARKS:
            for one_part, two_part in PART_PAIRS:
                if one_part in by_part and two_part in by_part:
                    for one, two in product(by_part[one_part], by_part[two_part]):
                        found.update(self._pairs.get(self._printer.pair(one, two), ()))
        return found

    def _potential(self, number: int, seen: set[Mark]) -> float:
        return sum(unseen if own.isdisjoint(seen) else bits for bits, unseen, own in self._stakes[number])


def _unseen(field: Field, bits: float, own: set[Mark]) -> float:
    """Return what a field may bring although none of its marks is in a record."""
    if not own:  # such a field makes no marks, so nothing is known about it
        return bits
    return min(bits, _UNSEEN_NAME_BITS) if field in NAME_FIELDS else 0.0
