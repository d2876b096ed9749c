"""Freezing: everything that was listed is kept once with its hash, whatever happens meanwhile, and tampering shows."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from private_mariadb import Mariadb
from private_server import DatabaseServer, NotAvailableError

from honeytokens.errors import FreezeError
from honeytokens.freezing import Vault, load_sources
from honeytokens.freezing.files import FileItem
from honeytokens.locks import PassphraseLock
from honeytokens.workflows.freeze import freeze, verify_frozen
from honeytokens.workflows.home import Home


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(3):
        (folder / f"access.log.{number}").write_bytes(f"GET /{number}\n".encode() * 1_000)
    return folder


@pytest.fixture
def destination(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "evidence"
    yield folder
    for path in (folder, *folder.rglob("*")):  # read-only folders cannot be cleared away
        if path.is_dir():
            path.chmod(0o700)


def listed(home: Home, destination: Path, *parts: str) -> None:
    (home.path / "freeze.toml").write_text("\n".join([f"destination = '{destination}'", *parts]))


def manifest(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return document


def test_listed_logs_and_tables_are_kept_with_their_hashes_and_verified(
    home: Home, logs: Path, destination: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "sessions.db")) as database, database:
        database.execute("CREATE TABLE sessions (id INTEGER, who TEXT, cookie BLOB)")
        database.executemany("INSERT INTO sessions VALUES (?, ?, ?)", [(n, "é", b"\x00\xff") for n in range(2_500)])
    listed(
        home,
        destination,
        f"[[files]]\npaths = ['{logs}/*.log.*', '{tmp_path}/none/*.log']",
        f"[[tables]]\ndatabase = 'sqlite:///{tmp_path}/sessions.db'\ntables = ['sessions', 'missing']",
    )
    frozen = freeze(home, "anne")
    table, pattern = frozen.problems
    assert table.name.startswith("table missing of the SQLite file")
    assert pattern.name == f"{tmp_path}/none/*.log"
    document = manifest(frozen.folder)
    assert (document["by"], document["host"] != "", document["account"]) == ("anne", True, os.getuid())
    items = {item["name"]: item for item in document["items"]}
    for path in logs.iterdir():
        item = items[str(path)]
        copy = frozen.folder / "copies" / item["copy"]
        assert copy.read_bytes() == path.read_bytes()
        assert item["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert copy.stat().st_mode & 0o777 == 0o400
    (kept,) = (item for name, item in items.items() if name.startswith("table sessions"))
    lines = (frozen.folder / "copies" / kept["copy"]).read_text().splitlines()
    assert [json.loads(line) for line in lines[:2]] == [["id", "who", "cookie"], [0, "é", "00ff"]]
    assert (len(lines), kept["facts"]["rows"]) == (2_501, 2_500)
    assert frozen.folder.stat().st_mode & 0o777 == 0o500
    checked = verify_frozen(home, frozen.folder)
    assert (checked.sealed, checked.wrong, checked.copies, checked.sha256) == (True, (), 4, frozen.sha256)
    assert any(kind == "freeze" and frozen.sha256 in detail for _, kind, detail in home.registry.events())
    with pytest.raises(FreezeError, match="finished"):
        freeze(home, "anne", name=frozen.folder.name)


def test_what_is_changed_added_taken_away_or_rewritten_shows(home: Home, logs: Path, destination: Path) -> None:
    listed(home, destination, f"[[files]]\npaths = ['{logs}/*']")
    folder = freeze(home, "anne").folder
    for inner in (folder, folder / "copies"):
        inner.chmod(0o700)
    first, second, _ = sorted((folder / "copies").iterdir())
    first.chmod(0o600)
    first.write_bytes(first.read_bytes().replace(b"GET", b"PUT", 1))
    second.unlink()
    (folder / "copies" / "000009").write_bytes(b"")
    wrong = verify_frozen(home, folder).wrong
    assert [each.split(" ", 1)[0] for each in wrong] == ["000002", "000009", "000001"]
    document = manifest(folder)
    document["items"][0]["sha256"] = hashlib.sha256(first.read_bytes()).hexdigest()
    (folder / "manifest.json").chmod(0o600)
    (folder / "manifest.json").write_text(json.dumps(document, indent=2))
    assert not verify_frozen(home, folder).sealed


def test_of_a_growing_log_what_it_held_at_the_beginning_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "growing.log"
    log.write_bytes(b"x" * 3_000_000)
    item = FileItem(log, None)
    blocks = item.read()
    first = next(blocks)
    with log.open("ab") as stream:
        stream.write(b"y" * 1_000_000)
    assert b"".join([first, *blocks]) == b"x" * 3_000_000
    assert (item.facts()["size_at_begin"], item.facts()["size_at_end"]) == (3_000_000, 4_000_000)


def test_of_huge_files_the_hash_alone_is_kept(home: Home, logs: Path, destination: Path) -> None:
    (logs / "huge").write_bytes(b"z" * 100_000)
    listed(home, destination, f"[[files]]\npaths = ['{logs}/*']\ncopy_up_to = 50000")
    frozen = freeze(home, "anne")
    (huge,) = (entry for entry in frozen.entries if entry.name.endswith("huge"))
    assert (huge.copy, huge.sha256) == (None, hashlib.sha256(b"z" * 100_000).hexdigest())
    assert len(list((frozen.folder / "copies").iterdir())) == 3


def test_a_pipe_and_a_closed_file_hold_nothing_up(home: Home, logs: Path, destination: Path) -> None:
    os.mkfifo(logs / "pipe")
    (logs / "loop").symlink_to(logs / "loop")
    listed(home, destination, f"[[files]]\npaths = ['{logs}/*']")
    frozen = freeze(home, "anne")
    assert {Path(entry.name).name for entry in frozen.problems} == {"pipe", "loop"}
    assert len(frozen.entries) == 5


def test_a_torn_journal_and_a_torn_copy_are_taken_up_where_they_stood(tmp_path: Path, logs: Path) -> None:
    folder = tmp_path / "vault"
    paths = sorted(logs.iterdir())
    vault = Vault(folder)
    vault.take(FileItem(paths[0], None))
    vault.take(FileItem(paths[1], None))
    with (folder / "journal.jsonl").open("ab") as journal:
        journal.write(b'{"name": "/torn')
    (folder / "copies" / "000003").write_bytes(b"half of it")
    (folder / "copies" / "000001").chmod(0o600)
    (folder / "copies" / "000001").write_bytes(b"cut")
    again = Vault(folder)
    assert len(again.entries) == 2
    entries = [again.take(FileItem(path, None)) for path in paths]
    for path, entry in zip(paths, entries, strict=True):
        assert (folder / "copies" / str(entry.copy)).read_bytes() == path.read_bytes()
    assert len(Vault(folder).entries) == 3


FREEZE = """
import sys
from pathlib import Path
from honeytokens.locks import PassphraseLock
from honeytokens.workflows.freeze import freeze
from honeytokens.workflows.home import Home
with Home.open(Path(sys.argv[1]), PassphraseLock(b"correct horse")) as home:
    freeze(home, "anne", name="night")
