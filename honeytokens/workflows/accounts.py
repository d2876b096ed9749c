"""Accounts: off until the legal basis is recorded; ranked by number; named only when two authorised people open it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from honeytokens.attribution import DecoyRead, rank
from honeytokens.errors import HomeError, ScanError
from honeytokens.model import AccountFinding, DecoyRef, ReadSighting
from honeytokens.workflows.home import Home
from honeytokens.workflows.incident import attribute
from honeytokens.workflows.two_persons import AccountsFile, Person, open_by_two, seal_to_two

_FILE = "accounts"
_READS = TypeAdapter(ReadSighting)


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """When what the law asks for was done: staff consulted, people told, the impact assessed; and by whom recorded."""

    consulted: date
    notice: date
    assessed: date
    recorded_by: str


def enable(home: Home, basis: LegalBasis) -> None:
    """Record the legal basis; raise :class:`HomeError` when one of its dates is still to come."""
    today = home.now().date()
    for name, day in (("consultation", basis.consulted), ("notice", basis.notice), ("assessment", basis.assessed)):
        if day > today:
            raise HomeError(f"The {name} is on {day}, which is still to come", "Record it once it is done")
    with home.writing():
        _keep(home, replace(_file(home), basis=json.dumps(_plain(basis))), f"legal basis: {_plain(basis)}")


def authorise(home: Home, name: str, passphrase: str) -> int:
    """Let somebody open names together with another; return how many may. Earlier rankings stay as they were sealed."""
    if len(passphrase) < 12:
        raise HomeError("The passphrase is shorter than 12 characters", "Choose a longer one")
    with home.writing():
        others = [person for person in _file(home).persons if person.name != name]
        persons = (*others, Person.authorised(name, passphrase))
        _keep(home, replace(_file(home), persons=persons), f"authorised: {name}")
    return len(persons)


def rank_accounts(home: Home, incident: str, reads: Sequence[ReadSighting]) -> tuple[tuple[AccountFinding, ...], float]:
    """Rank the accounts that read decoys by how well that explains an incident's leak; seal their names to two.

    Returns the findings, by number, and the probability that it was none of them. Raises :class:`HomeError` while no
    legal basis is recorded, ``KeyringError`` when fewer than two people are authorised.
    """
    if not _file(home).basis:
        raise HomeError("Accounts are not looked at: no legal basis is recorded", "Run honeytokens accounts enable")
    found = attribute(home, incident)
    placements = home.registry.placements()
    places = {
        (place.system, row.table, str(row.key)): place.ref for place in placements for row in place.rows
    }  # fmt: skip
    by_key: dict[tuple[str | None, str], set[DecoyRef]] = {}
    for (_, table, key), decoy in places.items():
        by_key.setdefault((table, key), set()).add(decoy)
        by_key.setdefault((None, key), set()).add(decoy)
    touched = {hit.decoy for hit in found.result.hits}
    sites = {place.establishment for place in placements if place.ref in touched}
    window = found.verdict.window
    decoy_reads = [
        DecoyRead(read.account, decoy, read.at)
        for read in reads
        for key in read.keys
        for decoy in by_key.get((read.table, key), ())
    ]
    present = frozenset(place.ref for place in placements if place.establishment in sites and place.written)
    ranking = rank(frozenset(touched), present, decoy_reads, window.latest if window else None)
    content = json.dumps({str(number): account for number, account in ranking.names.items()}).encode()
    with home.writing():
        kept = _file(home)
        sealed = {**kept.sealed, incident: seal_to_two(content, kept.persons)}
        _keep(home, replace(kept, sealed=sealed), f"ranked for {incident}: {len(ranking.names)} accounts, sealed")
    return ranking.findings, ranking.nobody


def open_names(home: Home, incident: str, passphrases: Mapping[str, str], reason: str) -> dict[int, str]:
    """Return the account behind each number, by the passphrases of two authorised people; logged before it is told."""
    kept = _file(home)
    if incident not in kept.sealed:
        raise HomeError(f"No accounts were ranked for {incident}", "Run honeytokens accounts rank")
    who = " and ".join(sorted(passphrases))
    home.registry.log(home.now(), "accounts opening", f"{incident}, asked by {who}: {reason}")
    names = json.loads(open_by_two(kept.sealed[incident], kept.persons, passphrases))
    home.registry.log(home.now(), "accounts opened", f"{incident}, by {who}: {reason}")
    return {int(number): account for number, account in names.items()}


def read_sightings(path: Path) -> list[ReadSighting]:
    """Return the reads of a file of one JSON object a line; raise :class:`ScanError` when a line is none."""
    found: list[ReadSighting] = []
    try:
        found += [_READS.validate_json(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except ValidationError as error:
        raise ScanError(f"{path} has a line that is no read", "See docs/attribution.md for its form") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ScanError(f"{path} cannot be read", "Name a file of reads, one JSON object a line") from error
    return found


def _file(home: Home) -> AccountsFile:
    return home.accounts.find(_FILE) or AccountsFile()


def _keep(home: Home, kept: AccountsFile, what: str) -> None:
    home.registry.log(home.now(), "accounts", what)
    home.accounts.save(_FILE, kept)


def _plain(basis: LegalBasis) -> dict[str, str]:
    return {
        "consulted": basis.consulted.isoformat(),
        "notice": basis.notice.isoformat(),
        "assessed": basis.assessed.isoformat(),
        "recorded_by": basis.recorded_by,
    }
