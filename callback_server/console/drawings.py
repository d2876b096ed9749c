"""The geometry of the small charts: bars of hits by hour. No markup, no colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callback_server.store import Tally

HOURS = 48
_WIDTH, _HEIGHT, _GAP = 720.0, 96.0, 3.0
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HourBar:
    """One hour: its news above, its noise on top of them; in units of the drawing."""

    x: float
    width: float
    news_y: float
    news_height: float
    noise_y: float
    noise_height: float
    hour: datetime
    news: int
    noise: int


@dataclass(frozen=True, slots=True)
class Hours:
    """The bars of the last two days, and how high the highest is."""

    width: float
    height: float
    bars: tuple[HourBar, ...]
    most: int
    news: int
    noise: int


def hours_of(tallies: Sequence[Tally], now: datetime) -> Hours:
    """Lay out the hits of each of the last 48 hours, the present one last."""
    last = now.replace(minute=0, second=0, microsecond=0)
    news: dict[datetime, int] = {}
    noise: dict[datetime, int] = {}
    for tally in tallies:
        counts = noise if tally.noise else news
        counts[tally.hour] = counts.get(tally.hour, 0) + tally.hits
    hours = [last - _HOUR * (HOURS - 1 - number) for number in range(HOURS)]
    most = max((news.get(hour, 0) + noise.get(hour, 0) for hour in hours), default=0)
    step = _WIDTH / HOURS
    scale = _HEIGHT / most if most else 0.0
    bars = []
    for number, hour in enumerate(hours):
        told, rest = news.get(hour, 0), noise.get(hour, 0)
        high, more = round(told * scale, 1), round(rest * scale, 1)
        bars.append(
            HourBar(
                x=round(number * step, 1),
                width=round(step - _GAP, 1),
                news_y=round(_HEIGHT - high, 1),
                news_height=high,
                noise_y=round(_HEIGHT - high - more, 1),
                noise_height=more,
                hour=hour,
                news=told,
                noise=rest,
            )
        )
    inside = set(hours)
    return Hours(
        _WIDTH,
        _HEIGHT,
        tuple(bars),
        most,
        sum(count for hour, count in news.items() if hour in inside),
        sum(count for hour, count in noise.items() if hour in inside),
    )
