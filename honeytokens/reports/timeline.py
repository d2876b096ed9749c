"""The geometry of the timeline: bars of dated hits, ticks of dates, the window of the theft. No markup."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from honeytokens.model import Dating, Verdict
from honeytokens.reports.plain import printable

WIDTH, LEFT, RIGHT, TOP, STEP = 760, 180, 728, 26, 20
"""In units of the drawing: its width, where dates begin and end, where bars begin, and how far apart they are."""

_MOST_BARS = 30
_LEAST_MARGIN = timedelta(days=20)
_TICKS = tuple(timedelta(hours=h) for h in (1, 3, 6, 12, 24, 48, 24 * 7, 24 * 14, 24 * 28, 24 * 91, 24 * 182, 24 * 365))
_MOST_TICKS = 6
_LABEL_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One dated hit. An open side goes on outside the drawing."""

    label: str
    x: float
    y: float
    width: float
    open_left: bool
    open_right: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole drawing, in units of its own."""

    height: int
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    window_x: float
    window_width: float
    dated: int


def timeline_of(verdict: Verdict, most_bars: int = _MOST_BARS) -> Timeline | None:
    """Lay out the timeline around the window of the theft; ``None`` when there is no bounded window to draw."""
    window = verdict.window
    if window is None or window.earliest is None or window.latest is None or not window.datings:
        return None
    margin = max(_LEAST_MARGIN, (window.latest - window.earliest) * 0.75)
    scale = _Scale(window.earliest - margin, window.latest + margin)
    shortest = sorted(window.datings, key=lambda dating: (_length(dating), dating.decoy))[:most_bars]
    shown = sorted(shortest, key=lambda dating: (dating.earliest or scale.start, dating.decoy))
    window_x = scale.x(window.earliest)
    return Timeline(
        height=TOP + STEP * len(shown) + 24,
        bars=tuple(_bar(dating, scale, TOP + STEP * i) for i, dating in enumerate(shown)),
        ticks=scale.ticks(),
        window_x=window_x,
        window_width=max(2.0, round(scale.x(window.latest) - window_x, 1)),
        dated=len(window.datings),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    end: datetime

    def x(self, moment: datetime) -> float:
        """Return where a moment is drawn; what is outside is drawn at the edge."""
        share = (moment - self.start) / (self.end - self.start)
        return round(LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, share)), 1)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Return round dates, at most a handful, with their labels."""
        length = self.end - self.start
        step = next((step for step in _TICKS if length / step <= _MOST_TICKS), length / _MOST_TICKS)
        epoch = datetime(2000, 1, 3, tzinfo=UTC)  # a Monday
        first = math.ceil((self.start - epoch) / step)
        form = "%Y-%m-%d" if step >= timedelta(days=1) else "%m-%d %H:%M"
        moments = (epoch + step * i for i in range(first, first + _MOST_TICKS + 1))
        return tuple((self.x(moment), moment.strftime(form)) for moment in moments if moment <= self.end)


def _length(dating: Dating) -> timedelta:
    if dating.earliest is None or dating.latest is None:
        return timedelta.max
    return dating.latest - dating.earliest


def _bar(dating: Dating, scale: _Scale, y: float) -> Bar:
    x = scale.x(dating.earliest) if dating.earliest else float(LEFT)
    end = scale.x(dating.latest) if dating.latest else float(RIGHT)
    label = printable(str(dating.decoy))
    return Bar(
        label=label if len(label) <= _LABEL_LENGTH else f"…{label[1 - _LABEL_LENGTH :]}",
        x=x,
        y=y,
        width=round(max(2.0, end - x), 1),
        open_left=dating.earliest is None or dating.earliest < scale.start,
        open_right=dating.latest is None or dating.latest > scale.end,
    )
