"""Stories drawn for many decoys at once. A story depends on its decoy's serial, sex, birth date and last day only."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from honeytokens.clinical.conditions import OLDEST, Clinic, Condition, clinic
from honeytokens.markers import Draws, cumulative
from honeytokens.markers.draws import I64
from honeytokens.model import Allergy, Prescription, Stay, Story

Days = NDArray[np.datetime64]

MOST_STAYS = 4
YEARS_BACK = 8
"""Stays lie in this many years before the last day; older ones are rarely in a hospital's current tables."""

_MARGIN = 24
"""Days kept free before the last day: the longest stay, the shifts to working days, and a few more."""
# How many stays, by age: [from age, weights of 1, 2, 3 and 4 stays].
_STAYS_BY_AGE = ((0, (60, 28, 9, 3)), (18, (56, 28, 11, 5)), (50, (40, 32, 18, 10)), (70, (28, 32, 24, 16)))
_AGAIN = 60
"""Per cent of chance that someone with a chronic condition comes back for it."""
_WEEKEND_SHIFT = (0, 0, 0, 0, 0, 2, 1)
"""Days from each day of the week, Monday first, to the next working day."""


def stories(draws: Draws, identities: pl.DataFrame, until: date | pl.Series, language: str) -> list[Story]:
    """Return one story for each row of ``identities`` (``sex``, ``birth_date``), all of it before ``until``.

    ``until`` is one day, or one for each row; ``language`` is that of the words: French for ``fr``, else English.
    Someone born less than a month before ``until`` has an empty story.
    """
    table = clinic(french=language == "fr")
    size = len(identities)
    ends = until.to_numpy() if isinstance(until, pl.Series) else np.full(size, np.datetime64(until))
    ends = ends.astype("datetime64[D]")
    born = identities["birth_date"].to_numpy().astype("datetime64[D]")
    sex = (identities["sex"] == "male").to_numpy().astype(np.int64)
    stays = _stays(draws, table, sex, born, ends)
    allergies = _allergies(draws, table, born, ends)
    return [
        Story(tuple(stay for stay, _ in past), known, tuple(drug for _, drugs in past for drug in drugs))
        for past, known in zip(stays, allergies, strict=True)
    ]


Past = list[tuple[Stay, tuple[Prescription, ...]]]


def _stays(draws: Draws, table: Clinic, sex: I64, born: Days, ends: Days) -> list[Past]:
    """Return the stays of each row with what was prescribed at their end, in order of time, never overlapping."""
    room = np.minimum((ends - born).astype(np.int64) - 1, YEARS_BACK * 365) - _MARGIN
    # The very young have room for fewer: each stay needs twice the margin, but the first.
    most = np.maximum(room // (2 * _MARGIN), 1)
    count = np.where(room > 0, np.minimum(_how_many(draws, _age(born, ends)), most), 0)
    # Each stay has its own share of the room, the last nearest to the end, so that two of them never overlap.
    slot = np.maximum(room // np.maximum(count, 1), 1)
    pasts: list[Past] = [[] for _ in born]
    previous = np.full(len(born), -1)
    for index in range(MOST_STAYS):
        there = index < count
        back = _MARGIN + (count - 1 - index) * slot + draws.below("stay day", np.maximum(slot - _gap(slot), 1), index)
        day = ends - back
        chosen = _condition(draws, table, index, sex, _age(born, day), previous)
        previous = np.where(there, chosen, previous)
        clock = [draws.below(f"stay {what}", 2**32, index).tolist() for what in ("nights", "start", "length", "drug")]
        for row in np.flatnonzero(there & (chosen >= 0)).tolist():
            condition = table.conditions[chosen[row]]
            pasts[row].append(_stay(condition, day[row].astype(date), *(numbers[row] for numbers in clock)))
    return pasts


def _gap(slot: I64) -> I64:
    """Return the days kept free at the start of a slot for the stay before it, where the slot is long enough."""
    return np.minimum(_MARGIN, slot - 1)


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
    totals = table.totals[sex, np.minimum(age, OLDEST)]
    point = draws.below("condition", np.maximum(totals[:, -1], 1), index)
    new = (totals <= point[:, None]).sum(axis=1)
    new = np.where(totals[:, -1] > 0, new, -1)
    chronic = np.array([condition.chronic for condition in table.conditions])
    again = (previous >= 0) & chronic[previous] & draws.chance("again", _AGAIN, 100, index)
    return np.where(again, previous, new)


def _stay(
    condition: Condition, day: date, nights: int, start: int, length: int, drug: int
) -> tuple[Stay, tuple[Prescription, ...]]:
    """Return one stay and its prescription; the last four are uniform numbers below 2^32."""
    fewest, most = condition.nights
    stays = fewest + nights % (most - fewest + 1)
    if condition.care != "emergency":
        day += timedelta(days=_WEEKEND_SHIFT[day.weekday()])
    admitted = datetime.combine(day, _start(condition, stays, start))
    if stays == 0:
        minutes = 15 + 5 * (length % 10) if condition.care == "consultation" else 120 + 5 * (length % 60)
        discharged = admitted + timedelta(minutes=minutes)
    else:
        leaves = day + timedelta(days=stays)
        leaves += timedelta(days=int(leaves.weekday() == 6))  # nobody is sent home on a Sunday
        discharged = datetime.combine(leaves, _quarter(9, 8, length))
    given: tuple[Prescription, ...] = ()
    if condition.drugs:
        chosen = condition.drugs[drug % len(condition.drugs)]
        given = (Prescription(chosen.name, chosen.atc, chosen.dose, discharged.date(), chosen.days),)
    return Stay(admitted, discharged, condition.label, condition.icd10), given


def _start(condition: Condition, nights: int, number: int) -> time:
    if condition.care == "consultation":
        return _quarter(8, 9, number)
    if condition.care == "planned":
        return _quarter(7, 8 if nights else 4, number)
    # Emergencies come at any minute, fewer by night.
    hour = (8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 0, 3)[number % 16]
    return time(hour, number // 16 % 60)


def _quarter(first_hour: int, hours: int, number: int) -> time:
    """Return a quarter of an hour, from ``first_hour``, within so many hours."""
    quarter = number % (hours * 4)
    return time(first_hour + quarter // 4, quarter % 4 * 15)


def _allergies(draws: Draws, table: Clinic, born: Days, ends: Days) -> list[tuple[Allergy, ...]]:
    """Return the known allergies of each row, noted after the first birthday."""
    room = (ends - born).astype(np.int64) - 366
    allergic = draws.chance("allergic", table.allergic, 1000) & (room > 0)
    twice = allergic & draws.chance("twice allergic", table.twice_allergic, 1000)
    known: list[list[Allergy]] = [[] for _ in born]
    for index, mask in enumerate((allergic, twice)):
        substance = draws.pick("substance", table.substance_totals, index)
        noted = ends - 1 - draws.below("allergy day", np.maximum(room, 1), index)
        for row in np.flatnonzero(mask).tolist():
            allergy = Allergy(table.substances[substance[row]], noted[row].astype(date))
            if all(allergy.substance != other.substance for other in known[row]):
                known[row].append(allergy)
    return [tuple(sorted(allergies, key=lambda allergy: allergy.noted)) for allergies in known]


def _age(born: Days, day: Days) -> I64:
    """Return whole years, from the months and the day of the month; a day before birth counts as age 0."""
    months = (day.astype("datetime64[M]") - born.astype("datetime64[M]")).astype(np.int64)
    early = (day - day.astype("datetime64[M]")) < (born - born.astype("datetime64[M]"))
    years: I64 = np.maximum((months - early) // 12, 0)
    return years
