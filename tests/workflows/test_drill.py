"""A rehearsed leak is found by a scan, and scored; without decoys there is none."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from honeytokens.attribution import Wanted
from honeytokens.errors import PlanRefusedError, UnknownNameError
from honeytokens.workflows.advise import advise
from honeytokens.workflows.apply import apply
from honeytokens.workflows.drill import Answer, score, start
from honeytokens.workflows.home import Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.scan import scan

from .conftest import STARTS, Clock


def test_a_drill_is_judged_and_scored(home: Home, clock: Clock, tmp_path: Path) -> None:
    with pytest.raises(PlanRefusedError, match="three living"):
        start(home, "first", 100, BytesIO())
    plan(home, PlanRequest("c", "his", "saint-anne", 20, "fr_fr", STARTS, timedelta(), None))
    apply(home)
    clock.forward(days=20)
    stream = BytesIO()
    decoys = start(home, "first", 60, stream, seed=3)
    leak = tmp_path / "leak.csv"
    leak.write_bytes(stream.getvalue())
    result, verdict = scan(home, [leak])
    assert len(result.hits) == decoys
    window = verdict.window
    assert window is not None
    truth = Answer(verdict.authenticity.ours, ["saint-anne"], window.earliest, window.latest)
    assert [each.right for each in score(home, "first", truth)] == [True, True, True]
    wrong = Answer(False, ["other"], None, None)
    assert [each.right for each in score(home, "first", wrong)] == [False, False, None]
    with pytest.raises(UnknownNameError, match="already"):
        start(home, "first", 60, BytesIO())
    [power] = advise(home, Wanted(1000, 0.99, timedelta(days=2), timedelta(days=30)))
    assert (power.establishment, power.decoys, power.patients) == ("saint-anne", 20, 40)
    assert power.named > 0.99
