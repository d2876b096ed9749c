"""Which columns a run of text is made of, when the sizes of a row's columns are known in order and nothing else.

Columns of variable size that are neighbours have no sign between them, so the sizes of some that follow one another add
up to the run. A few bytes at its ends may be other columns' or chance; some columns may be no text and in no run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest
from itertools import accumulate
from typing import NamedTuple

from honeytokens.scanning.readers.decoding import decode_sample
from honeytokens.scanning.readers.raw_text import Run

_MOST_LOOSE = 4
_MOST_SKIPPED = 6
_MOST_WAYS = 4
_NEARLY = 2
_BROKEN_LETTER = 5

_DIGIT, _SMALL, _CAPITAL, _OTHER = range(4)
_KIND = [_OTHER] * 0xC0 + [_SMALL] * 0x40
for _first, _last, _kind in ((b"0", b"9", _DIGIT), (b"a", b"z", _SMALL), (b"A", b"Z", _CAPITAL)):
    _KIND[_first[0] : _last[0] + 1] = [_kind] * (_last[0] - _first[0] + 1)


class Fit(NamedTuple):
    """A way to make a text of columns: where it begins, and the first of the sizes and the one after the last.

    ``worth`` is one for each place where two columns meet and signs change, less one for each byte and each column that
    is left out. ``meetings`` counts all places where two columns meet.
    """

    worth: int
    meetings: int
    start: int
    first: int
    last: int


def fits(data: bytes, texts: Sequence[Run], sizes: Sequence[int]) -> list[list[Fit]]:
    """Return for each text the best ways to make it, of columns that come after those of the text before it.

    Ways that are nearly as good as the best are returned too: names in capitals meet without a change of signs.
    """
    ends = [0, *accumulate(sizes)]
    places = {end: place for place, end in enumerate(ends)}
    found, begin = list[list[Fit]](), 0
    for run in texts:
        ways = nlargest(_MOST_WAYS, _ways(data, run, ends, places, begin))
        good = [way for way in ways if way.worth >= ways[0].worth - _NEARLY]
        begin = min((way.last for way in good), default=begin)
        found.append(good)
    return found


def columns(data: bytes, ways: Sequence[Fit], sizes: Sequence[int]) -> list[str]:
    """Return the columns that a text is made of, in each of these ways."""
    found = []
    for way in ways:
        start = way.start
        for size in sizes[way.first : way.last]:
            found += [decode_sample(data[start : start + size], "utf-8")] if size else []
            start += size
    return found


def _ways(data: bytes, run: Run, ends: Sequence[int], places: dict[int, int], begin: int) -> Iterator[Fit]:
    skipped = 0
    for first in range(begin, len(ends) - 1):
        if skipped > _MOST_SKIPPED:
            return
        for loose in range(_MOST_LOOSE + 1):
            last = places.get(ends[first] + run.end - run.start - loose)
            if last is not None and last > first:
                meetings = sorted({end - ends[first] for end in ends[first + 1 : last]} - {0, ends[last] - ends[first]})
                for start in range(run.start, run.start + loose + 1):
                    changes = sum(_change(data, start + place) for place in meetings)
                    yield Fit(changes - loose - skipped, len(meetings), start, first, last)
        skipped += ends[first + 1] > ends[first]


def _change(data: bytes, place: int) -> int:
    """Return one where signs change as between two columns, less than none where a letter would be cut in two."""
    if 0x80 <= data[place] < 0xC0:
        return -_BROKEN_LETTER
    before, after = _KIND[data[place - 1]], _KIND[data[place]]
    return before != after and _OTHER not in {before, after} and (before, after) != (_CAPITAL, _SMALL)
