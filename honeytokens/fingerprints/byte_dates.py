"""Dates in folded bytes, compiled: every reading of :mod:`.dates`, and more, for many units.

What stands beside a number is not looked at where that could only rule a reading out, so it finds dates that
:func:`.date_readings` does not. What it finds is for a filter, never for a verdict.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
from numba import types

from honeytokens.fingerprints.byte_folding import Folded, State
from honeytokens.fingerprints.compiled import I64, U8, U64, column, compiled, integer, made, part, together
from honeytokens.fingerprints.dates import MONTHS, YEARS

_EPOCH = date(1970, 1, 1)
_FIRST_DAY = (date(YEARS.start, 1, 1) - _EPOCH).days
_LAST_DAY = (date(YEARS.stop, 1, 1) - _EPOCH).days
_EXCEL_DAY_0 = (date(1899, 12, 30) - _EPOCH).days
_EVENING = 4 * 3600

_PLAIN, _ODD = int(State.PLAIN), int(State.ODD)
_MOST_RUNS, _MOST_DAYS = 4096, 200
_LONGEST_MONTH, _ORDINAL_LETTERS, _SLOTS = 10, 2, 1024
_LINK = 13
"""Stands in the table of months for the words that may be between a day, a month and a year."""
_KINDS = np.array([(2 if chr(b & 127).isdigit() else 1) if chr(b & 127).isalnum() else 0 for b in range(256)], np.uint8)


def find_days(folded: Folded) -> tuple[I64, I64, U8]:
    """Return the dates in units, as days since 1970: those of unit ``i`` are at ``bounds[i]`` to ``bounds[i + 1]``.

    With them come the bounds, and the states of the units: one with too many numbers in it has become odd.
    """
    return _find_days(*folded, *_months(), _KINDS)


@cache
def _months() -> tuple[U64, U8]:
    """Return a table of the names of months, each as :func:`_packed` packs it, and of the months."""
    names, months = np.zeros(_SLOTS, np.uint64), np.zeros(_SLOTS, np.uint8)
    for name, month in (*MONTHS.items(), *((link, _LINK) for link in ("de", "of", "er", "st", "nd", "rd", "th"))):
        packed = 0
        for letter in name:
            packed = packed << 5 | (ord(letter) & 31)
        slot = (packed ^ packed >> 10 ^ packed >> 20) % _SLOTS
        while months[slot]:
            slot = (slot + 1) % _SLOTS
        names[slot], months[slot] = packed, month
    return names, months


@part
def _packed(text: U8, start: int, stop: int) -> np.uint64:
    packed = np.uint64(0)
    for place in range(start, stop):
        packed = (packed << np.uint64(5)) | np.uint64(text[place] & 31)
    return packed


@part
def _month(text: U8, start: int, stop: int, names: U64, months: U8) -> int:
    """Return the month that some letters name, 13 for a word that links, 0 for any other."""
    if not 2 <= stop - start <= _LONGEST_MONTH:
        return 0
    packed = _packed(text, start, stop)
    slot = (packed ^ packed >> np.uint64(10) ^ packed >> np.uint64(20)) & np.uint64(_SLOTS - 1)
    while months[slot]:
        if names[slot] == packed:
            return integer(months[slot])
        slot = (slot + np.uint64(1)) & np.uint64(_SLOTS - 1)
    return 0


@part
def _number(text: U8, start: int, stop: int) -> int:
    value = 0
    for place in range(start, stop):
        value = 10 * value + (text[place] & 0x7F) - 48
    return value


@part
def _days_to(year: int, month: int, day: int) -> int:
    """Return days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms")."""
    year -= month <= 2
    era = year // 400
    in_era = year - era * 400
    in_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146097 + in_era * 365 + in_era // 4 - in_era // 100 + in_year - 719468


@part
def _put_days(days: int, found: I64, count: int) -> int:
    if count < len(found) and _FIRST_DAY <= days < _LAST_DAY:
        found[count] = days
        return count + 1
    return count


