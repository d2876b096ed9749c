"""Folding of bytes, compiled: what :mod:`.folding` and the search for e-mail addresses do to text, for many units.

A unit is what belongs together: a record, or a line. Whatever is not understood makes its unit odd, and an odd unit is
for slower code that reads it in full. So this may be simple, and nothing is lost by it.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import NamedTuple

import numpy as np
from anyascii import anyascii
from numba import types

from honeytokens.fingerprints.compiled import I64, U8, column, compiled, integer, made, part, together


class State(IntEnum):
    """What is known of a unit: that it is understood, that it is not, or that there is nothing in it."""

    PLAIN = 0
    ODD = 1
    BLANK = 2


class Shape(NamedTuple):
    """What units are: fields with zeros between them, or lines; these with a separator and a quote, or neither (0)."""

    is_line: bool
    separator: int = 0
    quote: int = 0
    escaped: bool = False


FIELDS = Shape(False)


class Folded(NamedTuple):
    """Units of text, one byte for each sign, shape (n,): unit ``i`` is ``text[bounds[i]:bounds[i + 1]]``.

    Letters and digits are in lower case, with the high bit set where they stand for such as are not ASCII; signs are
    those of ASCII, 0 is between fields. E-mail addresses are taken out, as is done before words are read: what is left,
    and then the names before their ``@``, end at ``ends[i]``. Then come the addresses, each after a 1.
    """

    text: U8
    bounds: I64
    ends: I64
    states: U8


def fold_units(data: U8, bounds: I64, shape: Shape) -> Folded:
    """Return the units of some data, folded; unit ``i`` is ``data[bounds[i]:bounds[i + 1]]``."""
    known = _letters()
    dialect = np.array([shape.is_line, shape.separator, shape.quote, shape.escaped], dtype=np.int64)
    return Folded(*_fold_units(data, bounds, dialect, known.spelt, _PLACES, known.stray))


_PLAIN, _ODD, _BLANK = (int(state) for state in State)
_LONGEST_UNIT = 1 << 15
_LONGEST_FIELD = 512
"""Lines with longer fields are odd: they are cut into windows."""

_ENTRY = 8
_UNKNOWN, _CONTINUES, _SIZE = 0x80, 0x40, 0x0F
_BLOCKS = ((0x00, 0x380), (0x2000, 0x2070), (0x20A0, 0x20D0), (0xFB00, 0xFB07))
"""The letters and signs that are known."""
_PLACES = np.array(
    [
        (start, end, sum(before_end - before for before, before_end in _BLOCKS[:place]) - start)
        for place, (start, end) in enumerate(_BLOCKS)
    ]
)


class _Letters(NamedTuple):
    """How letters beyond ASCII are written in ASCII.

    ``spelt[i]`` are a length, with flags, and up to seven bytes; ``stray[b]`` is the letter that the byte ``128 + b``
    is where it is not part of UTF-8.
    """

    spelt: U8
    stray: I64


@cache
def _letters() -> _Letters:
    codes = [code for start, end in _BLOCKS for code in range(start, end)]
    spelt = np.zeros((len(codes), _ENTRY), dtype=np.uint8)
    bytes_of = [bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0x100)]
    continuing = {ord(char) for char in bytes_of[:0x40]} | set(range(0x80, 0xC0))
    for row, code in enumerate(codes):
        written = anyascii(chr(code)).lower()
        # What is written with digits is no digit to those that read dates and numbers.
        unknown = len(written) >= _ENTRY or any(map(str.isdecimal, written))
        spelt[row, 0] = (_UNKNOWN if unknown else len(written)) | (_CONTINUES if code in continuing else 0)
        for place, sign in enumerate(written[: _ENTRY - 1], start=1):
            spelt[row, place] = ord(sign) | 0x80 if sign.isalnum() else ord("-" if sign == "-" else " ")
    return _Letters(spelt, np.array([ord(char) for char in bytes_of]))


@part
def _decoded(data: U8, place: int, end: int, stray: I64) -> tuple[int, int]:
    """Return the letter at a place, of UTF-8 or else of CP1252, and how many bytes it has."""
    lead = integer(data[place])
    size = 2 if 0xC2 <= lead <= 0xDF else 3 if 0xE0 <= lead <= 0xEF else 4 if 0xF0 <= lead <= 0xF4 else 1
    alone = integer(stray[lead - 0x80])
    if place + size > end:
        return alone, 1
    code = lead & (0xFF >> (size + 1))
    for offset in range(1, size):
        if data[place + offset] & 0xC0 != 0x80:
            return alone, 1
        code = (code << 6) | integer(data[place + offset] & 0x3F)
    if size == 1 or (size == 3 and (code < 0x800 or 0xD800 <= code < 0xE000)):
        return alone, 1
    return code, size


@part
def _row(code: int, places: I64) -> int:
    """Return the row of a letter, or -1."""
    for block in range(len(places)):
        if places[block, 0] <= code < places[block, 1]:
            return integer(places[block, 2]) + code
    return -1


@part
def _in_host(sign: int) -> bool:
    return 97 <= sign <= 122 or 48 <= sign <= 57 or sign == 45


@part
def _in_mail_name(sign: int) -> bool:
    return _in_host(sign) or sign == 46 or sign == 95 or sign == 37 or sign == 43


@part
def _name_size(text: U8, start: int, stop: int) -> int:
    """Return how many of the last signs of a stretch may be the name in an e-mail address."""
    first = stop
    while first > start and _in_mail_name(text[first - 1]):
        first -= 1
    return stop - first


@part
def _host_size(text: U8, start: int, stop: int) -> int:
    """Return how many of the first signs of a stretch are the host of an e-mail address: 0 without a dot in it."""
    last, dotted = start, False
    while last < stop and (_in_host(text[last]) or (text[last] == 46 and last > start)):
        if text[last] == 46:
            if last + 1 == stop or not _in_host(text[last + 1]):
                break
            dotted = True
        last += 1
    return last - start if dotted else 0


@part
def _set_mails_apart(text: U8, start: int, end: int, spare: U8) -> tuple[int, int]:
    """Put e-mail addresses behind a unit's text; return where its words end and where all ends.

    Where one field holds two of them, in whose order their names would be read, all ends before it begins.
    """
    kept, place, free, held, alone = start, start, start, 0, True
    while place < end:
        alone |= text[place] == 0
        name = _name_size(text, free, kept) if text[place] == 64 else 0
        host = _host_size(text, place + 1, end) if name else 0
        if not host:
            text[kept] = text[place]
            kept, place = kept + 1, place + 1
            continue
        if not alone:
            return start, start - 1
        alone = False
        kept -= name
        spare[held] = 1
        for nth in range(name):
            spare[held + 1 + nth] = text[kept + nth]
        for nth in range(1 + host):
            spare[held + 1 + name + nth] = text[place + nth]
        held += 2 + name + host
        text[kept] = 32
        kept, place = kept + 1, place + 1 + host
        free = kept
    text[kept] = 0
    kept += 1
    named = False
    for source in range(held):
        if spare[source] == 1:
            named = True
        elif spare[source] == 64:
            named = False
            text[kept] = 32
            kept += 1
        if named and spare[source] != 1:
            text[kept] = spare[source]
            kept += 1
    for nth in range(held):
        text[kept + nth] = spare[nth]
    return kept, kept + held


_BYTES, _NUMBERS = column(types.uint8), column(types.int64)


@compiled(
    together(made(types.uint8), made(types.int64), made(types.int64), made(types.uint8)),
    *(_BYTES, _NUMBERS, _NUMBERS, column(types.uint8, 2), column(types.int64, 2), _NUMBERS),
)
def _fold_units(data: U8, units: I64, dialect: I64, spelt: U8, places: I64, stray: I64) -> tuple[U8, I64, I64, U8]:
    is_line, separator, quote, escaped = dialect[0], dialect[1], dialect[2], dialect[3]
    count = len(units) - 1
    room = 2 * len(data) + 32 * _LONGEST_UNIT
    text, spare = np.empty(room, np.uint8), np.empty(8 * _LONGEST_UNIT, np.uint8)
    bounds, ends = np.zeros(count + 1, np.int64), np.zeros(count, np.int64)
    states = np.zeros(count, np.uint8)
    held = 0
    for unit in range(count):
        start, end = units[unit], units[unit + 1]
        begun, state = held, _BLANK
        if is_line:
            while end > start and (data[end - 1] == 10 or data[end - 1] == 13):
                end -= 1
        if end - start > _LONGEST_UNIT or held + 16 * (end - start) + 64 > room:
            start, state = end, _ODD
        quoted, fresh, mails = False, True, False
        before, field = 0, start
        place = start
        while place < end:
            sign = integer(data[place])
            if separator:
                if quoted:
                    if sign == quote:
                        following = integer(data[place + 1]) if place + 1 < end else separator
                        if following == separator:
                            quoted = False
                            place += 1
                            continue
                        if following != quote:
                            state = _ODD
                            break
                        place += 1
                elif sign == separator:
                    text[held] = 0
                    held += 1
                    fresh, before, field = True, 0, place + 1
                    place += 1
                    state = _PLAIN
                    continue
                elif sign == quote:
                    if not fresh:
                        state = _ODD
                        break
                    quoted, fresh, before, state = True, False, 0, _PLAIN
                    place += 1
                    continue
                if sign != 32:
                    fresh = False
            if is_line and (sign == 0 or (sign == 92 and escaped) or place - field >= _LONGEST_FIELD):
                state = _ODD
                break
            if sign < 0x80:
                if sign > 32 or (sign < 32 and (separator or sign != 9)):
                    state = _PLAIN
                text[held] = sign + 32 if 65 <= sign <= 90 else 32 if 0 < sign < 32 else sign
                held += 1
                mails |= sign == 64
                before = 0
                place += 1
                continue
            code, size = _decoded(data, place, end, stray)
            row = _row(code, places)
            if row < 0 or spelt[row, 0] & _UNKNOWN or (0xC2 <= before <= 0xEF and spelt[row, 0] & _CONTINUES):
                state = _ODD
                break
            for nth in range(spelt[row, 0] & _SIZE):
                text[held] = spelt[row, 1 + nth]
                held += 1
            before, state = code, _PLAIN
            place += size
        if quoted or state == _ODD:
            state, held, mails = _ODD, begun, False
        states[unit] = state
        ends[unit] = held
        if mails:
            ends[unit], held = _set_mails_apart(text, begun, held, spare)
            if held < begun:
                states[unit], held = _ODD, begun
        bounds[unit + 1] = held
    return text[:held].copy(), bounds, ends, states
