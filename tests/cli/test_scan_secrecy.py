"""What a scan leaves behind of real patients: nothing, whether it ends well, is killed or fails."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run

STRANGERS = [
    f"Zwyxbrand{chr(97 + n % 26)};Qvormir;1961-03-{n % 28 + 1:02d};{n} rue des Xylofres;75014" for n in range(400)
]
TRACES = (b"wyxbrand", b"WYXBRAND", b"vormir", b"ylofres")
FAULT = """
from honeytokens.scanning import matcher
def match(self, reading, *_):
    raise BaseException(repr(reading.texts))
matcher.Matcher.match = match
"""


@pytest.fixture
def leak(run: Run, ready: Path, tmp_path: Path) -> str:
    """A table of three decoys among strangers."""
    run("plan", "spring", "--system", "his", "--establishment", "saint-anne", "-n", "3")
    assert run("apply").code == 0
    connection = sqlite3.connect(ready)
    rows = connection.execute("select nom, prenom, naissance, adresse, cp from patients where id > 1").fetchall()
    connection.close()
    return "\n".join([*STRANGERS, *(";".join(map(str, row)) for row in rows)]) + "\n"


def left_behind(folder: Path) -> list[str]:
    """Return the files that hold something of a stranger."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in {"leak.csv", "sitecustomize.py"}]
    return [path.name for path in files if any(trace in path.read_bytes() for trace in TRACES)]


def test_evidence_holds_the_lines_of_hits_alone_and_only_the_home_opens_it(run: Run, leak: str, tmp_path: Path) -> None:
    (tmp_path / "leak.csv").write_text(leak)
    done = run("scan", "leak.csv", "--evidence", "kept", "--json")
    document = json.loads(done.out)
    assert (done.code, len(document["hits"])) == (1, 3)
    assert not any(trace.decode() in done.out + done.err for trace in TRACES)
    assert left_behind(tmp_path) == []
    surname = leak.splitlines()[-1].partition(";")[0]
    assert surname.encode() not in (tmp_path / "kept").read_bytes()
    shown = json.loads(run("evidence", "open", "kept", "--json").out)
    assert [row["location"]["line"] for row in shown] == [401, 402, 403]
    assert shown[-1]["texts"][0] == surname
    assert surname in run("evidence", "open", "kept").out
    again = run("scan", "leak.csv", "--evidence", "kept")
    assert (again.code, "kept exists" in again.err) == (3, True)
    nowhere = run("scan", "leak.csv", "--evidence", "no/such/folder", "--json")
    assert (nowhere.code, len(json.loads(nowhere.out)["hits"]), "cannot be written" in nowhere.err) == (3, 3, True)
    run("init", "--home", "other")
    foreign = run("evidence", "open", "kept", "--home", "other")
    assert (foreign.code, "another home" in foreign.err) == (3, True)


def test_a_scan_that_fails_or_is_killed_leaves_nothing(
    run: Run, leak: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "leak.csv").write_text(leak)
    (tmp_path / "sitecustomize.py").write_text(FAULT)
    done = run("scan", "leak.csv", "--evidence", "kept", PYTHONPATH=str(tmp_path))
    assert (done.code, "unexpected BaseException at sitecustomize.py, line 4" in done.err) == (3, True)
    assert not any(trace.decode() in done.out + done.err for trace in TRACES)
    command = [sys.executable, "-m", "honeytokens", "scan", "-", "--evidence", "kept"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=pipe, stdout=pipe, stderr=pipe) as scan:
        assert scan.stdin is not None
        for _ in range(60):  # more than a pipe holds: so part of it was read, and more is awaited
            scan.stdin.write(leak.encode())
        limits = Path(f"/proc/{scan.pid}/limits").read_text()
        scan.kill()
        told = scan.communicate()
    assert re.search(r"Max core file size +[01] +[01] ", limits)
    assert not any(trace in out for trace in TRACES for out in told)
    assert left_behind(tmp_path) == []
    assert not (tmp_path / "kept").exists()
