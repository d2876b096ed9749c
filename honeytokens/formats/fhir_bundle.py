"""FHIR R4 transaction Bundles: one per decoy and per line, to be posted one by one to a server's base address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from honeytokens.fhir_resources import Json, Resources, encode, site_reference, this_very, token
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
        resources = Resources(
            origin.locale,
            origin.as_of,
            lambda _, identifier: f"urn:uuid:{identifier}",
            alone=True,
            finess=origin.finess,
            site=site_reference(origin.establishment, origin.finess),
        )
        for batch in batches:
            people = batch.identities.iter_rows(named=True)
            for person, story in zip(people, batch.stories, strict=True):
                stream.write(encode(_bundle(person["surname"], resources.of(person, story))))


def _bundle(family: str, resources: list[Json]) -> Json:
    entries: list[Json] = [
        {
            "fullUrl": f"urn:uuid:{resource.pop('id')}",
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }
        for resource in resources
    ]
    if criteria := this_very(resources[0], family):
        entries[0]["request"]["ifNoneExist"] = criteria
    for entry in entries:
        if entry["resource"]["resourceType"] == "Practitioner":
            entry["request"]["ifNoneExist"] = f"identifier={token(entry['resource']['identifier'][0])}"
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
