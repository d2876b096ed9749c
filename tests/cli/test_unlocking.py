"""What unlocks a home, as an operator gives it: files, commands, credentials, and what is said when it is wrong."""

from __future__ import annotations

import base64
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from honeytokens.locks import KeyLock, PassphraseLock
from honeytokens.workflows.home import Home

from .conftest import Run

KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OTHER_KEY = KEY[::-1]
NO_PASSPHRASE = {"HONEYTOKENS_PASSPHRASE_FILE": ""}


def private(path: Path, content: str, mode: int = 0o600) -> Path:
    path.touch(0o600)
    path.write_text(content)
    path.chmod(mode)
    return path


def program(path: Path, body: str) -> Path:
    return private(path, f"#!/bin/sh\n{body}\n", 0o700)


@pytest.fixture(scope="module")
def locked_by_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that ``KEY`` unlocks, which no test changes."""
    path = tmp_path_factory.mktemp("locked") / "by_key"
    Home.create(path, KeyLock(bytes.fromhex(KEY))).registry.close()
    return path


@pytest.fixture(scope="module")
def locked_by_passphrase(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that the environment's passphrase unlocks, which no test changes."""
    path = tmp_path_factory.mktemp("locked") / "by_passphrase"
    Home.create(path, PassphraseLock(b"correct horse")).registry.close()
    return path


def test_from_a_new_key_file_to_a_home(run: Run, tmp_path: Path) -> None:
    made = run("key", "generate", "-o", "key.txt")
    assert (made.code, made.err) == (0, "")
    key = (tmp_path / "key.txt").read_text()
    assert key.strip() not in made.out
    assert (tmp_path / "key.txt").stat().st_mode & 0o777 == 0o600
    again = run("key", "generate", "-o", "key.txt")
    assert (again.code, again.err.count("\n"), "--force" in again.err) == (3, 1, False)
    assert (tmp_path / "key.txt").read_text() == key
    assert run("init", "--key-file", "key.txt").code == 0
    assert run("status", "--key-file", "key.txt").code == 0
    assert run("doctor", "--key-file", "key.txt").code == 0
    assert run("key", "rotate", "--key-file", "key.txt").code == 0
    assert run("status", "--key-file", "key.txt").code == 0
    assert run("key", "recovery", "-o", "page.txt", "--key-file", "key.txt").code == 0
    (tmp_path / "decoys" / "keyring.json").unlink()
    assert run("key", "restore", "page.txt", "--key-file", "key.txt").code == 0
    assert run("status", "--key-file", "key.txt").code == 0


def test_a_key_is_printed_into_a_pipe_and_not_to_a_terminal(run: Run, environment: dict[str, str]) -> None:
    first, second = run("key", "generate"), run("key", "generate")
    assert first.code == second.code == 0
    assert len(bytes.fromhex(first.out.strip())) == 32
    assert first.out != second.out
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "honeytokens", "key", "generate"]
    done = subprocess.run(command, env=environment, stdout=child, stderr=subprocess.PIPE, text=True, check=False)
    os.close(child)
    os.close(parent)
    assert done.returncode == 2
    assert "-o" in done.stderr


def test_the_key_may_come_in_each_way(run: Run, locked_by_key: Path, tmp_path: Path) -> None:
    raw, home = bytes.fromhex(KEY), {"HONEYTOKENS_HOME": str(locked_by_key)}
    private(tmp_path / "key.txt", KEY)
    (tmp_path / "raw").write_bytes(raw)
    program(tmp_path / "unseal", 'cat "$1"')
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    private(credentials / "honeytokens-key", base64.b64encode(raw).decode(), 0o440)
    private(credentials / "honeytokens-passphrase", "that of something else", 0o440)
    (tmp_path / "raw").chmod(0o600)
    assert run("status", "--key-file", "raw", **home).code == 0
    assert run("status", "--key-command", "./unseal raw", **home).code == 0
    assert run("status", "--key-command", "./unseal 'key.txt'", **home).code == 0
    home |= NO_PASSPHRASE
    assert run("status", HONEYTOKENS_KEY_FILE="key.txt", **home).code == 0
    assert run("status", HONEYTOKENS_KEY_COMMAND="./unseal raw", **home).code == 0
    assert run("status", CREDENTIALS_DIRECTORY=str(credentials), **home).code == 0
    configured = private(tmp_path / "config.toml", 'key-command = "./unseal raw"')
    assert run("--config", str(configured), "status", **home).code == 0


