"""Real failures of real databases: one clear line that says what to do, no values, nothing half done."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hospital_cases import (
    AT,
    MAPPING,
    MARIADB,
    MYISAM,
    NORTH,
    POSTGRESQL,
    Hospital,
    decoy,
    hospital_at,
    plant,
    standings,
)
from private_server import DatabaseServer

from honeytokens.errors import HoneytokensError, PlantingError, SystemUnreachableError
from honeytokens.systems import HospitalAdapter, connect, split_url

SECRETS = ("hunter2", "Lefèvre", "LEFÈVRE", "maelys", "Pénicilline")


@contextlib.contextmanager
def refused(kind: type[HoneytokensError], *words: str) -> Iterator[None]:
    """Expect one clear line that holds these words, and nothing that it must not."""
    with pytest.raises(kind) as caught:
        yield
    line = str(caught.value)
    assert all(word in line for word in words), line
    assert "\n" not in line
    assert not any(secret in line for secret in SECRETS)
    assert caught.value.remedy
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def writes(adapter: HospitalAdapter) -> None:
    adapter.write(adapter.reserve(adapter.compose(decoy(1), NORTH, AT)))


@pytest.mark.parametrize("url", ["his.db", "oracle://u@h/db", "", "mysql://u@h:port/db", "://"])
def test_a_url_of_no_known_kind(url: str) -> None:
    with refused(SystemUnreachableError, "of no known kind"):
        connect(url, "hunter2", MAPPING)


def test_a_password_is_taken_out_of_a_url() -> None:
    assert split_url("mariadb://his:hun%2Fter2@db/x?charset=latin1") == (
        "mariadb://his@db/x?charset=latin1",
        "hun/ter2",
    )
    assert split_url("sqlite:////tmp/his.db") == ("sqlite:////tmp/his.db", None)


@pytest.mark.parametrize("scheme", ["mysql", "mariadb", "postgresql", "postgres"])
def test_no_server(scheme: str) -> None:
    with (
        refused(SystemUnreachableError, "does not answer", "127.0.0.1:1"),
        connect(f"{scheme}://u@127.0.0.1:1/his", "hunter2", MAPPING),
    ):
        pass


@pytest.mark.parametrize("scheme", ["mysql", "postgresql"])
def test_no_such_host(scheme: str) -> None:
    with (
        refused(SystemUnreachableError, "does not answer", "nowhere.invalid"),
        connect(f"{scheme}://u@nowhere.invalid/his", "hunter2", MAPPING),
    ):
        pass


@pytest.mark.parametrize("server", [MARIADB, POSTGRESQL])
def test_a_wrong_password_and_a_wrong_database(server: str, request: pytest.FixtureRequest) -> None:
    url = sa.make_url(request.getfixturevalue(f"{server}_url"))
    plain = url.render_as_string(hide_password=False)
    with refused(SystemUnreachableError, "refuses the account"), connect(plain, "hunter2", MAPPING):
        pass
    elsewhere = url.set(database="nowhere").render_as_string(hide_password=False)
    with refused(SystemUnreachableError, "no such database", "nowhere"), connect(elsewhere, None, MAPPING):
        pass


def test_an_sqlite_file_that_is_not_there_or_is_none(tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    with refused(SystemUnreachableError, "does not answer", "none.db"), connect(f"sqlite:///{missing}", None, MAPPING):
        pass
    assert not missing.exists()
    missing.write_text("not a database, but a text that is long enough to be looked at as one" * 20)
    with (
        refused(SystemUnreachableError, "is not a database"),
        connect(f"sqlite:///{missing}", None, MAPPING) as adapter,
    ):
        adapter.check()
    with refused(SystemUnreachableError, "not understood"):
        connect("sqlite://", None, MAPPING)


def _account(hospital: Hospital, server: DatabaseServer, *grants: str) -> str:
    """Return the URL of an account that has only these grants."""
    url = sa.make_url(hospital.url)
    name = f"clerk_{url.database}"
    if hospital.flavour == "postgresql":
        hospital.execute(f"CREATE USER {name} PASSWORD 'hunter2'")
        for grant in grants:
            hospital.execute(f"GRANT {grant} TO {name}")
    else:
        server.execute(f"CREATE USER {name}@'127.0.0.1' IDENTIFIED BY 'hunter2'")
        for grant in grants:
            server.execute(f"GRANT {grant} TO {name}@'127.0.0.1'".replace("ON ", f"ON {url.database}."))
    return url.set(username=name, password="hunter2").render_as_string(hide_password=False)


TABLES = ("practitioners", "patients", "stays", "allergies", "prescriptions", "appointments")


@pytest.mark.parametrize("flavour", [MARIADB, POSTGRESQL])
def test_an_account_that_may_not_write(flavour: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(f"{flavour}_server")
    with hospital_at(flavour, request.getfixturevalue(f"{flavour}_url")) as hospital:
        before = hospital.everything()
        rights = [f"SELECT ON {table}" for table in TABLES]
        rights += [f"INSERT ON {table}" for table in ("patients", "stays")]
        if flavour == "postgresql":
            rights.append("USAGE ON ALL SEQUENCES IN SCHEMA public")
        with connect(_account(hospital, server, *rights), None, MAPPING) as adapter:
            adapter.check()
            assert adapter.patient_count() == 4
            with refused(PlantingError, "right", "allergies", "GRANT".title()):
                writes(adapter)
        assert hospital.everything() == before
        if flavour == "postgresql":
            hospital.execute(f"DROP OWNED BY clerk_{sa.make_url(hospital.url).database}")
            hospital.execute(f"DROP USER clerk_{sa.make_url(hospital.url).database}")


def test_a_mariadb_that_is_read_only(mariadb_url: str, mariadb_server: DatabaseServer) -> None:
    with hospital_at("mariadb", mariadb_url) as hospital:
        url = _account(hospital, mariadb_server, "SELECT, INSERT, UPDATE, DELETE ON *")
        mariadb_server.execute("SET GLOBAL read_only = 1")
        try:
            with connect(url, None, MAPPING) as adapter, refused(PlantingError, "read-only", "replica", "patients"):
                writes(adapter)
        finally:
            mariadb_server.execute("SET GLOBAL read_only = 0")


def test_a_postgresql_that_is_read_only(postgresql_url: str) -> None:
    with hospital_at("postgresql", postgresql_url) as hospital:
        hospital.execute(
            f"ALTER DATABASE {sa.make_url(postgresql_url).database} SET default_transaction_read_only = on"
        )
        with hospital.connect() as adapter:
            adapter.check()
            with refused(PlantingError, "read-only", "25006"):
                writes(adapter)


def _kill(hospital: Hospital, waiting: str, kill: str) -> None:
    """Kill the connection that waits, as soon as there is one."""
    for _ in range(200):
        if found := hospital.scalar(waiting):
            hospital.execute(kill.format(found))
            return
        time.sleep(0.05)
    raise AssertionError("no statement of ours ever waited")


@pytest.mark.parametrize("flavour", [MARIADB, MYISAM, POSTGRESQL])
def test_a_connection_that_dies_in_mid_write(flavour: str, request: pytest.FixtureRequest) -> None:
    server = "postgresql" if flavour == "postgresql" else "mariadb"
    if server == "postgresql":
        lock = "LOCK TABLE allergies IN EXCLUSIVE MODE"
        waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        kill = "SELECT pg_terminate_backend({})"
    else:
        lock = "LOCK TABLES allergies READ"
        waiting = (
            "SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for table%' AND db = DATABASE()"
        )
        kill = "KILL {}"
    with hospital_at(flavour, request.getfixturevalue(f"{server}_url")) as hospital:
        before = hospital.everything()
        with hospital.connect() as adapter, hospital.engine.connect() as locker:
            rows = adapter.reserve(adapter.compose(decoy(1), NORTH, AT))
            locker.exec_driver_sql(lock)
            killer = threading.Thread(target=_kill, args=(hospital, waiting, kill))
            killer.start()
            with refused(PlantingError, "closed the connection", "allergies", "again"):
                adapter.write(rows)
            killer.join()
            if server == "mariadb":
                locker.exec_driver_sql("UNLOCK TABLES")
            locker.rollback()
            assert hospital.everything() == before
            # The same adapter goes on over a new connection.
            assert standings(adapter, plant(adapter, decoy(1))) == {"same"}


def test_a_row_that_stays_locked(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("honeytokens.systems.sql.sqlite.LOCK_SECONDS", 0.1)
    with hospital_at("sqlite", sqlite_url) as hospital, hospital.connect() as adapter:
        rows = adapter.reserve(adapter.compose(decoy(1), NORTH, AT))
        path = str(sa.make_url(sqlite_url).database)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with refused(PlantingError, "locked"):
                adapter.write(rows)
            other.execute("ROLLBACK")
        adapter.write(rows)


def test_a_lock_of_another_server_session(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("honeytokens.systems.sql.postgresql.LOCK_SECONDS", 1)
    with hospital_at("postgresql", postgresql_url) as hospital, hospital.connect() as adapter:
        before = hospital.everything()
        rows = adapter.reserve(adapter.compose(decoy(1), NORTH, AT))
        with hospital.engine.connect() as locker:
            locker.exec_driver_sql("LOCK TABLE prescriptions IN EXCLUSIVE MODE")
            with refused(PlantingError, "locked", "prescriptions"):
                adapter.write(rows)
        assert hospital.everything() == before


def test_a_table_that_goes_away(hospital: Hospital) -> None:
    with hospital.connect() as adapter:
        rows = adapter.reserve(adapter.compose(decoy(1), NORTH, AT))
        hospital.execute("DROP TABLE prescriptions")
        before = hospital.everything()
        with refused(PlantingError, "lacks a table", "prescriptions"):
            adapter.write(rows)
        if hospital.transactional:
            assert hospital.everything() == before


_CHILD = """
import sys
from hospital_cases import MAPPING, decoy, plant
from honeytokens.errors import HoneytokensError
from honeytokens.systems import connect
try:
    with connect(sys.argv[1], None, MAPPING) as adapter:
        plant(adapter, *(decoy(serial) for serial in range(200)))
