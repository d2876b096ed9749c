"""FHIR R4 bulk data: files of one resource type each and a manifest (Bulk Data Access 3.0.0), in one ZIP archive."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time
from typing import IO

from honeytokens.exchange import country
from honeytokens.fhir_resources import Json, Resources, encode, site_reference
from honeytokens.formats.archive import Archive
from honeytokens.formats.interface import Batch, Origin


class FhirNdjson:
    """``Patient.1.ndjson``, ``Encounter.1.ndjson`` ... for each batch, and ``manifest.json`` last.

    A patient's resources are in files of the same number; a Practitioner is in the first that names it. Ids are random;
    the manifest's addresses are names in the archive.
    """

    tells_stories = True
    tells_letters = False

    def write(self, batches: Iterable[Batch], stream: IO[bytes], origin: Origin) -> None:
        """Write every batch. Raises ``UnknownNameError`` for a locale whose identifiers are not known."""
        resources = Resources(
            origin.locale,
            origin.as_of,
            lambda kind, identifier: f"{kind}/{identifier}",
            alone=False,
            finess=origin.finess,
            site=site_reference(origin.establishment, origin.finess),
        )
        midnight = datetime.combine(origin.as_of, time(), country(origin.locale).zone)
        output: list[Json] = []
        with Archive(stream) as archive:
            for number, batch in enumerate(batches, 1):
                for kind, lines in _by_type(batch, resources).items():
                    name = f"{kind}.{number}.ndjson"
                    archive.add(name, b"".join(lines), midnight)
                    output.append({"type": kind, "url": name, "count": len(lines)})
            archive.add("manifest.json", json.dumps(_manifest(output, midnight), indent=1).encode(), midnight)


def _by_type(batch: Batch, resources: Resources) -> dict[str, list[bytes]]:
    lines: dict[str, list[bytes]] = defaultdict(list)
    for person, story in zip(batch.identities.iter_rows(named=True), batch.stories, strict=True):
        for resource in resources.of(person, story):
            lines[resource["resourceType"]].append(encode(resource))
    return lines


def _manifest(output: list[Json], midnight: datetime) -> Json:
    """Return what an export of these files would have answered at the start of the day of writing."""
    return {
        "transactionTime": midnight.isoformat(),
        "request": "Patient/$export",
        "requiresAccessToken": False,
        "output": output,
        "error": [],
    }