def test_flags_come_before_the_environment_before_credentials(run: Run, locked_by_key: Path, tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    private(credentials / "honeytokens-key", OTHER_KEY)
    private(tmp_path / "other", OTHER_KEY)
    private(tmp_path / "key.txt", KEY)
    where = {"CREDENTIALS_DIRECTORY": str(credentials), "HONEYTOKENS_HOME": str(locked_by_key)}
    assert run("status", **where, **NO_PASSPHRASE).code == 3
    assert run("status", HONEYTOKENS_KEY_FILE="key.txt", **where, **NO_PASSPHRASE).code == 0
    assert run("status", "--key-file", "key.txt", HONEYTOKENS_KEY_COMMAND="cat other", **where).code == 0
    both = run("status", "--key-file", "key.txt", "--key-command", "cat key.txt", **where)
    assert (both.code, both.err.count("\n")) == (3, 1)
    assert "A key file and a key command were given, and only one can be used" in both.err


def test_two_kinds_of_credentials_do_not_decide_what_locks_a_new_home(run: Run, tmp_path: Path) -> None:
    private(tmp_path / "honeytokens-key", KEY)
    assert run("init", "--home", "one", CREDENTIALS_DIRECTORY=str(tmp_path), **NO_PASSPHRASE).code == 0
    private(tmp_path / "honeytokens-passphrase", "correct horse")
    refused = run("init", "--home", "two", CREDENTIALS_DIRECTORY=str(tmp_path), **NO_PASSPHRASE)
    assert (refused.code, refused.err.count("\n")) == (3, 1)
    assert "two kinds" in refused.err
    assert not (tmp_path / "two").exists()


WRONG: dict[str, tuple[list[str], str]] = {
    "a passphrase for a key": (
        ["--passphrase-file", "passphrase"],
        "locked by a key, not by a passphrase. Use --key-file",
    ),
    "nothing": ([], "locked by a key, and none was given. Use --key-file or --key-command"),
    "another key": (["--key-file", "other"], "wrong key"),
    "a short key": (["--key-file", "short"], "short holds no key"),
    "an empty file": (["--key-file", "empty"], "empty is empty"),
    "a password": (["--key-file", "passphrase"], "passphrase holds no key"),
    "a huge file": (["--key-file", "/dev/zero"], "far more than a key"),
    "no file": (["--key-file", "nowhere"], "nowhere cannot be read: No such file"),
    "everyone's file": (["--key-file", "open"], "open can be read by everyone. Run: chmod 600"),
    "no command": (["--key-command", "/nowhere/unseal --pin 1234"], "unseal cannot be started"),
    "a command that fails": (["--key-command", "cat nowhere"], "cat failed (exit code 1): cat: nowhere: No such file"),
    "a command that prints nothing": (["--key-command", "true"], "The output of the key command is empty"),
    "a command that prints another thing": (["--key-command", "echo hello"], "The output of the key command holds no"),
    "a command that prints too much": (["--key-command", "cat /dev/zero"], "cat prints far more than a key"),
    "an open quotation": (["--key-command", "cat 'key.txt"], "No closing quotation"),
    "an empty command": (["--key-command", ""], "names no program"),
}


@pytest.mark.parametrize(("options", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_key_gets_one_clear_line(
    run: Run, locked_by_key: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    private(tmp_path / "key.txt", KEY)
    private(tmp_path / "other", OTHER_KEY)
    private(tmp_path / "short", KEY[:32])
    private(tmp_path / "empty", "\n")
    private(tmp_path / "open", KEY, 0o604)
    done = run("status", "--home", str(locked_by_key), *options, **NO_PASSPHRASE)
    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    assert said in done.err
    for secret in (KEY[:8], OTHER_KEY[:8], "1234", "correct horse"):
        assert secret not in done.err


def test_a_key_for_a_passphrase_is_refused(run: Run, locked_by_passphrase: Path, tmp_path: Path) -> None:
    private(tmp_path / "key.txt", KEY)
    done = run("status", "--home", str(locked_by_passphrase), "--key-file", "key.txt")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "locked by a passphrase, not by a key. Use --passphrase-file" in done.err


@pytest.mark.parametrize("number", ["77", "-1", "99999999999999999999"])
def test_a_descriptor_that_is_none(run: Run, locked_by_passphrase: Path, number: str) -> None:
    done = run("status", "--home", str(locked_by_passphrase), "--passphrase-fd", number)
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert f"File descriptor {number} cannot be read" in done.err


def test_a_home_is_not_locked_by_a_key_that_will_not_come_again(run: Run, tmp_path: Path) -> None:
    done = run("init", "--key-command", "head -c 32 /dev/urandom")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "another key each time" in done.err
    assert not (tmp_path / "decoys").exists()


def test_a_command_is_asked_for_no_passphrase(run: Run, tmp_path: Path) -> None:
    """It has no standard input: what we were given there is not its own."""
    program(tmp_path / "unseal", f"read line; echo {KEY}$line")
    assert run("init", "--key-command", "./unseal").code == 0


def test_relocking_from_passphrase_to_key_to_command_and_back(run: Run, ready: Path, tmp_path: Path) -> None:
    private(tmp_path / "key.txt", KEY)
    private(tmp_path / "new", "incorrect horse\n")
    assert run("key", "relock", "--new-key-file", "key.txt").code == 0
    assert run("status").code == 3
    assert run("status", "--key-file", "key.txt").code == 0
    private(tmp_path / "other", OTHER_KEY)
    assert run("key", "relock", "--key-file", "key.txt", "--new-key-command", "cat other").code == 0
    assert run("status", "--key-file", "key.txt").code == 3
    assert run("key", "relock", "--key-command", "cat other", "--new-passphrase-file", "new").code == 0
    assert run("status", "--passphrase-file", "new").code == 0
    assert "his" in run("system", "list", "--passphrase-file", "new").out


RELOCK_MISTAKES: dict[str, tuple[list[str], str]] = {
    "the old one is wrong": (["--passphrase-file", "wrong", "--new-key-file", "key.txt"], "wrong passphrase"),
    "the old one is of another kind": (
        ["--key-file", "key.txt", "--new-key-file", "key.txt"],
        "locked by a passphrase",
    ),
    "nothing new and no terminal": ([], "--new-passphrase-file, --new-key-file or --new-key-command"),
    "two new ones": (["--new-key-file", "key.txt", "--new-passphrase-file", "wrong"], "only one can be used"),
    "an empty new passphrase": (["--new-passphrase-file", "empty"], "The passphrase in empty is empty"),
    "no new key": (["--new-key-file", "wrong"], "wrong holds no key"),
    "a new key that everyone reads": (["--new-key-file", "open"], "chmod 600"),
    "a new key each time": (["--new-key-command", "head -c 32 /dev/urandom"], "another key each time"),
}


@pytest.mark.parametrize(("options", "said"), RELOCK_MISTAKES.values(), ids=RELOCK_MISTAKES)
def test_a_relock_that_is_refused_changes_nothing(
    run: Run, locked_by_passphrase: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    private(tmp_path / "key.txt", KEY)
    private(tmp_path / "open", KEY, 0o644)
    private(tmp_path / "wrong", "incorrect horse")
    private(tmp_path / "empty", "")
    # The credential is the lock that the keyring has, or of something else: never the new one.
    private(tmp_path / "honeytokens-key", KEY)
    before = (locked_by_passphrase / "keyring.json").read_bytes()
    done = run("key", "relock", "--home", str(locked_by_passphrase), *options, CREDENTIALS_DIRECTORY=str(tmp_path))
    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    assert said in done.err
    assert (locked_by_passphrase / "keyring.json").read_bytes() == before


def test_a_new_passphrase_is_asked_for_twice(run: Run, tmp_path: Path, environment: dict[str, str]) -> None:
    assert run("init").code == 0
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "honeytokens", "key", "relock"],
        cwd=tmp_path,
        env=environment | NO_PASSPHRASE | {"TERM": "dumb"},
        stdin=child,
        stdout=subprocess.PIPE,
        stderr=child,
    )
    os.close(child)
    shown = b""
    for prompt, answer in ((b"Passphrase", "correct horse"), (b"New passphrase", "new one"), (b"Repeat", "new one")):
        while prompt not in shown:
            shown += os.read(parent, 1024)
        os.write(parent, f"{answer}\n".encode())
    out, _ = process.communicate(timeout=60)
    os.close(parent)
    assert process.returncode == 0
    assert b"locked by the new passphrase" in out
    assert b"new one" not in shown
    private(tmp_path / "new", "new one")
    assert run("status", "--passphrase-file", "new").code == 0
