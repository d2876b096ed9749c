"""What the charter says is warned of in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from honeytokens.errors import UnknownNameError
from honeytokens.workflows.charter import Charter, keep_charter, read_charter, warnings
from honeytokens.workflows.home import Home
from honeytokens.workflows.plan import PlanRequest, plan

from .conftest import STARTS, Clock


def test_a_charter_is_warned_of_in_time(home: Home, clock: Clock) -> None:
    assert warnings(home) == []
    plan(home, PlanRequest("spring", "his", "saint-anne", 5, "fr_fr", STARTS, timedelta(), None))
    assert "no charter" in warnings(home)[0]
    charter = Charter(5, date(2026, 5, 1), date(2026, 4, 1), "Direction", {"courrier-sante.fr": date(2026, 6, 1)})
    keep_charter(home, charter)
    assert read_charter(home) == charter
    assert warnings(home) == []
    clock.forward(days=35)
    assert warnings(home) == ["the charter expires on 2026-05-01", "the review of 2026-04-01 is due"]
    clock.forward(days=30)
    assert "the charter expired on 2026-05-01" in warnings(home)
    assert "the pool courrier-sante.fr expires on 2026-06-01" in warnings(home)
    keep_charter(home, Charter(number=4))
    assert warnings(home) == ["5 decoys are planned or planted, 4 were agreed"]
    assert not any(b"Direction" in path.read_bytes() for path in (home.path / "charter").iterdir())


def test_a_pool_that_there_is_not_is_refused(home: Home) -> None:
    with pytest.raises(UnknownNameError):
        keep_charter(home, Charter(pools={"autre.fr": date(2026, 6, 1)}))
