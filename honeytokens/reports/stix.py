"""The report for other defenders: a STIX 2.1 bundle. It tells of sites, times and files, and names no decoy."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from honeytokens.model import ScanResult, Standing, Verdict
from honeytokens.reports.json_document import JsonDocument
from honeytokens.reports.plain import printable

_NAMESPACE = uuid.UUID("6f0c9f26-7b5c-5a3e-9a55-3f1f3a3f6f10")
"""Ids are made of the content, so that the same verdict gives the same bundle."""
_MOST_CERTAIN = 99
"""STIX counts confidence from 0 to 100, and nothing is certain."""


class StixBundle:
    """A report of identities, an indicator of the files, and the sighting of our records in them; TLP:AMBER."""

    suffix = ".stix.json"

    def render(self, verdict: Verdict, result: ScanResult) -> str:
        """Return the bundle."""
        import stix2  # noqa: PLC0415 - slow to load, and wanted here alone

        seed = hashlib.sha256(JsonDocument().render(verdict, result).encode()).hexdigest()

        def own(kind: str, name: str) -> str:
            return f"{kind}--{uuid.uuid5(_NAMESPACE, f'{seed}|{kind}|{name}')}"

        common: dict[str, Any] = {
            "created": verdict.judged,
            "modified": verdict.judged,
            "object_marking_refs": [stix2.TLP_AMBER],
        }
        sites = [
            stix2.Identity(
                id=own("identity", each.establishment),
                name=printable(each.establishment),
                identity_class="organization",
                sectors=["healthcare"],
                **common,
            )
            for each in verdict.establishments
            if each.standing is Standing.INCLUDED
        ]
        names = sorted({printable(e.location.path) for hit in result.hits for e in hit.evidence})
        files = [stix2.File(name=name) for name in names]
        objects: list[Any] = [*sites, *files]
        if verdict.authenticity.ours and files:
            objects += _sighting(stix2, verdict, result, sites, files, own, common)
        note = stix2.Note(
            id=own("note", "sentence"),
            abstract=printable(verdict.sentence),
            content=printable(verdict.reason),
            object_refs=[each.id for each in objects] or [own("identity", "none")],
            confidence=0 if verdict.error is None else int(_MOST_CERTAIN * (1 - verdict.error)),
            **common,
        )
        bundle = stix2.Bundle(id=own("bundle", "all"), objects=[stix2.TLP_AMBER, *objects, note])
        return json.dumps(json.loads(bundle.serialize()), indent=2, sort_keys=True) + "\n"


def _sighting(
    stix2: Any,
    verdict: Verdict,
    result: ScanResult,
    sites: list[Any],
    files: list[Any],
    own: Any,
    common: dict[str, Any],
) -> list[Any]:
    window = verdict.window
    seen = {}
    if window and window.earliest and window.latest:
        seen = {"first_seen": window.earliest, "last_seen": window.latest}
    escaped = [each.name.replace("\\", "\\\\").replace("'", "\\'") for each in files]
    indicator = stix2.Indicator(
        id=own("indicator", "files"),
        name="Files that hold records of the establishments",
        indicator_types=["compromised"],
        pattern=" OR ".join(f"[file:name = '{name}']" for name in escaped),
        pattern_type="stix",
        valid_from=verdict.judged,
        **common,
    )
    observed = stix2.ObservedData(
        id=own("observed-data", "files"),
        first_observed=verdict.judged,
        last_observed=verdict.judged,
        number_observed=max(1, result.stats.records),
        object_refs=[each.id for each in files],
        **common,
    )
    sighting = stix2.Sighting(
        id=own("sighting", "records"),
        sighting_of_ref=indicator.id,
        count=len(result.hits),
        observed_data_refs=[observed.id],
        where_sighted_refs=[each.id for each in sites] or None,
        summary=False,
        **seen,
        **common,
    )
    return [indicator, observed, sighting]
