"""Numbers, odds, dates and lists as the languages of our texts write them, for verdicts and for reports.

It only words what it is given; it must never round towards more certainty than there is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")
_STATED_AT_MOST = 1_000_000_000
"""Odds above one in this many are not worded: the faults of any model weigh more."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """How one language writes figures. Days and times are given in UTC."""

    language: str
    months: tuple[str, ...]
    days: tuple[str, ...]
    """The days of the week, from Monday."""
    first_day: str
    """How the first day of a month is written."""
    thousands: str
    """What stands between groups of three digits."""
    percent_sign: str
    last_join: str
    one_in: str
    on_day: str
    between_days: str
    before_day: str
    since_day: str

    def number(self, value: int) -> str:
        """Write a whole number: ``758,912``."""
        return f"{value:,}".replace(",", self.thousands)

    def percent(self, share: float) -> str:
        """Write a share of one: ``95%``."""
        return f"{share * 100:.4g}{self.percent_sign}"

    def odds(self, probability: float) -> str:
        """Write a probability as ``1 in 20``, rounded so that it never looks smaller than it is."""
        if probability * _STATED_AT_MOST <= 1:
            return self.one_in.format(self.number(_STATED_AT_MOST))
        chances = 1 / min(1.0, probability)
        step = 10 ** max(0, math.floor(math.log10(chances)) - 1)
        # A hair is added so that 1 / 0.05 counts as 20 and not as 19.999.
        return self.one_in.format(self.number(max(1, int(chances * (1 + 1e-12) // step * step))))

    def names(self, names: Sequence[str]) -> str:
        """Write a list: ``A, B and C``."""
        return self.last_join.join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""

    def day(self, moment: datetime) -> str:
        """Write a day: ``6 November 2026``."""
        utc = moment.astimezone(UTC)
        return f"{self._day_of_month(utc)} {self.months[utc.month - 1]} {utc.year}"

    def time(self, moment: datetime) -> str:
        """Write a moment to the minute: ``2026-11-06 14:05 UTC``."""
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")

    def deadline(self, moment: datetime) -> str:
        """Write a deadline as it is read aloud, by French clocks: ``Thursday 12 November 2026, 09:10 (Paris)``."""
        local = moment.astimezone(_PARIS)
        day = f"{self._day_of_month(local)} {self.months[local.month - 1]} {local.year}"
        return f"{self.days[local.weekday()]} {day}, {local:%H:%M} (Paris)"

    def span(self, earliest: datetime | None, latest: datetime | None) -> str:
        """Write a span of days: ``between 3 and 6 November 2026``; empty when it has no bound at all."""
        if earliest is None:
            return self.before_day.format(self.day(latest)) if latest else ""
        if latest is None:
            return self.since_day.format(self.day(earliest))
        first, last = earliest.astimezone(UTC), latest.astimezone(UTC)
        if first.date() == last.date():
            return self.on_day.format(self.day(first))
        start = self.day(first)
        if first.year == last.year:
            start = self._day_of_month(first)
            if first.month != last.month:
                start += f" {self.months[first.month - 1]}"
        return self.between_days.format(start, self.day(last))

    def _day_of_month(self, moment: datetime) -> str:
        return self.first_day if moment.day == 1 else str(moment.day)


_ENGLISH = Phrasing(
    language="en",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    first_day="1",
    thousands=",",
    percent_sign="%",
    last_join=" and ",
    one_in="1 in {}",
    on_day="on {}",
    between_days="between {} and {}",
    before_day="before {}",
    since_day="after {}",
)

_FRENCH = Phrasing(
    language="fr",
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    days=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    first_day="1er",
    thousands="\u202f",
    percent_sign="\u00a0%",
    last_join=" et ",
    one_in="1 sur {}",
    on_day="le {}",
    between_days="entre le {} et le {}",
    before_day="avant le {}",
    since_day="après le {}",
)

PHRASINGS = MappingProxyType({"en": _ENGLISH, "fr": _FRENCH})
"""Every language that verdicts and reports are written in."""
