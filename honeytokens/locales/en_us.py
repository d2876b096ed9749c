"""The United States: names by the census' frequencies, ZIP codes that have homes with their towns.

Coarser than the French locale (see ``listed``): names do not go by place.
"""

from __future__ import annotations

import polars as pl

from honeytokens.locales.listed import ListedLocale
from honeytokens.markers import Draws

_NATIONAL_DIGITS = 10


class EnUs(ListedLocale):
    """The American locale; every method as :class:`~honeytokens.locales.interface.Locale` says."""

    code = "en_us"
    capital = "10025"
    calling_code, trunk = "1", ""

    def postcode(self, text: str) -> str:
        """Return the first five digits of a ZIP code, also of ``02139-4307``."""
        return text.strip().partition("-")[0]

    def national_ids(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:  # noqa: ARG002
        """Return social security numbers of area 666, which is never given; foreigners' tax numbers begin with 9."""
        group, serial = (pl.Series(draws.below(label, most) + 1).cast(pl.String)
                         for label, most in (("ssn group", 99), ("ssn serial", 9999)))  # fmt: skip
        return pl.select(pl.format("666-{}-{}", group.str.zfill(2), serial.str.zfill(4))).to_series()

    def format_phone(self, digits: str) -> str:
        """Return ten digits as ``(212) 555-0123``; a leading 1 is the country's."""
        national = digits.removeprefix("1") if len(digits) > _NATIONAL_DIGITS else digits
        return f"({national[:3]}) {national[3:6]}-{national[6:]}"
