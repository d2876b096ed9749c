"""The marks in folded bytes, compiled: those of :mod:`.marks`, and more, for many units.

It finds every mark that :func:`.marks` finds in the same text and that decoys have, and may find others: the readings
of a number that its neighbours rule out, for one. What it finds is for a filter, never for a verdict. Marks are told
apart by a keyed hash that is quick and no more: whoever lacks the key cannot write text that meets a decoy's marks.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
from numba import types

from honeytokens.fingerprints.byte_dates import find_days
from honeytokens.fingerprints.byte_folding import Folded, State
from honeytokens.fingerprints.byte_hashes import (
    MUTE,
    NEVER_NAME,
    WordTable,
    base_hash,
    joined_hash,
    quick_column,
    quick_hash,
    slot_of,
    street_hash,
)
from honeytokens.fingerprints.byte_numbers import bare_start, find_phones, host_start, path_end, write_iso
from honeytokens.fingerprints.compiled import I64, U8, U64, column, compiled, integer, made, part, together
from honeytokens.fingerprints.marks import HEAD_LETTERS, LEAST_ID_DIGITS, Part
from honeytokens.fingerprints.numbers import PHONE_DIGITS
from honeytokens.fingerprints.prints import CODES

MOST_JOINED = 4
"""So many neighbouring words are also read joined."""

_KEY_WORDS = 4

_DATE, _DIGEST, _EMAIL, _FIRST = (CODES[own] for own in (Part.DATE, Part.DIGEST, Part.EMAIL, Part.FIRST_NAME))
_HEAD, _ID, _LINK, _PHONE = (CODES[own] for own in (Part.HEAD, Part.ID, Part.LINK, Part.PHONE))
_POSTCODE, _STREET, _SURNAME = (CODES[own] for own in (Part.POSTCODE, Part.STREET, Part.SURNAME))
NAME_CODES = np.isin(np.arange(max(CODES.values()) + 1), [_SURNAME, _FIRST, _HEAD])
"""Whether each code is of a part of names, which have a filter of their own."""

_PLAIN, _ODD = int(State.PLAIN), int(State.ODD)

_MOST_WORDS, _MOST_MARKS, _MOST_LINKS, _MOST_NAMES = 4096, 250, 64, 64
_LONGEST_NUMBER, _LONGEST_WORD, _MOST_TOKENS, _LONGEST_TOKENS = 5, 64, 8, 24
_NIR, _NIR_WITHOUT_KEY = 15, 13
_WHOLE = 1 << 20
_KINDS = np.array([(2 if chr(b & 127).isdigit() else 1) if chr(b & 127).isalnum() else 0 for b in range(256)], np.uint8)
"""1 for letters, 2 for digits, 0 for signs."""


class ByteMarks(NamedTuple):
    """The marks of units: those of unit ``i`` are at ``bounds[i]`` to ``bounds[i + 1]``, each once.

    ``codes`` are those of their parts, ``hashes`` their quick hashes. ``names[i]`` is how many different words may be
    names, at least. ``states`` are those of the units: one with too many marks has become odd.
    """

    codes: U8
    hashes: U64
    bounds: I64
    names: I64
    states: U8


class QuickPrinter:
    """Gives marks their quick hashes under a key of 32 bytes, which is drawn from that of prints."""

    def __init__(self, key: bytes) -> None:
        digest = hashlib.blake2b(key=key, person=b"quick marks", digest_size=8 * _KEY_WORDS).digest()
        self._key = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
        self._words = WordTable.of(self._key)

    def singles(self, codes: U8, data: U8, offsets: I64) -> U64:
        """Return the hashes of a column of marks: mark ``i`` has the form ``data[offsets[i]:offsets[i + 1]]``."""
        return quick_column(self._key, codes, data, offsets)

    def find(self, folded: Folded, known: U64, known_names: U64) -> ByteMarks:
        """Return the marks of units that the filters (2^n words each) of names and of other marks let pass."""
        days, bounds, states = find_days(folded)
        given = (folded.text, folded.bounds, folded.ends, states, days, bounds)
        bases, meanings, longs = self._words
        filters = (known, known_names)
        return ByteMarks(*_find_marks(*given, self._key, bases, meanings, longs, *filters, _KINDS))


_BYTES, _WORDS, _NUMBERS = column(types.uint8), column(types.uint64), column(types.int64)

Tokens = tuple[U8, I64, I64, I64, U8]
"""Text, where its words start and stop, how many digits each has, and 1 for each that begins a field."""
Marks = tuple[U64, U64, U8, U64, U64]
"""The key, a filter of what decoys have, codes and hashes of the marks that were found, and a filter of names.

