"""A process killed before any write, to the hospital or to the registry, leaves nothing half done.

For each verb, on each kind of database, a separate process is killed before its first write, then before its second,
and so on until it comes to its end. After each death, the next run finishes or takes back what was begun.
"""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from honeytokens.model import Establishment, PlacementState, Pool, PoolKind
from honeytokens.registry import Registry
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY, Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

from . import hospitals
from .killing import KEYRING, Run, opened, run

STARTS = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = STARTS + timedelta(days=65)
DECOYS = 2
_PRELOAD = [
    "honeytokens.workflows.apply",
    "honeytokens.workflows.withdraw",
    "honeytokens.systems",
    "honeytokens.locales.en_gb",
]
Rows = dict[str, list[tuple[object, ...]]]

DATABASES = {
    "sqlite": ("", ""),
    "mariadb-innodb": ("mariadb_url", "InnoDB"),
    "mariadb-myisam": ("mariadb_url", "MyISAM"),
    "postgresql": ("postgresql_url", ""),
}


@pytest.fixture(params=sorted(DATABASES))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A hospital on each kind of database."""
    fixture, engine = DATABASES[request.param]
    url = str(request.getfixturevalue(fixture)) if fixture else f"sqlite:///{tmp_path / 'his.db'}"
    if not fixture:
        (tmp_path / "his.db").touch()
    hospitals.build(url, engine or "InnoDB")
    return url


@pytest.fixture
def template(tmp_path: Path, url: str) -> Path:
    """A home with two decoys planned and due."""
    path = tmp_path / "template"
    path.mkdir(mode=0o700)
    Registry.create(path / REGISTRY, KEYRING).close()
    with opened(path, STARTS) as home:
        add_establishment(home, Establishment("st-thomas", "1", "SE1"))
        add_system(home, "his", url, hospitals.MAPPING, password_env=None, password=None)
        home.registry.add_pool(Pool(PoolKind.LOCAL_ID, "8001####"))
        every = timedelta(days=30)
        plan(home, PlanRequest("spring", "his", "st-thomas", DECOYS, "en_gb", STARTS, timedelta(), every))
    return path


def deaths(template: Path, tmp_path: Path, what: Run, prepare: bool) -> Iterator[tuple[int, Path]]:
    """Yield a home after each death of a process, and the number of the write that it did not live to do."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    for kill_at in range(1, 500):
        home = tmp_path / f"home{kill_at}"
        shutil.copytree(template, home)
        if prepare:
            with opened(home, STARTS) as ready:
                apply(ready)
        process = context.Process(target=run, args=(Run(home, what.now, what.verb, kill_at),))
        process.start()
        process.join()
        if process.exitcode == 0:
            with opened(home, what.now) as alive:
                withdraw(alive)
            print(f"{what.verb}: killed at each of {kill_at - 1} writes")
            assert kill_at > DECOYS
            return
        assert process.exitcode == -signal.SIGKILL
        yield kill_at, home
        shutil.rmtree(home)
    pytest.fail("the process never came to its end")


def assert_whole(home: Home, url: str, before: Rows) -> None:
    """Every decoy is there, once and whole, and every row of the hospital is as it was."""
    assert [placement.state for placement in home.registry.placements()] == [PlacementState.PLANTED] * DECOYS
    assert verify(home).sound
    now = hospitals.rows(url)
    ours = [row for placement in home.registry.placements() for row in placement.rows]
    assert sum(map(len, now.values())) == sum(map(len, before.values())) + len(ours)
    assert all(set(before[table]) <= set(now[table]) for table in before)


def test_killed_while_planting(template: Path, tmp_path: Path, url: str) -> None:
    before = hospitals.rows(url)
    for kill_at, path in deaths(template, tmp_path, Run(template, STARTS, "apply"), prepare=False):
        with opened(path, STARTS) as home:
            if kill_at % 2:
                apply(home)
                assert_whole(home, url, before)
                assert apply(home).planted == 0
            report = withdraw(home)
            assert report.refused == []
            assert hospitals.rows(url) == before
            assert apply(home).planted == 0
    assert hospitals.rows(url) == before


def test_killed_while_rewriting(template: Path, tmp_path: Path, url: str) -> None:
    before = hospitals.rows(url)
    for kill_at, path in deaths(template, tmp_path, Run(template, LATER, "apply"), prepare=True):
        with opened(path, LATER) as home:
            if kill_at % 2:
                assert apply(home).problems == []
                assert_whole(home, url, before)
                versions = [placement.stamps[-1].version for placement in home.registry.placements()]
                assert min(versions) >= 1
                assert apply(home).rewritten == 0
            assert withdraw(home).refused == []
            assert hospitals.rows(url) == before


def test_killed_while_withdrawing(template: Path, tmp_path: Path, url: str) -> None:
    before = hospitals.rows(url)
    for _, path in deaths(template, tmp_path, Run(template, STARTS, "withdraw"), prepare=True):
        with opened(path, STARTS) as home:
            assert apply(home).planted == 0
            assert withdraw(home).refused == []
            assert hospitals.rows(url) == before
            states = {placement.state for placement in home.registry.placements()}
            assert states == {PlacementState.WITHDRAWN}
