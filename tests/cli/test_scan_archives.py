"""``honeytokens scan`` on locked archives and standard input, as a real process."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import py7zr
import pytest

from .conftest import Run

PASSWORD = "s3cret d'été"


@pytest.fixture
def leak(run: Run, ready: Path, tmp_path: Path) -> bytes:
    """A locked archive of a table with three decoys in it, which is ``leak.7z`` in the current folder too."""
    run("plan", "spring", "--system", "his", "--establishment", "saint-anne", "-n", "3")
    assert run("apply").code == 0
    connection = sqlite3.connect(ready)
    leaked = connection.execute("select nom, prenom, naissance, adresse, cp from patients").fetchall()
    connection.close()
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=PASSWORD, header_encryption=True) as archive:
        archive.writestr("\n".join(";".join(map(str, row)) for row in leaked), "patients.csv")
    (tmp_path / "leak.7z").write_bytes(out.getvalue())
    return out.getvalue()


def test_passwords_open_archives_and_are_never_shown(run: Run, leak: bytes, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text(f"wrong\n{PASSWORD}\n")
    opened = run("scan", "leak.7z", "--json", "--password-file", "passwords")
    assert (opened.code, len(json.loads(opened.out)["hits"])) == (1, 3)
    (tmp_path / "passwords").write_text("s3cret\n")
    refused = run("scan", "leak.7z", "--password-file", "passwords")
    assert refused.code == 4
    assert "s3cret" not in opened.out + opened.err + refused.out + refused.err


def test_no_password_is_asked_for_without_a_terminal(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "honeytokens", "scan", "-", "--ask-password"]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, capture_output=True, check=False
    )
    assert (done.returncode, b"--password-file" in done.stderr) == (3, True)


def test_standard_input(leak: bytes, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text(PASSWORD)
    command = [sys.executable, "-m", "honeytokens", "scan", "-", "--json", "--password-file", "passwords"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, input=leak, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    location = document["hits"][0]["evidence"][0]["location"]
    assert (location["path"], location["member"]) == ("<stdin>", "patients.csv")
    assert document["stats"]["bytes"] == len(leak)


def test_what_is_known_or_ignored_is_no_news(run: Run, leak: bytes, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text(PASSWORD)
    rule = '[[ignore]]\ndecoy = "spring/*"\nreason = "our own drill"\nexpires = {}\n'
    (tmp_path / "expired.toml").write_text(rule.format("2020-01-01"))
    (tmp_path / "rules.toml").write_text(rule.format("2999-01-01"))
    (tmp_path / "again.7z").write_bytes(leak)
    scan = ("scan", "leak.7z", "again.7z", "--password-file", "passwords", "--json")
    first = run(*scan, "--write-baseline", "known", "--ignore", "expired.toml")
    assert (first.code, "no longer ignored since 2020-01-01: spring/*" in first.err) == (1, True)
    refused = run(*scan, "--write-baseline", "known")
    assert (refused.code, "known exists" in refused.err) == (3, True)
    again = run(*scan, "--baseline", "known")
    document = json.loads(again.out)
    assert (again.code, document["hits"], len(document["set_aside"])) == (0, [], 3)
    assert document["verdict"]["authenticity"] == "confirmed"
    ignored = run(*scan, "--ignore", "rules.toml")
    document = json.loads(ignored.out)
    assert (ignored.code, document["hits"], document["verdict"]["authenticity"]) == (0, [], "undecidable")
