"""When decoys came to the hospital, for what and for how long: columns with one place for each stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from honeytokens.clinical.conditions import CARES, NEWBORN, OLDEST, Clinic
from honeytokens.clinical.opening_days import opening_days
from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64, U64
from honeytokens.model import Care

Times = NDArray[np.datetime64]

MOST_STAYS = 4
YEARS_BACK = 8
"""Stays lie in this many years before the last day; older ones are rarely in a hospital's current tables."""
KINDS = tuple(Care)
NEWBORN_DAYS = 28

_MARGIN = 24
"""Days kept free before the last day: the longest stay, the shifts to working days, and a few more."""
_YOUNGEST = 4
"""Days: whoever is younger has not come back to the hospital yet."""
# How many stays, by age: [from age, weights of 1, 2, 3 and 4 stays].
_STAYS_BY_AGE = ((0, (60, 28, 9, 3)), (18, (56, 28, 11, 5)), (50, (40, 32, 18, 10)), (70, (28, 32, 24, 16)))
_AGAIN = 60
"""Per cent of chance that someone with a chronic condition comes back for it."""
_CONSULTATION, _PLANNED, _EMERGENCY = range(len(CARES))
# Starts in minutes after midnight. Consultations keep the hours of a clinic; emergencies come at any minute, fewer by
# night, and never between one and three, which clocks skip once a year.
_CLINIC = np.array([*range(8 * 60, 12 * 60 + 15, 15), *range(13 * 60 + 30, 17 * 60, 15)])
_MORNING = np.arange(7 * 60, 11 * 60, 15)
_ADMISSION = np.arange(7 * 60, 15 * 60, 15)
_DISCHARGE = np.arange(9 * 60, 17 * 60, 15)
_HOURS = np.array([8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 0, 3]) * 60


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """The stays of all rows, each row's together and in order of time; every column has one place for each stay.

    ``row`` is the row of the identities, ``place`` the stay's number in its row, ``age`` a row of ``Clinic.totals``,
    ``kind`` an index into :data:`KINDS`; times are in minutes.
    """

    row: I64
    place: I64
    condition: I64
    age: I64
    kind: I64
    admitted: Times
    discharged: Times


