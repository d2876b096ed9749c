"""The demo tells the truth: its verdicts are held against what only it knows, and its reader cannot have known."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from honeytokens.demo import Scale, Seed, run_demo
from honeytokens.model import Standing

SEEDS = 20
SMALLER = Scale(patients_each=800, decoys_each=20, days=90, quiet_days=30, sample_rows=400)
"""The same story in a smaller hospital: a decoy for every forty patients, and a quarter of the export published."""
SMALLEST = Scale(patients_each=200, decoys_each=8, days=40, quiet_days=20, sample_rows=200)


@pytest.mark.parametrize("number", range(SEEDS))
def test_the_verdict_agrees_with_the_truth(number: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    seed = Seed.fresh()
    print(f"seed {seed.number}")  # shown when the test fails
    outcome = run_demo(seed, scale=SMALLER, callback=False)
    assert not outcome.wrong, "a hit is no decoy of the sample"
    assert outcome.time_right is not False, (outcome.truth.leak.at, outcome.verdict.window)
    excluded_wrongly = False
    for finding in outcome.verdict.establishments:
        if finding.establishment in outcome.truth.establishments:
            excluded_wrongly |= finding.standing is Standing.EXCLUDED
        else:
            assert finding.standing is not Standing.INCLUDED, finding
    assert outcome.right is not excluded_wrongly
    told = (outcome.seed, len(outcome.found), len(outcome.missed), excluded_wrongly)
    _hold_all(number, told, tmp_path_factory.getbasetemp())


def _hold_all(number: int, told: tuple[int, int, int, bool], base: Path) -> None:
    """Whoever is the last of all seeds, in whichever worker, adds up what they found, missed and excluded wrongly.

    An exclusion at 95% may be wrong: here, once in some three hundred stories, when one of two stolen establishments
    happens to have no decoy in the sample. Twice in twenty would be more than that.
    """
    tally = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-tally"
    tally.mkdir(exist_ok=True)
    (tally / f"{number}.json").write_text(json.dumps(told))
    every = [json.loads(file.read_text()) for file in tally.glob("*.json")]
    if len(every) == SEEDS:
        found, missed = sum(each[1] for each in every), sum(each[2] for each in every)
        assert found >= 0.95 * (found + missed), every
        assert found > 100
        assert sum(each[3] for each in every) <= 1, every


def test_a_seed_tells_the_same_story_again() -> None:
    seed, now = Seed.fresh(), datetime.fromisoformat("2026-11-23T12:00:00Z")
    print(f"seed {seed.number}")
    first, second = (run_demo(seed, now=now, scale=SMALLEST, callback=False) for _ in range(2))
    assert first.truth == second.truth
    assert first.verdict == second.verdict


def test_the_reader_gets_neither_truth_nor_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setenv("HONEYTOKENS_HOME", "/of/the/user")
    (tmp_path / "temporary").mkdir()
    notes, spy = tmp_path / "notes.json", tmp_path / "python"
    spy.write_text(
        f'#!/bin/sh\n{shlex.quote(sys.executable)} -c {shlex.quote(SPY)} {notes} $$ "$@"\nexec {sys.executable} "$@"\n'
    )
    spy.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(spy))
    outcome = run_demo(Seed.fresh(), scale=SMALLEST, callback=False)
    seen = json.loads(notes.read_text())
    place = Path(seen["cwd"]).parent
    assert seen["environment"].keys() - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "HOME", "LC_ALL"}
    assert seen["environment"]["HOME"] == seen["cwd"]
    assert seen["in_cwd"] == []
    assert sorted(seen["beside_home"]) == ["leak/sample.csv"]
    opened = [target for target in seen["descriptors"] if not target.startswith("pipe:")]
    assert set(opened) <= {"/dev/null", str(spy)}
    arguments = seen["arguments"]
    sample, home = str(place / "leak" / "sample.csv"), str(place / "home")
    fixed = ["-m", "honeytokens", "scan", sample, "--json", "--home", home, "--passphrase-fd"]
    assert arguments[: len(fixed)] == fixed
    assert arguments[len(fixed) + 1 :] == ["--as-of", outcome.published.isoformat()]
    assert str(outcome.seed) not in json.dumps(seen)


SPY = """
import json, os, sys
notes, shell, *arguments = sys.argv[1:]
inside = f"/proc/{shell}"
place = os.path.dirname(os.getcwd())
beside = [os.path.relpath(os.path.join(folder, name), place) for folder, _, names in os.walk(place) for name in names]
json.dump({
    "cwd": os.getcwd(),
    "in_cwd": os.listdir(),
    "beside_home": [name for name in beside if not name.startswith("home/")],
    "environment": dict(os.environ),
    "descriptors": [os.readlink(f"{inside}/fd/{number}") for number in os.listdir(f"{inside}/fd")],
    "arguments": arguments,
}, open(notes, "w"))
"""
"""Runs in the reader's place just before it, and notes what can be seen from there."""


def test_ctrl_c_stops_the_children_and_leaves_nothing(tmp_path: Path) -> None:
    script = (
        "from honeytokens.demo import *\n"
        f"run_demo(Seed.fresh(), scale={SMALLEST!r}, on_step=lambda step: print(step, flush=True))\n"
    )
    demo = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with demo:
        assert demo.stdout is not None
        assert any("stolen link" in line for line in demo.stdout)
        deadline = time.monotonic() + 30
        while not _processes_in(tmp_path):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.killpg(demo.pid, signal.SIGINT)  # what Ctrl-C sends: to the demo and its children
        assert demo.wait(30) != 0
    assert not list(tmp_path.iterdir())
    assert not _processes_in(tmp_path)


def _processes_in(folder: Path) -> list[str]:
    """Return the command lines, of any process, that name a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"{folder}/" in line:
            found.append(line)
    return found


def test_the_whole_demo_by_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    (tmp_path / "demo-report.html").write_text("an earlier one")
    done = subprocess.run(
        [sys.executable, "-m", "honeytokens", "demo", "--json", "--folder", str(tmp_path)],
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stderr == ""
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["right"] is True
    assert told["planted"]["host_patients"] > 19_000
    assert told["planted"]["decoys"] == 400
    assert told["theft"]["sample_rows"] == 1_000
    assert told["decoys"]["found"]
    assert not told["decoys"]["wrong"]
    assert [each["truth"] for each in told["establishments"]].count("stolen") == 2
    beacon = told["beacon"]
    assert beacon["hit"]["decoy"] == beacon["truth"]["decoy"]
    assert beacon["alert"]["signature_verified"] is True
    assert beacon["alert"]["body"]["data"]["establishment"] == beacon["truth"]["establishment"]
    report = Path(told["report"])
    assert report == tmp_path / "demo-report.html"
    assert told["sentence"].split(";")[0] in report.read_text()
    assert not list((tmp_path / "temporary").iterdir())
