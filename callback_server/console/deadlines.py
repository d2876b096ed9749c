"""The clocks of the law, counted from the recorded awareness: what is due, and how long is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from honeytokens.phrasing import Phrasing
from honeytokens.reports.clocks import CLOCKS

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Who must be told. ``due`` is ``None`` where it is without delay, or where nobody recorded the awareness.

    ``until`` words it; ``days`` and ``hours`` are what is left, both 0 when it is over or not counted.
    """

    whom: str
    rule: str
    due: datetime | None
    until: str
    within: int | None
    over: bool
    days: int
    hours: int


def deadlines(aware: datetime | None, now: datetime, say: Phrasing) -> list[Deadline]:
    """Return every clock of a language, those without delay first, then by how soon they end."""
    found = []
    for clock in sorted(CLOCKS[say.language], key=lambda clock: clock.within or timedelta()):
        due = aware + clock.within if aware and clock.within else None
        left = max(timedelta(), due - now) if due else timedelta()
        within = round(clock.within / _HOUR) if clock.within else None
        until = say.deadline(due) if due else ""
        over = due is not None and due <= now
        found.append(Deadline(clock.whom, clock.rule, due, until, within, over, left // _DAY, (left % _DAY) // _HOUR))
    return found


def next_deadline(aware: datetime | None, now: datetime, say: Phrasing) -> Deadline | None:
    """Return the dated deadline that ends first and is not over, else the last one that is; ``None`` without any."""
    dated = [each for each in deadlines(aware, now, say) if each.due]
    open_ones = [each for each in dated if not each.over]
    return open_ones[0] if open_ones else dated[-1] if dated else None
