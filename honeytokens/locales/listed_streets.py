"""Street lines by the usual names of a language: a way, its name and a house number. No line means a real household."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl
from anyascii import anyascii
from numpy.typing import NDArray

from honeytokens.locales.national import National
from honeytokens.locales.tables import Choice, scatter, share_of
from honeytokens.markers import Draws
from honeytokens.markers.draws import I64

_PEOPLE_PER_HOME = 2
_WORD = re.compile("[a-z0-9]+")
_ORDINARY = {"a", "aan", "au", "aux", "d", "de", "den", "der", "des", "du", "het", "l", "la", "le", "les", "of", "op",
             "saint", "sainte", "sint", "st", "the", "van"}  # fmt: skip


def ways_of(table: Mapping[str, Any]) -> Choice:
    """Return the streets of a language's table, written by hand: ``ways`` and ``names`` with weights."""
    return Choice.of(dict(_lines(table)))


def ordinary_words(tables: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the words that tell no street from another: the kinds of ways of some tables, and articles."""
    return frozenset({word for table in tables for way in table["ways"] for word in _words(way)} | _ORDINARY)


def lines(profile: National, draws: Draws, keys: pl.Series) -> pl.Series:
    """Return a street line for each serial, whose home's region has the key in ``keys``."""
    language = draw_by(draws, "street language", keys, profile.languages)
    street = draw_by(draws, "street", language, profile.ways)
    number = pl.Series(draws.pick("house number", profile.house_numbers["town"]) + 1).cast(pl.String)
    parts = {"{street}": street, "{number}": number}
    pieces = [parts.get(piece, pl.lit(piece)) for piece in re.split(r"(\{\w+\})", profile.street_line) if piece]
    return pl.select(pl.concat_str(pieces)).to_series()


def line_shares(profile: National, lines: pl.Series, inhabitants: I64) -> NDArray[np.float64]:
    """Return the share of the inhabitants of a postcode who have each line, 0 for a line of another form.

    What a scan cannot tell apart is one line here: the number and the first word that tells the street. A share is
    never less than that of one home among the postcode's.
    """

    def telling(name: str) -> str:
        return next((word for word in _words(name) if word not in profile.ordinary), "")

    totals = profile.house_numbers["town"]
    number = lines.str.extract(r"(\d+)").cast(pl.Int64, strict=False)
    told = lines.str.replace(r"\d+", "").map_elements(telling, return_dtype=pl.String)
    known = pl.Series(range(1, len(totals) + 1), dtype=pl.Int64)
    numbered = share_of(number, known, np.diff(totals, prepend=0) / totals[-1])
    named = np.zeros(len(lines))
    for names in profile.ways.values():
        words = names.values.map_elements(telling, return_dtype=pl.String)
        named = np.maximum(named, share_of(told, words, names.shares))
    share = numbered * named
    return np.where(share > 0, np.maximum(share, np.minimum(_PEOPLE_PER_HOME / inhabitants, 1)), 0.0)


def _words(text: str) -> list[str]:
    return _WORD.findall(anyascii(text).lower())


def _lines(table: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield every way with every name, in the order and spacing of the language, with the weight of both."""
    for name, usual in table["names"].items():
        for way, share in table["ways"].items():
            yield table["form"].format(way=way, name=name), usual * share


def draw_by(draws: Draws, label: str, keys: pl.Series, choices: Mapping[str, Choice]) -> pl.Series:
    """Return a value for each serial, of the choice that its key names."""
    parts = []
    for key in keys.unique().sort():
        mask = (keys == key).to_numpy()
        parts.append((mask, choices[key].draw(draws.where(mask), label)))
    return scatter(len(keys), parts)
