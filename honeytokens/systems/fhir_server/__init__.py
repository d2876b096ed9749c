"""FHIR R4 servers over REST: a decoy is one transaction, its resources are like those of the host."""

from honeytokens.systems.fhir_server.adapter import FhirServer
from honeytokens.systems.fhir_server.inspection import inspect

__all__ = ["FhirServer", "inspect"]
