"""What the service logs of itself: heard, decided, looked at, erased; exported, and checked with a public key alone."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from callback_helpers import Site

from callback_server.attributor import Attribution
from callback_server.sighting import Sighting, new_id
from callback_server.store import Entry, Explained, SqliteAccounts, SqliteEvidence, SqliteIncidents, SqliteStore
from honeytokens.evidence import VerifierKey, bundle, check
from honeytokens.model import DecoyRef

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def sighting(at: datetime) -> Sighting:
    return Sighting(new_id(), at, "http", "203.0.113.9", 4000, "GET", "img.example", "/k7mq2xw9t4bz", "", ())


class Parts:
    """The parts of a store that log, on one file."""

    def __init__(self, site: Site) -> None:
        keys, path = site.keys(), site.data / "store.sqlite3"
        self.path = path
        self.store = SqliteStore(path, keys.box, keys.rows)
        self.incidents = SqliteIncidents(path, keys.box, keys.rows)
        self.accounts = SqliteAccounts(path, keys.box, keys.rows)
        self.log = SqliteEvidence(path, keys.box, keys.signing[-1], keys.origin)
        self.key = VerifierKey(keys.origin, keys.signing[-1].public_key())

    def bundle(self, *, contents: bool = True) -> list[str]:
        self.log.checkpoint()
        return list(bundle(self.log.entries(self.log.size(), contents=contents), self.log.checkpoints()))

    def kinds(self) -> list[str]:
        return [json.loads(json.loads(line)["leaf"])["kind"] for line in self.bundle()[1:]]


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(Site.make(tmp_path / "site"))


def hear(parts: Parts, at: datetime) -> None:
    hit = Attribution(DecoyRef("autumn", 1), "Hôpital Nord", 59.0, "web_link")
    parts.store.add([Explained(sighting(at), (hit,), None, "203.0.113.9")])


def test_what_is_heard_decided_and_looked_at_is_logged_and_proven(parts: Parts) -> None:
    hear(parts, NOW)
    name = parts.incidents.all(1)[0].name
    parts.incidents.note(name, Entry(NOW, "zoe.martin", "note", "told the director"))
    parts.accounts.log("zoe.martin", "GET /incidents")
    assert parts.kinds() == ["sighting", "entry", "entry", "look"]
    found = check(parts.bundle(), [parts.key])
    assert (found.proven, found.contents, found.faults) == (4, 4, ())
    whole = "".join(parts.bundle(contents=False))
    assert "director" not in whole
    assert "zoe.martin" not in whole
    assert check(parts.bundle(contents=False), [parts.key]).contents == 0


def test_a_thief_of_the_file_reads_no_content_in_the_log(parts: Parts) -> None:
    hear(parts, NOW)
    parts.accounts.log("zoe.martin", "GET /incidents")
    raw = b"".join(path.read_bytes() for path in parts.path.parent.glob("store.sqlite3*"))
    for secret in (b"k7mq2xw9t4bz", b"GET /incidents", b"zoe.martin"):
        assert secret not in raw


def test_retention_erases_contents_and_the_erasure_is_an_entry(parts: Parts) -> None:
    hear(parts, NOW)
    hear(parts, NOW + timedelta(days=100))
    before = parts.log.checkpoint()
    assert parts.store.erase(NOW + timedelta(days=1)) == 1
    assert parts.kinds()[-1] == "erasure"
    found = check(parts.bundle(), [parts.key], [before])
    assert found.faults == ()
    assert found.erased == 2  # of the sighting, and of the timeline of its incident
    with sqlite3.connect(parts.path) as connection:
        assert connection.execute("SELECT count(*) FROM evidence WHERE salt IS NULL").fetchone()[0] == 2
    connection.close()


def test_the_log_is_signed_while_others_write(parts: Parts) -> None:
    def look() -> None:
        for number in range(200):
            parts.accounts.log("zoe.martin", f"GET /{number}")

    def listen() -> None:
        for number in range(100):
            hear(parts, NOW + timedelta(seconds=number))

    with ThreadPoolExecutor() as threads:
        looking = threads.submit(look)
        hearing = threads.submit(listen)
        while not (looking.done() and hearing.done()):
            parts.log.checkpoint()
        looking.result()
        hearing.result()
    found = check(parts.bundle(contents=False), [parts.key])
    assert (found.faults, found.after) == ((), 0)
    assert found.proven >= 300


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE evidence SET leaf = replace(leaf, 'look', 'lack') WHERE number = 3", "entries"),
        ("DELETE FROM evidence WHERE number = 2", "entry 3 stands where entry 2 belongs"),
        ("UPDATE evidence SET number = CASE number WHEN 2 THEN 99 ELSE number END", "entry 3 stands where entry 2"),
    ],
)
def test_tampering_with_the_file_is_named(parts: Parts, tampering: str, told: str) -> None:
    for number in range(6):
        parts.accounts.log("zoe.martin", f"GET /{number}")
    kept = parts.log.checkpoint()
    with sqlite3.connect(parts.path) as connection:
        connection.execute(tampering)
    connection.close()
    lines = list(bundle(parts.log.entries(6, contents=False), [kept]))
    assert told in " ".join(check(lines, [parts.key]).faults)


def test_a_bundle_is_made_and_checked_by_the_commands_alone(tmp_path: Path) -> None:
    site = Site.make(tmp_path / "site")
    with site.started("worker") as worker:
        headers = {"Authorization": f"Bearer {worker.token}"}
        assert httpx.get(f"{worker.admin}/api/incidents", headers=headers).status_code == 200
        key, file = tmp_path / "evidence.pub", tmp_path / "bundle.evidence"
        key.write_text(site.call("evidence", "key").stdout)
        checkpoint = tmp_path / "checkpoint"
        checkpoint.write_text(site.call("evidence", "checkpoint").stdout)
        exported = site.call("evidence", "export", str(file))
        assert exported.returncode == 0, exported.stderr
        assert site.call("evidence", "export", str(file)).returncode == 3  # it exists

    def verify(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "honeytokens", "evidence", "verify", str(file), "--key", str(key), *more]
        return subprocess.run(
            command, env={"PATH": "", "HOME": str(tmp_path)}, capture_output=True, text=True, check=False
        )

    right = verify("--since", str(checkpoint))
    assert right.returncode == 0, right.stderr
    assert "as they were logged" in right.stdout
    file.write_text(file.read_text().replace('\\"kind\\":\\"look\\"', '\\"kind\\":\\"lock\\"', 1))
    wrong = verify()
    assert wrong.returncode == 1
    assert "was changed" in wrong.stdout
    key.write_text("rubbish")
    refused = verify()
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
