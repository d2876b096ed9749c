"""The command line as a user runs it: a real process, in a home and a folder of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

MAPPING = """
version = 1
[patient]
table = "patients"
key = "id"
[patient.columns]
nom = { field = "surname", case = "upper" }
prenom = "first_name"
naissance = "birth_date"
sexe = { field = "sex", values = { female = "F", male = "M" } }
adresse = "street"
cp = "postcode"
ville = "town"
mail = "email"
site = { field = "establishment" }
"""
SCHEMA = """
create table patients (
    id integer primary key autoincrement,
    nom varchar(60) not null, prenom varchar(60) not null, naissance date not null,
    sexe char(1) not null, adresse varchar(120), cp varchar(10), ville varchar(60), mail varchar(120),
    site varchar(8) not null
);
insert into patients (nom, prenom, naissance, sexe, site) values ('MARTIN', 'Jean', '1950-01-01', 'M', '1');
"""


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of the developer's own is seen."""
    secret = tmp_path / "passphrase"
    secret.touch(0o600)
    secret.write_text("correct horse\n")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "HONEYTOKENS_HOME": str(tmp_path / "decoys"),
        "HONEYTOKENS_PASSPHRASE_FILE": str(secret),
    }


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Run:
    """Run ``honeytokens`` with some arguments, without a terminal."""

    def runner(*arguments: str, **more: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "honeytokens", *arguments],
            cwd=tmp_path,
            env=environment | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Result(done.returncode, done.stdout, done.stderr)

    return runner


@pytest.fixture
def hospital(tmp_path: Path) -> Path:
    """A hospital's database and its mapping, ``his.db`` and ``his.toml``, in the current folder."""
    connection = sqlite3.connect(tmp_path / "his.db")
    connection.executescript(SCHEMA)
    connection.close()
    (tmp_path / "his.toml").write_text(MAPPING)
    return tmp_path / "his.db"


@pytest.fixture
def ready(run: Run, hospital: Path) -> Path:
    """A home that knows the hospital; nothing is planned."""
    for command in (
        ["init"],
        ["establishment", "add", "saint-anne", "--code", "1", "--postcode", "75014"],
        ["system", "add", "his", "sqlite:///his.db", "--mapping", "his.toml"],
    ):
        done = run(*command)
        assert done.code == 0, done.err
    return hospital
