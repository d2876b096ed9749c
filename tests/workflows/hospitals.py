"""A small hospital on any database: its tables, its patients, its mapping, and how all of its rows are read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

MAPPING = """
version = 1
[patient]
table = "patients"
key = "id"
[patient.columns]
nom = { field = "surname", case = "upper" }
prenom = "first_name"
sexe = { field = "sex", values = { female = "F", male = "M" } }
naissance = "birth_date"
adresse = "street"
cp = "postcode"
ville = "town"
tel = "phone"
mail = "email"
ipp = "local_id"
cree = { time = "planted" }
[stay]
table = "sejours"
key = "id"
parent_column = "patient_id"
[stay.columns]
site = { field = "establishment" }
entree = "admitted"
sortie = "discharged"
motif = "reason"
medecin = { from = "medecins.id", only = [1, 2] }
[allergy]
table = "allergies"
key = "id"
parent_column = "patient_id"
[allergy.columns]
substance = "substance"
[prescription]
table = "ordonnances"
key = "id"
parent_column = "patient_id"
[prescription.columns]
produit = "drug"
atc = "atc"
"""
TABLES = ("medecins", "patients", "sejours", "allergies", "ordonnances", "factures")
PATIENTS = 40


def build(url: str, engine_name: str = "InnoDB") -> None:
    """Create the tables and forty patients. ``engine_name`` is MariaDB's storage engine."""
    options: dict[str, Any] = {
        "mysql_engine": engine_name,
        "mysql_charset": "latin1" if engine_name == "MyISAM" else "utf8mb4",
    }
    metadata = sa.MetaData()

    def key() -> sa.Column[int]:
        return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)

    def patient() -> sa.Column[int]:
        return sa.Column("patient_id", sa.ForeignKey("patients.id"), nullable=False)

    doctors = sa.Table("medecins", metadata, key(), sa.Column("nom", sa.String(40), nullable=False), **options)
    patients = sa.Table(
        "patients",
        metadata,
        key(),
        sa.Column("nom", sa.String(60), nullable=False),
        sa.Column("prenom", sa.String(60), nullable=False),
        sa.Column("sexe", sa.CHAR(1), nullable=False),
        sa.Column("naissance", sa.Date, nullable=False),
        sa.Column("adresse", sa.String(120)),
        sa.Column("cp", sa.String(10)),
        sa.Column("ville", sa.String(60)),
        sa.Column("tel", sa.String(20)),
        sa.Column("mail", sa.String(120)),
        sa.Column("ipp", sa.String(12), unique=True),
        sa.Column("cree", sa.DateTime, nullable=False),
        **options,
    )
    stays = sa.Table(
        "sejours",
        metadata,
        key(),
        patient(),
        sa.Column("site", sa.String(8), nullable=False),
        sa.Column("entree", sa.DateTime, nullable=False),
        sa.Column("sortie", sa.DateTime),
        sa.Column("motif", sa.String(200)),
        sa.Column("medecin", sa.ForeignKey("medecins.id"), nullable=False),
        **options,
    )
    sa.Table("allergies", metadata, key(), patient(), sa.Column("substance", sa.String(100)), **options)
    sa.Table(
        "ordonnances",
        metadata,
        key(),
        patient(),
        sa.Column("produit", sa.String(100)),
        sa.Column("atc", sa.String(7)),
        **options,
    )
    sa.Table("factures", metadata, key(), patient(), **options)
    engine = sa.create_engine(url)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(doctors.insert(), [{"nom": name} for name in ("LEROY", "PETIT", "ROUX")])
        connection.execute(patients.insert(), [_patient(number) for number in range(PATIENTS)])
        visit = {"site": "1", "entree": datetime(2025, 1, 1, 9), "medecin": 1}  # noqa: DTZ001 - as hospitals write
        connection.execute(stays.insert(), [visit | {"patient_id": number + 1} for number in range(PATIENTS)])
    engine.dispose()


def _patient(number: int) -> dict[str, object]:
    return {
        "nom": f"PATIENT{number}",
        "prenom": "Zoé" if number % 2 else "Jean",
        "sexe": "F" if number % 2 else "M",
        "naissance": date(1950 + number, 1, 1 + number % 28),
        "ipp": f"IPP{number}",
        "cree": datetime(2025, 1, 1, 10),  # noqa: DTZ001 - as hospitals write
    }


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, for comparing a database before and after."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {
            name: [tuple(row) for row in connection.execute(sa.text(f"select * from {name} order by id"))]
            for name in TABLES
        }
    engine.dispose()
    return found
