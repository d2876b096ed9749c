"""How many decoys: the inverses of the rules of a verdict, against published figures and simulation."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from honeytokens.attribution.power import Wanted, gap_beyond, hits_for_window, power_of, window_for

DAY = timedelta(days=1)
WANTED = Wanted(1000, 0.99, 2 * DAY, 30 * DAY)


def test_decoys_to_be_named_from_a_thousand_rows() -> None:
    """In 1,000 of 750,000 rows, 3,446 decoys make one at least likely with 99%, drawn with replacement."""
    assert power_of("A", 750_000, 0, WANTED).decoys_for_naming == pytest.approx(3446, abs=20)
    enough = power_of("A", 750_000 - 3460, 3460, WANTED)
    assert enough.named >= 0.99
    assert enough.rows_needed is not None
    assert enough.rows_needed <= 1000
    assert power_of("A", 100, 0, WANTED).rows_needed is None
    assert power_of("A", 0, 0, WANTED).named == 0


def test_gaps_between_random_stamps() -> None:
    rng = np.random.default_rng(1)
    for hits in (5, 20):
        phases = np.sort(rng.random((20_000, hits)), axis=1)
        before = phases[:, 0] + 1 - phases[:, -1]
        for width in (0.1, 0.3):
            assert gap_beyond(width, hits) == pytest.approx((before > width).mean(), abs=0.01)


def test_window_and_hits_are_inverses() -> None:
    hits = hits_for_window(2 * DAY, 30 * DAY, 0.95)
    window = window_for(hits, 30 * DAY, 0.95)
    assert window is not None
    assert window <= 2 * DAY
    fewer = window_for(hits - 1, 30 * DAY, 0.95)
    assert fewer is not None
    assert fewer > 2 * DAY
    assert window_for(1, 30 * DAY, 0.95) is None
    assert hits_for_window(31 * DAY, 30 * DAY, 0.95) == 2
