"""The days on which consultations are held and planned stays begin: Monday to Friday but public holidays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import numpy as np

_YEARS = range(1900, 2150)


@cache
def opening_days(*, french: bool) -> np.busdaycalendar:
    """Return the calendar of France, or else that of England.

    Feasts decreed for one year alone (jubilees) and those of parts of a country (Alsace, Scotland) are not known.
    """
    feasts = _french if french else _english
    return np.busdaycalendar(holidays=[day for year in _YEARS for day in feasts(year)])


def _french(year: int) -> Iterator[date]:
    """Yield the feasts of article L3133-1 of the French labour code."""
    yield from (date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11)))
    yield date(year, 12, 25)
    yield from (_easter(year) + timedelta(days=days) for days in (1, 39, 50))


def _english(year: int) -> Iterator[date]:
    """Yield the bank holidays of England and Wales; one on a weekend is kept on the next working day."""
    new_year = date(year, 1, 1)
    yield new_year + timedelta(days={5: 2, 6: 1}.get(new_year.weekday(), 0))
    yield from (_easter(year) + timedelta(days=days) for days in (-2, 1))
    yield _monday_from(date(year, 5, 1))
    yield _monday_from(date(year, 5, 25))
    yield _monday_from(date(year, 8, 25))
    christmas = date(year, 12, 25)
    # On a Saturday the two days move to Monday and Tuesday, on a Sunday or with Boxing Day on a Saturday the later one.
    first, second = {4: (0, 3), 5: (2, 3), 6: (2, 1)}.get(christmas.weekday(), (0, 1))
    yield christmas + timedelta(days=first)
    yield christmas + timedelta(days=second)


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _easter(year: int) -> date:
    """Return Easter Sunday by the Gregorian rule (Meeus, Jones and Butcher)."""
    golden, century, in_century = year % 19, year // 100, year % 100
    skipped = century - century // 4 - (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + skipped + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
