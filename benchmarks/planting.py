"""Whole patients planted in a Mediboard of 392 MyISAM tables on loopback, verified, withdrawn: seconds for each step.

Needs MariaDB; the hospital is that of the tests.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from honeytokens.keys import Keyring
from honeytokens.model import Pool, PoolKind
from honeytokens.registry import Registry
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import REGISTRY, Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "servers"))
from mediboard_hospital import SITE, build_mediboard
from private_mariadb import Mariadb

DECOYS = 1000
STARTS = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEYRING = Keyring((bytes(range(32)),))


def _timed(name: str, step: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    step()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:<10} {wall:7.1f} s, of which {cpu:6.1f} s of our CPU")


def run() -> None:
    """Print the seconds that each step takes for a thousand whole patients."""
    with Mariadb.running() as server, server.database() as url, tempfile.TemporaryDirectory() as folder:
        build_mediboard(url).dispose()
        path = Path(folder)
        Registry.create(path / REGISTRY, KEYRING).close()
        with Home(path, KEYRING, Registry.open(path / REGISTRY, KEYRING), lambda: STARTS) as home:
            add_establishment(home, SITE)
            add_system(home, "his", url, "", password_env=None, password=None, kind="mediboard")
            home.registry.add_pool(Pool(PoolKind.LOCAL_ID, "77######"))
            wanted = PlanRequest("spring", "his", SITE.name, DECOYS, "fr_fr", STARTS, timedelta(), timedelta(days=30))
            _timed("plan", lambda: plan(home, wanted))
            _timed("apply", lambda: apply(home))
            _timed("verify", lambda: verify(home))
            _timed("withdraw", lambda: withdraw(home))
