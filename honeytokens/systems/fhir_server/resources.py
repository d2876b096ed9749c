"""Resources as rows: what of a resource is content, whether it holds what was sent, whom it refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from honeytokens.model import WrittenRow
from honeytokens.systems.fhir_server.client import Json, parts
from honeytokens.systems.interface import RowState

PROVISIONAL = "urn:uuid:"
"""How the key of a row begins that the server has not numbered yet."""
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_SERVERS_OWN = ("resourceType", "id", "meta", "text")
_WHO = ("identifier", "name", "birthDate")


def is_id(text: str) -> bool:
    """Return whether a text can be a resource's id (hl7.org/fhir/R4/datatypes.html#id)."""
    return _ID.fullmatch(text) is not None


def content(resource: Json) -> Json:
    """Return a resource's elements, without what the server writes itself: id, meta and narrative."""
    return {name: value for name, value in resource.items() if name not in _SERVERS_OWN}


def row_of(resource: Json) -> WrittenRow:
    """Return a resource as it stands."""
    return WrittenRow(str(resource["resourceType"]), "id", str(resource["id"]), content(resource))


def body_of(row: WrittenRow) -> Json:
    """Return a row as the resource to be sent."""
    return {"resourceType": row.table, **row.values}


def holds(found: Any, sent: Any) -> bool:
    """Return whether all that was sent stands in what was found; a server may have added to it."""
    if isinstance(sent, dict):
        return isinstance(found, dict) and all(name in found and holds(found[name], sent[name]) for name in sent)
    if isinstance(sent, list):
        return (
            isinstance(found, list)
            and len(found) == len(sent)
            and all(holds(one, other) for one, other in zip(found, sent, strict=True))
        )
    # A server may make a relative reference absolute.
    return bool(found == sent) or (isinstance(found, str) and isinstance(sent, str) and found.endswith(f"/{sent}"))


def lacking(found: Json, row: WrittenRow) -> tuple[str, ...]:
    """Return the elements that were sent and do not stand as they were sent."""
    sent = content(row.values)
    return tuple(sorted(name for name in sent if not holds(found.get(name), sent[name])))


def standing(row: WrittenRow, found: Json | None) -> RowState:
    """Return how a row stands whose id the server gave."""
    if found is None:
        return RowState(row, "missing")
    there = content(found)
    changed = tuple(
        sorted(name for name in there.keys() | row.values.keys() if there.get(name) != row.values.get(name))
    )
    if not changed:
        return RowState(row, "same")
    foreign = row.table == "Patient" and set(_WHO) <= set(changed)
    return RowState(row, "foreign" if foreign else "changed", changed)


def with_references(values: Mapping[str, object], given: Mapping[str, str]) -> dict[str, object]:
    """Return a row's values with the references to provisional keys filled in as ``Type/id``."""
    return {
        name: {**value, "reference": given.get(str(value["reference"]), value["reference"])}
        if isinstance(value, dict) and "reference" in value
        else value
        for name, value in values.items()
    }


def references(thing: Any) -> Iterator[str]:
    """Yield every reference within a resource."""
    if isinstance(thing, dict):
        if isinstance(thing.get("reference"), str):
            yield thing["reference"]
        for value in thing.values():
            yield from references(value)
    elif isinstance(thing, list):
        for one in thing:
            yield from references(one)


def names(patient: Json) -> Iterator[tuple[str, str]]:
    """Yield the surname and first name of each of a patient's names."""
    for name in parts(patient, "name"):
        given = name.get("given")
        if name.get("family"):
            yield str(name["family"]), str(given[0]) if isinstance(given, list) and given else ""