def draw_stays(draws: Draws, table: Clinic, sex: I64, born: Times, ends: Times, *, french: bool) -> Stays:
    """Return the stays of each row, all between the day after birth and the day before ``ends``, never overlapping."""
    lived = (ends - born).astype(np.int64)
    room = np.minimum(lived - 1, YEARS_BACK * 365) - _MARGIN
    # The very young have room for fewer: each stay needs twice the margin, but the first.
    most = np.maximum(room // (2 * _MARGIN), 1)
    count = np.where(room > 0, np.minimum(_how_many(draws, age_on(born, ends)), most), lived >= _YOUNGEST)
    # Each stay has its own share of the room, the last nearest to the end, so that two of them never overlap.
    slot = np.maximum(room // np.maximum(count, 1), 1)
    shape = (len(born), MOST_STAYS)
    day, chosen = np.empty(shape, dtype="datetime64[D]"), np.full(shape, -1, dtype=np.int64)
    age, free = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    previous = np.full(len(born), -1)
    for index in range(MOST_STAYS):
        where = draws.u64("stay day", index)
        back = _MARGIN + (count - 1 - index) * slot + _below(where, np.maximum(slot - np.minimum(_MARGIN, slot - 1), 1))
        back = np.where(room > 0, back, 2 + _below(where, np.maximum(lived - 2, 1)))
        day[:, index], free[:, index] = ends - back, back - 2
        age[:, index] = _age_row(born, day[:, index])
        previous = np.where(index < count, _condition(draws, table, index, sex, age[:, index], previous), previous)
        chosen[:, index] = np.where(index < count, previous, -1)
    row, place = np.nonzero(chosen >= 0)
    numbers = np.stack([draws.u64("stay", index) for index in range(MOST_STAYS)], axis=1)[row, place]
    condition = chosen[row, place]
    kind, admitted, discharged = _clock(table, condition, day[row, place], free[row, place], numbers, french)
    return Stays(row, place, condition, age[row, place], kind, admitted, discharged)


def age_on(born: Times, day: Times) -> I64:
    """Return whole years, from the months and the day of the month; a day before birth counts as age 0."""
    months = (day.astype("datetime64[M]") - born.astype("datetime64[M]")).astype(np.int64)
    early = (day - day.astype("datetime64[M]")) < (born - born.astype("datetime64[M]"))
    years: I64 = np.maximum((months - early) // 12, 0)
    return years


def _age_row(born: Times, day: Times) -> I64:
    newborn = (day - born).astype(np.int64) < NEWBORN_DAYS
    row: I64 = np.where(newborn, NEWBORN, np.minimum(age_on(born, day), OLDEST) + 1)
    return row


def _below(numbers: U64, bound: I64) -> I64:
    return (numbers % bound.astype(np.uint64)).astype(np.int64)


def _how_many(draws: Draws, age: I64) -> I64:
    starts = [start for start, _ in _STAYS_BY_AGE]
    band = np.searchsorted(starts, age, side="right") - 1
    count = np.zeros(len(age), dtype=np.int64)
    for index, (_, weights) in enumerate(_STAYS_BY_AGE):
        mask = band == index
        count[mask] = draws.where(mask).pick("stays", cumulative(weights)) + 1
    return count


def _condition(draws: Draws, table: Clinic, index: int, sex: I64, age: I64, previous: I64) -> I64:
    """Return the condition of each row's stay: often the one before when it is chronic."""
    numbers = draws.u64("condition", index)
    # All rows of one sex and age share their totals: one search over tables laid end to end finds every condition.
    rank, width = sex * table.totals.shape[1] + age, table.totals.shape[2]
    totals = table.totals.reshape(-1, width)
    height = int(totals[:, -1].max()) + 1
    laid = (totals + np.arange(len(totals))[:, None] * height).ravel()
    point = _below(numbers, totals[rank, -1])
    new = np.searchsorted(laid, point + rank * height, side="right") - rank * width
    chronic = np.array([condition.chronic for condition in table.conditions])
    again = (previous >= 0) & chronic[previous] & draws.chance("again", _AGAIN, 100, index)
    # What someone has come for before may have become rare at the new age, but it is still theirs.
    found: I64 = np.where(again, previous, new)
    return found


def _clock(
    table: Clinic, condition: I64, day: Times, free: I64, numbers: U64, french: bool
) -> tuple[I64, Times, Times]:
    """Return the kind of each stay and its times; at most ``free`` nights fit before the last day."""
    parts = [(numbers >> np.uint64(shift) & np.uint64(0xFFFF)).astype(np.int64) for shift in (48, 32, 16)]
    nights, start, length = parts
    fewest, most = np.array([condition.nights for condition in table.conditions])[condition].T
    nights = np.minimum(fewest + nights % (most - fewest + 1), free)
    care = np.array([CARES.index(condition.care) for condition in table.conditions])[condition]
    opened = np.busday_offset(day, 0, roll="forward", busdaycal=opening_days(french=french))
    day = np.where(care == _EMERGENCY, day, opened)
    begins = np.select(
        [care == _CONSULTATION, (care == _PLANNED) & (nights == 0), care == _PLANNED],
        [_CLINIC[start % len(_CLINIC)], _MORNING[start % len(_MORNING)], _ADMISSION[start % len(_ADMISSION)]],
        _HOURS[start % len(_HOURS)] + start // len(_HOURS) % 60,
    )
    admitted = day.astype("datetime64[m]") + begins
    takes = np.where(care == _CONSULTATION, 15 + 5 * (length % 10), 120 + 5 * (length % 60))
    ends_at = (begins + takes) % (24 * 60)
    takes = np.where((ends_at >= 60) & (ends_at < 180), takes + 120, takes)
    left = day + nights
    # Nobody is sent home on a Sunday; 1970-01-01 was a Thursday.
    left = left + ((left.astype(np.int64) + 3) % 7 == 6)
    overnight = left.astype("datetime64[m]") + _DISCHARGE[length % len(_DISCHARGE)]
    discharged = np.where(nights == 0, admitted + takes, overnight)
    kind = np.select(
        [care == _CONSULTATION, care == _EMERGENCY, nights == 0],
        [KINDS.index(Care.CONSULTATION), np.where(nights == 0, *_emergency()), KINDS.index(Care.DAY_CASE)],
        KINDS.index(Care.PLANNED_STAY),
    )
    return kind, admitted, discharged


def _emergency() -> tuple[int, int]:
    return KINDS.index(Care.EMERGENCY), KINDS.index(Care.EMERGENCY_STAY)
