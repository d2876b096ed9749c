"""What an attacker can reckon of any table of people, knowing nothing but the table: numbers for each row.

Lengths, kinds of signs, how frequent values, words and spellings are in the table, dates and numbers, what is empty,
and how columns agree. No feature knows what a decoy is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Feature = NDArray[np.float64]
_FORMS = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y")
_PAIRED = 10
"""Of how many columns, those that repeat values most, every pair is looked at."""
_COUNTED = (
    ("number of words", r"[^\W_]+"),
    ("digits", r"\d"),
    ("capitals", r"\p{Lu}"),
    ("letters with accents", r"[^\x00-\x7f]"),
    ("signs and spaces", r"[\W_]"),
    ("vowels", r"(?i)[aeiouy]"),
    ("rare letters", r"(?i)[kwxyzqj]"),
    ("doubled letters", r"(?i)(ll|ss|tt|nn|mm|rr|ee|oo|pp|ff|cc|dd|bb|gg)"),
)


def features(table: pl.DataFrame, counting: Feature | None = None) -> dict[str, Feature]:
    """Return features of every row of a table of texts and nulls, by a name in words; shape (rows,) each.

    Frequencies are those in the very table, which an attacker has. ``counting`` says how many rows each row counts for
    in them; a row counts itself whole. Features that are the same everywhere are left out.
    """
    weights = np.ones(len(table)) if counting is None else counting
    found: dict[str, Feature] = {}
    for name in table.columns:
        for what, values in _of_column(table[name], weights):
            found[f"{what} of {name}"] = values
    empty = pl.DataFrame({name: table[name].is_null() for name in table.columns})
    found["number of empty columns"] = empty.select(pl.sum_horizontal(pl.all())).to_series().to_numpy().astype(float)
    pattern = empty.select(pl.struct(pl.all())).to_series()
    found["how usual it is that just these columns are empty"] = _frequency(pattern, weights)
    found |= dict(_of_pairs(table, weights))
    return {name: values for name, values in found.items() if values.min() < values.max()}


def _of_column(column: pl.Series, weights: Feature) -> Iterator[tuple[str, Feature]]:
    text = column.fill_null("")
    yield "being empty", column.is_null().to_numpy().astype(float)
    yield "length", text.str.len_chars().to_numpy().astype(float)
    for what, pattern in _COUNTED:
        yield what, text.str.count_matches(pattern).to_numpy().astype(float)
    yield "first sign", _sign(text.str.head(1))
    yield "last sign", _sign(text.str.tail(1))
    yield "frequency", _frequency(column, weights)
    yield from _of_words(text, weights)
    yield "usual spelling", _spelling(text, weights)
    yield from _of_dates(column)
    number = text.str.replace_all(r"[\s.-]", "").cast(pl.Float64, strict=False).fill_null(-1.0)
    yield "value as a number", number.to_numpy()
    yield "last digits", (number % 100).to_numpy()


def _sign(signs: pl.Series) -> Feature:
    return np.array([ord(sign) if sign else 0 for sign in signs.to_list()], dtype=float)


def _frequency(values: pl.Series, weights: Feature) -> Feature:
    """Return the logarithm (base 2) of how many rows have each value."""
    frame = pl.DataFrame({"value": values, "weight": weights})
    count = pl.col("weight").sum().over("value") + 1 - pl.col("weight")
    return frame.select(count.log(2)).to_series().to_numpy()


def _of_words(text: pl.Series, weights: Feature) -> Iterator[tuple[str, Feature]]:
    """Yield how frequent the rarest and the most frequent word of each text are."""
    rows = pl.DataFrame({"row": np.arange(len(text)), "weight": weights})
    words = rows.with_columns(word=text.str.to_lowercase().str.extract_all(r"[^\W_]+")).explode("word").drop_nulls()
    words = words.with_columns(count=(pl.col("weight").sum().over("word") + 1 - pl.col("weight")).log(2))
    ends = words.group_by("row").agg(low=pl.col("count").min(), high=pl.col("count").max())
    ends = rows.join(ends, on="row", how="left", maintain_order="left")
    yield "frequency of the rarest word", ends["low"].fill_null(-1.0).to_numpy()
    yield "frequency of the most usual word", ends["high"].fill_null(-1.0).to_numpy()


def _spelling(text: pl.Series, weights: Feature) -> Feature:
    """Return how usual the letters after one another are in the column, on average."""
    signs = pl.DataFrame({"row": np.arange(len(text)), "weight": weights, "text": "^" + text.str.to_lowercase() + "$"})
    rows = signs.with_columns(place=pl.int_ranges(0, pl.col("text").str.len_chars() - 1)).explode("place")
    rows = rows.with_columns(pair=pl.col("text").str.slice(pl.col("place"), 2)).with_columns(
        count=((pl.col("weight").sum().over("pair") + 1 - pl.col("weight")) / pl.col("weight").sum()).log(2)
    )
    means = rows.group_by("row").agg(pl.col("count").mean())
    means = signs.select("row").join(means, on="row", how="left", maintain_order="left")
    return means["count"].fill_null(0.0).to_numpy()


def _of_dates(column: pl.Series) -> Iterator[tuple[str, Feature]]:
    filled = column.drop_nulls()
    timed = bool(len(filled) and filled.str.contains(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d").all())
    for form in _FORMS:
        dates = (column.str.head(10) if timed else column).str.to_date(form, strict=False)
        if len(filled) and len(dates.drop_nulls()) > 0.9 * len(filled):
            parts = {"year": dates.dt.year(), "month": dates.dt.month(), "day": dates.dt.day()}
            parts["weekday"] = dates.dt.weekday()
            if timed:
                times = {"hour": 11, "minute": 14, "second": 17}
                parts |= {what: column.str.slice(at, 2).cast(pl.Int32, strict=False) for what, at in times.items()}
            for what, part in parts.items():
                yield what, part.cast(pl.Float64).fill_null(-1.0).to_numpy()
            return


def _of_pairs(table: pl.DataFrame, weights: Feature) -> Iterator[tuple[str, Feature]]:
    distinct = {name: table[name].n_unique() for name in table.columns}
    repeating = sorted((name for name in distinct if 1 < distinct[name] < 0.9 * len(table)), key=lambda n: distinct[n])
    for one, other in combinations(sorted(repeating[:_PAIRED]), 2):
        both = _frequency(table.select(pl.struct(one, other)).to_series(), weights)
        yield f"how usual {one} and {other} are together", both
        yield f"how usual {other} is for its {one}", both - _frequency(table[one], weights)
    for one, other in combinations(sorted(table.columns), 2):
        a, b = (pl.col(name).str.to_lowercase() for name in (one, other))
        holds = a.str.contains(b, literal=True) | b.str.contains(a, literal=True)
        shared = table.select(holds.fill_null(False).cast(pl.Float64)).to_series()
        if shared.sum():
            yield f"{one} and {other} holding each other", shared.to_numpy()
