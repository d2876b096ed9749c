"""Columns of codes and numbers: few shapes, and what their signs are, from the first one on."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.markers import Draws
from honeytokens.profiles.schema import FIRST, LEAST, NULL, TAIL, Codes
from honeytokens.profiles.spelling import REST, drawn

_SIGNS = {"9": "0123456789", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "a": "abcdefghijklmnopqrstuvwxyz"}
_WIDTH = 14
"""From which sign on what stands there no longer depends on what came before."""
_MOST_SHAPES = 40
_SPLIT = 40
"""A beginning that more than one patient in so many shares is told from others by its next sign."""


def shapes_of(texts: pl.Series) -> pl.Series:
    """Return each text with its digits as 9, capitals as A, small letters as a."""
    return texts.str.replace_all(r"\d", "9").str.replace_all(r"\p{Lu}", "A").str.replace_all(r"\p{Ll}", "a")


def are_codes(texts: pl.Series) -> bool:
    """Return whether a column holds codes: mostly digits, in few shapes."""
    texts = texts.drop_nulls()
    digits, signs = int(texts.str.count_matches(r"\d").sum()), int(texts.str.len_chars().sum())
    if not len(texts) or digits < 0.4 * signs:
        return False
    counts = shapes_of(texts).alias("shape").value_counts(sort=True).head(_MOST_SHAPES)["count"]
    return bool(counts.filter(counts >= LEAST).sum() >= 0.9 * len(texts))


def learn_codes(texts: pl.Series) -> Codes:
    """Return the shape of a column of codes; nulls are left out."""
    texts = texts.drop_nulls()
    frame = pl.DataFrame({"text": texts, "shape": shapes_of(texts)})
    counts = frame["shape"].value_counts(sort=True)
    usual = counts.filter(pl.col("count") >= LEAST).head(_MOST_SHAPES)["shape"]
    frame = frame.filter(pl.col("shape").is_in(usual.implode()))
    cells = _cells(frame, len(texts))
    tail = len(texts) - sum(cells.values())
    unique = texts.n_unique() >= 0.999 * len(texts)
    return Codes(cells, tail, _prefixes(frame, cells), _places(frame), unique)


def levels_of_codes(texts: pl.Series, shape: Codes) -> NDArray[np.int64]:
    """Return the level of each text: that of the longest beginning that is a cell."""
    number = {cell: FIRST + nth for nth, cell in enumerate(shape.cells)}
    named = _named(texts)
    levels = np.full(len(texts), TAIL, dtype=np.int64)
    width = shapes_of(texts).str.len_chars()
    for length in range(_WIDTH + 1):
        found = named.str.head(width + 1 + length).replace_strict(
            list(number), list(number.values()), default=None, return_dtype=pl.Int64
        )
        levels = np.where(found.is_not_null().to_numpy(), found.fill_null(TAIL).to_numpy(), levels)
    return np.where(texts.is_null().to_numpy(), NULL, levels)


def draw_codes(shape: Codes, levels: NDArray[np.int64], draws: Draws, label: str) -> list[str | None]:
    """Return a text for each level that is a cell's, ``None`` for the others."""
    cells = list(shape.cells)
    numbers = [draws.u64(label, index).tolist() for index in range(3)]
    written: list[str | None] = []
    for row, level in enumerate(levels.tolist()):
        if level < FIRST:
            written.append(None)
            continue
        cell = cells[level - FIRST]
        form, _, text = cell.partition("|")
        parts = [column[row] for column in numbers]
        for place in range(len(text), len(form)):
            sign, parts[place % 3] = _sign(cell, text, parts[place % 3], shape)
            text += sign
        written.append(text)
    return written


def _sign(cell: str, text: str, number: int, shape: Codes) -> tuple[str, int]:
    """Return what stands after ``text`` in a code of a cell, and what is left of the random number."""
    form = cell.partition("|")[0]
    kind = form[len(text)]
    if kind not in _SIGNS:
        return kind, number
    told: set[str] = set()
    places = (f"{cell}>{text}", f"{cell}@{len(text)}"), (f"{form}|{len(text)}",)
    for chain, contexts in ((shape.prefixes, places[0]), (shape.places, places[1])):
        for context in contexts:
            sign, number = drawn(chain.get(context, {}), told, number)
            if sign != REST:
                return sign, number
    number, point = divmod(number, len(_SIGNS[kind]))
    return _SIGNS[kind][point], number


