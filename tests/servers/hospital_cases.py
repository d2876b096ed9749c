"""One small hospital in four databases, decoys to plant there, and the whole database as one value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from honeytokens.errors import KeyTakenError
from honeytokens.model import (
    Allergy,
    Care,
    Decoy,
    DecoyRef,
    Establishment,
    Identity,
    Prescription,
    Sex,
    Stay,
    Story,
    WrittenRow,
)
from honeytokens.systems import HospitalAdapter, connect

MARIADB = pytest.param("mariadb", marks=pytest.mark.mariadb)
MYISAM = pytest.param("myisam", marks=pytest.mark.mariadb)
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)

NORTH = Establishment("Clinique du Nord", "N1", "59000")
AT = datetime(2026, 3, 4, 9, 30, 15, 123456, tzinfo=UTC)

MAPPING = """
version = 1
timezone = "Europe/Paris"
[patient]
table = "patients"
key = "patient_id"
[patient.columns]
last_name = { field = "surname", case = "upper" }
birth_name = { field = "birth_name", case = "upper" }
first_name = "first_name"
full_name = { template = "{surname} {first_name}", case = "ascii-upper" }
sex = { field = "sex", values = { female = "F", male = "M" } }
dob = "birth_date"
pob = "birth_place"
address = "street"
zip = "postcode"
city = "town"
phone = "phone"
email = "email"
ipp = "local_id"
status = { constant = "A" }
vip = { constant = false }
balance = { constant = 12.5 }
created_at = { time = "planted" }
doctor_id = { from = "practitioners.practitioner_id", only = [3, 7] }
[stay]
table = "stays"
key = "stay_id"
parent_column = "patient_id"
[stay.columns]
site = "establishment"
admitted = "admitted"
discharged = "discharged"
reason = "reason"
icd = "icd10"
[allergy]
table = "allergies"
key = "allergy_id"
parent_column = "patient_id"
[allergy.columns]
substance = "substance"
noted = "noted"
[prescription]
table = "prescriptions"
key = "prescription_id"
parent = "stay"
parent_column = "stay_id"
[prescription.columns]
patient_id = { key_of = "patient" }
drug = "drug"
atc = "atc"
dose = "dose"
prescribed = "prescribed"
days = "days"
"""

SCHEMA = """
CREATE TABLE practitioners (practitioner_id {serial}, name VARCHAR(40) NOT NULL) {end};
CREATE TABLE patients (
  patient_id {identity}, last_name VARCHAR(40) NOT NULL, birth_name VARCHAR(40), first_name VARCHAR(40) NOT NULL,
  full_name VARCHAR(90) NOT NULL, sex CHAR(3) NOT NULL CHECK (sex IN ('F', 'M')), dob DATE, pob VARCHAR(60),
  address VARCHAR(80), zip VARCHAR(10), city VARCHAR(40), phone VARCHAR(20), email VARCHAR(80) UNIQUE,
  ipp VARCHAR(12) UNIQUE, status CHAR(4) NOT NULL DEFAULT 'A', vip {boolean} NOT NULL, balance DECIMAL(8,2) NOT NULL,
  created_at {moment} NOT NULL, doctor_id INT NOT NULL, note {text},
  FOREIGN KEY (doctor_id) REFERENCES practitioners (practitioner_id)
) {end};
CREATE TABLE stays (
  stay_id {serial}, patient_id INT NOT NULL, site VARCHAR(8) NOT NULL, admitted {moment} NOT NULL,
  discharged {moment}, reason VARCHAR(100) NOT NULL, icd CHAR(6),
  FOREIGN KEY (patient_id) REFERENCES patients (patient_id)
) {end};
CREATE TABLE allergies (
  allergy_id {serial}, patient_id INT NOT NULL, substance VARCHAR(60) NOT NULL, noted DATE,
  FOREIGN KEY (patient_id) REFERENCES patients (patient_id)
) {end};
CREATE TABLE prescriptions (
  prescription_id {serial}, patient_id INT NOT NULL, stay_id INT NOT NULL, drug VARCHAR(60) NOT NULL, atc CHAR(7),
  dose VARCHAR(40), prescribed DATE NOT NULL, days SMALLINT NOT NULL,
  FOREIGN KEY (patient_id) REFERENCES patients (patient_id), FOREIGN KEY (stay_id) REFERENCES stays (stay_id)
) {end};
CREATE TABLE appointments (
  appointment_id {serial}, patient_id INT NOT NULL, FOREIGN KEY (patient_id) REFERENCES patients (patient_id)
) {end};
"""

_MARIADB = {"serial": "INT AUTO_INCREMENT PRIMARY KEY", "boolean": "TINYINT(1)", "moment": "DATETIME", "text": "TEXT"}
FLAVOURS = {
    "sqlite": {
        "serial": "INTEGER PRIMARY KEY",
        "identity": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "boolean": "BOOLEAN",
        "moment": "DATETIME",
        "text": "TEXT",
        "end": "",
    },
    "mariadb": {**_MARIADB, "identity": _MARIADB["serial"], "moment": "DATETIME(3)", "end": "ENGINE=InnoDB"},
    "myisam": {**_MARIADB, "identity": _MARIADB["serial"], "end": "ENGINE=MyISAM CHARSET=latin1"},
    "postgresql": {
        "serial": "SERIAL PRIMARY KEY",
        "identity": "INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "boolean": "BOOLEAN",
        "moment": "TIMESTAMP",
        "text": "TEXT",
        "end": "",
    },
}

PEOPLE = [
    ("MARTIN", "Zoé", "1980-02-29"),
    ("O'BRIEN", "Seán", "1951-11-03"),
    ("LE GOFF", "Anne-Marie", "2011-07-14"),
    ("SANSDATE", "Paul", None),
]
_ADMISSION = (
    "INSERT INTO patients (last_name, first_name, full_name, sex, dob, email, vip, balance, created_at, doctor_id)"
    " VALUES (:last, :first, 'X', 'F', :dob, :email, :vip, 0, '2024-05-06 07:08:09', 3)"
)


@dataclass(frozen=True)
class Hospital:
    """A live database with its mapping."""

    flavour: str
    url: str
    engine: sa.Engine
    mapping: str = MAPPING

    @property
    def transactional(self) -> bool:
        return self.flavour != "myisam"

    def connect(self, mapping: str | None = None) -> HospitalAdapter:
        return connect(self.url, None, mapping or self.mapping)

    def execute(self, statement: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    def scalar(self, statement: str) -> object:
        with self.engine.connect() as connection:
            return connection.scalar(sa.text(statement))

    def admit(
        self, last: str = "DURAND", first: str = "Luc", dob: str | None = "1970-01-01", email: str | None = None
    ) -> None:
        """Admit a patient as the application does: the database gives the key."""
        self.execute(_ADMISSION, last=last, first=first, dob=dob, email=email, vip=False)

    def everything(self) -> dict[str, list[tuple[str | None, ...]]]:
        """Return every row of every table, as text."""
        metadata = sa.MetaData()
        with self.engine.connect() as connection:
            metadata.reflect(connection)
            return {
                table.name: sorted(
                    (tuple(row) for row in connection.execute(sa.select(*(sa.cast(c, sa.Text) for c in table.c)))),
                    key=repr,
                )
                for table in metadata.sorted_tables
            }


@contextmanager
def hospital_at(flavour: str, url: str) -> Iterator[Hospital]:
    """Build the hospital in an empty database."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    hospital = Hospital(flavour, url, engine)
    build(hospital, SCHEMA.format(**FLAVOURS[flavour]))
    with engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO practitioners (name) VALUES (:name)"), [{"name": f"Dr {key}"} for key in range(1, 9)]
        )
        for number, (last, first, dob) in enumerate(PEOPLE):
            values = {"last": last, "first": first, "dob": dob, "email": f"{number}@example.org", "vip": False}
            connection.execute(sa.text(_ADMISSION), values)
        connection.exec_driver_sql(
            "INSERT INTO stays (patient_id, site, admitted, reason) VALUES (1, 'N1', '2020-01-02 03:04:05', 'x')"
        )
    yield hospital
    engine.dispose()


