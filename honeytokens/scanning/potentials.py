"""What units may bring at most, compiled: the candidates among their marks, held against what is known of decoys.

All of it is for a filter: a unit that may hold a candidate strong enough passes, and others may pass as well.
"""

from __future__ import annotations

import numpy as np
from numba import types

from honeytokens.fingerprints.byte_folding import State
from honeytokens.fingerprints.compiled import F32, I64, U8, U32, U64, column, compiled, integer, made, part, together

_ODD, _PLAIN = int(State.ODD), int(State.PLAIN)
_CODES, _MOST_TRIED, _MOST_MARKS = 12, 64, 512
_UNSEEN, _BY_WORDS, _ROUNDING = 2, 3, 1e-3
LEAST_PRICE = 2.0
"""The price of words at which the bits of ``Pairs`` are reckoned: for fewer words than four, they are not asked."""
HASHED = 2
"""The kind of the codes of hashed values: one of them alone is worth reading."""

Marks = tuple[U8, U64, I64, I64, U8]
"""Those of units: what ``ByteMarks`` has, in its order."""
Kinds = tuple[U8, U8]
"""Of each code of a part, whether it is strong (1) or of hashed values (2); and which two codes make a pair."""
Pairs = tuple[U64, U64, U32, U8, U32]
"""The filter, the hashes in ascending order, their decoys and bits, and where hashes with the same upper bits start."""
Singles = tuple[U64, U32, U32]
"""The hashes of strong marks, their decoys, and where hashes with the same upper bits start."""
Stakes = tuple[U32, F32, U32, U32]
"""The fields of decoys, as ``QuickIndex`` has them."""

_BYTES, _SHORTS, _WORDS = column(types.uint8), column(types.uint32), column(types.uint64)
_NUMBERS, _TABLE = column(types.int64), column(types.uint8, 2)
_MARKS = together(_BYTES, _WORDS, _NUMBERS, _NUMBERS, _BYTES)
_KINDS = together(_BYTES, _TABLE)
_PAIRS = together(_WORDS, _WORDS, _SHORTS, _BYTES, _SHORTS)
_SINGLES = together(_WORDS, _SHORTS, _SHORTS)
_STAKES = together(_SHORTS, column(types.float32, 2), _SHORTS, _SHORTS)


@part
def _pair(one: np.uint64, other: np.uint64) -> np.uint64:
    """Return the hash of two hashes; they are secret, so it needs no key."""
    hashed = one + other * np.uint64(0x9E3779B97F4A7C15)
    hashed = (hashed ^ (hashed >> np.uint64(31))) * np.uint64(0xD6E8FEB86659FD93)
    return hashed ^ (hashed >> np.uint64(32))


@part
def _bits(hashed: np.uint64) -> np.uint64:
    upper = hashed >> np.uint64(52)
    return (np.uint64(1) << (upper >> np.uint64(6))) | (np.uint64(1) << (upper & np.uint64(63)))


@compiled(types.void, made(types.uint64), _WORDS)
def let_pass(known: U64, hashes: U64) -> None:
    """Add hashes to a Bloom filter of 2^n words: each sets two bits of one word."""
    for row in range(len(hashes)):
        known[hashes[row] & np.uint64(len(known) - 1)] |= _bits(hashes[row])


@part
def _passes(known: U64, hashed: np.uint64) -> bool:
    bits = _bits(hashed)
    return bool(known[hashed & np.uint64(len(known) - 1)] & bits == bits)


@compiled(together(made(types.uint64), made(types.int64)), _BYTES, _WORDS, _NUMBERS, _TABLE)
def pairs_within(codes: U8, hashes: U64, bounds: I64, paired: U8) -> tuple[U64, I64]:
    """Return the hashes of all pairs within groups, and the group of each, as ``Printer.pairs_within`` does."""
    count = 0
    for group in range(len(bounds) - 1):
        for one in range(bounds[group], bounds[group + 1]):
            for other in range(bounds[group], bounds[group + 1]):
                count += paired[codes[one], codes[other]]
    found, groups = np.empty(count, np.uint64), np.empty(count, np.int64)
    count = 0
    for group in range(len(bounds) - 1):
        for one in range(bounds[group], bounds[group + 1]):
            for other in range(bounds[group], bounds[group + 1]):
                if paired[codes[one], codes[other]]:
                    found[count], groups[count] = _pair(hashes[one], hashes[other]), group
                    count += 1
    return found, groups


@part
def _lower_bits(starts: U32) -> np.uint64:
    """Return how many lower bits of a hash do not tell which of 2^n parts of a table it is in."""
    bits, parts = 64, len(starts) - 1
    while parts > 1:
        bits, parts = bits - 1, parts >> 1
    return np.uint64(bits)


@part
def _first(hashes: U64, starts: U32, lower: np.uint64, hashed: np.uint64) -> int:
    """Return the first place of a hash among those in ascending order, or -1; ``starts`` are by the upper bits."""
    bucket = hashed >> lower
    for place in range(integer(starts[bucket]), integer(starts[bucket + np.uint64(1)])):
        if hashes[place] == hashed:
            return place
    return -1