except HoneytokensError as error:
    print(type(error).__name__, error)
"""


def test_a_full_disk(sqlite_url: str) -> None:
    with hospital_at("sqlite", sqlite_url) as hospital:
        size = Path(str(sa.make_url(sqlite_url).database)).stat().st_size
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, sqlite_url],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, size + 8192)),
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith("PlantingError"), done.stdout + done.stderr
        assert "no room left on its disk" in done.stdout
        # Each decoy is there whole or not at all.
        decoys = int(str(hospital.scalar("SELECT count(*) FROM patients"))) - 4
        assert decoys > 0
        assert hospital.scalar("SELECT count(*) FROM stays") == 2 * decoys + 1
        assert hospital.scalar("SELECT count(*) FROM prescriptions") == 2 * decoys
        assert hospital.scalar("PRAGMA integrity_check") == "ok"


def test_an_sqlite_file_that_may_not_be_written(sqlite_url: str) -> None:
    with hospital_at("sqlite", sqlite_url):
        pass
    with tempfile.TemporaryDirectory(prefix="honeytokens-test-") as folder:
        Path(folder).chmod(0o755)
        path = Path(shutil.copy(str(sa.make_url(sqlite_url).database), folder))
        path.chmod(0o444)
        as_root = os.geteuid() == 0
        with connect(f"sqlite:///{path}", None, MAPPING) as adapter:
            if as_root:
                os.seteuid(65534)  # root may write anything
            try:
                with refused(PlantingError, "is read-only for this account"):
                    writes(adapter)
            finally:
                if as_root:
                    os.seteuid(0)
