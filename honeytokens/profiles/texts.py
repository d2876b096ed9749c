"""Columns of texts: the frequent values by name, the others by the words and letters that they are made of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import lgamma

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import U64
from honeytokens.profiles.chains import RARE_NUMBER, Walker, learn_chain
from honeytokens.profiles.schema import FIRST, LEAST, NULL, TAIL, Values
from honeytokens.profiles.spelling import Speller, learn_lengths, learn_letters

_PIECE = re.compile(r"[^\W\d_]+|\d+|[\W_]")
RARE_WORD = "\x04"
"""The sign for a word that too few patients have."""
_MOST_PIECES = 24
_MOST_TEXTS = 40_000
"""How many different texts of the tail the words are learnt from."""
_FITTED = 300
_ALONE = 1 << 62
_SIZE = 48


def learn_values(texts: pl.Series) -> Values:
    """Return the shape of a column of texts; nulls are left out."""
    counts = texts.drop_nulls().alias("value").value_counts().sort(["count", "value"], descending=[True, False])
    cells = counts.filter(pl.col("count") >= LEAST)
    tail = counts.filter(pl.col("count") < LEAST)
    if len(tail) > _MOST_TEXTS:
        tail = tail.sample(_MOST_TEXTS, seed=0)
    split = [(_PIECE.findall(value), count) for value, count in tail.iter_rows()]
    frequent: Counter[str] = Counter()
    for pieces, patients in split:
        for piece in set(pieces):
            frequent[piece] += patients
    known = {piece for piece, patients in frequent.items() if patients >= LEAST}
    rare = [(p, patients) for pieces, patients in split for p in pieces if p not in known and not p.isdigit()]
    return Values(
        dict(cells.iter_rows()),
        int(counts["count"].sum()) - int(cells["count"].sum()),
        learn_chain((([_sign(p, known) for p in pieces], patients) for pieces, patients in split)),
        learn_lengths(rare),
        learn_letters(rare, max(LEAST, len(texts) // 5000)),
        _sharing(patients for _, patients in split),
        _sharing(Counter(word for word, _ in rare).values()),
        _cases(texts),
        bool((texts.str.contains(r"[^\x00-\x7f]").sum() or 0) >= LEAST),
    )


def levels_of_values(texts: pl.Series, shape: Values) -> NDArray[np.int64]:
    """Return the level of each text."""
    values = list(shape.cells)
    levels = texts.replace_strict(values, range(FIRST, FIRST + len(values)), default=TAIL, return_dtype=pl.Int64)
    return np.where(texts.is_null().to_numpy(), NULL, levels.fill_null(NULL).to_numpy())


class Writer:
    """Makes texts of the tail of a column anew: of its frequent words, and of words spelt like its rare ones.

    As among the host's patients, some share the text that was made, and some texts a rare word.
    """

    def __init__(self, shape: Values) -> None:
        self._shape = shape
        self._words, self._speller = Walker(shape.words), Speller(shape.lengths, shape.letters)

    def draw(self, draws: Draws, label: str, expected: int) -> list[str | None]:
        """Return a text for each serial; ``None`` where nothing could be learnt. About ``expected`` decoys draw one."""
        if not self._words:
            return [None] * len(draws.serials)
        owners = shared(draws, f"{label}/sharing", self._shape.sharing, expected)
        serials, rows = np.unique(owners, return_inverse=True)
        values = Draws(draws.key, serials, draws.version)
        pieces = self._words.walk(values, f"{label}/words", _MOST_PIECES)
        numbers = values.u64(f"{label}/number").tolist()
        rare = max((row.count(RARE_WORD) for row in pieces), default=0)
        spelt = [self._spelt(values, f"{label}/word {nth}", expected) for nth in range(rare)]
        texts = ["".join(_filled(row, [one[n] for one in spelt], numbers[n])) or None for n, row in enumerate(pieces)]
        return [texts[row] for row in rows.ravel().tolist()]

    def _spelt(self, values: Draws, label: str, expected: int) -> list[str]:
        serials, rows = np.unique(shared(values, label, self._shape.sharing_words, expected), return_inverse=True)
        words = self._speller.draw(Draws(values.key, serials, values.version), label)
        return [words[row] for row in rows.ravel().tolist()]


def shared(draws: Draws, label: str, sharing: Mapping[str, int], expected: int) -> U64:
    """Return whose value each serial has: its own, or one that it shares with as many as is usual."""
    sizes = np.array([int(size) for size in sharing] or [1], dtype=np.int64)
    counts = np.array(list(sharing.values()) or [1], dtype=np.int64)
    size = sizes[draws.pick(f"{label}/size", cumulative(counts.tolist()))]
    part = {int(s): expected * int(c) // int(counts.sum()) for s, c in zip(sizes, counts, strict=True)}
    # One among so many values that, of those who draw, as many meet at it as share a value.
    values = np.array([max(1, part[int(s)] // max(int(s) - 1, 1)) for s in size], dtype=np.int64)
    chosen = draws.below(label, values).astype(np.uint64)
    common = (size.astype(np.uint64) << np.uint64(_SIZE)) | chosen
    return np.where(size > 1, common, np.uint64(_ALONE) | draws.serials)


def _cases(texts: pl.Series) -> dict[str, int]:
    """Return how many texts are in each case; scarce ones are left out."""
    found = texts.drop_nulls()
    found = found.filter(found.str.contains(r"\p{L}"))
    upper, lower = found == found.str.to_uppercase(), found == found.str.to_lowercase()
    counts = {"upper": int(upper.sum()), "lower": int(lower.sum()), "title": int((~upper & ~lower).sum())}
    return {case: count for case, count in counts.items() if count >= LEAST}


def _sharing(sizes: Iterable[int]) -> dict[str, int]:
    """Return how many patients draw with how many others on average, so that as many share with as many as in the host.

    Who draws one of few values meets a number of others that is Poisson distributed: of the mixtures of these, with
    those who meet nobody, the likeliest (by expectation maximisation) is taken. Scarce parts go to the next smaller.
    """
    counts = np.zeros(2 * LEAST)
    for size in sizes:
        counts[min(size, 2 * LEAST) - 1] += size
    if not counts.sum():
        return {}
    met, mean = np.arange(len(counts)), np.arange(len(counts))
    logs = met[:, None] * np.log(np.maximum(mean, 1e-9)) - mean - np.array([lgamma(one + 1) for one in met])[:, None]
    chances = np.where(mean == 0, met[:, None] == 0, np.exp(logs))
    parts = np.full(len(counts), 1 / len(counts))
    for _ in range(_FITTED):
        parts *= chances.T @ (counts / counts.sum() / np.maximum(chances @ parts, 1e-12))
        parts /= parts.sum()
    kept, carried = dict[str, int](), 0
    for size in range(len(parts), 0, -1):
        carried += round(parts[size - 1] * counts.sum())
        if carried >= LEAST:
            kept[str(size)] = carried
            carried = 0
    return dict(reversed(kept.items()))


def _filled(pieces: Sequence[str], spelt: Sequence[Sequence[str]], number: int) -> list[str]:
    filled, nth = [], 0
    for piece in pieces:
        if piece == RARE_WORD:
            filled.append("".join(spelt[nth]))
            nth += 1
        elif piece.startswith(RARE_NUMBER):
            least = 10 ** (int(piece[1:]) - 1)
            number, point = divmod(number, 9 * least)
            filled.append(str(least + point))
        else:
            filled.append(piece)
    return filled


def _sign(piece: str, known: set[str]) -> str:
    if piece in known:
        return piece
    return f"{RARE_NUMBER}{min(len(piece), 9)}" if piece.isdigit() else RARE_WORD
