"""Street lines by the usual names of a language: a way, its name and a house number. No line means a real household."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from anyascii import anyascii
from numpy.typing import NDArray

from honeytokens.locales.tables import Choice, scatter, share_of
from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64

_PEOPLE_PER_HOME = 2
_WORD = re.compile("[a-z0-9]+")
_ORDINARY = {"a", "aan", "au", "aux", "d", "de", "den", "der", "des", "du", "het", "l", "la", "le", "les", "of", "op",
             "saint", "sainte", "sint", "st", "the", "van"}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """Streets of each language; ``languages`` says how usual each is in a region.

    ``line`` is a line without its words, such as ``{street} {number}``; ``ordinary`` are the words that tell no street
    from another: a scan leaves them out.
    """

    line: str
    languages: Mapping[str, Choice]
    names: Mapping[str, Choice]
    numbers: I64
    ordinary: frozenset[str]

    @classmethod
    def of(cls, hand: Mapping[str, Any], numbers: Mapping[str, int]) -> Streets:
        """Return the streets of a table written by hand: ``ways`` and ``names`` for each language, with weights."""
        named, ways = {}, set[str]()
        for language, table in hand["named"].items():
            named[language] = Choice.of(dict(_lines(table)))
            ways |= {word for way in table["ways"] for word in _words(way)}
        totals = cumulative(100_000_000 // (n + numbers["flat"]) for n in range(1, numbers["last"] + 1))
        languages = {key: Choice.of(weights) for key, weights in hand["languages"].items()}
        return cls(hand["line"], languages, named, totals, frozenset(ways | _ORDINARY))

    def lines(self, draws: Draws, keys: pl.Series) -> pl.Series:
        """Return a street line for each serial, whose home's region has the key in ``keys``."""
        language = draw_by(draws, "street language", keys, self.languages)
        street = draw_by(draws, "street", language, self.names)
        number = pl.Series(draws.pick("house number", self.numbers) + 1).cast(pl.String)
        parts = {"{street}": street, "{number}": number}
        pieces = [parts.get(piece, pl.lit(piece)) for piece in re.split(r"(\{\w+\})", self.line) if piece]
        return pl.select(pl.concat_str(pieces)).to_series()

    def shares(self, lines: pl.Series, inhabitants: I64) -> NDArray[np.float64]:
        """Return the share of the inhabitants of a postcode who have each line, 0 for a line of another form.

        What a scan cannot tell apart is one line here: the number and the first word that tells the street. A share is
        never less than that of one home among the postcode's.
        """
        number = lines.str.extract(r"(\d+)").cast(pl.Int64, strict=False)
        telling = lines.str.replace(r"\d+", "").map_elements(self._telling, return_dtype=pl.String)
        known = pl.Series(range(1, len(self.numbers) + 1), dtype=pl.Int64)
        numbered = share_of(number, known, np.diff(self.numbers, prepend=0) / self.numbers[-1])
        named = np.zeros(len(lines))
        for names in self.names.values():
            words = names.values.map_elements(self._telling, return_dtype=pl.String)
            named = np.maximum(named, share_of(telling, words, names.shares))
        share = numbered * named
        return np.where(share > 0, np.maximum(share, np.minimum(_PEOPLE_PER_HOME / inhabitants, 1)), 0.0)

    def _telling(self, name: str) -> str:
        return next((word for word in _words(name) if word not in self.ordinary), "")


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
