"""SQL as real servers load it, through their own clients."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from exchange_cases import frame, made, written
from private_server import DatabaseServer

from honeytokens.formats import Batch
from honeytokens.model import Field

AWKWARD = [
    "O'Neil",
    "''",
    "\\",
    "ends with \\",
    "\\' OR 1=1 --",
    "'; DROP TABLE patients; --",
    'say "hello"',
    "/*! SELECT 1 */ -- # ;",
    "two\nlines\n\tand a tab",  # no carriage return: MariaDB's client drops it, in a dump of its own too
    "100% ? :name %s",
    "Łódź ß œ 😀 e\u0301",
    " spaces ",
    "NULL",
]
CLIENTS = {
    "mariadb": ["mariadb", "--host={0.host}", "--port={0.port}", "--user={0.username}", "{0.database}"],
    "postgresql": ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", "{0.host}", "-p", "{0.port}", "-U", "{0.username}"],
}


def load(kind: str, server: DatabaseServer, url: str, statements: bytes) -> None:
    """Feed statements to the server's own client."""
    where = sa.make_url(url)
    program, *options = CLIENTS[kind]
    environment = {**os.environ, "MYSQL_PWD": where.password or "", "PGPASSWORD": where.password or "", "LC_ALL": "C"}
    command = [server.program(program), *(option.format(where) for option in options)]
    if kind == "postgresql":
        command.append(str(where.database))
    done = subprocess.run(command, input=statements, env=environment, capture_output=True, check=False, timeout=60)
    said = [line for line in done.stderr.splitlines() if b"already exists, skipping" not in line]
    assert (done.returncode, said) == (0, [])


def rows(url: str) -> list[dict[str, Any]]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = [dict(row) for row in connection.execute(sa.text("SELECT * FROM patients")).mappings()]
    engine.dispose()
    return found


@pytest.fixture(params=sorted(CLIENTS))
def server(request: pytest.FixtureRequest) -> tuple[str, DatabaseServer, str]:
    """The name of a kind of server, the server, and the URL of an empty database in it."""
    kind = request.param
    return kind, request.getfixturevalue(f"{kind}_server"), request.getfixturevalue(f"{kind}_url")


def test_every_character_arrives(server: tuple[str, DatabaseServer, str]) -> None:
    people = [{"surname": text, "street": text * 3, "birth_date": date(1931, 2, 28)} for text in AWKWARD]
    load(*server, written("sql", Batch(frame(people))))
    assert sorted(row["surname"] for row in rows(server[2])) == sorted(AWKWARD)
    assert sorted(row["street"] for row in rows(server[2])) == sorted(text * 3 for text in AWKWARD)
    assert {row["birth_date"] for row in rows(server[2])} == {date(1931, 2, 28)}
    assert {row["web_link"] for row in rows(server[2])} == {None}


def test_a_second_file_adds_to_the_table(server: tuple[str, DatabaseServer, str]) -> None:
    people = made("fr_fr", "pools", 1201)
    for half in (people.identities.head(701), people.identities.tail(500)):
        load(*server, written("sql", Batch(half)))
    found = [tuple(row[field] for field in Field) for row in rows(server[2])]
    assert len(found) == 1201
    assert set(found) == set(people.identities.rows())


def test_a_nul_is_left_out() -> None:
    assert b"'ab'" in written("sql", Batch(frame([{"surname": "a\0b"}])))