There are many more other marks than names, so that these have their own filter: a small one, for most words end there.
"""


@part
def _add(code: int, base: np.uint64, marks: Marks, first: int, count: int) -> int:
    """Add a mark, if decoys may have it and it is new; return how many there are now."""
    key, known, codes, hashes, known_names = marks
    hashed = quick_hash(code, base, key)
    if code == _SURNAME or code == _FIRST or code == _HEAD:  # noqa: SIM109
        known = known_names
    word = known[hashed & np.uint64(len(known) - 1)]
    bits = (np.uint64(1) << (hashed >> np.uint64(58))) | (np.uint64(1) << ((hashed >> np.uint64(52)) & np.uint64(63)))
    if word & bits != bits or count - first > _MOST_MARKS or count == len(codes):
        return count
    for place in range(first, count):
        if hashes[place] == hashed:
            return count
    codes[count], hashes[count] = code, hashed
    return count + 1


@part
def _add_joined(tokens: Tokens, near: int, word: int, marks: Marks, first: int, count: int) -> int:
    """Add the marks of neighbouring words, joined."""
    text, starts, stops = tokens[0], tokens[1], tokens[2]
    joined = joined_hash(text, starts, stops, near, word, _WHOLE, marks[0])
    count = _add(_SURNAME, joined, marks, first, count)
    count = _add(_FIRST, joined, marks, first, count)
    if near == word - 1:
        head = joined_hash(text, starts, stops, near, word, HEAD_LETTERS, marks[0])
        count = _add(_HEAD, head, marks, first, count)
    return count


@part
def _add_names(
    tokens: Tokens, words: int, table: tuple[U64, U8, U64], seen: U64, marks: Marks, first: int, count: int
) -> tuple[int, int]:
    """Add the marks of names and street lines; return how many marks there are, and how many words may be names."""
    text, starts, stops, digits, parted = tokens
    bases, meanings, longs = table
    key, names, before, number = marks[0], 0, 0, -1
    for word in range(words):
        start, stop = starts[word], stops[word]
        if parted[word]:
            before, number = word, -1
        if digits[word]:
            before = word + 1
            is_number = 48 <= text[start] & 0x7F <= 57 and stop - start <= _LONGEST_NUMBER
            number = word if is_number else -1
            continue
        base = base_hash(text, start, stop, key)
        slot = slot_of(base, bases, meanings)
        meaning = integer(meanings[slot]) if slot >= 0 else 0
        if stop - start > 1 and not meaning & NEVER_NAME:
            count = _add(_SURNAME, base, marks, first, count)
            count = _add(_FIRST, base, marks, first, count)
            head = base_hash(text, start, min(stop, start + HEAD_LETTERS), key)
            count = _add(_HEAD, head, marks, first, count)
            new = names < _MOST_NAMES
            for other in range(names):
                new &= seen[other] != base
            if new:
                seen[names] = base
                names += 1
        for near in range(before, word):
            count = _add_joined(tokens, near, word, marks, first, count)
        before = max(before, word - MOST_JOINED + 2)
        if number >= 0 and not meaning & MUTE:
            telling = longs[slot] if slot >= 0 else base
            street = street_hash(base_hash(text, starts[number], stops[number], key), telling, key)
            count = _add(_STREET, street, marks, first, count)
            number = -1
    return count, names


@part
def _put(text: U8, start: int, stop: int, spare: U8, size: int) -> int:
    for place in range(start, stop):
        spare[size] = text[place] & 0x7F
        size += 1
    return size


@part
def _add_identifier(text: U8, start: int, stop: int, digits: int, marks: Marks, first: int, count: int) -> int:
    bare = bare_start(text, start, stop, digits)
    count = _add(_ID, base_hash(text, bare, stop, marks[0]), marks, first, count)
    if stop - bare == _NIR and digits == stop - start:
        count = _add(_ID, base_hash(text, bare, bare + _NIR_WITHOUT_KEY, marks[0]), marks, first, count)
    return count


@part
def _add_field(tokens: Tokens, begin: int, end: int, spare: U8, marks: Marks, first: int, count: int) -> int:
    """Add the identifier that all words of a field together may be."""
    text, starts, stops, digits = tokens[0], tokens[1], tokens[2], tokens[3]
    size, held = 0, 0
    if 1 < end - begin <= _MOST_TOKENS:
        for word in range(begin, end):
            size += stops[word] - starts[word]
            held += digits[word]
    if held < LEAST_ID_DIGITS or size > _LONGEST_TOKENS:
        return count
    size = 0
    for word in range(begin, end):
        size = _put(text, starts[word], stops[word], spare, size)
    return _add_identifier(spare, 0, size, held, marks, first, count)


@part
def _add_tokens(tokens: Tokens, words: int, spare: U8, marks: Marks, first: int, count: int) -> int:
    """Add identifiers, postcodes and hashed values."""
    text, starts, stops, digits, parted = tokens
    key, begin = marks[0], 0
    for word in range(words):
        if parted[word]:
            count = _add_field(tokens, begin, word, spare, marks, first, count)
            begin = word
        if not digits[word]:
            continue
        start, stop, held = starts[word], stops[word], digits[word]
        if held >= LEAST_ID_DIGITS:
            count = _add_identifier(text, start, stop, held, marks, first, count)
        if 4 <= stop - start <= 8:
            bare = bare_start(text, start, stop, held)
            count = _add(_POSTCODE, base_hash(text, bare, stop, key), marks, first, count)
        if word > begin and digits[word - 1] and stop - start + stops[word - 1] - starts[word - 1] <= 8:
            size = _put(text, starts[word - 1], stops[word - 1], spare, 0)
            size = _put(text, start, stop, spare, size)
            bare = bare_start(spare, 0, size, held + digits[word - 1])
            count = _add(_POSTCODE, base_hash(spare, bare, size, key), marks, first, count)
        if stop - start == 32 or stop - start == 40 or stop - start == 64:
            count = _add(_DIGEST, base_hash(text, start, stop, key), marks, first, count)
    return _add_field(tokens, begin, words, spare, marks, first, count)


@part
def _add_mails(text: U8, place: int, end: int, marks: Marks, first: int, count: int) -> int:
    """Add e-mail addresses, each after a 1."""
    while place < end:
        start = place = place + 1
        while place < end and text[place] != 1:
            place += 1
        stop = place
        while text[stop - 1] == 46 or text[stop - 1] == 45:
            stop -= 1
        count = _add(_EMAIL, base_hash(text, start, stop, marks[0]), marks, first, count)
    return count


@part
def _split(
    text: U8, place: int, end: int, kind_of: U8, tokens: Tokens, runs: tuple[I64, I64], slashes: I64
) -> tuple[int, int, int, bool]:
    """Note words, runs of digits, and slashes after letters; return how many there are, and whether there was room."""
    _, starts, stops, digits, parted = tokens
    words, numbers, links, gap, begin = 0, 0, 0, 1, place
    while place < end:
        if words == _MOST_WORDS or numbers == _MOST_WORDS or links == _MOST_LINKS:
            return words, numbers, links, False
        sign = text[place]
        if not kind_of[sign]:
            if sign == 0:
                gap = 1
            elif sign == 47 and place > begin and kind_of[text[place - 1]] == 1:
                slashes[links] = place
                links += 1
            place += 1
            continue
        start, held = place, 0
        while place < end and kind_of[text[place]]:
            if kind_of[text[place]] == 1:
                place += 1
                continue
            if numbers == _MOST_WORDS:
                return words, numbers, links, False
            runs[0][numbers] = place
            while place < end and kind_of[text[place]] == 2:
                place += 1
            runs[1][numbers] = place
            held += place - runs[0][numbers]
            numbers += 1
        starts[words], stops[words], digits[words], parted[words] = start, place, held, gap
        words += 1
        gap = 0
    return words, numbers, links, True


@part
def _mark_units(
    given: tuple[I64, I64, U8],
    dates: tuple[I64, I64],
    tokens: Tokens,
    runs: tuple[I64, I64],
    slashes: I64,
    spares: tuple[U8, I64, U8, U64],
    table: tuple[U64, U8, U64],
    kind_of: U8,
    marks: Marks,
    made_for: tuple[I64, I64],
) -> int:
    """Add the marks of all units, and note their bounds and names; return how many there are."""
    units, ends, states = given
    days, day_bounds = dates
    spare, found, iso, seen = spares
    bounds, names = made_for
    text, key, room = tokens[0], marks[0], len(marks[2])
    count = 0
    for unit in range(len(ends)):
        first, begin, end = count, units[unit], ends[unit]
        bounds[unit + 1] = count
        if states[unit] != _PLAIN:
            continue
        words, numbers, links, whole = _split(text, begin, end, kind_of, tokens, runs, slashes)
        if not whole:
            states[unit] = _ODD
            continue
        count, names[unit] = _add_names(tokens, words, table, seen, marks, first, count)
        count = _add_tokens(tokens, words, spare, marks, first, count)
        for run in range(numbers):
            size = runs[1][run] - runs[0][run]
            lead = text[runs[0][run]] & 0x7F == 48 or (runs[0][run] > begin and text[runs[0][run] - 1] == 43)
            if not lead and size != 3 and not 9 <= size <= 12:
                continue
            for nth in range(find_phones(text, runs[0], runs[1], run, numbers, spare, found)):
                base = base_hash(spare, found[nth] - PHONE_DIGITS, found[nth], key)
                count = _add(_PHONE, base, marks, first, count)
        for nth in range(day_bounds[unit], day_bounds[unit + 1]):
            write_iso(days[nth], iso)
            count = _add(_DATE, base_hash(iso, 0, 10, key), marks, first, count)
        for link in range(links):
            start = host_start(text, slashes[link], begin)
            if start < slashes[link]:
                stop = path_end(text, slashes[link], end)
                count = _add(_LINK, base_hash(text, start, stop, key), marks, first, count)
        count = _add_mails(text, end, units[unit + 1], marks, first, count)
        if count - first > _MOST_MARKS or count + _MOST_MARKS >= room:
            states[unit], count = _ODD, first
        bounds[unit + 1] = count
    return count


@compiled(
    together(made(types.uint8), made(types.uint64), made(types.int64), made(types.int64), made(types.uint8)),
    *(_BYTES, _NUMBERS, _NUMBERS, _BYTES, _NUMBERS, _NUMBERS),
    *(_WORDS, _WORDS, _BYTES, _WORDS, _WORDS, _WORDS, _BYTES),
)
def _find_marks(
    text: U8,
    units: I64,
    ends: I64,
    states: U8,
    days: I64,
    day_bounds: I64,
    key: U64,
    bases: U64,
    meanings: U8,
    longs: U64,
    known: U64,
    known_names: U64,
    kind_of: U8,
) -> tuple[U8, U64, I64, I64, U8]:
    room = len(text) + len(days) + 4 * _MOST_MARKS
    codes, hashes = np.empty(room, np.uint8), np.empty(room, np.uint64)
    bounds, names, states = np.zeros(len(units), np.int64), np.zeros(len(ends), np.int64), states.copy()
    starts, stops = np.empty(_MOST_WORDS, np.int64), np.empty(_MOST_WORDS, np.int64)
    digits, parted = np.empty(_MOST_WORDS, np.int64), np.empty(_MOST_WORDS, np.uint8)
    runs = (np.empty(_MOST_WORDS, np.int64), np.empty(_MOST_WORDS, np.int64))
    slashes, seen = np.empty(_MOST_LINKS, np.int64), np.empty(_MOST_NAMES, np.uint64)
    spare, found, iso = np.empty(64, np.uint8), np.empty(64, np.int64), np.empty(10, np.uint8)
    tokens, marks, table = (
        (text, starts, stops, digits, parted),
        (key, known, codes, hashes, known_names),
        (bases, meanings, longs),
    )
    count = _mark_units(
        (units, ends, states),
        (days, day_bounds),
        tokens,
        runs,
        slashes,
        (spare, found, iso, seen),
        table,
        kind_of,
        marks,
        (bounds, names),
    )
    return codes[:count].copy(), hashes[:count].copy(), bounds, names, states
