"""The exclusion list: which rows coding, billing, statistics, warehouses, mailings and interfaces must leave out.

It names every decoy of a system. Nothing but this list is needed to undo the trap, so each export is asked for by
purpose, logged, and written to a private file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from honeytokens.model import Campaign, Field, Placement, PlacementState
from honeytokens.workflows.home import Home

_NOT_YET = (PlacementState.PLANNED,)


class Purpose(StrEnum):
    """What a list is for: it decides which rows are on it."""

    CODING = "coding"
    BILLING = "billing"
    STATISTICS = "statistics"
    WAREHOUSE = "warehouse"
    MAILING = "mailing"
    INTERFACE = "interface"
    """The integration engine, which stamps or drops messages about decoys at the border."""


_PATIENTS_ONLY = frozenset({Purpose.MAILING, Purpose.INTERFACE})


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One row to leave out. ``local_id`` is the patient number that messages and exports carry, on patients' rows."""

    table: str
    key_column: str
    key: int | str
    patient: bool
    local_id: str | None


@dataclass(frozen=True, slots=True)
class ExclusionList:
    """The list of one system for one purpose."""

    system: str
    purpose: Purpose
    decoys: int
    rows: tuple[Exclusion, ...]

    def as_csv(self) -> bytes:
        """Return it as CSV with a header line, ordered by table and key."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["table", "key_column", "key", "local_id"])
        writer.writerows([one.table, one.key_column, one.key, one.local_id or ""] for one in self.rows)
        return out.getvalue().encode()

    def as_json(self) -> bytes:
        """Return it as one JSON document."""
        rows = [asdict(one) for one in self.rows]
        document = {"system": self.system, "purpose": self.purpose, "decoys": self.decoys, "rows": rows}
        return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def exclusions(home: Home, system: str, purpose: Purpose, *, withdrawn: bool = False) -> ExclusionList:
    """Return the rows of a system that must be left out for a purpose. The export is logged, sealed.

    Rows about to be written are on it; those of decoys that were withdrawn are with ``withdrawn``, for copies that were
    made before. Raises ``UnknownNameError`` for an unknown system.
    """
    asked = home.registry.system(system)
    left_out = _NOT_YET if withdrawn else (*_NOT_YET, PlacementState.WITHDRAWN)
    placements = [
        one for one in home.registry.placements() if one.system == asked.name and one.state not in left_out and one.rows
    ]
    local_ids = _local_ids(home, placements)
    rows = sorted(
        (row for one in placements for row in _rows(one, local_ids[one.id], purpose)),
        key=lambda row: (row.table, isinstance(row.key, str), row.key),
    )
    found = ExclusionList(asked.name, purpose, len(placements), tuple(rows))
    digest = hashlib.sha256(found.as_csv()).hexdigest()
    home.registry.log(home.now(), "exclusions", f"{asked.name} for {purpose}: {len(rows)} rows, sha256 {digest}")
    return found


def _rows(placement: Placement, local_id: str | None, purpose: Purpose) -> Iterator[Exclusion]:
    # A rewriting in progress may have written rows of history already.
    rows = dict.fromkeys((row.table, row.key_column, row.key) for row in (*placement.rows, *placement.intended))
    for number, (table, key_column, key) in enumerate(rows):
        if number == 0 or purpose not in _PATIENTS_ONLY:
            yield Exclusion(table, key_column, key, number == 0, local_id if number == 0 else None)


def _local_ids(home: Home, placements: Sequence[Placement]) -> dict[int, str | None]:
    """Return the local identifier of each placement's decoy, by the placement's id."""
    found: dict[int, str | None] = {}
    for campaign in home.registry.campaigns():
        members = [one for one in placements if one.ref.campaign == campaign.name]
        found |= dict(zip([one.id for one in members], _numbers(home, campaign, members), strict=True))
    return found


def _numbers(home: Home, campaign: Campaign, members: Sequence[Placement]) -> list[str | None]:
    if not members:
        return []
    people = home.maker(campaign).identities([one.ref.serial for one in members])
    return people[Field.LOCAL_ID].to_list() if Field.LOCAL_ID in people.columns else [None] * len(members)
