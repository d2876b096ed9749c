# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at one patient with proteus, GNU Health's own client library; a program of its own, run in its environment.

``python gnu_health_client.py URL find WORDS`` prints, as JSON, the numbers of the patients whom the search of the
patients' screen shows for some words; ``open NUMBER`` everything that the screens of that patient show.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from proteus import Model, config


def find(words: str) -> list[str]:
    patients = Model.get("gnuhealth.patient").find([("rec_name", "ilike", f"%{words}%")])
    return [patient.puid for patient in patients]


def opened(number: str) -> dict[str, Any]:
    [patient] = Model.get("gnuhealth.patient").find([("puid", "=", number)])
    person = patient.party

    def below(model: str, field: str, *names: str) -> list[list[str]]:
        found = Model.get(model).find([(field, "=", (person if field in ("party", "person") else patient).id)])
        return [[str(getattr(one, name)) for name in ("rec_name", *names)] for one in found]

    return {
        "name": person.name,
        "lastname": person.lastname,
        "born": person.dob.isoformat(),
        "gender": person.gender,
        "shown": patient.rec_name,
        "age": patient.age,
        "street": [address.street for address in person.addresses],
        "town": [f"{address.postal_code} {address.city}" for address in person.addresses],
        "contacts": [contact.value for contact in person.contact_mechanisms],
        "federation_account": person.federation_account,
        "summary": patient.critical_summary,
        "conditions": below("gnuhealth.patient.disease", "patient", "is_allergy", "short_comment", "age_str"),
        "pages": below("gnuhealth.pol", "person", "health_condition_text"),
        "appointments": below("gnuhealth.appointment", "patient", "name", "state"),
        "evaluations": below(
            "gnuhealth.patient.evaluation", "patient", "code", "computed_age", "chief_complaint", "bpm", "bmi"
        ),
        "prescriptions": below("gnuhealth.prescription.order", "patient", "prescription_id", "state"),
        "lines": [
            [line.medicament.rec_name, line.rec_name]
            for order in Model.get("gnuhealth.prescription.order").find([("patient", "=", patient.id)])
            for line in order.prescription_line
        ],
    }


if __name__ == "__main__":
    config.set_xmlrpc(sys.argv[1])
    print(json.dumps({"find": find, "open": opened}[sys.argv[2]](sys.argv[3])))
