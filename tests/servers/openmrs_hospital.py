"""An OpenMRS with two hundred patients."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from named_schemas import build, fill

from honeytokens.model import Establishment, Practitioner
from honeytokens.systems.openmrs import luhn_digit

SITE = Establishment("Outpatient Clinic", "2", "SE1", practitioners=(Practitioner("DOE", "Ann", "1"),))
_NOW = datetime(2026, 1, 5, 10)  # noqa: DTZ001 - as the application writes
_CONCEPTS = ("Other non-coded", "Weight (kg)", "Height (cm)", "Pulse", "Systolic blood pressure")


def build_openmrs(url: str, patients: int = 120) -> sa.Engine:
    """Make the database and its patients."""
    engine = build(url, "openmrs")
    with engine.begin() as connection:
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS=0")
        connection.exec_driver_sql("INSERT INTO person (person_id, date_created, uuid) VALUES (1, NOW(), UUID())")
        connection.exec_driver_sql(
            "INSERT INTO users (user_id, system_id, creator, date_created, person_id, uuid)"
            " VALUES (1, 'admin', 1, NOW(), 1, UUID())"
        )
    entered = {"creator": 1, "date_created": _NOW}
    for table, rows in _dictionary().items():
        fill(engine, table, [row | entered | {"uuid": _uuid(table, n)} for n, row in enumerate(rows)])
    for table, rows in _people(patients).items():
        fill(
            engine,
            table,
            [row | entered | ({"uuid": _uuid(table, n)} if table != "patient" else {}) for n, row in enumerate(rows)],
        )
    return engine


def _uuid(table: str, number: int) -> str:
    return str(UUID(int=hash((len(table), table[0], table[-1], number)) & (1 << 127) - 1 | number))


def _dictionary() -> dict[str, list[dict[str, Any]]]:
    return {
        "provider": [{"provider_id": 1, "person_id": 1}],
        "location": [{"location_id": number, "name": f"Site {number}"} for number in (1, 2)],
        "visit_type": [{"visit_type_id": 1, "name": "Facility visit"}],
        "encounter_type": [{"encounter_type_id": 1, "name": "Vitals"}],
        "encounter_role": [{"encounter_role_id": 1, "name": "Clinician"}],
        "concept_datatype": [{"concept_datatype_id": 1, "name": "Numeric"}],
        "concept_class": [{"concept_class_id": 1, "name": "Finding"}],
        "concept": [{"concept_id": n, "datatype_id": 1, "class_id": 1} for n, _ in enumerate(_CONCEPTS, 1)],
        "concept_name": [{"concept_id": n, "name": name, "locale": "en"} for n, name in enumerate(_CONCEPTS, 1)],
        "patient_identifier_type": [
            {
                "patient_identifier_type_id": 1,
                "name": "OpenMRS ID",
                "validator": "org.openmrs.patient.impl.LuhnIdentifierValidator",
            }
        ],
    }


def _people(patients: int) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for number in range(patients):
        person, place, met = number + 2, 1 + number % 2, _NOW - timedelta(days=300 - number)
        where = {"location_id": place}
        told: dict[str, dict[str, Any]] = {
            "person": {
                "person_id": person,
                "gender": "FM"[number % 2],
                "birthdate": date(1950, 1, 1) + timedelta(days=99 * number),
            },
            "person_name": {
                "person_id": person,
                "preferred": 1,
                "given_name": "Ann",
                "family_name": f"Patient{number}",
            },
            "person_address": {"person_id": person, "preferred": 1, "address1": f"{number} High St", "country": "UK"},
            "patient": {"patient_id": person, "allergy_status": "See list"},
            "patient_identifier": {
                "patient_id": person,
                "identifier": f"{100000 + number}-{luhn_digit(str(100000 + number))}",
                "identifier_type": 1,
                "preferred": 1,
                **where,
            },
            "allergy": {
                "patient_id": person,
                "coded_allergen": 1,
                "non_coded_allergen": "dust",
                "allergen_type": "OTHER",
                "voided": 0,
            },
            "visit": {"patient_id": person, "visit_type_id": 1, "date_started": met, "date_stopped": met, **where},
            "encounter": {
                "encounter_id": number + 1,
                "encounter_type": 1,
                "patient_id": person,
                "encounter_datetime": met,
                "visit_id": number + 1,
                **where,
            },
            "encounter_provider": {"encounter_id": number + 1, "provider_id": 1, "encounter_role_id": 1},
            "obs": {
                "person_id": person,
                "concept_id": 2 + number % 4,
                "encounter_id": number + 1,
                "obs_datetime": met,
                "value_numeric": 70,
                **where,
            },
        }
        for table, row in told.items():
            rows.setdefault(table, []).append(row)
    return rows
