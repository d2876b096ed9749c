"""The store in SQLite: sealed, bound to its row, private, carried over from each earlier version."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlite_utils

from callback_server.attributor import Attribution
from callback_server.errors import ServiceError
from callback_server.sighting import Sighting, new_id
from callback_server.store import Entry, Explained, HitCounts, IncidentFacts, SqliteIncidents, SqliteOutbox, SqliteStore
from callback_server.store.sqlite.schema import MIGRATIONS
from callback_server.worker.keys import foreign_store
from honeytokens.model import DecoyRef
from honeytokens.sealing import Box

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(days=365)
PRINTS = b"p" * 32
LEASE = timedelta(seconds=30)
FOUND = Attribution(DecoyRef("autumn", 11), "Hôpital Nord", 59.0, "web_link")


def sighting(path: str = "/k7mq2xw9t4bz") -> Sighting:
    return Sighting(new_id(), NOW, "http", "203.0.113.9", 4_000, "GET", "h.example", path, "", ())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path, Box([b"k" * 32], foreign_store), PRINTS)
    store.tell(["webhook"], [])
    yield store
    store.close()


@pytest.fixture
def outbox(store: SqliteStore, path: Path) -> Iterator[SqliteOutbox]:
    outbox = SqliteOutbox(path)
    yield outbox
    outbox.close()


def test_the_file_names_no_decoy_and_no_case(store: SqliteStore, path: Path) -> None:
    store.add([Explained(sighting(), (FOUND,))])
    with closing(SqliteIncidents(path, Box([b"k" * 32], foreign_store), PRINTS)) as incidents:
        (incident,) = incidents.all(1)
        incidents.record(incident.name, IncidentFacts(case="leak-2026"), Entry(NOW, "anne", "facts", "leak-2026"))
    for file in path.parent.iterdir():
        for clear in (b"k7mq2xw9t4bz", b"autumn", b"203.0.113.9", b"leak-2026", "Hôpital".encode()):
            assert clear not in file.read_bytes()


def test_contents_moved_between_rows_or_under_another_key_are_noticed(store: SqliteStore, path: Path) -> None:
    store.add([Explained(sighting(), (FOUND,)), Explained(sighting(), (FOUND,))])
    with sqlite3.connect(path) as other:
        other.execute("UPDATE hits SET content = (SELECT content FROM hits WHERE id = 2) WHERE id = 1")
    other.close()
    assert store.hit(2)
    with pytest.raises(ServiceError):
        store.hit(1)
    stranger = SqliteStore(path, Box([b"x" * 32], foreign_store), PRINTS)
    with pytest.raises(ServiceError):
        stranger.hit(2)
    stranger.close()


def test_a_new_key_opens_what_the_old_one_sealed(store: SqliteStore, path: Path) -> None:
    store.add([Explained(sighting(), (FOUND,))])
    rotated = SqliteStore(path, Box([b"k" * 32, b"n" * 32], foreign_store), PRINTS)
    rotated.add([Explained(sighting(), (FOUND,))])
    assert len(rotated.hits(10)) == 2
    rotated.close()


@pytest.mark.parametrize("sealed", [b"", b"\x00", b"\x01", b"\x02" + b"x" * 60, b"\x01" + b"x" * 60])
def test_rubbish_is_no_sealed_content(sealed: bytes) -> None:
    with pytest.raises(ServiceError):
        Box([b"k" * 32], foreign_store).open(sealed, "place")


@pytest.mark.parametrize(("folder_mode", "mode"), [(0o755, 0o600), (0o700, 0o600), (0o2770, 0o660)])
def test_a_file_is_private_unless_a_group_may_write_its_folder(path: Path, folder_mode: int, mode: int) -> None:
    path.parent.chmod(folder_mode)
    outbox = SqliteOutbox(path)
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {mode}
    outbox.close()


def test_a_newer_or_foreign_file_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(ServiceError, match="newer version"):
        SqliteOutbox(path)
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(ServiceError, match="cannot be used"):
        SqliteOutbox(path)


def test_a_store_of_the_first_version_keeps_its_hits(path: Path) -> None:
    box = Box([b"k" * 32], foreign_store)
    database = sqlite_utils.Database(path)
    MIGRATIONS[0](database)
    old = sighting()
    content = {"campaign": "autumn", "serial": 11, "establishment": "Nord", "bits": 59.0, "reason": "web_link"}
    database["sightings"].insert(  # type: ignore[union-attr]
        {"delivery": old.id, "content": box.seal(old.encode(), f"sightings|{old.id}")}
    )
    sealed = box.seal(json.dumps(content).encode(), "hits|abc")
    database["hits"].insert({"name": "abc", "sighting": 1, "content": sealed})  # type: ignore[union-attr]
    database.execute("INSERT INTO alerts VALUES (1, 1, 'webhook', 'waiting', 0, 0, NULL)")
    database.conn.execute("PRAGMA user_version = 1")
    database.conn.commit()
    database.close()
    store, outbox = SqliteStore(path, box, PRINTS), SqliteOutbox(path)
    (hit,) = store.hits(10)
    assert (hit.name, hit.sighting, hit.attribution.decoy) == ("abc", old, DecoyRef("autumn", 11))
    assert [leased.hit for leased in outbox.lease("webhook", NOW, LEASE, 10)] == [1]
    assert (store.counts(), outbox.counts().waiting) == (HitCounts(hits=1, unattributed=0), 1)
    store.close()
    outbox.close()