@part
def _put_date(year: int, size: int, month: int, day: int, found: I64, count: int) -> int:
    """Put the days that a year of 2 or 4 digits, a month and a day may be."""
    if not (1 <= month <= 12 and 1 <= day <= 31) or (size != 4 and size != 2):
        return count
    if (day == 31 and (month == 4 or month == 6 or month == 9 or month == 11)) or (month == 2 and day > 29):
        return count
    for century in range(1 if size == 4 else 2):
        full = year if size == 4 else 1900 + 100 * century + year
        if month == 2 and day == 29 and (full % 4 or (full % 100 == 0 and full % 400)):
            continue
        count = _put_days(_days_to(full, month, day), found, count)
    return count


@part
def _put_either(one: int, two: int, year: int, size: int, found: I64, count: int) -> int:
    count = _put_date(year, size, two, one, found, count)
    return _put_date(year, size, one, two, found, count) if one != two else count


@part
def _read_run(text: U8, start: int, stop: int, negative: bool, found: I64, count: int) -> int:
    """Put the days that one run of digits may be."""
    size = stop - start
    if size == 8 or size == 12 or size == 14:
        first, middle = _number(text, start, start + 2), _number(text, start + 2, start + 4)
        last = _number(text, start + 4, start + 8)
        count = _put_date(100 * first + middle, 4, last // 100, last % 100, found, count)
        count = _put_either(first, middle, last, 4, found, count)
    if text[start] & 0x7F == 48:
        return count
    if size == 4 or size == 5:
        serial = _number(text, start, stop)
        if 7000 <= serial < 60000:
            count = _put_days(serial + _EXCEL_DAY_0, found, count)
    elif 8 <= size <= 13:
        value = _number(text, start, stop)
        for sign in range(2 if negative else 1):
            number = -value if sign else value
            seconds = number if value < 10**10 else number // 1000
            if -5 * 10**9 < seconds < 5 * 10**9:
                count = _put_days(seconds // 86400, found, count)
                count = _put_days((seconds + _EVENING) // 86400, found, count)
    return count


@part
def _read_group(text: U8, starts: I64, stops: I64, kinds: U8, run: int, runs: int, found: I64, count: int) -> int:
    """Put the days that three runs of digits with the same sign between them may be."""
    one, two, three = run, run + 1, run + 2
    if three >= runs or kinds[two] != 2 or kinds[three] != 2 or stops[one] - starts[one] > 4:
        return count
    between = text[stops[one]]
    if (between != 45 and between != 47 and between != 46 and between != 32) or text[stops[two]] != between:
        return count
    sizes = (stops[one] - starts[one], stops[two] - starts[two], stops[three] - starts[three])
    if starts[two] != stops[one] + 1 or starts[three] != stops[two] + 1 or sizes[1] > 2 or sizes[2] > 4:
        return count
    if between == 32 and sizes[0] != 4 and sizes[2] != 4:
        return count
    first, middle = _number(text, starts[one], stops[one]), _number(text, starts[two], stops[two])
    last = _number(text, starts[three], stops[three])
    if sizes[0] == 4 and sizes[2] <= 2:
        before = count
        count = _put_date(first, 4, middle, last, found, count)
        late = stops[three] + 1 < len(text) and (text[stops[three]] == 116 or text[stops[three]] == 32)
        if late and text[stops[three] + 1] == 50 and before < count:
            count = _put_days(found[before] + 1, found, count)
        return count
    return _put_either(first, middle, last, sizes[2], found, count) if sizes[0] <= 2 else count


@part
def _read_month(
    text: U8, starts: I64, stops: I64, kinds: U8, run: int, runs: int, names: U64, months: U8, found: I64, count: int
) -> int:
    """Put the days that a month's name and the numbers around it may be."""
    start = starts[run]
    month = _month(text, start, stops[run], names, months)
    joined = (month == 0 or month == _LINK) and run and kinds[run - 1] == 2 and stops[run - 1] == start
    if joined and _month(text, start, start + _ORDINAL_LETTERS, names, months) == _LINK:
        month = _month(text, start + _ORDINAL_LETTERS, stops[run], names, months)
    if month == 0 or month == _LINK:
        return count
    before, after = run - 1, run + 1
    while (
        before >= 0
        and kinds[before] == 1
        and run - before <= 2
        and _is_link(text, starts, stops, before, names, months)
    ):
        before -= 1
    while after < runs and kinds[after] == 1 and _is_link(text, starts, stops, after, names, months):
        after += 1
    if after >= runs or kinds[after] != 2:
        return count
    year = after
    if before >= 0 and kinds[before] == 2 and stops[before] - starts[before] <= 2:
        size = stops[year] - starts[year]
        if size == 2 or size == 4:
            day = _number(text, starts[before], stops[before])
            count = _put_date(_number(text, starts[year], stops[year]), size, month, day, found, count)
    year = after + 1
    while year < runs and kinds[year] == 1 and _is_link(text, starts, stops, year, names, months):
        year += 1
    if year < runs and kinds[year] == 2 and stops[after] - starts[after] <= 2:
        size = stops[year] - starts[year]
        if size == 2 or size == 4:
            day = _number(text, starts[after], stops[after])
            count = _put_date(_number(text, starts[year], stops[year]), size, month, day, found, count)
    return count


@part
def _is_link(text: U8, starts: I64, stops: I64, run: int, names: U64, months: U8) -> bool:
    return _month(text, starts[run], stops[run], names, months) == _LINK


_BYTES, _NUMBERS = column(types.uint8), column(types.int64)


@part
def _read_units(
    text: U8,
    given: tuple[I64, I64, U8],
    table: tuple[U64, U8],
    kind_of: U8,
    runs_of: tuple[I64, I64, U8],
    found: I64,
    made_for: tuple[I64, I64],
) -> int:
    """Put the days of all units, and note their bounds; return how many there are."""
    units, ends, states = given
    names, months = table
    starts, stops, kinds = runs_of
    days, bounds = made_for
    held = 0
    for unit in range(len(units) - 1):
        bounds[unit + 1] = held
        if states[unit] != _PLAIN:
            continue
        runs, count, place, end = 0, 0, units[unit], ends[unit]
        while place < end and runs < _MOST_RUNS:
            kind = kind_of[text[place]]
            start = place
            place += 1
            if kind:
                while place < end and kind_of[text[place]] == kind:
                    place += 1
                starts[runs], stops[runs], kinds[runs] = start, place, kind
                runs += 1
        for run in range(runs):
            if kinds[run] == 2:
                negative = starts[run] > units[unit] and text[starts[run] - 1] == 45
                count = _read_run(text, starts[run], stops[run], negative, found, count)
                count = _read_group(text, starts, stops, kinds, run, runs, found, count)
            elif 3 <= stops[run] - starts[run] <= _LONGEST_MONTH + _ORDINAL_LETTERS and run + 1 < runs:
                count = _read_month(text, starts, stops, kinds, run, runs, names, months, found, count)
        if runs == _MOST_RUNS or count == _MOST_DAYS or held + count > len(days):
            states[unit] = _ODD
            continue
        for nth in range(count):
            days[held + nth] = found[nth]
        held += count
        bounds[unit + 1] = held
    return held


@compiled(
    together(made(types.int64), made(types.int64), made(types.uint8)),
    *(_BYTES, _NUMBERS, _NUMBERS, _BYTES, column(types.uint64), _BYTES, _BYTES),
)
def _find_days(text: U8, units: I64, ends: I64, states: U8, names: U64, months: U8, kind_of: U8) -> tuple[I64, I64, U8]:
    days, bounds, states = np.empty(len(text) + _MOST_DAYS, np.int64), np.zeros(len(units), np.int64), states.copy()
    starts, stops = np.empty(_MOST_RUNS, np.int64), np.empty(_MOST_RUNS, np.int64)
    kinds, found = np.empty(_MOST_RUNS, np.uint8), np.empty(_MOST_DAYS, np.int64)
    held = _read_units(
        text, (units, ends, states), (names, months), kind_of, (starts, stops, kinds), found, (days, bounds)
    )
    return days[:held].copy(), bounds, states
