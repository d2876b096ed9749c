"""Looking at a FHIR server before anything is remembered of it."""

from __future__ import annotations

from honeytokens.errors import HoneytokensError
from honeytokens.systems.fhir_server.capabilities import WRITTEN, Capabilities
from honeytokens.systems.fhir_server.client import Client
from honeytokens.systems.fhir_server.composing import Composer
from honeytokens.systems.fhir_server.settings import FhirSettings
from honeytokens.systems.inspecting.model import Inspection


def inspect(url: str, secret: str | None) -> Inspection:
    """Read what a FHIR server states, and a sample of its resources; write nothing, keep no value of a patient.

    Raises ``SystemUnreachableError`` when there is no connection, or no FHIR server.
    """
    client = Client(url, secret)
    try:
        stated = Capabilities.read(client)
        notes, writes = stated.faults(), []
        if not notes:
            try:
                composer = Composer(client, stated, FhirSettings())
                writes = [_told(composer, kind) for kind in WRITTEN if kind in composer.habits]
            except HoneytokensError as error:
                notes = [f"{error.problem} ({error.remedy})"]
    finally:
        client.close()
    return Inspection(
        f"FHIR {stated.fhir} server",
        len(stated.types),
        stated.software,
        stated.version,
        (),
        (),
        tuple(writes),
        tuple(notes),
        "",
        not notes,
        "types of resource",
        "fhir_server",
    )


def _told(composer: Composer, kind: str) -> str:
    habits = composer.habits[kind]
    said = [f"profile {one}" for one in habits.profiles]
    if habits.identifier:
        said.append(f"numbers of {habits.identifier['system']}")
    return f"{kind}{': ' if said else ''}{', '.join(said)}"
