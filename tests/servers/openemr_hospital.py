"""An OpenEMR with a hundred patients."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from named_schemas import build, fill

from honeytokens.model import Establishment, Practitioner

SITE = Establishment("Family Practice", "3", "SE1", practitioners=(Practitioner("DOE", "Ann", "5"),))
_NOW = datetime(2026, 1, 5, 10)  # noqa: DTZ001 - as the application writes
# fmt: off
_TEXTS = (
    "title", "language", "financial", "fname", "lname", "mname", "street", "postal_code", "city", "state",
    "country_code", "drivers_license", "ss", "phone_home", "phone_biz", "phone_contact", "phone_cell", "status",
    "contact_relationship", "sex", "referrer", "referrerID", "email", "email_direct", "ethnoracial", "race",
    "ethnicity", "religion", "interpreter", "migrantseasonal", "family_size", "monthly_income", "homeless",
    "pubpid", "genericname1", "genericval1", "genericname2", "genericval2", "hipaa_mail", "hipaa_voice",
    "hipaa_notice", "hipaa_message", "squad", "referral_source", "usertext1", "usertext2", "usertext3", "usertext4",
    "usertext5", "usertext6", "usertext7", "usertext8", "userlist1", "userlist2", "userlist3", "userlist4",
    "userlist5", "userlist6", "userlist7", "vfc", "mothersname", "allow_imm_reg_use", "allow_imm_info_share",
    "allow_health_info_ex", "allow_patient_portal", "deceased_reason", "cmsportal_login", "county",
)
# fmt: on


def build_openemr(url: str, patients: int = 100) -> sa.Engine:
    """Make the database and its patients."""
    engine = build(url, "openemr")
    for table, rows in _rows(patients).items():
        fill(engine, table, rows)
    return engine


def _rows(patients: int) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {
        "users": [{"id": 5, "username": "doe", "uuid": _uuid(9, 5)}],
        "facility": [{"id": 3, "name": "Family Practice"}],
        "sequences": [{"id": 1000 + patients}],
    }

    def add(table: str, place: int, number: int, row: dict[str, Any], *, registered: bool = True) -> None:
        key = {"patient_data": "id"}.get(table, "id")
        if registered:
            row = row | {"uuid": _uuid(place, number)}
            entry = {"uuid": _uuid(place, number), "table_name": table, "table_id": str(row[key])}
            rows.setdefault("uuid_registry", []).append(entry)
        rows.setdefault(table, []).append(row)

    for number in range(patients):
        pid, met = 500 + number, _NOW - timedelta(days=200 - number)
        told = dict.fromkeys(_TEXTS, "") | {
            "id": number + 1,
            "pid": pid,
            "pubpid": str(pid),
            "fname": ("Ann", "Bob")[number % 2],
            "lname": f"Patient{number}",
            "sex": ("Female", "Male")[number % 2],
            "DOB": date(1940, 1, 1) + timedelta(days=99 * number),
            "hipaa_mail": ("NO", "YES")[number % 2],
            "language": "english",
            "date": met,
            "regdate": met,
        }
        add("patient_data", 1, number, told)
        encounter = {"id": number + 1, "pid": pid, "encounter": 1001 + number, "date": met, "reason": "visit"}
        add("form_encounter", 2, number, encounter | {"facility_id": 3, "provider_id": 5})
        form = {
            "pid": pid,
            "encounter": 1001 + number,
            "user": "doe",
            "groupname": "Default",
            "authorized": 1,
            "date": met,
        }
        for kind, name in (("newpatient", "New Patient Encounter"), ("vitals", "Vitals")):
            add(
                "forms", 0, number, form | {"formdir": kind, "form_name": name, "form_id": number + 1}, registered=False
            )
        add(
            "form_vitals",
            3,
            number,
            {"id": number + 1, "pid": pid, "bps": "120", "weight": 150, "authorized": 1, "date": met},
        )
        kind = ("allergy", "medical_problem")[number % 2]
        add(
            "lists", 4, number, {"id": number + 1, "pid": pid, "type": kind, "title": "x", "activity": 1, "user": "doe"}
        )
        drug = {"id": number + 1, "patient_id": pid, "drug": "x", "txDate": met.date(), "provider_id": 5}
        add(
            "prescriptions",
            5,
            number,
            drug | {"usage_category_title": "Home/Community", "request_intent_title": "Order"},
        )
        add("history_data", 6, number, {"id": number + 1, "pid": pid, "date": met})
    return rows


def _uuid(place: int, number: int) -> bytes:
    return (place << 64 | number).to_bytes(16)
