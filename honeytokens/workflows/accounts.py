"""Accounts: off until the legal basis is recorded; ranked by number; named only when two authorised people open it."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from honeytokens.attribution import DecoyRead, rank
from honeytokens.errors import HomeError, ScanError
from honeytokens.model import AccountFinding, DecoyRef, Placement, ReadSighting
from honeytokens.workflows.home import Home
from honeytokens.workflows.incident import attribute
from honeytokens.workflows.two_persons import AccountsFile, Person, open_by_two, seal_to_two

Reader = Literal["account", "workstation"]
"""What reads are ranked by: who read, or from where."""

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


def rank_accounts(
    home: Home, incident: str, reads: Sequence[ReadSighting], by: Reader = "account"
) -> tuple[tuple[AccountFinding, ...], float]:
    """Rank the accounts, or workstations, that read decoys by how well that explains a leak; seal their names to two.

    A read of unnamed rows counts for every decoy of its table, by the share of the table's patients that was read; it
    is left out where the log says no number of rows, or the plan no number of patients. Returns the findings, by
    number, and the probability that it was none of them. Raises :class:`HomeError` while no legal basis is recorded,
    ``KeyringError`` when fewer than two people are authorised.
    """
    if not _file(home).basis:
        raise HomeError("Accounts are not looked at: no legal basis is recorded", "Run honeytokens accounts enable")
    found = attribute(home, incident)
    placements = home.registry.placements()
    touched = {hit.decoy for hit in found.result.hits}
    sites = {place.establishment for place in placements if place.ref in touched}
    window = found.verdict.window
    there = [place for place in placements if place.establishment in sites and place.written]
    ranking = rank(
        frozenset(touched),
        frozenset(place.ref for place in there),
        [*_named(reads, there, by), *_unnamed(home, reads, there, by)],
        window.latest if window else None,
    )
    content = json.dumps({str(number): name for number, name in ranking.names.items()}).encode()
    with home.writing():
        kept = _file(home)
        sealed = {**kept.sealed, _place(incident, by): seal_to_two(content, kept.persons)}
        _keep(home, replace(kept, sealed=sealed), f"ranked for {incident}: {len(ranking.names)} {by}s, sealed")
    return ranking.findings, ranking.nobody


def _named(reads: Sequence[ReadSighting], there: Sequence[Placement], by: Reader) -> Iterator[DecoyRead]:
    """Give the reads whose log names a decoy's rows; where it names no table, of any table."""
    decoys: defaultdict[tuple[str | None, str], set[DecoyRef]] = defaultdict(set)
    for place in there:
        for row in place.rows:
            for table in (row.table, None):
                decoys[table, str(row.key)].add(place.ref)
    for read in reads:
        if name := getattr(read, by):
            for key in read.keys:
                for decoy in decoys.get((read.table, key), ()):
                    yield DecoyRead(name, decoy, read.at)


def _unnamed(home: Home, reads: Sequence[ReadSighting], there: Sequence[Placement], by: Reader) -> Iterator[DecoyRead]:
    """Give reads of so many rows of a table as reads of each of its decoys, with the chance that it was among them."""
    patients = {(c.establishment, c.system): c.host_patients for c in home.registry.campaigns()}
    decoys: defaultdict[str, list[tuple[DecoyRef, int]]] = defaultdict(list)
    for place in there:
        if place.rows and (count := patients.get((place.establishment, place.system), 0)):
            decoys[place.rows[0].table].append((place.ref, count))
    for read in reads:
        if not read.keys and read.rows and read.table and (name := getattr(read, by)):
            for decoy, count in decoys[read.table]:
                yield DecoyRead(name, decoy, read.at, min(1.0, read.rows / count))


def open_names(
    home: Home, incident: str, passphrases: Mapping[str, str], reason: str, by: Reader = "account"
) -> dict[int, str]:
    """Return the name behind each number, by the passphrases of two authorised people; logged before it is told."""
    kept = _file(home)
    place = _place(incident, by)
    if place not in kept.sealed:
        raise HomeError(f"No {by}s were ranked for {incident}", "Run honeytokens accounts rank")
    who = " and ".join(sorted(passphrases))
    home.registry.log(home.now(), "accounts opening", f"{incident}, asked by {who}: {reason}")
    names = json.loads(open_by_two(kept.sealed[place], kept.persons, passphrases))
    home.registry.log(home.now(), "accounts opened", f"{incident}, by {who}: {reason}")
    return {int(number): account for number, account in names.items()}


def read_sightings(path: Path) -> list[ReadSighting]:
    """Return the reads of a file (``-``: standard input) of one JSON object a line.

    Raises :class:`ScanError` when a line is none.
    """
    found: list[ReadSighting] = []
    try:
        text = sys.stdin.read() if path == Path("-") else path.read_text("utf-8")
        found += [_READS.validate_json(line) for line in text.splitlines() if line.strip()]
    except ValidationError as error:
        raise ScanError(f"{path} has a line that is no read", "See docs/attribution.md for its form") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ScanError(f"{path} cannot be read", "Name a file of reads, one JSON object a line") from error
    return found


def _place(incident: str, by: Reader) -> str:
    """Return under what name a ranking is kept; no incident's name has a line break."""
    return incident if by == "account" else f"{incident}\n{by}"


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
