"""Another lock for a keyring: its keys stay, the old lock opens nothing, and no key is lost on the way."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from honeytokens.errors import HomeError, KeyringError, OutputError
from honeytokens.keys import KEYRING, Keyring
from honeytokens.locks import KeyLock, Lock, PassphraseLock
from honeytokens.workflows.home import Home
from honeytokens.workflows.keys import relock, rotate, write_key

OLD = KeyLock(bytes(range(32)))
OTHER = KeyLock(bytes(range(1, 33)))


@pytest.mark.parametrize("other", [OTHER, PassphraseLock(b"correct horse")], ids=["key", "passphrase"])
def test_a_home_is_relocked(tmp_path: Path, other: Lock) -> None:
    with Home.create(tmp_path / "home", OLD) as home:
        before = home.keyring.masters
        relock(home, OLD, other)
        assert "key relock" in [kind for _, kind, _ in home.registry.events()]
    with pytest.raises(KeyringError):
        Home.open(tmp_path / "home", OLD)
    with Home.open(tmp_path / "home", other) as home:
        assert home.keyring.masters == before
        assert (home.path / KEYRING).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("wrong", [OTHER, PassphraseLock(b"x")], ids=["key", "passphrase"])
def test_the_lock_that_it_has_is_needed(tmp_path: Path, wrong: Lock) -> None:
    with Home.create(tmp_path / "home", OLD) as home:
        before = (home.path / KEYRING).read_bytes()
        for change in (lambda: relock(home, wrong, OTHER), lambda: rotate(home, wrong)):
            with pytest.raises(KeyringError):
                change()
        assert (home.path / KEYRING).read_bytes() == before


def test_a_key_that_another_process_added_is_not_lost(tmp_path: Path) -> None:
    with Home.create(tmp_path / "home", OLD) as first, Home.open(tmp_path / "home", OLD) as second:
        assert rotate(first, OLD) == 2
        assert rotate(second, OLD) == 3
        relock(first, OLD, OTHER)
        assert Keyring.open(first.path / KEYRING, OTHER).newest == 3


def test_one_process_at_a_time_changes_it(tmp_path: Path) -> None:
    with Home.create(tmp_path / "home", OLD) as first, Home.open(tmp_path / "home", OLD) as second:
        with first.writing(), pytest.raises(HomeError, match="Another honeytokens process"):
            relock(second, OLD, OTHER)
        relock(second, OLD, OTHER)


KILLED = """
import os, signal, sys
from pathlib import Path
from honeytokens.locks import KeyLock
from honeytokens.workflows.home import Home
from honeytokens.workflows.keys import relock
calls = 0
def kill(event, arguments):
    global calls
    if event in ("open", "os.rename") and "keyring" in str(arguments[0]):
        calls += 1
        if calls == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
old, other = KeyLock(bytes(range(32))), KeyLock(bytes(range(1, 33)))
with Home.open(Path(sys.argv[1]), old) as home:
    sys.addaudithook(kill)
    relock(home, old, other)
"""


def test_killed_at_any_step_one_lock_opens_it(tmp_path: Path) -> None:
    """The steps are reading the keyring, making the new file, and putting it in its place."""
    with Home.create(tmp_path / "home", OLD) as home:
        before = home.keyring.masters
    for step in (1, 2, 3, 4):
        command = [sys.executable, "-c", KILLED, str(tmp_path / "home"), str(step)]
        done = subprocess.run(command, check=False, timeout=60)
        assert done.returncode == (-signal.SIGKILL if step < 4 else 0)
        lock = OLD if step < 4 else OTHER
        assert Keyring.open(tmp_path / "home" / KEYRING, lock).masters == before


def test_a_key_file_is_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key.txt"
    write_key(path)
    before = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyLock.read(before, "x").written + b"\n" == before
    with pytest.raises(OutputError, match="exists"):
        write_key(path)
    assert path.read_bytes() == before
    with pytest.raises(OutputError, match="cannot be written"):
        write_key(tmp_path / "nowhere" / "key.txt")
