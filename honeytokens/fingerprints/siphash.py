"""SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) of columns, compiled by Numba.

Importing it loads the compiler (about 0.3 s), so nothing that does not print imports it.
"""

from __future__ import annotations

import numpy as np
from numba import types

from honeytokens.fingerprints.compiled import I64, U8, U64, column, compiled, made, part, together

State = tuple[np.uint64, np.uint64, np.uint64, np.uint64]

KEY_BYTES = 16

_BYTES, _OFFSETS, _WORDS = column(types.uint8), column(types.int64), column(types.uint64)
_TABLE = column(types.uint8, 2)
_HASHES = made(types.uint64)
_GROUPED = together(_HASHES, made(types.int64))


@part
def _rotated(word: np.uint64, bits: int) -> np.uint64:
    return (word << np.uint64(bits)) | (word >> np.uint64(64 - bits))


@part
def _begun(key: U64) -> State:
    return (
        key[0] ^ np.uint64(0x736F6D6570736575),
        key[1] ^ np.uint64(0x646F72616E646F6D),
        key[0] ^ np.uint64(0x6C7967656E657261),
        key[1] ^ np.uint64(0x7465646279746573),
    )


@part
def _rounds(state: State, count: int) -> State:
    v0, v1, v2, v3 = state
    for _ in range(count):
        v0 += v1
        v1 = _rotated(v1, 13) ^ v0
        v0 = _rotated(v0, 32)
        v2 += v3
        v3 = _rotated(v3, 16) ^ v2
        v0 += v3
        v3 = _rotated(v3, 21) ^ v0
        v2 += v1
        v1 = _rotated(v1, 17) ^ v2
        v2 = _rotated(v2, 32)
    return v0, v1, v2, v3


@part
def _taken(state: State, word: np.uint64) -> State:
    v0, v1, v2, v3 = state
    v0, v1, v2, v3 = _rounds((v0, v1, v2, v3 ^ word), 2)
    return v0 ^ word, v1, v2, v3


@part
def _ended(state: State, length: int, rest: np.uint64) -> np.uint64:
    """Return the hash when ``rest``, below 2^56, is what the last whole word left, of ``length`` bytes in all."""
    v0, v1, v2, v3 = _taken(state, rest | (np.uint64(length & 0xFF) << np.uint64(56)))
    v0, v1, v2, v3 = _rounds((v0, v1, v2 ^ np.uint64(0xFF), v3), 4)
    return v0 ^ v1 ^ v2 ^ v3


@part
def _hashed(key: U64, word: np.uint64, held: int, data: U8, start: int, stop: int) -> np.uint64:
    """Return the hash of the ``held`` bytes, fewer than 8, that are in ``word`` already, and then of the data."""
    state, shift = _begun(key), 8 * held
    for place in range(start, stop):
        word |= np.uint64(data[place]) << np.uint64(shift)
        shift += 8
        if shift == 64:
            state = _taken(state, word)
            word, shift = np.uint64(0), 0
    return _ended(state, held + stop - start, word)


@part
def _pair(key: U64, one: np.uint64, other: np.uint64) -> np.uint64:
    return _ended(_taken(_taken(_begun(key), one), other), 16, np.uint64(0))


@compiled(types.uint64, _WORDS, _BYTES)
def siphash(key: U64, message: U8) -> np.uint64:
    """Return the hash of one message; ``key`` holds the two little-endian words of its 16 bytes."""
    return _hashed(key, np.uint64(0), 0, message, 0, len(message))


@compiled(_HASHES, _WORDS, _BYTES, _BYTES, _OFFSETS)
def siphash_column(key: U64, leads: U8, data: U8, offsets: I64) -> U64:
    """Return the hash of each message of a column: its byte of ``leads``, then ``data[offsets[i]:offsets[i + 1]]``."""
    hashes = np.empty(len(leads), np.uint64)
    for row in range(len(leads)):
        hashes[row] = _hashed(key, np.uint64(leads[row]), 1, data, offsets[row], offsets[row + 1])
    return hashes


@compiled(_HASHES, _WORDS, _WORDS, _WORDS)
def siphash_pairs(key: U64, ones: U64, others: U64) -> U64:
    """Return the hash of the 16 bytes of each two words, little-endian, one after the other."""
    hashes = np.empty(len(ones), np.uint64)
    for row in range(len(ones)):
        hashes[row] = _pair(key, ones[row], others[row])
    return hashes


@compiled(_GROUPED, _WORDS, _BYTES, _WORDS, _OFFSETS, _TABLE)
def siphash_pairs_within(key: U64, leads: U8, words: U64, bounds: I64, paired: U8) -> tuple[U64, I64]:
    """Return the hashes of all pairs within groups, and the group of each.

    Group ``i`` is ``words[bounds[i]:bounds[i + 1]]``; two of its words make a pair, in this order, where
    ``paired[one's lead, other's lead]`` is not 0.
    """
    count = 0
    for group in range(len(bounds) - 1):
        for one in range(bounds[group], bounds[group + 1]):
            for other in range(bounds[group], bounds[group + 1]):
                count += paired[leads[one], leads[other]]
    hashes, groups = np.empty(count, np.uint64), np.empty(count, np.int64)
    count = 0
    for group in range(len(bounds) - 1):
        for one in range(bounds[group], bounds[group + 1]):
            for other in range(bounds[group], bounds[group + 1]):
                if paired[leads[one], leads[other]]:
                    hashes[count], groups[count] = _pair(key, words[one], words[other]), group
                    count += 1
    return hashes, groups
