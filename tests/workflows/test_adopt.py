"""A script that an administrator runs on a real server, and what it wrote taken over and taken out."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from honeytokens.errors import PlantingError
from honeytokens.locks import PassphraseLock
from honeytokens.model import Establishment
from honeytokens.workflows.adopt import adopt, script
from honeytokens.workflows.apply import apply
from honeytokens.workflows.home import Home
from honeytokens.workflows.plan import PlanRequest, plan
from honeytokens.workflows.setup import add_establishment, add_system
from honeytokens.workflows.verify import verify
from honeytokens.workflows.withdraw import withdraw

from . import hospitals
from .conftest import STARTS, Clock

REQUEST = PlanRequest(
    "spring", "his", "saint-anne", 6, "fr_fr", STARTS, timedelta(), timedelta(days=30), by_script=True
)


def test_a_script_is_run_and_adopted(home: Home, clock: Clock, hospital: Path, rows: Callable[[], object]) -> None:
    before = rows()
    report = plan(home, REQUEST)
    assert apply(home).planted == 0
    assert adopt(home, "spring").absent == 6
    with closing(sqlite3.connect(hospital)) as connection:
        connection.executescript("\n".join(script(home, report.campaign)))
    clock.forward(hours=1)
    assert adopt(home, "spring").adopted == 6
    assert verify(home).sound
    assert apply(home).planted == 0
    withdraw(home)
    assert rows() == before


def test_only_a_campaign_for_a_script_is_adopted(home: Home) -> None:
    plan(home, PlanRequest("spring", "his", "saint-anne", 1, "fr_fr", STARTS, timedelta(), None))
    with pytest.raises(PlantingError, match="--sql"):
        adopt(home, "spring")


@pytest.mark.parametrize("database_url", ["mariadb", "postgresql"], indirect=True)
def test_on_real_servers(database_url: str, tmp_path: Path, clock: Clock) -> None:
    hospitals.build(database_url)
    before = hospitals.rows(database_url)
    with Home.create(tmp_path / "home", PassphraseLock(b"secret")) as made:
        home = Home(made.path, made.keyring, made.registry, clock)
        add_establishment(home, Establishment("saint-anne", "1", "75014"))
        add_system(home, "his", database_url, hospitals.MAPPING, password_env=None, password=None)
        report = plan(home, REQUEST)
        _run(database_url, "\n".join(script(home, report.campaign)))
        assert adopt(home, "spring").adopted == 6
        assert verify(home).sound
        withdraw(home)
    assert hospitals.rows(database_url) == before


def _run(url: str, text: str) -> None:
    """Run a script as an administrator does, with the server's own client."""
    where = sa.make_url(url)
    if where.get_backend_name() == "postgresql":
        client, command = "psql", ["-q", "-v", "ON_ERROR_STOP=1", "-h", str(where.host), "-p", str(where.port)]
        command += ["-U", str(where.username), str(where.database)]
        environment = {"PGPASSWORD": where.password or ""}
    else:
        client, command = "mariadb", ["--default-character-set=utf8mb4", "-h", str(where.host), f"-P{where.port}"]
        command += [f"-u{where.username}", str(where.database)]
        environment = {"MYSQL_PWD": where.password or ""}
    found = shutil.which(client)
    if found is None:
        pytest.skip(f"NOT TESTED: no {client}")
    subprocess.run([found, *command], input=text, text=True, check=True, env=environment)
