"""The README's commands, run as they are written, in one shell, one after the other."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = ROOT / ".venv" / "bin"
FINDINGS = ("scan", "attribute", "whois", "is-decoy")
"""Commands whose exit code says whether a decoy was found."""


def commands() -> list[str]:
    """Return every line of the README's sh blocks that is not about make."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("make ")]


def test_every_make_target_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(), flags=re.MULTILINE))
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert named
    assert named <= targets


def test_every_page_that_the_readme_names_exists() -> None:
    for page in re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / page).exists(), page


@pytest.mark.skipif(not BIN.exists(), reason="NOT TESTED: the README's commands need .venv, which make test makes")
def test_the_readme_works_as_written(hospital: Path, environment: dict[str, str], tmp_path: Path) -> None:
    """A new user with a database, its mapping, an extract and a leak in the current folder follows it to the letter."""
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / "dumps").mkdir()
    people = "".join(f"Martin,Jean,{1930 + n // 12}-{1 + n % 12:02}-01\n" for n in range(900))
    (tmp_path / "list.csv").write_text(f"nom,prenom,naissance\n{people}")
    connection = sqlite3.connect(hospital)
    (tmp_path / "leak.csv").write_text("\n".join(connection.iterdump()))
    connection.close()
    (tmp_path / "dumps" / "his.sql").write_bytes((tmp_path / "leak.csv").read_bytes())
    script = ["set -u"]
    for line in commands():
        verb = line.split()[1] if line.startswith("honeytokens ") else ""
        script.append(f"{line}\ncode=$?; [ $code -eq 0 ] || [ $code -eq {1 if verb in FINDINGS else 0} ] || exit 9")
    environment = {key: value for key, value in environment.items() if key != "HONEYTOKENS_HOME"}
    done = subprocess.run(
        ["bash", "-x", "-c", "\n".join(script)],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    assert (tmp_path / "report.html").exists()
    assert "Withdrew" in done.stdout