@part
def _potential(decoy: int, hashes: U64, start: int, stop: int, price: float, stakes: Stakes) -> float:
    """Return the bits that a unit with these marks could bring at most, for one decoy."""
    rows, bits, own, own_bounds = stakes
    total = 0.0
    for row in range(integer(rows[decoy]), integer(rows[decoy + 1])):
        level = _UNSEEN
        for place in range(integer(own_bounds[row]), integer(own_bounds[row + 1])):
            for mark in range(start, stop):
                if np.uint32(hashes[mark] & np.uint64(0xFFFFFFFE)) == own[place] & np.uint32(0xFFFFFFFE):
                    reached = 1 - integer(own[place] & np.uint32(1))
                    level = reached if reached < level else level
                    break
            if level == 0:
                break
        total += max(0.0, bits[row, level] - price * bits[row, _BY_WORDS])
    return total


@part
def _some_strong_mark_is_enough(
    marks: Marks, start: int, stop: int, price: float, bar: float, kinds: Kinds, singles: Singles, stakes: Stakes
) -> bool:
    codes, hashes, strong = marks[0], marks[1], kinds[0]
    prints, decoys, starts = singles
    lower = _lower_bits(starts)
    for mark in range(start, stop):
        if strong[codes[mark]] == HASHED:
            return True
        place = _first(prints, starts, lower, hashes[mark]) if strong[codes[mark]] else -1
        while 0 <= place < len(prints) and prints[place] == hashes[mark]:
            if _potential(integer(decoys[place]), hashes, start, stop, price, stakes) >= bar:
                return True
            place += 1
    return False


@part
def _some_pair_is_enough(
    pair: np.uint64,
    marks: Marks,
    start: int,
    stop: int,
    price: float,
    bar: float,
    pairs: Pairs,
    stakes: Stakes,
    tried: I64,
) -> bool:
    """Return whether a decoy that has this pair may have enough bits; ``tried`` holds those that were tried."""
    prints, decoys, most, starts = pairs[1], pairs[2], pairs[3], pairs[4]
    place = _first(prints, starts, _lower_bits(starts), pair)
    while 0 <= place < len(prints) and prints[place] == pair and (most[place] >= bar or price < LEAST_PRICE):
        decoy = integer(decoys[place])
        place += 1
        new = True
        for nth in range(1, _MOST_TRIED):
            new &= tried[nth] != decoy
        if new:
            tried[1 + tried[0] % (_MOST_TRIED - 1)] = decoy
            tried[0] += 1
            if _potential(decoy, marks[1], start, stop, price, stakes) >= bar:
                return True
    return False


@part
def _order_by_code(codes: U8, start: int, stop: int, order: I64, ends: I64) -> None:
    """Put the places of marks in the order of their codes; those of one code end at ``ends`` of it."""
    for code in range(len(ends)):
        ends[code] = 0
    for mark in range(start, stop):
        ends[integer(codes[mark]) + 1] += 1
    for code in range(_CODES):
        ends[code + 1] += ends[code]
    for mark in range(start, stop):
        order[ends[codes[mark]]] = mark
        ends[codes[mark]] += 1


@part
def _try_units(
    marks: Marks,
    bar: float,
    kinds: Kinds,
    pairs: Pairs,
    singles: Singles,
    stakes: Stakes,
    spares: tuple[I64, I64, I64],
    found: U8,
) -> None:
    codes, hashes, bounds, names, states = marks
    paired, known_pairs = kinds[1], pairs[0]
    tried, order, ends = spares
    for unit in range(len(states)):
        if states[unit] != _PLAIN:
            found[unit] = states[unit] == _ODD
            continue
        start, stop = bounds[unit], bounds[unit + 1]
        price = np.log2(max(1.0, float(names[unit]))) - _ROUNDING
        found[unit] = _some_strong_mark_is_enough(marks, start, stop, price, bar, kinds, singles, stakes)
        _order_by_code(codes, start, stop, order, ends)
        for nth in range(1, _MOST_TRIED):
            tried[nth] = -1
        tried[0] = 0
        for one_code in range(1, _CODES):
            for other_code in range(1, _CODES):
                if not paired[one_code, other_code]:
                    continue
                for one in range(ends[one_code - 1], ends[one_code]):
                    for other in range(ends[other_code - 1], ends[other_code]):
                        pair = _pair(hashes[order[one]], hashes[order[other]])
                        if not found[unit] and _passes(known_pairs, pair):
                            found[unit] = _some_pair_is_enough(
                                pair, marks, start, stop, price, bar, pairs, stakes, tried
                            )


@compiled(made(types.uint8), _MARKS, types.float64, _KINDS, _PAIRS, _SINGLES, _STAKES)
def worth_reading(marks: Marks, bar: float, kinds: Kinds, pairs: Pairs, singles: Singles, stakes: Stakes) -> U8:
    """Return 1 for each unit that is odd or holds a candidate of at least ``bar`` bits, and 0 for others."""
    found = np.zeros(len(marks[4]), np.uint8)
    tried, order, ends = (
        np.empty(_MOST_TRIED, np.int64),
        np.empty(_MOST_MARKS, np.int64),
        np.empty(_CODES + 1, np.int64),
    )
    _try_units(marks, bar, kinds, pairs, singles, stakes, (tried, order, ends), found)
    return found
