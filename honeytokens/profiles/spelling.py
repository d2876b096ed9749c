"""How rare words are spelt: their lengths, and which letter stands where before the end and after which others."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from honeytokens.markers import Draws, cumulative
from honeytokens.profiles.schema import LEAST, Chain

REST = "\x00"
"""Counts together what is too rare to be named; it is drawn from the next shorter context."""
_ORDER = 3
_NEAR_END = 3
"""Up to how many letters before the end of a word a letter's place counts."""


def learn_lengths(words: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return how many patients have rare words of each length; scarce lengths are left out."""
    counts: Counter[int] = Counter()
    for word, patients in words:
        counts[len(word)] += patients
    return {str(length): count for length, count in sorted(counts.items()) if count >= LEAST}


def learn_letters(words: Iterable[tuple[str, int]], least: int) -> Chain:
    """Return which letter follows which, by how many are left; no cell counts fewer than ``least``."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word, patients in words:
        for place, letter in enumerate(word):
            for context in contexts(word[:place], len(word) - place):
                counted[context][letter] += patients
    return kept(counted, least)


def kept(counted: Mapping[str, Counter[str]], least: int) -> dict[str, dict[str, int]]:
    """Return the cells that count enough, and under :data:`REST` the others together if they do."""
    chain = {}
    for context, counts in sorted(counted.items()):
        cells = {piece: count for piece, count in sorted(counts.items()) if count >= least}
        rest = counts.total() - sum(cells.values())
        if cells:
            chain[context] = cells | ({REST: rest} if rest >= LEAST else {})
    return chain


def contexts(before: str, left: int) -> Iterator[str]:
    """Yield the contexts of the next letter, the longest first: ``left`` letters are to come, this one among them."""
    ending = min(left, _NEAR_END)
    start = ("^" + before)[-_ORDER:]
    for length in range(len(start), -1, -1):
        yield f"{ending}{start[len(start) - length :]}"


class Speller:
    """Draws words by their lengths and letters."""

    def __init__(self, lengths: Mapping[str, int], letters: Chain) -> None:
        self._lengths = [int(length) for length in lengths]
        self._totals = cumulative(lengths.values()) if lengths else None
        self._next = letters

    def draw(self, draws: Draws, label: str) -> list[str]:
        """Return a word for each serial; empty where nothing was learnt."""
        if self._totals is None:
            return [""] * len(draws.serials)
        lengths = [self._lengths[nth] for nth in draws.pick(f"{label}/length", self._totals).tolist()]
        columns = [draws.u64(label, place).tolist() for place in range(max(lengths, default=0))]
        return [self._word(length, [column[row] for column in columns]) for row, length in enumerate(lengths)]

    def _word(self, length: int, numbers: Sequence[int]) -> str:
        word = ""
        for place in range(length):
            word += self._letter(word, length - place, numbers[place])
        return word

    def _letter(self, before: str, left: int, number: int) -> str:
        return first_drawn([self._next.get(context, {}) for context in contexts(before, left)], number)


def first_drawn(followings: Sequence[Mapping[str, int]], number: int) -> str:
    """Return what follows, by the first of some contexts that says it; empty when none says anything."""
    told: set[str] = set()
    for following in followings:
        piece, number = drawn(following, told, number)
        if piece != REST:
            return piece
    for following in reversed(followings):
        # What is too rare for every context gives way to what the shortest one knows.
        if following.keys() - {REST}:
            return drawn({piece: count for piece, count in following.items() if piece != REST}, set(), number)[0]
    return ""


def drawn(following: Mapping[str, int], told: set[str], number: int) -> tuple[str, int]:
    """Return what follows, and what is left of the random number; :data:`REST` when a shorter context must say.

    What a longer context has ``told`` is left out, and added to.
    """
    cells = {piece: count for piece, count in following.items() if piece not in told}
    if not cells:
        return REST, number
    totals = list(accumulate(cells.values()))
    number, point = divmod(number, totals[-1])
    piece = list(cells)[bisect_right(totals, point)]
    if piece == REST:
        told.update(following.keys() - {REST})
    return piece, number
