"""Keeping the decoys of an establishment apart: no two share a unique value, or any pair of main fields.

A serial that would break this is skipped, never redrawn. Then any two undamaged main fields lead to one decoy alone.
Around one establishment there are only so many postcodes: beyond a hundred thousand decoys, pairs of a postcode with a
name, birth date or street cannot all be kept apart, and are given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.fingerprints import fold
from honeytokens.model import MAIN_FIELDS, Field

_UNIQUE = (Field.PHONE, Field.EMAIL, Field.LOCAL_ID, Field.NATIONAL_ID, Field.WEB_LINK)
_PAIRS = tuple(combinations(MAIN_FIELDS, 2))

_SPELLED = (Field.SURNAME, Field.FIRST_NAME, Field.STREET)

MOST_PAIR_UNIQUE = 100_000
"""Up to how many decoys of an establishment all pairs of main fields are kept apart."""

GIVEN_UP = (
    (Field.SURNAME, Field.POSTCODE),
    (Field.FIRST_NAME, Field.POSTCODE),
    (Field.BIRTH_DATE, Field.POSTCODE),
    (Field.POSTCODE, Field.STREET),
)
"""The pairs that are not kept apart beyond: of 200,000 decoys, 14 to 69% would repeat one of them."""


class Ledger:
    """Remembers what the decoys of an establishment already use. Give it the earlier campaigns' decoys first.

    ``decoys`` is how many it will have in all.
    """

    def __init__(self, decoys: int) -> None:
        self._used: set[int] = set()
        self.given_up = _given_up(decoys)
        pairs = [pair for pair in _PAIRS if pair not in self.given_up]
        self._combinations: list[tuple[Field, ...]] = [*((field,) for field in _UNIQUE), *pairs]

    def admit(self, identities: pl.DataFrame) -> NDArray[np.bool_]:
        """Return which rows, taken in order, share nothing with an earlier admitted one; remember those.

        ``identities`` has one column per :class:`Field`. Empty values make no pair. Names and streets are compared in
        the form to which a scan folds them (José is Jose). Values are compared by a 64-bit hash: a chance collision
        skips a serial needlessly and does no other harm.
        """
        admitted = np.zeros(len(identities), dtype=np.bool_)
        for index, row in enumerate(zip(*_combined(identities, self._combinations), strict=True)):
            prints = {value for value in row if value is not None}
            if self._used.isdisjoint(prints):
                self._used |= prints
                admitted[index] = True
        return admitted


class NewStreets:
    """The streets that some decoys of an establishment are about to get: which would repeat another decoy's pair.

    ``moved`` has one column per :class:`Field`, with the new streets; ``owners`` (UInt64, shape (n,)) tells its decoys
    apart from all others. ``decoys`` is how many the establishment has in all.
    """

    def __init__(self, owners: NDArray[np.uint64], moved: pl.DataFrame, decoys: int) -> None:
        self._pairs = [pair for pair in _PAIRS if Field.STREET in pair and pair not in _given_up(decoys)]
        self._wanted = self._long(owners, moved)
        self._repeating: set[int] = set()
        # Of two that are about to get the same, the first keeps it.
        firsts = self._wanted.group_by("print", maintain_order=True).first().rename({"owner": "other"})
        self._note(firsts)

    def meet(self, owners: NDArray[np.uint64], identities: pl.DataFrame) -> None:
        """Hold the new streets against what some decoys have or had, these among them."""
        self._note(self._long(owners, identities).rename({"owner": "other"}))

    @property
    def repeating(self) -> frozenset[int]:
        """The owners whose new street, with another main field, is or was another decoy's."""
        return frozenset(self._repeating)

    def _note(self, others: pl.DataFrame) -> None:
        met = self._wanted.join(others, on="print").filter(pl.col("owner") != pl.col("other"))
        self._repeating.update(met["owner"])

    def _long(self, owners: NDArray[np.uint64], identities: pl.DataFrame) -> pl.DataFrame:
        numbered = pl.Series("owner", owners, dtype=pl.UInt64)
        columns = _combined(identities, self._pairs)
        return pl.concat(pl.DataFrame({"print": column, "owner": numbered}) for column in columns).drop_nulls()


def _given_up(decoys: int) -> tuple[tuple[Field, Field], ...]:
    return GIVEN_UP if decoys > MOST_PAIR_UNIQUE else ()


def _combined(identities: pl.DataFrame, combinations: Sequence[tuple[Field, ...]]) -> list[pl.Series]:
    """Return, for each combination of fields, a 64-bit hash of each row's values; null where one is empty."""
    identities = identities.with_columns(_folded(identities[field]) for field in _SPELLED)
    return [
        identities.select(
            pl.when(pl.all_horizontal(pl.col(fields).is_not_null()))
            .then(pl.struct(pl.col(fields)).hash(seed=number))
            .otherwise(None)
        ).to_series()
        for number, fields in enumerate(combinations)
    ]


class Given:
    """Identifiers that earlier decoys have, where no :class:`Ledger` keeps decoys apart: a Bloom filter.

    Its size, 16 bits for each of ``decoys``, is all the memory it takes. Once in some four hundred times it takes a
    value for one that was given, which empties it needlessly and does no other harm.
    """

    _HASHES = 4
    _BITS_EACH = 16

    def __init__(self, decoys: int) -> None:
        self._bits = np.zeros(max(1, decoys * self._BITS_EACH // 8), dtype=np.uint8)

    def once(self, values: pl.Series) -> pl.Series:
        """Return the values of some more decoys, null where an earlier one has that value; remember the others."""
        first = (values.is_not_null() & values.is_first_distinct()).to_numpy()
        places = self._places(values)
        seen = np.all(self._bits[places >> 3] >> (places & 7) & 1, axis=0)
        new = first & ~seen
        kept = places[:, new].ravel()
        np.bitwise_or.at(self._bits, kept >> 3, (1 << (kept & 7)).astype(np.uint8))
        return pl.select(pl.when(pl.Series(new, dtype=pl.Boolean)).then(values).alias(values.name)).to_series()

    def _places(self, values: pl.Series) -> NDArray[np.int64]:
        """Return the bits of each value, shape (hashes, n): halves of one hash combined (Kirsch, Mitzenmacher 2006)."""
        hashed = values.hash().to_numpy()
        steps = np.arange(self._HASHES, dtype=np.uint64)[:, None]
        size = np.uint64(8 * len(self._bits))
        return (((hashed >> np.uint64(32)) + steps * (hashed & np.uint64(2**32 - 1) | np.uint64(1))) % size).astype(
            np.int64
        )


def _folded(values: pl.Series) -> pl.Series:
    """Return folded texts; each different text is folded once."""
    texts = values.drop_nulls().unique()
    folded = pl.Series([fold(text) for text in texts], dtype=pl.String)
    return values.replace_strict(texts, folded, default=None, return_dtype=pl.String)
