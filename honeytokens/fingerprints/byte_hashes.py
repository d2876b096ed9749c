"""Quick hashes of marks, keyed, and the words that mean something by themselves; compiled.

They tell marks apart for a filter. They are quick and no more: whoever lacks the key cannot write text that meets a
decoy's marks, but who sees hashes may find the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numba import types

from honeytokens.fingerprints.compiled import I64, U8, U64, column, compiled, integer, made, part
from honeytokens.fingerprints.forms import ARTICLES, NEVER_NAMES, SHORT, WAYS
from honeytokens.fingerprints.marks import Part
from honeytokens.fingerprints.prints import CODES

_STREET = CODES[Part.STREET]
_BYTES, _WORDS, _NUMBERS = column(types.uint8), column(types.uint64), column(types.int64)
_SLOTS = 1024
NEVER_NAME, MUTE = 1, 2
"""What a word means: it is no part of a name; it tells no streets apart."""


class WordTable(NamedTuple):
    """The words that mean something by themselves, by their hashes: kinds of way, articles, titles."""

    bases: U64
    meanings: U8
    longs: U64

    @classmethod
    def of(cls, key: U64) -> WordTable:
        """Return the table under a key."""
        table = cls(np.zeros(_SLOTS, np.uint64), np.zeros(_SLOTS, np.uint8), np.zeros(_SLOTS, np.uint64))
        meanings = _meanings()
        bases = _bases(key, [*meanings, *SHORT.values()])
        for word, meaning in meanings.items():
            slot = int(bases[word]) % _SLOTS
            while table.meanings[slot]:
                slot = (slot + 1) % _SLOTS
            table.bases[slot], table.meanings[slot] = bases[word], meaning
            table.longs[slot] = bases[SHORT.get(word, word)]
        return table


def _meanings() -> Mapping[str, int]:
    found = dict.fromkeys(SHORT, 4)  # any number but 0: these only have a longer form
    for words, meaning in ((NEVER_NAMES, NEVER_NAME), (WAYS | ARTICLES, MUTE)):
        for word in words:
            found[word] = found.get(word, 0) | meaning
    return found


def _bases(key: U64, words: list[str]) -> Mapping[str, np.uint64]:
    data = np.frombuffer("".join(words).encode(), dtype=np.uint8)
    offsets = np.cumsum([0, *map(len, words)])
    return dict(zip(words, base_column(key, data, offsets), strict=True))


@part
def _mixed(state: np.uint64, word: np.uint64, key: U64) -> np.uint64:
    state = (state ^ word) * (key[1] | np.uint64(1))
    return state ^ (state >> np.uint64(32))


@part
def joined_hash(text: U8, starts: I64, stops: I64, first: int, last: int, most: int, key: U64) -> np.uint64:
    """Return the hash of the words from one to another, joined, or of so many signs at the front of them."""
    state, word, held = key[0], np.uint64(0), 0
    for own in range(first, last + 1):
        for place in range(starts[own], min(stops[own], starts[own] + most)):
            word = (word << np.uint64(8)) | np.uint64(text[place] & 0x7F)
            held += 1
            if held == 8:
                state, word, held = _mixed(state, word, key), np.uint64(0), 0
        most = max(0, most - (stops[own] - starts[own]))
    return _mixed(state, word, key)


@part
def base_hash(text: U8, start: int, stop: int, key: U64) -> np.uint64:
    """Return the hash of a stretch of text, whatever kind of mark it is."""
    state, word, held = key[0], np.uint64(0), 0
    for place in range(start, stop):
        word = (word << np.uint64(8)) | np.uint64(text[place] & 0x7F)
        held += 1
        if held == 8:
            state, word, held = _mixed(state, word, key), np.uint64(0), 0
    return _mixed(state, word, key)


@part
def street_hash(number: np.uint64, telling: np.uint64, key: U64) -> np.uint64:
    """Return the hash of a house number and a street's telling word, from theirs."""
    return np.uint64(_mixed(number, telling, key) + telling)


@part
def quick_hash(code: int, base: np.uint64, key: U64) -> np.uint64:
    """Return the hash of a mark, from the code of its part and the hash of its form."""
    hashed = base ^ (np.uint64(code) * key[2])
    hashed = (hashed ^ (hashed >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    hashed = (hashed ^ (hashed >> np.uint64(33))) * (key[3] | np.uint64(1))
    return np.uint64(hashed ^ (hashed >> np.uint64(29)))


@part
def slot_of(base: np.uint64, bases: U64, meanings: U8) -> int:
    """Return the slot of a word in the table, or -1."""
    slot = integer(base % np.uint64(_SLOTS))
    while meanings[slot]:
        if bases[slot] == base:
            return slot
        slot = (slot + 1) % _SLOTS
    return -1


@compiled(made(types.uint64), _WORDS, _BYTES, _NUMBERS)
def base_column(key: U64, data: U8, offsets: I64) -> U64:
    """Return the hash of each text of a column."""
    bases = np.empty(len(offsets) - 1, np.uint64)
    for row in range(len(bases)):
        bases[row] = base_hash(data, offsets[row], offsets[row + 1], key)
    return bases


@compiled(made(types.uint64), _WORDS, _BYTES, _BYTES, _NUMBERS)
def quick_column(key: U64, codes: U8, data: U8, offsets: I64) -> U64:
    """Return the hash of each mark of a column: its part has a code, its form is a text."""
    hashes = np.empty(len(codes), np.uint64)
    for row in range(len(codes)):
        start, stop = offsets[row], offsets[row + 1]
        base = base_hash(data, start, stop, key)
        if codes[row] == _STREET:
            space = start
            while space < stop - 1 and data[space] != 32:
                space += 1
            base = street_hash(base_hash(data, start, space, key), base_hash(data, space + 1, stop, key), key)
        hashes[row] = quick_hash(codes[row], base, key)
    return hashes
