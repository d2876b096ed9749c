"""The hospital group's database: one SQLite file of a hospital-like schema, and the people who write to it.

It knows nothing of decoys: what plants them comes in by the product's own road.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from anyascii import anyascii

from honeytokens.demo.people import SITES, Patient, patients, practitioners
from honeytokens.demo.seed import Seed
from honeytokens.model import Identity, Prescription, Sex, Stay

ZONE = ZoneInfo("Europe/Paris")
_PRACTITIONERS = 20
_TRANSFERRED = 0.08
"""The share of patients with several stays whose last one was at another site of the group (assumed)."""
_SEX = {Sex.FEMALE: "F", Sex.MALE: "M"}


def mapping() -> str:
    """Return the mapping file of this hospital."""
    return _shipped("hospital.toml")


def _shipped(name: str) -> str:
    return files("honeytokens.demo").joinpath(name).read_text("utf-8")


class Hospital:
    """The database with the patients of the years before, and those who have yet to come. A context manager."""

    def __init__(self, path: Path, seed: Seed, patients_each: int, starts: date, days: int) -> None:
        self.path = path
        self._dice = seed.dice("hospital")
        self._waiting = deque(patients(seed, patients_each, starts, days))
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF;")
        self._database.executescript(_shipped("hospital.sql"))
        sites = [(int(site.code), site.name, site.postcode) for site in SITES]
        doctors = [
            (number, _upper(who.surname), who.first_name)
            for number, who in enumerate(practitioners(seed, _PRACTITIONERS), start=1)
        ]
        self._database.executemany("INSERT INTO etablissements VALUES (?, ?, ?)", sites)
        self._database.executemany("INSERT INTO praticiens VALUES (?, ?, ?)", doctors)
        self.admit(datetime.combine(starts, datetime.min.time(), ZONE))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._database.close()

    def admit(self, until: datetime) -> None:
        """Open the records of those who came before ``until``, in the order in which they came."""
        last = until.astimezone(ZONE).replace(tzinfo=None)
        self._database.execute("BEGIN IMMEDIATE")
        while self._waiting and self._waiting[0].created < last:
            self._open_record(self._waiting.popleft())
        self._database.execute("COMMIT")

    def count(self) -> int:
        """Return how many patients the database holds, decoys among them."""
        return int(self._database.execute("SELECT count(*) FROM patients").fetchone()[0])

    def _open_record(self, patient: Patient) -> None:
        story = patient.story
        key = self._insert("patients", *_patient_row(patient.identity), patient.created.isoformat(sep=" "))
        stays = []
        for number, stay in enumerate(story.stays, start=1):
            moved = number == len(story.stays) > 1 and self._dice.random() < _TRANSFERRED
            site = self._dice.choice(SITES) if moved else patient.site
            doctor = self._dice.randint(1, _PRACTITIONERS)
            times = (stay.admitted.isoformat(sep=" "), stay.discharged.isoformat(sep=" "))
            stays.append(self._insert("sejours", key, int(site.code), doctor, *times, stay.reason, stay.icd10))
        for allergy in story.allergies:
            self._insert("allergies", key, allergy.substance, allergy.noted.isoformat())
        for drug in story.prescriptions:
            stay_key = stays[_stay_of(story.stays, drug)]
            begun = drug.prescribed.isoformat()
            self._insert("prescriptions", key, stay_key, drug.drug, drug.atc, drug.dose, begun, drug.days)

    def _insert(self, table: str, *values: str | int | None) -> int:
        marks = ", ?" * len(values)
        cursor = self._database.execute(f"INSERT INTO {table} VALUES (NULL{marks})", values)  # noqa: S608
        return cursor.lastrowid or 0


def _patient_row(who: Identity) -> tuple[str | None, ...]:
    return (
        who.local_id,
        _upper(who.surname),
        None if who.birth_name is None else _upper(who.birth_name),
        who.first_name,
        _SEX[who.sex],
        who.birth_date.isoformat(),
        who.birth_place,
        who.street,
        who.postcode,
        _upper(who.town or ""),
        who.phone,
        who.email,
        who.web_link,
    )


def _stay_of(stays: tuple[Stay, ...], drug: Prescription) -> int:
    """Return the index of the stay at which a drug was given: the last one that had begun."""
    return max(index for index, stay in enumerate(stays) if index == 0 or stay.admitted.date() <= drug.prescribed)


def _upper(text: str) -> str:
    return anyascii(text).upper()