"""


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A home that another process can open."""
    with Home.create(tmp_path / "locked", PassphraseLock(b"correct horse")) as home:
        return home.path


def test_a_kill_loses_nothing_that_was_kept(locked: Path, logs: Path, destination: Path) -> None:
    for number in range(300):
        (logs / f"more.{number:03d}").write_bytes(str(number).encode() * 500)
    (locked / "freeze.toml").write_text(f"destination = '{destination}'\n[[files]]\npaths = ['{logs}/*']\n")
    journal = destination / "night" / "journal.jsonl"
    with subprocess.Popen([sys.executable, "-c", FREEZE, str(locked)]) as process:
        while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") >= 20):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    if not (destination / "night" / "manifest.json").exists():
        kept = {path.name: path.stat().st_mtime_ns for path in (destination / "night" / "copies").iterdir()}
        assert len(kept) >= 20
        subprocess.run([sys.executable, "-c", FREEZE, str(locked)], check=True)
        same = [(destination / "night" / "copies" / name).stat().st_mtime_ns == at for name, at in kept.items()]
        assert sum(same) >= len(kept) - 1
    with Home.open(locked, PassphraseLock(b"correct horse")) as home:
        checked = verify_frozen(home, destination / "night")
    assert (checked.sealed, checked.wrong, checked.copies) == (True, (), 303)


