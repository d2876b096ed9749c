"""A private FHIR R4 server for the tests: Medplum's router in memory, run by node on loopback; a small hospital."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from npm_packages import installed

SOURCE = Path(__file__).parent / "fhir_server"
SYSTEM = "urn:oid:1.2.250.1.71.4.2.2.1590000000"
PROFILE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
PATIENTS = 30
WRITTEN = ("Patient", "Encounter", "Condition", "Observation", "MedicationRequest", "AllergyIntolerance")
TYPES = ("Organization", "Practitioner", *WRITTEN, "Appointment")
Json = dict[str, Any]
_CLIENT = httpx.Client(timeout=30, trust_env=False, verify=False)


@dataclass(frozen=True)
class FhirHost:
    """A running server: its base address, and what it holds."""

    url: str

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send a request past the product, and return the answer's JSON."""
        answer = _CLIENT.request(method, f"{self.url}/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def everything(self) -> dict[str, Json]:
        """Return every resource by its address, versions and times included."""
        return {
            f"{kind}/{entry['resource']['id']}": entry["resource"]
            for kind in TYPES
            for entry in self.ask("GET", f"{kind}?_count=1000").get("entry", ())
        }

    def asked(self) -> list[str]:
        """Return the address of every request so far, as an access log holds it."""
        found: list[str] = _CLIENT.get(f"{self.url.removesuffix('/fhir')}/asked").json()
        return found

    def fail(self, **fault: object) -> None:
        """Let the next request fail whose method and path fit the pattern ``when``; see ``serve.cjs``."""
        _CLIENT.post(f"{self.url.removesuffix('/fhir')}/faults", json=[fault]).raise_for_status()


@contextlib.contextmanager
def running(config: pytest.Config, **environment: str) -> Iterator[FhirHost]:
    """Run a server without a resource until the block is left; skip the test where there is none to be had."""
    folder = installed(config, SOURCE, "NOT TESTED on a FHIR server")
    process = subprocess.Popen(
        ["node", "--experimental-websocket", "--no-warnings", str(SOURCE / "serve.cjs")],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, "the FHIR server did not start"
        yield FhirHost(f"http{'s' if 'TLS' in environment else ''}://127.0.0.1:{port}/fhir")
    finally:
        process.kill()
        process.communicate()


def populate(host: FhirHost, patients: int = PATIENTS) -> tuple[str, str]:
    """Fill a server with a small hospital; return the ids of its Organization and of one Practitioner."""
    site = host.ask("POST", "Organization", {"resourceType": "Organization", "name": "Clinique du Nord"})["id"]
    doctor = host.ask("POST", "Practitioner", {"resourceType": "Practitioner", "name": [{"family": "Roux"}]})["id"]
    entries = [entry for number in range(patients) for entry in _patient(number, site, doctor)]
    host.ask("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    return site, doctor


def _patient(number: int, site: str, doctor: str) -> Iterator[Json]:
    patient, stay = f"urn:uuid:{number:08}-0000-4000-8000-000000000000", f"urn:uuid:{number:08}-0000-4000-8000-1"
    subject, when = {"reference": patient}, f"2025-0{1 + number % 9}-03"
    resources: list[tuple[str, Json]] = [
        (
            patient,
            {
                "resourceType": "Patient",
                "meta": {"profile": [PROFILE]},
                "identifier": [
                    {
                        "use": "usual",
                        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "PI"}]},
                        "system": SYSTEM,
                        "value": f"{800000 + number}",
                    }
                ],
                "active": True,
                "name": [
                    {"use": "official", "family": f"PATIENT{number:02}", "given": ["Zoé" if number % 2 else "Jean"]}
                ],
                "telecom": [{"system": "phone", "value": f"06123456{number:02}"}],
                "gender": "female" if number % 2 else "male",
                "birthDate": f"{1950 + number}-01-{1 + number % 28:02}",
                "address": [
                    {"line": [f"{number} rue du Port"], "city": "Lille", "postalCode": "59000", "country": "FRA"}
                ],
                "communication": [{"language": {"text": "Français"}}],
                "managingOrganization": {"reference": f"Organization/{site}"},
            },
        ),
        (
            stay,
            {
                "resourceType": "Encounter",
                "status": "finished",
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                "subject": subject,
                "participant": [{"individual": {"reference": f"Practitioner/{doctor}"}}],
                "period": {"start": f"{when}T09:00:00+01:00", "end": f"{when}T09:30:00+01:00"},
                "reasonCode": [{"coding": [_icd("I10")], "text": "Hypertension"}],
            },
        ),
        (
            "",
            {
                "resourceType": "Condition",
                "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]},
                "code": {"coding": [{**_icd("I10"), "display": "Hypertension"}], "text": "Hypertension"},
                "subject": subject,
                "encounter": {"reference": stay},
                "recordedDate": when,
            },
        ),
        (
            "",
            {
                "resourceType": "Observation",
                "status": "final",
                "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
                "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
                "subject": subject,
                "encounter": {"reference": stay},
                "effectiveDateTime": f"{when}T09:00:00+01:00",
                "valueQuantity": {"value": 70.5, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
            },
        ),
        (
            "",
            {
                "resourceType": "Observation",
                "status": "final",
                "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
                "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
                "subject": subject,
                "component": [_pressure("8480-6", 130), _pressure("8462-4", 80)],
            },
        ),
        (
            "",
            {
                "resourceType": "MedicationRequest",
                "status": "completed",
                "intent": "order",
                "medicationCodeableConcept": {
                    "coding": [{"system": "http://www.whocc.no/atc", "code": "N02BE01"}],
                    "text": "Paracétamol",
                },
                "subject": subject,
                "authoredOn": when,
                "dosageInstruction": [{"text": "1 g"}],
            },
        ),
        (
            "",
            {
                "resourceType": "AllergyIntolerance",
                "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]},
                "code": {"text": "Pollen"},
                "patient": subject,
            },
        ),
    ]
    for address, resource in resources:
        yield {
            **({"fullUrl": address} if address else {}),
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }


def _pressure(code: str, value: int) -> Json:
    quantity = {"value": value, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}
    return {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": quantity}


def _icd(code: str) -> Json:
    return {"system": "http://hl7.org/fhir/sid/icd-10", "code": code}
