"""Fixtures that more than one room needs: real database servers, and a small hospital in each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gnu_health_hospital import GnuHealthHospital, hospital_on
from gnu_health_server import running
from hospital_cases import MARIADB, MYISAM, POSTGRESQL, Hospital, hospital_at
from private_mariadb import Mariadb
from private_postgresql import Postgresql
from private_server import DatabaseServer, NotAvailableError

Dump = Callable[..., bytes]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``make measure``: what is known of decoys by counting, over as many as docs/benchmarks.md says."""
    parser.addoption("--screenshots", help="Write the pictures of docs/console.md to this folder.")
    parser.addoption("--full", action="store_true", help="Count over as many decoys as the documentation claims.")


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether counts are to be taken at full size."""
    return bool(pytestconfig.getoption("full"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that uses a server, so that ``-m "not mariadb"`` leaves it out."""
    for item in items:
        for name in ("mariadb", "postgresql"):
            if f"{name}_server" in getattr(item, "fixturenames", ()):
                item.add_marker(name)


def _served(kind: type[DatabaseServer]) -> Iterator[DatabaseServer]:
    try:
        with kind.running() as server:
            yield server
    except NotAvailableError as missing:
        pytest.skip(f"NOT TESTED on {kind.__name__}: {missing}")


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[DatabaseServer]:
    """A MariaDB server: databases may be created, accounts too."""
    yield from _served(Mariadb)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[DatabaseServer]:
    """A PostgreSQL server: databases may be created, accounts too."""
    yield from _served(Postgresql)


@pytest.fixture
def mariadb_url(mariadb_server: DatabaseServer) -> Iterator[str]:
    """The URL of a fresh, empty MariaDB database."""
    with mariadb_server.database() as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql_server: DatabaseServer) -> Iterator[str]:
    """The URL of a fresh, empty PostgreSQL database."""
    with postgresql_server.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a fresh, empty SQLite database."""
    return _sqlite_in(tmp_path)


@pytest.fixture(params=["sqlite", MARIADB, POSTGRESQL])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, empty database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", MARIADB, MYISAM, POSTGRESQL])
def hospital(request: pytest.FixtureRequest) -> Iterator[Hospital]:
    """A small hospital in each kind of database."""
    server = {"myisam": "mariadb"}.get(request.param, request.param)
    with hospital_at(request.param, str(request.getfixturevalue(f"{server}_url"))) as built:
        yield built


@pytest.fixture(params=["sqlite", MARIADB, MYISAM, POSTGRESQL], scope="module")
def steady_hospital(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """The same hospital for tests that only read, built once."""
    if request.param == "sqlite":
        with hospital_at("sqlite", _sqlite_in(tmp_path_factory.mktemp("steady"))) as built:
            yield built
        return
    server = request.getfixturevalue({"myisam": "mariadb_server"}.get(request.param, f"{request.param}_server"))
    with server.database() as url, hospital_at(request.param, url) as built:
        yield built


def _sqlite_in(folder: Path) -> str:
    path = folder / "his #1.db"
    sqlite3.connect(path).close()
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def gnu_health(postgresql_server: DatabaseServer) -> Iterator[GnuHealthHospital]:
    """A hospital on a real GNU Health; a test leaves it as it found it."""
    try:
        with running(postgresql_server) as server, hospital_on(server) as hospital:
            yield hospital
    except NotAvailableError as missing:
        pytest.skip(f"NOT TESTED on GNU Health: {missing}")


@pytest.fixture
def mariadb_dump(mariadb_server: DatabaseServer) -> Dump:
    """Runs the real ``mariadb-dump``: ``mariadb_dump(url, "--hex-blob")`` returns what it wrote."""
    return mariadb_server.dump


@pytest.fixture
def postgresql_dump(postgresql_server: DatabaseServer) -> Dump:
    """Runs the real ``pg_dump``: ``postgresql_dump(url, "--inserts")`` returns what it wrote."""
    return postgresql_server.dump
