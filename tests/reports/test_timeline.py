from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from verdicts import NOW, confirmed

from honeytokens.model import Dating, DecoyRef, TheftWindow
from honeytokens.reports.timeline import LEFT, RIGHT, timeline_of


@pytest.mark.parametrize("days", [0.0001, 0.2, 3, 40, 400, 9000])
def test_everything_is_drawn_inside(days: float) -> None:
    verdict, _ = confirmed()
    start, end = NOW - timedelta(days=days), NOW
    datings = tuple(
        Dating(DecoyRef("c" * 60, n), None, start - timedelta(days=n) if n % 3 else None, end if n % 2 else None)
        for n in range(70)
    )
    chart = timeline_of(replace(verdict, window=TheftWindow(start, end, 1, "", datings)))
    assert chart is not None
    assert (len(chart.bars), chart.dated) == (30, 70)
    assert 2 <= len(chart.ticks) <= 7
    assert LEFT <= chart.window_x < chart.window_x + chart.window_width <= RIGHT
    for bar in chart.bars:
        assert LEFT <= bar.x < bar.x + bar.width <= RIGHT
        assert bar.y + 20 < chart.height
        assert len(bar.label) <= 24
    assert len({label for _, label in chart.ticks}) == len(chart.ticks)
