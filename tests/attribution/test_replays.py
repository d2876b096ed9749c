"""Random stories from planting to verdict: what is decided is right beyond the stated error (full size: benchmarks)."""

from __future__ import annotations

from collections import Counter

import numpy as np

from benchmarks.attribution.replays import replay


def test_what_is_decided_is_right() -> None:
    rng = np.random.default_rng(20261127)
    said: Counter[str] = Counter()
    for _ in range(60):
        said += replay(rng)
    decided = said["establishment excluded"] + said["establishment included"]
    assert decided >= 40
    assert said["WRONG authenticity"] <= 60 * 0.05
    assert said["WRONG included"] == 0
    assert said["WRONG excluded"] <= 3
    assert said["WRONG window"] <= 3
