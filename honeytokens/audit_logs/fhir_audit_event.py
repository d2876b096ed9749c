"""FHIR R4 AuditEvent resources, one a line: what a FHIR server says of who read which resources.

https://hl7.org/fhir/R4/auditevent.html. A resource type is watched as a table of its name in lower case, its ids as the
column ``id``. Bundles of AuditEvents, one a line, are taken apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from honeytokens.audit_logs import times
from honeytokens.audit_logs.interface import FileLog
from honeytokens.model import ReadSighting

_READING = frozenset({"R", "E"})
"""AuditEvent.action: R for read, view and print; E for execute, as searches are."""


@dataclass(frozen=True, slots=True)
class FhirAuditEvent(FileLog):
    """AuditEvent resources as NDJSON."""

    name = "fhir_audit_event"

    def read(self, entry: str, arrived: datetime) -> list[ReadSighting]:
        """Return the reads of one line, one for each resource type that it touched."""
        with suppress(ValueError, RecursionError):
            return [read for event in _events(json.loads(entry)) for read in self._reads(event, arrived)]
        return []

    def _reads(self, event: Mapping[str, object], arrived: datetime) -> Iterator[ReadSighting]:
        if event.get("action", "R") not in _READING:
            return
        account, client = _agent(event)
        at = times.iso(str(event.get("recorded", "")), self.zone) or arrived
        keys: dict[str, dict[str, None]] = {}
        for entity in _each(event.get("entity")):
            what = _mapping(entity.get("what"))
            kind, _, key = str(what.get("reference", "")).partition("/_history")[0].rstrip("/").rpartition("/")
            table = kind.rpartition("/")[2].lower()
            if table in self.watched and key:
                keys.setdefault(self.watched.tables[table].get("id", table), {})[key] = None
            elif not key and (searched := _searched(entity)) in self.watched:
                keys.setdefault(searched, {})
        for table, found in keys.items():
            yield ReadSighting(account, at, table, tuple(found), len(found) or None, client, self.name)


def _events(document: object) -> Iterator[Mapping[str, object]]:
    found = _mapping(document)
    if found.get("resourceType") == "AuditEvent":
        yield found
    elif found.get("resourceType") == "Bundle":
        for entry in _each(found.get("entry")):
            yield from _events(entry.get("resource"))


def _agent(event: Mapping[str, object]) -> tuple[str, str | None]:
    """Return the account that asked, and its address: those of the agent that is the requestor."""
    agents = sorted(_each(event.get("agent")), key=lambda agent: agent.get("requestor") is not True)
    for agent in agents:
        who = _mapping(agent.get("who"))
        named = (
            agent.get("altId"),
            _mapping(who.get("identifier")).get("value"),
            who.get("reference"),
            agent.get("name"),
            who.get("display"),
        )
        account = next((str(name) for name in named if name), None)
        if account:
            address = _mapping(agent.get("network")).get("address")
            return account, str(address) if address else None
    return "", None


def _searched(entity: Mapping[str, object]) -> str:
    """Return the resource type that an entity without a reference names: that of a search."""
    name = str(entity.get("name", "") or entity.get("description", ""))
    return name.partition("?")[0].rstrip("/").rpartition("/")[2].lower()


def _mapping(thing: object) -> Mapping[str, object]:
    return thing if isinstance(thing, Mapping) else {}


def _each(things: object) -> Iterator[Mapping[str, object]]:
    return (thing for thing in (things if isinstance(things, list) else []) if isinstance(thing, Mapping))
