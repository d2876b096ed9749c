"""Whole patients in Mediboard's many tables, written by a process that is killed again and again.

Every so many writes a process dies; ``HONEYTOKENS_KILL_STRIDE=1`` kills it at each. In the end every row is as it was.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from mediboard_hospital import SITE, build_mediboard
from named_schemas import everything

from honeytokens.model import PlacementState, Pool, PoolKind
from honeytokens.registry import Registry
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

from .killing import KEYRING, Run, deaths, opened

pytestmark = pytest.mark.mariadb
STARTS = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = STARTS + timedelta(days=65)
DECOYS = 3
UNUSED = (
    "(?!patients|patient_state|id_sante|dossier_med|anteced|trait|plagec|consultation|sejour|prescription|constantes"
    "|compte|content|user_log|users_m|groups_m|functions_m|note).*"
)
"""Tables that hold nothing: they are not made here, since all rows are compared many times."""
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def engine_name() -> str:
    """What Mediboard's tables are: without transactions."""
    return "MyISAM"


@pytest.fixture
def hospital(engine_name: str, mariadb_url: str) -> tuple[str, sa.Engine]:
    return mariadb_url, build_mediboard(mariadb_url, 40, without=UNUSED, engine=engine_name)


@pytest.fixture
def template(tmp_path: Path, hospital: tuple[str, sa.Engine]) -> Path:
    """A home with three decoys planned and due."""
    path = tmp_path / "template"
    path.mkdir(mode=0o700)
    Registry.create(path / REGISTRY, KEYRING).close()
    with opened(path, STARTS) as home:
        add_establishment(home, SITE)
        add_system(home, "his", hospital[0], "", password_env=None, password=None, kind="mediboard")
        home.registry.add_pool(Pool(PoolKind.LOCAL_ID, "77####"))
        every = timedelta(days=30)
        plan(home, PlanRequest("spring", "his", SITE.name, DECOYS, "fr_fr", STARTS, timedelta(), every))
    return path


@pytest.mark.parametrize("engine_name", ["MyISAM", "InnoDB"])
def test_killed_while_planting(template: Path, tmp_path: Path, hospital: tuple[str, sa.Engine]) -> None:
    before = everything(hospital[1])
    for number, path in enumerate(deaths(template, tmp_path, Run(template, STARTS, "apply"), 59, planted=None)):
        with opened(path, STARTS) as home:
            if number % 2:
                assert apply(home).problems == []
                assert {placement.state for placement in home.registry.placements()} == {PlacementState.PLANTED}
                assert verify(home).sound
            assert withdraw(home).refused == []
        assert everything(hospital[1]) == before


def test_killed_while_rewriting_with_history(template: Path, tmp_path: Path, hospital: tuple[str, sa.Engine]) -> None:
    before = everything(hospital[1])
    told = len(before["user_log"])
    for number, path in enumerate(deaths(template, tmp_path, Run(template, LATER, "apply"), 11, planted=STARTS)):
        with opened(path, LATER) as home:
            if number % 2:
                assert apply(home).problems == []
                assert verify(home).sound
                written = [row for placement in home.registry.placements() for row in placement.rows]
                logged = sum(row.table == "user_log" for row in written)
                assert sum(row.values.get("type") == "store" for row in written) == DECOYS
                assert len(everything(hospital[1])["user_log"]) == told + logged
            assert withdraw(home).refused == []
        assert everything(hospital[1]) == before


def test_killed_while_withdrawing(template: Path, tmp_path: Path, hospital: tuple[str, sa.Engine]) -> None:
    before = everything(hospital[1])
    for path in deaths(template, tmp_path, Run(template, STARTS, "withdraw"), 61, planted=STARTS):
        with opened(path, STARTS) as home:
            assert withdraw(home).refused == []
        assert everything(hospital[1]) == before
