"""Which serials an extract is salted with: none like a patient or another, of ages as the extract has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.decoys import Ledger, Maker
from honeytokens.errors import SaltRefusedError
from honeytokens.fingerprints import fold
from honeytokens.model import Field

_BATCH = 512
_PATIENCE = 60
"""Serials looked at for each one wanted, before the extract's ages count as out of reach."""
_SPAN = 15
"""Years of age that count as one group."""


class Chooser:
    """Takes serials in order, skips those that may not be used, and never looks at one twice.

    ``people`` are the extract's patients, compared in memory only; ``used`` the serials in use; ``filled`` the fields
    that the extract never leaves empty.
    """

    def __init__(
        self,
        maker: Maker,
        people: Sequence[tuple[str, str, date | None]],
        *,
        used: Sequence[int] = (),
        filled: Sequence[Field] = (),
    ) -> None:
        self._maker, self._next, self._filled = maker, 1 + max(used, default=-1), filled
        self._people = {(fold(surname), fold(first_name), born) for surname, first_name, born in people}
        as_of = maker.recipe.as_of.year
        self._ages = Counter(max(0, as_of - born.year) // _SPAN for *_, born in people if born)
        self._ledger = Ledger(len(used) + 1)
        if used:
            self._ledger.admit(maker.identities(list(used)))

    def take(self, count: int) -> tuple[int, ...]:
        """Return that many serials; raise :class:`SaltRefusedError` when too many had to be looked at."""
        wanted, found = self._shares(count), list[int]()
        looked = 0
        while len(found) < count:
            relaxed = looked > _PATIENCE * count // 2
            for serial, age in self._admitted():
                if len(found) < count and (relaxed or wanted[age] > 0):
                    wanted[age] -= 1
                    found.append(serial)
                    self._next = serial + 1
            looked += _BATCH
            if looked > _PATIENCE * count + 20 * _BATCH:
                raise SaltRefusedError(f"Only {len(found)} of {count} rows can be told apart", "Salt with fewer rows")
        return tuple(found)

    def free(self, people: pl.DataFrame) -> NDArray[np.bool_]:
        """Return which rows of ``people`` (columns :class:`Field`) have no name and birth date of a patient."""
        return np.array([self._is_free(row) for row in people.iter_rows(named=True)], dtype=np.bool_)

    def _shares(self, count: int) -> Counter[int]:
        total = self._ages.total() or 1
        exact = {age: count * number / total for age, number in self._ages.items()}
        shares = Counter({age: int(share) for age, share in exact.items()})
        for age in sorted(exact, key=lambda a: int(exact[a]) - exact[a])[: count - shares.total()]:
            shares[age] += 1
        return shares

    def _admitted(self) -> Iterator[tuple[int, int]]:
        serials = np.arange(self._next, self._next + _BATCH)
        self._next += _BATCH
        people = self._maker.identities(serials.tolist())
        needed = [field for field in self._filled if people[field].count() and field is not Field.BIRTH_NAME]
        free = (
            self.free(people)
            & people.select(
                pl.all_horizontal([pl.col(field).is_not_null() for field in needed] or [pl.lit(value=True)])
            )
            .to_series()
            .to_numpy()
        )
        apart = self._ledger.admit(people.filter(pl.Series(free)))
        left = people.filter(pl.Series(free)).filter(pl.Series(apart))
        ages = (self._maker.recipe.as_of.year - left[Field.BIRTH_DATE].dt.year()) // _SPAN
        yield from zip(serials[free][apart].tolist(), ages.to_list(), strict=True)

    def _is_free(self, row: dict[str, object]) -> bool:
        names = {row[Field.SURNAME], row[Field.BIRTH_NAME]} - {None}
        first, born = fold(str(row[Field.FIRST_NAME])), row[Field.BIRTH_DATE]
        return not any((fold(str(name)), first, born) in self._people for name in names)
