"""Reads FHIR resources back into a row of identities and a story, knowing nothing of how they were written."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

from honeytokens.model import Allergy, Care, Practitioner, Prescription, Stay, Story, Vitals

Json = dict[str, Any]
FRENCH_NIR = "urn:oid:1.2.250.1.213.1.4.8"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
CARES = {"AMB": Care.CONSULTATION, "EMER": Care.EMERGENCY, "SS": Care.DAY_CASE, "IMP": Care.PLANNED_STAY}
SIGNS = {
    "8302-2": ("height", "cm"),
    "29463-7": ("weight", "kg"),
    "8480-6": ("systolic", "mm[Hg]"),
    "8462-4": ("diastolic", "mm[Hg]"),
    "8867-4": ("pulse", "/min"),
    "8310-5": ("temperature", "Cel"),
    "2708-6": ("saturation", "%"),
}


def bundles(content: bytes) -> list[Json]:
    return [json.loads(line) for line in content.decode().split("\n") if line]


def files(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def bundled(content: bytes) -> list[dict[str, Json]]:
    """Return the resources of each Bundle by their full URL."""
    return [{entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]} for bundle in bundles(content)]


def exported(content: bytes) -> dict[str, Json]:
    """Return every resource of an archive by its relative URL, in the order of its manifest."""
    found, archive = {}, files(content)
    for entry in json.loads(archive["manifest.json"])["output"]:
        for line in archive[entry["url"]].decode().splitlines():
            resource = json.loads(line)
            assert resource["resourceType"] == entry["type"]
            found[f"{resource['resourceType']}/{resource['id']}"] = resource
    return found


def patients(resources: dict[str, Json]) -> list[tuple[Json, Story]]:
    """Return each Patient as a row of identities, with its story."""
    about: dict[str, list[Json]] = {url: [] for url, found in resources.items() if found["resourceType"] == "Patient"}
    for resource in resources.values():
        if link := resource.get("subject") or resource.get("patient"):
            about[link["reference"]].append(resource)
    return [(_identity(resources[url]), _story(related, resources)) for url, related in about.items()]


def _identity(patient: Json) -> Json:
    families = {name["use"]: name["family"] for name in patient["name"]}
    [given] = {tuple(name["given"]) for name in patient["name"]}
    [address] = patient["address"]
    [extension] = patient["extension"]
    numbers = {number.get("system"): number["value"] for number in patient.get("identifier", ())}
    national = numbers.pop(FRENCH_NIR, None) or numbers.pop(NHS_NUMBER, None)
    contacts = {contact["system"]: contact["value"] for contact in patient.get("telecom", ())}
    return {
        "surname": families.get("usual", families["official"]),
        "birth_name": families["official"] if "usual" in families else families.get("maiden"),
        "first_name": " ".join(given),
        "sex": patient["gender"],
        "birth_date": date.fromisoformat(patient["birthDate"]),
        "birth_place": extension["valueAddress"]["city"],
        "street": " ".join(address["line"]),
        "postcode": address["postalCode"],
        "town": address["city"],
        "phone": contacts.get("phone"),
        "email": contacts.get("email"),
        "local_id": next(iter(numbers.values()), None),
        "national_id": national,
        "web_link": contacts.get("url"),
    }


def _story(resources: Iterable[Json], every: dict[str, Json]) -> Story:
    by_type: dict[str, list[Json]] = defaultdict(list)
    for resource in resources:
        by_type[resource["resourceType"]].append(resource)
    stays = []
    for encounter, condition in zip(by_type["Encounter"], by_type["Condition"], strict=True):
        [reason] = encounter["reasonCode"]
        assert reason == condition["code"]
        admitted, discharged = (_clock(encounter["period"][end]) for end in ("start", "end"))
        urgent = "hospitalization" in encounter
        care = Care.EMERGENCY_STAY if urgent else CARES[encounter["class"]["code"]]
        seen = _practitioner(encounter, every)
        assert condition.get("recorder") == (encounter["participant"][0]["individual"] if seen else None)
        stays.append(Stay(admitted, discharged, reason["text"], _code(reason), care, seen))
    return Story(
        tuple(stays),
        tuple(
            Allergy(allergy["code"]["text"], date.fromisoformat(allergy["recordedDate"]))
            for allergy in by_type["AllergyIntolerance"]
        ),
        tuple(
            Prescription(
                drug["medicationCodeableConcept"]["text"],
                _code(drug["medicationCodeableConcept"]),
                drug["dosageInstruction"][0]["text"],
                date.fromisoformat(drug["authoredOn"]),
                drug["dispenseRequest"]["expectedSupplyDuration"]["value"],
            )
            for drug in by_type["MedicationRequest"]
        ),
        tuple(_vitals(by_type["Observation"])),
    )


def _practitioner(encounter: Json, every: dict[str, Json]) -> Practitioner | None:
    if "participant" not in encounter:
        return None
    [participant] = encounter["participant"]
    link = participant["individual"]
    first_name, _, surname = link["display"].partition(" ")
    if "reference" not in link:
        return Practitioner(surname, first_name)
    found = every[link["reference"]]
    assert found["name"] == [{"family": surname, "given": [first_name]}]
    [number] = found["identifier"]
    return Practitioner(surname, first_name, number=number["value"])


def _vitals(observations: Iterable[Json]) -> Iterator[Vitals]:
    """Yield what was measured at each time, from one observation for each sign."""
    measured: dict[datetime, Json] = defaultdict(lambda: dict.fromkeys(field for field, _ in SIGNS.values()))
    for observation in observations:
        for part in observation.get("component", [observation]):
            field, unit = SIGNS[_code(part["code"])]
            assert part["valueQuantity"]["code"] == unit
            measured[_clock(observation["effectiveDateTime"])][field] = part["valueQuantity"]["value"]
    return (Vitals(when, **values) for when, values in measured.items())


def _code(concept: Json) -> str:
    [coding] = concept["coding"]
    return str(coding["code"])


def _clock(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)
