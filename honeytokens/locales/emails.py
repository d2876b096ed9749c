"""What stands before the ``@``, in forms that go by year of birth. Knows no country."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest

import numpy as np
import polars as pl
from anyascii import anyascii
from numpy.typing import NDArray

from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64

Years = NDArray[np.int32]

LONGEST = 24
"""Longer local parts are rare among real ones, and a filter on length is the cheapest of all."""

_NOT_LETTERS = re.compile("[^a-z]")
_PIECE = re.compile(r"\{\w+\}|[^{]+")


def local_parts(
    draws: Draws, people: pl.DataFrame, forms: Sequence[tuple[int, str, int]], areas: Sequence[str] | pl.Series
) -> pl.Series:
    """Return local parts for ``people`` (``first_name``, ``surname``, ``birth_date``); String, lower-case ASCII.

    ``forms`` are (born from, form, weight), in order of years; ``areas`` what ``{dep}`` stands for in each row.
    """
    years = people["birth_date"].dt.year()
    first, last = _letters(people["first_name"]), _letters(people["surname"])
    blanks = {
        "{first}": first,
        "{last}": last,
        "{f}": first.str.head(1),
        "{l}": last.str.head(1),
        "{yy}": (years % 100).cast(pl.String).str.zfill(2),
        "{year}": years.cast(pl.String),
        "{n}": pl.Series(draws.below("email number", 98) + 2).cast(pl.String),
        "{dep}": pl.Series(areas, dtype=pl.String),
    }
    texts = _filled([form for _, form, _ in forms], _forms(draws, years.to_numpy(), forms), blanks)
    short = pl.format("{}.{}", blanks["{f}"], last).str.head(LONGEST)
    return pl.select(pl.when(texts.str.len_bytes() <= LONGEST).then(texts).otherwise(short)).to_series()


def _filled(forms: Sequence[str], chosen: I64, blanks: Mapping[str, pl.Series]) -> pl.Series:
    """Return the form that each row chose, with its blanks filled from that row of ``blanks``.

    Form by form would be slower: every row takes its first piece from one long column, then its second, and so on.
    """
    rows = np.arange(len(chosen))
    split = [_PIECE.findall(form) for form in forms]
    literals = ["", *{piece for pieces in split for piece in pieces} - blanks.keys()]
    starts = {name: number * len(rows) for number, name in enumerate(blanks)}
    starts |= {literal: len(blanks) * len(rows) + number for number, literal in enumerate(literals)}
    pieces = pl.concat([*(column.alias("") for column in blanks.values()), pl.Series(literals)], rechunk=True)
    taken = []
    for nth in zip_longest(*split, fillvalue=""):
        start = np.array([starts[piece] for piece in nth])
        moves = np.array([piece in blanks for piece in nth])
        taken.append(pieces.gather(start[chosen] + moves[chosen] * rows))
    return pl.select(pl.concat_str(taken)).to_series()


def _forms(draws: Draws, years: Years, forms: Sequence[tuple[int, str, int]]) -> I64:
    """Return the index of each row's form, by its year of birth."""
    starts = np.array([start for start, _, _ in forms])
    chosen = np.zeros(len(years), dtype=np.int64)
    born_from = starts[np.maximum(np.searchsorted(starts, years, side="right") - 1, 0)]
    for start in np.unique(starts):
        first, end = np.searchsorted(starts, [start, start + 1])
        mask = born_from == start
        weights = cumulative(weight for _, _, weight in forms[first:end])
        chosen[mask] = first + draws.where(mask).pick("email form", weights)
    return chosen


def _letters(names: pl.Series) -> pl.Series:
    """Return the plain letters of names, in lower case; ``x`` where a name has none."""
    rare = names.filter(names.str.contains("[^A-Za-z]")).unique()
    plain = [_NOT_LETTERS.sub("", anyascii(name).lower()) for name in rare]
    return names.replace(rare, pl.Series(plain, dtype=pl.String)).str.to_lowercase().replace("", "x")
