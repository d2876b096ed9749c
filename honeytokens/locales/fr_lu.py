"""Luxembourg, in French: names of the origins that live there, real pairs of postcode and town.

Coarser than the French locale (see ``listed``): a town's postcode belongs to one street of it, which the street line
does not know.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.locales.listed import ListedLocale
from honeytokens.markers import Draws
from honeytokens.markers.draws import I64

_OLD_FACTORS = np.array([5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
_MOBILE_DIGITS = 9

# The tables of the dihedral group of order ten that Verhoeff's check digit is made of.
_PRODUCT = np.array(
    [[(a + b) % 5 + 5 * (b // 5) if a < 5 else (a - b) % 5 + 5 * (1 - b // 5) for b in range(10)] for a in range(10)]
)
_INVERSE = np.array([0, 4, 3, 2, 1, 5, 6, 7, 8, 9])
_TURN = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])


class FrLu(ListedLocale):
    """The Luxembourgish locale; every method as :class:`~honeytokens.locales.interface.Locale` says."""

    code = "fr_lu"
    capital = "L-1510"
    calling_code, trunk = "352", ""

    def postcode(self, text: str) -> str:
        """Return a postcode with its letter, also of ``1510`` and ``L1510``."""
        return f"L-{text.strip().upper().removeprefix('L').lstrip('- ')}"

    def national_ids(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return national numbers (matricules) of the person's date, with a sequence that nobody has.

        The law of 2013 numbers those born on a day with three digits. Ours begin with 99, which takes 990 people of one
        birth date; and numbers from before were two digits and a check digit, which ours is not. Luhn's digit and
        Verhoeff's follow, each of the eleven before.
        """
        born = identities["birth_date"].dt
        day = pl.select(
            born.year().cast(pl.Int64) * 10_000 + born.month().cast(pl.Int64) * 100 + born.day().cast(pl.Int64)
        ).to_series()
        body = day.to_numpy() * 100 + 99
        body = body * 10 + _never_checked(body, draws.below("matricule", 7))
        digits = _digits(body, 11)
        return pl.Series((body * 10 + _luhn(digits)) * 10 + _verhoeff(digits)).cast(pl.String)

    def format_phone(self, digits: str) -> str:
        """Return a number with the country's code, as there is no trunk zero: ``+352 621 123 456``."""
        national = digits.removeprefix("352") if len(digits) > _MOBILE_DIGITS else digits
        size = 3 if len(national) == _MOBILE_DIGITS else 2
        return " ".join(["+352", *(national[start : start + size] for start in range(0, len(national), size))])


def _digits(numbers: I64, width: int) -> I64:
    digits: I64 = numbers[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10
    return digits


def _never_checked(body: I64, nth: I64) -> I64:
    """Return the n-th of the digits that did not check ten digits before 2013.

    A check digit was -r mod 11, and 1 - r or 2 - r once a day's numbers were used up, r being the remainder of the
    digits times their factors; a number whose check would be ten was not given. So at least seven digits checked none.
    (Grand-ducal regulation of 21 December 1987; that of 28 November 2013 brought the thirteen digits of today.)
    """
    remainder = _digits(body, 10) @ _OLD_FACTORS % 11
    checks = (np.arange(3) - remainder[:, None]) % 11
    free: NDArray[np.bool_] = ~np.any(np.arange(10)[None, :, None] == checks[:, None, :], axis=2)
    chosen: I64 = np.argmax(np.cumsum(free, axis=1) > nth[:, None], axis=1).astype(np.int64)
    return chosen


def _luhn(digits: I64) -> I64:
    doubled = digits[:, ::-1].copy()
    doubled[:, ::2] *= 2
    total: I64 = (doubled // 10 + doubled % 10).sum(axis=1)
    return -total % 10


def _verhoeff(digits: I64) -> I64:
    check = np.zeros(len(digits), dtype=np.int64)
    turned = _TURN
    for column in digits[:, ::-1].T:
        check = _PRODUCT[check, turned[column]]
        turned = _TURN[turned]
    inverse: I64 = _INVERSE[check]
    return inverse