def build(hospital: Hospital, schema: str) -> None:
    """Run the statements of a schema."""
    with hospital.engine.begin() as connection:
        for statement in filter(str.strip, schema.split(";\n")):
            connection.exec_driver_sql(statement if hospital.flavour == "sqlite" else statement.replace("%", "%%"))


def decoy(serial: int = 0, **identity: Any) -> Decoy:
    """Return a decoy with accents, an apostrophe, a missing phone and a whole story."""
    admitted = datetime.fromisoformat("2019-03-04T08:15") + timedelta(days=serial)
    who = Identity(
        surname=f"Lefèvre-D'Œuvre{serial}",
        first_name="Maëlys",
        sex=Sex.FEMALE if serial % 2 else Sex.MALE,
        birth_date=date(1931, 2, 3) + timedelta(days=serial),
        birth_place="Saint-Étienne",
        street="12 bis rue de l'Église",
        postcode="01000",
        town="Bourg-en-Bresse",
        email=f"maelys{serial}@example.net",
        local_id=f"7{serial:08d}",
    )
    story = Story(
        stays=(
            Stay(admitted, admitted + timedelta(hours=30), "Appendicite aiguë", "K35.8", Care.EMERGENCY_STAY),
            Stay(admitted + timedelta(days=90), admitted + timedelta(days=91), "Contrôle", "Z09.0", Care.PLANNED_STAY),
        ),
        allergies=(Allergy("Pénicilline", date(2001, 9, 11)),),
        prescriptions=(
            Prescription("paracétamol", "N02BE01", "1 g x 3/j", admitted.date(), 5),
            Prescription("ibuprofène", "M01AE01", "400 mg", (admitted + timedelta(days=95)).date(), 10),
        ),
    )
    return Decoy(DecoyRef("spring", serial), 0, replace(who, **identity), story)


def plant(adapter: HospitalAdapter, *decoys: Decoy) -> tuple[WrittenRow, ...]:
    """Plant decoys one by one, reserving anew when a key was taken."""
    planted: list[WrittenRow] = []
    for each in decoys:
        drafts = adapter.compose(each, NORTH, AT)
        while True:
            rows = adapter.reserve(drafts)
            try:
                adapter.write(rows)
            except KeyTakenError:
                continue
            planted += rows
            break
    return tuple(planted)


def standings(adapter: HospitalAdapter, rows: tuple[WrittenRow, ...]) -> set[str]:
    """Return the different standings of rows."""
    return {state.standing for state in adapter.state(rows)}


def backend(url: str) -> str:
    """Return the kind of database that a URL means."""
    return make_url(url).get_backend_name()
