"""Incidents: claims and files that belong together, and what they prove together."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from honeytokens.attribution import OlderLeak, population_by_overlap
from honeytokens.errors import PlanRefusedError, UnknownNameError
from honeytokens.model import Claim, DecoyRef, Hit, Incident, Leak, OverlapFinding, ScanResult, ScanStats, Verdict
from honeytokens.workflows.home import Home
from honeytokens.workflows.numberings import numberings
from honeytokens.workflows.overlap import overlaps
from honeytokens.workflows.scan import beside_of, find, verdict_of

_READ = 1 << 20
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Added:
    """What one file adds to an incident: decoys that no earlier file held, and what it changed."""

    name: str
    hits: int
    new_hits: int
    repeated: bool
    before: Verdict | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """An incident as it stands: its joined scan, its verdict, and what each new file added."""

    incident: Incident
    result: ScanResult
    verdict: Verdict
    added: tuple[Added, ...]


def open_incident(home: Home, name: str, aware: datetime | None) -> Incident:
    """Open an incident; raise ``UnknownNameError`` when there is one of that name."""
    with home.writing():
        if home.incidents.find(name) is not None:
            raise UnknownNameError(f"There is an incident named {name} already", "Choose another name")
        incident = Incident(name, home.now(), aware)
        _keep(home, incident, "opened")
    return incident


def set_aware(home: Home, name: str, aware: datetime) -> Incident:
    """Record when the operator became aware; an earlier record stays in the trail of the registry."""
    with home.writing():
        incident = replace(home.incidents.get(name), aware=aware)
        _keep(home, incident, f"aware {aware.isoformat()}")
    return incident


def add_claim(home: Home, name: str, claim: Claim) -> Incident:
    """Record a claim. Claims are kept apart from findings: nothing in them is taken for true."""
    with home.writing():
        incident = home.incidents.get(name)
        incident = replace(incident, claims=(*incident.claims, claim))
        _keep(home, incident, f"claim by {claim.who}")
    return incident


def attribute(
    home: Home,
    name: str,
    paths: Sequence[Path] = (),
    *,
    language: str = "en",
    passwords: Sequence[str] = (),
    clock_error: timedelta = timedelta(),
    one_each: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Attribution:
    """Scan new files of an incident, join them with those it has, and judge the whole.

    A file that is in the incident already (by its SHA-256) is not counted twice. Files that are given together are
    also compared with each other, in memory; columns that number records bound how many there are. Raises
    ``UnknownNameError`` when there is no such incident.
    """
    for path in paths:
        if not path.is_file():
            raise PlanRefusedError(f"{path} is no file", "Name the files of a leak one by one")
    home.incidents.get(name)
    # Scanning may take hours: nothing is held meanwhile that planting needs.
    scanned = [
        (path, _digest(path), find(home, [path], passwords=passwords, on_progress=on_progress)) for path in paths
    ]
    shared = _overlaps(paths)
    counted = numberings(paths, _CONFIDENCE, passwords)
    with home.writing():
        incident = home.incidents.get(name)
        added = []
        for path, digest, result in scanned:
            before = _judged(home, incident, [], language, clock_error, one_each)[1] if incident.leaks else None
            repeated = any(digest == known.digest for known in incident.leaks)
            seen = {hit.decoy for known in incident.leaks for hit in known.result.hits}
            fresh = {hit.decoy for hit in result.hits} - seen
            if not repeated:
                leak = Leak(path.name, digest, home.now(), result)
                incident = replace(incident, leaks=(*incident.leaks, leak))
            added.append(Added(path.name, len(result.hits), len(fresh), repeated, before))
        if added:
            known = [each for each in incident.numberings if each.file not in {path.name for path in paths}]
            incident = replace(incident, overlaps=_joined(incident.overlaps, shared), numberings=(*known, *counted))
            _keep(home, incident, f"files: {', '.join(leak.name for leak in incident.leaks)}")
    joined, verdict = _judged(home, incident, paths, language, clock_error, one_each)
    return Attribution(incident, joined, verdict, tuple(added))


def judge(home: Home, name: str, *, language: str = "en") -> Attribution:
    """Judge an incident by the files that it has, and change nothing; raise ``UnknownNameError`` when there is none."""
    incident = home.incidents.get(name)
    joined, verdict = _judged(home, incident, [], language, timedelta(), one_each=False)
    return Attribution(incident, joined, verdict, ())


def _judged(
    home: Home,
    incident: Incident,
    paths: Sequence[Path],
    language: str,
    clock_error: timedelta,
    one_each: bool,
) -> tuple[ScanResult, Verdict]:
    joined = join([leak.result for leak in incident.leaks])
    placements = home.registry.placements()
    beside = replace(
        beside_of(home, joined, placements, paths),
        older=_older(home, incident),
        overlaps=incident.overlaps,
        numberings=incident.numberings,
        claims=incident.claims,
        aware=incident.aware,
        clock_error=clock_error,
        one_each=one_each,
    )
    return joined, verdict_of(home, joined, placements, beside, language)


def join(results: Sequence[ScanResult]) -> ScanResult:
    """Return several scans as one. A chance agreement is expected as often as in all of them together."""
    records = sum(result.stats.records for result in results)

    def rated(hit: Hit, own: int) -> Hit:
        """Return a hit as one in all records: its false alarms grow with what was read."""
        factor = max(1.0, records / own) if own else 1.0
        return replace(hit, expected_false_alarms=hit.expected_false_alarms * factor)

    return ScanResult(
        hits=tuple(rated(hit, result.stats.records) for result in results for hit in result.hits),
        leads=tuple(rated(lead, result.stats.records) for result in results for lead in result.leads),
        unread=tuple(chain.from_iterable(result.unread for result in results)),
        threshold_bits=max((result.threshold_bits for result in results), default=math.inf),
        stats=ScanStats(
            sum(result.stats.bytes for result in results), sum(result.stats.seconds for result in results), records
        ),
    )


def _older(home: Home, incident: Incident) -> list[OlderLeak]:
    """Return the leaks of the incidents that were opened before this one."""
    found = []
    for other in home.incidents.all().values():
        decoys = {hit.decoy for leak in other.leaks for hit in leak.result.hits}
        if other.name != incident.name and other.opened < incident.opened and decoys:
            found.append(OlderLeak(other.name, other.opened, frozenset[DecoyRef](decoys)))
    return found


def _overlaps(paths: Sequence[Path]) -> list[OverlapFinding]:
    if len(paths) < 2:
        return []
    found = []
    for pair in overlaps(paths):
        low, high = population_by_overlap(pair.first_records, pair.second_records, pair.both, _CONFIDENCE)
        found.append(
            OverlapFinding(
                pair.first.name,
                pair.second.name,
                pair.first_records,
                pair.second_records,
                pair.both,
                low,
                high,
                None,
                None,
                "",
            )
        )
    return found


def _joined(
    kept: Sequence[OverlapFinding], new: Sequence[OverlapFinding]
) -> tuple[OverlapFinding, ...]:  # fmt: skip
    """Return all overlaps, each pair of files once."""
    pairs = {(each.first, each.second) for each in new}
    return (*(each for each in kept if (each.first, each.second) not in pairs), *new)


def _digest(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_READ):
            state.update(block)
    return state.hexdigest()


def _keep(home: Home, incident: Incident, what: str) -> None:
    home.incidents.save(incident.name, incident)
    home.registry.log(home.now(), "incident", f"{incident.name}: {what}")
