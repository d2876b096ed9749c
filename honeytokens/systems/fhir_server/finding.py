"""Reading back what was written: by id, or by what it says where no id was given yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from honeytokens.model import WrittenRow
from honeytokens.systems.fhir_server.client import Client, Json
from honeytokens.systems.fhir_server.resources import lacking, with_references

_BATCH = 50
"""How many ids one search asks for."""


def standing_resources(client: Client, rows: Sequence[WrittenRow]) -> dict[tuple[str, int | str], Json]:
    """Return the resources of rows that stand, some ids at a time; what a search does not show is read itself."""
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        keys[row.table].append(str(row.key))
    found: dict[tuple[str, int | str], Json] = {}
    for kind, wanted in keys.items():
        for first in range(0, len(wanted), _BATCH):
            for one in client.search(kind, {"_id": ",".join(wanted[first : first + _BATCH])}):
                found[kind, str(one["id"])] = one
        for key in wanted:
            if (kind, key) not in found and (alone := client.get(f"{kind}/{key}")):
                found[kind, key] = alone
    return found


def by_patient(rows: Sequence[WrittenRow]) -> Iterator[list[WrittenRow]]:
    """Yield the rows of each decoy, which begin with its patient's."""
    starts = [number for number, row in enumerate(rows) if row.table == "Patient"]
    for start, end in pairwise([*starts, len(rows)]):
        yield list(rows[start:end])


def matched(
    client: Client, rows: Sequence[WrittenRow], patient: Json | None
) -> Iterator[tuple[WrittenRow, Json | None]]:
    """Yield one decoy's rows, whose patient stands as ``patient``, with the resource that each of them is.

    Rows come with the references among them filled in; of the patient's resources each is that of one row at most.
    """
    if patient is None:
        yield from ((row, None) for row in rows)
        return
    subject = f"Patient/{patient['id']}"
    given = {str(rows[0].key): subject}
    below = [
        one for kind in sorted({row.table for row in rows[1:]}) for one in client.search(kind, {"patient": subject})
    ]
    yield rows[0], patient
    for row in rows[1:]:
        sent = replace(row, values=with_references(row.values, given))
        match = next((one for one in below if one["resourceType"] == row.table and not lacking(one, sent)), None)
        if match is not None:
            below.remove(match)
            given[str(row.key)] = f"{row.table}/{match['id']}"
        yield sent, match
