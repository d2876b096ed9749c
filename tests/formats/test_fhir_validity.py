"""FHIR R4 resources judged by two validators that others wrote (``fhir_validators/``)."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain
from typing import Any

import fhir_reading
import pytest
from exchange_cases import DOCTORS, ORIGINS, STORY, every_kind, made, one, written
from fhir_validating import Faults, validators
from stdnum.luhn import calc_check_digit

from honeytokens.model import Practitioner


@pytest.fixture(scope="module")
def fhir_faults(pytestconfig: pytest.Config) -> Faults:
    return validators(pytestconfig)


def test_nothing_is_found_in_bundles(fhir_faults: Faults) -> None:
    contents = (written("fhir-bundle", made(*which, 100), origin=ORIGINS[which[0]]) for which in every_kind())
    lines = b"".join(contents).decode().split("\n")[:-1]
    assert len(lines) == 600
    assert fhir_faults(lines) == [[]] * 600


def test_nothing_is_found_in_200_resources_of_each_type(fhir_faults: Faults, full: bool) -> None:
    """In 2,000 with ``--full``: many decoys have no allergy, hence the number of decoys."""
    many, decoys = (2_000, 40_000) if full else (200, 2_400)
    doctors = tuple(Practitioner(f"Nom{n}", "Anne", None, luhn(10_000_000 + n)) for n in range(many))
    batch = made("fr_fr", "pools", decoys, doctors)
    archive = fhir_reading.files(written("fhir-ndjson", batch))
    archive.pop("manifest.json")
    assert len(archive) == 7
    checked = [*chain(*(content.decode().split("\n")[:-1][:many] for content in archive.values()))]
    assert len(checked) == 7 * many
    for first in range(0, len(checked), 2_000):
        some = checked[first : first + 2_000]
        assert fhir_faults(some) == [[]] * len(some)


def luhn(number: int) -> str:
    """Return an RPPS-like number of eleven digits with its check digit."""
    body = f"10{number}"
    return f"{body}{calc_check_digit(body)}"


PLANTED: list[tuple[str, dict[str, Any]]] = [
    ("Patient", {"gender": "femme"}),
    ("Patient", {"birthDate": "12/03/1961"}),
    ("Patient", {"decoy": True}),
    ("Patient", {"name": {"family": "Martin"}}),
    ("Patient", {"telecom": [{"system": "portable", "value": "06"}]}),
    ("Patient", {"address": [{"city": ""}]}),
    ("Practitioner", {"name": [{"family": ["Roy"]}]}),
    ("Practitioner", {"identifier": [{"use": "rpps"}]}),
    ("Encounter", {"participant": [{"individual": "Dr Roy"}]}),
    ("Encounter", {"status": None}),
    ("Encounter", {"status": "done"}),
    ("Encounter", {"class": None}),
    ("Encounter", {"period": {"start": "2024-03-30T23:10:00"}}),
    ("Condition", {"subject": None}),
    ("Condition", {"clinicalStatus": {"coding": [{"system": "http://example.org", "code": "cured"}]}}),
    ("MedicationRequest", {"intent": None}),
    ("AllergyIntolerance", {"patient": None}),
    ("Observation", {"status": None}),
    ("Observation", {"valueQuantity": {"value": "63 kg"}}),
]


def test_planted_faults_are_found(fhir_faults: Faults) -> None:
    seen = replace(STORY, stays=tuple(replace(stay, practitioner=DOCTORS[0]) for stay in STORY.stays))
    [resources] = fhir_reading.bundled(one("fhir-bundle", story=seen))
    sound = {resource["resourceType"]: resource for resource in resources.values()}
    broken = [without_nones(sound[kind] | change) for kind, change in PLANTED]
    assert fhir_faults(map(json.dumps, sound.values())) == [[]] * 7
    found = fhir_faults(map(json.dumps, broken))
    assert [planted for planted, faults in zip(PLANTED, found, strict=True) if not faults] == []


def without_nones(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if value is not None}
