"""Belgium, in French: names of both languages by region, real pairs of postcode and town.

Coarser than the French locale: see ``listed``.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from honeytokens.locales.listed import ListedLocale
from honeytokens.markers import Draws

_NEVER_ISSUED = {"male": 999, "female": 0}
"""Men born on a day are numbered from 001 to 997 and women from 002 to 998; then the day is written as 00."""
_NATIONAL_DIGITS = 10
_SHORT_ZONES = ("02", "03", "04", "09")


class FrBe(ListedLocale):
    """The Belgian locale; every method as :class:`~honeytokens.locales.interface.Locale` says."""

    code = "fr_be"
    capital = "1000"
    calling_code, trunk = "32", "0"

    def postcode(self, text: str) -> str:
        """Return four digits, also of ``B-1000``."""
        return text.strip().upper().removeprefix("B").lstrip("- ")

    def national_ids(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:  # noqa: ARG002
        """Return national numbers (NISS) of the person's date and sex with a number of the day that is never given.

        Whoever shares sex and birth date shares the number. The check is 97 less the remainder of the first nine digits
        by 97, with a 2 before them for births from 2000 on.
        """
        born = identities["birth_date"].dt
        day = pl.select(born.year() % 100 * 10_000 + born.month().cast(pl.Int64) * 100 + born.day()).to_series()
        order = identities["sex"].replace_strict(_NEVER_ISSUED, return_dtype=pl.Int64).to_numpy()
        body = day.to_numpy().astype(np.int64) * 1000 + order
        checked = body + np.where((born.year() >= 2000).to_numpy(), 2 * 10**9, 0)
        return pl.Series(body * 100 + 97 - checked % 97).cast(pl.String).str.zfill(11)

    def format_phone(self, digits: str) -> str:
        """Return ten digits as a mobile number, ``0470 12 34 56``; nine as ``02 123 45 67`` or ``081 12 34 56``."""
        if len(digits) == _NATIONAL_DIGITS:
            return f"{digits[:4]} {digits[4:6]} {digits[6:8]} {digits[8:]}"
        if digits.startswith(_SHORT_ZONES):
            return f"{digits[:2]} {digits[2:5]} {digits[5:7]} {digits[7:]}"
        return f"{digits[:3]} {digits[3:5]} {digits[5:7]} {digits[7:]}"
