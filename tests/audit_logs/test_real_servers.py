"""What real servers write of real statements, read back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from private_pgaudit import LOGS, PgAudited
from private_server import DatabaseServer, NotAvailableError

from honeytokens.audit_logs import FILE_LOGS, FileLog, Watched
from honeytokens.model import ReadSighting

WATCHED = Watched({"patients": {"patient_id": "patients"}})
LOCAL = datetime.now().astimezone().tzinfo or UTC
"""server_audit writes times of its machine's zone, and does not say it."""
WAIT_SECONDS = 20
TABLE = "create table patients (patient_id int primary key, nom varchar(40))"
ROWS = "insert into patients values (1, 'A'), (2, 'B'), (3, 'C'), (4, 'D')"


def entries(log: FileLog, text: str) -> list[str]:
    """Return the entries of a whole log."""
    found: list[str] = []
    for line in text.splitlines():
        if found and log.continues(found[-1], line):
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found


def told(log: FileLog, path: Path, since: datetime, most: int) -> list[ReadSighting]:
    """Return what a log tells, as soon as it tells ``most`` reads or time is up."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        text = path.read_text() if path.exists() else ""
        found = [read for entry in entries(log, text) for read in log.read(entry, since)]
        if len(found) >= most or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def ask(url: str, *statements: str | tuple[str, dict[str, object]]) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            text, values = (statement, {}) if isinstance(statement, str) else statement
            connection.execute(sa.text(text), values)


@pytest.fixture
def server_audit(mariadb_server: DatabaseServer, mariadb_url: str, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A MariaDB database whose server writes an audit log."""
    engine = sa.create_engine(mariadb_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        folder = Path(str(connection.scalar(sa.text("select @@datadir"))))
    path = folder / f"{tmp_path.name}.log"
    try:
        mariadb_server.execute("INSTALL SONAME 'server_audit'")
    except sa.exc.DBAPIError as error:
        pytest.skip(f"NOT TESTED with server_audit: {error.orig}")
    mariadb_server.execute(
        f"SET GLOBAL server_audit_file_path = '{path}'",
        "SET GLOBAL server_audit_events = 'CONNECT,QUERY'",
        "SET GLOBAL server_audit_logging = ON",
    )
    try:
        yield mariadb_url, path
    finally:
        mariadb_server.execute("SET GLOBAL server_audit_logging = OFF", "UNINSTALL SONAME 'server_audit'")


def test_mariadb(server_audit: tuple[str, Path], mariadb_server: DatabaseServer) -> None:
    url, path = server_audit
    before = datetime.now(UTC) - timedelta(seconds=2)
    ask(
        url,
        TABLE,
        ROWS,
        ("select nom from patients where patient_id = :key and nom <> 'l''autre'", {"key": 2}),
        "select *\nfrom `patients`\nwhere `patients`.`patient_id` in (1, 3)",
        "select count(*) from patients",
        "select nom from patients order by nom",
    )
    mariadb_server.dump(url, "--no-create-info")
    found = told(FILE_LOGS["server_audit"](WATCHED, LOCAL), path, before, 4)
    assert [read.keys for read in found] == [("2",), ("1", "3"), (), ()]
    assert {read.account for read in found} == {"hospital_admin"}
    assert all(before <= read.at <= datetime.now(UTC) + timedelta(seconds=2) for read in found)


@pytest.fixture(scope="module")
def audited() -> Iterator[DatabaseServer]:
    """A PostgreSQL server with pgaudit."""
    try:
        with PgAudited.running() as server:
            yield server
    except NotAvailableError as missing:
        pytest.skip(f"NOT TESTED with pgaudit: {missing}")


def test_postgresql(audited: DatabaseServer) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    with audited.database() as url:
        ask(
            url,
            TABLE,
            ROWS,
            ("select nom from patients where patient_id = :key", {"key": 2}),
            ('select *\nfrom patients -- all of them, and a "quote"\nwhere patient_id = any(:keys)', {"keys": [1, 3]}),
            "select count(*) from patients",
            "select nom from patients order by nom",
        )
        audited.dump(url, "--data-only")
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            folder = Path(str(connection.scalar(sa.text("show log_directory"))))
    for form in LOGS:
        found = told(FILE_LOGS["pgaudit"](WATCHED, ZoneInfo("Europe/Paris")), folder / f"audit.{form}", before, 4)
        assert [read.keys for read in found] == [("2",), ("1", "3"), (), ()], form
        assert [read.rows for read in found] == [1, 2, 4, None], form
        assert {(read.account, read.workstation) for read in found} == {("hospital_admin", "127.0.0.1")}, form
        assert all(before <= read.at <= datetime.now(UTC) + timedelta(seconds=2) for read in found), form
