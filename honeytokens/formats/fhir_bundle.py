"""FHIR R4 transaction Bundles: one per decoy and per line, to be posted one by one to a server's base address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any
from urllib.parse import quote

from honeytokens.formats.fhir_resources import Json, Resources, encode
from honeytokens.formats.interface import Batch, Origin


class FhirBundle:
    """One transaction Bundle per line.

    Resources refer to each other by random ``urn:uuid`` addresses, which the server replaces with ids of its own. A
    Patient with an identifier is created only if the server has nobody with this identifier, name and birth date; a
    Practitioner, the host's own, only if the server does not know the number.
    """

    tells_stories = True
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:
        """Write every batch. Raises ``UnknownNameError`` for a locale whose identifiers are not known."""
        resources = Resources(origin, lambda _, identifier: f"urn:uuid:{identifier}", alone=True)
        for batch in batches:
            people = batch.identities.iter_rows(named=True)
            for person, story in zip(people, batch.stories, strict=True):
                stream.write(encode(_bundle(person, resources.of(person, story))))


def _bundle(person: dict[str, Any], resources: list[Json]) -> Json:
    entries: list[Json] = [
        {
            "fullUrl": f"urn:uuid:{resource.pop('id')}",
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }
        for resource in resources
    ]
    if criteria := _criteria(person, resources[0]):
        entries[0]["request"]["ifNoneExist"] = criteria
    for entry in entries:
        if entry["resource"]["resourceType"] == "Practitioner":
            entry["request"]["ifNoneExist"] = f"identifier={_token(entry['resource']['identifier'][0])}"
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _criteria(person: dict[str, Any], patient: Json) -> str | None:
    """Return the search that finds this very patient, or ``None`` without an identifier of a known system.

    The identifier alone would not do: where a real patient has been given the decoy's number, the server would hang
    the decoy's allergies on the real patient.
    """
    for identifier in patient.get("identifier", ()):
        if identifier.get("system"):
            family = _parameter(person["surname"])
            return f"identifier={_token(identifier)}&birthdate={patient['birthDate']}&family={family}"
    return None


def _token(identifier: Json) -> str:
    return f"{quote(identifier['system'], safe=':/')}|{_parameter(identifier['value'])}"


def _parameter(value: str) -> str:
    """Return a value as FHIR search takes it: ``, | $`` and the backslash after a backslash, then as in any URL."""
    return quote("".join(f"\\{sign}" if sign in "\\,|$" else sign for sign in value), safe="")
