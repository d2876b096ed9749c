"""What a FHIR server states that it does (its CapabilityStatement), held against what planting needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from honeytokens.errors import SystemUnreachableError
from honeytokens.systems.fhir_server.client import Client, Json, part, parts

WRITTEN = ("Patient", "Encounter", "Condition", "Observation", "MedicationRequest", "AllergyIntolerance")
"""The types of a decoy's resources, in the order in which they are written."""
_NEEDED = ("create", "search-type", "delete")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """A server's software, its version of FHIR, its interactions (of the whole, and by type of
    resource), and by what resources are searched for.
    """

    software: str
    version: str | None
    fhir: str
    whole: frozenset[str]
    types: dict[str, frozenset[str]]
    parameters: dict[str, frozenset[str]]

    @classmethod
    def read(cls, client: Client) -> Self:
        """Ask a server; raise ``SystemUnreachableError`` when it states nothing."""
        stated = client.get("metadata")
        if stated is None or stated.get("resourceType") != "CapabilityStatement":
            raise SystemUnreachableError(
                "There is no FHIR server at this address: it has no CapabilityStatement",
                "Give the server's base address, to which /metadata can be added",
            )
        software = part(stated, "software")
        rest: Json = next((one for one in parts(stated, "rest") if one.get("mode") == "server"), {})
        return cls(
            str(software.get("name") or "FHIR server"),
            str(software["version"]) if software.get("version") else None,
            str(stated.get("fhirVersion", "")),
            frozenset(_codes(rest)),
            {str(one.get("type")): frozenset(_codes(one)) for one in parts(rest, "resource")},
            {
                str(one.get("type")): frozenset(str(each.get("name")) for each in parts(one, "searchParam"))
                for one in parts(rest, "resource")
            },
        )

    def faults(self, kinds: Iterable[str] = WRITTEN) -> list[str]:
        """Return, in words, why decoys cannot be written with resources of these types."""
        if not self.fhir.startswith("4.0"):
            return [f"it speaks FHIR {self.fhir or 'of no stated version'}, not R4 (4.0)"]
        found = [] if "transaction" in self.whole else ["it does no transaction"]
        for kind in kinds:
            wanted = (*_NEEDED, "update") if kind == "Patient" else _NEEDED
            if kind == "Patient" or kind in self.types:
                lacking = [one for one in wanted if one not in self.types.get(kind, ())]
                found += [f"it does no {', '.join(lacking)} of {kind}"] if lacking else []
        return found

    def searchable(self, kind: str) -> bool:
        """Return whether resources of a type can be searched for."""
        return "search-type" in self.types.get(kind, ())

    def finds(self, kind: str, parameter: str) -> bool:
        """Return whether they can be searched for by a parameter; of one that tells none, all are asked for."""
        return self.searchable(kind) and parameter in (self.parameters.get(kind) or {parameter})


def _codes(stated: Json) -> Iterable[str]:
    return (str(one.get("code")) for one in parts(stated, "interaction"))