def _named(texts: pl.Series) -> pl.Series:
    return pl.select(pl.concat_str(shapes_of(texts), pl.lit("|"), texts)).to_series()


def _cells(frame: pl.DataFrame, patients: int) -> dict[str, int]:
    """Return beginnings with their counts, each patient counted at the longest one that is kept."""
    named, width = _named(frame["text"]), frame["shape"].str.len_chars()
    wide = {f"{form}|" for form in frame["shape"].unique()}
    kept = set(wide)
    for length in range(1, _WIDTH + 1):
        inside = named.str.head(width + length).is_in(list(wide))
        heads = named.filter(inside).str.head(width.filter(inside) + 1 + length)
        counts = heads.alias("head").value_counts().filter(pl.col("count") >= LEAST)
        kept |= set(counts["head"])
        wide = set(counts.filter(pl.col("count") > max(4 * LEAST, patients // _SPLIT))["head"])
        if not wide:
            break
    while True:
        counted = _counted(named, width, kept)
        scarce = {cell for cell in kept if counted.get(cell, 0) < LEAST}
        if not scarce:
            return {cell: counted[cell] for cell in sorted(kept)}
        longest = max(map(len, scarce))
        kept -= {cell for cell in scarce if len(cell) == longest}


def _counted(named: pl.Series, width: pl.Series, kept: set[str]) -> dict[str, int]:
    return dict(_longest(named, width, kept).drop_nulls().alias("cell").value_counts().iter_rows())


def _longest(named: pl.Series, width: pl.Series, kept: set[str]) -> pl.Series:
    """Return the longest beginning of each code that is kept, null where none is."""
    best = pl.Series([None] * len(named), dtype=pl.String)
    for length in range(_WIDTH + 1):
        head = named.str.head(width + 1 + length)
        best = pl.select(pl.when(head.is_in(list(kept))).then(head).otherwise(best)).to_series()
    return best


def _prefixes(frame: pl.DataFrame, cells: Collection[str]) -> dict[str, dict[str, int]]:
    """Return what comes next among the codes of a cell, after a beginning and at a place, where enough have it."""
    found: dict[str, dict[str, int]] = {}
    named, width = _named(frame["text"]), frame["shape"].str.len_chars()
    cell = _longest(named, width, set(cells))
    least = max(LEAST, len(frame) // 2000)
    for length in range(frame["shape"].str.len_chars().max() or 0):  # type: ignore[arg-type]
        inside = frame.select(cell=cell, sign=pl.col("text").str.slice(length, 1), text="text").filter(
            pl.col("cell").str.len_chars() <= pl.col("text").str.len_chars() + 1 + length
        )
        inside = inside.filter(pl.col("cell").str.split("|").list.last().str.len_chars() <= length)
        if length < _WIDTH:
            heads = inside.select(pl.format("{}>{}", "cell", pl.col("text").str.head(length)).alias("head"), "sign")
            _keep(found, heads, least)
        _keep(found, inside.select(pl.format("{}@{}", "cell", pl.lit(length)).alias("head"), "sign"), LEAST)
    return found


def _places(frame: pl.DataFrame) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for length in range(frame["shape"].str.len_chars().max() or 0):  # type: ignore[arg-type]
        head = pl.select(pl.format("{}|{}", frame["shape"], pl.lit(length))).to_series()
        _keep(found, pl.DataFrame({"head": head, "sign": frame["text"].str.slice(length, 1)}), LEAST)
    return found


def _keep(found: dict[str, dict[str, int]], pair: pl.DataFrame, least: int) -> None:
    """Add the counts of what follows each head; what is too rare to be named is counted together."""
    counts = pair.filter(pl.col("sign") != "").group_by("head", "sign").len()
    wholes = counts.group_by("head").agg(pl.col("len").sum().alias("whole"))
    counts = counts.filter(pl.col("len") >= least).join(wholes, on="head").sort("head", "sign")
    for (head,), group in counts.group_by("head", maintain_order=True):
        kept = dict(zip(group["sign"], group["len"], strict=True))
        rest = group["whole"][0] - sum(kept.values())
        found[str(head)] = kept | ({REST: rest} if rest >= LEAST else {})
