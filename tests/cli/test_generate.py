"""``honeytokens generate`` in every format: listed, refused in time, and never a partial file."""

from __future__ import annotations

import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from honeytokens.formats import FORMATS

from .conftest import Run

GENERATE = [sys.executable, "-m", "honeytokens", "generate", "--demo"]
LATE = ["mediboard-xml", "parquet", "xlsx"]
"""Formats that keep something back until the end, or are written by a library."""


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if "patients" in path.name]


def test_help_lists_every_format(run: Run) -> None:
    listed = run("generate", "--help").out
    assert f"[{'|'.join(sorted(FORMATS))}]" in listed


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_file_is_private_and_whole(run: Run, tmp_path: Path, name: str) -> None:
    done = run("generate", "-n", "3", "--demo", "--format", name, "-o", "patients")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (tmp_path / "patients").stat().st_size > 200
    assert (tmp_path / "patients").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", LATE)
def test_a_pipe_that_nobody_seeks(name: str, tmp_path: Path, environment: dict[str, str]) -> None:
    command = [*GENERATE, "-n", "3", "--format", name]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    (tmp_path / "patients").write_bytes(done.stdout)
    assert zipfile.is_zipfile(tmp_path / "patients") is (name != "parquet")


@pytest.mark.parametrize("name", LATE)
def test_a_closed_pipe_ends_quietly(name: str, tmp_path: Path, environment: dict[str, str]) -> None:
    command = f"{' '.join(GENERATE)} -n 6000 --format {name} | head -c 10"
    done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (len(done.stdout), done.stderr) == (10, b"")


@pytest.mark.parametrize("name", LATE)
def test_a_full_disk_is_one_line_and_no_partial_file(name: str, tmp_path: Path, environment: dict[str, str]) -> None:
    limited = f"ulimit -f 100; exec {' '.join(GENERATE)} -n 5000 --format {name} -o patients"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n"), left(tmp_path)) == (3, 1, []), done.stderr
    assert done.stderr.startswith("honeytokens: patients cannot be written")


@pytest.mark.parametrize("name", LATE)
def test_an_interrupted_command_leaves_nothing(name: str, tmp_path: Path, environment: dict[str, str]) -> None:
    command = [*GENERATE, "-n", "1000000", "--format", name, "-o", "patients"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        while not left(tmp_path):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said.strip(), left(tmp_path)) == (130, "honeytokens: stopped", [])


def test_more_than_a_sheet_holds_is_refused_before_anything_is_written(run: Run, tmp_path: Path) -> None:
    for where in ("-", "patients"):
        done = run("generate", "-n", str(2**20), "--demo", "--format", "xlsx", "-o", where)
        assert (done.code, done.out, left(tmp_path)) == (3, "", [])
        assert "1,048,575" in done.err
