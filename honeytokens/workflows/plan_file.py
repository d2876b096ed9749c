"""A saved plan: sealed, shown row by row, and applied exactly as it was shown or not at all."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from honeytokens.errors import PlanFileError
from honeytokens.files import replacing
from honeytokens.fingerprints import fold
from honeytokens.model import Campaign, Decoy, Establishment, HospitalSystem, Placement
from honeytokens.registry.codec import decode, encode
from honeytokens.sealing import Box
from honeytokens.systems.interface import DraftRow, HospitalAdapter
from honeytokens.workflows.arrivals import patients_only
from honeytokens.workflows.connecting import open_system
from honeytokens.workflows.home import Home
from honeytokens.workflows.homonyms import Population
from honeytokens.workflows.manifests import keep_manifests
from honeytokens.workflows.plan import PlanReport

LIFETIME = timedelta(days=7)
_HEADER = b"honeytokens plan 1\n"
_PLACE = "plan-file"


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan as it was shown. ``rows`` and ``schema`` are digests of all its rows and of the tables they go to."""

    campaign: Campaign
    placements: tuple[Placement, ...]
    system: HospitalSystem
    establishment: Establishment
    rows: str
    schema: str
    expires: datetime


def save_plan(home: Home, report: PlanReport, path: Path, *, force: bool, lifetime: timedelta = LIFETIME) -> PlanFile:
    """Write a plan to a sealed, private file; nothing of it is in the registry yet."""
    campaign = report.campaign
    system = home.registry.system(campaign.system)
    establishment = home.registry.establishment(campaign.establishment)
    with open_system(system) as adapter:
        adapter.check()
        rows = _digest(_drafts(home, adapter, campaign, establishment))
        schema = adapter.schema_digest()
    plan = PlanFile(campaign, report.placements, system, establishment, rows, schema, home.now() + lifetime)
    with replacing(path, force=force) as file:
        file.write(_HEADER + base64.b64encode(_box(home).seal(encode(plan), _PLACE)) + b"\n")
    return plan


def read_plan(home: Home, path: Path) -> PlanFile:
    """Read a plan file; raise ``PlanFileError`` when it is none, was changed, or is of another home."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanFileError(f"{path} cannot be read: {error.strerror}", "Name a file of plan --out") from error
    if not content.startswith(_HEADER):
        raise PlanFileError(f"{path} is no plan file", "Name a file of plan --out")
    try:
        sealed = base64.b64decode(content.removeprefix(_HEADER).strip(), validate=True)
    except binascii.Error as error:
        raise _changed(_PLACE) from error
    return decode(PlanFile, _box(home).open(sealed, _PLACE))


def shown_rows(home: Home, plan: PlanFile) -> Iterator[tuple[Decoy, list[DraftRow]]]:
    """Yield every row that the plan writes, decoy by decoy, as the system's tables are now."""
    with open_system(plan.system) as adapter:
        adapter.check()
        yield from zip(
            home.maker(plan.campaign).decoys(plan.campaign.serials),
            _drafts(home, adapter, plan.campaign, plan.establishment),
            strict=True,
        )


def take_plan(home: Home, path: Path) -> Campaign:
    """Hold a saved plan against everything that it rests on, and remember it: ``apply`` then plants it.

    Raises ``PlanFileError`` when it has expired, when the registry, the system, its tables or the plan's own rows are
    no longer what they were, or when a patient has come who could be taken for one of its decoys.
    """
    plan = read_plan(home, path)
    with home.writing():
        _check_registry(home, plan)
        with open_system(plan.system) as adapter:
            adapter.check()
            _check_system(home, adapter, plan)
        home.registry.add_campaign(plan.campaign, plan.placements)
        keep_manifests(home, [plan.campaign])
        home.registry.log(home.now(), "plan", f"took the saved plan of {plan.campaign.name}")
    return plan.campaign


def _check_registry(home: Home, plan: PlanFile) -> None:
    if home.now() >= plan.expires:
        raise _stale(f"The plan expired on {plan.expires:%Y-%m-%d %H:%M} UTC")
    if any(one.name == plan.campaign.name for one in home.registry.campaigns()):
        raise PlanFileError(
            f"The plan of {plan.campaign.name} was taken already, or its name is in use",
            "See honeytokens status: an interrupted apply goes on without the file",
        )
    if home.registry.next_placement_id() != plan.placements[0].id:
        raise _stale("Another campaign was planned since")
    if (home.registry.system(plan.system.name), home.registry.establishment(plan.establishment.name)) != (
        plan.system,
        plan.establishment,
    ):
        raise _stale("The system or the establishment was changed in the registry since")


def _check_system(home: Home, adapter: HospitalAdapter, plan: PlanFile) -> None:
    if adapter.schema_digest() != plan.schema:
        raise _stale("The tables of the system were changed since")
    if _digest(_drafts(home, adapter, plan.campaign, plan.establishment)) != plan.rows:
        raise _stale("The rows would not be those that were shown")
    population = Population.of_host(patients_only(home, adapter, plan.system.name))
    decoys = home.maker(plan.campaign).decoys(plan.campaign.serials)
    beside = sum(population.why_not(decoy.identity) is not None for decoy in decoys)
    if beside:
        raise _stale(f"Patients came who could be taken for {beside} of its decoys")
    for field in adapter.unique_fields():
        held = {fold(value) for value in adapter.host_values(field)}
        if any(fold(str(getattr(decoy.identity, field) or "")) in held for decoy in decoys):
            raise _stale(f"The host uses a {field} of the plan by now")


def _drafts(
    home: Home, adapter: HospitalAdapter, campaign: Campaign, establishment: Establishment
) -> Iterator[list[DraftRow]]:
    """Yield each decoy's rows as they would be written when planting begins."""
    for decoy in home.maker(campaign).decoys(campaign.serials):
        yield adapter.compose(decoy, establishment, campaign.starts)


def _digest(drafts: Iterator[list[DraftRow]]) -> str:
    found = hashlib.sha256()
    for rows in drafts:
        found.update(json.dumps([repr(row) for row in rows]).encode())
    return found.hexdigest()


def draft_lines(rows: Sequence[DraftRow]) -> Iterator[str]:
    """Yield each row as a line of a diff; the key of a row above is shown as ``<key of row N>``."""
    for number, row in enumerate(rows, 1):
        links = {row.parent_column: row.parent} if row.parent is not None else {}
        keys = {column: f"<key of row {index + 1}>" for column, index in (links | row.also).items() if column}
        cells = ", ".join(f"{column}={value!r}" for column, value in row.values.items())
        shown = ", ".join([cells, *(f"{column}={key}" for column, key in keys.items())])
        yield f"+ {number} {row.table} ({shown.strip(', ')})"


def _box(home: Home) -> Box:
    keys = [home.keyring.subkey("plan-file", version + 1) for version in range(home.keyring.newest)]
    return Box(keys, _changed)


def _changed(_place: str) -> PlanFileError:
    return PlanFileError("The plan file was changed, damaged, or made with another keyring", "Plan anew with --out")


def _stale(problem: str) -> PlanFileError:
    return PlanFileError(problem, "Nothing was written; plan anew with --out and have it agreed again")
