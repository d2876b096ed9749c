"""The least number of moments that lie in all of many spans, and where each of them can be.

Interval stabbing: going by right ends, a moment as late as the first unstabbed span allows is never worse than an
earlier one. In any solution with the least number of moments, the i-th lies at or after the i-th found from the right,
and before the i-th found from the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Span(NamedTuple):
    """From ``start`` on, and before ``end``; ``start`` is earlier than ``end``."""

    start: datetime
    end: datetime


def windows(spans: Sequence[Span]) -> list[Span]:
    """Return, for each of the least number of moments that stab all spans, the window in which it must lie.

    One window means that one moment lies in all spans, and it is their intersection. O(n log n).
    """
    ends: list[datetime] = []
    for span in sorted(spans, key=lambda span: span.end):
        if not ends or span.start >= ends[-1]:
            ends.append(span.end)
    starts: list[datetime] = []
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        if not starts or span.end <= starts[-1]:
            starts.append(span.start)
    return [Span(start, end) for start, end in zip(reversed(starts), ends, strict=True)]
