"""Which pieces of a text follow which, counted over patients; a shorter context where a longer one is too rare to keep.

Pieces are words, numbers and separators. In a context every number is the same: what follows a house number does not
depend on it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from honeytokens.markers import Draws
from honeytokens.profiles.schema import LEAST, Chain
from honeytokens.profiles.spelling import first_drawn, kept

END = "\x03"
_START, _NUMBER, _WORD, _SIGN = "^", "#", "w", "s"
RARE_NUMBER = "\x05"
"""The sign of a number that few patients have, followed by how many digits it has."""


def learn_chain(texts: Iterable[tuple[Sequence[str], int]]) -> Chain:
    """Return the chain over pieces, each sequence counting for a number of patients.

    A cell that counts fewer patients than :data:`LEAST` is not kept.
    """
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pieces, patients in texts:
        for place, piece in enumerate([*pieces, END]):
            for context in _contexts(pieces[:place]):
                counted[context][piece] += patients
    return kept(counted, LEAST)


class Walker:
    """Draws sequences from a chain."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def __bool__(self) -> bool:
        """Return whether there is anything to draw from."""
        return _START in self._chain

    def walk(self, draws: Draws, label: str, limit: int) -> list[list[str]]:
        """Return a sequence for each serial, of ``limit`` pieces at most."""
        found: list[list[str]] = [[] for _ in draws.serials]
        going = list(range(len(found)))
        for step in range(limit):
            numbers = draws.u64(label, step).tolist()
            still = []
            for row in going:
                piece = self._piece(found[row], numbers[row])
                if piece != END:
                    found[row].append(piece)
                    still.append(row)
            going = still
            if not going:
                break
        return found

    def _piece(self, before: Sequence[str], number: int) -> str:
        return first_drawn([self._chain.get(context, {}) for context in _contexts(before)], number) or END


def _contexts(before: Sequence[str]) -> Iterator[str]:
    """Yield the contexts of the next piece, the longest first: the last two pieces, the last, of which kind it is."""
    last = _name(before[-1]) if before else _START
    if before:
        yield f"2|{_name(before[-2]) if len(before) > 1 else _START}|{last}"
        yield f"1|{last}"
    yield _kind(before[-1]) if before else _START


def _name(piece: str) -> str:
    return _NUMBER if _kind(piece) == _NUMBER else piece


def _kind(piece: str) -> str:
    if piece[0].isdigit() or piece[0] == RARE_NUMBER:
        return _NUMBER
    return _SIGN if len(piece) == 1 and not piece.isalnum() and piece >= " " else _WORD
