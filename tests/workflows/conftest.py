"""A small hospital in SQLite and a home that knows it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from honeytokens.locks import PassphraseLock
from honeytokens.model import Establishment, Pool, PoolKind
from honeytokens.workflows.home import Home
from honeytokens.workflows.setup import add_establishment, add_pool, add_system

from . import hospitals

MAPPING = hospitals.MAPPING.replace(
    "[patient.columns]\n",
    """[patient.columns]
nom_naissance = { field = "birth_name", case = "upper" }
lien = "web_link"
""",
)
"""The mapping of every test hospital, and two columns more."""
SCHEMA = """
create table medecins (id integer primary key, nom text not null);
insert into medecins values (1, 'LEROY'), (2, 'PETIT'), (3, 'ROUX');
create table patients (
    id integer primary key autoincrement,
    nom varchar(60) not null, nom_naissance varchar(60), prenom varchar(60) not null,
    sexe char(1) not null, naissance date not null, adresse varchar(120), cp varchar(10), ville varchar(60),
    tel varchar(20), mail varchar(120), ipp varchar(12) unique, lien text, cree datetime not null, note text
);
create table sejours (
    id integer primary key autoincrement,
    patient_id integer not null references patients (id), site varchar(8) not null,
    entree datetime not null, sortie datetime, motif text, medecin integer not null references medecins (id)
);
create table allergies (id integer primary key, patient_id integer not null references patients (id), substance text);
create table ordonnances (
    id integer primary key, patient_id integer not null references patients (id), produit text, atc varchar(7)
);
create table factures (id integer primary key, patient_id integer references patients (id));
"""
STARTS = datetime(2026, 3, 1, 8, tzinfo=UTC)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.time = STARTS

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **length: int) -> None:
        self.time += timedelta(**length)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hospital(tmp_path: Path) -> Path:
    """A hospital of 40 patients with stays."""
    path = tmp_path / "his.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
        for number in range(40):
            row = (f"PATIENT{number}", "Jean", "M", date(1950 + number, 1, 1).isoformat(), f"IPP{number}")
            connection.execute(
                "insert into patients (nom, prenom, sexe, naissance, ipp, cree)"
                " values (?, ?, ?, ?, ?, '2025-01-01 10:00:00')",
                row,
            )
            connection.execute(
                "insert into sejours (patient_id, site, entree, medecin)"
                " values (last_insert_rowid(), '1', '2025-01-01', 1)"
            )
    connection.close()
    return path


@pytest.fixture
def home(tmp_path: Path, hospital: Path, clock: Clock) -> Iterator[Home]:
    """A home with one establishment, the hospital's system, and a pool of each kind."""
    with Home.create(tmp_path / "home", PassphraseLock(b"secret")) as made:
        opened = Home(made.path, made.keyring, made.registry, clock)
        add_establishment(opened, Establishment("saint-anne", "1", "75014"))
        add_system(opened, "his", f"sqlite:///{hospital}", MAPPING, password_env=None, password=None)
        add_pool(opened, PoolKind.MAIL, "courrier-sante.fr")
        opened.registry.add_pool(Pool(PoolKind.WEB, "resultats.example"))
        add_pool(opened, PoolKind.PHONE, "06 39 98 ## ##")
        add_pool(opened, PoolKind.LOCAL_ID, "8001####")
        yield opened


@pytest.fixture
def rows(hospital: Path) -> Callable[[], dict[str, list[tuple[object, ...]]]]:
    """Every row of every table, for comparing a database before and after."""

    def read() -> dict[str, list[tuple[object, ...]]]:
        connection = sqlite3.connect(hospital)
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        found = {name: connection.execute(f"select * from {name} order by 1").fetchall() for name in tables}
        connection.close()
        found.pop("sqlite_sequence", None)
        return found

    return read
