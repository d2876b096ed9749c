"""Populations of hosts, made from the locales' lists with habits of their own."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from honeytokens.locales import get
from honeytokens.markers import Draws

AS_OF = date(2026, 3, 1)


def french(count: int, key: bytes = b"h" * 32) -> pl.DataFrame:
    """Patients around Nantes, in capitals without accents, addresses abbreviated, phones without spaces."""
    locale, draws = get("fr_fr"), Draws(key, np.arange(count, dtype=np.uint64))
    people = locale.identities(draws, "44000", AS_OF)
    people = people.with_columns(locale.streets(draws, people).alias("street"))
    plain = pl.all().map_elements(_capitals, return_dtype=pl.String)
    named = people.select("surname", "first_name", "town", "street").select(plain)
    phones = pl.Series([f"0{6 + n % 2}{n % 10**8:08}" for n in draws.u64("host phone").tolist()])
    regime = pl.Series(["GENERAL", "GENERAL", "GENERAL", "AGRICOLE", "ALSACE"]).gather(draws.below("regime", 5))
    has_phone = draws.chance("has phone", 70, 100)
    # Who has no phone has no regime either: patterns of what is empty go together.
    return named.with_columns(
        people["sex"],
        people["birth_date"].cast(pl.String),
        pl.when(pl.Series(draws.chance("has town", 95, 100))).then(people["postcode"]).alias("postcode"),
        pl.when(pl.Series(has_phone)).then(phones).alias("phone"),
        pl.when(pl.Series(has_phone)).then(regime).alias("patients.regime"),
        street=named["street"].str.replace("AVENUE", "AV").str.replace("BOULEVARD", "BD"),
        local_id=pl.Series([f"P{100_000 + 3 * number}" for number in range(count)]),
    )


def _capitals(text: str) -> str:
    from anyascii import anyascii

    return anyascii(text).upper()