def test_a_full_disk_is_said_and_the_freeze_goes_on_later(home: Home, logs: Path, destination: Path) -> None:
    (logs / "zz-large").write_bytes(b"l" * 4_000_000)
    listed(home, destination, f"[[files]]\npaths = ['{logs}/*']")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))  # as if the disk ended there
    try:
        with pytest.raises(FreezeError, match="cannot be written"):
            freeze(home, "anne", name="night")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (destination / "night" / "manifest.json").exists()
    frozen = freeze(home, "anne", name="night")
    assert (len(frozen.entries), frozen.problems) == (4, ())
    assert verify_frozen(home, frozen.folder).wrong == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("destination = '/x'", "lists nothing"),
        ("destination = '/x'\n[[files]]\npaths = []", "files.0.paths"),
        ("destination = '/x'\n[[tables]]\ntables = ['a']", "tables.0.database"),
        ("destination", "not TOML"),
        (None, "cannot be read"),
    ],
)
def test_a_wrong_list_is_refused_beforehand(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "freeze.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(FreezeError, match=said):
        load_sources(path)


def test_tables_of_real_servers_are_read_by_accounts_that_only_read(
    home: Home, destination: Path, tmp_path: Path, mariadb_url: str, postgresql_url: str
) -> None:
    for url in (mariadb_url, postgresql_url):
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.text("create table sessions (id int, born timestamp, amount decimal(9,2))"))
            connection.execute(sa.text("insert into sessions values (1, '2026-11-27 14:03:11', 12.50), (2, null, 0)"))
    parts = []
    for number, url in enumerate((mariadb_url, postgresql_url)):
        parsed = sa.make_url(url)
        secret = tmp_path / f"password{number}"
        secret.write_text(f"{parsed.password}\n")
        scheme = ("mariadb", "postgresql")[number]
        bare = f"{scheme}://{parsed.username}@{parsed.host}:{parsed.port}/{parsed.database}"
        parts.append(f"[[tables]]\ndatabase = '{bare}'\npassword_file = '{secret}'\ntables = ['sessions']")
        parts.append(f"[[binary_logs]]\ndatabase = '{bare}'\npassword_file = '{secret}'\nfolder = '{tmp_path}'")
    listed(home, destination, *parts)
    frozen = freeze(home, "anne")
    assert len(frozen.problems) == 2  # neither server writes binary logs
    for entry in frozen.entries:
        if entry.copy is not None:
            lines = (frozen.folder / "copies" / entry.copy).read_text().splitlines()
            assert [json.loads(line) for line in lines] == [
                ["id", "born", "amount"],
                [1, "2026-11-27T14:03:11", "12.50"],
                [2, None, "0.00"],
            ]


class _Logging(Mariadb):
    """A MariaDB that writes binary logs."""

    @classmethod
    def _prepare(cls, folder: Path, port: int, password: str, account: str | None) -> list[str]:
        return [*super()._prepare(folder, port, password, account), f"--log-bin={folder / 'data' / 'bin'}"]


@pytest.fixture
def logging_server() -> Iterator[DatabaseServer]:
    if os.environ.get(Mariadb.variable):
        pytest.skip("NOT TESTED: the server that the environment names keeps its binary logs elsewhere")
    try:
        with _Logging.running() as server:
            yield server
    except NotAvailableError as missing:
        pytest.skip(f"NOT TESTED: {missing}")


def test_binary_logs_are_kept_up_to_the_byte_that_the_server_named(
    home: Home, destination: Path, logging_server: DatabaseServer, tmp_path: Path
) -> None:
    with logging_server.database() as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.text("create table t (note varchar(40))"))
            connection.execute(sa.text("insert into t values ('a-trace-of-the-theft')"))
            folder = Path(str(connection.scalar(sa.text("select @@log_bin_basename")))).parent
        parsed = sa.make_url(url)
        (tmp_path / "password").write_text(str(parsed.password))
        bare = f"mariadb://{parsed.username}@{parsed.host}:{parsed.port}/{parsed.database}"
        source = f"[[binary_logs]]\ndatabase = '{bare}'\npassword_file = '{tmp_path}/password'\nfolder = '{folder}'"
        listed(home, destination, source)
        frozen = freeze(home, "anne")
    assert frozen.problems == ()
    copies = {entry.name: frozen.folder / "copies" / str(entry.copy) for entry in frozen.entries}
    (sizes,) = (json.loads(copy.read_bytes()) for name, copy in copies.items() if name.startswith("list"))
    kept = {Path(name).name: copy for name, copy in copies.items() if not name.startswith("list")}
    assert {name: copy.stat().st_size for name, copy in kept.items()} == sizes
    assert any(b"a-trace-of-the-theft" in copy.read_bytes() for copy in kept.values())
