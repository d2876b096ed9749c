"""Suspects: the decoys that some record might hold, made anew when they are first needed; some thousands are kept."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

import polars as pl

from honeytokens.fingerprints import NAME_FIELDS
from honeytokens.fingerprints.columns import column_prints
from honeytokens.fingerprints.prints import Printer
from honeytokens.model import Field, KnownDecoys
from honeytokens.scanning.matcher import Matcher
from honeytokens.scanning.quick_index import BY_WORDS, UNSEEN_NAME_BITS
from honeytokens.scanning.values import Value, values_by_decoy

MOST = 1 << 13
"""How many suspects are kept for later, beside those that are needed now."""

_NOTHING: frozenset[int] = frozenset()
Stake = tuple[float, float, frozenset[int]]
"""What a field may bring at most: bits if one of its marks is in the record, bits if none is, and its marks' prints."""


class Suspect:
    """One decoy, to be held against records."""

    def __init__(self, values: Sequence[Value], prints: Mapping[Field, frozenset[int]]) -> None:
        self._values = values
        most: dict[Field, float] = defaultdict(float)
        for value in values:
            most[value.field] = max(most[value.field], value.bits)
        self._by_words: list[Stake] = []
        self._others: list[Stake] = []
        for field, bits in most.items():
            own = prints.get(field, _NOTHING)
            stakes = self._by_words if field in BY_WORDS else self._others
            stakes.append((bits, _unseen(field, bits, own), own))

    def potential(self, seen: frozenset[int], words: int = 1) -> float:
        """Return the bits that a record could bring at most, whatever the matcher finds.

        ``seen`` are the prints in the record, ``words`` how many of its words may be names, as far as is known.
        """
        bits = sum(unseen if own.isdisjoint(seen) else bits for bits, unseen, own in self._others)
        price = math.log2(max(1, words))
        for most, unseen, own in self._by_words:
            bits += max(0.0, (unseen if own.isdisjoint(seen) else most) - price)
        return bits

    @cached_property
    def matcher(self) -> Matcher:
        """What holds the decoy against a whole record."""
        return Matcher(self._values)


def _unseen(field: Field, bits: float, own: frozenset[int]) -> float:
    """Return what a field may bring although none of its marks is in a record."""
    if not own:  # such a field makes no marks, so nothing is known about it
        return bits
    return min(bits, UNSEEN_NAME_BITS) if field in NAME_FIELDS else 0.0


class Suspects:
    """Makes suspects, many at a time, since making one costs hardly less."""

    def __init__(self, known: KnownDecoys, printer: Printer, salts: tuple[bytes, ...] = ()) -> None:
        self._known = known
        self._printer = printer
        self._salts = salts
        self._held: dict[int, Suspect] = {}

    def fetch(self, decoys: Collection[int]) -> Mapping[int, Suspect]:
        """Return these decoys by their numbers, and maybe others."""
        if len(self._held) > MOST:
            self._held = {decoy: self._held[decoy] for decoy in decoys if decoy in self._held}
        if missing := sorted(set(decoys) - self._held.keys()):
            self._held |= self._made(missing)
        return self._held

    def _made(self, decoys: Sequence[int]) -> dict[int, Suspect]:
        # Values that are sure to be met, like a sex, tell nothing.
        telling = self._known.values(decoys).filter((pl.col("bits") > 0) & (pl.col("value") != ""))
        prints: dict[int, dict[Field, frozenset[int]]] = {decoy: {} for decoy in decoys}
        for (name,), own in telling.group_by("field"):
            field = Field(name)
            marks = column_prints(self._printer, field, own["decoy"], own["value"], self._salts)
            for decoy, found in marks.group_by("decoy").agg("print").iter_rows():
                prints[decoy][field] = frozenset(found)
        values = values_by_decoy(telling, self._salts)
        return {decoy: Suspect(values[decoy], prints[decoy]) for decoy in decoys}
