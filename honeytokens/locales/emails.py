"""What stands before the ``@``, in forms that go by year of birth. Knows no country."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from anyascii import anyascii

from honeytokens.locales.tables import Choice, scatter
from honeytokens.markers import Draws

LONGEST = 24
"""Longer local parts are rare among real ones, and a filter on length is the cheapest of all."""

_NOT_LETTERS = re.compile("[^a-z]")


def local_parts(
    draws: Draws, people: pl.DataFrame, forms: Sequence[tuple[int, str, int]], areas: Sequence[str]
) -> pl.Series:
    """Return local parts for ``people`` (``first_name``, ``surname``, ``birth_date``); String, lower-case ASCII.

    ``forms`` are (born from, form, weight), in order of years; ``areas`` what ``{dep}`` stands for in each row.
    """
    years = people["birth_date"].dt.year().to_numpy()
    starts = sorted({start for start, _, _ in forms})
    parts = []
    for start, end in pairwise([*starts, 10_000]):
        mask = (np.maximum(years, starts[0]) >= start) & (np.maximum(years, starts[0]) < end)
        choice = Choice.of({form: weight for since, form, weight in forms if since == start})
        parts.append((mask, choice.draw(draws.where(mask), "email form")))
    chosen = scatter(len(people), parts)
    numbers = draws.below("email number", 98) + 2
    rows = zip(chosen, people["first_name"], people["surname"], years.tolist(), numbers.tolist(), areas, strict=True)
    return pl.Series([_local_part(*row) for row in rows], dtype=pl.String)


def _local_part(form: str, first_name: str, surname: str, year: int, number: int, area: str) -> str:
    first, last = (_NOT_LETTERS.sub("", anyascii(name).lower()) or "x" for name in (first_name, surname))
    names = {"first": first, "last": last, "f": first[0], "l": last[0]}
    text = form.format(**names, yy=f"{year % 100:02}", year=year, n=number, dep=area)
    return text if len(text) <= LONGEST else f"{first[0]}.{last}"[:LONGEST]
