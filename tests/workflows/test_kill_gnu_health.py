"""A patient in a real GNU Health, written through its server by a process that is killed again and again.

The server gives the keys, so what was journalled before a call is only the person's number: every decoy is found again
by it. Every so many writes a process dies; ``HONEYTOKENS_KILL_STRIDE=1`` kills it at each.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from gnu_health_hospital import PASSWORD, SITE, GnuHealthHospital

from honeytokens.model import PlacementState, Pool, PoolKind
from honeytokens.registry import Registry
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.tick import tick
from honeytokens.workflows.undo import undo
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

from .killing import KEYRING, Run, deaths, opened

STARTS = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = STARTS + timedelta(days=65)


@pytest.fixture
def template(tmp_path: Path, gnu_health: GnuHealthHospital) -> Path:
    """A home with one decoy planned and due."""
    path = tmp_path / "template"
    path.mkdir(mode=0o700)
    Registry.create(path / REGISTRY, KEYRING).close()
    with opened(path, STARTS) as home:
        add_establishment(home, SITE)
        add_system(home, "his", gnu_health.url, "", password_env=None, password=PASSWORD, kind="gnu_health")
        home.registry.add_pool(Pool(PoolKind.LOCAL_ID, "77####"))
        every = timedelta(days=30)
        plan(home, PlanRequest("spring", "his", SITE.name, 1, "en_gb", STARTS, timedelta(), every))
    return path


def test_killed_while_planting(template: Path, tmp_path: Path, gnu_health: GnuHealthHospital) -> None:
    before = gnu_health.everything()
    for number, path in enumerate(deaths(template, tmp_path, Run(template, STARTS, "apply"), 3, planted=None)):
        with opened(path, STARTS) as home:
            if number % 3 == 0:
                report = tick(home)  # the guard must not take the decoy of a cut short write for a patient
                assert (report.problems, report.arrived, report.applied.problems) == ([], [], [])
                [placement] = home.registry.placements()
                assert placement.state is PlacementState.PLANTED
                assert all(isinstance(row.key, int) for row in placement.rows)
                assert verify(home).sound
            elif number % 3 == 1:
                assert undo(home).problems == []
                finished = home.registry.placements()[0].state is PlacementState.PLANTED  # what was finished stays
                assert finished or gnu_health.everything() == before
            assert withdraw(home).refused == []
        assert gnu_health.everything() == before


def test_killed_while_rewriting(template: Path, tmp_path: Path, gnu_health: GnuHealthHospital) -> None:
    before = gnu_health.everything()
    for number, path in enumerate(deaths(template, tmp_path, Run(template, LATER, "apply"), 3, planted=STARTS)):
        with opened(path, LATER) as home:
            assert (apply(home).problems if number % 2 else undo(home).problems) == []
            assert verify(home).sound
            assert withdraw(home).refused == []
        assert gnu_health.everything() == before


def test_killed_while_withdrawing(template: Path, tmp_path: Path, gnu_health: GnuHealthHospital) -> None:
    before = gnu_health.everything()
    for path in deaths(template, tmp_path, Run(template, STARTS, "withdraw"), 5, planted=STARTS):
        with opened(path, STARTS) as home:
            assert withdraw(home).refused == []
        assert gnu_health.everything() == before
